//! DescribeStream.

use kvs_api::video::{DescribeStream, DescribeStreamOutput};

use super::{Answer, Call};
use crate::catalogue::Catalogue;
use crate::refusal::Refusal;

pub(super) fn serve(call: &Call<'_>, streams: &mut Catalogue) -> Result<Answer, Refusal> {
    let input: DescribeStream = call.input()?;
    let entry = streams.find(input.stream_name.as_deref(), input.stream_arn.as_deref())?;
    let mut output = DescribeStreamOutput::default();
    output.stream_info = Some(entry.info());
    Answer::json(&output)
}
