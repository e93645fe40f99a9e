//! Finding the way back into damaged input.
//!
//! Decoding begins again at an EBML header or a Segment; at Tags that say which fragment follows; and
//! at a Cluster, unless such Tags tell the fragments apart: nobody could say whose it is. Info and
//! Tracks that are found on the way are taken over.

use bytes::Bytes;

use super::apply::Bad;
use super::checksum;
use super::decoder::{Decoder, Failure, Progress, State};
use super::event::{Damage, Event, Fault};
use super::input::to_u64;
use super::level::{Element, Level, OPEN};
use super::open::{Open, Segment};
use super::scan::{self, Found};
use super::tags::{self, Service};
use crate::ebml::id;

/// Input that is being skipped, and why.
#[derive(Debug)]
pub(super) struct Lost {
    offset: u64,
    fault: Fault,
    /// What may tell where the way goes on.
    clue: Option<Element>,
}

impl Lost {
    /// Where the element begins that may tell where the way goes on.
    pub(super) fn clue_offset(&self) -> Option<u64> {
        self.clue.map(|element| element.offset)
    }
}

impl Decoder {
    /// Gives up what is under way.
    pub(super) fn lose(&mut self, failure: Failure) {
        self.input.unread(failure.unread);
        self.input.sum_up(None);
        let mut offset = failure.offset;
        if self.level == Level::Header {
            // Of this fragment there is nothing but a header that led nowhere.
            offset = self.open.take().map_or(offset, |open| open.offset);
        }
        self.end_fragment(offset, self.level == Level::Top);
        self.held = None;
        // Later there is nothing more to come that all of it depends on.
        self.segment.damaged |= !self.segment.begun && self.segment.tracks.list.is_empty();
        self.segment.end = OPEN;
        self.state = State::Lost(Lost {
            offset,
            fault: failure.fault,
            clue: None,
        });
    }

    /// Looks for a place where decoding can begin again.
    pub(super) fn search(&mut self) -> Progress {
        let State::Lost(lost) = &mut self.state else {
            return Progress::Made;
        };
        if let Some(element) = lost.clue {
            match self.input.take_whole(element.left(self.input.position())) {
                Some(payload) => self.follow(element, payload),
                // Something else may be found in what there is of it.
                None if self.input.finished() => lost.clue = None,
                None => return Progress::Wait,
            }
            return Progress::Made;
        }
        let numbered = self.segment.numbered;
        let wanted = |id| match id {
            id::EBML | id::SEGMENT | id::INFO | id::TRACKS | id::TAGS => true,
            id::CLUSTER => !numbered,
            _ => false,
        };
        match scan::find(&mut self.input, OPEN, wanted) {
            Found::Element(head) => self.found(Element::new(head, self.input.position()), head.len),
            Found::Wait => return Progress::Wait,
            Found::Nothing => {
                self.resume(self.input.position());
                self.state = State::Done;
            }
        }
        Progress::Made
    }

    fn found(&mut self, element: Element, head_len: usize) {
        let offset = element.offset;
        let payload = offset.saturating_add(to_u64(head_len));
        let fits = element.end.saturating_sub(payload) <= to_u64(self.limits.of(element.id));
        match element.id {
            id::EBML if fits => {
                self.resume(offset);
                self.level = Level::Top;
            }
            id::SEGMENT => {
                self.resume(offset);
                self.segment = Segment::new(OPEN);
                self.open = Some(Open::at(offset));
                self.level = Level::Header;
            }
            id::CLUSTER => {
                self.resume(offset);
                self.open = Some(Open::at(offset));
                self.level = Level::Segment;
            }
            id::INFO | id::TRACKS | id::TAGS if fits => {
                self.input.skip(to_u64(head_len));
                self.input.demand(element.left(self.input.position()));
                if let State::Lost(lost) = &mut self.state {
                    lost.clue = Some(element);
                }
            }
            _ => self.input.skip(1),
        }
    }

    /// Takes what a clue says, or goes on looking inside it.
    fn follow(&mut self, element: Element, payload: Bytes) {
        if let State::Lost(lost) = &mut self.state {
            lost.clue = None;
        }
        let followed = match element.id {
            _ if !checksum::is_right(&payload) => Err(Bad::Checksum),
            id::TAGS => self.follow_tags(element, &payload),
            _ => self.describe(element.id, &payload),
        };
        if followed.is_err() {
            self.input.unread(payload);
        }
    }

    fn follow_tags(&mut self, element: Element, payload: &Bytes) -> Result<(), Bad> {
        let tags = tags::parse(payload)?;
        if Service::of(&tags).identifies {
            self.resume(element.offset);
            self.segment.numbered = true;
            self.segment.begun = true;
            self.level = Level::Segment;
            let open = self.open.insert(Open::at(element.offset));
            open.tags(tags, payload.len(), self.limits.tags, &mut self.events);
        }
        Ok(())
    }

    /// Tells of the damage up to here.
    fn resume(&mut self, at: u64) {
        if let State::Lost(lost) = std::mem::replace(&mut self.state, State::Head) {
            self.events.push_back(Event::Damage(Damage {
                offset: lost.offset,
                skipped: at.saturating_sub(lost.offset),
                fault: lost.fault,
            }));
        }
    }
}
