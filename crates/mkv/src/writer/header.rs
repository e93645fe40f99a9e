//! What stands before the first fragment of a file, and the patches that complete it.

use bytes::Bytes;

use super::options::{Form, Patch};
use super::tracks;
use crate::ebml::id;
use crate::ebml::write::{Encoder, Width, size_on_eight_bytes};
use crate::timestamp::Timestamp;
use crate::track::Track;

const APP: &str = "kvs-mkv";
pub(crate) const MATROSKA: &str = "matroska";
const WEBM: &str = "webm";
/// The scale that nearly all files have.
pub(super) const MILLISECOND: u64 = 1_000_000;
/// Room for a SeekHead of three entries: Info, Tracks and Cues.
const SEEK_HEAD_LEN: usize = 68;
/// Room for a Duration.
const DURATION_LEN: usize = 11;
/// 2001-01-01, from which DateUTC counts, in nanoseconds since 1970.
const MATROSKA_EPOCH: i64 = 978_307_200_000_000_000;

/// The beginning of a file.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) bytes: Bytes,
    pub(super) layout: Layout,
}

/// Where in a file the things are that become known later. Offsets count from its beginning.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    /// Of the eight bytes of the Segment's size.
    segment_size: u64,
    /// Of the Segment's payload, from which positions in Matroska count.
    pub(super) segment: u64,
    /// Present where the output can be patched.
    reserved: Option<Reserved>,
}

/// Room kept free.
#[derive(Debug, Clone)]
struct Reserved {
    seek_head: u64,
    duration: u64,
    /// Positions that the SeekHead names.
    info: u64,
    tracks: Option<u64>,
}

/// Writes EBML header, Segment head, Info and Tracks.
pub(super) fn encode(form: Form, scale: u64, date: Option<Timestamp>, tracks: &[Track]) -> Header {
    let mut e = Encoder::new(Width::Shortest);
    ebml_header(doc_type(tracks), &mut e);
    let after_segment_id = e.len().saturating_add(4);
    e.unknown_size(id::SEGMENT);
    let segment = e.len();
    let position = |offset: usize| to_u64(offset.saturating_sub(segment));
    let info_at = match form {
        Form::Seekable => segment.saturating_add(SEEK_HEAD_LEN),
        Form::Streamed => segment,
    };
    let info = info(form, scale, date);
    let reserved = (form == Form::Seekable).then(|| Reserved {
        seek_head: to_u64(segment),
        duration: to_u64(info_at.saturating_add(info.duration)),
        info: position(info_at),
        tracks: (!tracks.is_empty()).then(|| position(info_at.saturating_add(info.bytes.len()))),
    });
    if let Some(reserved) = &reserved {
        e.raw(&seek_head(reserved, None));
    }
    e.raw(&info.bytes);
    if !tracks.is_empty() {
        tracks::encode(tracks, &mut e);
    }
    Header {
        bytes: e.take(),
        layout: Layout {
            segment_size: to_u64(after_segment_id),
            segment: to_u64(segment),
            reserved,
        },
    }
}

impl Layout {
    /// The patches that complete a file of `len` bytes: `ticks` long, its Cues at that offset.
    pub(super) fn patches(&self, len: u64, ticks: f64, cues: Option<u64>) -> Vec<Patch> {
        let Some(reserved) = &self.reserved else {
            return Vec::new();
        };
        let mut duration = Encoder::new(Width::Shortest);
        duration.float(id::DURATION, ticks);
        let cues = cues.map(|offset| offset.saturating_sub(self.segment));
        let mut patches = vec![
            Patch {
                offset: self.segment_size,
                bytes: size_on_eight_bytes(len.saturating_sub(self.segment)),
            },
            Patch {
                offset: reserved.seek_head,
                bytes: seek_head(reserved, cues),
            },
        ];
        if ticks > 0.0 {
            patches.push(Patch {
                offset: reserved.duration,
                bytes: duration.take(),
            });
        }
        patches
    }
}

/// What most readers of WebM take, and no reader of Matroska needs to know.
fn doc_type(tracks: &[Track]) -> &'static str {
    match !tracks.is_empty() && tracks.iter().all(tracks::is_webm) {
        true => WEBM,
        false => MATROSKA,
    }
}

/// The EBML header of every output.
pub(crate) fn ebml_header(doc_type: &str, e: &mut Encoder) {
    e.master(id::EBML, |e| {
        e.unsigned(id::EBML_VERSION, 1);
        e.unsigned(id::EBML_READ_VERSION, 1);
        e.unsigned(id::EBML_MAX_ID_LENGTH, 4);
        e.unsigned(id::EBML_MAX_SIZE_LENGTH, 8);
        e.text(id::DOC_TYPE, doc_type);
        e.unsigned(id::DOC_TYPE_VERSION, 4);
        e.unsigned(id::DOC_TYPE_READ_VERSION, 2);
    });
}

/// TimestampScale and the names of the writing program, of any output's Info.
pub(crate) fn scale_and_apps(scale: u64, e: &mut Encoder) {
    e.unsigned(id::TIMESTAMP_SCALE, scale);
    e.text(id::MUXING_APP, APP);
    e.text(id::WRITING_APP, APP);
}

struct Info {
    bytes: Bytes,
    /// Where in it the Duration goes.
    duration: usize,
}

fn info(form: Form, scale: u64, date: Option<Timestamp>) -> Info {
    let mut e = Encoder::new(Width::Shortest);
    scale_and_apps(scale, &mut e);
    // Producers without a clock count from zero: that is no date.
    if let Some(date) = date.filter(|date| date.as_nanos() > 0) {
        let nanos = date.as_nanos().saturating_sub(MATROSKA_EPOCH);
        e.binary(id::DATE_UTC, &nanos.to_be_bytes());
    }
    if form == Form::Seekable {
        e.void(DURATION_LEN);
    }
    let children = e.take();
    e.binary(id::INFO, &children);
    let bytes = e.take();
    Info {
        duration: bytes.len().saturating_sub(DURATION_LEN),
        bytes,
    }
}

/// A SeekHead that fills its room with whatever entries there are, so that a file that was never
/// completed has a valid one too.
fn seek_head(reserved: &Reserved, cues: Option<u64>) -> Bytes {
    let entries = [
        (id::INFO, Some(reserved.info)),
        (id::TRACKS, reserved.tracks),
        (id::CUES, cues),
    ];
    let mut e = Encoder::new(Width::Shortest);
    e.master(id::SEEK_HEAD, |e| {
        for (target, position) in entries {
            if let Some(position) = position {
                seek(target, position, e);
            }
        }
    });
    let free = SEEK_HEAD_LEN.saturating_sub(e.len());
    if free > 0 {
        e.void(free);
    }
    e.take()
}

fn seek(target: u32, position: u64, e: &mut Encoder) {
    e.master(id::SEEK, |e| {
        e.binary(id::SEEK_ID, &target.to_be_bytes());
        e.unsigned_fixed(id::SEEK_POSITION, position);
    });
}

fn to_u64(offset: usize) -> u64 {
    u64::try_from(offset).unwrap_or(u64::MAX)
}
