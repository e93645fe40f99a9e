//! CRC-32 elements, right and wrong.

use super::*;

fn summed_element(id: u32, children: &[Vec<u8>]) -> Vec<u8> {
    element(id, &summed(&children.concat()))
}

fn group(data: &[u8]) -> Vec<Vec<u8>> {
    vec![
        element(id::BLOCK, &[&[0x81, 0, 0, 0], data].concat()),
        element(id::BLOCK_DURATION, &[40]),
    ]
}

/// The head of a Cluster, of known size and of unknown.
fn clusters(children: &[Vec<u8>]) -> [Vec<u8>; 2] {
    let payload = summed(&children.concat());
    [
        element(id::CLUSTER, &payload),
        unsized_element(id::CLUSTER, &[0xFF], &payload),
    ]
}

/// A fragment all of whose elements have checksums.
fn checked(cluster: Vec<u8>) -> Vec<u8> {
    let named = tags(&[("AWS_KINESISVIDEO_FRAGMENT_NUMBER", "7")]);
    let header = summed_element(id::EBML, &[element(id::DOC_TYPE, b"matroska")]);
    let children = [
        summed_element(
            id::INFO,
            &[element(id::TIMESTAMP_SCALE, &[0x0F, 0x42, 0x40])],
        ),
        summed_element(id::TRACKS, &[track_entry(1)]),
        element(id::TAGS, &summed(&named[5..])),
        cluster,
    ];
    let segment = unsized_element(id::SEGMENT, &UNKNOWN_SIZE, &children.concat());
    [header, segment].concat()
}

fn inside() -> Vec<Vec<u8>> {
    vec![
        timecode(5),
        block(b"a"),
        element(id::VOID, &[0; 40]),
        summed_element(id::BLOCK_GROUP, &group(b"b")),
        block(&[7; 100]),
    ]
}

fn replace(bytes: &mut [u8], from: &[u8], to: &[u8]) {
    let at = bytes.windows(from.len()).position(|window| window == from);
    let at = at.unwrap();
    bytes[at..at + to.len()].copy_from_slice(to);
}

#[test]
fn right_ones_change_nothing() {
    for cluster in clusters(&inside()) {
        let bytes = [checked(cluster), sent(8, &[0])].concat();
        let told = decode(&bytes);
        account(&told, bytes.len());
        let [Ok(first), Ok(second)] = &told[..] else {
            panic!("{told:?}");
        };
        assert_eq!(first.state, FragmentState::Complete);
        assert_eq!(data(first), [b"a", &b"b"[..], &[7; 100]]);
        assert_eq!(number(second), Some("8"));
        for size in [1, 2, 3, 7, 40] {
            assert_eq!(decode_pieces(bytes.chunks(size)), told, "pieces of {size}");
        }
    }
}

#[test]
fn a_cluster_that_was_altered_is_told_after_its_fragment() {
    for cluster in clusters(&inside()) {
        let mut bytes = [checked(cluster), tags(&[("after", "1")]), sent(8, &[0])].concat();
        replace(&mut bytes, &[7; 9], &[7, 7, 7, 6]);
        let told = decode(&bytes);
        let [Ok(first), Err(damage), Ok(second)] = &told[..] else {
            panic!("{told:?}");
        };
        assert_eq!(first.state, FragmentState::Truncated);
        assert_eq!((first.frames.len(), first.tags_after.len()), (3, 1));
        assert_eq!(second.state, FragmentState::Complete);
        assert_eq!(damage.skipped, 0);
        let at = usize::try_from(damage.offset).unwrap();
        assert_eq!(bytes[at..at + 4], id::CLUSTER.to_be_bytes());
        let told_so = "Cluster of fragment 7 contradicts its checksum";
        assert!(damage.to_string().contains(told_so), "{damage}");
        for size in [1, 5, 64] {
            assert_eq!(decode_pieces(bytes.chunks(size)), told, "pieces of {size}");
        }
    }
}

#[test]
fn the_last_cluster_is_checked_too() {
    for cluster in clusters(&inside()) {
        let mut bytes = checked(cluster);
        assert_eq!(decode_one(&bytes).state, FragmentState::Complete);
        replace(&mut bytes, &[7; 9], &[8]);
        let states = [Some(&FragmentState::Truncated), None];
        assert_eq!(super::states(&decode(&bytes)), states);
    }
}

#[test]
fn what_is_read_as_a_whole_is_not_used_if_it_was_altered() {
    let scale: &[u8] = &[0x0F, 0x42, 0x40];
    let cases = [
        (id::EBML, &b"matroska"[..], &b"webm\0\0\0\0"[..]),
        (id::INFO, scale, &[0x0F, 0x42, 0x41]),
        (id::TRACKS, &[0xD7, 0x81, 1, 0x83], &[0xD7, 0x81, 2]),
        (id::TAGS, b"FRAGMENT_NUMBER", b"FRAGMENT_NUMBEA"),
        (id::BLOCK_GROUP, &[0x9B, 0x81, 40], &[0x9B, 0x81, 41]),
    ];
    for (element, from, to) in cases {
        let [known, _] = clusters(&inside());
        let mut bytes = [checked(known), sent(8, &[0])].concat();
        replace(&mut bytes, from, to);
        let told = decode(&bytes);
        let damages: Vec<_> = told.iter().filter_map(|told| told.as_ref().err()).collect();
        let [damage] = damages[..] else {
            panic!("{told:?}");
        };
        let Fault::Checksum { id, .. } = damage.fault else {
            panic!("{damage}");
        };
        assert_eq!(id, element);
        let last = told.last().unwrap().as_ref().unwrap();
        assert_eq!(
            (number(last), &last.state),
            (Some("8"), &FragmentState::Complete)
        );
        let first = told.iter().find_map(|told| told.as_ref().ok()).unwrap();
        if matches!(element, id::INFO | id::TRACKS | id::BLOCK_GROUP) {
            assert_eq!(first.state, FragmentState::Truncated, "{damage}");
        }
        if element == id::BLOCK_GROUP {
            assert_eq!(data(first), [b"a"]);
        }
    }
}

#[test]
fn no_flip_passes_for_what_was_written() {
    let [known, unknown] = clusters(&inside());
    for cluster in [known, unknown] {
        let len = cluster.len();
        let bytes = [checked(cluster), sent(8, &[0])].concat();
        let whole = decode_all(&bytes);
        let start = usize::try_from(whole[0].bytes).unwrap() - len;
        for at in start..start + len {
            let mut flipped = bytes.clone();
            flipped[at] ^= 0x04;
            let told = decode(&flipped);
            let complete: Vec<_> = told
                .iter()
                .filter_map(|told| told.as_ref().ok())
                .filter(|fragment| fragment.state == FragmentState::Complete)
                .filter(|fragment| number(fragment) == Some("7"))
                .collect();
            assert!(
                complete.is_empty() || complete[0].frames == whole[0].frames,
                "byte {at}: {complete:?}"
            );
        }
    }
}

#[test]
fn what_a_group_has_beside_its_block_is_left_out() {
    let mut children = group(b"b");
    let more = element(0xA6, &element(0xA5, &[9; 300]));
    children.insert(0, element(0x75A1, &more));
    children.push(element(0x75A2, &[0xFF, 0xF0]));
    children.push(element(id::REFERENCE_BLOCK, &[0xFF]));
    let bytes = stream(&[
        tracks(),
        numbered("7"),
        cluster(
            0,
            &[element(id::BLOCK_GROUP, &children.concat()), block(b"c")],
        ),
    ]);
    let fragment = decode_one(&bytes);
    assert_eq!(fragment.state, FragmentState::Complete);
    assert_eq!(data(&fragment), [b"b", b"c"]);
    let frame = &fragment.frames[0];
    assert_eq!((frame.keyframe, frame.duration), (false, Some(40_000_000)));
}

#[test]
fn frames_of_undescribed_tracks_come_as_they_are() {
    let other = element(id::SIMPLE_BLOCK, b"\x85\0\0\x80x");
    let bytes = stream(&[tracks(), numbered("7"), cluster(0, &[block(b"a"), other])]);
    let fragment = decode_one(&bytes);
    assert_eq!(fragment.state, FragmentState::Complete);
    let numbers: Vec<_> = fragment.frames.iter().map(|frame| frame.track).collect();
    assert_eq!(numbers, [1, 5]);
}

#[test]
fn a_foreign_document_is_told_and_what_follows_it_read() {
    let foreign = element(id::EBML, &element(id::DOC_TYPE, b"other"));
    let bytes = [foreign.clone(), sent(8, &[0])].concat();
    let told = decode(&bytes);
    account(&told, bytes.len());
    let [Err(damage), Ok(next)] = &told[..] else {
        panic!("{told:?}");
    };
    assert_eq!(damage.fault, Fault::DocType("other".into()));
    assert_eq!(damage.skipped as usize, foreign.len());
    assert_eq!(next.state, FragmentState::Complete);
}
