//! UpdateStream.

use kvs_api::video::UpdateStream;
use serde_json::json;

use super::{Answer, Call};
use crate::catalogue::Catalogue;
use crate::refusal::Refusal;

pub(super) fn serve(call: &Call<'_>, streams: &mut Catalogue) -> Result<Answer, Refusal> {
    let input: UpdateStream = call.input()?;
    let entry = streams.find_mut(input.stream_name.as_deref(), input.stream_arn.as_deref())?;
    entry.update(|entry| {
        entry.change(input.current_version.as_deref(), |info| {
            if input.device_name.is_some() {
                info.device_name = input.device_name;
            }
            if input.media_type.is_some() {
                info.media_type = input.media_type;
            }
        })
    })?;
    Answer::json(&json!({}))
}
