//! The head of a file.

use bytes::Bytes;
use kvs_mkv::Timestamp;
use mp4_atom::{
    Ctts, Dinf, Dref, DrefEntry, Edts, Elst, ElstEntry, Encode, FourCC, Ftyp, Hdlr, Mdhd, Mvex,
    Mvhd, Smhd, Stsc, Stss, Stsz, Stts, Tkhd, Trex, Url, Vmhd,
};

use super::Movie;
use super::atoms::atom;
use super::index::{Chunks, Index};
use super::track::Track;
use crate::WriteError;
use crate::codec::Codec;
use crate::time::convert;

/// Seconds from 1904, where times of MP4 begin, to 1970.
const SINCE_1904: i64 = 2_082_844_800;
/// Bytes of the head of an `mdat` of any size.
const MDAT_HEAD: u64 = 16;

/// The tables of a track that has samples.
type Indexed<'a> = (&'a Track, &'a Index);

/// The head of a file with all its frames behind it, those of `bytes` bytes.
pub(super) fn indexed(
    movie: Movie,
    tracks: &[Track],
    indices: &[Index],
    bytes: u64,
) -> Result<Vec<Bytes>, WriteError> {
    let tracks: Vec<Indexed<'_>> = tracks
        .iter()
        .zip(indices)
        .filter(|(_, index)| !index.is_empty())
        .collect();
    let mut head = file_type(b"isom", &[b"isom", b"iso4", b"mp41"])?;
    let from = head.len();
    // Places depend on the length of what tells them, which does not depend on the places.
    let far = moov_indexed(movie, &tracks, 0, u64::MAX)?.len();
    let largest = len(from.saturating_add(far)).saturating_add(MDAT_HEAD);
    let end = largest.saturating_add(bytes);
    let moov = moov_indexed(movie, &tracks, 0, end)?.len();
    let base = len(from.saturating_add(moov)).saturating_add(MDAT_HEAD);
    head.extend(moov_indexed(movie, &tracks, base, end)?);
    head.extend(1_u32.to_be_bytes());
    head.extend(b"mdat");
    head.extend(bytes.saturating_add(MDAT_HEAD).to_be_bytes());
    Ok(vec![Bytes::from(head)])
}

/// The head of a file in fragments.
pub(super) fn fragmented(movie: Movie, tracks: &[Track]) -> Result<Vec<u8>, WriteError> {
    let mut head = file_type(b"iso6", &[b"iso6", b"isom", b"mp41"])?;
    atom(&mut head, b"moov", |buffer| {
        movie_header(movie, 0, tracks.len()).encode(buffer)?;
        for track in tracks {
            let delay = track.delay.filter(|delay| *delay > 0);
            let edits = delay.map(|delay| vec![edit(0, Some(u64::from(delay)))]);
            trak(movie, track, edits, [0; 2], buffer, |buffer| {
                Stts::default().encode(buffer)?;
                Stsc::default().encode(buffer)?;
                Stsz::default().encode(buffer)?;
                mp4_atom::Stco::default().encode(buffer)
            })?;
        }
        let trex = tracks.iter().map(|track| Trex {
            track_id: track.id,
            default_sample_description_index: 1,
            ..Trex::default()
        });
        Mvex {
            trex: trex.collect(),
            ..Mvex::default()
        }
        .encode(buffer)
    })?;
    Ok(head)
}

/// A file of nothing.
pub(super) fn empty() -> Result<Bytes, WriteError> {
    let mut head = file_type(b"isom", &[b"isom", b"iso4", b"mp41"])?;
    let movie = Movie {
        timescale: 1_000,
        created: None,
    };
    head.extend(moov_indexed(movie, &[], 0, 0)?);
    Ok(Bytes::from(head))
}

fn file_type(major: &[u8; 4], compatible: &[&[u8; 4]]) -> mp4_atom::Result<Vec<u8>> {
    let mut buffer = Vec::new();
    Ftyp {
        major_brand: FourCC::new(major),
        minor_version: 0,
        compatible_brands: compatible.iter().map(|brand| FourCC::new(brand)).collect(),
    }
    .encode(&mut buffer)?;
    Ok(buffer)
}

/// With frames between `base` and `end`.
fn moov_indexed(
    movie: Movie,
    tracks: &[Indexed<'_>],
    base: u64,
    end: u64,
) -> mp4_atom::Result<Vec<u8>> {
    let mut buffer = Vec::new();
    let spans = tracks
        .iter()
        .map(|(track, index)| span(movie, track, index));
    let spans: Vec<Span> = spans.collect();
    let longest = spans.iter().map(Span::end).max().unwrap_or(0);
    atom(&mut buffer, b"moov", |buffer| {
        movie_header(movie, longest, tracks.len()).encode(buffer)?;
        for ((track, index), span) in tracks.iter().zip(&spans) {
            let durations = [span.end(), index.duration()];
            trak(
                movie,
                track,
                span.edits(index),
                durations,
                buffer,
                |buffer| tables(index, base, end, buffer),
            )?;
        }
        Ok(())
    })?;
    Ok(buffer)
}

/// When a track is to be seen, in ticks of the movie.
struct Span {
    start: u64,
    duration: u64,
}

impl Span {
    fn end(&self) -> u64 {
        self.start.saturating_add(self.duration)
    }

    /// Nothing up to the start, then all of the track from the first frame shown.
    fn edits(&self, index: &Index) -> Option<Vec<ElstEntry>> {
        let delay = u64::from(index.delay());
        let wait = (self.start > 0).then(|| edit(self.start, None));
        let all = edit(self.duration, Some(delay));
        (self.start > 0 || delay > 0).then(|| wait.into_iter().chain([all]).collect())
    }
}

fn span(movie: Movie, track: &Track, index: &Index) -> Span {
    let start = index.start.and_then(|start| u64::try_from(start).ok());
    let in_movie = |ticks| convert(ticks, track.timescale, movie.timescale);
    Span {
        start: in_movie(start.unwrap_or(0)),
        duration: in_movie(index.duration()),
    }
}

fn edit(duration: u64, media_time: Option<u64>) -> ElstEntry {
    ElstEntry {
        segment_duration: duration,
        media_time,
        media_rate: 1.into(),
    }
}

fn movie_header(movie: Movie, duration: u64, tracks: usize) -> Mvhd {
    let created = since_1904(movie.created);
    Mvhd {
        creation_time: created,
        modification_time: created,
        timescale: movie.timescale,
        duration,
        rate: 1.into(),
        volume: 1.into(),
        matrix: mp4_atom::Matrix::default(),
        next_track_id: u32::try_from(tracks.saturating_add(1)).unwrap_or(u32::MAX),
    }
}

/// The producer's time, for a file has no other; 0 where that is not told.
fn since_1904(time: Option<Timestamp>) -> u64 {
    let seconds = time.map(|time| time.as_millis().div_euclid(1_000));
    let seconds = seconds.map(|seconds| seconds.saturating_add(SINCE_1904));
    seconds
        .and_then(|seconds| u64::try_from(seconds).ok())
        .unwrap_or(0)
}

/// A track whose tables come from `tables`; it lasts that long in ticks of the movie and in its
/// own.
fn trak(
    movie: Movie,
    track: &Track,
    edits: Option<Vec<ElstEntry>>,
    [in_movie, own]: [u64; 2],
    buffer: &mut Vec<u8>,
    tables: impl FnOnce(&mut Vec<u8>) -> mp4_atom::Result<()>,
) -> mp4_atom::Result<()> {
    let is_video = track.codec.is_video();
    let created = since_1904(movie.created);
    atom(buffer, b"trak", |buffer| {
        Tkhd {
            creation_time: created,
            modification_time: created,
            track_id: track.id,
            duration: in_movie,
            enabled: true,
            in_movie: true,
            volume: u8::from(!is_video).into(),
            width: track.width.into(),
            height: track.height.into(),
            ..Tkhd::default()
        }
        .encode(buffer)?;
        if let Some(entries) = edits {
            Edts {
                elst: Some(Elst { entries }),
            }
            .encode(buffer)?;
        }
        atom(buffer, b"mdia", |buffer| {
            Mdhd {
                creation_time: created,
                modification_time: created,
                timescale: track.timescale,
                duration: own,
                language: "und".to_owned(),
            }
            .encode(buffer)?;
            handler(&track.codec).encode(buffer)?;
            atom(buffer, b"minf", |buffer| {
                match is_video {
                    true => Vmhd::default().encode(buffer)?,
                    false => Smhd::default().encode(buffer)?,
                }
                let here = DrefEntry::Url(Url::default());
                Dinf {
                    dref: Dref {
                        entries: vec![here],
                    },
                }
                .encode(buffer)?;
                atom(buffer, b"stbl", |buffer| {
                    atom(buffer, b"stsd", |buffer| {
                        [0_u32, 1]
                            .as_slice()
                            .iter()
                            .try_for_each(|word| word.encode(buffer))?;
                        track.entry.as_ref().encode(buffer)
                    })?;
                    tables(buffer)
                })
            })
        })
    })
}

fn handler(codec: &Codec) -> Hdlr {
    let (kind, name) = match codec.is_video() {
        true => (b"vide", "video"),
        false => (b"soun", "sound"),
    };
    Hdlr {
        handler: FourCC::new(kind),
        name: name.to_owned(),
    }
}

fn tables(index: &Index, base: u64, end: u64, buffer: &mut Vec<u8>) -> mp4_atom::Result<()> {
    Stts {
        entries: index.durations(),
    }
    .encode(buffer)?;
    if let Some(entries) = index.offsets() {
        Ctts { entries }.encode(buffer)?;
    }
    if let Some(entries) = index.keyframes() {
        Stss { entries }.encode(buffer)?;
    }
    Stsc {
        entries: index.runs(),
    }
    .encode(buffer)?;
    Stsz {
        samples: index.sizes(),
    }
    .encode(buffer)?;
    match index.chunks(base, end) {
        Chunks::Near(chunks) => chunks.encode(buffer),
        Chunks::Far(chunks) => chunks.encode(buffer),
    }
}

fn len(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}
