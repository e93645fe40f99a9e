//! ListTagsForStream.

use kvs_api::video::{ListTagsForStream, ListTagsForStreamOutput};

use super::{Answer, Call};
use crate::catalogue::Catalogue;
use crate::refusal::Refusal;

/// All tags fit into one page: a stream has 50 at most.
pub(super) fn serve(call: &Call<'_>, streams: &mut Catalogue) -> Result<Answer, Refusal> {
    let input: ListTagsForStream = call.input()?;
    let entry = streams.find(input.stream_name.as_deref(), input.stream_arn.as_deref())?;
    let mut output = ListTagsForStreamOutput::default();
    output.tags = Some(entry.tags().clone());
    Answer::json(&output)
}
