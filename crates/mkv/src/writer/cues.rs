//! The index of a file.

use crate::ebml::id;
use crate::ebml::write::Encoder;

/// Entries closer than this, in nanoseconds, only make the index longer: where every frame is a
/// keyframe there would be one a frame.
const SPACING: i64 = 500_000_000;

/// Where playing can begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cue {
    pub(super) tick: i64,
    pub(super) track: u64,
    /// Offset of the Cluster from the beginning of the Segment's payload.
    pub(super) cluster: u64,
}

/// Collects entries as Clusters are written.
#[derive(Debug, Clone)]
pub(super) struct Cues {
    points: Vec<Cue>,
    /// Ticks that two entries of the same Cluster keep between them.
    spacing: i64,
}

impl Cues {
    pub(super) fn new(scale: u64) -> Self {
        let scale = i64::try_from(scale).unwrap_or(i64::MAX).max(1);
        Self {
            points: Vec::new(),
            spacing: SPACING.checked_div(scale).unwrap_or(0),
        }
    }

    pub(super) fn add(&mut self, tick: i64, track: u64, cluster: u64) {
        let close = self.points.last().is_some_and(|last| {
            last.cluster == cluster && tick.saturating_sub(last.tick) < self.spacing
        });
        if !close {
            self.points.push(Cue {
                tick,
                track,
                cluster,
            });
        }
    }

    pub(super) fn points(&self) -> &[Cue] {
        &self.points
    }

    /// Adds entries that were collected before.
    pub(super) fn extend(&mut self, points: Vec<Cue>) {
        self.points.extend(points);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    pub(super) fn encode(&self, encoder: &mut Encoder) {
        encoder.master(id::CUES, |e| {
            for cue in &self.points {
                e.master(id::CUE_POINT, |e| {
                    e.unsigned(id::CUE_TIME, cue.tick.unsigned_abs());
                    e.master(id::CUE_TRACK_POSITIONS, |e| {
                        e.unsigned(id::CUE_TRACK, cue.track);
                        e.unsigned(id::CUE_CLUSTER_POSITION, cue.cluster);
                    });
                });
            }
        });
    }
}
