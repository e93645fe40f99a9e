//! Where the fragments of one set of tracks go.
//!
//! All positions are nanoseconds in 128 bits: fragments may hold any timestamp, and sums of them
//! are only narrowed once, when they have been found to fit.

use super::{Gaps, WriteError};
use crate::fragment::{Fragment, FrameHead};
use crate::timestamp::Timestamp;
use crate::track::{Track, TrackKind};

/// A hole longer than this is closed, if holes are.
const HOLE: i128 = 1_000_000_000;
/// What producer timestamps and timecodes may disagree by, for the first are cut to milliseconds
/// and mean the Cluster, which may begin a little before its first frame.
const AGREEMENT: i128 = 100_000_000;
/// What a track may overlap its own former frame's end by after a break in the timecodes.
const OVERLAP: i128 = 100_000_000;
/// What tracks may overlap each other by after such a break: sound runs ahead of pictures.
const INTERLEAVING: i128 = 1_000_000_000;
/// How long a lone picture or sound lasts that says nothing of it.
const LONE_FRAME: i128 = 40_000_000;

/// What has been placed so far.
#[derive(Debug, Clone)]
pub(super) struct Line {
    scale: i128,
    gaps: Gaps,
    pub(super) former: Option<Former>,
    pub(super) ends: Vec<End>,
}

/// What the next fragment is placed by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Former {
    pub(super) producer: Option<Timestamp>,
    /// Its earliest frame in its own time.
    pub(super) own: i128,
    /// The same in the file's; not rounded, so that rounding does not add up.
    pub(super) start: i128,
}

/// How far a track has come.
#[derive(Debug, Clone, Copy)]
pub(super) struct End {
    pub(super) track: u64,
    /// The latest frame.
    pub(super) last: i128,
    /// How long that lasts.
    pub(super) length: i128,
}

impl End {
    fn end(&self) -> i128 {
        self.last.saturating_add(self.length)
    }
}

/// What a fragment has of one track, relative to its own earliest frame.
#[derive(Debug, Clone, Copy)]
struct Span {
    track: u64,
    first: i128,
    last: i128,
    /// How long the latest frame lasts; `None` where nothing tells.
    length: Option<i128>,
}

/// A fragment's place, found but not yet taken.
#[derive(Debug)]
pub(super) struct Spot {
    /// The earliest frame in the fragment's own time.
    pub(super) own: i128,
    former: Former,
    /// Where that goes: a whole number of ticks.
    pub(super) start: i128,
    spans: Vec<Span>,
}

impl Line {
    pub(super) fn new(scale: u64, gaps: Gaps) -> Self {
        Self {
            scale: i128::from(scale.max(1)),
            gaps,
            former: None,
            ends: Vec::new(),
        }
    }

    /// Finds the place of a fragment that has frames of these tracks.
    pub(super) fn place(&self, fragment: &Fragment, tracks: &[Track]) -> Result<Spot, WriteError> {
        let earliest = fragment.heads().map(|frame| frame.timestamp).min();
        let own = i128::from(earliest.unwrap_or(0));
        let spans = self.spans(fragment, own, tracks);
        let wanted = self.wanted(fragment.producer_timestamp, own);
        let start = self.settle(&wanted, &spans);
        let spot = Spot {
            own,
            former: Former {
                producer: fragment.producer_timestamp,
                own,
                start: if start == to_tick(wanted.start, self.scale) {
                    wanted.start
                } else {
                    start
                },
            },
            start,
            spans,
        };
        let ends = spot
            .spans
            .iter()
            .map(|span| start.saturating_add(span.last));
        match ends.max().is_some_and(|end| end > i128::from(i64::MAX)) {
            true => Err(WriteError::TooLong),
            false => Ok(spot),
        }
    }

    /// Takes a place.
    pub(super) fn take(&mut self, spot: &Spot) {
        self.former = Some(spot.former);
        for span in &spot.spans {
            let last = spot.start.saturating_add(span.last);
            let known = self.ends.iter_mut().find(|end| end.track == span.track);
            match known {
                Some(end) => {
                    let gap = last.saturating_sub(end.last);
                    *end = End {
                        track: span.track,
                        last,
                        length: span.length.unwrap_or(gap),
                    };
                }
                None => self.ends.push(End {
                    track: span.track,
                    last,
                    length: span.length.unwrap_or(LONE_FRAME),
                }),
            }
        }
    }

    /// When the last frame of all tracks ends, in nanoseconds.
    pub(super) fn end(&self) -> i128 {
        self.ends.iter().map(End::end).max().unwrap_or(0)
    }

    /// Where a fragment would be by its own and its producer's account.
    fn wanted(&self, producer: Option<Timestamp>, own: i128) -> Wanted {
        let Some(former) = self.former else {
            return Wanted {
                start: 0,
                continues: true,
            };
        };
        let by_timecodes = former.start.saturating_add(own.saturating_sub(former.own));
        let by_producer = producer.zip(former.producer).map(|(now, then)| {
            let step = i128::from(now.as_nanos()).saturating_sub(i128::from(then.as_nanos()));
            former.start.saturating_add(step)
        });
        match by_producer {
            // Where both agree, timecodes are the finer of the two.
            Some(start) if start.abs_diff(by_timecodes) > AGREEMENT.unsigned_abs() => Wanted {
                start,
                continues: false,
            },
            _ => Wanted {
                start: by_timecodes,
                continues: true,
            },
        }
    }

    /// Where it goes: there, unless frames would run backward or a hole is to be closed.
    fn settle(&self, wanted: &Wanted, spans: &[Span]) -> i128 {
        let start = to_tick(wanted.start, self.scale);
        if self.former.is_none() {
            return start;
        }
        let hole = start.saturating_sub(self.end());
        let settled = if start < self.earliest(wanted.continues, spans) {
            self.abutting(wanted.continues, spans)
        } else if self.gaps == Gaps::Close && hole > HOLE {
            self.abutting(false, spans)
        } else {
            start
        };
        up_to_tick(settled, self.scale)
    }

    /// The earliest start that is left as it is.
    fn earliest(&self, continues: bool, spans: &[Span]) -> i128 {
        let tracks = self.followed(spans).map(|(end, span)| {
            let after_last = end.last.saturating_add(self.scale);
            let from = if continues {
                // The distance to the former frame is the producer's, however short it be.
                after_last
            } else {
                after_last.max(end.end().saturating_sub(OVERLAP))
            };
            from.saturating_sub(span.first)
        });
        tracks.fold(self.floor(continues, spans), i128::max)
    }

    /// The start at which every track goes on where it ended.
    fn abutting(&self, continues: bool, spans: &[Span]) -> i128 {
        let tracks = self.followed(spans).map(|(end, span)| {
            let from = end.end().max(end.last.saturating_add(self.scale));
            from.saturating_sub(span.first)
        });
        tracks.fold(self.floor(continues, spans), i128::max)
    }

    /// What the tracks together demand, beside what each does: no Cluster begins before zero.
    fn floor(&self, continues: bool, spans: &[Span]) -> i128 {
        if self.followed(spans).next().is_none() {
            self.end()
        } else if continues {
            0
        } else {
            self.end().saturating_sub(INTERLEAVING).max(0)
        }
    }

    /// Tracks of the fragment that the file has frames of.
    fn followed(&self, spans: &[Span]) -> impl Iterator<Item = (&End, Span)> {
        self.ends.iter().filter_map(move |end| {
            let span = spans.iter().find(|span| span.track == end.track)?;
            Some((end, *span))
        })
    }

    fn spans(&self, fragment: &Fragment, own: i128, tracks: &[Track]) -> Vec<Span> {
        let relative =
            |frame: FrameHead| to_tick(i128::from(frame.timestamp).saturating_sub(own), self.scale);
        tracks
            .iter()
            .filter_map(|track| {
                let of_track = |frame: &FrameHead| frame.track == track.number;
                let frames = || fragment.heads().filter(of_track);
                let latest = frames().max_by_key(|frame| frame.timestamp)?;
                let last = relative(latest);
                let second = frames().map(relative).filter(|time| *time < last).max();
                Some(Span {
                    track: track.number,
                    first: frames().map(relative).min().unwrap_or(last),
                    last,
                    length: length(track, &latest, second.map(|time| last.saturating_sub(time))),
                })
            })
            .collect()
    }
}

/// Where a fragment would like to be.
#[derive(Debug)]
struct Wanted {
    start: i128,
    /// Whether its timecodes go on from the former fragment's.
    continues: bool,
}

/// How long the latest frame lasts: as it says, as its track says, or as long as the one before.
fn length(track: &Track, latest: &FrameHead, distance: Option<i128>) -> Option<i128> {
    match (latest.duration.or(track.default_duration), &track.kind) {
        (Some(duration), _) => Some(i128::from(duration)),
        // Subtitles and data come when they come; the former distance tells nothing.
        (None, TrackKind::Other(_)) => Some(0),
        (None, TrackKind::Video(_) | TrackKind::Audio(_)) => distance,
    }
}

/// The nearest whole number of ticks, in nanoseconds.
pub(super) fn to_tick(nanos: i128, scale: i128) -> i128 {
    let raised = nanos.saturating_add(scale >> 1);
    raised.saturating_sub(raised.checked_rem_euclid(scale).unwrap_or(0))
}

/// The next whole number of ticks, in nanoseconds.
fn up_to_tick(nanos: i128, scale: i128) -> i128 {
    let raised = nanos.saturating_add(scale.saturating_sub(1));
    raised.saturating_sub(raised.checked_rem_euclid(scale).unwrap_or(0))
}
