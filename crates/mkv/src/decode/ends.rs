//! Where the input begins and where it ends, and what is passed over.

use bytes::Bytes;

use super::decoder::{Decoder, Failure, Progress, State};
use super::event::Fault;
use super::input::LOOK;
use super::level::{Element, Level, OPEN};
use super::open::{Open, Segment};
use super::scan::{self, Found};
use crate::ebml::id;

/// An element smaller than this is skipped without a look into it: nothing hides there.
const TRIFLE: u64 = 24;

impl Decoder {
    pub(super) fn start(&mut self) -> Result<Progress, Failure> {
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

    pub(super) fn skip(&mut self, element: Element) -> Result<Progress, Failure> {
        if element.end == OPEN {
            return self.skip_open(element);
        }
        let left = element.end.saturating_sub(self.input.position());
        // Files may be attached to a file, those of this kind among them.
        let trifle = element.end.saturating_sub(element.offset) < TRIFLE;
        let found = if trifle || element.id == id::ATTACHMENTS {
            self.input.skip(left);
            match self.input.position() < element.end && !self.input.finished() {
                true => Found::Wait,
                false => Found::Nothing,
            }
        } else {
            let wanted = |id| matches!(id, id::EBML | id::SEGMENT | id::CLUSTER);
            scan::find(&mut self.input, element.end, wanted)
        };
        match found {
            Found::Wait => return Ok(Progress::Wait),
            Found::Element(_) => return Err(overrun(element)),
            Found::Nothing if self.input.position() < element.end => {
                self.end_fragment(self.input.position(), false);
                self.state = State::Done;
            }
            Found::Nothing => self.take(element, Bytes::new())?,
        }
        Ok(Progress::Made)
    }

    /// Skips a master of unknown size: to whatever follows it in its Segment.
    fn skip_open(&mut self, element: Element) -> Result<Progress, Failure> {
        match scan::find(&mut self.input, self.segment.end, |_| true) {
            Found::Wait => return Ok(Progress::Wait),
            Found::Element(_) | Found::Nothing => self.take(element, Bytes::new())?,
        }
        Ok(Progress::Made)
    }

    pub(super) fn tail(&mut self, element: Element) -> Result<Progress, Failure> {
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
    pub(super) fn end(&mut self) -> Result<(), Failure> {
        self.confirm()?;
        let at = self.input.position();
        let open_ended = match self.level {
            Level::Top | Level::Segment => true,
            Level::Header => false,
            Level::Cluster { end, .. } => end == OPEN && self.segment.end == OPEN,
        };
        if open_ended {
            self.end_cluster();
        }
        let mut scratch = [0; LOOK];
        let rest = self.input.peek(&mut scratch);
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

    pub(super) fn end_fragment(&mut self, at: u64, whole: bool) {
        if let Some(open) = self.open.take() {
            open.end(at, whole, &self.segment, &mut self.events);
        }
    }
}

/// The element reaches beyond where another of its parents' kind begins.
fn overrun(element: Element) -> Failure {
    Failure::new(element.offset, Fault::Overrun(element.id))
}
