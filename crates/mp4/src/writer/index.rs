//! The sample tables of a track, in the memory that they take in the file.

use mp4_atom::{Co64, CttsEntry, Stco, StscEntry, StszSamples, SttsEntry};

use super::track::Sample;

/// All that is to be known of a track's samples.
#[derive(Debug, Default)]
pub(super) struct Index {
    durations: Vec<SttsEntry>,
    offsets: Vec<CttsEntry>,
    sizes: Vec<u32>,
    /// Keyframes by the number of the sample, from 1 on.
    keyframes: Vec<u32>,
    chunks: Vec<u64>,
    runs: Vec<StscEntry>,
    /// Samples of the latest chunk.
    in_chunk: u32,
    /// When the first sample is decoded, which is when the first is shown.
    pub(super) start: Option<i64>,
    latest: Option<Latest>,
    earliest_offset: i32,
}

#[derive(Debug, Clone, Copy)]
struct Latest {
    decoded: i64,
    duration: u32,
}

impl Index {
    /// Adds samples; their places follow.
    pub(super) fn add(&mut self, samples: &[Sample]) {
        for sample in samples {
            self.start = self.start.or(Some(sample.decoded));
            if let Some(latest) = self.latest {
                // Fits: a track refuses frames that are further apart.
                let delta = sample.decoded.saturating_sub(latest.decoded);
                add_duration(
                    &mut self.durations,
                    u32::try_from(delta).unwrap_or(u32::MAX),
                );
            }
            self.latest = Some(Latest {
                decoded: sample.decoded,
                duration: sample.duration,
            });
            add_offset(&mut self.offsets, i64::from(sample.offset));
            self.earliest_offset = self.earliest_offset.min(sample.offset);
            self.sizes.push(sample.size);
            if sample.keyframe {
                let number = u32::try_from(self.sizes.len()).unwrap_or(u32::MAX);
                self.keyframes.push(number);
            }
        }
    }

    /// Says where the next sample without a place is, and whether it begins a chunk.
    pub(super) fn place(&mut self, at: u64, begins: bool) {
        if begins {
            self.close_chunk();
            self.chunks.push(at);
            self.in_chunk = 0;
        }
        self.in_chunk = self.in_chunk.saturating_add(1);
        let chunk = u32::try_from(self.chunks.len()).unwrap_or(u32::MAX);
        match self.runs.last_mut() {
            Some(run) if run.first_chunk == chunk => run.samples_per_chunk = self.in_chunk,
            _ => self.runs.push(StscEntry {
                first_chunk: chunk,
                samples_per_chunk: self.in_chunk,
                sample_description_index: 1,
            }),
        }
    }

    /// Chunks with as many samples as the one before are of one run.
    fn close_chunk(&mut self) {
        if let [.., before, closed] = self.runs.as_slice()
            && before.samples_per_chunk == closed.samples_per_chunk
        {
            self.runs.pop();
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.sizes.is_empty()
    }

    /// How much later than they are decoded frames have to be shown.
    pub(super) fn delay(&self) -> u32 {
        self.earliest_offset.min(0).unsigned_abs()
    }

    /// Ticks from the first sample to the end of the last.
    pub(super) fn duration(&self) -> u64 {
        let Some((start, latest)) = self.start.zip(self.latest) else {
            return 0;
        };
        let distance = latest.decoded.saturating_sub(start);
        u64::try_from(distance)
            .unwrap_or(0)
            .saturating_add(u64::from(latest.duration))
    }

    pub(super) fn durations(&self) -> Vec<SttsEntry> {
        let mut durations = self.durations.clone();
        if let Some(latest) = self.latest {
            add_duration(&mut durations, latest.duration);
        }
        durations
    }

    /// From decoding to showing, none of them negative; `None` where all are zero.
    pub(super) fn offsets(&self) -> Option<Vec<CttsEntry>> {
        let delay = i64::from(self.delay());
        let delayed = |entry: &CttsEntry| CttsEntry {
            sample_count: entry.sample_count,
            sample_offset: entry.sample_offset.saturating_add(delay),
        };
        let offsets: Vec<CttsEntry> = self.offsets.iter().map(delayed).collect();
        let any = offsets.iter().any(|entry| entry.sample_offset != 0);
        any.then_some(offsets)
    }

    /// `None` where all samples are keyframes.
    pub(super) fn keyframes(&self) -> Option<Vec<u32>> {
        (self.keyframes.len() < self.sizes.len()).then(|| self.keyframes.clone())
    }

    pub(super) fn sizes(&self) -> StszSamples {
        match self.sizes.split_first() {
            Some((first, rest)) if *first > 0 && rest.iter().all(|size| size == first) => {
                StszSamples::Identical {
                    count: u32::try_from(self.sizes.len()).unwrap_or(u32::MAX),
                    size: *first,
                }
            }
            _ => StszSamples::Different {
                sizes: self.sizes.clone(),
            },
        }
    }

    pub(super) fn runs(&self) -> Vec<StscEntry> {
        let mut runs = self.runs.clone();
        runs.dedup_by_key(|run| run.samples_per_chunk);
        runs
    }

    /// Places of chunks when the first byte of all is at `base`.
    pub(super) fn chunks(&self, base: u64, end: u64) -> Chunks {
        let places = self.chunks.iter().map(|chunk| chunk.saturating_add(base));
        if end <= u64::from(u32::MAX) {
            let entries = places.filter_map(|place| u32::try_from(place).ok());
            Chunks::Near(Stco {
                entries: entries.collect(),
            })
        } else {
            Chunks::Far(Co64 {
                entries: places.collect(),
            })
        }
    }
}

/// Places of chunks on 32 bits, or on 64.
#[derive(Debug)]
pub(super) enum Chunks {
    Near(Stco),
    Far(Co64),
}

fn add_duration(entries: &mut Vec<SttsEntry>, delta: u32) {
    match entries.last_mut() {
        Some(last) if last.sample_delta == delta => {
            last.sample_count = last.sample_count.saturating_add(1);
        }
        _ => entries.push(SttsEntry {
            sample_count: 1,
            sample_delta: delta,
        }),
    }
}

fn add_offset(entries: &mut Vec<CttsEntry>, offset: i64) {
    match entries.last_mut() {
        Some(last) if last.sample_offset == offset => {
            last.sample_count = last.sample_count.saturating_add(1);
        }
        _ => entries.push(CttsEntry {
            sample_count: 1,
            sample_offset: offset,
        }),
    }
}
