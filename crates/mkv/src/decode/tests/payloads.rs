//! What the service sends.

use super::*;
use crate::fragment::InBandError;

#[test]
fn unknown_sizes_on_any_number_of_bytes() {
    let children = [
        numbered("7"),
        Vec::new(),
        tags(&[("after", "1")]),
        element(id::CUES, &[0; 40]),
    ];
    for len in 1..=8_usize {
        let mut size = vec![0xFF; len];
        size[0] = 0xFF >> (len - 1);
        let mut children = children.clone();
        children[1] = unsized_element(
            id::CLUSTER,
            &size,
            &[timecode(5), block(b"a"), block(b"b")].concat(),
        );
        let segment = unsized_element(id::SEGMENT, &size, &children.concat());
        let bytes = [ebml_header(), segment].concat().repeat(2);
        let fragments = decode_all(&bytes);
        assert_eq!(fragments.len(), 2);
        for fragment in fragments {
            assert_eq!(fragment.state, FragmentState::Complete);
            assert_eq!(number(&fragment), Some("7"));
            assert_eq!(data(&fragment), [b"a", b"b"]);
            assert_eq!(fragment.tags_after, [tag("after", "1")]);
        }
    }
}

#[test]
fn what_is_of_no_interest_is_skipped() {
    let void = || element(id::VOID, &[0x1A; 300]);
    let crc = || element(id::CRC_32, &[1, 2, 3, 4]);
    let info = element(id::INFO, &[void(), crc()].concat());
    let inside = [
        timecode(5),
        // Not in the place of a checksum.
        crc(),
        element(id::POSITION, &[0]),
        void(),
        element(id::PREV_SIZE, &[1, 0]),
        block(b"a"),
        void(),
    ];
    let bytes = stream(&[
        crc(),
        element(id::SEEK_HEAD, &[0; 66]),
        void(),
        info,
        element(id::TRACKS, &[track_entry(1), crc(), void()].concat()),
        element(id::CHAPTERS, &[0; 20]),
        // A file in a file is none of our business.
        element(id::ATTACHMENTS, &sent(3, &[0])),
        numbered("7"),
        element(id::CLUSTER, &inside.concat()),
        void(),
    ]);
    let fragment =
        decode_one(&[&ebml_header()[..], &void(), &bytes[ebml_header().len()..]].concat());
    assert_eq!(fragment.state, FragmentState::Complete);
    assert_eq!(number(&fragment), Some("7"));
    assert_eq!(fragment.tracks.len(), 1);
    assert_eq!(data(&fragment), [b"a"]);
    assert_eq!(fragment.frames[0].timestamp, 5 * MS);
}

#[test]
fn the_scale_counts_on_three_or_eight_bytes() {
    let scales = [
        (&[0x0F, 0x42, 0x40][..], 1_000_000),
        (&[0, 0, 0, 0, 0, 0x0F, 0x42, 0x40], 1_000_000),
        (&[0x03, 0xE8], 1_000),
    ];
    for (bytes, scale) in scales {
        let info = element(id::INFO, &element(id::TIMESTAMP_SCALE, bytes));
        let fragment = decode_one(&stream(&[info, tracks(), cluster(5, &[block(b"a")])]));
        assert_eq!(fragment.timestamp_scale, scale);
        assert_eq!(fragment.frames[0].timestamp, 5 * scale.cast_signed());
    }
    let unsaid = decode_one(&stream(&[cluster(5, &[block(b"a")])]));
    assert_eq!(unsaid.timestamp_scale, 1_000_000);
}

#[test]
fn times_since_1970_are_exact() {
    let ms = 1_537_574_915_281_u64;
    let inside = [element(id::TIMESTAMP, &ms.to_be_bytes()), block(b"a")];
    let fragment = decode_one(&stream(&[element(id::CLUSTER, &inside.concat())]));
    assert_eq!(fragment.frames[0].timestamp, 1_537_574_915_281_000_000);
}

#[test]
fn tags_before_and_after_stay_apart_and_in_order() {
    let bytes = stream(&[
        tags(&[("a", "1\0\0"), ("a", "2")]),
        tracks(),
        tags(&[("b", "3")]),
        numbered("7"),
        cluster(0, &[block(b"x")]),
        tags(&[("c", "4")]),
        tags(&[("a", "1"), ("AWS_KINESISVIDEO_MILLIS_BEHIND_NOW", "9")]),
    ]);
    let fragment = decode_one(&bytes);
    let before = [
        tag("a", "1"),
        tag("a", "2"),
        tag("b", "3"),
        tag("AWS_KINESISVIDEO_FRAGMENT_NUMBER", "7"),
    ];
    assert_eq!(fragment.tags_before, before);
    let behind = tag("AWS_KINESISVIDEO_MILLIS_BEHIND_NOW", "9");
    assert_eq!(fragment.tags_after, [tag("c", "4"), tag("a", "1"), behind]);
}

#[test]
fn the_service_s_own_tags_may_come_twice() {
    let bytes = stream(&[
        numbered("7"),
        numbered("7"),
        tags(&[("AWS_KINESISVIDEO_SERVER_SIDE_TIMESTAMP", "1.5")]),
        cluster(0, &[block(b"x")]),
    ]);
    let fragment = decode_one(&bytes);
    assert_eq!(number(&fragment), Some("7"));
    assert_eq!(
        fragment.server_timestamp,
        Some(Timestamp::from_millis(1500))
    );
}

#[test]
fn a_fragment_without_cluster_is_empty() {
    let fragments = decode_all(&[stream(&[tracks(), numbered("7")]), sent(8, &[0])].concat());
    assert_eq!(fragments[0].state, FragmentState::Empty);
    assert_eq!(number(&fragments[0]), Some("7"));
    assert_eq!(fragments[1].state, FragmentState::Complete);
}

#[test]
fn errors_stand_in_place_of_a_fragment() {
    let sets: [(&[(&str, &str)], InBandError); 2] = [
        (
            &[
                ("AWS_KINESISVIDEO_ERROR_CODE", "FRAGMENT_NOT_FOUND"),
                ("AWS_KINESISVIDEO_ERROR_ID", "3000"),
            ],
            InBandError {
                code: Some("FRAGMENT_NOT_FOUND".into()),
                id: Some(3000),
                message: None,
            },
        ),
        (
            &[
                ("AWS_KINESISVIDEO_EXCEPTION_ERROR_CODE", "4500"),
                ("AWS_KINESISVIDEO_EXCEPTION_MESSAGE", "no key"),
            ],
            InBandError {
                code: Some("4500".into()),
                id: Some(4500),
                message: Some("no key".into()),
            },
        ),
    ];
    for (said, error) in sets {
        let own = [said, &[("AWS_KINESISVIDEO_FRAGMENT_NUMBER", "7")]].concat();
        let bytes = [stream(&[tags(&own)]), sent(8, &[0])].concat();
        let fragments = decode_all(&bytes);
        assert_eq!(fragments[0].state, FragmentState::Error(error));
        assert_eq!(number(&fragments[0]), Some("7"));
        assert_eq!(number(&fragments[1]), Some("8"));
    }
}

#[test]
fn groups_laces_and_stripped_headers() {
    let stripping = [
        element(id::CONTENT_COMP_ALGO, &[3]),
        element(id::CONTENT_COMP_SETTINGS, b"\0\0\x01"),
    ];
    let compression = element(id::CONTENT_COMPRESSION, &stripping.concat());
    let encodings = element(
        id::CONTENT_ENCODINGS,
        &element(id::CONTENT_ENCODING, &compression),
    );
    let entry = [
        element(id::TRACK_NUMBER, &[1]),
        element(id::DEFAULT_DURATION, &(20 * MS).to_be_bytes()),
        encodings,
    ];
    let group = [
        element(id::BLOCK, b"\x81\0\x0A\0group"),
        element(id::BLOCK_DURATION, &[40]),
        element(id::REFERENCE_BLOCK, &[0xFF]),
    ];
    let bytes = stream(&[
        element(id::TRACKS, &element(id::TRACK_ENTRY, &entry.concat())),
        cluster(
            100,
            &[
                element(id::SIMPLE_BLOCK, b"\x81\0\0\x86\x01\x82onrest"),
                element(id::BLOCK_GROUP, &group.concat()),
            ],
        ),
    ]);
    let fragment = decode_one(&bytes);
    let expected = [&b"\0\0\x01on"[..], b"\0\0\x01rest", b"\0\0\x01group"];
    assert_eq!(data(&fragment), expected);
    let times: Vec<_> = fragment
        .frames
        .iter()
        .map(|frame| (frame.timestamp / MS, frame.duration, frame.keyframe))
        .collect();
    let lasting = Some(40 * MS as u64);
    assert_eq!(
        times,
        [(100, None, true), (120, None, true), (110, lasting, false)]
    );
    // Nothing is left to be undone.
    let left = &fragment.tracks[0].entry;
    assert_eq!(left.len(), entry[0].len() + entry[1].len());
}

#[test]
fn frames_are_slices_of_the_input() {
    let bytes = Bytes::from(sent(7, &[0, 40]));
    let mut decoder = Decoder::new();
    decoder.push(bytes.clone());
    decoder.finish();
    let events: Vec<Event> = std::iter::from_fn(|| decoder.next_event()).collect();
    let frames: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::Frame(frame) => Some(&frame.data),
            _ => None,
        })
        .collect();
    assert_eq!(frames.len(), 2);
    for frame in frames {
        assert!(bytes.as_ptr_range().contains(&frame.as_ptr()));
    }
}

#[test]
fn frames_are_told_as_soon_as_the_next_begins() {
    let bytes = stream(&[numbered("7"), cluster(0, &[block(b"one"), block(b"two")])]);
    let second = bytes.len() - block(b"two").len();
    let mut decoder = Decoder::new();
    let mut told = |piece: &[u8]| {
        decoder.push(Bytes::copy_from_slice(piece));
        std::iter::from_fn(|| decoder.next_event()).collect::<Vec<_>>()
    };
    let frame = |event: &Event| matches!(event, Event::Frame(_));
    assert!(!told(&bytes[..second]).iter().any(frame));
    assert!(told(&bytes[second..second + 2]).iter().any(frame));
    // The last of a Cluster of known size waits for nothing.
    assert!(told(&bytes[second + 2..]).iter().any(frame));
    assert_eq!(decoder.position(), bytes.len() as u64);
}

#[test]
fn events_come_in_their_order() {
    let bytes = stream(&[
        numbered("7"),
        cluster(0, &[block(b"x")]),
        tags(&[("after", "1")]),
    ]);
    let mut decoder = Decoder::new();
    decoder.push(bytes.into());
    decoder.finish();
    let kinds: Vec<&str> = std::iter::from_fn(|| decoder.next_event())
        .map(|event| match event {
            Event::Begin(begin) => {
                assert_eq!(begin.number, "7".parse().ok());
                "begin"
            }
            Event::TagsBefore(_) => "before",
            Event::Frame(_) => "frame",
            Event::TagsAfter(_) => "after",
            Event::End(_) => "end",
            Event::Damage(_) => "damage",
        })
        .collect();
    assert_eq!(kinds, ["begin", "before", "frame", "after", "end"]);
}
