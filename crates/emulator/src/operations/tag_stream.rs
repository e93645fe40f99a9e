//! TagStream.

use kvs_api::video::TagStream;
use serde_json::json;

use super::{Answer, Call};
use crate::catalogue::Catalogue;
use crate::refusal::Refusal;

pub(super) fn serve(call: &Call<'_>, streams: &mut Catalogue) -> Result<Answer, Refusal> {
    let input: TagStream = call.input()?;
    let entry = streams.find_mut(input.stream_name.as_deref(), input.stream_arn.as_deref())?;
    entry.update(|entry| entry.tag(input.tags.unwrap_or_default()))?;
    Answer::json(&json!({}))
}
