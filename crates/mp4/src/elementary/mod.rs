//! Frames of one track as a bare stream.

mod wav;

use bytes::Bytes;
use kvs_mkv::{Frame, Track};

use crate::codec::Codec;
use crate::codec::nal::{Nal, START_CODE};
use crate::{Problem, WriteError};

pub use self::wav::Wav;

/// Turns the frames of one track into a stream that decoders read without a container: H.264 and
/// H.265 as Annex B, JPEG picture after picture, AAC as ADTS. Sound that is not compressed goes into a [`Wav`].
///
/// ```
/// use kvs_mkv::Fragment;
/// use kvs_mp4::{Elementary, WriteError};
///
/// /// The pictures of a fragment, for a decoder.
/// fn pictures(fragment: &Fragment) -> Result<Vec<u8>, WriteError> {
///     let mut stream = Vec::new();
///     let Some(track) = fragment.tracks.first() else {
///         return Ok(stream);
///     };
///     let elementary = Elementary::new(track)?;
///     for frame in fragment.frames.iter().filter(|frame| frame.track == track.number) {
///         stream.extend(elementary.frame(frame)?.concat());
///     }
///     Ok(stream)
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Elementary {
    track: Track,
    codec: Codec,
}

impl Elementary {
    /// A stream of this track's frames.
    ///
    /// # Errors
    /// [`WriteError::Track`] where the codec has no such form.
    pub fn new(track: &Track) -> Result<Self, WriteError> {
        let refuse = |problem| WriteError::track(track, problem);
        match Codec::of(track).map_err(refuse)? {
            Codec::Pcm(_) => Err(refuse(Problem::Codec)),
            codec => Ok(Self {
                track: track.clone(),
                codec,
            }),
        }
    }

    /// How files of such streams end: `h264`, `h265`, `mjpeg` or `aac`.
    pub fn extension(&self) -> &'static str {
        match self.codec {
            Codec::Avc(_) => "h264",
            Codec::Hevc(_) => "h265",
            Codec::Jpeg => "mjpeg",
            Codec::Aac(_) | Codec::Pcm(_) => "aac",
        }
    }

    /// A frame, ready for a decoder. Before a keyframe go the parameter sets of the codec private
    /// data, unless it brings its own.
    ///
    /// # Errors
    /// [`WriteError::Track`] where the frame is damaged, or cannot be described.
    pub fn frame(&self, frame: &Frame) -> Result<Vec<Bytes>, WriteError> {
        let refuse = |problem| WriteError::track(&self.track, problem);
        match &self.codec {
            Codec::Avc(nal) => annex_b(nal, frame, avc_kind),
            Codec::Hevc(nal) => annex_b(nal, frame, hevc_kind),
            Codec::Jpeg => Some(vec![frame.data.clone()]),
            Codec::Aac(config) => {
                let head = config.adts(frame.data.len()).map_err(refuse)?;
                return Ok(vec![Bytes::copy_from_slice(&head), frame.data.clone()]);
            }
            Codec::Pcm(_) => None,
        }
        .ok_or_else(|| refuse(Problem::Frame))
    }
}

/// What a unit is, as far as it matters where parameter sets go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Begins a picture, before all else.
    Delimiter,
    /// The set that all others hang on.
    Set,
    Other,
}

fn avc_kind(unit: &[u8]) -> Kind {
    match unit.first().map(|first| first & 0x1F) {
        Some(9) => Kind::Delimiter,
        Some(7) => Kind::Set,
        _ => Kind::Other,
    }
}

fn hevc_kind(unit: &[u8]) -> Kind {
    match unit.first().map(|first| first >> 1 & 0x3F) {
        Some(35) => Kind::Delimiter,
        Some(33) => Kind::Set,
        _ => Kind::Other,
    }
}

fn annex_b(nal: &Nal, frame: &Frame, kind: fn(&[u8]) -> Kind) -> Option<Vec<Bytes>> {
    let mut units = nal.units(&frame.data)?;
    if frame.keyframe && !units.iter().any(|unit| kind(unit) == Kind::Set) {
        let delimiters = units
            .iter()
            .take_while(|unit| kind(unit) == Kind::Delimiter);
        let at = delimiters.count();
        units.splice(at..at, nal.sets.iter().cloned());
    }
    let code = Bytes::from_static(&START_CODE);
    let pieces = units.into_iter().flat_map(|unit| [code.clone(), unit]);
    Some(pieces.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{AVC_RECORD, audio, frame, video};

    fn pieces(elementary: &Elementary, frame: &Frame) -> Vec<u8> {
        elementary.frame(frame).unwrap().concat()
    }

    #[test]
    fn sets_go_before_keyframes_but_behind_delimiters() {
        let elementary = Elementary::new(&video(1)).unwrap();
        assert_eq!(elementary.extension(), "h264");
        let mut picture = frame(1, 0, &[0, 0, 0, 2, 9, 0xF0, 0, 0, 0, 2, 0x65, 1]);
        let sets = [
            &[0, 0, 0, 1][..],
            &AVC_RECORD[8..12],
            &[0, 0, 0, 1],
            &AVC_RECORD[15..],
        ];
        let sets = sets.concat();
        let delimiter = [0, 0, 0, 1, 9, 0xF0];
        let slice = [0, 0, 0, 1, 0x65, 1];
        assert_eq!(
            pieces(&elementary, &picture),
            [&delimiter[..], &sets, &slice].concat()
        );
        picture.keyframe = false;
        assert_eq!(pieces(&elementary, &picture), [delimiter, slice].concat());
        let own = frame(1, 0, &[0, 0, 0, 2, 0x67, 1]);
        assert_eq!(pieces(&elementary, &own), [0, 0, 0, 1, 0x67, 1]);
        let damaged = elementary.frame(&frame(1, 0, &[0, 0, 0, 9, 1]));
        assert!(matches!(
            damaged,
            Err(WriteError::Track {
                problem: Problem::Frame,
                ..
            })
        ));
    }

    #[test]
    fn sound_gets_heads() {
        let elementary = Elementary::new(&audio(2)).unwrap();
        let stream = pieces(&elementary, &frame(2, 0, &[1, 2, 3]));
        assert_eq!(stream.len(), 10);
        assert_eq!(stream[..2], [0xFF, 0xF1]);
    }
}
