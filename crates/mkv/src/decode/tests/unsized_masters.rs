//! Masters that say nothing of their size.

use super::*;
use crate::decode::build::simple_tag;

/// A master of these children; of unknown size, if `open`.
fn master(open: bool, id: u32, children: &[Vec<u8>]) -> Vec<u8> {
    match open {
        true => unsized_element(id, &[0xFF], &children.concat()),
        false => element(id, &children.concat()),
    }
}

fn video_track(open: bool) -> Vec<u8> {
    let size = [
        element(id::PIXEL_WIDTH, &[64]),
        element(id::PIXEL_HEIGHT, &[48]),
    ];
    let children = [
        element(id::TRACK_NUMBER, &[1]),
        element(id::TRACK_TYPE, &[1]),
        master(open, id::VIDEO, &size),
        element(id::CODEC_ID, b"V_TEST"),
        element(id::CODEC_PRIVATE, b"private"),
    ];
    master(open, id::TRACK_ENTRY, &children)
}

/// A track whose frames all lost an `x` at their beginning.
fn stripped_track(open: bool) -> Vec<u8> {
    let settings = [
        element(id::CONTENT_COMP_ALGO, &[3]),
        element(id::CONTENT_COMP_SETTINGS, b"x"),
    ];
    let compression = master(open, id::CONTENT_COMPRESSION, &settings);
    let encoding = master(open, id::CONTENT_ENCODING, &[compression]);
    let children = [
        element(id::TRACK_NUMBER, &[2]),
        master(open, id::AUDIO, &[element(id::CHANNELS, &[2])]),
        master(open, id::CONTENT_ENCODINGS, &[encoding]),
        element(id::TRACK_TYPE, &[2]),
    ];
    master(open, id::TRACK_ENTRY, &children)
}

fn tag_of(open: bool, name: &str, value: &str) -> Vec<u8> {
    let text = [
        element(id::TAG_NAME, name.as_bytes()),
        element(id::TAG_STRING, value.as_bytes()),
    ];
    let children = [
        master(open, id::TARGETS, &[]),
        master(open, id::SIMPLE_TAG, &text),
        simple_tag("more", name),
    ];
    master(open, id::TAG, &children)
}

/// A Segment in which every master but one for Attachments is of unknown size, if `open`.
fn segment(open: bool) -> Vec<u8> {
    let cue = element(id::CUE_POINT, &element(id::CUE_TIME, &[0]));
    let seek = element(id::SEEK, &element(id::SEEK_POSITION, &[9]));
    let group = |ms: u8, last: u32, payload: &[u8]| {
        let block = element(id::BLOCK, &[&[0x81, 0, ms, 0][..], b"group"].concat());
        master(open, id::BLOCK_GROUP, &[block, element(last, payload)])
    };
    let blocks = [
        timecode(3),
        group(0, id::BLOCK_DURATION, &[40]),
        group(40, id::REFERENCE_BLOCK, &[0xD8]),
        element(id::SIMPLE_BLOCK, b"\x82\0\x29\x80yz"),
        group(80, id::VOID, &[0; 5]),
    ];
    let number = tag_of(open, "AWS_KINESISVIDEO_FRAGMENT_NUMBER", "9");
    let children = [
        master(open, id::SEEK_HEAD, &[seek]),
        master(
            open,
            id::INFO,
            &[element(id::TIMESTAMP_SCALE, &[0x1E, 0x84, 0x80])],
        ),
        master(open, id::TRACKS, &[video_track(open), stripped_track(open)]),
        master(open, id::TAGS, &[number, tag_of(open, "a", "b")]),
        master(open, id::CLUSTER, &blocks),
        master(open, id::CUES, &[cue]),
        master(open, id::TAGS, &[tag_of(open, "after", "c")]),
    ];
    stream(&children)
}

#[test]
fn they_end_where_others_begin() {
    let bytes = segment(true);
    let open = decode_one(&bytes);
    let mut known = decode_one(&segment(false));
    assert_eq!(open.state, FragmentState::Complete);
    assert_eq!(known.frames.len(), 4);
    assert_eq!(data(&open), [&b"group"[..], b"group", b"xyz", b"group"]);
    known.bytes = open.bytes;
    // What a track says is written as it is, so that its sizes have to be known.
    assert_eq!(open, known);

    let whole = decode(&bytes);
    for size in 1..40 {
        assert_eq!(decode_pieces(bytes.chunks(size)), whole, "pieces of {size}");
    }
}

#[test]
fn the_next_fragment_ends_them_all() {
    let bytes = [segment(true), sent(2, &[0]), segment(true)].concat();
    let numbers = decode_all(&bytes);
    let numbers: Vec<_> = numbers.iter().map(number).collect();
    assert_eq!(numbers, [Some("9"), Some("2"), Some("9")]);
}

#[test]
fn cuts_leave_what_came() {
    let bytes = segment(true);
    let whole = decode_one(&bytes);
    for cut in 1..bytes.len() {
        let told = decode(&bytes[..cut]);
        account(&told, cut);
        let read = told.iter().filter_map(|told| told.as_ref().ok());
        for read in read {
            assert!(whole.frames.starts_with(&read.frames), "cut at {cut}");
        }
    }
}

#[test]
fn a_segment_of_known_size_ends_them() {
    let open = master(true, id::TAGS, &[tag_of(true, "after", "c")]);
    let one = element(
        id::SEGMENT,
        &[tracks(), cluster(0, &[block(b"a")]), open].concat(),
    );
    let bytes = [ebml_header(), one, sent(2, &[0])].concat();
    let [first, second] = <[_; 2]>::try_from(decode_all(&bytes)).unwrap();
    assert_eq!(first.tags_after, [tag("after", "c"), tag("more", "after")]);
    assert_eq!(second.state, FragmentState::Complete);
}

#[test]
fn limits_hold_for_them_too() {
    let tag = tag_of(false, "a", "b");
    let fits = Limits::default().tags / tag.len();
    let endless = master(true, id::TAGS, &vec![tag; fits + 1]);
    let bytes = [stream(&[tracks(), endless]), sent(2, &[0])].concat();
    let told = decode(&bytes);
    account(&told, bytes.len());
    let damage = told.iter().find_map(|told| told.as_ref().err()).unwrap();
    assert!(
        matches!(damage.fault, Fault::TooLarge { id: id::TAGS, .. }),
        "{damage}"
    );
    let last = told.last().unwrap().as_ref().unwrap();
    assert_eq!((number(last), last.frames.len()), (Some("2"), 1));
}

#[test]
fn damage_in_them_is_told() {
    for bad in [&b"\x00"[..], b"\x73\x73\x84abc", b"\xD7\xFFabc"] {
        let broken = master(true, id::TAGS, &[bad.to_vec()]);
        let bytes = [
            stream(&[tracks(), cluster(0, &[block(b"a")]), broken]),
            sent(2, &[0]),
        ]
        .concat();
        let told = decode(&bytes);
        account(&told, bytes.len());
        assert!(told.iter().any(Result::is_err), "{bad:?}");
        let read: Vec<_> = told.iter().filter_map(|told| told.as_ref().ok()).collect();
        assert_eq!(data(read[0]), [b"a"], "{bad:?}");
        assert_eq!(number(read[read.len() - 1]), Some("2"), "{bad:?}");
    }
}

#[test]
fn attachments_must_say_where_they_end() {
    let open = master(true, id::ATTACHMENTS, &[]);
    let bytes = [stream(&[tracks(), open]), sent(2, &[0])].concat();
    let told = decode(&bytes);
    let damage = told.iter().find_map(|told| told.as_ref().err()).unwrap();
    assert_eq!(damage.fault, Fault::UnknownSize(id::ATTACHMENTS));
}
