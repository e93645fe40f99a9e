//! The fragment under way.

use std::collections::VecDeque;

use super::event::{Damage, Event, Fault, FragmentBegin, FragmentEnd};
use super::header::Tracks;
use super::tags::Service;
use crate::ebml::id;
use crate::fragment::{State, Tag};

/// What is in force in a Segment.
#[derive(Debug)]
pub(super) struct Segment {
    /// Where it ends; [`OPEN`](super::level::OPEN) where that is unknown.
    pub(super) end: u64,
    /// Nanoseconds of a tick.
    pub(super) scale: u64,
    pub(super) tracks: Tracks,
    /// Whether Tags tell its fragments apart, and not its Clusters.
    pub(super) numbered: bool,
    /// Whether a Cluster came, or Tags that tell fragments apart: what is before is its header.
    pub(super) begun: bool,
    /// Whether something is wrong in its header, so that nothing in it can be relied on.
    pub(super) damaged: bool,
}

impl Segment {
    pub(super) fn new(end: u64) -> Self {
        Self {
            end,
            scale: 1_000_000,
            tracks: Tracks::default(),
            numbered: false,
            begun: false,
            damaged: false,
        }
    }
}

/// A fragment that has begun and not ended.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) offset: u64,
    pub(super) service: Service,
    tags_before: Vec<Tag>,
    /// Bytes of the elements that they came in.
    tag_bytes: usize,
    /// Whether its beginning was told.
    told: bool,
    pub(super) has_cluster: bool,
    /// Where the first Cluster is that contradicts its checksum.
    pub(super) altered: Option<u64>,
}

impl Open {
    pub(super) fn at(offset: u64) -> Self {
        Self {
            offset,
            service: Service::default(),
            tags_before: Vec::new(),
            tag_bytes: 0,
            told: false,
            has_cluster: false,
            altered: None,
        }
    }

    /// Takes the tags of an element of `len` bytes, which are told at once where they stand after a
    /// Cluster. Whether those before stay within the `limit`.
    pub(super) fn tags(
        &mut self,
        tags: Vec<Tag>,
        len: usize,
        limit: usize,
        events: &mut VecDeque<Event>,
    ) -> bool {
        self.service.note(&tags);
        if self.has_cluster {
            if !tags.is_empty() {
                events.push_back(Event::TagsAfter(tags));
            }
            return true;
        }
        self.tag_bytes = self.tag_bytes.saturating_add(len);
        let fits = self.tag_bytes <= limit;
        if fits {
            self.tags_before.extend(tags);
        }
        fits
    }

    /// A Cluster begins.
    pub(super) fn cluster(&mut self, segment: &Segment, events: &mut VecDeque<Event>) {
        self.has_cluster = true;
        self.tell(segment, events);
    }

    /// Ends it; `whole` if nothing of it seems to be missing.
    pub(super) fn end(
        mut self,
        at: u64,
        whole: bool,
        segment: &Segment,
        events: &mut VecDeque<Event>,
    ) {
        self.tell(segment, events);
        let state = match self.service.error {
            Some(error) => State::Error(error),
            None if !whole || segment.damaged || self.altered.is_some() => State::Truncated,
            None if self.has_cluster => State::Complete,
            None => State::Empty,
        };
        let damage = self.altered.map(|offset| Damage {
            offset,
            skipped: 0,
            fault: Fault::Checksum {
                id: id::CLUSTER,
                fragment: self.service.number.clone(),
            },
        });
        events.push_back(Event::End(FragmentEnd {
            number: self.service.number,
            server_timestamp: self.service.server,
            producer_timestamp: self.service.producer,
            offset: self.offset,
            bytes: at.saturating_sub(self.offset),
            state,
        }));
        events.extend(damage.map(Event::Damage));
    }

    fn tell(&mut self, segment: &Segment, events: &mut VecDeque<Event>) {
        if std::mem::replace(&mut self.told, true) {
            return;
        }
        events.push_back(Event::Begin(FragmentBegin {
            offset: self.offset,
            number: self.service.number.clone(),
            tracks: segment.tracks.list.clone(),
            timestamp_scale: segment.scale,
        }));
        let tags = std::mem::take(&mut self.tags_before);
        if !tags.is_empty() {
            events.push_back(Event::TagsBefore(tags));
        }
    }
}
