//! Fragments made by hand, and a look at the files made of them.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "a test's own small numbers"
)]

mod checkpoints;
mod clusters;
mod files;
mod hostile;
mod parts;
pub(crate) mod round;
mod time;
mod timeline;
mod tracks;
pub(crate) mod walk;

use std::sync::Arc;

use bytes::Bytes;

use super::*;
use crate::ebml::id;
use crate::ebml::write::{Encoder, Width};
use crate::fragment::{BlockAddition, Frame, State, Tag};
use crate::timestamp::Timestamp;
use crate::track::{Audio, Track, TrackKind, Video};

pub(crate) const MS: i64 = 1_000_000;
pub(crate) const VIDEO: u64 = 1;
pub(crate) const AUDIO: u64 = 2;

pub(crate) fn video() -> Track {
    let kind = TrackKind::Video(Video {
        width: 640,
        height: 480,
    });
    track(VIDEO, kind, "V_MPEG4/ISO/AVC")
}

pub(crate) fn audio() -> Track {
    let kind = TrackKind::Audio(Audio {
        sampling_rate_millihertz: 48_000_000,
        channels: 1,
        bit_depth: None,
    });
    track(AUDIO, kind, "A_AAC")
}

pub(crate) fn track(number: u64, kind: TrackKind, codec_id: &str) -> Track {
    let private = Bytes::from_static(b"\x01private");
    let mut e = Encoder::new(Width::Shortest);
    e.unsigned(id::TRACK_NUMBER, number);
    e.unsigned(id::TRACK_TYPE, if number == AUDIO { 2 } else { 1 });
    e.text(id::CODEC_ID, codec_id);
    e.binary(id::CODEC_PRIVATE, &private);
    Track {
        number,
        uid: 0,
        kind,
        codec_id: codec_id.to_owned(),
        codec_private: Some(private),
        name: None,
        default_duration: None,
        entry: e.take(),
    }
}

pub(crate) fn frame(track: u64, ms: i64) -> Frame {
    Frame {
        track,
        timestamp: ms * MS,
        duration: None,
        keyframe: true,
        invisible: false,
        discardable: false,
        data: Bytes::from(format!("{track}@{ms}")),
        additions: Box::default(),
    }
}

/// A numbered fragment of one video track with frames at these milliseconds.
pub(crate) fn fragment(number: u32, producer_ms: Option<i64>, times: &[i64]) -> Fragment {
    with_tracks(
        number,
        producer_ms,
        &[video()],
        times.iter().map(|ms| frame(VIDEO, *ms)).collect(),
    )
}

pub(crate) fn with_tracks(
    number: u32,
    producer_ms: Option<i64>,
    tracks: &[Track],
    frames: Vec<Frame>,
) -> Fragment {
    Fragment {
        number: Some(number.to_string().parse().unwrap()),
        server_timestamp: Some(Timestamp::from_millis(1_600_000_000_500)),
        producer_timestamp: producer_ms.map(Timestamp::from_millis),
        tracks: Arc::from(tracks),
        timestamp_scale: 1_000_000,
        tags_before: Vec::new(),
        tags_after: Vec::new(),
        state: if frames.is_empty() {
            State::Empty
        } else {
            State::Complete
        },
        frames,
        offset: 0,
        bytes: 0,
        raw: Vec::new(),
        part: None,
    }
}

pub(crate) fn tag(name: &str, value: &str) -> Tag {
    Tag {
        name: name.to_owned(),
        value: value.to_owned(),
    }
}

/// The file of these fragments, complete.
pub(crate) fn file(options: WriterOptions, fragments: &[Fragment]) -> Vec<u8> {
    let mut writer = Writer::new(options);
    for fragment in fragments {
        writer.write(fragment).unwrap();
    }
    complete(writer)
}

fn complete(writer: Writer) -> Vec<u8> {
    let tail = writer.finish();
    let mut bytes = tail.pieces.concat();
    for patch in tail.patches {
        let at = patch.offset as usize;
        bytes[at..at + patch.bytes.len()].copy_from_slice(&patch.bytes);
    }
    bytes
}

/// Milliseconds at which the frames of each fragment come out, in stored order.
fn times(gaps: Gaps, fragments: &[Fragment]) -> Vec<Vec<i64>> {
    let options = WriterOptions {
        gaps,
        ..WriterOptions::default()
    };
    let blocks = walk::blocks(&file(options, fragments));
    let mut blocks = blocks.iter().map(|block| block.tick);
    fragments
        .iter()
        .map(|fragment| blocks.by_ref().take(fragment.frames.len()).collect())
        .collect()
}
