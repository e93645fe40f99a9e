//! Whole fragments.

use bytes::Bytes;

use super::decoder::Decoder;
use super::event::{Damage, Event, Fault, FragmentBegin, FragmentEnd};
use super::input::to_u64;
use super::limits::Limits;
use super::raw::Raw;
use crate::fragment::{BlockAddition, Fragment, Frame, FrameHead, Part, State, Tag};

/// Turns bytes into whole fragments, by the rules of [`Decoder`].
///
/// ```
/// use kvs_mkv::{Fragments, InBandError, State, payload};
///
/// let missing = InBandError {
///     code: Some("FRAGMENT_NOT_FOUND".to_owned()),
///     id: Some(3000),
///     message: None,
/// };
/// let mut fragments = Fragments::new();
/// for piece in payload::error(&"12345".parse()?, &missing) {
///     fragments.push(piece);
/// }
/// fragments.finish();
/// while let Some(next) = fragments.next_fragment() {
///     match next {
///         Ok(fragment) => {
///             assert_eq!(fragment.number, "12345".parse().ok());
///             assert_eq!(fragment.state, State::Error(missing.clone()));
///         }
///         Err(damage) => eprintln!("{damage}"),
///     }
/// }
/// # Ok::<(), kvs_mkv::BadFragmentNumber>(())
/// ```
#[derive(Debug)]
pub struct Fragments {
    decoder: Decoder,
    under_way: Option<UnderWay>,
    /// What is to be told after a fragment that was too large.
    damage: Option<Damage>,
    raw: Raw,
    limit: u64,
    is_outlining: bool,
}

impl Default for Fragments {
    fn default() -> Self {
        Self::with_limits(Limits::default())
    }
}

impl Fragments {
    /// An adaptor at the beginning of its input.
    pub fn new() -> Self {
        Self::default()
    }

    /// One that keeps other limits.
    pub fn with_limits(limits: Limits) -> Self {
        Self {
            decoder: Decoder::with_limits(limits),
            under_way: None,
            damage: None,
            raw: Raw::Unwanted,
            limit: to_u64(limits.fragment),
            is_outlining: false,
        }
    }

    /// Fills [`Fragment::raw`] with the input, in the pieces it came in, uncopied. To be asked for
    /// before the first push.
    #[must_use]
    pub fn keeping_raw(mut self) -> Self {
        self.raw = Raw::default();
        self
    }

    /// Keeps no frames, for fragments that are too large for that: each that has some comes without
    /// them, and as a [part](crate::Part) that outlines them all. Where the input is kept elsewhere,
    /// [`Parts`](crate::Parts) then gives it with its frames. To be asked for before the first push.
    #[must_use]
    pub fn outlining(mut self) -> Self {
        self.is_outlining = true;
        self
    }

    /// Takes the next bytes of the input.
    pub fn push(&mut self, piece: Bytes) {
        self.raw.push(&piece);
        self.decoder.push(piece);
    }

    /// Takes the next bytes of the input from memory that the caller keeps; see
    /// [`Decoder::push_slice`].
    pub fn push_slice(&mut self, piece: &[u8]) {
        match self.raw {
            Raw::Unwanted => self.decoder.push_slice(piece),
            Raw::Kept { .. } => self.push(Bytes::copy_from_slice(piece)),
        }
    }

    /// Says that the input has ended. What is pushed from now on is ignored.
    pub fn finish(&mut self) {
        self.decoder.finish();
    }

    /// The next fragment, or damage between fragments; `None` where more input is needed, or after
    /// the end of it.
    ///
    /// # Errors
    ///
    /// [`Damage`] says what could not be read. Decoding goes on with the next call.
    pub fn next_fragment(&mut self) -> Option<Result<Fragment, Damage>> {
        loop {
            if let Some(damage) = self.damage.take() {
                return Some(Err(damage));
            }
            let Some(event) = self.decoder.next_event() else {
                self.raw.release(self.decoder.needed_from(self.limit));
                return None;
            };
            match (event, &mut self.under_way) {
                (Event::Begin(begin), under_way) => *under_way = Some(UnderWay::at(begin)),
                (Event::TagsBefore(tags), Some(under_way)) => {
                    under_way.tags_before(tags, self.limit)
                }
                (Event::TagsAfter(tags), Some(under_way)) => under_way.tags_after(tags, self.limit),
                (Event::Frame(frame), Some(under_way)) if self.is_outlining => {
                    under_way.outline(&frame, self.limit);
                }
                (Event::Frame(frame), Some(under_way)) => under_way.frame(frame, self.limit),
                (Event::End(end), under_way) => {
                    if let Some(under_way) = under_way.take() {
                        return Some(Ok(self.end(under_way, end)));
                    }
                }
                (Event::Damage(damage), _) => return Some(Err(damage)),
                (Event::TagsBefore(_) | Event::TagsAfter(_) | Event::Frame(_), None) => {}
            }
        }
    }

    fn end(&mut self, under_way: UnderWay, end: FragmentEnd) -> Fragment {
        let UnderWay {
            mut fragment,
            outline,
            left_out,
            ..
        } = under_way;
        fragment.part = self.is_outlining.then(|| Part {
            outline: outline.into(),
            first: 0,
            is_last: true,
            bytes: end.bytes,
        });
        let at = end.offset.saturating_add(end.bytes);
        if end.bytes <= self.limit {
            fragment.raw = self.raw.cut(end.offset, at);
        }
        self.raw.release(at);
        fragment.number = end.number;
        fragment.server_timestamp = end.server_timestamp;
        fragment.producer_timestamp = end.producer_timestamp;
        fragment.bytes = end.bytes;
        fragment.state = end.state;
        if left_out > 0 {
            if fragment.state == State::Complete {
                fragment.state = State::Truncated;
            }
            self.damage = Some(Damage {
                offset: at,
                skipped: 0,
                fault: Fault::FragmentTooLarge { left_out },
            });
        }
        fragment
    }
}

/// A fragment so far.
#[derive(Debug)]
struct UnderWay {
    fragment: Fragment,
    /// Frames of which no more is kept.
    outline: Vec<FrameHead>,
    /// Bytes of memory that it takes.
    cost: u64,
    /// Bytes that would have been too many.
    left_out: u64,
}

impl UnderWay {
    fn at(begin: FragmentBegin) -> Self {
        Self {
            fragment: Fragment {
                number: begin.number,
                server_timestamp: None,
                producer_timestamp: None,
                tracks: begin.tracks,
                timestamp_scale: begin.timestamp_scale,
                tags_before: Vec::new(),
                tags_after: Vec::new(),
                frames: Vec::new(),
                offset: begin.offset,
                bytes: 0,
                raw: Vec::new(),
                state: State::Empty,
                part: None,
            },
            outline: Vec::new(),
            cost: 0,
            left_out: 0,
        }
    }

    fn outline(&mut self, frame: &Frame, limit: u64) {
        if self.fits(cost::<FrameHead>(0), limit) {
            self.outline.push(FrameHead::of(frame));
        }
    }

    fn frame(&mut self, frame: Frame, limit: u64) {
        if self.fits(frame_cost(&frame), limit) {
            self.fragment.frames.push(frame);
        }
    }

    fn tags_before(&mut self, tags: Vec<Tag>, limit: u64) {
        for tag in tags {
            if self.fits(tag_cost(&tag), limit) {
                self.fragment.tags_before.push(tag);
            }
        }
    }

    fn tags_after(&mut self, tags: Vec<Tag>, limit: u64) {
        for tag in tags {
            if self.fits(tag_cost(&tag), limit) {
                self.fragment.tags_after.push(tag);
            }
        }
    }

    /// Counts what is to be kept. After the first that does not fit, nothing does: what is there is
    /// a beginning without holes.
    fn fits(&mut self, more: u64, limit: u64) -> bool {
        let cost = self.cost.saturating_add(more);
        if self.left_out > 0 || cost > limit {
            self.left_out = self.left_out.saturating_add(more);
            return false;
        }
        self.cost = cost;
        true
    }
}

fn frame_cost(frame: &Frame) -> u64 {
    let additions = frame.additions.iter();
    let beside = additions.map(|addition| cost::<BlockAddition>(addition.data.len()));
    beside.fold(cost::<Frame>(frame.data.len()), u64::saturating_add)
}

fn tag_cost(tag: &Tag) -> u64 {
    cost::<Tag>(tag.name.len().saturating_add(tag.value.len()))
}

/// Bytes of memory that a value takes with what it owns.
fn cost<T>(owned: usize) -> u64 {
    to_u64(size_of::<T>().saturating_add(owned))
}
