//! The time line for those who write something else.

use proptest::prelude::*;

use super::round::any_fragment;
use super::*;
use crate::{Gaps, Place, Timeline};

const SECOND: i128 = 1_000_000_000;

fn place(timeline: &mut Timeline, fragment: &Fragment) -> Place {
    timeline.place(fragment).unwrap()
}

#[test]
fn begins_at_zero_and_goes_on_by_timecodes() {
    let mut timeline = Timeline::new(Gaps::Close);
    let first = place(&mut timeline, &fragment(1, None, &[5_000, 5_040]));
    assert_eq!(first.shift(), -5 * SECOND);
    assert_eq!(first.time(5_040 * MS), 40_000_000);
    let next = place(&mut timeline, &fragment(2, None, &[5_080]));
    assert_eq!(next.shift(), first.shift());
    assert_eq!(timeline.end(), 120_000_000);
}

#[test]
fn a_hole_is_closed_or_kept() {
    let hole = [fragment(1, None, &[0, 40]), fragment(2, None, &[9_000])];
    let start = |gaps| {
        let mut timeline = Timeline::new(gaps);
        let places = hole.each_ref().map(|f| place(&mut timeline, f));
        places[1].time(9_000 * MS)
    };
    assert_eq!(start(Gaps::Keep), 9 * SECOND);
    assert_eq!(start(Gaps::Close), 80_000_000);
}

#[test]
fn what_is_refused_takes_no_place() {
    let mut timeline = Timeline::new(Gaps::Keep);
    let sound = with_tracks(1, None, &[audio()], vec![frame(VIDEO, 0)]);
    assert_eq!(
        timeline.place(&sound),
        Err(WriteError::UnknownTrack { track: VIDEO })
    );
    place(&mut timeline, &fragment(1, None, &[0, 40]));
    let other = with_tracks(2, None, &[audio()], vec![frame(AUDIO, 80)]);
    assert!(matches!(
        timeline.place(&other),
        Err(WriteError::TracksChanged(_))
    ));
    assert_eq!(timeline.end(), 80_000_000);
}

#[test]
fn what_has_no_frames_takes_no_place() {
    let mut timeline = Timeline::new(Gaps::Keep);
    assert_eq!(place(&mut timeline, &fragment(1, None, &[])).shift(), 0);
    let first = place(&mut timeline, &fragment(2, None, &[3_000]));
    assert_eq!(first.time(3_000 * MS), 0);
}

proptest! {
    #[test]
    fn no_track_runs_back(fragments in proptest::collection::vec(any_fragment(), 1..8), keep: bool) {
        let mut timeline = Timeline::new(if keep { Gaps::Keep } else { Gaps::Close });
        let mut ends = [-1; 3];
        for fragment in fragments.iter().filter(|f| !f.frames.is_empty()) {
            let place = place(&mut timeline, fragment);
            let former = ends;
            for frame in &fragment.frames {
                let time = place.time(frame.timestamp);
                let track = frame.track as usize;
                prop_assert!(time > former[track], "{time} after {}", former[track]);
                ends[track] = ends[track].max(time);
            }
        }
    }
}
