//! ListStreams.

use kvs_api::video::{ComparisonOperator, ListStreams, ListStreamsOutput, StreamNameCondition};

use super::{Answer, Call, bad_token, page_size};
use crate::catalogue::{Catalogue, check_name};
use crate::refusal::Refusal;
use crate::token;

const MOST_STREAMS: u16 = 10_000;

pub(super) fn serve(call: &Call<'_>, streams: &mut Catalogue) -> Result<Answer, Refusal> {
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
