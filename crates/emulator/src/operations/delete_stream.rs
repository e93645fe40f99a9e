//! DeleteStream.

use http::StatusCode;
use kvs_api::video::DeleteStream;
use serde_json::json;

use super::{Answer, Call};
use crate::catalogue::Catalogue;
use crate::refusal::Refusal;

pub(super) fn serve(call: &Call<'_>, streams: &mut Catalogue) -> Result<Answer, Refusal> {
    let input: DeleteStream = call.input()?;
    let arn = input
        .stream_arn
        .ok_or_else(|| Refusal::invalid_argument("StreamARN must be given."))?;
    let entry = streams.find(None, Some(&arn))?;
    let expected = input.current_version.as_deref();
    if expected.is_some_and(|expected| expected != entry.version()) {
        return Err(Refusal::modelled(
            StatusCode::BAD_REQUEST,
            "VersionMismatchException",
            format!("The stream is at version {}.", entry.version()),
        ));
    }
    let name = entry.name.clone();
    streams.remove(&name);
    Answer::json(&json!({}))
}
