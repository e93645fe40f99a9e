//! Tracks of a fragment.

use bytes::Bytes;

use crate::ebml::children::Children;
use crate::ebml::id;

/// One track, as the producer described it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Track {
    /// Number by which frames refer to it.
    pub number: u64,
    /// Unique identifier of the producer's; 0 where there is none.
    pub uid: u64,
    /// What it carries.
    pub kind: TrackKind,
    /// Codec, such as `V_MPEG4/ISO/AVC` or `A_AAC`; empty where the producer left it out.
    pub codec_id: String,
    /// What a decoder needs before the first frame.
    pub codec_private: Option<Bytes>,
    /// The producer's name for it.
    pub name: Option<String>,
    /// Nanoseconds from frame to frame, where the producer says so.
    pub default_duration: Option<u64>,
    /// The whole TrackEntry payload as it came, without ContentEncodings where those are undone:
    /// the writer carries settings over that this crate has no name for.
    pub entry: Bytes,
}

impl Track {
    /// Whether its frames are compressed or encrypted beyond what its codec does, other than by
    /// header stripping, which is undone. Only who undoes that, as players of Matroska may, can make
    /// anything of them.
    pub fn is_encoded(&self) -> bool {
        let mut children = Children::of(&self.entry).flatten();
        children.any(|child| child.id == id::CONTENT_ENCODINGS)
    }
}

/// What a track carries.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TrackKind {
    /// Pictures.
    Video(Video),
    /// Sound.
    Audio(Audio),
    /// Anything else, by Matroska's number of the type.
    Other(u64),
}

/// Settings of a video track.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Video {
    /// Width in pixels; 0 where unsaid.
    pub width: u64,
    /// Height in pixels; 0 where unsaid.
    pub height: u64,
}

/// Settings of an audio track.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Audio {
    /// Samples a second, in thousandths of one, so that it compares exactly; 8,000 Hz is Matroska's default.
    pub sampling_rate_millihertz: u64,
    /// Number of channels; 1 is Matroska's default.
    pub channels: u64,
    /// Bits a sample, where said.
    pub bit_depth: Option<u64>,
}
