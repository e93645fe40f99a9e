//! Fragments that are too large to be held as a whole.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use super::decoder::Decoder;
use super::event::Event;
use super::input::to_u64;
use super::limits::Limits;
use crate::fragment::{Fragment, Frame, FrameHead, Part};

/// Reads a fragment again that has been [outlined](crate::Fragments::outlining), and gives it in
/// [parts](Part) with its frames. How it is cut follows from its bytes alone.
///
/// ```
/// use kvs_mkv::{Bytes, ChangedInput, Fragment, Fragments, Parts};
///
/// /// The same frames, and never more than a part of them at a time.
/// fn count(input: &[Bytes]) -> Result<usize, ChangedInput> {
///     let mut outlines = Fragments::new().outlining();
///     input.iter().cloned().for_each(|piece| outlines.push(piece));
///     outlines.finish();
///     let mut count = 0;
///     while let Some(Ok(outline)) = outlines.next_fragment() {
///         let mut parts = Parts::new(outline, 1 << 20);
///         for piece in input {
///             parts.push(piece.clone());
///             while let Some(part) = parts.next_part()? {
///                 count += part.frames.len();
///             }
///         }
///         parts.finish();
///         while let Some(part) = parts.next_part()? {
///             count += part.frames.len();
///         }
///     }
///     Ok(count)
/// }
/// assert_eq!(count(&[])?, 0);
/// # Ok::<(), ChangedInput>(())
/// ```
#[derive(Debug)]
pub struct Parts {
    /// All that is the same in all parts, and the tags.
    whole: Fragment,
    outline: Arc<[FrameHead]>,
    decoder: Decoder,
    is_inside: bool,
    keeps_raw: bool,
    /// Bytes of the input that make a part.
    size: u64,
    /// Bytes of the input that were pushed.
    pushed: u64,
    /// Frames that were told, and where in the input the next part begins.
    told: usize,
    from: u64,
    frames: Vec<Frame>,
    raw: Vec<Bytes>,
    is_finished: bool,
    is_over: bool,
}

/// The input is not the one that was outlined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangedInput;

impl Parts {
    /// For a fragment that was outlined. Its input begins with the first byte that was pushed then. A
    /// part has so many bytes of it, and the rest of the frame and of the piece that these end in;
    /// where that is all, it comes as a whole.
    pub fn new(outlined: Fragment, size: u64) -> Self {
        let outline = outlined.part.as_ref().map(|part| Arc::clone(&part.outline));
        Self {
            outline: outline.unwrap_or_default(),
            decoder: Decoder::with_limits(Limits::default()),
            is_inside: false,
            keeps_raw: false,
            size,
            pushed: 0,
            told: 0,
            from: outlined.offset,
            frames: Vec::new(),
            raw: Vec::new(),
            is_finished: false,
            is_over: false,
            whole: outlined,
        }
    }

    /// Fills [`Fragment::raw`], as [`Fragments::keeping_raw`](crate::Fragments::keeping_raw) does. To
    /// be asked for before the first push.
    #[must_use]
    pub fn keeping_raw(mut self) -> Self {
        self.keeps_raw = true;
        self
    }

    /// Takes the next bytes of the input.
    pub fn push(&mut self, piece: Bytes) {
        let begin = self.pushed;
        self.pushed = self.pushed.saturating_add(to_u64(piece.len()));
        if self.keeps_raw {
            let within = |at: u64| {
                let at = usize::try_from(at.saturating_sub(begin)).unwrap_or(usize::MAX);
                at.min(piece.len())
            };
            let raw = piece.slice(within(self.whole.offset)..within(self.end()));
            self.raw.extend((!raw.is_empty()).then_some(raw));
        }
        self.decoder.push(piece);
        self.take_frames();
    }

    /// Says that the input has ended.
    pub fn finish(&mut self) {
        self.decoder.finish();
        self.take_frames();
        self.is_finished = true;
    }

    /// The next part; `None` where more input is needed, or after the last.
    ///
    /// # Errors
    ///
    /// [`ChangedInput`] where the frames are not those of the outline.
    pub fn next_part(&mut self) -> Result<Option<Fragment>, ChangedInput> {
        if self.is_over {
            return Ok(None);
        }
        let end = self.pushed.min(self.end());
        let bytes = end.saturating_sub(self.from);
        let is_due = bytes >= self.size && !self.frames.is_empty();
        if !is_due && !self.is_finished {
            return Ok(None);
        }
        let first = self.told;
        self.told = first.saturating_add(self.frames.len());
        let expected = self.outline.get(first..self.told).unwrap_or_default();
        let heads = self.frames.iter().map(FrameHead::of);
        let is_last = self.is_finished;
        let is_short = is_last && (self.told < self.outline.len() || end < self.end());
        if is_short || !expected.iter().copied().eq(heads) {
            self.is_over = true;
            return Err(ChangedInput);
        }
        self.from = end;
        self.is_over = is_last;
        let part = (first > 0 || !is_last).then(|| Part {
            outline: Arc::clone(&self.outline),
            first,
            is_last,
            bytes: self.whole.bytes,
        });
        let mut fragment = self.whole.clone();
        if !is_last {
            fragment.tags_after.clear();
        }
        if first > 0 {
            fragment.tags_before.clear();
        }
        Ok(Some(Fragment {
            frames: std::mem::take(&mut self.frames),
            raw: std::mem::take(&mut self.raw),
            offset: end.saturating_sub(bytes),
            bytes,
            part,
            ..fragment
        }))
    }

    /// Where the fragment ends in the input.
    fn end(&self) -> u64 {
        self.whole.offset.saturating_add(self.whole.bytes)
    }

    fn take_frames(&mut self) {
        while let Some(event) = self.decoder.next_event() {
            match event {
                Event::Begin(begin) => self.is_inside = begin.offset == self.whole.offset,
                Event::Frame(frame) if self.is_inside => self.frames.push(frame),
                Event::End(_) => self.is_inside = false,
                _ => {}
            }
        }
    }
}

impl fmt::Display for ChangedInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("what was put aside of a fragment is not what comes back")
    }
}

impl std::error::Error for ChangedInput {}
