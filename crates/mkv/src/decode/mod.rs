//! Bytes in, fragments out.
//!
//! ```text
//!           ┌──────────────── next head ◀───────────────┐
//!           ▼                                           │
//! Start ─▶ Head ─┬─ master opened ──────────────────────┤
//!                ├─ Payload, until it is whole ─▶ held ─┤  applied once a head that may follow it
//!                ├─ Skip ───────────────────────────────┘  shows that its size is right
//!                │
//!                └─ fault ─▶ Lost ─ a place to begin ─▶ Head
//! ```

mod apply;
mod block;
mod encoding;
mod event;
mod fragments;
mod header;
mod input;
mod level;
mod limits;
mod lost;
mod open;
mod raw;
mod scan;
mod tags;

#[cfg(test)]
mod build;

use std::collections::VecDeque;

use bytes::Bytes;

pub use self::event::{Damage, Event, Fault, FragmentBegin, FragmentEnd};
pub use self::fragments::Fragments;
pub use self::limits::Limits;

use self::input::{Gather, Input, LOOK};
use self::level::{Action, Element, Level, OPEN, is_in_cluster};
use self::lost::Lost;
use self::open::{Open, Segment};
use self::scan::Found;
use crate::ebml::{BadHead, Head, Size, id};

/// A payload smaller than this is skipped without a look into it: nothing hides there.
const TRIFLE: u64 = 16;

/// Turns bytes into events.
///
/// It takes its input in pieces of any size, and gives the same events however they are cut.
#[derive(Debug)]
pub struct Decoder {
    limits: Limits,
    input: Input,
    events: VecDeque<Event>,
    state: State,
    level: Level,
    segment: Segment,
    open: Option<Open>,
    held: Option<Held>,
}

/// What the next bytes are.
#[derive(Debug)]
enum State {
    /// The first of the input.
    Start,
    /// The head of an element.
    Head,
    /// The payload of an element.
    Payload(Element, Gather),
    /// The payload of an element that is of no interest.
    Skip(Element),
    /// What there is of the payload of an element that the input ended in.
    Tail(Element),
    /// Anything.
    Lost(Lost),
    /// There are none.
    Done,
}

/// An element that has been read, and waits for what follows it to show that its size is right.
#[derive(Debug)]
struct Held {
    element: Element,
    /// Empty where it was skipped.
    payload: Bytes,
}

/// How a step went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    Made,
    /// More input is needed.
    Wait,
}

/// Why decoding cannot go on here.
#[derive(Debug)]
struct Failure {
    /// Where in the input.
    offset: u64,
    fault: Fault,
    /// What was consumed on the assumption that all is well.
    unread: Bytes,
}

impl Failure {
    fn new(offset: u64, fault: Fault) -> Self {
        Self {
            offset,
            fault,
            unread: Bytes::new(),
        }
    }
}

impl Default for Decoder {
    fn default() -> Self {
        Self::with_limits(Limits::default())
    }
}

impl Decoder {
    /// A decoder at the beginning of its input.
    pub fn new() -> Self {
        Self::default()
    }

    /// One that keeps other limits.
    pub fn with_limits(limits: Limits) -> Self {
        Self {
            limits,
            input: Input::default(),
            events: VecDeque::new(),
            state: State::Start,
            level: Level::Top,
            segment: Segment::new(OPEN),
            open: None,
            held: None,
        }
    }

    /// Takes the next bytes of the input.
    pub fn push(&mut self, piece: Bytes) {
        self.input.push(piece);
    }

    /// Says that the input has ended. What is pushed from now on is ignored.
    pub fn finish(&mut self) {
        self.input.finish();
    }

    /// The next event; `None` where more input is needed, or after the end of it.
    pub fn next_event(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.events.pop_front() {
                return Some(event);
            }
            match self.step() {
                Ok(Progress::Made) => {}
                // What ends here may have been told all the same.
                Ok(Progress::Wait) => return self.events.pop_front(),
                Err(failure) => self.lose(failure),
            }
        }
    }

    /// Bytes of the input that have been read so far.
    pub fn position(&self) -> u64 {
        self.input.position()
    }

    /// Where in the input the first byte is that a fragment to come may hold, one that exceeds
    /// `limit` already left out.
    fn needed_from(&self, limit: u64) -> u64 {
        let at = self.input.position();
        let element = match (&self.state, &self.held) {
            (State::Payload(element, _) | State::Skip(element) | State::Tail(element), _) => {
                element.offset
            }
            (State::Lost(lost), _) => lost.clue_offset().unwrap_or(at),
            (_, Some(held)) => held.element.offset,
            _ => at,
        };
        match &self.open {
            Some(open) if at.saturating_sub(open.offset) <= limit => open.offset,
            _ => element,
        }
    }

    fn step(&mut self) -> Result<Progress, Failure> {
        match &mut self.state {
            State::Start => self.start(),
            State::Head => self.head(),
            State::Payload(element, gather) => {
                let element = *element;
                if let Some(payload) = gather.feed(&mut self.input) {
                    self.hold(element, payload);
                } else if self.input.finished() {
                    let partial = gather.take();
                    self.input.unread(partial);
                    self.state = State::Tail(element);
                } else {
                    return Ok(Progress::Wait);
                }
                Ok(Progress::Made)
            }
            State::Skip(element) => {
                let element = *element;
                self.skip(element)
            }
            State::Tail(element) => {
                let element = *element;
                self.tail(element)
            }
            State::Lost(_) => Ok(self.search()),
            State::Done => Ok(Progress::Wait),
        }
    }

    fn start(&mut self) -> Result<Progress, Failure> {
        /// As many of the first bytes as tell a reader what they are.
        const TELLING: usize = 32;
        const EBML: [u8; 4] = id::EBML.to_be_bytes();
        let ended = self.input.finished();
        let mut scratch = [0; LOOK];
        let bytes = self.input.peek(&mut scratch);
        if bytes.starts_with(&EBML) || (ended && EBML.starts_with(bytes)) {
            self.state = State::Head;
            return Ok(Progress::Made);
        }
        match bytes.get(..TELLING) {
            None if !ended => Ok(Progress::Wait),
            telling => {
                let telling = Bytes::copy_from_slice(telling.unwrap_or(bytes));
                Err(Failure::new(0, Fault::NotMatroska(telling)))
            }
        }
    }

    fn head(&mut self) -> Result<Progress, Failure> {
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
            self.level = Level::Segment;
        }
        let in_segment = matches!(self.level, Level::Segment | Level::Cluster { .. });
        if in_segment && self.segment.end == at {
            self.confirm()?;
            self.end_fragment(at, true);
            self.level = Level::Top;
        }
        Ok(())
    }

    fn enter(&mut self, head: Head) -> Result<(), Failure> {
        let offset = self.input.position();
        let element = Element::new(head, offset);
        let action = match self.level.action(head.id) {
            Ok(action) => action,
            Err(fault @ Fault::Misplaced(_)) => return Err(self.unexpected(fault)),
            Err(fault) => {
                self.confirm()?;
                return Err(Failure::new(offset, fault));
            }
        };
        self.confirm()?;
        if matches!(self.level, Level::Cluster { .. }) && !is_in_cluster(head.id) {
            self.level = Level::Segment;
        }
        self.check(head, element, action)
            .map_err(|fault| Failure::new(offset, fault))?;
        self.input.skip(u64::try_from(head.len).unwrap_or(u64::MAX));
        self.perform(action, element);
        Ok(())
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
        let master = matches!(action, Action::Segment | Action::Cluster);
        let Size::Known(size) = head.size else {
            return match master {
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
        if read && size > input::to_u64(self.limits.of(head.id)) {
            return Err(Fault::TooLarge { id: head.id, size });
        }
        Ok(())
    }

    fn perform(&mut self, action: Action, element: Element) {
        match action {
            Action::Header => {
                self.end_fragment(element.offset, true);
                self.open = Some(Open::at(element.offset));
                self.segment = Segment::new(OPEN);
                self.level = Level::Header;
                self.read(element);
            }
            Action::Segment => {
                self.segment.end = element.end;
                self.level = Level::Segment;
            }
            Action::Cluster => self.begin_cluster(element),
            Action::Read => self.read(element),
            Action::Skip => self.state = State::Skip(element),
        }
    }

    fn read(&mut self, element: Element) {
        let size = element.end.saturating_sub(self.input.position());
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        match self.input.take_whole(size) {
            Some(payload) => self.hold(element, payload),
            None => self.state = State::Payload(element, Gather::new(size)),
        }
    }

    fn hold(&mut self, element: Element, payload: Bytes) {
        self.held = Some(Held { element, payload });
        self.state = State::Head;
    }

    /// The element before is what its head says it is.
    fn confirm(&mut self) -> Result<(), Failure> {
        match self.held.take() {
            Some(held) => self.apply(held),
            None => Ok(()),
        }
    }

    fn skip(&mut self, element: Element) -> Result<Progress, Failure> {
        let left = element.end.saturating_sub(self.input.position());
        // Files may be attached to a file, those of this kind among them.
        let found = if left < TRIFLE || element.id == id::ATTACHMENTS {
            self.input.skip(left);
            match self.input.position() < element.end && !self.input.finished() {
                true => Found::Wait,
                false => Found::Nothing,
            }
        } else {
            let wanted = |id| matches!(id, id::EBML | id::CLUSTER);
            scan::find(&mut self.input, element.end, wanted)
        };
        match found {
            Found::Wait => return Ok(Progress::Wait),
            Found::Element(_) => return Err(overrun(element)),
            Found::Nothing if self.input.position() < element.end => {
                self.end_fragment(self.input.position(), false);
                self.state = State::Done;
            }
            Found::Nothing => self.hold(element, Bytes::new()),
        }
        Ok(Progress::Made)
    }

    fn tail(&mut self, element: Element) -> Result<Progress, Failure> {
        match scan::find(&mut self.input, OPEN, |_| true) {
            Found::Element(_) => Err(overrun(element)),
            Found::Wait | Found::Nothing => {
                self.end_fragment(self.input.position(), false);
                self.state = State::Done;
                Ok(Progress::Made)
            }
        }
    }

    /// The input ends here, or within the next head.
    fn end(&mut self) -> Result<(), Failure> {
        self.confirm()?;
        let at = self.input.position();
        let mut scratch = [0; LOOK];
        let rest = self.input.peek(&mut scratch);
        let open_ended = match self.level {
            Level::Top | Level::Segment => true,
            Level::Header => false,
            Level::Cluster { end, .. } => end == OPEN && self.segment.end == OPEN,
        };
        let header = id::EBML.to_be_bytes();
        let begins = rest.starts_with(&header) || header.starts_with(rest);
        if rest.is_empty() {
            self.end_fragment(at, open_ended);
        } else if begins && open_ended {
            self.end_fragment(at, true);
            self.input.skip(OPEN);
            self.segment = Segment::new(OPEN);
            self.open = Some(Open::at(at));
            self.end_fragment(self.input.position(), false);
        } else if self.open.is_some() {
            self.input.skip(OPEN);
            self.end_fragment(self.input.position(), false);
        } else {
            return Err(Failure::new(at, Fault::NoElement));
        }
        self.state = State::Done;
        Ok(())
    }

    fn end_fragment(&mut self, at: u64, whole: bool) {
        if let Some(open) = self.open.take() {
            open.end(at, whole, &self.segment, &mut self.events);
        }
    }
}

/// The element reaches beyond where another of its parents' kind begins.
fn overrun(element: Element) -> Failure {
    Failure::new(element.offset, Fault::Overrun(element.id))
}
