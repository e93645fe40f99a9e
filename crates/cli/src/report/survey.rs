//! What fragments tell together: where they are in time, what lies between them, and what their
//! tracks are like.

use kvs_archive::mkv::{Fragment, Frame, FrameHead, State, Track, TrackKind};

const SECOND: i128 = 1_000_000_000;
/// What is shorter is how producers count, and no hole; the writers hold it so too.
const GAP: i128 = SECOND;

/// All that has been seen so far.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    pub(crate) stretches: Vec<Stretch>,
    pub(crate) tracks: Vec<TrackTally>,
    /// When the last of them ends so far.
    latest: Option<i128>,
}

/// A fragment in time. Times are in nanoseconds: since 1970 where the producer's are known,
/// otherwise as its frames have them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) start: i128,
    pub(crate) length: i128,
    /// What was not recorded before it, if that is worth telling.
    pub(crate) gap: Option<i128>,
    pub(crate) bytes: u64,
    pub(crate) health: Health,
    /// When pictures that decoding can begin at are shown.
    pub(crate) keyframes: Vec<i128>,
    /// Whether the times are those of a calendar.
    pub(crate) is_dated: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Health {
    Whole,
    Truncated,
    Error,
}

impl Stretch {
    pub(crate) fn end(&self) -> i128 {
        self.start.saturating_add(self.length)
    }
}

/// What is known of a track.
#[derive(Debug)]
pub(crate) struct TrackTally {
    pub(crate) track: Track,
    pub(crate) frames: u64,
    bytes: u64,
    /// How long its frames last.
    length: i128,
    /// From first to last frame of each fragment, and how many steps that took.
    distance: i128,
    steps: u64,
    /// Frames since the last keyframe, if there was one.
    since: Option<u64>,
    /// The fewest and the most frames from keyframe to keyframe.
    pub(crate) group: Option<(u64, u64)>,
}

impl Survey {
    pub(crate) fn add(&mut self, fragment: &Fragment) {
        let stretch = self.stretch(fragment);
        self.latest = self.latest.max(Some(stretch.end()));
        self.stretches.push(stretch);
        for track in fragment.tracks.iter() {
            let frames = of_track(fragment, track.number);
            if frames.is_empty() {
                continue;
            }
            let known = self.tracks.iter().position(|tally| tally.track == *track);
            let index = known.unwrap_or_else(|| {
                self.tracks.push(TrackTally::new(track));
                self.tracks.len().saturating_sub(1)
            });
            if let Some(tally) = self.tracks.get_mut(index) {
                tally.add(&frames);
            }
        }
    }

    /// From the beginning of the first fragment to the end of the last.
    pub(crate) fn length(&self) -> i128 {
        let start = self.stretches.iter().map(|stretch| stretch.start).min();
        let end = self.stretches.iter().map(Stretch::end).max();
        end.unwrap_or(0).saturating_sub(start.unwrap_or(0))
    }

    /// How many gaps there are, and how long they are together.
    pub(crate) fn gaps(&self) -> (u64, i128) {
        let gaps = self.stretches.iter().filter_map(|stretch| stretch.gap);
        gaps.fold((0, 0), |(count, sum), gap| {
            (count.saturating_add(1), sum.saturating_add(gap))
        })
    }

    fn stretch(&self, fragment: &Fragment) -> Stretch {
        let former = self.latest;
        let own = earliest(fragment);
        let recorded = fragment
            .producer_timestamp
            .map(|at| i128::from(at.as_nanos()));
        let start = recorded.or(own).or(former).unwrap_or(0);
        let has_place = recorded.is_some() || own.is_some();
        let gap = former
            .filter(|_| has_place)
            .map(|former| start.saturating_sub(former))
            .filter(|gap| *gap > GAP);
        let is_picture = |frame: &&Frame| {
            let track = fragment
                .tracks
                .iter()
                .find(|track| track.number == frame.track);
            track.is_some_and(|track| matches!(track.kind, TrackKind::Video(_)))
        };
        let keyframes = fragment.frames.iter().filter(|frame| frame.keyframe);
        let shown = |frame: &Frame| {
            let into = i128::from(frame.timestamp).saturating_sub(own.unwrap_or(0));
            start.saturating_add(into)
        };
        Stretch {
            start,
            length: length(fragment),
            gap,
            bytes: fragment.bytes,
            health: match fragment.state {
                State::Complete | State::Empty => Health::Whole,
                State::Error(_) => Health::Error,
                _ => Health::Truncated,
            },
            keyframes: keyframes.filter(is_picture).map(shown).collect(),
            is_dated: recorded.is_some(),
        }
    }
}

impl TrackTally {
    fn new(track: &Track) -> Self {
        Self {
            track: track.clone(),
            frames: 0,
            bytes: 0,
            length: 0,
            distance: 0,
            steps: 0,
            since: None,
            group: None,
        }
    }

    fn add(&mut self, frames: &[FrameHead]) {
        let count = u64::try_from(frames.len()).unwrap_or(u64::MAX);
        self.frames = self.frames.saturating_add(count);
        self.steps = self.steps.saturating_add(count.saturating_sub(1));
        let (first, last, end) = span(&self.track, frames);
        self.distance = self.distance.saturating_add(last.saturating_sub(first));
        self.length = self.length.saturating_add(end.saturating_sub(first));
        for frame in frames {
            self.bytes = self.bytes.saturating_add(frame.bytes);
            self.since = match (self.since, frame.keyframe) {
                (Some(count), true) => {
                    let (least, most) = self.group.unwrap_or((count, count));
                    self.group = Some((least.min(count), most.max(count)));
                    Some(1)
                }
                (None, true) => Some(1),
                (since, false) => since.map(|count| count.saturating_add(1)),
            };
        }
    }

    /// Frames a second.
    pub(crate) fn rate(&self) -> Option<f64> {
        ratio(i128::from(self.steps).saturating_mul(SECOND), self.distance)
    }

    /// Bits a second.
    pub(crate) fn bit_rate(&self) -> Option<f64> {
        bit_rate(self.bytes, self.length)
    }
}

/// Bits a second of bytes in nanoseconds.
pub(crate) fn bit_rate(bytes: u64, length: i128) -> Option<f64> {
    let bits = i128::from(bytes).saturating_mul(8);
    ratio(bits.saturating_mul(SECOND), length)
}

#[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
fn ratio(of: i128, to: i128) -> Option<f64> {
    (of > 0 && to > 0).then(|| of as f64 / to as f64)
}

/// How long the frames of a fragment last, in nanoseconds.
pub(crate) fn length(fragment: &Fragment) -> i128 {
    let Some(start) = earliest(fragment) else {
        return 0;
    };
    let ends = fragment.tracks.iter().filter_map(|track| {
        let frames = of_track(fragment, track.number);
        (!frames.is_empty()).then(|| span(track, &frames).2)
    });
    ends.max().unwrap_or(start).saturating_sub(start)
}

fn earliest(fragment: &Fragment) -> Option<i128> {
    let times = fragment.heads().map(|head| head.timestamp);
    times.min().map(i128::from)
}

fn of_track(fragment: &Fragment, number: u64) -> Vec<FrameHead> {
    let heads = fragment.heads();
    heads.filter(|head| head.track == number).collect()
}

/// When the earliest frame and the latest are shown, and when that ends: as it says, as its track
/// says, or after as long as from one frame to the next.
fn span(track: &Track, frames: &[FrameHead]) -> (i128, i128, i128) {
    let times = || frames.iter().map(|frame| i128::from(frame.timestamp));
    let (first, last) = (times().min().unwrap_or(0), times().max().unwrap_or(0));
    let latest = frames
        .iter()
        .find(|frame| i128::from(frame.timestamp) == last);
    let told = latest
        .and_then(|frame| frame.duration)
        .or(track.default_duration);
    let steps = i128::try_from(frames.len()).unwrap_or(1).saturating_sub(1);
    let step = last.saturating_sub(first).checked_div(steps).unwrap_or(0);
    let length = told.map_or(step, i128::from);
    (first, last, last.saturating_add(length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use kvs_archive::mkv::{Bytes, Fragments, Timestamp};

    const DEMO: &[u8] = include_bytes!("../../../emulator/demo/demo.mkv");

    fn demo() -> Vec<Fragment> {
        let mut decoder = Fragments::new();
        decoder.push(Bytes::from_static(DEMO));
        decoder.finish();
        std::iter::from_fn(|| decoder.next_fragment())
            .map(Result::unwrap)
            .collect()
    }

    fn survey(fragments: &[Fragment]) -> Survey {
        let mut survey = Survey::default();
        fragments.iter().for_each(|fragment| survey.add(fragment));
        survey
    }

    #[test]
    fn tracks_are_measured() {
        let survey = survey(&demo());
        let [video, sound] = &survey.tracks[..] else {
            panic!("{survey:?}");
        };
        assert_eq!((video.frames, video.group), (750, Some((50, 50))));
        assert!((video.rate().unwrap() - 25.0).abs() < 0.01);
        assert_eq!(sound.frames, 1_406);
        assert!((sound.rate().unwrap() - 46.875).abs() < 0.05);
        let rate = sound.bit_rate().unwrap();
        assert!((46_000.0..50_000.0).contains(&rate), "{rate}");
        assert_eq!(survey.gaps(), (0, 0));
        let seconds = survey.length() / (SECOND / 10);
        assert_eq!(seconds, 300);
    }

    #[test]
    fn gaps_are_found_by_frames_and_by_dates() {
        let mut fragments = demo();
        fragments.drain(3..6);
        let by_frames = survey(&fragments);
        let (count, length) = by_frames.gaps();
        assert_eq!((count, length / SECOND), (1, 5));
        assert!(by_frames.stretches[3].gap.is_some());
        assert!(!by_frames.stretches[3].is_dated);

        // The producer began to count anew, and its clock knows how much later.
        for (fragment, at) in fragments.iter_mut().zip([0, 2, 4, 60, 62, 64]) {
            fragment.producer_timestamp = Some(Timestamp::from_millis(at * 1_000));
        }
        let by_dates = survey(&fragments[..6]);
        let (count, length) = by_dates.gaps();
        // Two seconds from 58, but sound ends a little later than it begins.
        assert_eq!((count, length / SECOND), (1, 53));
        assert_eq!(by_dates.stretches[3].keyframes, [60 * SECOND]);
    }

    #[test]
    fn gaps_begin_where_the_last_of_all_before_ends() {
        let mut fragments = demo();
        for (fragment, at) in fragments.iter_mut().zip([60, 0, 2, 62, 70]) {
            fragment.producer_timestamp = Some(Timestamp::from_millis(at * 1_000));
        }
        let survey = survey(&fragments[..5]);
        let gaps = survey.stretches.iter().map(|stretch| stretch.gap);
        let seconds: Vec<_> = gaps.map(|gap| gap.map(|gap| gap / SECOND)).collect();
        assert_eq!(seconds, [None, None, None, None, Some(5)]);
    }
}
