//! Inputs in pieces, and inputs that end too early.

use proptest::prelude::*;

use super::*;
use crate::fragment::Frame;
use crate::writer::WriterOptions;
use crate::writer::tests::file;

/// Fragments as they are sent, a file, an ordinary one, an error, and noise between them.
fn mixture() -> Vec<u8> {
    let not_found = crate::InBandError {
        code: Some("FRAGMENT_NOT_FOUND".into()),
        ..crate::InBandError::default()
    };
    let error = payload::error(&"5".parse().unwrap(), &not_found).concat();
    let open = [timecode(3), block(b"open"), block(&[7; 100])].concat();
    let ended = unsized_element(id::CLUSTER, &[0xFF], &open);
    let written = [fragment(6, Some(1), &[0, 9]), fragment(7, Some(9), &[20])];
    [
        sent(1, &[0, 40]),
        stream(&[tracks(), numbered("2"), ended, tags(&[("a", "b")])]),
        b"noise".to_vec(),
        error,
        file(WriterOptions::default(), &written),
        stream(&[tracks(), cluster(0, &[block(b"a")]), cluster(1, &[])]),
    ]
    .concat()
}

#[test]
fn the_mixture_is_one() {
    let told = decode(&mixture());
    let damages = told.iter().filter(|told| told.is_err()).count();
    assert_eq!((told.len(), damages), (8, 1));
}

#[test]
fn pieces_of_any_one_size() {
    let bytes = mixture();
    let whole = decode(&bytes);
    for size in (1..40).chain([100, 500]) {
        assert_eq!(decode_pieces(bytes.chunks(size)), whole, "pieces of {size}");
    }
}

proptest! {
    #[test]
    fn pieces_of_many_sizes(sizes in proptest::collection::vec(prop_oneof![0..4_usize, 0..300_usize], 1..400)) {
        let bytes = mixture();
        let mut rest = &bytes[..];
        let mut pieces = Vec::new();
        for size in sizes {
            let (piece, after) = rest.split_at(size.min(rest.len()));
            pieces.push(piece);
            rest = after;
        }
        pieces.push(rest);
        prop_assert_eq!(decode_pieces(pieces), decode(&bytes));
    }
}

/// Checks what is told of the first `cut` bytes of these fragments.
fn check_cut(bytes: &[u8], cut: usize, whole: &[Fragment]) {
    let told: Vec<Fragment> = decode_all(&bytes[..cut]);
    let covered: u64 = told.iter().map(|fragment| fragment.bytes).sum();
    assert_eq!(covered, cut as u64, "cut at {cut}");
    let Some((last, before)) = told.split_last() else {
        assert_eq!(cut, 0);
        return;
    };
    assert_eq!(before, &whole[..before.len()], "cut at {cut}");
    let full = &whole[before.len()];
    assert!(full.frames.starts_with(&last.frames), "cut at {cut}");
}

/// Where a fragment may be cut without anyone being able to tell.
fn complete_cuts(bytes: &[u8], whole: &[Fragment]) -> Vec<(usize, usize)> {
    (1..=bytes.len())
        .filter_map(|cut| {
            check_cut(bytes, cut, whole);
            let told = decode_all(&bytes[..cut]);
            let last = told
                .last()
                .filter(|last| last.state == FragmentState::Complete)?;
            assert_eq!(last.frames, whole[told.len() - 1].frames);
            Some((told.len(), cut))
        })
        .collect()
}

#[test]
fn payloads_cut_at_every_byte() {
    let mut first = fragment(1, None, &[0, 40]);
    first.tags_after = vec![tag("after", "1")];
    let bytes = [encoded(&first, 1), sent(2, &[80, 120])].concat();
    let whole = decode_all(&bytes);
    let last = whole[0].frames.last().unwrap();
    let cluster_end = find(&bytes, &last.data) + last.data.len();
    // After the Cluster, and after the Tags that follow it.
    let expected = [
        (1, cluster_end),
        (1, whole[0].bytes as usize),
        (2, bytes.len()),
    ];
    assert_eq!(complete_cuts(&bytes, &whole), expected);
}

#[test]
fn files_cut_at_every_byte() {
    let written = [
        fragment(6, Some(1), &[0, 9]),
        fragment(7, Some(9), &[20, 30]),
    ];
    let bytes = file(WriterOptions::default(), &written);
    let whole = decode_all(&bytes);
    let ends = |fragment: &Fragment| {
        let Frame { data, .. } = fragment.frames.last().unwrap();
        find(&bytes, data) + data.len()
    };
    let expected = [(1, ends(&whole[0])), (2, ends(&whole[1])), (2, bytes.len())];
    assert_eq!(complete_cuts(&bytes, &whole), expected);
}

#[test]
fn clusters_of_unknown_size_end_between_blocks() {
    let open = [timecode(3), block(b"one"), block(b"two")].concat();
    let ended = unsized_element(id::CLUSTER, &[0xFF], &open);
    let bytes = stream(&[tracks(), numbered("2"), ended]);
    let two = bytes.len() - block(b"two").len();
    let one = two - block(b"one").len();
    let none = one - timecode(3).len();
    let whole = decode_all(&bytes);
    let states = [none, one, two, bytes.len()].map(|cut| {
        let [cut] = <[_; 1]>::try_from(decode_all(&bytes[..cut])).unwrap();
        (cut.frames.len(), cut.state)
    });
    let complete = FragmentState::Complete;
    let expected = [0, 0, 1, 2].map(|frames| (frames, complete.clone()));
    assert_eq!(states, expected);
    for cut in 1..bytes.len() {
        check_cut(&bytes, cut, &whole);
    }
}

#[test]
fn a_segment_that_promises_more_is_cut() {
    let open = [timecode(3), block(b"one"), block(b"two")].concat();
    let ended = unsized_element(id::CLUSTER, &[0xFF], &open);
    let segment = element(id::SEGMENT, &[tracks(), ended].concat());
    let bytes = [ebml_header(), segment].concat();
    assert_eq!(decode_one(&bytes).state, FragmentState::Complete);
    let cut = decode_one(&bytes[..bytes.len() - block(b"two").len()]);
    assert_eq!(cut.state, FragmentState::Truncated);
    assert_eq!(data(&cut), [b"one"]);
}

fn find(bytes: &[u8], what: &[u8]) -> usize {
    bytes
        .windows(what.len())
        .position(|window| window == what)
        .unwrap()
}
