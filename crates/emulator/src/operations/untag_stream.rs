//! UntagStream.

use kvs_api::video::UntagStream;
use serde_json::json;

use super::{Answer, Call};
use crate::catalogue::Catalogue;
use crate::refusal::Refusal;

pub(super) fn serve(call: &Call<'_>, streams: &mut Catalogue) -> Result<Answer, Refusal> {
    let input: UntagStream = call.input()?;
    let keys = input.tag_key_list.unwrap_or_default();
    if keys.is_empty() {
        return Err(Refusal::invalid_argument("TagKeyList must name a tag."));
    }
    let entry = streams.find_mut(input.stream_name.as_deref(), input.stream_arn.as_deref())?;
    entry.update(|entry| {
        entry.untag(&keys);
        Ok(())
    })?;
    Answer::json(&json!({}))
}
