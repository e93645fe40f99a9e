//! Where fragments go.

use proptest::prelude::*;

use super::*;

fn default(fragments: &[Fragment]) -> Vec<Vec<i64>> {
    times(Gaps::default(), fragments)
}

#[test]
fn a_file_begins_at_zero() {
    let absolute = fragment(
        1,
        Some(1_600_000_000_000),
        &[1_600_000_000_000, 1_600_000_000_040],
    );
    assert_eq!(default(&[absolute]), [[0, 40]]);
    // Not the first frame stored, but the first shown.
    assert_eq!(
        default(&[fragment(1, None, &[500, 420, 460])]),
        [[80, 0, 40]]
    );
    assert_eq!(default(&[fragment(1, None, &[-80, -40])]), [[0, 40]]);
}

#[test]
fn timecodes_that_go_on_stay_as_they_are() {
    let jittery = [
        fragment(1, Some(1_000_000), &[0, 22, 56, 189]),
        fragment(2, Some(1_000_198), &[197, 230]),
        fragment(3, Some(1_000_297), &[297]),
    ];
    let expected = [vec![0, 22, 56, 189], vec![197, 230], vec![297]];
    assert_eq!(default(&jittery), expected);
}

#[test]
fn fragments_that_each_begin_at_zero_are_placed_by_the_producer() {
    let relative = [
        fragment(1, Some(5_000), &[0, 500]),
        fragment(2, Some(6_000), &[0, 500]),
        fragment(3, Some(7_300), &[0, 500]),
    ];
    assert_eq!(default(&relative), [[0, 500], [1000, 1500], [2300, 2800]]);
}

#[test]
fn nothing_comes_before_the_beginning() {
    let tracks = [video(), audio()];
    let first = |producer| with_tracks(1, producer, &tracks, vec![frame(AUDIO, 52_705)]);
    let frames = vec![frame(AUDIO, 52_706), frame(VIDEO, 0)];
    // By its timecodes, and by its producer's word.
    let second = |producer| with_tracks(2, producer, &tracks, frames.clone());
    let expected = [vec![0], vec![52_706, 0]];
    assert_eq!(default(&[first(None), second(None)]), expected);
    assert_eq!(default(&[first(Some(900)), second(Some(1))]), expected);
}

#[test]
fn without_a_producer_they_follow_each_other() {
    let relative = [fragment(1, None, &[0, 40]), fragment(2, None, &[0, 40])];
    assert_eq!(default(&relative), [[0, 40], [80, 120]]);
}

#[test]
fn overlaps_move_forward_and_all_that_follows_with_them() {
    let overlapping = [
        fragment(1, Some(10_000), &[0, 500, 1000]),
        fragment(2, Some(10_700), &[0, 500]),
        fragment(3, Some(11_700), &[0, 500]),
    ];
    let expected = [vec![0, 500, 1000], vec![1500, 2000], vec![2500, 3000]];
    assert_eq!(default(&overlapping), expected);
}

#[test]
fn after_a_break_a_small_overlap_stays() {
    let second_at = |producer: i64| {
        let first = fragment(1, Some(0), &[0, 500, 1000]);
        default(&[first, fragment(2, Some(producer), &[0, 500])])[1][0]
    };
    assert_eq!(second_at(1400), 1400);
    assert_eq!(second_at(1399), 1500);
}

#[test]
fn two_frames_of_a_track_never_share_a_time() {
    let touching = [fragment(1, None, &[0, 40]), fragment(2, None, &[40, 80])];
    assert_eq!(default(&touching), [[0, 40], [80, 120]]);
}

#[test]
fn lone_frames_last_until_the_next() {
    let lone = [
        fragment(1, Some(0), &[0]),
        fragment(2, Some(900), &[0]),
        fragment(3, Some(90_000), &[0]),
    ];
    assert_eq!(default(&lone), [[0], [900], [1800]]);
}

#[test]
fn data_comes_when_it_comes() {
    let mut data = audio();
    data.kind = TrackKind::Other(33);
    let tracks = [video(), data];
    let first = vec![
        frame(VIDEO, 0),
        frame(AUDIO, 0),
        frame(VIDEO, 40),
        frame(AUDIO, 60),
    ];
    let placed = default(&[
        with_tracks(1, Some(0), &tracks, first),
        with_tracks(
            2,
            Some(90_000),
            &tracks,
            vec![frame(VIDEO, 0), frame(AUDIO, 0)],
        ),
    ]);
    // The distance of 60 between data says nothing of the next.
    assert_eq!(placed[1], [80, 80]);
}

#[test]
fn the_same_fragment_twice_plays_twice() {
    let once = fragment(1, Some(10_000), &[100, 140]);
    assert_eq!(default(&[once.clone(), once]), [[0, 40], [80, 120]]);
}

#[test]
fn backward_steps_move_forward() {
    let back = [
        fragment(1, Some(100_000), &[100_000, 100_040]),
        fragment(2, Some(50_000), &[50_000, 50_040]),
        fragment(3, Some(50_080), &[50_080, 50_120]),
    ];
    assert_eq!(default(&back), [[0, 40], [80, 120], [160, 200]]);
}

#[test]
fn long_holes_are_closed_or_kept() {
    let holes = [
        fragment(1, Some(0), &[0, 40]),
        fragment(2, Some(60_000), &[60_000, 60_040]),
        fragment(3, Some(60_580), &[60_580]),
    ];
    let closed = [vec![0, 40], vec![80, 120], vec![660]];
    assert_eq!(times(Gaps::Close, &holes), closed);
    let kept = [vec![0, 40], vec![60_000, 60_040], vec![60_580]];
    assert_eq!(times(Gaps::Keep, &holes), kept);
}

#[test]
fn the_end_of_a_frame_is_what_it_says_or_its_track_says() {
    let end = |fragment: Fragment| {
        let next = with_tracks(2, Some(90_000), &fragment.tracks, vec![frame(VIDEO, 0)]);
        default(&[fragment, next])[1][0]
    };
    let mut said = fragment(1, Some(0), &[0, 40]);
    assert_eq!(end(said.clone()), 80);
    said.frames[1].duration = Some(25_000_000);
    assert_eq!(end(said), 65);
    let mut track = video();
    track.default_duration = Some(33_366_666);
    let by_track = with_tracks(
        1,
        Some(0),
        &[track],
        vec![frame(VIDEO, 0), frame(VIDEO, 40)],
    );
    assert_eq!(end(by_track.clone()), 74);
    let mut by_both = by_track;
    by_both.frames[1].duration = Some(25_000_000);
    assert_eq!(end(by_both), 65);
    assert_eq!(end(fragment(1, Some(0), &[0])), 40);
}

#[test]
fn sound_that_runs_ahead_of_pictures_is_no_overlap() {
    let both = |number, at: i64| {
        let frames = vec![
            frame(VIDEO, at),
            frame(AUDIO, at + 1500),
            frame(VIDEO, at + 1000),
            frame(AUDIO, at + 2500),
        ];
        with_tracks(number, Some(at), &[video(), audio()], frames)
    };
    let expected = [vec![0, 1500, 1000, 2500], vec![2000, 3500, 3000, 4500]];
    assert_eq!(default(&[both(1, 0), both(2, 2000)]), expected);
    // Nor where there is a short hole.
    let expected = [2300, 3800, 3300, 4800];
    assert_eq!(default(&[both(1, 0), both(2, 2300)])[1], expected);
}

#[test]
fn after_a_break_every_track_goes_on_where_it_ended() {
    let tracks = [video(), audio()];
    let first = vec![
        frame(VIDEO, 0),
        frame(AUDIO, 0),
        frame(VIDEO, 40),
        frame(AUDIO, 20),
        frame(AUDIO, 100),
    ];
    let second = vec![frame(VIDEO, 0), frame(AUDIO, 10)];
    let placed = default(&[
        with_tracks(1, Some(0), &tracks, first),
        with_tracks(2, Some(50_000), &tracks, second),
    ]);
    // Sound ends at 180 and begins 10 into the second.
    assert_eq!(placed[1], [170, 180]);
}

#[test]
fn a_fragment_of_other_tracks_alone_begins_at_the_end_of_all() {
    let tracks = [video(), audio()];
    let placed = default(&[
        with_tracks(1, Some(0), &tracks, vec![frame(VIDEO, 0), frame(VIDEO, 40)]),
        with_tracks(
            2,
            Some(20),
            &tracks,
            vec![frame(AUDIO, 0), frame(AUDIO, 20)],
        ),
    ]);
    assert_eq!(placed[1], [80, 100]);
}

#[test]
fn closing_a_hole_leaves_no_track_far_behind_the_others() {
    let tracks = [video(), audio()];
    let first = vec![
        frame(AUDIO, 0),
        frame(VIDEO, 0),
        frame(VIDEO, 5000),
        frame(VIDEO, 10_000),
    ];
    let placed = default(&[
        with_tracks(1, None, &tracks, first),
        with_tracks(2, None, &tracks, vec![frame(AUDIO, 60_000)]),
    ]);
    // Pictures end at 15,000.
    assert_eq!(placed[1], [14_000]);
}

#[test]
fn other_scales_are_converted_without_adding_up() {
    let third = |number: u32, at: i64| {
        let mut fragment = fragment(number, None, &[0]);
        fragment.timestamp_scale = 333_333;
        fragment.frames[0].timestamp = at * 333_333;
        fragment
    };
    let mut fragments = vec![fragment(1, None, &[0])];
    fragments.extend((1..=300).map(|at| third(2, at * 100)));
    let last = default(&fragments).pop().unwrap();
    assert_eq!(last, [(30_000 * 333_333 + 500_000) / 1_000_000]);
}

#[test]
fn a_senseless_scale_gives_way_to_milliseconds() {
    let mut senseless = fragment(1, None, &[0, 40]);
    senseless.timestamp_scale = 1;
    assert_eq!(default(&[senseless]), [[0, 40]]);
}

#[test]
fn a_file_of_centuries_is_refused_and_harmless() {
    let mut writer = Writer::new(WriterOptions::default());
    let mut long = fragment(1, None, &[0, 0]);
    long.frames[0].timestamp = i64::MIN;
    long.frames[1].timestamp = i64::MAX;
    assert_eq!(writer.write(&long), Err(WriteError::TooLong));
    assert_eq!(writer.position(), 0);
    // It has not settled the tracks either.
    let sound = with_tracks(2, None, &[audio()], vec![frame(AUDIO, 0)]);
    assert_eq!(writer.write(&sound), Ok(()));
}

prop_compose! {
    pub(super) fn any_fragment()(
        times in proptest::collection::vec((1..=2_u64, 0..3_000_i64), 1..20),
        base in 0..10_000_i64,
        producer in proptest::option::of(0..20_000_i64),
        durations in proptest::option::of(1..2_000_u64),
    ) -> Fragment {
        let mut frames: Vec<Frame> = times.into_iter().map(|(track, ms)| frame(track, base.saturating_add(ms))).collect();
        frames[0].duration = durations.map(|ms| ms.saturating_mul(1_000_000));
        with_tracks(1, producer, &[video(), audio()], frames)
    }
}

fn distances(times: &[i64]) -> Vec<i64> {
    times.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

fn own_times(fragment: &Fragment) -> Vec<i64> {
    fragment
        .frames
        .iter()
        .map(|frame| frame.timestamp / MS)
        .collect()
}

/// The earliest and the latest time of a track in a fragment.
fn extent(fragment: &Fragment, times: &[i64], track: u64) -> Option<(i64, i64)> {
    let of_track = || {
        let frames = fragment.frames.iter().zip(times);
        frames.filter_map(move |(frame, time)| (frame.track == track).then_some(*time))
    };
    Some((of_track().min()?, of_track().max()?))
}

proptest! {
    #[test]
    fn no_track_runs_backward_and_no_distance_changes(
        fragments in proptest::collection::vec(any_fragment(), 1..8),
        keep: bool,
    ) {
        let gaps = if keep { Gaps::Keep } else { Gaps::Close };
        let placed = times(gaps, &fragments);
        let mut last = [i64::MIN; 2];
        for (fragment, times) in fragments.iter().zip(&placed) {
            prop_assert_eq!(distances(times), distances(&own_times(fragment)));
            for (track, last) in (1..).zip(&mut last) {
                if let Some((first, latest)) = extent(fragment, times, track) {
                    prop_assert!(first > *last, "{} after {}", first, last);
                    *last = latest;
                }
            }
        }
        prop_assert_eq!(placed[0].iter().min(), Some(&0));
    }
}
