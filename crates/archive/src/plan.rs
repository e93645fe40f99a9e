//! What is to be fetched, kept small: a week of a busy stream is a million fragments.

use std::cmp::Ordering;

use kvs_api::protocol::Timestamp;
use kvs_mkv::FragmentNumber;

use crate::listing::Listed;
use crate::report::Planned;

/// Digits that fit when two share a byte; the service's numbers have 47.
const DIGITS: usize = 48;
const NANOS: i64 = 1_000_000_000;

/// A fragment in 56 bytes, if it is as fragments are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Entry {
    Packed(Packed),
    /// Whatever does not fit: numbers that are longer, times before 1678 or after 2262.
    Whole(Box<Planned>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Packed {
    digits: [u8; DIGITS / 2],
    len: u8,
    is_listed: bool,
    duration_ms: u32,
    bytes: u64,
    /// Nanoseconds since 1970.
    producer: i64,
    server: i64,
}

impl From<Planned> for Entry {
    fn from(planned: Planned) -> Self {
        Packed::new(&planned).map_or_else(|| Self::Whole(Box::new(planned)), Self::Packed)
    }
}

impl Entry {
    pub(crate) fn unpack(&self) -> Planned {
        match self {
            Self::Packed(packed) => packed.unpack(),
            Self::Whole(planned) => Planned::clone(planned),
        }
    }

    pub(crate) fn bytes(&self) -> Option<u64> {
        match self {
            Self::Packed(packed) => packed.is_listed.then_some(packed.bytes),
            Self::Whole(planned) => planned.listed().map(|listed| listed.bytes),
        }
    }

    fn times(&self) -> (Timestamp, Timestamp) {
        match self {
            Self::Packed(packed) => (from_nanos(packed.producer), from_nanos(packed.server)),
            Self::Whole(planned) => planned.listed().map_or_else(Default::default, |listed| {
                (listed.producer_timestamp, listed.server_timestamp)
            }),
        }
    }

    /// By producer time, then server time, then number.
    pub(crate) fn order(&self, other: &Self) -> Ordering {
        if let (Self::Packed(a), Self::Packed(b)) = (self, other) {
            let times = (a.producer, a.server).cmp(&(b.producer, b.server));
            // Without zeros before them, numbers of one length compare as their digits do.
            let is_plain = |p: &Packed| p.digits.first().is_some_and(|two| *two >= 0x10);
            if times != Ordering::Equal || (a.len == b.len && is_plain(a) && is_plain(b)) {
                return times.then_with(|| a.digits.cmp(&b.digits));
            }
        }
        self.times()
            .cmp(&other.times())
            .then_with(|| self.unpack().number().cmp(other.unpack().number()))
    }

    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self == other || self.unpack().number() == other.unpack().number()
    }
}

impl Packed {
    fn new(planned: &Planned) -> Option<Self> {
        let text = planned.number().as_str().as_bytes();
        let mut digits = [0; DIGITS / 2];
        if text.len() > DIGITS {
            return None;
        }
        for (packed, pair) in digits.iter_mut().zip(text.chunks(2)) {
            let digit = |at: usize| {
                pair.get(at)
                    .map_or(0, |digit| digit.wrapping_sub(b'0') & 0xf)
            };
            *packed = digit(0) << 4 | digit(1);
        }
        let listed = planned.listed();
        Some(Self {
            digits,
            len: u8::try_from(text.len()).ok()?,
            is_listed: listed.is_some(),
            duration_ms: u32::try_from(listed.map_or(0, |l| l.duration_ms)).ok()?,
            bytes: listed.map_or(0, |l| l.bytes),
            producer: listed.map_or(Some(0), |l| to_nanos(l.producer_timestamp))?,
            server: listed.map_or(Some(0), |l| to_nanos(l.server_timestamp))?,
        })
    }

    fn unpack(&self) -> Planned {
        let digits = self.digits.iter().flat_map(|two| [two >> 4, two & 0xf]);
        let text: String = digits
            .take(usize::from(self.len))
            .map(|digit| char::from(digit | b'0'))
            .collect();
        // It was made of a number, so that it parses.
        let number = text.parse().unwrap_or_else(|_| FragmentNumber::from(0));
        if !self.is_listed {
            return Planned::Named(number);
        }
        Planned::Listed(Listed {
            number,
            bytes: self.bytes,
            producer_timestamp: from_nanos(self.producer),
            server_timestamp: from_nanos(self.server),
            duration_ms: u64::from(self.duration_ms),
        })
    }
}

fn to_nanos(time: Timestamp) -> Option<i64> {
    let seconds = time.seconds().checked_mul(NANOS)?;
    seconds.checked_add(i64::from(time.nanos()))
}

fn from_nanos(nanos: i64) -> Timestamp {
    let rest = u32::try_from(nanos.rem_euclid(NANOS)).unwrap_or(0);
    Timestamp::new(nanos.div_euclid(NANOS), rest)
}

/// All fragments that an export fetches, in the order of delivery: by producer time, then server
/// time, then number; each once. A million takes 56 MB.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    entries: Vec<Entry>,
    /// How many an earlier run has settled.
    done: usize,
    /// How many are asked for, or done.
    taken: usize,
}

impl FromIterator<Planned> for Plan {
    fn from_iter<T: IntoIterator<Item = Planned>>(fragments: T) -> Self {
        Self::sorted(fragments.into_iter().map(Entry::from).collect())
    }
}

impl Plan {
    /// Puts them in order, each once.
    pub(crate) fn sorted(mut entries: Vec<Entry>) -> Self {
        sort(&mut entries);
        Self {
            entries,
            done: 0,
            taken: 0,
        }
    }

    /// How many fragments there are, done or not.
    pub fn len(&self) -> u64 {
        u64::try_from(self.entries.len()).unwrap_or(u64::MAX)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The fragments, done or not.
    pub fn iter(&self) -> impl Iterator<Item = Planned> {
        self.entries.iter().map(Entry::unpack)
    }

    /// The same plan with so many of its fragments done, from the beginning on.
    #[must_use]
    pub fn with_done(mut self, done: u64) -> Self {
        let done = usize::try_from(done).unwrap_or(usize::MAX);
        self.done = done.min(self.entries.len());
        self.afresh()
    }

    /// The same plan for another export: what one has asked for and not settled is asked for again.
    pub(crate) fn afresh(mut self) -> Self {
        self.taken = self.done;
        self
    }

    /// The same plan with so many of its fragments, from the beginning on, and no more.
    pub(crate) fn truncated(mut self, len: u64) -> Self {
        let len = usize::try_from(len).unwrap_or(usize::MAX);
        self.entries.truncate(len);
        self
    }

    /// How many fragments are not done, and their bytes as far as they are listed.
    pub(crate) fn left(&self) -> (u64, u64) {
        let left = self.entries.get(self.done..).unwrap_or_default();
        let bytes = left.iter().filter_map(Entry::bytes);
        let count = u64::try_from(left.len()).unwrap_or(u64::MAX);
        (count, bytes.fold(0, u64::saturating_add))
    }

    pub(crate) fn next(&self) -> Option<&Entry> {
        self.entries.get(self.taken)
    }

    pub(crate) fn take(&mut self) -> Option<Planned> {
        let entry = self.entries.get(self.taken)?;
        self.taken = self.taken.saturating_add(1);
        Some(entry.unpack())
    }

    /// Adds what a later listing has beside: what goes behind all that is there becomes part of
    /// the plan; what would have gone before comes back.
    pub(crate) fn extend(&mut self, mut later: Vec<Entry>) -> Vec<Planned> {
        sort(&mut later);
        later.retain(|entry| {
            let found = self.entries.binary_search_by(|one| one.order(entry));
            found.is_err()
        });
        let last = self.entries.last().cloned();
        let (behind, before): (Vec<_>, Vec<_>) = later.into_iter().partition(|entry| {
            let order = last.as_ref().map(|last| last.order(entry));
            order.is_none_or(|order| order == Ordering::Less)
        });
        self.entries.extend(behind);
        before.iter().map(Entry::unpack).collect()
    }
}

pub(crate) fn sort(entries: &mut Vec<Entry>) {
    entries.sort_unstable_by(Entry::order);
    // A fragment that moved between two pages while they were read is listed twice.
    entries.dedup_by(|a, b| a.is_same(b));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(number: &str, producer: Timestamp) -> Planned {
        Planned::Listed(Listed {
            number: number.parse().unwrap(),
            bytes: 7,
            producer_timestamp: producer,
            server_timestamp: Timestamp::new(1, 2),
            duration_ms: 3,
        })
    }

    fn entry(number: &str, seconds: i64) -> Entry {
        listed(number, Timestamp::new(seconds, 0)).into()
    }

    #[test]
    fn entries_keep_what_they_are_made_of() {
        let longest = "9".repeat(128);
        let numbers = [
            "0",
            "007",
            "12",
            "91343852333181432392682062622220590765",
            &longest,
        ];
        for number in numbers {
            let times = [(0, 0), (-1, 999_999_999), (i64::MAX, 1), (9_223_372_036, 0)];
            for (seconds, nanos) in times {
                let planned = listed(number, Timestamp::new(seconds, nanos));
                let back = Entry::from(planned.clone()).unpack();
                assert_eq!(back.number().as_str(), number);
                assert_eq!(back, planned);
            }
            let named = Planned::Named(number.parse().unwrap());
            assert_eq!(Entry::from(named.clone()).unpack(), named);
        }
        assert_eq!(size_of::<Entry>(), 56);
    }

    #[test]
    fn numbers_compare_as_numbers_whatever_their_form() {
        let long = "1".repeat(60);
        let mut entries = vec![
            entry(&long, 5),
            entry("100", 5),
            entry("099", 5),
            entry("7", 5),
            entry("99", 5),
            entry("9999", 4),
        ];
        sort(&mut entries);
        let numbers: Vec<String> = entries
            .iter()
            .map(|e| e.unpack().number().to_string())
            .collect();
        assert_eq!(numbers.len(), 5);
        assert_eq!([&numbers[0], &numbers[1]], ["9999", "7"]);
        assert_eq!([&numbers[3], &numbers[4]], ["100", &long]);
    }

    #[test]
    fn what_is_late_goes_behind_or_comes_back() {
        let mut plan = Plan::sorted(vec![entry("1", 1), entry("3", 3)]);
        let later = vec![entry("3", 3), entry("2", 2), entry("4", 4), entry("1", 1)];
        let before = plan.extend(later);
        assert_eq!(before, [listed("2", Timestamp::new(2, 0))]);
        let left = std::iter::from_fn(|| plan.take());
        let numbers: Vec<String> = left.map(|planned| planned.number().to_string()).collect();
        assert_eq!(numbers, ["1", "3", "4"]);
    }
}
