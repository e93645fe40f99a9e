//! The next element.

use bytes::Bytes;

use super::collect::Collected;
use super::decoder::{Decoder, Failure, Held, Progress, State};
use super::event::Fault;
use super::input::{LOOK, to_u64};
use super::level::{Action, Element, Level, OPEN};
use super::open::{Open, Segment};
use crate::ebml::{BadHead, Head, Size, id};

impl Decoder {
    pub(super) fn head(&mut self) -> Result<Progress, Failure> {
        self.close()?;
        let mut scratch = [0; LOOK];
        match Head::parse(self.input.peek(&mut scratch)) {
            Ok(head) => self.enter(head)?,
            Err(BadHead::Short) if !self.input.finished() => return Ok(Progress::Wait),
            Err(BadHead::Short) => self.end()?,
            Err(BadHead::Invalid) => return Err(self.unexpected(Fault::NoElement)),
        }
        Ok(Progress::Made)
    }

    /// Closes the masters that end here. That an element ends with them shows that its size is right.
    fn close(&mut self) -> Result<(), Failure> {
        let at = self.input.position();
        if let Level::Cluster { end, .. } = self.level
            && end == at
        {
            self.confirm()?;
            self.end_cluster();
            self.level = Level::Segment;
        }
        if self.segment.end == at {
            self.confirm()?;
            self.segment.end = OPEN;
            self.level = Level::Top;
        }
        Ok(())
    }

    fn enter(&mut self, head: Head) -> Result<(), Failure> {
        let offset = self.input.position();
        let element = Element::new(head, offset);
        let action = match self.level.action(head) {
            Ok(action) => action,
            Err(fault @ (Fault::Misplaced(_) | Fault::Malformed(_))) => {
                return Err(self.unexpected(fault));
            }
            Err(fault) => {
                self.confirm()?;
                return Err(Failure::new(offset, fault));
            }
        };
        self.confirm()?;
        let around = self.level.around(head.id);
        if around != self.level {
            self.end_cluster();
        }
        self.level = around;
        self.check(head, element, action)
            .map_err(|fault| Failure::new(offset, fault))?;
        self.input.skip(u64::try_from(head.len).unwrap_or(u64::MAX));
        self.perform(action, element)
    }

    /// What stands here cannot follow the element before it, if there is one.
    fn unexpected(&mut self, fault: Fault) -> Failure {
        match self.held.take() {
            None => Failure::new(self.input.position(), fault),
            Some(held) => Failure {
                offset: held.element.offset,
                fault: Fault::BadSequel(held.element.id),
                unread: held.payload,
            },
        }
    }

    /// Checks the size of an element that may stand here.
    fn check(&self, head: Head, element: Element, action: Action) -> Result<(), Fault> {
        let Size::Known(size) = head.size else {
            return match may_be_open(head.id) {
                true => Ok(()),
                false => Err(Fault::UnknownSize(head.id)),
            };
        };
        let end = match (self.level, action) {
            (Level::Top | Level::Header, _) | (_, Action::Header) => OPEN,
            (Level::Segment, _) => self.segment.end,
            (Level::Cluster { end, .. }, _) => end.min(self.segment.end),
        };
        if element.end > end {
            return Err(Fault::Overrun(head.id));
        }
        let read = matches!(action, Action::Header | Action::Read);
        if read && size > to_u64(self.limits.of(head.id)) {
            return Err(Fault::TooLarge { id: head.id, size });
        }
        Ok(())
    }

    fn perform(&mut self, action: Action, element: Element) -> Result<(), Failure> {
        match action {
            Action::Header => {
                self.end_fragment(element.offset, true);
                self.open = Some(Open::at(element.offset));
                self.segment = Segment::new(OPEN);
                self.level = Level::Header;
                return self.read(element);
            }
            Action::Segment => {
                self.segment.end = element.end;
                self.level = Level::Segment;
            }
            Action::Cluster => self.begin_cluster(element),
            Action::Read => return self.read(element),
            Action::Skip => self.state = State::Skip(element),
        }
        Ok(())
    }

    fn read(&mut self, element: Element) -> Result<(), Failure> {
        if element.end == OPEN {
            self.state = State::Collect(element, Collected::default());
            return Ok(());
        }
        let size = element.left(self.input.position());
        match self.input.take_whole(size) {
            Some(payload) => self.take(element, payload),
            None => {
                self.input.demand(size);
                self.state = State::Payload(element);
                Ok(())
            }
        }
    }

    /// An element is there as a whole.
    pub(super) fn take(&mut self, element: Element, payload: Bytes) -> Result<(), Failure> {
        self.state = State::Head;
        let held = Held { element, payload };
        if is_any_size_right(element.id) {
            self.held = Some(held);
            return Ok(());
        }
        self.apply(held)
    }

    /// The element before is what its head says it is.
    pub(super) fn confirm(&mut self) -> Result<(), Failure> {
        match self.held.take() {
            Some(held) => self.apply(held),
            None => Ok(()),
        }
    }
}

/// Whether the size of an element may be unknown.
fn may_be_open(id: u32) -> bool {
    matches!(
        id,
        id::SEGMENT
            | id::CLUSTER
            | id::INFO
            | id::TRACKS
            | id::TAGS
            | id::BLOCK_GROUP
            | id::SEEK_HEAD
            | id::CUES
            | id::CHAPTERS
    )
}

/// Whether a wrong size would not show in the payload: any bytes are a frame, or nothing.
fn is_any_size_right(id: u32) -> bool {
    !matches!(
        id,
        id::EBML | id::INFO | id::TRACKS | id::TAGS | id::TIMESTAMP
    )
}
