//! CreateStream.

use kvs_api::video::{CreateStream, CreateStreamOutput};

use super::{Answer, Call};
use crate::catalogue::Catalogue;
use crate::refusal::Refusal;

pub(super) fn serve(call: &Call<'_>, streams: &mut Catalogue) -> Result<Answer, Refusal> {
    let input: CreateStream = call.input()?;
    let created = streams.create(input, call.now)?;
    let mut output = CreateStreamOutput::default();
    output.stream_arn = Some(created.arn.clone());
    Answer::json(&output)
}
