//! Operations of the control service.

use http::StatusCode;
use kvs_api::video::{
    ApiName, ComparisonOperator, CreateStream, CreateStreamOutput, DeleteStream, DescribeStream,
    DescribeStreamOutput, GetDataEndpoint, GetDataEndpointOutput, ListStreams, ListStreamsOutput,
    StreamNameCondition,
};
use serde_json::json;

use super::{Answer, Call, bad_token, page_size};
use crate::catalogue::{Catalogue, check_name};
use crate::recording::Recording;
use crate::refusal::Refusal;
use crate::stream::Stream;
use crate::token;

const MOST_STREAMS: u16 = 10_000;

pub(super) fn create_stream(call: &Call<'_>, streams: &mut Catalogue) -> Result<Answer, Refusal> {
    let input: CreateStream = call.input()?;
    let created = streams.create(input, Recording::from(Stream::empty()), call.now)?;
    let mut output = CreateStreamOutput::default();
    output.stream_arn = Some(created.arn.clone());
    Answer::json(&output)
}

pub(super) fn delete_stream(call: &Call<'_>, streams: &mut Catalogue) -> Result<Answer, Refusal> {
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

pub(super) fn describe_stream(call: &Call<'_>, streams: &mut Catalogue) -> Result<Answer, Refusal> {
    let input: DescribeStream = call.input()?;
    let entry = streams.find(input.stream_name.as_deref(), input.stream_arn.as_deref())?;
    let mut output = DescribeStreamOutput::default();
    output.stream_info = Some(entry.info());
    Answer::json(&output)
}

pub(super) fn get_data_endpoint(
    call: &Call<'_>,
    streams: &mut Catalogue,
) -> Result<Answer, Refusal> {
    let input: GetDataEndpoint = call.input()?;
    match &input.api_name {
        None => return Err(Refusal::invalid_argument("APIName must be given.")),
        Some(ApiName::Unknown(name)) => {
            return Err(Refusal::invalid_argument(format!(
                "APIName {name} is not that of an API."
            )));
        }
        Some(_) => {}
    }
    streams.find(input.stream_name.as_deref(), input.stream_arn.as_deref())?;
    let mut output = GetDataEndpointOutput::default();
    output.data_endpoint = Some(format!("http://{}", call.host));
    Answer::json(&output)
}

pub(super) fn list_streams(call: &Call<'_>, streams: &mut Catalogue) -> Result<Answer, Refusal> {
    let input: ListStreams = call.input()?;
    let page = page_size(input.max_results.map(i64::from), MOST_STREAMS, MOST_STREAMS)?;
    let prefix = prefix(input.stream_name_condition)?;
    let after: Option<String> = match input.next_token.as_deref() {
        None | Some("") => None,
        Some(token) => {
            let (of_prefix, last): (String, String) = token::open(token).ok_or_else(bad_token)?;
            if of_prefix != prefix {
                return Err(bad_token());
            }
            Some(last)
        }
    };
    let mut matching = streams.list(&prefix, after.as_deref());
    let infos: Vec<_> = matching
        .by_ref()
        .take(page)
        .map(|entry| entry.info())
        .collect();
    let last = infos.last().and_then(|info| info.stream_name.as_ref());
    let mut output = ListStreamsOutput::default();
    if matching.next().is_some() {
        output.next_token = last.map(|last| token::seal(&(&prefix, last)));
    }
    output.stream_info_list = Some(infos);
    Answer::json(&output)
}

/// What names must begin with; empty when any will do.
fn prefix(condition: Option<StreamNameCondition>) -> Result<String, Refusal> {
    let Some(condition) = condition else {
        return Ok(String::new());
    };
    let prefix = condition.comparison_value.unwrap_or_default();
    if condition.comparison_operator != Some(ComparisonOperator::BeginsWith) {
        return Err(Refusal::invalid_argument(
            "ComparisonOperator must be BEGINS_WITH.",
        ));
    }
    check_name("ComparisonValue", &prefix)?;
    Ok(prefix)
}
