//! DeleteStream.

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
    if input.current_version.is_some() {
        entry.check_version(input.current_version.as_deref())?;
    }
    let name = entry.name.clone();
    streams.remove(&name)?;
    Answer::json(&json!({}))
}
