//! Whatever a fragment holds, it is written or refused.

use proptest::prelude::*;

use super::walk::blocks;
use super::*;

fn extreme() -> impl Strategy<Value = i64> {
    let edges = [i64::MIN, i64::MIN + 1, -1, 0, 1, i64::MAX - 1, i64::MAX];
    prop_oneof![
        any::<i64>(),
        proptest::sample::select(edges.to_vec()),
        -5_000..5_000_i64
    ]
}

prop_compose! {
    fn any_track()(
        uid: u64,
        kind in 0..4_u64,
        default_duration: Option<u64>,
        entry in proptest::collection::vec(any::<u8>(), 0..40),
    ) -> Track {
        let kind = match kind {
            1 => TrackKind::Video(Video::default()),
            2 => TrackKind::Audio(Audio::default()),
            other => TrackKind::Other(other),
        };
        Track {
            uid,
            default_duration,
            entry: Bytes::from(entry),
            ..track(1, kind, "")
        }
    }
}

prop_compose! {
    fn any_frame()(track in 1..=3_u64, timestamp in extreme(), duration: Option<u64>, flags: [bool; 3], ids in proptest::collection::vec(extreme(), 0..3)) -> Frame {
        let addition = |id: &i64| BlockAddition { id: id.unsigned_abs(), data: Bytes::new() };
        Frame {
            additions: ids.iter().map(addition).collect(),
            timestamp,
            duration,
            keyframe: flags[0],
            invisible: flags[1],
            discardable: flags[2],
            ..frame(track, 0)
        }
    }
}

prop_compose! {
    fn any_fragment()(
        mut tracks in proptest::collection::vec(any_track(), 3),
        frames in proptest::collection::vec(any_frame(), 0..6),
        producer in proptest::option::of(extreme()),
        timestamp_scale in prop_oneof![any::<u64>(), Just(1_000_000), Just(0)],
    ) -> Fragment {
        (1..).zip(&mut tracks).for_each(|(number, track)| track.number = number);
        Fragment {
            timestamp_scale,
            producer_timestamp: producer.map(Timestamp::from_nanos),
            ..with_tracks(1, None, &tracks, frames)
        }
    }
}

/// The same tracks for all, so that more than the first fragment gets past them.
fn share_tracks(fragments: &mut [Fragment]) {
    let Some((first, rest)) = fragments.split_first_mut() else {
        return;
    };
    for fragment in rest {
        fragment.tracks = first.tracks.clone();
    }
}

proptest! {
    #[test]
    fn anything_is_written_or_refused(
        mut fragments in proptest::collection::vec(any_fragment(), 1..6),
        share in proptest::bool::weighted(0.9),
    ) {
        if share {
            share_tracks(&mut fragments);
        }
        let mut writer = Writer::new(WriterOptions::default());
        let mut frames = 0;
        for fragment in &fragments {
            let before = writer.position();
            match writer.write(fragment) {
                Ok(()) => frames += fragment.frames.len(),
                Err(_) => prop_assert_eq!(writer.position(), before),
            }
        }
        let bytes = complete(writer);
        prop_assert_eq!(blocks(&bytes).len(), frames);
    }

    #[test]
    fn anything_is_a_payload(fragment in any_fragment(), shift in extreme()) {
        let options = crate::payload::PayloadOptions {
            number: "1".parse().unwrap(),
            server_timestamp: Timestamp::from_nanos(shift),
            producer_timestamp: Timestamp::from_nanos(shift),
            shift,
        };
        let bytes = crate::payload::encode(&fragment, &options).concat();
        prop_assert_eq!(blocks(&bytes).len(), fragment.frames.len());
    }
}
