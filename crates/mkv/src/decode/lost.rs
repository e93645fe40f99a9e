//! Finding the way back into damaged input.
//!
//! Decoding begins again at an EBML header or a Segment; at Tags with a fragment number; and at a
//! Cluster, unless fragments are told apart by their numbers: nobody could say whose it is. Info and
//! Tracks that are found on the way are taken over.

use bytes::Bytes;

use super::event::{Damage, Event, Fault};
use super::input::{Gather, to_u64};
use super::level::{Element, Level, OPEN};
use super::open::{Open, Segment};
use super::scan::{self, Found};
use super::{Decoder, Failure, Progress, State, tags};
use crate::ebml::id;

/// Input that is being skipped, and why.
#[derive(Debug)]
pub(super) struct Lost {
    offset: u64,
    fault: Fault,
    /// What may tell where the way goes on.
    clue: Option<(Element, Gather)>,
}

impl Lost {
    /// Where the element begins that may tell where the way goes on.
    pub(super) fn clue_offset(&self) -> Option<u64> {
        self.clue.as_ref().map(|(element, _)| element.offset)
    }
}

impl Decoder {
    /// Gives up what is under way.
    pub(super) fn lose(&mut self, failure: Failure) {
        self.input.unread(failure.unread);
        let mut offset = failure.offset;
        if self.level == Level::Header {
            // Of this fragment there is nothing but a header that led nowhere.
            offset = self.open.take().map_or(offset, |open| open.offset);
        }
        self.end_fragment(offset, false);
        self.held = None;
        self.segment.damaged |= !self.segment.begun;
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
        if let Some((element, mut gather)) = lost.clue.take() {
            match gather.feed(&mut self.input) {
                Some(payload) => self.follow(element, payload),
                None if self.input.finished() => self.input.unread(gather.take()),
                None => {
                    lost.clue = Some((element, gather));
                    return Progress::Wait;
                }
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
        match element.id {
            id::EBML => {
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
            _ => self.gather_clue(element, head_len),
        }
    }

    fn gather_clue(&mut self, element: Element, head_len: usize) {
        let head_len = to_u64(head_len);
        self.input.skip(head_len);
        let size = element.end.saturating_sub(self.input.position());
        if let (Ok(size), State::Lost(lost)) = (usize::try_from(size), &mut self.state)
            && size <= self.limits.of(element.id)
        {
            lost.clue = Some((element, Gather::new(size)));
        }
    }

    /// Takes what a clue says, or goes on looking inside it.
    fn follow(&mut self, element: Element, payload: Bytes) {
        if element.id != id::TAGS {
            if self.describe(element.id, &payload).is_err() {
                self.input.unread(payload);
            }
            return;
        }
        match tags::parse(&payload) {
            Ok(tags) if tags::number(&tags).is_some() => {
                self.resume(element.offset);
                self.segment.numbered = true;
                self.segment.begun = true;
                self.level = Level::Segment;
                let mut open = Open::at(element.offset);
                open.tag_bytes = payload.len();
                open.tags(tags, &mut self.events);
                self.open = Some(open);
            }
            Ok(_) => {}
            Err(_) => self.input.unread(payload),
        }
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
