//! What is recorded of a stream: fragments in memory, in as many copies as are asked for.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use kvs_api::protocol::Timestamp as Moment;
use kvs_mkv::payload::{self, PayloadOptions};
use kvs_mkv::{Fragment, FragmentNumber, InBandError, State, Tag, Timestamp, Track};

use crate::arrivals::{Arrival, Arrived};
use crate::load::Stored;
use crate::numbering::Numbering;
use crate::stream::Stream;

/// How long after a fragment began the service is said to have received it.
const DELAY: i64 = 250_000_000;
/// Nanoseconds in a millisecond.
pub(crate) const MILLI: i64 = 1_000_000;
/// A time in a file that is beyond this counts from 1970, not from the file's beginning.
const ABSOLUTE: i64 = 10 * 365 * 86_400 * 1_000_000_000;

/// A stream's fragments. Copies of one recording follow each other; a fragment's place is its
/// ordinal in all of them.
pub(crate) struct Recording {
    stored: Vec<Arc<Stored>>,
    times: Vec<Times>,
    by_number: HashMap<FragmentNumber, usize>,
    numbering: Numbering,
    copies: u32,
    /// Nanoseconds from one copy to the next.
    span: i64,
    base: Moment,
    loaded_at: Moment,
    arrived: Arrived,
}

/// Without the media, which would fill the screen.
impl fmt::Debug for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recording")
            .field("fragments", &self.len())
            .finish_non_exhaustive()
    }
}

/// When a fragment of the first copy began and arrived, in nanoseconds since 1970.
#[derive(Debug, Clone, Copy)]
struct Times {
    producer: i64,
    server: i64,
}

impl From<Stream> for Recording {
    fn from(stream: Stream) -> Self {
        let base = nanos(stream.start);
        let stored: Vec<_> = stream.loaded.fragments.into_iter().map(Arc::new).collect();
        let times = times(&stored, base);
        let start = times.iter().map(|t| t.producer).min().unwrap_or(base);
        let ends = times.iter().zip(&stored);
        let end = ends.map(|(t, s)| t.producer.saturating_add(s.length)).max();
        let span = end.unwrap_or(start).saturating_sub(start).max(1);
        Self {
            by_number: stream.loaded.by_number,
            numbering: stream.loaded.numbering,
            copies: stream.repeat,
            span: span.saturating_add(MILLI - 1) / MILLI * MILLI,
            base: moment(start),
            loaded_at: moment(start),
            arrived: Arrived::default(),
            stored,
            times,
        }
    }
}

impl Recording {
    /// When it begins.
    pub(crate) fn base(&self) -> Moment {
        self.base
    }

    /// Says when it was loaded: what is kept of it is kept from then on.
    pub(crate) fn loaded_at(&mut self, now: Moment) {
        self.loaded_at = now;
    }

    /// How many fragments there are in all copies.
    fn loaded(&self) -> u64 {
        self.of_one().saturating_mul(self.copies.into())
    }

    /// The ordinal of the next fragment: there are none from here on.
    pub(crate) fn len(&self) -> u64 {
        self.loaded().saturating_add(self.arrived.len())
    }

    /// Ordinals of fragments, in the order of their numbers.
    pub(crate) fn ordinals(&self) -> impl Iterator<Item = u64> {
        let first = self.loaded().saturating_add(self.arrived.first());
        (0..self.loaded()).chain(first..self.len())
    }

    /// The number of the next fragment.
    pub(crate) fn next_number(&self) -> Option<FragmentNumber> {
        self.numbering.number(self.len())
    }

    /// Adds a fragment that has arrived.
    pub(crate) fn push(&self, arrival: Arrival) {
        self.arrived.push(arrival);
    }

    /// Drops fragments that had arrived then or earlier; their numbers are told.
    pub(crate) fn forget(&self, then: Moment) -> Vec<FragmentNumber> {
        let forgotten = self.arrived.forget(nanos(then)).into_iter();
        let ordinals = forgotten.map(|index| self.loaded().saturating_add(index));
        ordinals
            .filter_map(|ordinal| self.numbering.number(ordinal))
            .collect()
    }

    /// What had arrived when an earlier emulator ended, `had` of them at least.
    pub(crate) fn restored(fragments: Vec<Fragment>, had: u64) -> Self {
        let empty = Self::from(Stream::empty());
        let arrivals = fragments.into_iter().filter_map(|fragment| {
            let index = empty.numbering.counter(fragment.number.as_ref()?)?;
            let producer = fragment.producer_timestamp?.as_nanos();
            let server = fragment.server_timestamp?.as_nanos();
            let stored = Arc::new(Stored::anew(fragment));
            let arrival = Arrival {
                stored,
                producer,
                server,
            };
            Some((index, arrival))
        });
        let arrivals = arrivals.collect();
        empty.arrived.restore(arrivals, had);
        empty
    }

    /// What has arrived, and what is yet to.
    pub(crate) fn arrivals(&self) -> &Arrived {
        &self.arrived
    }

    fn of_one(&self) -> u64 {
        u64::try_from(self.stored.len()).unwrap_or(u64::MAX)
    }

    /// The fragment with this ordinal.
    pub(crate) fn at(&self, ordinal: u64) -> Option<Recorded<'_>> {
        if let Some(arrived) = ordinal.checked_sub(self.loaded()) {
            let Arrival {
                stored,
                producer,
                server,
            } = self.arrived.get(arrived)?;
            return Some(Recorded {
                stored,
                times: Times { producer, server },
                numbering: &self.numbering,
                ordinal,
                is_first: false,
                stored_at: moment(server),
                shift: 0,
            });
        }
        let copy = ordinal.checked_div(self.of_one())?;
        let index = usize::try_from(ordinal % self.of_one()).ok()?;
        Some(Recorded {
            stored: Arc::clone(self.stored.get(index)?),
            times: *self.times.get(index)?,
            numbering: &self.numbering,
            ordinal,
            is_first: copy == 0,
            stored_at: self.loaded_at,
            shift: i64::try_from(copy).ok()?.saturating_mul(self.span),
        })
    }

    /// The fragment with this number.
    pub(crate) fn find(&self, number: &FragmentNumber) -> Option<Recorded<'_>> {
        let captured = self.by_number.get(number).map(|index| *index as u64);
        let found = self.at(captured.or_else(|| self.numbering.counter(number))?)?;
        // A captured fragment goes by its own number only.
        (found.number()? == *number).then_some(found)
    }
}

impl fmt::Debug for Recorded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorded")
            .field("ordinal", &self.ordinal)
            .finish_non_exhaustive()
    }
}

/// A fragment in one of the copies.
#[derive(Clone)]
pub(crate) struct Recorded<'a> {
    stored: Arc<Stored>,
    times: Times,
    numbering: &'a Numbering,
    ordinal: u64,
    is_first: bool,
    stored_at: Moment,
    shift: i64,
}

impl Recorded<'_> {
    /// Its number; `None` only for a counter that no recording reaches.
    pub(crate) fn number(&self) -> Option<FragmentNumber> {
        let captured = self.stored.number.as_ref().filter(|_| self.is_first);
        captured
            .cloned()
            .or_else(|| self.numbering.number(self.ordinal))
    }

    pub(crate) fn ordinal(&self) -> u64 {
        self.ordinal
    }

    /// When it came to be kept.
    pub(crate) fn stored_at(&self) -> Moment {
        self.stored_at
    }

    pub(crate) fn producer_timestamp(&self) -> Moment {
        moment(self.times.producer.saturating_add(self.shift))
    }

    pub(crate) fn server_timestamp(&self) -> Moment {
        moment(self.times.server.saturating_add(self.shift))
    }

    /// Whether there is something in it to be played.
    pub(crate) fn has_frames(&self) -> bool {
        !self.stored.fragment.frames.is_empty()
    }

    /// Whether some of that is of this track.
    pub(crate) fn has_frames_of(&self, track: u64) -> bool {
        let mut frames = self.stored.fragment.frames.iter();
        frames.any(|frame| frame.track == track)
    }

    pub(crate) fn tracks(&self) -> &[Track] {
        &self.stored.fragment.tracks
    }

    /// Bytes of its frames.
    pub(crate) fn media_bytes(&self) -> u64 {
        let frames = self.stored.fragment.frames.iter();
        frames.fold(0, |sum, frame| sum.saturating_add(frame.data.len() as u64))
    }

    /// It with its own times, for what is made of its frames.
    pub(crate) fn fragment(&self) -> Fragment {
        let mut fragment = self.stored.fragment.clone();
        fragment.raw = Vec::new();
        fragment.number = self.number();
        fragment.producer_timestamp = Some(self.producer_time());
        fragment.server_timestamp = Some(self.server_time());
        fragment
    }

    fn producer_time(&self) -> Timestamp {
        Timestamp::from_nanos(self.times.producer.saturating_add(self.shift))
    }

    fn server_time(&self) -> Timestamp {
        Timestamp::from_nanos(self.times.server.saturating_add(self.shift))
    }

    pub(crate) fn length_in_millis(&self) -> i64 {
        self.stored.length.saturating_add(MILLI / 2) / MILLI
    }

    /// Its bytes as they are served: as they were captured, or written anew.
    pub(crate) fn payload(&self) -> Vec<Bytes> {
        if self.is_first
            && self.stored.number.is_some()
            && let Some(document) = self.stored.document()
        {
            return document.to_vec();
        }
        let Some(number) = self.number() else {
            return Vec::new();
        };
        if let State::Error(error) = &self.stored.fragment.state {
            return payload::error(&number, error);
        }
        let options = PayloadOptions {
            number,
            server_timestamp: self.server_time(),
            producer_timestamp: self.producer_time(),
            shift: self.shift,
        };
        payload::encode(&self.stored.fragment, &options)
    }

    /// Its bytes as they are served without an end, with tags behind it.
    pub(crate) fn payload_with(&self, tags: Vec<Tag>) -> Vec<Bytes> {
        let Some(number) = self.number() else {
            return Vec::new();
        };
        let mut fragment = self.stored.fragment.clone();
        fragment.tags_after.extend(tags);
        let options = PayloadOptions {
            number,
            server_timestamp: self.server_time(),
            producer_timestamp: self.producer_time(),
            shift: self.shift,
        };
        payload::encode(&fragment, &options)
    }
}

/// What stands in the place of a fragment that is not there.
pub(crate) fn not_found(number: &FragmentNumber) -> Vec<Bytes> {
    let error = InBandError {
        code: Some("FRAGMENT_NOT_FOUND".to_owned()),
        id: Some(3000),
        message: None,
    };
    payload::error(number, &error)
}

/// When the fragments began and arrived: as captured, else as the file's times say, else after the
/// fragment before.
fn times(stored: &[Arc<Stored>], base: i64) -> Vec<Times> {
    let mut next = base;
    let times = stored.iter().map(|stored| {
        let Stored {
            fragment, length, ..
        } = &**stored;
        let first = fragment.frames.iter().map(|frame| frame.timestamp).min();
        let in_file = first.filter(|_| fragment.number.is_none()).map(|first| {
            let since = if first > ABSOLUTE { 0 } else { base };
            whole_millis(since.saturating_add(first))
        });
        let captured = fragment.producer_timestamp.map(Timestamp::as_nanos);
        let producer = captured.or(in_file).unwrap_or(next);
        let server = fragment.server_timestamp.map(Timestamp::as_nanos);
        next = whole_millis(producer.saturating_add(*length));
        Times {
            producer,
            server: server.unwrap_or(producer.saturating_add(DELAY)),
        }
    });
    times.collect()
}

fn whole_millis(nanos: i64) -> i64 {
    nanos.div_euclid(MILLI).saturating_mul(MILLI)
}

fn moment(nanos: i64) -> Moment {
    let fraction = u32::try_from(nanos.rem_euclid(1_000_000_000)).unwrap_or_default();
    Moment::new(nanos.div_euclid(1_000_000_000), fraction)
}

pub(crate) fn nanos(at: Moment) -> i64 {
    Timestamp::from_millis(at.as_millis()).as_nanos()
}
