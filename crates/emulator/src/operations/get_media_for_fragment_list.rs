//! GetMediaForFragmentList.

use std::sync::Arc;

use kvs_api::archived_media::GetMediaForFragmentList;
use kvs_mkv::FragmentNumber;

use super::{Answer, Call};
use crate::catalogue::Catalogue;
use crate::media::Media;
use crate::quotas::Quota;
use crate::refusal::Refusal;

const MOST_FETCHED: usize = 1_000;

pub(super) fn serve(call: &Call<'_>, streams: &mut Catalogue) -> Result<Answer, Refusal> {
    let input: GetMediaForFragmentList = call.input()?;
    let wanted = input.fragments.unwrap_or_default();
    if !(1..=MOST_FETCHED).contains(&wanted.len()) {
        return Err(Refusal::invalid_argument(format!(
            "Fragments must hold 1 to {MOST_FETCHED} numbers, but holds {}.",
            wanted.len()
        )));
    }
    let numbers = wanted.iter().map(|number| number.parse());
    let wanted = numbers
        .collect::<Result<Vec<FragmentNumber>, _>>()
        .map_err(|bad| Refusal::invalid_argument(format!("Fragments: {bad}.")))?;
    let entry = streams.find(input.stream_name.as_deref(), input.stream_arn.as_deref())?;
    let connection = call.quotas.map(|quotas| quotas.connect(&entry.arn));
    let connection = connection.transpose()?;
    call.charge(&entry.arn, Quota::Media, wanted.len())?;
    let fragments = wanted.len();
    let expired = entry.expired(call.now);
    let media = Media::new(
        Arc::clone(&entry.recording),
        expired,
        wanted,
        call.limited_rate(),
    );
    Ok(Answer::media(media.over(connection), fragments))
}
