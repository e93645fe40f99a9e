//! Ordinary files, and the writer's.

use super::*;
use crate::writer::WriterOptions;
use crate::writer::tests::{file, video, with_tracks};

/// A file with a Segment of known size.
fn ordinary(children: &[Vec<u8>]) -> Vec<u8> {
    [ebml_header(), element(id::SEGMENT, &children.concat())].concat()
}

#[test]
fn each_cluster_is_a_fragment() {
    let info = element(id::INFO, &element(id::TIMESTAMP_SCALE, &[0x03, 0xE8]));
    let bytes = ordinary(&[
        info,
        tracks(),
        tags(&[("title", "t")]),
        cluster(0, &[block(b"a")]),
        cluster(5, &[block(b"b"), block(b"c")]),
        element(id::CUES, &[0; 50]),
        tags(&[("NUMBER_OF_FRAMES", "3")]),
    ]);
    let fragments = decode_all(&bytes);
    assert_eq!(fragments.len(), 2);
    assert_eq!(data(&fragments[0]), [b"a"]);
    assert_eq!(data(&fragments[1]), [b"b", b"c"]);
    for fragment in &fragments {
        assert_eq!(fragment.state, FragmentState::Complete);
        assert_eq!(fragment.number, None);
        assert_eq!((fragment.tracks.len(), fragment.timestamp_scale), (1, 1000));
    }
    assert_eq!(fragments[0].tags_before, [tag("title", "t")]);
    assert_eq!(fragments[1].tags_after, [tag("NUMBER_OF_FRAMES", "3")]);
    assert_eq!(fragments[1].offset, fragments[0].bytes);
    assert_eq!(fragments[1].offset + fragments[1].bytes, bytes.len() as u64);
}

#[test]
fn files_may_follow_each_other() {
    let one = ordinary(&[tracks(), cluster(0, &[block(b"a")]), cluster(1, &[])]);
    let fragments =
        decode_all(&[&one[..], &element(id::VOID, &[0; 9]), &sent(7, &[0]), &one].concat());
    let numbers: Vec<_> = fragments.iter().map(number).collect();
    assert_eq!(numbers, [None, None, Some("7"), None, None]);
    assert!(fragments.iter().all(|f| f.state == FragmentState::Complete));
}

#[test]
fn the_demo_is_fifteen_clusters() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../emulator/demo/demo.mkv");
    let bytes = std::fs::read(path).unwrap();
    let fragments = decode_all(&bytes);
    assert_eq!(fragments.len(), 15);
    let frames: Vec<_> = fragments.iter().flat_map(|f| &f.frames).collect();
    let of = |track| frames.iter().filter(|frame| frame.track == track).count();
    assert_eq!((of(1), of(2)), (750, 1406));
    for fragment in &fragments {
        assert_eq!(fragment.state, FragmentState::Complete);
        let first = fragment.frames.iter().find(|frame| frame.track == 1);
        assert!(first.unwrap().keyframe);
    }
    let covered: u64 = fragments.iter().map(|fragment| fragment.bytes).sum();
    assert_eq!(covered, bytes.len() as u64);
    let again = decode_pieces(bytes.chunks(1000));
    assert_eq!(again, fragments.into_iter().map(Ok).collect::<Vec<_>>());
}

#[test]
fn tags_with_numbers_divide_a_file() {
    let bytes = ordinary(&[
        tracks(),
        numbered("7"),
        cluster(0, &[block(b"a")]),
        cluster(5, &[block(b"b")]),
        tags(&[("after", "1")]),
        numbered("8"),
        numbered("9"),
        tags(&[("before", "2")]),
        cluster(9, &[block(b"c")]),
        element(id::CUES, &[0; 50]),
    ]);
    let fragments = decode_all(&bytes);
    let told: Vec<_> = fragments.iter().map(|f| (number(f), data(f))).collect();
    let expected = [
        (Some("7"), vec![&b"a"[..], b"b"]),
        (Some("8"), vec![]),
        (Some("9"), vec![&b"c"[..]]),
    ];
    assert_eq!(told, expected);
    assert_eq!(fragments[0].tags_after, [tag("after", "1")]);
    assert_eq!(fragments[1].state, FragmentState::Empty);
    assert_eq!(fragments[2].tags_before[1], tag("before", "2"));
}

#[test]
fn a_number_that_cannot_be_read_still_divides() {
    let bytes = ordinary(&[
        tracks(),
        numbered("7"),
        cluster(0, &[block(b"a")]),
        numbered("x"),
        cluster(5, &[block(b"b")]),
    ]);
    let fragments = decode_all(&bytes);
    let told: Vec<_> = fragments.iter().map(|f| (number(f), data(f))).collect();
    let expected = [(Some("7"), vec![&b"a"[..]]), (None, vec![&b"b"[..]])];
    assert_eq!(told, expected);
}

#[test]
fn fragments_of_tags_alone_come_first_last_or_only() {
    let empty = |number| with_tracks(number, Some(1), &[video()], Vec::new());
    let all = [empty(1), empty(2), fragment(3, Some(5), &[0]), empty(4)];
    for fragments in [&all[..], &all[..2]] {
        let read = decode_all(&file(WriterOptions::default(), fragments));
        assert_eq!(read.len(), fragments.len());
        for (read, written) in read.iter().zip(fragments) {
            assert_eq!(read.number, written.number);
            assert_eq!(read.state, written.state);
        }
    }
}

#[test]
fn a_segment_may_be_longer_than_it_says() {
    let segment = element(
        id::SEGMENT,
        &[tracks(), cluster(0, &[block(b"a")])].concat(),
    );
    let more = [tags(&[("after", "1")]), cluster(5, &[block(b"b")])].concat();
    let fragments = decode_all(&[ebml_header(), segment.clone(), more].concat());
    assert_eq!(fragments.len(), 2);
    assert_eq!(fragments[0].tags_after, [tag("after", "1")]);
    assert_eq!(data(&fragments[1]), [b"b"]);
    // Noise after it takes nothing from what is in it, if it ended there.
    let noise = b"noise".to_vec();
    let told = decode(&[ebml_header(), segment.clone(), noise.clone()].concat());
    assert_eq!(states(&told), [Some(&FragmentState::Complete), None]);
    let more = tags(&[("after", "1")]);
    let told = decode(&[ebml_header(), segment, more, noise].concat());
    assert_eq!(states(&told), [Some(&FragmentState::Truncated), None]);
}

#[test]
fn an_empty_input_has_nothing() {
    assert_eq!(decode(b""), []);
}
