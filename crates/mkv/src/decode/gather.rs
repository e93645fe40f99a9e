//! Memory that pieces are copied into.

use bytes::{Bytes, BytesMut};

/// Elements up to this size share their memory with others.
const SMALL: usize = 16 << 10;
/// Bytes of memory that is shared.
const SHARED: usize = 64 << 10;
/// Bytes that are set aside for an element before any of it has come, at most: a size that lies
/// costs no more.
const AT_ONCE: usize = 1 << 20;

/// Bytes that are to lie in one piece, copied together as they arrive.
#[derive(Debug, Default)]
pub(super) struct Gather {
    have: BytesMut,
    missing: usize,
    /// What the others are copied into, while one is under way that is not small.
    shared: BytesMut,
    /// The memory of the last one that was not small, which may be used again once nobody else does.
    last: BytesMut,
    /// Bytes of all of that memory.
    last_whole: usize,
    is_large: bool,
}

impl Gather {
    /// Begins with the next `want` bytes.
    #[inline]
    pub(super) fn begin(&mut self, want: usize) {
        self.missing = want;
        match want > SMALL {
            true => self.begin_large(want),
            false => make_room(&mut self.have, want),
        }
    }

    fn begin_large(&mut self, want: usize) {
        self.is_large = true;
        self.shared = std::mem::take(&mut self.have);
        let len = want.min(AT_ONCE);
        // What was set aside for a much larger one would be kept alive by this one.
        if self.last_whole / 2 > len {
            self.last = BytesMut::new();
        }
        self.have = std::mem::take(&mut self.last);
        if !self.have.try_reclaim(len) {
            self.have = BytesMut::with_capacity(len);
            self.last_whole = len;
        }
    }

    pub(super) fn len(&self) -> usize {
        self.have.len()
    }

    #[inline]
    pub(super) fn is_short(&self) -> bool {
        self.missing > 0
    }

    /// Takes a piece of which nothing is left then, and after which something is missing still.
    #[inline]
    pub(super) fn absorb(&mut self, piece: &[u8]) -> bool {
        let spare = self.have.capacity().saturating_sub(self.have.len());
        let fits = piece.len() < self.missing && piece.len() <= spare;
        if fits {
            self.have.extend_from_slice(piece);
            self.missing = self.missing.saturating_sub(piece.len());
        }
        fits
    }

    /// Takes what is missing from a piece that has all of it; what that makes, and what is left.
    #[inline]
    pub(super) fn complete<'a>(&mut self, piece: &'a [u8]) -> Option<(Bytes, &'a [u8])> {
        let (tail, rest) = piece.split_at_checked(self.missing)?;
        if !self.is_short() {
            return None;
        }
        self.feed(tail);
        Some((self.take(), rest))
    }

    /// Takes what is missing from a piece; how much that is.
    pub(super) fn feed(&mut self, piece: &[u8]) -> usize {
        let taken = piece.get(..self.missing).unwrap_or(piece);
        let spare = self.have.capacity().saturating_sub(self.have.len());
        if spare < taken.len() {
            // With what came, not to the size declared.
            let growth = self.have.len().max(taken.len());
            self.have.reserve(growth.min(self.missing));
        }
        self.have.extend_from_slice(taken);
        self.missing = self.missing.saturating_sub(taken.len());
        taken.len()
    }

    /// Whether a piece has all that is missing, and nothing has come before it.
    pub(super) fn is_satisfied_by(&self, piece: &[u8]) -> bool {
        self.have.is_empty() && piece.len() >= self.missing
    }

    /// Ends without a byte.
    pub(super) fn forget(&mut self) {
        self.stop();
        self.take();
    }

    /// Says that nothing more will come.
    pub(super) fn stop(&mut self) {
        self.missing = 0;
    }

    /// What has come.
    #[inline]
    pub(super) fn take(&mut self) -> Bytes {
        let gathered = self.have.split().freeze();
        if self.is_large {
            self.end_large(gathered.len());
        }
        gathered
    }

    fn end_large(&mut self, len: usize) {
        self.is_large = false;
        self.last = std::mem::replace(&mut self.have, std::mem::take(&mut self.shared));
        if len > AT_ONCE {
            self.last = BytesMut::new();
        }
    }

    /// Copies a piece while nothing is gathered.
    pub(super) fn copy(&mut self, piece: &[u8]) -> Bytes {
        if piece.len() > SHARED {
            return Bytes::copy_from_slice(piece);
        }
        make_room(&mut self.have, piece.len());
        self.have.extend_from_slice(piece);
        self.have.split().freeze()
    }
}

/// Makes room for `len` bytes, where there is none, in memory that is shared.
#[inline]
fn make_room(memory: &mut BytesMut, len: usize) {
    if !memory.try_reclaim(len) {
        *memory = BytesMut::with_capacity(SHARED);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One element that comes in pieces of so many bytes.
    fn gathered(gather: &mut Gather, len: usize, piece: usize) -> Bytes {
        gather.begin(len);
        let bytes: Vec<_> = (0..=u8::MAX).cycle().take(len).collect();
        for piece in bytes.chunks(piece) {
            if !gather.absorb(piece) {
                assert_eq!(gather.feed(piece), piece.len());
            }
        }
        assert!(!gather.is_short());
        let whole = gather.take();
        assert_eq!(whole, bytes);
        whole
    }

    #[test]
    fn a_size_that_lies_costs_little() {
        let mut gather = Gather::default();
        gather.begin(1 << 40);
        assert!(gather.absorb(b"abc"));
        assert!(gather.have.capacity() <= AT_ONCE);
        gather.stop();
        assert_eq!(&gather.take()[..], b"abc");
    }

    #[test]
    fn small_elements_lie_side_by_side() {
        let mut gather = Gather::default();
        let [first, second] = [300, 400].map(|len| gathered(&mut gather, len, 64));
        assert_eq!(first.as_ptr().wrapping_add(300), second.as_ptr());
    }

    #[test]
    fn large_elements_lie_alone_and_leave_the_small_ones_where_they_are() {
        let mut gather = Gather::default();
        let small = gathered(&mut gather, 300, 64);
        let large = gathered(&mut gather, 5 * AT_ONCE, 60_000);
        let next = gathered(&mut gather, 400, 64);
        assert_eq!(small.as_ptr().wrapping_add(300), next.as_ptr());
        drop(large);
        assert_eq!(gather.last.capacity(), 0);
    }

    #[test]
    fn memory_is_used_again_once_it_is_free() {
        let mut gather = Gather::default();
        let held = gathered(&mut gather, 500_000, 60_000);
        let free = gathered(&mut gather, 500_000, 60_000);
        assert_ne!(held.as_ptr(), free.as_ptr());
        let place = free.as_ptr();
        drop(free);
        let again = gathered(&mut gather, 400_000, 60_000);
        assert_eq!(again.as_ptr(), place);
        drop(again);
        // It would keep more alive than its own.
        gathered(&mut gather, 100_000, 60_000);
        assert_eq!(gather.last_whole, 100_000);
    }
}
