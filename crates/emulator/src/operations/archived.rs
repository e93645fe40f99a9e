//! Operations on what is recorded.

use std::sync::Arc;

use kvs_api::archived_media::{
    Fragment, FragmentSelector, FragmentSelectorType, GetMediaForFragmentList, ListFragments,
    ListFragmentsOutput,
};
use kvs_api::protocol::Timestamp;
use kvs_mkv::FragmentNumber;
use serde::{Deserialize, Serialize};

use super::{Answer, Call, bad_token, internal_failure, page_size};
use crate::body::Media;
use crate::catalogue::{Catalogue, Entry};
use crate::recording::{Recorded, Recording};
use crate::refusal::Refusal;
use crate::shuffle::Shuffle;
use crate::token;

/// Fragments in a page unless the request says otherwise.
const LISTED: u16 = 100;
const MOST_LISTED: u16 = 1_000;
const MOST_FETCHED: usize = 1_000;

/// What a listing is of, and how far it has come: the content of a token.
#[derive(Debug, Serialize, Deserialize)]
struct Listing {
    arn: String,
    selector: FragmentSelector,
    /// How far the shuffled order has been gone through.
    position: u64,
}

impl Listing {
    /// The listing that a request begins or goes on with. With a token the selector may be left
    /// out, as it may be at the service; if it is given it must be the same.
    fn of(input: ListFragments, entry: &Entry) -> Result<Self, Refusal> {
        let Some(token) = input.next_token else {
            let selector = input.fragment_selector;
            return Ok(Self {
                arn: entry.arn.clone(),
                // The service's own way of saying so.
                selector: selector.ok_or_else(|| internal_failure("Internal Failure"))?,
                position: 0,
            });
        };
        let listing: Self = token::open(&token).ok_or_else(bad_token)?;
        let selector = input.fragment_selector;
        let same_selector = selector.is_none_or(|selector| selector == listing.selector);
        if listing.arn == entry.arn && same_selector {
            Ok(listing)
        } else {
            Err(bad_token())
        }
    }

    /// Goes on to the next `most` fragments in `range`, and to where the ones after them begin.
    fn page(&mut self, recording: &Recording, range: &Range, most: usize) -> (Vec<Fragment>, bool) {
        let shuffle = Shuffle::new(recording.len());
        let mut page = Vec::new();
        for position in self.position..recording.len() {
            let Some(recorded) = recording.at(shuffle.at(position)) else {
                continue;
            };
            if !range.holds(&recorded) {
                continue;
            }
            if page.len() == most {
                self.position = position;
                return (page, true);
            }
            page.push(describe(&recorded));
        }
        (page, false)
    }
}

/// A range of time, both ends included.
#[derive(Debug)]
struct Range {
    by_server: bool,
    start: Timestamp,
    end: Timestamp,
}

impl Range {
    fn of(selector: &FragmentSelector) -> Result<Self, Refusal> {
        let by_server = match &selector.fragment_selector_type {
            Some(FragmentSelectorType::ServerTimestamp) => true,
            Some(FragmentSelectorType::ProducerTimestamp) => false,
            _ => {
                return Err(Refusal::invalid_argument(
                    "FragmentSelectorType must be SERVER_TIMESTAMP or PRODUCER_TIMESTAMP.",
                ));
            }
        };
        let range = selector.timestamp_range.as_ref();
        let ends = range.and_then(|range| range.start_timestamp.zip(range.end_timestamp));
        let (start, end) = ends.ok_or_else(|| {
            Refusal::invalid_argument(
                "TimestampRange must be given with StartTimestamp and EndTimestamp.",
            )
        })?;
        if start > end {
            return Err(Refusal::invalid_argument(
                "StartTimestamp must not be after EndTimestamp.",
            ));
        }
        Ok(Self {
            by_server,
            start,
            end,
        })
    }

    fn holds(&self, recorded: &Recorded<'_>) -> bool {
        let at = if self.by_server {
            recorded.server_timestamp()
        } else {
            recorded.producer_timestamp()
        };
        (self.start..=self.end).contains(&at)
    }
}

pub(super) fn list_fragments(call: &Call<'_>, streams: &mut Catalogue) -> Result<Answer, Refusal> {
    let input: ListFragments = call.input()?;
    let most = page_size(input.max_results, LISTED, MOST_LISTED)?;
    let entry = streams.find(input.stream_name.as_deref(), input.stream_arn.as_deref())?;
    let mut listing = Listing::of(input, entry)?;
    let range = Range::of(&listing.selector)?;
    let (page, has_more) = listing.page(&entry.recording, &range, most);
    let listed = page.len() as u64;
    let mut output = ListFragmentsOutput::default();
    output.next_token = has_more.then(|| token::seal(&listing));
    output.fragments = Some(page);
    Ok(Answer {
        fragments: listed,
        ..Answer::json(&output)?
    })
}

fn describe(recorded: &Recorded<'_>) -> Fragment {
    let size = recorded
        .payload()
        .iter()
        .fold(0, |sum: u64, piece| sum.saturating_add(piece.len() as u64));
    let mut fragment = Fragment::default();
    fragment.fragment_number = recorded.number().map(|number| number.to_string());
    fragment.fragment_size_in_bytes = i64::try_from(size).unwrap_or(i64::MAX);
    fragment.producer_timestamp = Some(recorded.producer_timestamp());
    fragment.server_timestamp = Some(recorded.server_timestamp());
    fragment.fragment_length_in_milliseconds = recorded.length_in_millis();
    fragment
}

pub(super) fn get_media_for_fragment_list(
    call: &Call<'_>,
    streams: &mut Catalogue,
) -> Result<Answer, Refusal> {
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
    let fragments = wanted.len();
    let media = Media::new(Arc::clone(&entry.recording), wanted, call.rate);
    Ok(Answer::media(media, fragments))
}
