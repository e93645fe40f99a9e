//! When the frames of fragments are shown that follow each other.

use std::sync::Arc;

use super::header::MILLISECOND;
use super::line::{Line, to_tick};
use super::{Gaps, WriteError, tracks};
use crate::fragment::Fragment;
use crate::number::FragmentNumber;
use crate::track::Track;

/// Places fragments one after the other on one time line, which begins at zero.
///
/// Where their own timecodes and the producer's timestamps agree, timecodes decide; where they do
/// not, as when a producer that counts from its start has been started anew, the producer's
/// timestamps do. A fragment that would lie over the one before, or run back, begins where that
/// ends, so that no track's timestamps run back from one fragment to the next. [`Gaps`] says what
/// becomes of holes. Within a fragment all stays as it is, pictures out of order among them.
///
/// [`Writer`](crate::Writer) places by it: whatever a recording is written as, its times are these.
///
/// ```
/// use kvs_mkv::{Fragment, Gaps, Timeline, WriteError};
///
/// /// When each frame is shown, in nanoseconds from the beginning.
/// fn times(fragments: &[Fragment]) -> Result<Vec<i128>, WriteError> {
///     let mut timeline = Timeline::new(Gaps::Close);
///     let mut times = Vec::new();
///     for fragment in fragments {
///         let place = timeline.place(fragment)?;
///         let frames = fragment.frames.iter();
///         times.extend(frames.map(|frame| place.time(frame.timestamp)));
///     }
///     Ok(times)
/// }
/// assert_eq!(times(&[])?, []);
/// # Ok::<(), WriteError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Timeline {
    pub(super) gaps: Gaps,
    pub(super) settled: Option<Settled>,
    /// The fragment that comes in parts, and where it is.
    pub(super) open: Option<(Option<FragmentNumber>, Place)>,
}

/// What the first fragment with frames decides.
#[derive(Debug, Clone)]
pub(super) struct Settled {
    pub(super) tracks: Arc<[Track]>,
    pub(super) scale: u64,
    pub(super) line: Line,
}

/// A fragment's place on a [`Timeline`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    scale: i128,
    /// The earliest frame in the fragment's own time, and on the time line.
    own: i128,
    start: i128,
}

impl Place {
    /// Where a timestamp of the fragment is on the time line, in nanoseconds.
    pub fn time(&self, timestamp: i64) -> i128 {
        i128::from(timestamp).saturating_add(self.shift())
    }

    /// Nanoseconds from the fragment's own time to that of the time line.
    pub fn shift(&self) -> i128 {
        self.start.saturating_sub(self.own)
    }

    /// The tick of a timestamp: the nearest to where it is.
    pub(super) fn tick(&self, timestamp: i64) -> i64 {
        let relative = i128::from(timestamp).saturating_sub(self.own);
        let nanos = self.start.saturating_add(to_tick(relative, self.scale));
        let ticks = nanos.checked_div(self.scale).unwrap_or(0);
        i64::try_from(ticks).unwrap_or(i64::MAX)
    }
}

impl Timeline {
    /// A time line without fragments.
    pub fn new(gaps: Gaps) -> Self {
        Self {
            gaps,
            settled: None,
            open: None,
        }
    }

    /// Places the next fragment; one without frames takes no place, and has a shift of zero. The
    /// parts of one that comes in [parts](crate::Part) have one place, which its outline decides.
    ///
    /// The first that has frames decides the tracks, and the TimestampScale whose ticks all of them
    /// begin at.
    ///
    /// # Errors
    ///
    /// See [`WriteError`]; the time line is as if the fragment had not been there.
    pub fn place(&mut self, fragment: &Fragment) -> Result<Place, WriteError> {
        if fragment.heads().next().is_none() {
            return Ok(Place {
                scale: i128::from(MILLISECOND),
                own: 0,
                start: 0,
            });
        }
        let open = self.open.take();
        let place = match open.filter(|_| !fragment.begins()) {
            None if !fragment.begins() => return Err(WriteError::NoBeginning),
            None => self.place_whole(fragment)?,
            Some((number, _)) if number != fragment.number => return Err(WriteError::NoBeginning),
            Some((_, place)) => {
                tracks::check(fragment)?;
                place
            }
        };
        if !fragment.ends() {
            self.open = Some((fragment.number.clone(), place));
        }
        Ok(place)
    }

    fn place_whole(&mut self, fragment: &Fragment) -> Result<Place, WriteError> {
        tracks::check(fragment)?;
        match &mut self.settled {
            Some(settled) => {
                tracks::compare(&settled.tracks, &fragment.tracks)?;
                settled.place(fragment)
            }
            none => {
                // Refused, it must not have settled anything.
                let mut settled = Settled::on(fragment, self.gaps);
                let place = settled.place(fragment)?;
                *none = Some(settled);
                Ok(place)
            }
        }
    }

    /// When the last frame of all tracks ends, in nanoseconds.
    pub fn end(&self) -> i128 {
        self.settled
            .as_ref()
            .map_or(0, |settled| settled.line.end())
    }

    /// The tracks that are settled.
    pub(super) fn tracks(&self) -> &[Track] {
        let settled = self.settled.as_ref();
        settled.map_or(&[], |settled| &settled.tracks)
    }

    /// Nanoseconds of a tick.
    pub(super) fn scale(&self) -> u64 {
        self.settled
            .as_ref()
            .map_or(MILLISECOND, |settled| settled.scale)
    }
}

impl Settled {
    fn on(first: &Fragment, gaps: Gaps) -> Self {
        let scale = match first.timestamp_scale {
            sane @ 1_000..=1_000_000_000 => sane,
            _ => MILLISECOND,
        };
        Self {
            tracks: first.tracks.clone(),
            scale,
            line: Line::new(scale, gaps),
        }
    }

    fn place(&mut self, fragment: &Fragment) -> Result<Place, WriteError> {
        let spot = self.line.place(fragment, &self.tracks)?;
        self.line.take(&spot);
        Ok(Place {
            scale: i128::from(self.scale),
            own: spot.own,
            start: spot.start,
        })
    }
}
