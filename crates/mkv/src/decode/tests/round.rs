//! What this crate writes, it reads.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::fragment::Tag;
use crate::track::Track;
use crate::writer::tests::file;
use crate::writer::tests::round::any_fragment;
use crate::writer::{Form, Gaps, WriterOptions};

/// Fields of tracks that a writer must keep.
fn described(tracks: &[Track]) -> Vec<(u64, &str, Option<&Bytes>)> {
    tracks
        .iter()
        .map(|t| (t.number, t.codec_id.as_str(), t.codec_private.as_ref()))
        .collect()
}

fn identity(fragment: &Fragment) -> Vec<Tag> {
    let named = [
        (
            "FRAGMENT_NUMBER",
            fragment.number.as_ref().map(ToString::to_string),
        ),
        (
            "SERVER_TIMESTAMP",
            fragment.server_timestamp.map(|t| t.to_string()),
        ),
        (
            "PRODUCER_TIMESTAMP",
            fragment.producer_timestamp.map(|t| t.to_string()),
        ),
    ];
    named
        .into_iter()
        .filter_map(|(name, value)| Some(tag(&format!("AWS_KINESISVIDEO_{name}"), &value?)))
        .collect()
}

/// The fragment as it should read, given what was read.
fn expected(written: &Fragment, read: &Fragment, tags_before: Vec<Tag>) -> Fragment {
    let earliest = |f: &Fragment| f.frames.iter().map(|frame| frame.timestamp).min();
    let shift = earliest(read).unwrap_or(0) - earliest(written).unwrap_or(0);
    let mut expected = written.clone();
    for frame in &mut expected.frames {
        frame.timestamp += shift;
    }
    expected.tags_before = tags_before;
    expected.tracks = read.tracks.clone();
    (expected.offset, expected.bytes) = (read.offset, read.bytes);
    expected
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn files_read_back(
        mut fragments in proptest::collection::vec(any_fragment(), 1..6),
        cluster_bytes in prop_oneof![Just(u64::MAX), 0..5_000_u64],
        cluster_ms in prop_oneof![Just(u64::MAX), 0..40_000_u64],
        streamed: bool,
        keep: bool,
    ) {
        for (number, fragment) in (1_u32..).zip(&mut fragments) {
            fragment.number = number.to_string().parse().ok();
        }
        let options = WriterOptions {
            form: if streamed { Form::Streamed } else { Form::Seekable },
            gaps: if keep { Gaps::Keep } else { Gaps::Close },
            cluster_bytes,
            cluster_duration: Duration::from_millis(cluster_ms),
        };
        let bytes = file(options, &fragments);
        account(&decode(&bytes), bytes.len());
        let read = decode_all(&bytes);
        prop_assert_eq!(read.len(), fragments.len());
        let framed = fragments.iter().any(|fragment| !fragment.frames.is_empty());
        for (read, written) in read.iter().zip(&fragments) {
            if framed {
                prop_assert_eq!(described(&read.tracks), described(&written.tracks));
            }
            let before = [identity(written), written.tags_before.clone()].concat();
            prop_assert!(*read == expected(written, read, before), "{:?}", written.number);
        }
    }

    #[test]
    fn payloads_read_back(mut fragments in proptest::collection::vec(any_fragment(), 1..4)) {
        let mut bytes = Vec::new();
        for (number, fragment) in (1_u32..).zip(&mut fragments) {
            bytes.extend(encoded(fragment, number));
            fragment.number = number.to_string().parse().ok();
            fragment.producer_timestamp = Some(Timestamp::from_millis(1_600_000_000_000 + i64::from(number)));
        }
        account(&decode(&bytes), bytes.len());
        let read = decode_all(&bytes);
        prop_assert_eq!(read.len(), fragments.len());
        for (read, written) in read.iter().zip(&fragments) {
            prop_assert_eq!(described(&read.tracks), described(&written.tracks));
            let before = [written.tags_before.clone(), identity(written)].concat();
            let expected = expected(written, read, before);
            prop_assert!(*read == expected, "{:?}", written.number);
            // Payloads keep times.
            prop_assert_eq!(&read.frames, &written.frames);
        }
    }

    #[test]
    fn what_was_read_is_written_the_same(fragment in any_fragment()) {
        let once = encoded(&fragment, 1);
        let twice = encoded(&decode_one(&once), 1);
        prop_assert_eq!(once, twice);
    }
}
