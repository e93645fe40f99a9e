//! The input: pieces as they were pushed, and a position in their sequence.

use std::collections::VecDeque;

use bytes::{Buf, Bytes};

use super::checksum::Sum;

/// Bytes that tell whether an element begins: its head and that of its first child.
pub(super) const LOOK: usize = 32;

/// How often all of the input may be read again, at most.
const REREADS: u64 = 4;

/// Pieces that are not consumed yet. Pieces are cut, never moved.
#[derive(Debug, Default)]
pub(super) struct Input {
    /// Empty only if `rest` is.
    front: Bytes,
    rest: VecDeque<Bytes>,
    position: u64,
    finished: bool,
    /// Bytes put back so far.
    unread: u64,
    /// Of what is being consumed, if anybody wants it.
    sum: Option<Sum>,
}

impl Input {
    pub(super) fn push(&mut self, piece: Bytes) {
        if piece.is_empty() || self.finished {
            return;
        }
        if self.front.is_empty() {
            self.front = piece;
        } else {
            self.rest.push_back(piece);
        }
    }

    /// Takes what a payload under way misses right from a piece, if that is what comes next; gives
    /// back the rest.
    pub(super) fn pass<'a>(&mut self, piece: &'a [u8], gather: &mut Gather) -> &'a [u8] {
        if !self.front.is_empty() || self.finished {
            return piece;
        }
        let missing = gather.want.saturating_sub(gather.have.len());
        let (taken, rest) = piece.split_at(missing.min(piece.len()));
        gather.reserve(taken.len(), missing);
        gather.have.extend_from_slice(taken);
        if let Some(sum) = &mut self.sum {
            sum.update(taken);
        }
        self.position = self.position.saturating_add(to_u64(taken.len()));
        rest
    }

    pub(super) fn finish(&mut self) {
        self.finished = true;
    }

    pub(super) fn finished(&self) -> bool {
        self.finished
    }

    /// Bytes consumed since the beginning.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    pub(super) fn is_empty(&self) -> bool {
        self.front.is_empty()
    }

    /// What the first piece still holds.
    pub(super) fn front(&self) -> &[u8] {
        &self.front
    }

    /// The next bytes: [`LOOK`] of them at least, or all there are. Copied only where they lie
    /// across pieces.
    pub(super) fn peek<'a>(&'a self, scratch: &'a mut [u8; LOOK]) -> &'a [u8] {
        if self.front.len() >= LOOK || self.rest.is_empty() {
            return &self.front;
        }
        let mut free = &mut scratch[..];
        for piece in std::iter::once(&self.front).chain(&self.rest) {
            let len = piece.len().min(free.len());
            let (filled, rest) = free.split_at_mut(len);
            filled.copy_from_slice(piece.get(..len).unwrap_or_default());
            free = rest;
            if free.is_empty() {
                break;
            }
        }
        let unfilled = free.len();
        let filled = LOOK.saturating_sub(unfilled);
        scratch.get(..filled).unwrap_or_default()
    }

    /// The next `want` bytes if the first piece holds them all.
    pub(super) fn take_whole(&mut self, want: usize) -> Option<Bytes> {
        (self.front.len() >= want).then(|| self.take(want))
    }

    /// The next bytes that lie in one piece, `most` at most; nothing if there are none.
    pub(super) fn take(&mut self, most: usize) -> Bytes {
        self.advance(most.min(self.front.len()));
        if self.front.len() > most {
            return self.front.split_to(most);
        }
        let next = self.rest.pop_front().unwrap_or_default();
        std::mem::replace(&mut self.front, next)
    }

    /// Consumes `most` bytes, or as many as there are.
    pub(super) fn skip(&mut self, mut most: u64) {
        while most > 0 && !self.front.is_empty() {
            let within = usize::try_from(most)
                .unwrap_or(usize::MAX)
                .min(self.front.len());
            self.advance(within);
            self.front.advance(within);
            most = most.saturating_sub(to_u64(within));
            if self.front.is_empty() {
                self.front = self.rest.pop_front().unwrap_or_default();
            }
        }
    }

    /// Sums up what is consumed from here on.
    pub(super) fn sum_up(&mut self, sum: Option<Sum>) {
        self.sum = sum;
    }

    /// Ends a sum, and tells it if there is one.
    pub(super) fn summed(&mut self) -> Option<Sum> {
        self.sum.take()
    }

    /// Puts consumed bytes back, the last ones first, and forgets their sum. Not without end: input
    /// made to be read again and again stays consumed.
    pub(super) fn unread(&mut self, piece: Bytes) {
        self.sum = None;
        let len = to_u64(piece.len());
        let unread = self.unread.saturating_add(len);
        if piece.is_empty() || unread > self.position.saturating_mul(REREADS) {
            return;
        }
        self.unread = unread;
        self.position = self.position.saturating_sub(len);
        let old = std::mem::replace(&mut self.front, piece);
        if !old.is_empty() {
            self.rest.push_front(old);
        }
    }

    /// Bytes put back so far.
    #[cfg(test)]
    pub(super) fn reread(&self) -> u64 {
        self.unread
    }

    /// Counts bytes of the first piece as consumed, which are about to be cut off.
    fn advance(&mut self, by: usize) {
        if let Some(sum) = &mut self.sum {
            sum.update(self.front.get(..by).unwrap_or_default());
        }
        self.position = self.position.saturating_add(to_u64(by));
    }
}

/// No machine that this runs on has more address space than 64 bits.
pub(super) fn to_u64(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}

/// A payload under way that lies across pieces: copied once as it arrives.
#[derive(Debug)]
pub(super) struct Gather {
    want: usize,
    have: Vec<u8>,
}

impl Gather {
    pub(super) fn new(want: usize) -> Self {
        Self {
            want,
            have: Vec::new(),
        }
    }

    /// Takes what the input holds; the payload once it is whole.
    pub(super) fn feed(&mut self, input: &mut Input) -> Option<Bytes> {
        while self.have.len() < self.want && !input.is_empty() {
            let missing = self.want.saturating_sub(self.have.len());
            let piece = input.take(missing);
            self.reserve(piece.len(), missing);
            self.have.extend_from_slice(&piece);
        }
        self.is_whole().then(|| self.take())
    }

    pub(super) fn is_whole(&self) -> bool {
        self.have.len() == self.want
    }

    /// What arrived so far.
    pub(super) fn take(&mut self) -> Bytes {
        std::mem::take(&mut self.have).into()
    }

    /// Grows with what came, never to the size declared: one that lies costs next to nothing.
    fn reserve(&mut self, more: usize, missing: usize) {
        const AT_LEAST: usize = 16 << 10;
        let spare = self.have.capacity().saturating_sub(self.have.len());
        if spare < more {
            let growth = self.have.len().max(more).max(AT_LEAST);
            self.have.reserve_exact(growth.min(missing));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(pieces: &[&'static [u8]]) -> Input {
        let mut input = Input::default();
        for piece in pieces {
            input.push(Bytes::from_static(piece));
        }
        input
    }

    #[test]
    fn what_lies_in_one_piece_is_not_copied() {
        let piece = Bytes::from(b"abcdef".to_vec());
        let mut input = Input::default();
        input.push(piece.clone());
        input.skip(1);
        let payload = input.take_whole(3).unwrap();
        assert_eq!(&payload[..], b"bcd");
        assert_eq!(payload.as_ptr(), piece[1..].as_ptr());
        assert_eq!(input.position(), 4);
        assert_eq!(input.take_whole(3), None);
    }

    #[test]
    fn a_payload_across_pieces_is_gathered_as_it_arrives() {
        let mut gather = Gather::new(5);
        let mut input = input(&[b"ab", b"c"]);
        assert_eq!(gather.feed(&mut input), None);
        assert!(input.is_empty());
        input.push(Bytes::from_static(b"def"));
        assert_eq!(gather.feed(&mut input), Some(Bytes::from_static(b"abcde")));
        assert_eq!(input.front(), b"f");
    }

    #[test]
    fn a_size_that_lies_costs_what_came() {
        let mut gather = Gather::new(1 << 40);
        let mut input = input(&[b"ab", b"c"]);
        assert_eq!(gather.feed(&mut input), None);
        assert!(gather.have.capacity() <= 16 << 10);
        assert_eq!(&gather.take()[..], b"abc");
    }

    #[test]
    fn peeks_across_pieces() {
        let mut scratch = [0; LOOK];
        let short = input(&[b"ab", b"c", b"def"]);
        assert_eq!(short.peek(&mut scratch), b"abcdef");
        let long = input(&[b"ab", &[7; 40], b"c"]);
        let expected = [&b"ab"[..], &[7; LOOK - 2]].concat();
        assert_eq!(long.peek(&mut scratch), expected);
        assert_eq!(input(&[&[7; 40]]).peek(&mut scratch), [7; 40]);
    }

    #[test]
    fn puts_back_what_it_took() {
        let mut input = input(&[b"abc", b"def"]);
        let taken = input.take(2);
        input.unread(taken);
        assert_eq!(input.position(), 0);
        assert_eq!(input.peek(&mut [0; LOOK]), b"abcdef");
        input.skip(5);
        assert_eq!((input.position(), input.front()), (5, &b"f"[..]));
        input.skip(5);
        assert_eq!(input.position(), 6);
        assert!(input.is_empty());
    }

    #[test]
    fn putting_back_has_an_end() {
        let mut input = input(&[b"abc"]);
        let mut times = 0;
        while !input.is_empty() {
            let taken = input.take(3);
            input.unread(taken);
            times += 1;
        }
        assert_eq!(times, 5);
    }
}
