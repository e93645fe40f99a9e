//! What comes beside the frames of BlockGroups.

use super::*;
use crate::fragment::{Frame, MOST_ADDITIONS};
use crate::writer::WriterOptions;
use crate::writer::tests::file;

const MAX_BLOCK_ADDITION_ID: u32 = 0x55EE;

fn more(id: u8, data: &[u8]) -> Vec<u8> {
    let children = [
        element(id::BLOCK_ADD_ID, &[id]),
        element(id::BLOCK_ADDITIONAL, data),
    ];
    element(id::BLOCK_MORE, &children.concat())
}

/// A BlockGroup of the first track whose Block ends in these bytes.
fn group(flags: u8, body: &[u8], beside: &[Vec<u8>]) -> Vec<u8> {
    let block = element(id::BLOCK, &[&[0x81, 0, 0, flags], body].concat());
    element(id::BLOCK_GROUP, &[block, beside.concat()].concat())
}

fn additions(frame: &Frame) -> Vec<(u64, &[u8])> {
    frame
        .additions
        .iter()
        .map(|addition| (addition.id, &addition.data[..]))
        .collect()
}

#[test]
fn they_go_with_their_frame_through_a_file() {
    let both = [more(1, b"alpha"), more(4, b"")].concat();
    let beside = [element(id::BLOCK_ADDITIONS, &both)];
    let entry = [
        element(id::TRACK_NUMBER, &[1]),
        element(id::TRACK_TYPE, &[1]),
        element(MAX_BLOCK_ADDITION_ID, &[4]),
    ];
    let tracks = element(id::TRACKS, &element(id::TRACK_ENTRY, &entry.concat()));
    let blocks = [group(0, b"x", &beside), block(b"y"), group(0, b"z", &[])];
    let sent = decode_one(&stream(&[tracks, numbered("7"), cluster(0, &blocks)]));
    let written = decode_one(&file(WriterOptions::default(), std::slice::from_ref(&sent)));
    for fragment in [&sent, &written] {
        let [x, y, z] = &fragment.frames[..] else {
            panic!("{fragment:?}");
        };
        assert_eq!(additions(x), [(1, &b"alpha"[..]), (4, b"")]);
        assert!(y.additions.is_empty() && z.additions.is_empty());
        assert!(x.keyframe && x.duration.is_none());
        let settings = element(MAX_BLOCK_ADDITION_ID, &[4]);
        let entry = &fragment.tracks[0].entry;
        assert!(entry.windows(settings.len()).any(|part| part == settings));
    }
}

#[test]
fn those_of_a_lace_go_with_its_first_frame() {
    let beside = [element(id::BLOCK_ADDITIONS, &more(1, b"beside"))];
    let bytes = stream(&[tracks(), cluster(0, &[group(0x04, b"\x01ab", &beside)])]);
    let fragment = decode_one(&bytes);
    assert_eq!(data(&fragment), [b"a", b"b"]);
    assert_eq!(additions(&fragment.frames[0]), [(1, &b"beside"[..])]);
    assert!(fragment.frames[1].additions.is_empty());
}

#[test]
fn they_may_be_in_masters_of_unknown_size() {
    let open = |id, payload: &[u8]| unsized_element(id, &[0xFF], payload);
    let mores = [
        open(id::BLOCK_MORE, &element(id::BLOCK_ADDITIONAL, b"one")),
        open(id::BLOCK_MORE, &element(id::BLOCK_ADDITIONAL, b"two")),
    ];
    let children = [
        element(id::BLOCK, &[0x81, 0, 0, 0, b'x']),
        open(id::BLOCK_ADDITIONS, &mores.concat()),
        element(id::BLOCK_DURATION, &[40]),
    ];
    let groups = [open(id::BLOCK_GROUP, &children.concat()), block(b"y")];
    let fragment = decode_one(&stream(&[tracks(), cluster(0, &groups)]));
    assert_eq!(data(&fragment), [b"x", b"y"]);
    let expected = [(1, &b"one"[..]), (1, b"two")];
    assert_eq!(additions(&fragment.frames[0]), expected);
    assert_eq!(fragment.frames[0].duration, Some(40_000_000));
}

#[test]
fn more_than_a_block_may_have_are_damage() {
    let of = |count| {
        let mores = more(1, b"").repeat(count);
        let beside = [element(id::BLOCK_ADDITIONS, &mores)];
        decode(&stream(&[tracks(), cluster(0, &[group(0, b"x", &beside)])]))
    };
    let [Ok(fragment)] = &of(MOST_ADDITIONS)[..] else {
        panic!();
    };
    assert_eq!(fragment.frames[0].additions.len(), MOST_ADDITIONS);
    let [Ok(fragment), Err(damage)] = &of(MOST_ADDITIONS + 1)[..] else {
        panic!();
    };
    assert_eq!(fragment.state, FragmentState::Truncated);
    assert_eq!(damage.fault, Fault::Malformed(id::BLOCK_GROUP));
}

#[test]
fn they_count_towards_the_limit_of_a_fragment() {
    let limits = Limits {
        fragment: 2000,
        ..Limits::default()
    };
    let beside = [element(id::BLOCK_ADDITIONS, &more(1, &[7; 1500]))];
    let groups = [group(0, b"x", &beside), group(0, b"y", &beside)];
    let mut fragments = Fragments::with_limits(limits);
    fragments.push(stream(&[tracks(), cluster(0, &groups)]).into());
    fragments.finish();
    let fragment = fragments.next_fragment().unwrap().unwrap();
    assert_eq!(data(&fragment), [b"x"]);
    assert_eq!(fragment.state, FragmentState::Truncated);
}
