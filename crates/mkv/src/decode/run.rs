//! Runs of SimpleBlocks: what nearly all input is made of, told without a detour.

use bytes::Buf;

use super::block::{Block, Clock};
use super::decoder::{Decoder, Held, State};
use super::event::Event;
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

impl Decoder {
    /// The frame of the block that is held, if another whole SimpleBlock of the Cluster follows it,
    /// which is held then. Where anything else is the case nothing changes, and
    /// [`step`](Decoder::step) sees to it.
    pub(super) fn next_in_run(&mut self) -> Option<Frame> {
        let front = self.input.front();
        let next = self.sequel(front)?;
        if front.len().checked_sub(next.head_len)? < next.len {
            return None;
        }
        let frame = self.plain_frame()?;
        self.input.skip(to_u64(next.head_len));
        self.held = Some(Held {
            element: next.element,
            payload: self.input.take(next.len),
        });
        Some(frame)
    }

    /// Takes a piece: the rest of a block under way, and the beginning of the next, are copied right
    /// to where they stay.
    pub(super) fn run_through(&mut self, piece: &[u8]) {
        let was_short = self.input.is_short();
        let mut rest = self.input.push_gathered(piece);
        if let State::Payload(element) = self.state
            && element.id == id::SIMPLE_BLOCK
            && was_short
            && !rest.is_empty()
            && let Some(payload) = self.input.take_whole(element.left(self.input.position()))
        {
            self.state = State::Head;
            self.held = Some(Held { element, payload });
            rest = self.begin_in_run(rest);
        }
        self.input.push_copy(rest);
    }

    /// Begins a SimpleBlock that only its beginning is there of. Gives back what is left.
    fn begin_in_run<'a>(&mut self, piece: &'a [u8]) -> &'a [u8] {
        let begun = self.sequel(piece).and_then(|next| {
            let (head, payload) = piece.split_at_checked(next.head_len)?;
            let is_partial = payload.len() < next.len;
            let frame = if is_partial { self.plain_frame() } else { None };
            Some((next, head, payload, frame?))
        });
        let Some((next, head, payload, frame)) = begun else {
            return piece;
        };
        self.events.push_back(Event::Frame(frame));
        self.input.pass(head);
        self.input.demand(next.len);
        self.state = State::Payload(next.element);
        self.input.push_gathered(payload)
    }

    /// The SimpleBlock that these bytes begin with, if they are the next of the input and it may
    /// follow the one that is held.
    fn sequel(&self, bytes: &[u8]) -> Option<Sequel> {
        let (State::Head, Level::Cluster { end, .. }, Some(held)) =
            (&self.state, self.level, &self.held)
        else {
            return None;
        };
        if held.element.id != id::SIMPLE_BLOCK {
            return None;
        }
        let head = Head::parse(bytes).ok()?;
        let Size::Known(size) = head.size else {
            return None;
        };
        let element = Element::new(head, self.input.position());
        let fits = element.end <= end.min(self.segment.end) && size <= to_u64(self.limits.frame);
        (head.id == id::SIMPLE_BLOCK && fits).then_some(Sequel {
            element,
            head_len: head.len,
            len: usize::try_from(size).ok()?,
        })
    }

    /// Takes the frame of the SimpleBlock that is held, if that comes as it is.
    fn plain_frame(&mut self) -> Option<Frame> {
        let (
            Level::Cluster {
                timecode: Some(timecode),
                ..
            },
            Some(held),
        ) = (self.level, &self.held)
        else {
            return None;
        };
        let block = Block::simple(&held.payload).ok()?;
        let scale = self.segment.scale;
        let times = block.times(Clock { timecode, scale }).ok()?;
        if block.is_laced() || self.segment.tracks.stripped(block.track).is_some() {
            return None;
        }
        let mut data = self.held.take()?.payload;
        data.advance(block.len);
        Some(block.frame(times, data))
    }
}
