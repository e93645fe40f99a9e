//! Tracks and fragments for tests, made by way of a few bytes of Matroska.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "a test's own small numbers"
)]

use std::sync::Arc;

use bytes::Bytes;
use kvs_mkv::payload::{self, PayloadOptions};
use kvs_mkv::{Fragment, Fragments, Frame, Parts, Timestamp, Track};

pub(crate) const MS: i64 = 1_000_000;
pub(crate) const AVC_RECORD: [u8; 17] = [
    1, 0x42, 0xC0, 0x1E, 0xFF, 0xE1, 0, 4, 0x67, 0x42, 0xC0, 0x1E, 1, 0, 2, 0x68, 0xCE,
];

fn element(id: &[u8], payload: &[u8]) -> Vec<u8> {
    let size = payload.len() as u64 | 1 << 56;
    [id, &size.to_be_bytes(), payload].concat()
}

/// A fragment of these TrackEntry payloads, with no frames yet.
fn decoded(entries: &[Vec<u8>]) -> Fragment {
    let entries: Vec<Vec<u8>> = entries
        .iter()
        .map(|entry| element(&[0xAE], entry))
        .collect();
    let segment = [
        element(
            &[0x15, 0x49, 0xA9, 0x66],
            &element(&[0x2A, 0xD7, 0xB1], &[0x0F, 0x42, 0x40]),
        ),
        element(&[0x16, 0x54, 0xAE, 0x6B], &entries.concat()),
        element(&[0x1F, 0x43, 0xB6, 0x75], &element(&[0xE7], &[0])),
    ];
    let file = [
        element(
            &[0x1A, 0x45, 0xDF, 0xA3],
            &element(&[0x42, 0x82], b"matroska"),
        ),
        element(&[0x18, 0x53, 0x80, 0x67], &segment.concat()),
    ];
    let mut fragments = Fragments::new();
    fragments.push(Bytes::from(file.concat()));
    fragments.finish();
    fragments.next_fragment().unwrap().unwrap()
}

fn track(number: u8, codec: &str, private: Option<&[u8]>, settings: &[u8]) -> Track {
    let entry = [
        element(&[0xD7], &[number]),
        element(&[0x83], &[if codec.starts_with('V') { 1 } else { 2 }]),
        element(&[0x86], codec.as_bytes()),
        private
            .map(|private| element(&[0x63, 0xA2], private))
            .unwrap_or_default(),
        settings.to_vec(),
    ];
    decoded(&[entry.concat()]).tracks[0].clone()
}

pub(crate) fn video(number: u8) -> Track {
    let size = [element(&[0xB0], &[2, 0x80]), element(&[0xBA], &[1, 0xE0])].concat();
    track(
        number,
        "V_MPEG4/ISO/AVC",
        Some(&AVC_RECORD),
        &element(&[0xE0], &size),
    )
}

/// AAC at 48 kHz.
pub(crate) fn audio(number: u8) -> Track {
    let settings = element(&[0xE1], &element(&[0x9F], &[2]));
    track(number, "A_AAC", Some(&[0x11, 0x90]), &settings)
}

/// A-law of one channel at 8 kHz.
pub(crate) fn a_law(number: u8) -> Track {
    let format = [
        6, 0, 1, 0, 0x40, 0x1F, 0, 0, 0x40, 0x1F, 0, 0, 1, 0, 8, 0, 0, 0,
    ];
    track(number, "A_MS/ACM", Some(&format), &element(&[0xE1], &[]))
}

/// Sixteen bits, little-endian, one channel at 8 kHz.
pub(crate) fn pcm(number: u8) -> Track {
    let depth = element(&[0x62, 0x64], &[16]);
    track(number, "A_PCM/INT/LIT", None, &element(&[0xE1], &depth))
}

pub(crate) fn unknown(number: u8) -> Track {
    track(number, "V_THEORA", None, &[])
}

pub(crate) fn frame(track: u64, ms: i64, data: &[u8]) -> Frame {
    Frame {
        track,
        timestamp: ms * MS,
        duration: None,
        keyframe: true,
        invisible: false,
        discardable: false,
        data: Bytes::copy_from_slice(data),
        additions: Box::default(),
    }
}

pub(crate) fn fragment(tracks: &[Track], frames: Vec<Frame>) -> Fragment {
    let mut fragment = decoded(&[]);
    fragment.tracks = Arc::from(tracks);
    fragment.frames = frames;
    fragment
}

/// One of which the producer says when it begins.
pub(crate) fn fragment_at(ms: i64, tracks: &[Track], frames: Vec<Frame>) -> Fragment {
    let mut fragment = fragment(tracks, frames);
    fragment.producer_timestamp = Some(Timestamp::from_millis(ms));
    fragment
}

/// A fragment as the service sends it, whole and in parts of some bytes.
pub(crate) fn in_parts(fragment: &Fragment, size: u64) -> (Fragment, Vec<Fragment>) {
    let sent = payload::encode(
        fragment,
        &PayloadOptions {
            number: 7_u64.into(),
            server_timestamp: Timestamp::from_millis(0),
            producer_timestamp: fragment.producer_timestamp.unwrap(),
            shift: 0,
        },
    );
    let sent = Bytes::from(sent.concat());
    let read = |mut fragments: Fragments| {
        fragments.push(sent.clone());
        fragments.finish();
        fragments.next_fragment().unwrap().unwrap()
    };
    let mut parts = Parts::new(read(Fragments::new().outlining()), size);
    let mut all = Vec::new();
    for at in 0..sent.len() {
        parts.push(sent.slice(at..=at));
        all.extend(parts.next_part().unwrap());
    }
    parts.finish();
    all.extend(parts.next_part().unwrap());
    (read(Fragments::new()), all)
}
