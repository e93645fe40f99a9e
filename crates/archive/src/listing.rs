//! What a stream holds in a range of time, in the order in which it was recorded.

use kvs_api::archived_media::{Fragment, ListFragments, ListFragmentsOutput};
use kvs_api::protocol::{Malformed, Paginated, Timestamp};
use kvs_mkv::FragmentNumber;

use crate::plan::{self, Entry};
use crate::report::Planned;
use crate::selection::{self, TimestampOrigin};

/// What the service tells of a fragment without sending it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Listed {
    /// Its number.
    pub number: FragmentNumber,
    /// Its size, with all that describes it.
    pub bytes: u64,
    /// When it began, by the producer's clock.
    pub producer_timestamp: Timestamp,
    /// When it was received, by the service's clock.
    pub server_timestamp: Timestamp,
    /// How long it plays, in milliseconds.
    pub duration_ms: u64,
}

/// Collects the pages of `ListFragments`, which come in no order, and sorts them.
///
/// ```
/// use kvs_archive::api::protocol::Timestamp;
/// use kvs_archive::{Listing, TimestampOrigin};
///
/// let now = Timestamp::new(1_800_000_000, 0);
/// let mut listing = Listing::new("door", TimestampOrigin::Producer, Timestamp::default(), now);
/// while let Some(request) = listing.request() {
///     assert_eq!(request.stream_name.as_deref(), Some("door"));
///     listing.page(Default::default())?; // what the service answered
/// }
/// assert!(listing.into_fragments().is_empty());
/// # Ok::<(), kvs_archive::api::protocol::Malformed>(())
/// ```
#[derive(Debug)]
pub struct Listing {
    first: ListFragments,
    next: Option<ListFragments>,
    entries: Vec<Entry>,
}

impl Listing {
    /// The fragments of `stream`, its name or ARN, that begin from `from` to `to`.
    pub fn new(stream: &str, by: TimestampOrigin, from: Timestamp, to: Timestamp) -> Self {
        let first = selection::list(stream, by, from, to);
        Self {
            next: Some(first.clone()),
            first,
            entries: Vec::new(),
        }
    }

    /// The page to ask for; `None` when all have come.
    pub fn request(&self) -> Option<&ListFragments> {
        self.next.as_ref()
    }

    /// Takes the page that was asked for.
    ///
    /// # Errors
    /// [`Malformed`] when a fragment has no number or no time: it could be neither fetched nor
    /// put in order; or when the page has the token that it was asked for with.
    pub fn page(&mut self, page: ListFragmentsOutput) -> Result<(), Malformed> {
        if let Some(request) = &self.next {
            self.next = request.after(&page)?;
        }
        for fragment in page.fragments.unwrap_or_default() {
            let listed = Planned::Listed(Listed::try_from(fragment)?);
            self.entries.push(listed.into());
        }
        Ok(())
    }

    /// Begins again with the first page, for a token may expire while others are throttled. What
    /// has been listed is kept, each fragment once.
    pub fn restart(&mut self) {
        plan::sort(&mut self.entries);
        self.next = Some(self.first.clone());
    }

    /// The fragments by producer time, then server time, then number; each once.
    pub fn into_fragments(self) -> Vec<Listed> {
        let mut entries = self.entries;
        plan::sort(&mut entries);
        let planned = entries.iter().map(Entry::unpack);
        let listed = planned.filter_map(|planned| match planned {
            Planned::Listed(listed) => Some(listed),
            Planned::Named(_) => None,
        });
        listed.collect()
    }

    pub(crate) fn into_entries(self) -> Vec<Entry> {
        self.entries
    }
}

impl TryFrom<Fragment> for Listed {
    type Error = Malformed;

    fn try_from(fragment: Fragment) -> Result<Self, Malformed> {
        let number = fragment.fragment_number.unwrap_or_default();
        let number: FragmentNumber = number
            .parse()
            .map_err(|e| Malformed::new("FragmentNumber", format!("{e}")))?;
        let (producer, server) = (fragment.producer_timestamp, fragment.server_timestamp);
        let known = producer.or(server).ok_or_else(|| {
            Malformed::new(
                "ProducerTimestamp",
                format!("is missing of fragment {number}"),
            )
        })?;
        Ok(Self {
            number,
            bytes: u64::try_from(fragment.fragment_size_in_bytes).unwrap_or(0),
            producer_timestamp: producer.unwrap_or(known),
            server_timestamp: server.unwrap_or(known),
            duration_ms: u64::try_from(fragment.fragment_length_in_milliseconds).unwrap_or(0),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fragment(number: &str, producer: i64, server: i64) -> Fragment {
        let mut fragment = Fragment::default();
        fragment.fragment_number = Some(number.to_owned());
        fragment.producer_timestamp = Some(Timestamp::from_millis(producer));
        fragment.server_timestamp = Some(Timestamp::from_millis(server));
        fragment
    }

    fn page(fragments: Vec<Fragment>, token: Option<&str>) -> ListFragmentsOutput {
        let mut page = ListFragmentsOutput::default();
        page.fragments = Some(fragments);
        page.next_token = token.map(str::to_owned);
        page
    }

    fn listing() -> Listing {
        let (from, to) = (Timestamp::default(), Timestamp::from_millis(10));
        Listing::new("cam", TimestampOrigin::Producer, from, to)
    }

    fn numbers(listing: Listing) -> Vec<String> {
        let fragments = listing.into_fragments();
        fragments.iter().map(|f| f.number.to_string()).collect()
    }

    #[test]
    fn pages_follow_their_tokens() {
        let mut listing = listing();
        let first = listing.request().unwrap().clone();
        assert_eq!(first.max_results, Some(1_000));
        listing.page(page(vec![], Some("more"))).unwrap();
        let second = listing.request().unwrap();
        assert_eq!(second.next_token.as_deref(), Some("more"));
        assert_eq!(second.stream_name, first.stream_name);
        listing.page(page(vec![], None)).unwrap();
        assert_eq!(listing.request(), None);
    }

    #[test]
    fn what_is_listed_again_is_kept_once() {
        let mut listing = listing();
        for _ in 0..9 {
            let fragments = vec![fragment("2", 5, 7), fragment("1", 4, 7)];
            listing.page(page(fragments, Some("more"))).unwrap();
            listing.restart();
            assert_eq!(listing.request().unwrap().next_token, None);
            assert_eq!(listing.entries.len(), 2);
        }
        assert_eq!(numbers(listing), ["1", "2"]);
    }

    #[test]
    fn a_token_that_comes_twice_is_no_end() {
        let mut listing = listing();
        listing.page(page(vec![], Some("more"))).unwrap();
        let error = listing.page(page(vec![], Some("more"))).unwrap_err();
        assert_eq!(error.part, "NextToken");
    }

    #[test]
    fn equal_times_are_told_apart() {
        let mut listing = listing();
        let fragments = vec![
            fragment("100", 5, 7),
            fragment("99", 5, 7),
            fragment("7", 5, 6),
            fragment("8", 4, 9),
        ];
        listing.page(page(fragments, None)).unwrap();
        assert_eq!(numbers(listing), ["8", "7", "99", "100"]);
    }

    #[test]
    fn a_fragment_without_number_or_time_is_malformed() {
        let mut nameless = fragment("1", 0, 0);
        nameless.fragment_number = None;
        assert!(listing().page(page(vec![nameless], None)).is_err());
        let mut timeless = fragment("1", 0, 0);
        timeless.producer_timestamp = None;
        assert!(listing().page(page(vec![timeless.clone()], None)).is_ok());
        timeless.server_timestamp = None;
        let error = listing().page(page(vec![timeless], None)).unwrap_err();
        assert!(error.to_string().contains("fragment 1"), "{error}");
    }

    proptest! {
        #[test]
        fn the_order_of_arrival_does_not_matter(
            times in proptest::collection::vec(0..50_i64, 0..40),
            swaps in proptest::collection::vec((0..40_usize, 0..40_usize), 0..80),
            cut in 0..40_usize,
        ) {
            let sorted: Vec<Fragment> = times
                .iter()
                .enumerate()
                .map(|(i, time)| fragment(&(i + 1).to_string(), *time, time / 2))
                .collect();
            let mut shuffled = sorted.clone();
            for (a, b) in swaps {
                if a < shuffled.len() && b < shuffled.len() {
                    shuffled.swap(a, b);
                }
            }
            let cut = cut.min(shuffled.len());
            // The one at the cut is listed on both pages.
            let again = shuffled.get(..cut.saturating_add(1)).unwrap_or(&shuffled).to_vec();
            let rest = shuffled.split_off(cut);
            let mut straight = listing();
            straight.page(page(sorted, None)).unwrap();
            let mut mixed = listing();
            mixed.page(page(again, Some("t"))).unwrap();
            mixed.page(page(rest, None)).unwrap();
            prop_assert_eq!(numbers(straight), numbers(mixed));
        }
    }
}
