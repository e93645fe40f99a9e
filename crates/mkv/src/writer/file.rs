//! A file whose tracks are settled.

use std::borrow::Borrow;

use bytes::Bytes;

use super::cluster::{Bounds, Clusters};
use super::cues::Cues;
use super::header::{self, Layout};
use super::tags::{self, Identity, Targets};
use super::timeline::Place;
use super::{Form, Output, Patch, WriterOptions};
use crate::ebml::write::{Encoder, Width};
use crate::fragment::{Fragment, FrameHead, Tag};
use crate::timestamp::Timestamp;
use crate::track::{Track, TrackKind};

/// What is known of a file once its header is written.
#[derive(Debug)]
pub(super) struct File {
    layout: Layout,
    scale: u64,
    /// When the first fragment was recorded.
    pub(super) date: Option<Timestamp>,
    bounds: Bounds,
    indexed: Indexed,
    pub(super) cues: Cues,
    /// Those of the fragment under way, and where the latest of them is.
    clusters: Clusters,
    cluster: u64,
}

/// What the index points at.
#[derive(Debug, Clone, Copy)]
enum Indexed {
    /// Keyframes of this track.
    Keyframes(u64),
    /// The first frame of each Cluster: there are no pictures.
    Clusters,
}

impl Indexed {
    fn takes(self, head: &FrameHead, begins: bool) -> bool {
        match self {
            Self::Keyframes(track) => head.keyframe && head.track == track,
            Self::Clusters => begins,
        }
    }
}

impl File {
    /// Settles a file on its first fragment, which is yet to be written; its times are in ticks of
    /// this scale.
    pub(super) fn open(
        options: &WriterOptions,
        scale: u64,
        date: Option<Timestamp>,
        tracks: &[Track],
    ) -> (Self, Bytes) {
        let video = tracks
            .iter()
            .find(|t| matches!(t.kind, TrackKind::Video(_)));
        let header = header::encode(options.form, scale, date, tracks);
        let file = Self {
            layout: header.layout,
            indexed: video.map_or(Indexed::Clusters, |t| Indexed::Keyframes(t.number)),
            bounds: Bounds::new(options.cluster_bytes, options.cluster_duration, scale),
            scale,
            date,
            cues: Cues::new(scale),
            clusters: Clusters::default(),
            cluster: 0,
        };
        (file, header.bytes)
    }

    /// What it begins with, before it is completed.
    pub(super) fn header(&self, form: Form, tracks: &[Track]) -> Bytes {
        header::encode(form, self.scale, self.date, tracks).bytes
    }

    /// Writes a fragment that has frames, all of them of this file's tracks, or a part of it.
    pub(super) fn write(&mut self, fragment: &Fragment, place: Place, output: &mut Output) {
        let tick = |timestamp| place.tick(timestamp);
        if fragment.begins() {
            output.push(tags_before(fragment));
            let form = (self.scale, Width::Shortest);
            self.clusters = Clusters::new(fragment.heads(), tick, self.bounds, form);
        }
        let mut frames = fragment.frames.as_slice();
        loop {
            let position = output.position.saturating_sub(self.layout.segment);
            let (indexed, cues, cluster) = (self.indexed, &mut self.cues, &mut self.cluster);
            let run = self.clusters.next(&mut frames, tick, |block, begins| {
                if begins {
                    *cluster = position;
                }
                if indexed.takes(&block.head, begins) {
                    cues.add(block.tick, block.head.track, *cluster);
                }
            });
            let Some(pieces) = run else { break };
            pieces.into_iter().for_each(|piece| output.push(piece));
        }
        if fragment.ends() {
            output.push(tags_after(fragment));
        }
    }

    /// Writes what comes last, and says what is to be patched. The last frame ends at `end`, in
    /// nanoseconds.
    pub(super) fn finish(self, form: Form, end: i128, output: &mut Output) -> Vec<Patch> {
        // Nothing leads to an index at the end of a stream.
        let indexed = form == Form::Seekable && !self.cues.is_empty();
        let cues_at = indexed.then_some(output.position);
        if indexed {
            let mut encoder = Encoder::new(Width::Shortest);
            self.cues.encode(&mut encoder);
            output.push(encoder.take());
        }
        let ticks = end as f64 / self.scale as f64;
        self.layout.patches(output.position, ticks, cues_at)
    }
}

/// The Tags that begin a fragment: the service's names, then the others.
pub(super) fn tags_before(fragment: &Fragment) -> Bytes {
    let identity = Identity::of(fragment);
    let others = identity.others(&fragment.tags_before).cloned();
    element(identity.tags().chain(others))
}

/// The Tags that end a fragment.
pub(super) fn tags_after(fragment: &Fragment) -> Bytes {
    element(tags::after(fragment))
}

fn element(tags: impl Iterator<Item = impl Borrow<Tag>>) -> Bytes {
    let mut encoder = Encoder::new(Width::Shortest);
    tags::encode(tags, Targets::Everything, &mut encoder);
    encoder.take()
}
