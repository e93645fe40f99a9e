//! One byte that is not what it was.

use super::*;
use crate::writer::WriterOptions;
use crate::writer::tests::file;

/// Changes each byte in turn, in more than one way, and checks the fragments that it is not in; that
/// is more than 10,000 times for the inputs here. The first `shared` bytes say what all fragments
/// are made of.
fn flip_every_byte(bytes: &[u8], shared: usize) {
    let whole = decode_all(bytes);
    for at in 0..bytes.len() {
        for mask in [0x01, 0x80, 0xFF, 0x10] {
            let mut flipped = bytes.to_vec();
            flipped[at] ^= mask;
            let told = decode(&flipped);
            let flip = format!("byte {at} ^ {mask:02x}");
            account(&told, bytes.len());
            check_nothing_more(&whole, &told, at as u64, &flip);
            if at >= shared {
                check(&whole, &told, at as u64, &flip);
            } else {
                check_data(&whole, &told, at as u64, &flip);
            }
        }
    }
}

/// Checks that no frames come of nothing: what is not told as it was has no more in it than the
/// fragment that the byte is in. It may be more frames, if the byte says how a block is divided.
fn check_nothing_more(whole: &[Fragment], told: &[Told], at: u64, flip: &str) {
    let size = |fragment: &Fragment| data(fragment).concat().len();
    let ends = |original: &Fragment| original.offset + original.bytes;
    let touched = whole.iter().find(|original| at < ends(original)).unwrap();
    let read = told.iter().filter_map(|told| told.as_ref().ok());
    let others = read.filter(|read| !whole.iter().any(|original| data(original) == data(read)));
    assert!(others.map(size).sum::<usize>() <= size(touched), "{flip}");
}

fn check(whole: &[Fragment], told: &[Told], at: u64, flip: &str) {
    for original in whole {
        let found = found(told, original);
        if original.offset > at {
            assert_eq!(found, Some(original), "{flip}");
        } else if original.offset + original.bytes <= at {
            // What ends where the damage is may have it counted in, but its frames stay.
            let found = found.unwrap();
            let frames = (&found.number, &found.frames);
            assert_eq!(frames, (&original.number, &original.frames), "{flip}");
        }
    }
}

/// Checks what can be checked where tracks and times may have changed.
fn check_data(whole: &[Fragment], told: &[Told], at: u64, flip: &str) {
    for original in whole.iter().filter(|original| original.offset > at) {
        let found = found(told, original).unwrap();
        assert_eq!(data(found), data(original), "{flip}");
        assert_eq!(found.number, original.number, "{flip}");
    }
}

fn found<'a>(told: &'a [Told], original: &Fragment) -> Option<&'a Fragment> {
    let mut read = told.iter().filter_map(|told| told.as_ref().ok());
    read.find(|read| read.offset == original.offset)
}

#[test]
fn in_payloads() {
    let mut first = fragment(1, None, &[0, 40]);
    first.tags_after = vec![tag("after", "1")];
    let bytes = [encoded(&first, 1), sent(2, &[80, 120]), sent(3, &[160])].concat();
    flip_every_byte(&bytes, 0);
}

#[test]
fn in_payloads_with_clusters_of_unknown_size() {
    let one = |number: &str| {
        let inside = [timecode(3), block(number.as_bytes()), block(&[7; 40])].concat();
        let open = unsized_element(id::CLUSTER, &[0xFF], &inside);
        stream(&[tracks(), numbered(number), open, tags(&[("a", "b")])])
    };
    flip_every_byte(&["11", "22", "33"].map(one).concat(), 0);
}

#[test]
fn in_files() {
    let written = [
        fragment(6, Some(1), &[0, 9]),
        fragment(7, Some(9), &[20, 30]),
        fragment(8, Some(30), &[40]),
    ];
    let bytes = file(WriterOptions::default(), &written);
    let shared = header_len(&bytes, id::TAGS);
    flip_every_byte(&bytes, shared);
}

#[test]
fn in_ordinary_files() {
    let clusters = [0_u8, 1, 2].map(|n| cluster(u16::from(n), &[block(&[n; 9]), block(b"x")]));
    let children = [&[tracks()][..], &clusters].concat();
    let segment = element(id::SEGMENT, &children.concat());
    let bytes = [ebml_header(), segment].concat();
    let shared = header_len(&bytes, id::CLUSTER);
    flip_every_byte(&bytes, shared);
}

/// Bytes before the first of these elements.
fn header_len(bytes: &[u8], id: u32) -> usize {
    let id = id.to_be_bytes();
    let at = bytes.windows(4).position(|window| window == id);
    at.unwrap()
}
