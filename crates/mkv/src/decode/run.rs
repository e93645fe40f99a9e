//! Runs of SimpleBlocks: what nearly all input is made of, told without a detour.

use bytes::{Buf, Bytes};

use super::block::{Block, Clock, Times};
use super::decoder::{Decoder, Held, State};
use super::input::to_u64;
use super::level::{Element, Level};
use crate::ebml::{Head, Size, id};
use crate::fragment::Frame;

/// A SimpleBlock by its head.
struct Sequel {
    element: Element,
    head_len: usize,
    len: usize,
}

/// What the next block has to fit into.
struct Run {
    end: u64,
    most: u64,
    clock: Clock,
}

impl Decoder {
    /// The frame of the block that is held, if another whole SimpleBlock of the Cluster follows it,
    /// which is held then. Where anything else is the case nothing changes, and
    /// [`step`](Decoder::step) sees to it.
    #[inline]
    pub(super) fn next_in_run(&mut self) -> Option<Frame> {
        let run = self.run()?;
        let (State::Head, Some(held)) = (&self.state, &mut self.held) else {
            return None;
        };
        if held.element.id != id::SIMPLE_BLOCK {
            return None;
        }
        let next = run.sequel(self.input.front(), self.input.position())?;
        let (block, times) = run.plain(&held.payload)?;
        let payload = self.input.cut(next.head_len, next.len)?;
        held.element = next.element;
        let payload = std::mem::replace(&mut held.payload, payload);
        Some(frame(&block, times, payload))
    }

    /// Takes a piece: the rest of a block under way, and the beginning of the next, are copied right
    /// to where they stay.
    pub(super) fn run_through(&mut self, piece: &[u8]) {
        let rest = match self.pass_over(piece) {
            Some(rest) => rest,
            None => self.input.push_gathered(piece),
        };
        self.input.push_copy(rest);
    }

    /// Ends the block under way, if this piece does and nothing waits to be told. Gives back what is
    /// left.
    fn pass_over<'a>(&mut self, piece: &'a [u8]) -> Option<&'a [u8]> {
        let State::Payload(element) = self.state else {
            return None;
        };
        if element.id != id::SIMPLE_BLOCK || self.ready.is_some() || !self.events.is_empty() {
            return None;
        }
        let (payload, rest) = self.input.complete(piece)?;
        let run = self.run();
        let next = run.and_then(|run| run.begun(&payload, rest, self.input.position()));
        let Some((block, times, next)) = next else {
            self.held = Some(Held { element, payload });
            self.state = State::Head;
            return Some(rest);
        };
        self.ready = Some(frame(&block, times, payload));
        if let State::Payload(element) = &mut self.state {
            *element = next.element;
        }
        let (head, begun) = rest.split_at_checked(next.head_len)?;
        self.input.begin(head, begun, next.len);
        Some(&[])
    }

    #[inline]
    fn run(&self) -> Option<Run> {
        let &Level::Cluster {
            end,
            timecode: Some(timecode),
            ..
        } = &self.level
        else {
            return None;
        };
        (!self.segment.tracks.are_stripped()).then_some(Run {
            end: end.min(self.segment.end),
            most: to_u64(self.limits.frame),
            clock: Clock {
                timecode,
                scale: self.segment.scale,
            },
        })
    }
}

impl Run {
    /// The SimpleBlock that these bytes begin with, if it may be the next.
    #[inline]
    fn sequel(&self, bytes: &[u8], position: u64) -> Option<Sequel> {
        let head = Head::parse(bytes).ok()?;
        let Size::Known(size) = head.size else {
            return None;
        };
        let element = Element::new(head, position);
        let fits = head.id == id::SIMPLE_BLOCK && element.end <= self.end && size <= self.most;
        fits.then_some(Sequel {
            element,
            head_len: head.len,
            len: usize::try_from(size).ok()?,
        })
    }

    /// What the head of a SimpleBlock says, if its frame comes as it is.
    #[inline]
    fn plain(&self, payload: &[u8]) -> Option<(Block, Times)> {
        let block = Block::simple(payload).ok()?;
        let times = block.times(self.clock).ok()?;
        (!block.is_laced()).then_some((block, times))
    }

    /// What the head of a SimpleBlock says, if the bytes after it go no further than into another.
    #[inline]
    fn begun(&self, payload: &[u8], bytes: &[u8], position: u64) -> Option<(Block, Times, Sequel)> {
        let next = self.sequel(bytes, position)?;
        let (block, times) = self.plain(payload)?;
        let is_partial = bytes.len().saturating_sub(next.head_len) < next.len;
        is_partial.then_some((block, times, next))
    }
}

#[inline]
fn frame(block: &Block, times: Times, mut payload: Bytes) -> Frame {
    payload.advance(block.len);
    block.frame(times, payload)
}
