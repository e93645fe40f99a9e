//! ListFragments.

use kvs_api::archived_media::{Fragment, FragmentSelector, ListFragments, ListFragmentsOutput};
use kvs_api::protocol::Timestamp;
use serde::{Deserialize, Serialize};

use super::range::Range;
use super::{Answer, Call, bad_token, internal_failure, page_size};
use crate::catalogue::Catalogue;
use crate::entry::Entry;
use crate::quotas::Quota;
use crate::recording::Recorded;
use crate::refusal::Refusal;
use crate::shuffle::Shuffle;
use crate::token;

/// Fragments in a page unless the request says otherwise.
const LISTED: u16 = 100;
const MOST_LISTED: u16 = 1_000;

/// What a listing is of, and how far it has come: the content of a token.
#[derive(Debug, Serialize, Deserialize)]
struct Listing {
    arn: String,
    selector: FragmentSelector,
    /// How many fragments there were when it began: what arrives later is not in it.
    of: u64,
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
                of: entry.recording.len(),
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
    fn page(
        &mut self,
        (entry, now): (&Entry, Timestamp),
        range: &Range,
        most: usize,
    ) -> (Vec<Fragment>, bool) {
        let expired = entry.expired(now);
        let shuffle = Shuffle::new(self.of);
        let mut page = Vec::new();
        for position in self.position..self.of {
            let Some(recorded) = entry.recording.at(shuffle.at(position)) else {
                continue;
            };
            if recorded.stored_at() <= expired || !range.holds(&recorded) {
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

pub(super) fn serve(call: &Call<'_>, streams: &mut Catalogue) -> Result<Answer, Refusal> {
    let input: ListFragments = call.input()?;
    let most = page_size(input.max_results, LISTED, MOST_LISTED)?;
    let entry = streams.find(input.stream_name.as_deref(), input.stream_arn.as_deref())?;
    call.charge(&entry.arn, Quota::Metadata, most)?;
    let mut listing = Listing::of(input, entry)?;
    let range = Range::of(&listing.selector)?;
    let (page, has_more) = listing.page((entry, call.now), &range, most);
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
