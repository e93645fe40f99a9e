//! What a writer knows, as bytes.
//!
//! Tracks are in the first checkpoint that has any, and each entry of the index is in one: a
//! recording of a week has a million. All the rest is in every checkpoint, and the last one counts.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use super::cues::Cue;
use super::file::File;
use super::line::{End, Former, Line};
use super::timeline::{Settled, Timeline};
use super::{Output, Writer, WriterOptions};
use crate::timestamp::Timestamp;
use crate::track::{Audio, Track, TrackKind, Video};

const VERSION: u8 = 1;

/// How much of a writer is in the checkpoints so far.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Saved {
    tracks: bool,
    cues: usize,
}

/// Bytes that no [`Writer::checkpoint`] gave, or not in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadCheckpoint(&'static str);

impl fmt::Display for BadCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not the checkpoints of a writer: {}", self.0)
    }
}

impl std::error::Error for BadCheckpoint {}

pub(super) fn save(writer: &mut Writer) -> Vec<u8> {
    let mut state = vec![VERSION];
    writer.output.position.save(&mut state);
    writer.held.save(&mut state);
    let settled = writer.timeline.settled.as_ref();
    let line = settled.map(|settled| (settled.line.former, settled.line.ends.clone()));
    line.save(&mut state);
    let Some((settled, file)) = settled.zip(writer.file.as_ref()) else {
        return state;
    };
    let tracks = (!writer.saved.tracks).then_some((settled.scale, file.date));
    tracks.save(&mut state);
    if tracks.is_some() {
        settled.tracks.to_vec().save(&mut state);
    }
    let cues = file.cues.points();
    let new = cues.get(writer.saved.cues..).unwrap_or_default();
    writer.saved.cues.to_u64().save(&mut state);
    new.to_vec().save(&mut state);
    writer.saved = Saved {
        tracks: true,
        cues: cues.len(),
    };
    state
}

pub(super) fn load(
    options: WriterOptions,
    checkpoints: impl IntoIterator<Item = impl AsRef<[u8]>>,
) -> Result<Writer, BadCheckpoint> {
    let mut loaded = Loaded::default();
    for checkpoint in checkpoints {
        loaded.take(checkpoint.as_ref())?;
    }
    loaded.into_writer(options)
}

/// What checkpoints tell, one after the other.
#[derive(Debug, Default)]
struct Loaded {
    position: u64,
    held: Vec<Bytes>,
    line: Option<(Option<Former>, Vec<End>)>,
    tracks: Option<(u64, Option<Timestamp>, Vec<Track>)>,
    cues: Vec<Cue>,
}

impl Loaded {
    fn take(&mut self, checkpoint: &[u8]) -> Result<(), BadCheckpoint> {
        let mut rest = checkpoint;
        let rest = &mut rest;
        if u8::load(rest)? != VERSION {
            return Err(BadCheckpoint("of another version"));
        }
        self.position = u64::load(rest)?;
        self.held = Vec::load(rest)?;
        self.line = Option::load(rest)?;
        if self.line.is_some() {
            if let Some((scale, date)) = Option::load(rest)? {
                self.tracks = Some((scale, date, Vec::load(rest)?));
            }
            if u64::load(rest)? != self.cues.len().to_u64() {
                return Err(BadCheckpoint("one is missing, or there twice"));
            }
            self.cues.extend(Vec::<Cue>::load(rest)?);
        }
        match rest.is_empty() {
            true => Ok(()),
            false => Err(BadCheckpoint("there is more than that")),
        }
    }

    fn into_writer(self, options: WriterOptions) -> Result<Writer, BadCheckpoint> {
        let mut writer = Writer::new(options);
        writer.output = Output {
            pieces: Vec::new(),
            position: self.position,
        };
        writer.held = self.held;
        let (former, ends) = match self.line {
            Some(line) => line,
            None => return Ok(writer),
        };
        let (scale, date, tracks) = self.tracks.ok_or(BadCheckpoint("no tracks"))?;
        let tracks: Arc<[Track]> = tracks.into();
        let (mut file, _) = File::open(&writer.options, scale, date, &tracks);
        writer.saved = Saved {
            tracks: true,
            cues: self.cues.len(),
        };
        file.cues.extend(self.cues);
        writer.file = Some(file);
        let mut line = Line::new(scale, writer.options.gaps);
        (line.former, line.ends) = (former, ends);
        writer.timeline = Timeline {
            gaps: writer.options.gaps,
            settled: Some(Settled {
                tracks,
                scale,
                line,
            }),
            open: None,
        };
        Ok(writer)
    }
}

/// A value as bytes. Numbers have their low byte first; what varies in length says how long it is.
trait State: Sized {
    fn save(&self, out: &mut Vec<u8>);

    /// Takes it off the beginning of `rest`.
    fn load(rest: &mut &[u8]) -> Result<Self, BadCheckpoint>;
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl State for $number {
            fn save(&self, out: &mut Vec<u8>) {
                out.extend(self.to_le_bytes());
            }

            fn load(rest: &mut &[u8]) -> Result<Self, BadCheckpoint> {
                let (bytes, after) = rest.split_first_chunk().ok_or(CUT)?;
                *rest = after;
                Ok(Self::from_le_bytes(*bytes))
            }
        }
    )*};
}

/// Structures, by their fields in order.
macro_rules! structures {
    ($($name:ident { $($field:ident),* $(,)? })*) => {$(
        impl State for $name {
            fn save(&self, out: &mut Vec<u8>) {
                $(self.$field.save(out);)*
            }

            fn load(rest: &mut &[u8]) -> Result<Self, BadCheckpoint> {
                $(let $field = State::load(rest)?;)*
                Ok(Self { $($field),* })
            }
        }
    )*};
}

const CUT: BadCheckpoint = BadCheckpoint("one is cut short");

numbers!(u8, u64, i64, i128);

structures! {
    Former { producer, own, start }
    End { track, last, length }
    Cue { tick, track, cluster }
    Video { width, height }
    Audio { sampling_rate_millihertz, channels, bit_depth }
    Track { number, uid, kind, codec_id, codec_private, name, default_duration, entry }
}

impl State for Timestamp {
    fn save(&self, out: &mut Vec<u8>) {
        self.as_nanos().save(out);
    }

    fn load(rest: &mut &[u8]) -> Result<Self, BadCheckpoint> {
        i64::load(rest).map(Self::from_nanos)
    }
}

impl State for Bytes {
    fn save(&self, out: &mut Vec<u8>) {
        self.len().to_u64().save(out);
        out.extend_from_slice(self);
    }

    fn load(rest: &mut &[u8]) -> Result<Self, BadCheckpoint> {
        let len = usize::try_from(u64::load(rest)?).map_err(|_| CUT)?;
        let (bytes, after) = rest.split_at_checked(len).ok_or(CUT)?;
        *rest = after;
        Ok(Self::copy_from_slice(bytes))
    }
}

impl State for String {
    fn save(&self, out: &mut Vec<u8>) {
        Bytes::copy_from_slice(self.as_bytes()).save(out);
    }

    fn load(rest: &mut &[u8]) -> Result<Self, BadCheckpoint> {
        let bytes = Bytes::load(rest)?;
        Self::from_utf8(bytes.into()).map_err(|_| BadCheckpoint("a text is none"))
    }
}

impl<T: State> State for Option<T> {
    fn save(&self, out: &mut Vec<u8>) {
        u8::from(self.is_some()).save(out);
        if let Some(value) = self {
            value.save(out);
        }
    }

    fn load(rest: &mut &[u8]) -> Result<Self, BadCheckpoint> {
        match u8::load(rest)? {
            0 => Ok(None),
            1 => T::load(rest).map(Some),
            _ => Err(BadCheckpoint("a choice is none")),
        }
    }
}

impl<T: State> State for Vec<T> {
    fn save(&self, out: &mut Vec<u8>) {
        self.len().to_u64().save(out);
        self.iter().for_each(|value| value.save(out));
    }

    fn load(rest: &mut &[u8]) -> Result<Self, BadCheckpoint> {
        let count = u64::load(rest)?;
        // The count is a claim; the bytes are what there is.
        (0..count).map(|_| T::load(rest)).collect()
    }
}

impl<A: State, B: State> State for (A, B) {
    fn save(&self, out: &mut Vec<u8>) {
        self.0.save(out);
        self.1.save(out);
    }

    fn load(rest: &mut &[u8]) -> Result<Self, BadCheckpoint> {
        Ok((A::load(rest)?, B::load(rest)?))
    }
}

impl State for TrackKind {
    fn save(&self, out: &mut Vec<u8>) {
        match self {
            Self::Video(video) => (1_u8, *video).save(out),
            Self::Audio(audio) => (2_u8, *audio).save(out),
            Self::Other(number) => (0_u8, *number).save(out),
        }
    }

    fn load(rest: &mut &[u8]) -> Result<Self, BadCheckpoint> {
        match u8::load(rest)? {
            0 => State::load(rest).map(Self::Other),
            1 => State::load(rest).map(Self::Video),
            2 => State::load(rest).map(Self::Audio),
            _ => Err(BadCheckpoint("a track is of no kind")),
        }
    }
}

trait ToU64 {
    fn to_u64(self) -> u64;
}

impl ToU64 for usize {
    fn to_u64(self) -> u64 {
        u64::try_from(self).unwrap_or(u64::MAX)
    }
}
