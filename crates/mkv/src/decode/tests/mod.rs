//! Streams made by hand and by the writer, and what is read of them.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "a test's own small numbers"
)]

mod additions;
mod checksums;
mod cuts;
mod damage;
mod files;
mod flips;
mod hostile;
mod memory;
mod parts;
mod payloads;
mod reads;
mod round;
mod streams;
mod unsized_masters;

use bytes::Bytes;

use super::build::{element, summed, tags};
use super::*;
use crate::ebml::id;
use crate::ebml::write::UNKNOWN_SIZE;
use crate::fragment::{Fragment, State as FragmentState};
use crate::payload::{self, PayloadOptions};
use crate::timestamp::Timestamp;
use crate::writer::tests::{MS, fragment, tag};

type Told = Result<Fragment, Damage>;

/// What is read of an input that comes in these pieces, handed over in either way.
fn decode_pieces<'a>(pieces: impl IntoIterator<Item = &'a [u8]> + Clone) -> Vec<Told> {
    let told = decode_pushed(pieces.clone(), |fragments, piece| {
        fragments.push(Bytes::copy_from_slice(piece));
    });
    assert_eq!(decode_pushed(pieces, Fragments::push_slice), told);
    told
}

fn decode_pushed<'a>(
    pieces: impl IntoIterator<Item = &'a [u8]>,
    push: impl Fn(&mut Fragments, &[u8]),
) -> Vec<Told> {
    let mut fragments = Fragments::new();
    let mut told = Vec::new();
    for piece in pieces {
        push(&mut fragments, piece);
        told.extend(std::iter::from_fn(|| fragments.next_fragment()));
    }
    fragments.finish();
    told.extend(std::iter::from_fn(|| fragments.next_fragment()));
    told
}

fn decode(bytes: &[u8]) -> Vec<Told> {
    decode_pieces([bytes])
}

/// The fragments of an input without damage.
fn decode_all(bytes: &[u8]) -> Vec<Fragment> {
    decode(bytes).into_iter().map(Result::unwrap).collect()
}

/// The only fragment of an input without damage.
fn decode_one(bytes: &[u8]) -> Fragment {
    let [fragment] = <[_; 1]>::try_from(decode_all(bytes)).unwrap();
    fragment
}

/// A fragment as the service sends it, with frames at these milliseconds.
fn sent(number: u32, times: &[i64]) -> Vec<u8> {
    encoded(&fragment(number, None, times), number)
}

fn encoded(fragment: &Fragment, number: u32) -> Vec<u8> {
    let options = PayloadOptions {
        number: number.to_string().parse().unwrap(),
        server_timestamp: Timestamp::from_millis(1_600_000_000_500),
        producer_timestamp: Timestamp::from_millis(1_600_000_000_000 + i64::from(number)),
        shift: 0,
    };
    payload::encode(fragment, &options).concat()
}

/// An element whose size is unknown, on as many bytes as `size` has.
fn unsized_element(id: u32, size: &[u8], payload: &[u8]) -> Vec<u8> {
    let id = id.to_be_bytes();
    let zeros = id.iter().take_while(|byte| **byte == 0).count();
    [&id[zeros..], size, payload].concat()
}

fn ebml_header() -> Vec<u8> {
    element(id::EBML, &element(id::DOC_TYPE, b"matroska"))
}

/// An EBML header and a Segment of unknown size.
fn stream(children: &[Vec<u8>]) -> Vec<u8> {
    let segment = unsized_element(id::SEGMENT, &UNKNOWN_SIZE, &children.concat());
    [ebml_header(), segment].concat()
}

fn track_entry(number: u8) -> Vec<u8> {
    let children = [
        element(id::TRACK_NUMBER, &[number]),
        element(id::TRACK_TYPE, &[1]),
    ];
    element(id::TRACK_ENTRY, &children.concat())
}

fn tracks() -> Vec<u8> {
    element(id::TRACKS, &track_entry(1))
}

fn timecode(ms: u16) -> Vec<u8> {
    element(id::TIMESTAMP, &ms.to_be_bytes())
}

/// A SimpleBlock of the first track.
fn block(data: &[u8]) -> Vec<u8> {
    element(id::SIMPLE_BLOCK, &[&[0x81, 0, 0, 0x80], data].concat())
}

fn cluster(ms: u16, blocks: &[Vec<u8>]) -> Vec<u8> {
    element(id::CLUSTER, &[timecode(ms), blocks.concat()].concat())
}

/// The service's Tags before a Cluster.
fn numbered(number: &str) -> Vec<u8> {
    tags(&[("AWS_KINESISVIDEO_FRAGMENT_NUMBER", number)])
}

fn number(fragment: &Fragment) -> Option<&str> {
    fragment.number.as_ref().map(crate::FragmentNumber::as_str)
}

fn data(fragment: &Fragment) -> Vec<&[u8]> {
    fragment
        .frames
        .iter()
        .map(|frame| &frame.data[..])
        .collect()
}

fn states(told: &[Told]) -> Vec<Option<&FragmentState>> {
    told.iter()
        .map(|told| told.as_ref().ok().map(|fragment| &fragment.state))
        .collect()
}

/// Checks that every byte is in a fragment or in damage.
fn account(told: &[Told], len: usize) {
    let mut position = 0;
    for next in told {
        let (offset, len) = match next {
            Ok(fragment) => (fragment.offset, fragment.bytes),
            Err(damage) => (damage.offset, damage.skipped),
        };
        assert_eq!(offset, position, "{told:?}");
        position = offset + len;
    }
    assert_eq!(position, len as u64, "{told:?}");
}
