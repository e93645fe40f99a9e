//! The machine, and what it is in the middle of.

use std::collections::VecDeque;
use std::mem;

use bytes::Bytes;

use super::collect::Collected;
use super::event::{Event, Fault};
use super::input::{Input, to_u64};
use super::level::{Element, Level, OPEN};
use super::limits::Limits;
use super::lost::Lost;
use super::open::{Open, Segment};
use crate::fragment::Frame;

/// Turns bytes into events.
///
/// It takes its input in pieces of any size, and gives the same events however they are cut. A frame
/// that lies in one piece is a slice of it; others are copied once.
///
/// # Where a fragment begins
///
/// - At an EBML header: the service sends one with each fragment.
/// - At Tags that hold a fragment number, or one of the service's timestamps, if the fragment before
///   has a Cluster or these Tags contradict what it said of itself. So the [`Writer`](crate::Writer)
///   divides its files. In a Segment with such Tags a fragment may have many Clusters.
/// - In a Segment without them, an ordinary file, at each Cluster but the first.
///
/// All up to the next beginning belongs to the fragment: what stands before its Cluster, and Tags
/// and Cues after it.
///
/// # How it ends
///
/// [`Complete`](crate::State::Complete) if the next begins in its place, if its Segment ends, or if
/// the input ends where an element does and no element around that promises more: neither a
/// Cluster's size nor, in a Cluster of unknown size, that of the Segment.
/// [`Empty`](crate::State::Empty) likewise, if it has no Cluster. Otherwise it is
/// [`Truncated`](crate::State::Truncated), as is every fragment of a Segment whose header is damaged.
///
/// # Damage
///
/// A block is taken for one only once that what follows it, or the end of its Cluster, shows that
/// its size is right. Where something is wrong, decoding goes on at the next EBML header or Segment;
/// at Tags as above; and, in an ordinary file, at the next Cluster. An element that claims to be so
/// long that one of these lies within it does not hide it.
///
/// # Unknown sizes
///
/// A Segment and a Cluster end where an element comes that cannot be inside them, and so does every
/// other master that says nothing of its size: Info, Tracks, Tags, BlockGroups and what is in them,
/// SeekHead, Cues and Chapters. Only Attachments must: they may hold files of this kind.
///
/// # Checksums
///
/// Where an EBML header, Info, Tracks, Tags or a BlockGroup begins with a CRC-32, it is checked before
/// anything in it is used; if it does not hold, the element is damage like one that is malformed.
/// That of a Cluster can only be checked when all of it has passed: its frames have been told by
/// then, and the fragment ends as [`Truncated`](crate::State::Truncated), with a
/// [`Damage`](crate::Damage) after it. Checksums of a whole Segment, and of elements inside those
/// named, are passed over.
///
/// # What is left out
///
/// Of a BlockGroup: DiscardPadding and what else is neither the Block, nor its duration, nor its
/// BlockAdditions, for which no codec of the service has a use; of its references no more is told
/// than that the frame is no keyframe. More than 255 additions of one block are damage. Frames of
/// tracks that Tracks does not describe are told as they come. An EBML header of another document
/// type, or for later readers, is damage; a Segment after it is read for what it may be.
///
/// ```
/// use kvs_mkv::{Bytes, Decoder, Event};
///
/// /// Bytes of all frames of an input.
/// fn frames(input: impl Iterator<Item = Bytes>) -> usize {
///     let mut decoder = Decoder::new();
///     let mut bytes = 0;
///     for piece in input.map(Some).chain([None]) {
///         match piece {
///             Some(piece) => decoder.push(piece),
///             None => decoder.finish(),
///         }
///         while let Some(event) = decoder.next_event() {
///             match event {
///                 Event::Frame(frame) => bytes += frame.data.len(),
///                 Event::Damage(damage) => eprintln!("{damage}"),
///                 _ => {}
///             }
///         }
///     }
///     bytes
/// }
///
/// assert_eq!(frames([].into_iter()), 0);
/// ```
#[derive(Debug)]
pub struct Decoder {
    pub(super) limits: Limits,
    pub(super) input: Input,
    /// A frame to be told before the events, of which there are none then.
    pub(super) ready: Option<Frame>,
    pub(super) events: VecDeque<Event>,
    pub(super) state: State,
    pub(super) level: Level,
    pub(super) segment: Segment,
    pub(super) open: Option<Open>,
    pub(super) held: Option<Held>,
}

/// What the next bytes are.
#[derive(Debug)]
pub(super) enum State {
    /// The first of the input.
    Start,
    /// The head of an element.
    Head,
    /// The payload of an element.
    Payload(Element),
    /// The payload of a master of unknown size.
    Collect(Element, Collected),
    /// The payload of an element that is of no interest.
    Skip(Element),
    /// What there is of the payload of an element that the input ended in.
    Tail(Element),
    /// Anything.
    Lost(Lost),
    /// There are none.
    Done,
}

/// An element that waits for what follows it to show that its size is right.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) element: Element,
    /// Empty where it was skipped.
    pub(super) payload: Bytes,
}

/// How a step went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    Made,
    /// More input is needed.
    Wait,
}

/// Why decoding cannot go on here.
#[derive(Debug)]
pub(super) struct Failure {
    /// Where in the input.
    pub(super) offset: u64,
    pub(super) fault: Fault,
    /// What was consumed on the assumption that all is well.
    pub(super) unread: Bytes,
}

impl Failure {
    pub(super) fn new(offset: u64, fault: Fault) -> Self {
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
            ready: None,
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

    /// Takes the next bytes of the input from memory that the caller keeps.
    ///
    /// They are copied, right into the frame that they belong to where one is under way: for pieces
    /// of a few KiB and less that is cheaper than to make [`Bytes`] of each for
    /// [`push`](Self::push). Large ones are better pushed, for frames that lie in one of them are
    /// not copied at all.
    #[inline]
    pub fn push_slice(&mut self, piece: &[u8]) {
        if !self.input.absorb(piece) {
            self.run_through(piece);
        }
    }

    /// Takes the next bytes of the input from whatever `read` puts into memory, of which it gives
    /// back how many bytes that are. They are read right into the frame that they belong to, if much
    /// of one is missing, and into memory that is used again if not.
    ///
    /// ```
    /// use std::io::{Error, Read};
    ///
    /// use kvs_mkv::Decoder;
    ///
    /// fn decode(mut file: impl Read) -> Result<Decoder, Error> {
    ///     let mut decoder = Decoder::new();
    ///     while decoder.push_read(|space| file.read(space))? > 0 {
    ///         while let Some(event) = decoder.next_event() {
    ///             println!("{event:?}");
    ///         }
    ///     }
    ///     decoder.finish();
    ///     Ok(decoder)
    /// }
    /// # assert_eq!(decode(&b""[..])?.next_event(), None);
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// That of `read`, after which nothing has been taken. After the end of the input it is not
    /// called.
    pub fn push_read<E>(
        &mut self,
        read: impl FnOnce(&mut [u8]) -> Result<usize, E>,
    ) -> Result<usize, E> {
        match self.input.finished() {
            true => Ok(0),
            false => self.input.fill(read),
        }
    }

    /// Says that the input has ended. What is pushed from now on is ignored.
    pub fn finish(&mut self) {
        self.input.finish();
    }

    /// The next event; `None` where more input is needed, or after the end of it.
    #[inline]
    pub fn next_event(&mut self) -> Option<Event> {
        // Where pieces are small, there is nothing to tell after nearly all of them.
        if self.input.is_short() && self.ready.is_none() && self.events.is_empty() {
            return None;
        }
        self.advance()
    }

    fn advance(&mut self) -> Option<Event> {
        if let Some(frame) = self.ready.take() {
            return Some(Event::Frame(frame));
        }
        loop {
            if let Some(event) = self.events.pop_front() {
                return Some(event);
            }
            if let Some(frame) = self.next_in_run() {
                return Some(Event::Frame(frame));
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
        let gathered = to_u64(self.input.gathered());
        self.input.position().saturating_add(gathered)
    }

    /// Where in the input the first byte is that a fragment to come may hold, one that exceeds
    /// `limit` already left out.
    pub(super) fn needed_from(&self, limit: u64) -> u64 {
        let at = self.position();
        let element = match (&self.state, &self.held) {
            (
                State::Payload(element)
                | State::Collect(element, _)
                | State::Skip(element)
                | State::Tail(element),
                _,
            ) => element.offset,
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
            State::Payload(element) => {
                let element = *element;
                match self.input.take_whole(element.left(self.input.position())) {
                    Some(payload) => self.take(element, payload)?,
                    None if self.input.finished() => self.state = State::Tail(element),
                    None => return Ok(Progress::Wait),
                }
                Ok(Progress::Made)
            }
            State::Collect(element, collected) => {
                let (element, collected) = (*element, mem::take(collected));
                self.collect(element, collected)
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
}
