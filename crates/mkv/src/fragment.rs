//! Fragments as values.

use std::sync::Arc;

use bytes::Bytes;

use crate::number::FragmentNumber;
use crate::timestamp::Timestamp;
use crate::track::Track;

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
    /// Its length in the input, in bytes.
    pub bytes: u64,
    /// The input itself, in the pieces it came in; empty unless
    /// [asked for](crate::Fragments::keeping_raw), and for a fragment over the
    /// [limit](crate::Limits::fragment).
    pub raw: Vec<Bytes>,
    /// What became of it.
    pub state: State,
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
