//! Why a fragment does not go into a file.

use std::fmt;

/// Why [`Writer::write`](crate::Writer::write) refused a fragment. Nothing of it has been written,
/// and the writer goes on with the next one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WriteError {
    /// Its tracks are not those of the file: finish this file and begin another with it.
    TracksChanged(TracksChanged),
    /// It has frames, but says nothing of their tracks.
    NoTracks,
    /// A frame belongs to a track that the fragment does not describe.
    UnknownTrack {
        /// Number of the track that is missing.
        track: u64,
    },
    /// Two tracks share this number, or it is none that a block can carry: 1 to 2^56 - 2.
    BadTrackNumber {
        /// The number.
        track: u64,
    },
    /// A frame has more additions than a block may have, 255, or one whose id is 0.
    BadAdditions {
        /// Number of its track.
        track: u64,
    },
    /// It is a later [part](crate::Part) of a fragment that did not begin here: its beginning was
    /// refused, or never came.
    NoBeginning,
    /// With it the file would run past the 292 years that nanoseconds can count.
    TooLong,
}

/// How the tracks of a fragment differ from those of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TracksChanged {
    /// Number of the first track that differs.
    pub track: u64,
    /// What is different about it.
    pub change: TrackChange,
}

/// What is different about a track.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TrackChange {
    /// The file does not have it.
    Added,
    /// The fragment does not have it.
    Removed,
    /// Another codec.
    CodecId,
    /// Other codec private data.
    CodecPrivate,
    /// Another type, picture size, sampling rate or number of channels.
    Layout,
    /// Frames are compressed or encrypted in another way.
    ContentEncodings,
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TracksChanged(change) => change.fmt(f),
            Self::NoTracks => f.write_str("the fragment has frames but no tracks"),
            Self::UnknownTrack { track } => {
                write!(
                    f,
                    "a frame belongs to track {track}, which is not described"
                )
            }
            Self::BadTrackNumber { track } => {
                write!(f, "track number {track} is used twice or not valid")
            }
            Self::BadAdditions { track } => {
                write!(
                    f,
                    "a frame of track {track} has more than 255 additions, or one with id 0"
                )
            }
            Self::NoBeginning => {
                f.write_str("a part of a fragment whose beginning has not been written")
            }
            Self::TooLong => f.write_str("the file would last more than 292 years"),
        }
    }
}

impl std::error::Error for WriteError {}

impl fmt::Display for TracksChanged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let track = self.track;
        match self.change {
            TrackChange::Added => write!(f, "track {track} is not in the file"),
            TrackChange::Removed => write!(f, "track {track} of the file is missing"),
            TrackChange::CodecId => write!(f, "track {track} has another codec"),
            TrackChange::CodecPrivate => write!(f, "track {track} has other codec private data"),
            TrackChange::Layout => write!(f, "track {track} has another layout"),
            TrackChange::ContentEncodings => {
                write!(f, "track {track} has other content encodings")
            }
        }
    }
}

impl From<TracksChanged> for WriteError {
    fn from(change: TracksChanged) -> Self {
        Self::TracksChanged(change)
    }
}
