//! Why something is not written.

use std::fmt;

/// Why a fragment or a track was refused. The writer goes on with the next one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WriteError {
    /// The fragment does not go into this file, for the reasons that hold for Matroska too. On
    /// [`TracksChanged`](kvs_mkv::WriteError::TracksChanged), finish this file and begin another.
    Fragment(kvs_mkv::WriteError),
    /// A track cannot be written.
    Track {
        /// Number of the track.
        track: u64,
        /// Its codec, as the producer names it.
        codec_id: String,
        /// What is wrong with it.
        problem: Problem,
    },
    /// Between two frames of a track is more time than its clock can count at once.
    Gap {
        /// Number of the track.
        track: u64,
    },
    /// The fragment or the file is larger than its form can say.
    TooLarge,
}

/// What is wrong with a track or a frame of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// The form has no place for this codec.
    Codec,
    /// No track has that number.
    NoTrack,
    /// The frames are compressed or encrypted beyond what the codec does.
    Encoded,
    /// The codec needs private data, and there is none.
    NoPrivateData,
    /// The codec private data is not what the codec's name promises.
    BadPrivateData,
    /// The sampling rate, the number of channels or the bits of a sample are missing or not
    /// possible in this form.
    Audio,
    /// The tracks of a stereo file differ in codec or sampling rate, or are not of one channel.
    NotAPair,
    /// A frame is damaged: it is not made of whole units of its codec.
    Frame,
}

impl WriteError {
    pub(crate) fn track(track: &kvs_mkv::Track, problem: Problem) -> Self {
        Self::Track {
            track: track.number,
            codec_id: track.codec_id.clone(),
            problem,
        }
    }
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fragment(why) => why.fmt(f),
            Self::Track {
                track,
                codec_id,
                problem,
            } => write!(f, "track {track} ({codec_id}): {problem}"),
            Self::Gap { track } => write!(
                f,
                "track {track} pauses for longer than can be written; close the gaps"
            ),
            Self::TooLarge => f.write_str("more data than this form can hold in one piece"),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Codec => "this form has no place for the codec; write Matroska",
            Self::NoTrack => "the fragment describes no such track",
            Self::Encoded => {
                "its frames are compressed or encrypted by Matroska's ContentEncodings; write Matroska"
            }
            Self::NoPrivateData => "the codec private data is missing; write Matroska",
            Self::BadPrivateData => {
                "the codec private data is not that of the codec; write Matroska"
            }
            Self::Audio => {
                "sampling rate, channels or bits of a sample do not go into this form; write Matroska"
            }
            Self::NotAPair => "two tracks of one channel, one codec and one sampling rate are needed",
            Self::Frame => "a frame is damaged",
        })
    }
}

impl std::error::Error for WriteError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Fragment(why) => Some(why),
            _ => None,
        }
    }
}

impl From<kvs_mkv::WriteError> for WriteError {
    fn from(why: kvs_mkv::WriteError) -> Self {
        Self::Fragment(why)
    }
}

/// An atom would be larger than its size can say; nothing else goes wrong in writing them.
impl From<mp4_atom::Error> for WriteError {
    fn from(_: mp4_atom::Error) -> Self {
        Self::TooLarge
    }
}
