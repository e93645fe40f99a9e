//! Masters of unknown size that are read as a whole.

use bytes::BytesMut;

use super::decoder::{Decoder, Failure, Progress, State};
use super::event::Fault;
use super::input::{Input, LOOK, to_u64};
use super::level::{Element, Level, is_in_cluster};
use crate::ebml::children::is_outermost;
use crate::ebml::{BadHead, Head, Size, id};

/// What has come of one, child by child: nothing else tells where it ends.
#[derive(Debug, Default)]
pub(super) struct Collected {
    have: BytesMut,
    /// Bytes that the child under way still misses.
    missing: u64,
}

impl Decoder {
    pub(super) fn collect(
        &mut self,
        element: Element,
        mut collected: Collected,
    ) -> Result<Progress, Failure> {
        collected.feed(&mut self.input);
        let finished = self.input.finished();
        let mut scratch = [0; LOOK];
        let head = match Head::parse(self.input.peek(&mut scratch)) {
            _ if collected.missing > 0 => Err(BadHead::Short),
            _ if self.input.position() >= self.around() => Ok(None),
            // A group may have been about to say that its frame refers to another.
            Err(BadHead::Short)
                if finished && self.input.is_empty() && element.id != id::BLOCK_GROUP =>
            {
                Ok(None)
            }
            head => head.map(|head| is_child(head.id, element.id).then_some(head)),
        };
        match head {
            Ok(Some(head)) => return self.begin_child(element, collected, head),
            Ok(None) => self.take(element, collected.have.freeze())?,
            Err(BadHead::Invalid) => {
                return Err(collected.failure(element, Fault::Malformed(element.id)));
            }
            Err(BadHead::Short) if finished => {
                self.input.unread(collected.have.freeze());
                self.state = State::Tail(element);
            }
            Err(BadHead::Short) => {
                self.state = State::Collect(element, collected);
                return Ok(Progress::Wait);
            }
        }
        Ok(Progress::Made)
    }

    fn begin_child(
        &mut self,
        element: Element,
        mut collected: Collected,
        head: Head,
    ) -> Result<Progress, Failure> {
        let size = match head.size {
            Size::Known(size) => size,
            // What is in it comes next.
            Size::Unknown if id::is_master(head.id) => 0,
            Size::Unknown => {
                return Err(collected.failure(element, Fault::Malformed(element.id)));
            }
        };
        collected.missing = to_u64(head.len).saturating_add(size);
        let size = to_u64(collected.have.len()).saturating_add(collected.missing);
        if size > to_u64(self.limits.of(element.id)) {
            let fault = Fault::TooLarge {
                id: element.id,
                size,
            };
            return Err(collected.failure(element, fault));
        }
        if self.input.position().saturating_add(collected.missing) > self.around() {
            return Err(collected.failure(element, Fault::Overrun(element.id)));
        }
        self.state = State::Collect(element, collected);
        Ok(Progress::Made)
    }

    /// Where what is around the element ends.
    fn around(&self) -> u64 {
        match self.level {
            Level::Cluster { end, .. } => end.min(self.segment.end),
            _ => self.segment.end,
        }
    }
}

impl Collected {
    fn feed(&mut self, input: &mut Input) {
        while self.missing > 0 && !input.is_empty() {
            let piece = input.take(usize::try_from(self.missing).unwrap_or(usize::MAX));
            self.missing = self.missing.saturating_sub(to_u64(piece.len()));
            self.have.extend_from_slice(&piece);
        }
    }

    fn failure(self, element: Element, fault: Fault) -> Failure {
        Failure {
            offset: element.offset,
            fault,
            unread: self.have.freeze(),
        }
    }
}

/// Whether an element goes on where this one comes.
fn is_child(id: u32, element: u32) -> bool {
    match element {
        id::BLOCK_GROUP => {
            matches!(id, id::VOID | id::CRC_32) || !(is_in_cluster(id) || is_outermost(id))
        }
        _ => !is_outermost(id),
    }
}
