//! One track in pieces that a player fetches as it needs them.

use bytes::{Bytes, BytesMut};
use kvs_mkv::Fragment;

use super::track::{Sample, Track};
use super::{Movie, moof, moov};
use crate::{Problem, WriteError, time};

/// Makes the segments of HLS and DASH out of one track: an initialization segment, and a media
/// segment for each fragment.
///
/// A media segment is a function of its fragment alone, so that segments can be made in any order,
/// and over again. Times are those that the caller gives each fragment on one time line for all
/// tracks; pictures out of order have offsets of either sign rather than an edit list.
///
/// ```
/// use kvs_mkv::Fragment;
/// use kvs_mp4::{Segments, WriteError};
///
/// /// The first track of a recording, whole.
/// fn whole(fragments: &[Fragment]) -> Result<Vec<u8>, WriteError> {
///     let mut file = Vec::new();
///     let Some(first) = fragments.first() else { return Ok(file) };
///     let track = first.tracks.first().map_or(1, |track| track.number);
///     let segments = Segments::new(first, track)?;
///     file.extend(segments.init()?);
///     for (number, fragment) in (1..).zip(fragments) {
///         file.extend(segments.media(number, fragment, 0)?.concat());
///     }
///     Ok(file)
/// }
/// assert!(whole(&[])?.is_empty());
/// # Ok::<(), WriteError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Segments {
    movie: Movie,
    track: Track,
}

impl Segments {
    /// Of the track with this number, which is as `first` describes it.
    ///
    /// # Errors
    /// [`WriteError::Track`] where MP4 has no place for it, or the fragment does not describe it.
    pub fn new(first: &Fragment, track: u64) -> Result<Self, WriteError> {
        let described = first.tracks.iter().find(|t| t.number == track);
        let described = described.ok_or_else(|| WriteError::Track {
            track,
            codec_id: String::new(),
            problem: Problem::NoTrack,
        })?;
        let timescale = time::timescale(first.timestamp_scale);
        let mut track = Track::open(described, 1, timescale)?;
        track.delay = Some(0);
        Ok(Self {
            movie: Movie {
                timescale,
                created: first.producer_timestamp,
            },
            track,
        })
    }

    /// The codec as playlists and manifests name it (RFC 6381), such as `avc1.64001E`; `None` where
    /// it has no such name.
    pub fn codec(&self) -> Option<String> {
        self.track.codec.name()
    }

    /// The initialization segment.
    ///
    /// # Errors
    /// [`WriteError::TooLarge`] where the codec private data is larger than an atom.
    pub fn init(&self) -> Result<Bytes, WriteError> {
        moov::fragmented(self.movie, std::slice::from_ref(&self.track)).map(Bytes::from)
    }

    /// The media segment of a fragment: its frames of the track, with `shift` nanoseconds added to
    /// their times. Segments are numbered from 1. Empty where the fragment has no such frames.
    ///
    /// # Errors
    /// See [`WriteError`]; it is not checked that the track is still described as it was.
    pub fn media(
        &self,
        number: u32,
        fragment: &Fragment,
        shift: i64,
    ) -> Result<Vec<Bytes>, WriteError> {
        let samples = self.track.clone().samples(fragment, i128::from(shift))?;
        if samples.is_empty() {
            return Ok(Vec::new());
        }
        let runs = [samples];
        let head = moof::encode(number, std::slice::from_ref(&self.track), &runs)?;
        let mut pieces = vec![BytesMut::from(head.as_slice()).freeze()];
        pieces.extend(runs.into_iter().flatten().map(|sample: Sample| sample.data));
        Ok(pieces)
    }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::arithmetic_side_effects,
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        reason = "a test's own small numbers"
    )]

    use kvs_mkv::Frame;
    use mp4_atom::{Decode, Header, Moof, Moov};

    use super::*;
    use crate::tests::{MS, a_law, audio, fragment, fragment_at, frame, unknown, video};

    /// The atoms of a file, whole.
    fn atoms(mut file: &[u8]) -> Vec<(String, Vec<u8>)> {
        let mut atoms = Vec::new();
        while !file.is_empty() {
            let mut after = file;
            let header = Header::decode(&mut after).unwrap();
            let length = file.len() - after.len() + header.size.unwrap();
            let (atom, rest) = file.split_at(length);
            let kind: [u8; 4] = header.kind.into();
            atoms.push((String::from_utf8(kind.to_vec()).unwrap(), atom.to_vec()));
            file = rest;
        }
        atoms
    }

    fn pictures(times: [i64; 4]) -> Vec<Frame> {
        let frames = times.iter().enumerate().map(|(index, ms)| Frame {
            keyframe: index == 0,
            ..frame(1, *ms, &[0, 0, 0, 2, 0x65, index as u8])
        });
        frames.collect()
    }

    #[test]
    fn segments_stand_for_themselves() {
        let tracks = [video(1), audio(2)];
        let mut frames = pictures([0, 120, 40, 80]);
        frames.insert(1, frame(2, 0, &[7]));
        let first = fragment_at(5_000, &tracks, frames);
        let segments = Segments::new(&first, 1).unwrap();

        let init = atoms(&segments.init().unwrap());
        let kinds: Vec<&str> = init.iter().map(|(kind, _)| kind.as_str()).collect();
        assert_eq!(kinds, ["ftyp", "moov"]);
        let moov = Moov::decode(&mut init[1].1.as_slice()).unwrap();
        assert_eq!(moov.trak.len(), 1);
        assert!(moov.trak[0].edts.is_none());
        let timescale = i64::from(moov.trak[0].mdia.mdhd.timescale);

        let media = segments.media(9, &first, 10_000 * MS).unwrap().concat();
        assert_eq!(
            media,
            segments.media(9, &first, 10_000 * MS).unwrap().concat()
        );
        let media = atoms(&media);
        let kinds: Vec<&str> = media.iter().map(|(kind, _)| kind.as_str()).collect();
        assert_eq!(kinds, ["moof", "mdat"]);
        assert_eq!(media[1].1.len(), 8 + 4 * 6, "pictures alone");
        let moof = Moof::decode(&mut media[0].1.as_slice()).unwrap();
        assert_eq!(moof.mfhd.sequence_number, 9);
        let mut decoded = moof.traf[0].tfdt.as_ref().unwrap().base_media_decode_time as i64;
        let mut shown = Vec::new();
        for entry in &moof.traf[0].trun[0].samples {
            shown.push((decoded + entry.cts.unwrap()) * 1_000 / timescale);
            decoded += i64::from(entry.duration.unwrap());
        }
        let from = first.frames[0].timestamp / MS + 10_000;
        assert_eq!(shown, [0, 120, 40, 80].map(|ms| from + ms));
    }

    #[test]
    fn a_fragment_without_the_track_gives_nothing() {
        let tracks = [video(1), audio(2)];
        let first = fragment(&tracks, pictures([0, 40, 80, 120]));
        let segments = Segments::new(&first, 2).unwrap();
        assert_eq!(segments.media(1, &first, 0), Ok(Vec::new()));
        let missing = Segments::new(&first, 3).unwrap_err();
        assert!(missing.to_string().contains("track 3"), "{missing}");
    }

    #[test]
    fn codecs_have_their_names() {
        let name = |track: kvs_mkv::Track| {
            let first = fragment(std::slice::from_ref(&track), Vec::new());
            Segments::new(&first, track.number).map(|segments| segments.codec())
        };
        assert_eq!(name(video(1)), Ok(Some("avc1.42C01E".to_owned())));
        assert_eq!(name(audio(1)), Ok(Some("mp4a.40.2".to_owned())));
        assert_eq!(name(a_law(1)), Ok(Some("alaw".to_owned())));
        assert!(name(unknown(1)).is_err());
    }
}
