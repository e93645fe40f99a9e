//! A track, and its frames as samples.

use std::collections::VecDeque;

use bytes::Bytes;
use kvs_mkv::{Fragment, FrameHead, TrackKind};

use super::atoms;
use crate::codec::Codec;
use crate::codec::pcm::Samples;
use crate::time::{self, Cadence};
use crate::{Problem, WriteError};

/// How long a lone frame lasts that says nothing of it, in nanoseconds.
const LONE_FRAME: i128 = 40_000_000;

/// A track of the file, and how far it has come.
#[derive(Debug, Clone)]
pub(super) struct Track {
    pub(super) number: u64,
    /// Its number in the file.
    pub(super) id: u32,
    pub(super) codec: Codec,
    pub(super) timescale: u32,
    /// Pixels; 0 for sound.
    pub(super) width: u16,
    pub(super) height: u16,
    /// The sample description.
    pub(super) entry: Bytes,
    /// How much later than its frames say a fragmented file shows the track; settled by its first
    /// fragment.
    pub(super) delay: Option<u32>,
    cadence: Option<Cadence>,
    default_duration: Option<u64>,
    /// When the latest sample is decoded.
    latest: Option<i64>,
    /// The times of frames of the fragment under way that are yet to come.
    due: VecDeque<Time>,
}

/// When a frame is decoded and shown; see [`Sample`].
#[derive(Debug, Clone, Copy)]
struct Time {
    decoded: i64,
    offset: i32,
    duration: u32,
}

/// A frame in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sample {
    /// When it is decoded, in ticks of the track.
    pub(super) decoded: i64,
    /// From then on to when it is shown.
    pub(super) offset: i32,
    /// From its decoding to the next frame's, so far as the fragment tells.
    pub(super) duration: u32,
    pub(super) keyframe: bool,
    pub(super) data: Bytes,
    pub(super) size: u32,
}

impl Sample {
    pub(super) fn len(&self) -> u64 {
        u64::from(self.size)
    }
}

impl Track {
    pub(super) fn open(
        track: &kvs_mkv::Track,
        id: u32,
        timescale: u32,
    ) -> Result<Self, WriteError> {
        let refuse = |problem| WriteError::track(track, problem);
        let codec = Codec::of(track).map_err(refuse)?;
        let (width, height) = match &track.kind {
            TrackKind::Video(video) if codec.is_video() => (
                u16::try_from(video.width).unwrap_or(u16::MAX),
                u16::try_from(video.height).unwrap_or(u16::MAX),
            ),
            TrackKind::Audio(_) if !codec.is_video() => (0, 0),
            _ => return Err(refuse(Problem::Codec)),
        };
        let entry = atoms::sample_entry(&codec, width, height).map_err(refuse)?;
        let rate = codec.rate();
        Ok(Self {
            number: track.number,
            id,
            timescale: rate.unwrap_or(timescale),
            codec,
            width,
            height,
            entry,
            delay: None,
            cadence: rate.map(Cadence::new),
            default_duration: track.default_duration,
            latest: None,
            due: VecDeque::new(),
        })
    }

    /// The samples of a fragment's frames of this track, or of a part of it. When they are is
    /// settled with its first part, for all.
    pub(super) fn samples(
        &mut self,
        fragment: &Fragment,
        shift: i128,
    ) -> Result<Vec<Sample>, WriteError> {
        if fragment.begins() {
            self.due = self.times(fragment, shift)?;
            let delay = delay(&self.due);
            self.delay.get_or_insert(delay);
        }
        let number = self.number;
        let frames = fragment.frames.iter().filter(|frame| frame.track == number);
        let mut samples = Vec::with_capacity(self.due.len().min(fragment.frames.len()));
        for frame in frames {
            let Some(time) = self.due.pop_front() else {
                break;
            };
            let data = self.data(&frame.data);
            samples.push(Sample {
                decoded: time.decoded,
                offset: time.offset,
                duration: time.duration,
                keyframe: frame.keyframe || !self.codec.is_video(),
                size: u32::try_from(data.len()).map_err(|_| WriteError::TooLarge)?,
                data,
            });
        }
        Ok(samples)
    }

    /// When the frames of a fragment are decoded and shown.
    fn times(&mut self, fragment: &Fragment, shift: i128) -> Result<VecDeque<Time>, WriteError> {
        let gap = WriteError::Gap { track: self.number };
        let number = self.number;
        let of_track = fragment.heads().filter(|head| head.track == number);
        let heads: Vec<FrameHead> = of_track.collect();
        let shown: Vec<i64> = heads
            .iter()
            .map(|head| self.shown(head, shift, fragment.timestamp_scale))
            .collect();
        let former = self.latest;
        let decoded = self.decoded(&shown);
        let begins_late =
            |first: &i64| former.is_some_and(|former| delta(former, *first).is_none());
        if decoded.first().is_some_and(begins_late) {
            return Err(gap);
        }
        let next = decoded.iter().skip(1).copied().map(Some).chain([None]);
        let mut times: VecDeque<Time> = VecDeque::with_capacity(heads.len());
        for (((head, shown), now), next) in heads.iter().zip(shown).zip(&decoded).zip(next) {
            let distance = next.map(|next| delta(*now, next).ok_or_else(|| gap.clone()));
            let duration = match distance {
                Some(distance) => distance?,
                None => self.lasts(head, times.back().map(|former| former.duration)),
            };
            times.push_back(Time {
                decoded: *now,
                offset: i32::try_from(shown.saturating_sub(*now)).map_err(|_| gap.clone())?,
                duration,
            });
        }
        Ok(times)
    }

    /// When a frame is shown, in ticks of the track.
    fn shown(&mut self, head: &FrameHead, shift: i128, scale: u64) -> i64 {
        let nanos = i128::from(head.timestamp).saturating_add(shift);
        let samples = self.codec.samples(head.bytes).unwrap_or(0);
        match &mut self.cadence {
            Some(cadence) => cadence.place(nanos, samples, scale),
            None => time::ticks(nanos, self.timescale),
        }
    }

    /// When frames are decoded that are shown at these times: at the same times in order, none of
    /// them before the one in front of it.
    fn decoded(&mut self, shown: &[i64]) -> Vec<i64> {
        let mut decoded = shown.to_vec();
        decoded.sort_unstable();
        for time in &mut decoded {
            let earliest = self.latest.map_or(0, |latest| latest.saturating_add(1));
            *time = earliest.max(*time);
            self.latest = Some(*time);
        }
        decoded
    }

    /// How long the last frame of a fragment lasts.
    fn lasts(&self, head: &FrameHead, former: Option<u32>) -> u32 {
        let ticks = |nanos: i128| u32::try_from(time::ticks(nanos, self.timescale)).ok();
        let told = head.duration.or(self.default_duration).map(i128::from);
        self.codec
            .samples(head.bytes)
            .or_else(|| told.and_then(ticks))
            .or(former)
            .or_else(|| ticks(LONE_FRAME))
            .unwrap_or(0)
    }

    fn data(&self, data: &Bytes) -> Bytes {
        match &self.codec {
            Codec::Avc(nal) | Codec::Hevc(nal) => nal.with_lengths(data),
            Codec::Jpeg | Codec::Aac(_) => data.clone(),
            Codec::Pcm(pcm) => match pcm.samples {
                Samples::Integers { .. } => pcm.signed(data),
                _ => data.clone(),
            },
        }
    }
}

fn delta(from: i64, to: i64) -> Option<u32> {
    u32::try_from(to.saturating_sub(from)).ok()
}

/// How much later than they are decoded frames have to be shown.
fn delay(times: &VecDeque<Time>) -> u32 {
    let earliest = times.iter().map(|time| time.offset).min();
    earliest.unwrap_or(0).min(0).unsigned_abs()
}
