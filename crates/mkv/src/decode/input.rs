//! The input: pieces as they were pushed, and a position in their sequence.

use std::collections::VecDeque;

use bytes::{Buf, Bytes};

use super::checksum::Sum;
use super::gather::Gather;
use super::intake::{self, Intake};

/// Bytes that tell whether an element begins: its head and that of its first child.
pub(super) const LOOK: usize = 32;

/// How often all of the input may be read again, at most.
const REREADS: u64 = 4;

/// Pieces that are not consumed yet. Pieces are cut, never moved, but for those that an element lies
/// across.
#[derive(Debug, Default)]
pub(super) struct Input {
    /// Empty only if `rest` is.
    front: Bytes,
    rest: VecDeque<Bytes>,
    /// What comes before `front`, which is empty for as long as more of this is needed.
    gather: Gather,
    intake: Intake,
    position: u64,
    finished: bool,
    /// Bytes put back so far.
    unread: u64,
    /// Of what is being consumed, if anybody wants it.
    sum: Option<Sum>,
}

impl Input {
    pub(super) fn push(&mut self, mut piece: Bytes) {
        if self.finished {
            return;
        }
        if self.is_short() {
            if self.gather.is_satisfied_by(&piece) {
                self.gather.stop();
            } else {
                let gathered = self.gather(&piece);
                piece.advance(gathered);
            }
        }
        if piece.is_empty() {
            return;
        }
        if self.front.is_empty() {
            self.front = piece;
        } else {
            self.rest.push_back(piece);
        }
    }

    /// Ends what is gathered and takes it, if this piece has all that is missing; what is left of it.
    pub(super) fn complete<'a>(&mut self, piece: &'a [u8]) -> Option<(Bytes, &'a [u8])> {
        let (gathered, rest) = self.gather.complete(piece)?;
        self.pass(&gathered);
        Some((gathered, rest))
    }

    /// Consumes a head, and demands a payload of so many bytes of which the first have come. Nothing
    /// else has.
    pub(super) fn begin(&mut self, head: &[u8], payload: &[u8], want: usize) {
        self.pass(head);
        self.gather.begin(want);
        self.gather.feed(payload);
    }

    /// Takes what is gathered right from a piece; gives back the rest.
    pub(super) fn push_gathered<'a>(&mut self, piece: &'a [u8]) -> &'a [u8] {
        let gathered = self.gather(piece);
        piece.get(gathered..).unwrap_or_default()
    }

    /// Takes a piece that is gathered as a whole and does not complete what it is a part of. Nearly
    /// all pieces are of that kind where they are small.
    #[inline]
    pub(super) fn absorb(&mut self, piece: &[u8]) -> bool {
        self.gather.absorb(piece)
    }

    pub(super) fn push_copy(&mut self, piece: &[u8]) {
        if !piece.is_empty() {
            self.push(Bytes::copy_from_slice(piece));
        }
    }

    /// Takes what `read` puts into memory: where it stays, if much is missing of one element.
    pub(super) fn fill<E>(
        &mut self,
        read: impl FnOnce(&mut [u8]) -> Result<usize, E>,
    ) -> Result<usize, E> {
        if self.gather.missing() > intake::LEN / 4 {
            let filled = self.gather.fill(intake::LEN, read)?;
            self.release();
            return Ok(filled);
        }
        let piece = self.intake.fill(read)?;
        let filled = piece.len();
        self.push(piece);
        Ok(filled)
    }

    /// Sees to it that the next `want` bytes lie in one piece as soon as they have come.
    pub(super) fn demand(&mut self, want: usize) {
        if self.front.len() >= want {
            return;
        }
        self.gather.begin(want);
        while self.is_short() && !self.front.is_empty() {
            let next = self.rest.pop_front().unwrap_or_default();
            let mut piece = std::mem::replace(&mut self.front, next);
            let taken = self.gather.feed(&piece);
            piece.advance(taken);
            self.put_back(piece);
        }
        if self.finished {
            self.gather.stop();
        }
        self.release();
    }

    /// Whether what is demanded has not come yet, and still may.
    #[inline]
    pub(super) fn is_short(&self) -> bool {
        self.gather.is_short()
    }

    fn gather(&mut self, piece: &[u8]) -> usize {
        let gathered = self.gather.feed(piece);
        self.release();
        gathered
    }

    /// Puts what is gathered where it is found.
    fn release(&mut self) {
        if !self.is_short() {
            let gathered = self.gather.take();
            self.put_back(gathered);
        }
    }

    fn put_back(&mut self, piece: Bytes) {
        if piece.is_empty() {
            return;
        }
        let old = std::mem::replace(&mut self.front, piece);
        if !old.is_empty() {
            self.rest.push_front(old);
        }
    }

    pub(super) fn finish(&mut self) {
        self.finished = true;
        self.gather.stop();
        self.release();
    }

    pub(super) fn finished(&self) -> bool {
        self.finished
    }

    /// Bytes consumed since the beginning.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// Bytes of what is demanded that have come.
    pub(super) fn gathered(&self) -> usize {
        self.gather.len()
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

    /// Consumes a head, and takes the payload after it, if the first piece holds them both.
    #[inline]
    pub(super) fn cut(&mut self, head_len: usize, len: usize) -> Option<Bytes> {
        if self.front.len().checked_sub(head_len)? <= len {
            return None;
        }
        self.advance(head_len.saturating_add(len));
        self.front.advance(head_len);
        Some(self.front.split_to(len))
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

    /// Consumes bytes that are not in any piece.
    #[inline]
    fn pass(&mut self, bytes: &[u8]) {
        if let Some(sum) = &mut self.sum {
            sum.update(bytes);
        }
        self.position = self.position.saturating_add(to_u64(bytes.len()));
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
        self.put_back(piece);
    }

    /// Bytes put back so far.
    #[cfg(test)]
    pub(super) fn reread(&self) -> u64 {
        self.unread
    }

    /// Counts bytes of the first piece as consumed, which are about to be cut off.
    #[inline]
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
    fn what_is_demanded_lies_in_one_piece_as_soon_as_it_has_come() {
        let mut input = input(&[b"ab", b"c"]);
        input.demand(5);
        assert!(input.is_short() && input.is_empty());
        assert!(!input.absorb(b"def"));
        input.push(Bytes::from_static(b"def"));
        assert!(!input.is_short());
        assert_eq!(input.front(), b"abcde");
        assert_eq!(input.take_whole(5), Some(Bytes::from_static(b"abcde")));
        assert_eq!((input.position(), input.front()), (5, &b"f"[..]));
    }

    #[test]
    fn what_is_demanded_and_comes_in_one_piece_is_not_copied() {
        let piece = Bytes::from(b"abcdef".to_vec());
        let mut input = Input::default();
        input.demand(5);
        input.push(piece.clone());
        let payload = input.take_whole(5).unwrap();
        assert_eq!(payload.as_ptr(), piece.as_ptr());
        assert_eq!(input.front(), b"f");
    }

    #[test]
    fn the_end_gives_what_there_is() {
        let mut input = input(&[b"ab"]);
        input.demand(5);
        assert!(input.absorb(b"c"));
        assert_eq!(input.gathered(), 3);
        input.finish();
        assert!(!input.is_short());
        assert_eq!((input.position(), input.front()), (0, &b"abc"[..]));
        input.demand(4);
        assert!(!input.is_short());
        assert_eq!(input.front(), b"abc");
    }

    #[test]
    fn what_lies_across_pieces_is_gathered_after_the_end_too() {
        let mut input = input(&[b"ab", b"c"]);
        input.finish();
        input.demand(3);
        assert_eq!(input.front(), b"abc");
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
