//! What becomes of the frames of a track.

use kvs_archive::mkv::{Bytes, Fragment, Frame, Gaps, Patch, Track};
use kvs_mp4::{Elementary, Problem, Wav, WriteError};

/// The form that a track's codec has without a container.
#[derive(Debug)]
pub(super) enum Encoder {
    /// Frame after frame.
    Units(Box<Elementary>),
    /// Samples where their time puts them.
    Sound(Box<Wav>),
}

impl Encoder {
    pub(super) fn new(track: &Track, gaps: Gaps) -> Result<Self, WriteError> {
        match Elementary::new(track) {
            Err(WriteError::Track {
                problem: Problem::Codec,
                ..
            }) => {
                let wav = Wav::new(std::slice::from_ref(track), gaps)?;
                Ok(Self::Sound(Box::new(wav)))
            }
            elementary => elementary.map(|elementary| Self::Units(Box::new(elementary))),
        }
    }

    /// The left and the right of what was recorded on two tracks.
    pub(super) fn stereo(tracks: &[Track], gaps: Gaps) -> Option<Self> {
        match tracks {
            [_, _] => Some(Self::Sound(Box::new(Wav::new(tracks, gaps).ok()?))),
            _ => None,
        }
    }

    pub(super) fn extension(&self) -> &'static str {
        match self {
            Self::Units(elementary) => elementary.extension(),
            Self::Sound(_) => "wav",
        }
    }

    /// A frame, where it stands by itself.
    pub(super) fn unit(&self, frame: &Frame) -> Result<Option<Vec<Bytes>>, WriteError> {
        match self {
            Self::Units(elementary) => elementary.frame(frame).map(Some),
            Self::Sound(_) => Ok(None),
        }
    }

    /// Samples of a fragment, where frames do not stand by themselves.
    pub(super) fn samples(&mut self, fragment: &Fragment) -> Result<(), WriteError> {
        match self {
            Self::Units(_) => Ok(()),
            Self::Sound(wav) => wav.write(fragment),
        }
    }

    /// What is to be written next.
    pub(super) fn take_output(&mut self) -> Vec<Bytes> {
        match self {
            Self::Units(_) => Vec::new(),
            Self::Sound(wav) => wav.take_output(),
        }
    }

    pub(super) fn finish(self) -> (Vec<Bytes>, Vec<Patch>) {
        match self {
            Self::Units(_) => (Vec::new(), Vec::new()),
            Self::Sound(wav) => wav.finish(),
        }
    }
}
