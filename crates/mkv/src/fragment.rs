//! Fragments as values.

use std::sync::Arc;

use bytes::Bytes;

use crate::ebml::write::len_u64;
use crate::number::FragmentNumber;
use crate::timestamp::Timestamp;
use crate::track::Track;
use crate::writer::cluster::written_len;

/// One fragment, whole.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Fragment {
    /// The service's number; `None` in ordinary files.
    pub number: Option<FragmentNumber>,
    /// When the service received it.
    pub server_timestamp: Option<Timestamp>,
    /// When the producer says it begins.
    pub producer_timestamp: Option<Timestamp>,
    /// The tracks in force.
    pub tracks: Arc<[Track]>,
    /// Nanoseconds of one tick of the timecodes it came with.
    pub timestamp_scale: u64,
    /// Tags before the Cluster, the service's own among them, in order.
    pub tags_before: Vec<Tag>,
    /// Tags after the Cluster, in order.
    pub tags_after: Vec<Tag>,
    /// Frames in stored order.
    pub frames: Vec<Frame>,
    /// Where it begins in the input, in bytes.
    pub offset: u64,
    /// Its length in the input, in bytes; that of the part, where this is one.
    pub bytes: u64,
    /// The input itself, in the pieces it came in; empty unless
    /// [asked for](crate::Fragments::keeping_raw), and for a fragment over the
    /// [limit](crate::Limits::fragment).
    pub raw: Vec<Bytes>,
    /// What became of it.
    pub state: State,
    /// Where it was too large to be held as a whole: which part of it this is. Most fragments come
    /// as one value, and have none.
    pub part: Option<Part>,
}

impl Fragment {
    /// Whether it begins with this value: it does, unless this is a later part of one.
    pub fn begins(&self) -> bool {
        self.part.as_ref().is_none_or(|part| part.first == 0)
    }

    /// Whether it ends with this value: it does, unless another part follows.
    pub fn ends(&self) -> bool {
        self.part.as_ref().is_none_or(|part| part.is_last)
    }

    /// All of its frames without their data, in stored order: where it comes in parts, those of the
    /// other parts too.
    ///
    /// ```
    /// use kvs_mkv::Fragment;
    ///
    /// /// When the earliest frame is shown, in nanoseconds.
    /// fn begin(fragment: &Fragment) -> Option<i64> {
    ///     fragment.heads().map(|head| head.timestamp).min()
    /// }
    /// ```
    #[inline]
    pub fn heads(&self) -> impl Iterator<Item = FrameHead> {
        let (outline, frames) = match &self.part {
            Some(part) => (&*part.outline, [].as_slice()),
            None => ([].as_slice(), self.frames.as_slice()),
        };
        let outline = outline.iter().copied();
        outline.chain(frames.iter().map(FrameHead::of))
    }
}

/// Which part of a fragment a value is, of one that is too large to be held as a whole.
///
/// The parts of a fragment follow each other, and nothing comes in between. Each but the last has at
/// least one frame, and none has half of one. Number, times, tracks and state are the same in all;
/// tags are in the first and the last, where they belong. Whatever takes fragments one after the
/// other, such as a [`Writer`](crate::Writer), takes parts too, and makes of them what it makes of
/// the whole.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Part {
    /// The frames of all parts, in stored order.
    pub outline: Arc<[FrameHead]>,
    /// How many of them the parts before have had.
    pub first: usize,
    /// Whether no other part follows.
    pub is_last: bool,
    /// Length of all parts in the input, in bytes.
    pub bytes: u64,
}

/// What is known of a frame without its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct FrameHead {
    /// As [`Frame::track`].
    pub track: u64,
    /// As [`Frame::timestamp`].
    pub timestamp: i64,
    /// As [`Frame::duration`].
    pub duration: Option<u64>,
    /// As [`Frame::keyframe`].
    pub keyframe: bool,
    /// Length of its data, in bytes.
    pub bytes: u64,
    /// Bytes of its additions.
    pub(crate) beside: u64,
    /// The same as they are written, with what says which they are.
    pub(crate) beside_written: u64,
}

impl FrameHead {
    /// That of a frame.
    #[inline]
    pub fn of(frame: &Frame) -> Self {
        let (beside, beside_written) = match frame.additions.as_ref() {
            [] => (0, 0),
            additions => (len_of(additions), written_len(additions)),
        };
        Self {
            track: frame.track,
            timestamp: frame.timestamp,
            duration: frame.duration,
            keyframe: frame.keyframe,
            bytes: len_u64(&frame.data),
            beside,
            beside_written,
        }
    }
}

fn len_of(additions: &[BlockAddition]) -> u64 {
    let lens = additions.iter().map(|addition| len_u64(&addition.data));
    lens.fold(0, u64::saturating_add)
}

/// What became of a fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
    /// All of it is there.
    Complete,
    /// The input ended, or was damaged, inside it, or it is over the limit. What is there is whole
    /// frames; where the [checksum](crate::Fault::Checksum) of its Cluster does not hold, all of
    /// them, and some may be other than they were written.
    Truncated,
    /// It has no Cluster.
    Empty,
    /// The service sent an error in its place.
    Error(InBandError),
}

/// An error that the service sends inside a successful answer, as tags in place of a fragment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InBandError {
    /// Name of the error, such as `FRAGMENT_NOT_FOUND`, or the number in the documented spelling.
    pub code: Option<String>,
    /// Number of the error, such as 3000.
    pub id: Option<u64>,
    /// The service's words, where it has any.
    pub message: Option<String>,
}

/// One frame of one track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Number of its track. [`Fragment::tracks`] need not have it: a producer may describe fewer
    /// tracks than it sends.
    pub track: u64,
    /// Presentation time in nanoseconds: cluster and block timecode times the scale. Whether it
    /// counts from 1970 or from the start of the stream is the producer's choice.
    pub timestamp: i64,
    /// Nanoseconds that it lasts, where the block says so.
    pub duration: Option<u64>,
    /// Whether decoding can begin here.
    pub keyframe: bool,
    /// Whether it is decoded but not shown.
    pub invisible: bool,
    /// Whether it may be dropped.
    pub discardable: bool,
    /// The codec's bytes.
    pub data: Bytes,
    /// What comes beside them, in stored order.
    pub additions: Box<[BlockAddition]>,
}

/// As many as one block may have. Codecs know a handful, and an addition of no bytes takes less room
/// in a file than in memory.
pub(crate) const MOST_ADDITIONS: usize = 255;

/// Data that belongs to a frame and can be done without, such as a picture's transparency: a
/// BlockMore of Matroska. A track's MaxBlockAdditionID stays in [`Track::entry`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockAddition {
    /// What it is, by its BlockAddID: 1 is for the codec to say, others are told by the track's
    /// BlockAdditionMapping.
    pub id: u64,
    /// The bytes of its BlockAdditional.
    pub data: Bytes,
}

/// A name and a value that the producer or the service attached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// Name; the service's own begin with `AWS_KINESISVIDEO_`.
    pub name: String,
    /// Value, as text.
    pub value: String,
}
