use super::*;
use kvs_mkv::payload::{self, PayloadOptions};
use kvs_mkv::{Frame, Timestamp};
use std::sync::Arc;

const DEMO: &[u8] = include_bytes!("../../demo/demo.mkv");

fn demo() -> Vec<kvs_mkv::Fragment> {
    let mut fragments = Fragments::new();
    fragments.push(Bytes::from_static(DEMO));
    fragments.finish();
    std::iter::from_fn(|| fragments.next_fragment())
        .map(Result::unwrap)
        .collect()
}

/// What becomes of bytes that come in pieces of this size.
fn steps(bytes: &[u8], size: usize) -> Vec<String> {
    let mut ingest = Ingest::default();
    let mut steps = Vec::new();
    for piece in bytes.chunks(size) {
        steps.extend(ingest.push(Bytes::copy_from_slice(piece)));
    }
    steps.extend(ingest.finish());
    let told = steps.into_iter().map(|step| match step {
        Step::Begins(timecode) => format!("begins {timecode}"),
        Step::Whole { timecode, .. } => format!("whole {timecode}"),
        Step::Failed(fault, timecode) => format!("{fault:?} {timecode:?}"),
    });
    told.collect()
}

/// Fragments as a producer could send them, one document each.
fn documents(fragments: &[kvs_mkv::Fragment]) -> Vec<u8> {
    let options = PayloadOptions {
        number: "1".parse().unwrap(),
        server_timestamp: Timestamp::from_millis(0),
        producer_timestamp: Timestamp::from_millis(0),
        shift: 0,
    };
    let encoded = fragments
        .iter()
        .map(|fragment| payload::encode(fragment, &options).concat());
    let mut bytes = encoded.collect::<Vec<_>>().concat();
    // A producer gives no tags of the service.
    for at in 0..bytes.len().saturating_sub(3) {
        if &bytes[at..at + 4] == b"AWS_" {
            bytes[at..at + 4].copy_from_slice(b"CAM_");
        }
    }
    bytes
}

#[test]
fn fragments_begin_and_are_whole_in_turn() {
    let expected: Vec<String> = (0..15)
        .flat_map(|n| {
            [
                format!("begins {}", n * 2_000),
                format!("whole {}", n * 2_000),
            ]
        })
        .collect();
    for size in [1_000, 65_536, DEMO.len()] {
        assert_eq!(steps(DEMO, size), expected, "{size}");
    }
}

#[test]
fn timecodes_must_not_run_back() {
    let mut fragments = demo();
    fragments.truncate(2);
    fragments.reverse();
    assert_eq!(
        steps(&documents(&fragments), 65_536).last().unwrap(),
        "TimecodeLesserThanPrevious Some(0)"
    );
}

#[test]
fn fragments_have_limits() {
    let fault = |change: &dyn Fn(&mut kvs_mkv::Fragment)| {
        let mut fragment = demo().remove(0);
        change(&mut fragment);
        steps(&documents(&[fragment]), 65_536)
            .last()
            .unwrap()
            .clone()
    };
    assert_eq!(fault(&|_| {}), "whole 0");
    let long = fault(&|fragment| fragment.frames.last_mut().unwrap().timestamp += 25_000_000_000);
    assert_eq!(long, "MaxFragmentDuration Some(0)");
    let tags = fault(&|fragment| {
        let tag = |index: u32| Tag {
            name: format!("NAME{index}"),
            value: "value".to_owned(),
        };
        fragment.tags_before.extend((0..11).map(tag));
    });
    assert_eq!(tags, "MetadataLimit Some(0)");
    let silent = fault(&|fragment| fragment.frames.retain(|frame| frame.track == 1));
    assert_eq!(silent, "FramesMissing Some(0)");
    let stray = fault(&|fragment| {
        let frame: &mut Frame = fragment.frames.last_mut().unwrap();
        frame.track = 9;
    });
    assert_eq!(stray, "TrackNumberMismatch Some(0)");
    let many = fault(&|fragment| {
        let mut tracks = fragment.tracks.to_vec();
        for number in 3..5 {
            let mut track = tracks[1].clone();
            track.number = number;
            tracks.push(track);
        }
        fragment.tracks = Arc::from(tracks);
    });
    assert!(
        many.ends_with("Some(0)") && !many.starts_with("whole"),
        "{many}"
    );
    let large = fault(&|fragment| {
        fragment.frames[0].data = Bytes::from(vec![7; 51_000_000]);
    });
    assert!(large.starts_with("MaxFragmentSize"), "{large}");
}

#[test]
fn what_is_no_matroska_is_refused() {
    assert_eq!(steps(b"GIF89a, and more of it", 4), ["InvalidMkv None"]);
    let cut = &DEMO[..200_000];
    assert!(steps(cut, 65_536).last().unwrap().starts_with("StreamRead"));
}

#[test]
fn producers_tell_times_that_there_are() {
    assert_eq!(producer_time(None, 5), Ok(5_000_000));
    assert_eq!(producer_time(Some(1_000), 5), Ok(1_005_000_000));
    for (start, timecode) in [(None, -1), (Some(i64::MAX), 1), (None, i64::MAX)] {
        let refused = producer_time(start, timecode);
        assert_eq!(refused, Err(Fault::InvalidProducerTimestamp));
    }
}
