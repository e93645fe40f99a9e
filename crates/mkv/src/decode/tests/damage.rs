//! Each thing that can be wrong, and how it goes on from there.

use super::*;

/// What is told of `bad` in the place of a Cluster's end: how many of the block's before it
/// remain, and the damage. The fragment after must be whole.
fn within_cluster(bad: &[u8]) -> (usize, Damage) {
    let inside = [timecode(0), block(b"one"), block(b"two"), bad.to_vec()];
    let bytes = [
        stream(&[
            tracks(),
            numbered("7"),
            unsized_element(id::CLUSTER, &[0xFF], &inside.concat()),
        ]),
        sent(8, &[0, 40]),
    ];
    after_first(&bytes)
}

/// What is told of a fragment, and of the damage in it, if the second is whole.
fn after_first(streams: &[Vec<u8>; 2]) -> (usize, Damage) {
    let told = decode(&streams.concat());
    let [Ok(first), Err(damage), Ok(second)] = &told[..] else {
        panic!("{told:?}");
    };
    assert_eq!(first.state, FragmentState::Truncated);
    assert_eq!(first.offset + first.bytes, damage.offset);
    let start = streams[0].len() as u64;
    assert_eq!(damage.offset + damage.skipped, start);
    let mut expected = decode_one(&streams[1]);
    expected.offset += start;
    assert_eq!(*second, expected);
    (first.frames.len(), damage.clone())
}

#[test]
fn noise_takes_the_block_before_it_along() {
    // Among it what would be a block, but for one bit.
    let blocks = [id::POSITION, id::PREV_SIZE].map(|id| element(id, b"\x81\0\0\0abcde"));
    let long = element(id::CRC_32, &[0; 300]);
    for noise in [b"\0\0\0\0", &b"noise"[..], &blocks[0], &blocks[1], &long] {
        let (frames, damage) = within_cluster(noise);
        assert_eq!(frames, 1);
        assert_eq!(damage.fault, Fault::BadSequel(id::SIMPLE_BLOCK));
        assert_eq!(damage.skipped as usize, block(b"two").len() + noise.len());
    }
}

#[test]
fn a_size_too_large_does_not_hide_what_follows() {
    // Its size reaches into the fragment after, and far beyond the end.
    for size in [&[0x40, 0x60][..], &[0x10, 0xFF, 0xFF, 0xFF]] {
        let (frames, damage) = within_cluster(&unsized_element(id::SIMPLE_BLOCK, size, b"\x81"));
        assert_eq!(frames, 2);
        let faults = [id::SIMPLE_BLOCK].map(|id| [Fault::BadSequel(id), Fault::Overrun(id)]);
        assert!(faults.concat().contains(&damage.fault), "{damage}");
    }
    for id in [id::VOID, id::CUES, id::TAGS] {
        let bad = unsized_element(id, &[0x40, 0x90], b"");
        let streams = [
            stream(&[tracks(), cluster(0, &[block(b"x")]), bad]),
            sent(8, &[0, 40]),
        ];
        let (frames, damage) = after_first(&streams);
        assert_eq!(frames, 1);
        let faults = [
            Fault::BadSequel(id),
            Fault::Overrun(id),
            Fault::Malformed(id),
        ];
        assert!(faults.contains(&damage.fault), "{damage}");
    }
}

#[test]
fn blocks_that_cannot_be_read() {
    let block = |payload: &[u8]| element(id::SIMPLE_BLOCK, payload);
    let cases = [
        (block(b"\x81\0"), Fault::Malformed(id::SIMPLE_BLOCK)),
        (
            block(b"\x81\0\0\x04\x01abc"),
            Fault::Malformed(id::SIMPLE_BLOCK),
        ),
        (
            element(id::BLOCK_GROUP, b"\x9B\x81\x01"),
            Fault::Malformed(id::BLOCK_GROUP),
        ),
        (
            element(id::ENCRYPTED_BLOCK, b"\x81\0\0\0x"),
            Fault::Encrypted,
        ),
        (
            unsized_element(id::SIMPLE_BLOCK, &[0xFF], b"\x81\0\0\0x"),
            Fault::UnknownSize(id::SIMPLE_BLOCK),
        ),
    ];
    for (bad, fault) in cases {
        let (frames, damage) = within_cluster(&bad);
        assert_eq!((frames, damage.fault), (2, fault));
        assert_eq!(damage.skipped as usize, bad.len());
    }
}

#[test]
fn blocks_without_a_time() {
    for before in [Vec::new(), element(id::TIMESTAMP, &[0xFF; 8])] {
        let inside = [before, block(b"x")].concat();
        let streams = [
            stream(&[numbered("7"), element(id::CLUSTER, &inside)]),
            sent(8, &[0, 40]),
        ];
        let (frames, damage) = after_first(&streams);
        assert_eq!((frames, damage.fault), (0, Fault::NoTime(id::SIMPLE_BLOCK)));
    }
}

#[test]
fn elements_larger_than_their_limit() {
    let limits = Limits {
        frame: 10,
        tags: 60,
        ..Limits::default()
    };
    let large = [
        stream(&[
            tracks(),
            cluster(0, &[block(b"small"), block(b"too large")]),
        ]),
        stream(&[
            tags(&[("a", "123456789")]),
            tags(&[("b", "123456789")]),
            tags(&[("c", "12345678901")]),
        ]),
    ];
    let expected = [(id::SIMPLE_BLOCK, 13), (id::TAGS, 24)];
    for (bytes, (id, size)) in large.iter().zip(expected) {
        let mut fragments = Fragments::with_limits(limits);
        fragments.push(Bytes::copy_from_slice(bytes));
        fragments.finish();
        let first = fragments.next_fragment().unwrap().unwrap();
        assert_eq!(first.state, FragmentState::Truncated);
        let damage = fragments.next_fragment().unwrap().unwrap_err();
        assert_eq!(damage.fault, Fault::TooLarge { id, size });
        assert_eq!(damage.offset + damage.skipped, bytes.len() as u64);
        assert_eq!(fragments.next_fragment(), None);
    }
}

#[test]
fn a_cluster_of_the_wrong_size() {
    let whole = cluster(0, &[block(b"one"), block(b"two")]);
    for (change, frames) in [(-1_i8, 1), (1, 2)] {
        let mut wrong = whole.clone();
        wrong[4] = wrong[4].wrapping_add_signed(change);
        let streams = [
            stream(&[tracks(), numbered("7"), wrong, tags(&[("a", "b")])]),
            sent(8, &[0, 40]),
        ];
        let (read, damage) = after_first(&streams);
        let fault = match change {
            -1 => Fault::Overrun(id::SIMPLE_BLOCK),
            _ => Fault::Overrun(id::CLUSTER),
        };
        assert_eq!((read, damage.fault), (frames, fault));
    }
}

#[test]
fn ordinary_files_go_on_at_the_next_cluster() {
    let mut broken = cluster(0, &[block(b"one"), block(b"two")]);
    let at = broken.len() - block(b"two").len();
    broken[at] = 0;
    let bytes = stream(&[
        tracks(),
        cluster(0, &[block(b"zero")]),
        broken,
        cluster(9, &[block(b"three")]),
    ]);
    let told = decode(&bytes);
    let [Ok(zero), Ok(first), Err(damage), Ok(third)] = &told[..] else {
        panic!("{told:?}");
    };
    assert_eq!(damage.fault, Fault::BadSequel(id::SIMPLE_BLOCK));
    assert_eq!(data(zero), [b"zero"]);
    assert_eq!(
        (data(first), &first.state),
        (vec![], &FragmentState::Truncated)
    );
    assert_eq!(
        (data(third), &third.state),
        (vec![&b"three"[..]], &FragmentState::Complete)
    );
    assert_eq!(third.tracks, zero.tracks);
    assert_eq!(third.offset, damage.offset + damage.skipped);
}

#[test]
fn divided_files_go_on_at_the_next_fragment() {
    let mut broken = cluster(0, &[block(b"one")]);
    broken[4] += 1;
    let bytes = stream(&[
        tracks(),
        numbered("7"),
        broken,
        cluster(5, &[block(b"whose?")]),
        numbered("8"),
        cluster(9, &[block(b"two")]),
    ]);
    let told = decode(&bytes);
    let [Ok(first), Err(damage), Ok(second)] = &told[..] else {
        panic!("{told:?}");
    };
    assert_eq!((number(first), data(first)), (Some("7"), vec![&b"one"[..]]));
    assert_eq!(damage.fault, Fault::Overrun(id::CLUSTER));
    assert_eq!(
        damage.skipped as usize,
        cluster(5, &[block(b"whose?")]).len()
    );
    assert_eq!(
        (number(second), data(second)),
        (Some("8"), vec![&b"two"[..]])
    );
    assert_eq!(second.state, FragmentState::Complete);
    assert_eq!(second.tracks.len(), 1);
}

#[test]
fn nothing_in_a_segment_with_a_damaged_header_is_complete() {
    let no_scale = element(id::INFO, &element(id::TIMESTAMP_SCALE, &[0]));
    let rest = [numbered("7"), cluster(0, &[block(b"a")])].concat();
    for header in [[no_scale.clone(), tracks()], [tracks(), no_scale]] {
        let seven = stream(&[header.concat(), rest.clone()]);
        let told = decode(&[seven, sent(8, &[0])].concat());
        let [Ok(header), Err(damage), Ok(seven), Ok(eight)] = &told[..] else {
            panic!("{told:?}");
        };
        assert_eq!(header.state, FragmentState::Truncated);
        assert_eq!(damage.fault, Fault::Malformed(id::INFO));
        // Its tracks were found on the way.
        assert_eq!(seven.tracks.len(), 1);
        assert_eq!((number(seven), data(seven)), (Some("7"), vec![&b"a"[..]]));
        assert_eq!(seven.state, FragmentState::Truncated);
        assert_eq!(eight.state, FragmentState::Complete);
    }
}

#[test]
fn a_segment_without_its_ebml_header_is_found() {
    let second = sent(8, &[0, 40]);
    let header = second.len() - stream_body(&second).len();
    let mut bytes = [sent(7, &[0]), second.clone()].concat();
    let at = bytes.len() - second.len();
    bytes[at] ^= 1;
    let told = decode(&bytes);
    let [Ok(first), Err(damage), Ok(last)] = &told[..] else {
        panic!("{told:?}");
    };
    assert_eq!(number(first), Some("7"));
    assert_eq!(damage.skipped as usize, header);
    assert_eq!(last.state, FragmentState::Complete);
    assert_eq!(last.frames, decode_one(&second).frames);
}

/// From the Segment on.
fn stream_body(bytes: &[u8]) -> &[u8] {
    let segment = id::SEGMENT.to_be_bytes();
    let at = bytes.windows(4).position(|window| window == segment);
    &bytes[at.unwrap()..]
}

#[test]
fn what_is_not_matroska() {
    let page = b"<html><head><title>403 Forbidden/title></head></html>";
    let told = decode(page);
    let [Err(damage)] = &told[..] else {
        panic!("{told:?}");
    };
    let first = Bytes::from_static(&page[..32]);
    assert_eq!(damage.fault, Fault::NotMatroska(first));
    assert_eq!((damage.offset, damage.skipped), (0, page.len() as u64));
    let text = "at byte 0: not Matroska: it begins with \"<html><head><title>403 Forbidden\"; \
                53 bytes skipped";
    assert_eq!(damage.to_string(), text);
    assert_eq!(states(&decode(b"x")), [None]);
    // It may still follow.
    let told = decode(&[&b"preamble"[..], &sent(7, &[0])].concat());
    assert_eq!(states(&told), [None, Some(&FragmentState::Complete)]);
}

#[test]
fn an_ebml_header_that_leads_nowhere() {
    let lone = ebml_header();
    let bytes = [&sent(7, &[0])[..], &lone, &sent(8, &[0])].concat();
    let told = decode(&bytes);
    let [Ok(_), Err(damage), Ok(_)] = &told[..] else {
        panic!("{told:?}");
    };
    assert_eq!(damage.fault, Fault::Misplaced(id::EBML));
    assert_eq!(damage.skipped as usize, lone.len());
    // At the end of the input it may be the beginning of something.
    let told = decode(&[&sent(7, &[0])[..], &lone].concat());
    let expected = [FragmentState::Complete, FragmentState::Truncated];
    assert_eq!(states(&told), expected.each_ref().map(Some));
}

#[test]
fn a_header_larger_than_any_is_not_looked_at_twice() {
    let huge = unsized_element(id::EBML, &[0x10, 0x20, 0, 0], &element(id::DOC_TYPE, b"m"));
    let told = decode(&[huge, sent(7, &[0])].concat());
    let [Err(damage), Ok(_)] = &told[..] else {
        panic!("{told:?}");
    };
    let fault = Fault::TooLarge {
        id: id::EBML,
        size: 0x20_0000,
    };
    assert_eq!(damage.fault, fault);
}
