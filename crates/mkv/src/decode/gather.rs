//! Memory that pieces are copied into.

use bytes::{Bytes, BytesMut};

/// The memory of larger elements is used again.
const SMALL: usize = 16 << 10;
/// Bytes that are set aside for an element before any of it has come, at most: a size that lies
/// costs no more.
const AT_ONCE: usize = 1 << 20;

/// Bytes that are to lie in one piece, copied together as they arrive.
///
/// Each element has memory of its own. Shared memory would have to be counted, which costs more than
/// to allocate as little as most frames need: it waits for what is being copied.
#[derive(Debug, Default)]
pub(super) struct Gather {
    have: BytesMut,
    missing: usize,
    /// The memory of the last element that was not small, for the next if nobody else has it by then.
    last: BytesMut,
    /// Bytes of all of that memory.
    last_whole: usize,
}

impl Gather {
    /// Begins with the next `want` bytes.
    #[inline]
    pub(super) fn begin(&mut self, want: usize) {
        self.missing = want;
    }

    pub(super) fn len(&self) -> usize {
        self.have.len()
    }

    #[inline]
    pub(super) fn is_short(&self) -> bool {
        self.missing > 0
    }

    pub(super) fn missing(&self) -> usize {
        self.missing
    }

    /// Takes what `read` puts where what is missing belongs, `most` bytes at most.
    pub(super) fn fill<E>(
        &mut self,
        most: usize,
        read: impl FnOnce(&mut [u8]) -> Result<usize, E>,
    ) -> Result<usize, E> {
        let come = self.have.len();
        let len = most.min(self.missing);
        self.make_room(len);
        self.have.resize(come.saturating_add(len), 0);
        let read = read(self.have.get_mut(come..).unwrap_or_default());
        let filled = read.as_ref().map_or(0, |filled| len.min(*filled));
        self.have.truncate(come.saturating_add(filled));
        self.missing = self.missing.saturating_sub(filled);
        read.map(|_| filled)
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
        self.make_room(taken.len());
        self.have.extend_from_slice(taken);
        self.missing = self.missing.saturating_sub(taken.len());
        taken.len()
    }

    #[inline]
    fn make_room(&mut self, more: usize) {
        let spare = self.have.capacity().saturating_sub(self.have.len());
        if spare < more {
            self.grow(more);
        }
    }

    /// Makes room for `more` bytes of what is missing.
    #[inline]
    fn grow(&mut self, more: usize) {
        match self.have.is_empty() && self.missing <= SMALL {
            true => self.have = BytesMut::with_capacity(self.missing),
            false => self.grow_large(more),
        }
    }

    fn grow_large(&mut self, more: usize) {
        let come = self.have.len();
        if come > 0 {
            // With what came, not to the size declared.
            return self.have.reserve(come.max(more).min(self.missing));
        }
        let at_once = self.missing.min(AT_ONCE.max(more));
        // What was set aside for a much larger one would be kept alive by this one.
        if self.last_whole / 2 > at_once {
            self.last = BytesMut::new();
        }
        self.have = std::mem::take(&mut self.last);
        if !self.have.try_reclaim(at_once) {
            self.have = BytesMut::with_capacity(at_once);
            self.last_whole = at_once;
        }
    }

    /// Whether a piece has all that is missing, and nothing has come before it.
    pub(super) fn is_satisfied_by(&self, piece: &[u8]) -> bool {
        self.have.is_empty() && piece.len() >= self.missing
    }

    /// Says that nothing more will come.
    pub(super) fn stop(&mut self) {
        self.missing = 0;
    }

    /// What has come.
    #[inline]
    pub(super) fn take(&mut self) -> Bytes {
        match self.have.len() > SMALL {
            true => self.take_large(),
            false => std::mem::take(&mut self.have).freeze(),
        }
    }

    fn take_large(&mut self) -> Bytes {
        let gathered = self.have.split().freeze();
        self.last = std::mem::take(&mut self.have);
        if gathered.len() > AT_ONCE {
            self.last = BytesMut::new();
        }
        gathered
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
        gather.begin(usize::MAX);
        assert_eq!(gather.have.capacity(), 0);
        assert_eq!(gather.feed(b"abc"), 3);
        assert!(gather.have.capacity() <= AT_ONCE);
        gather.stop();
        assert_eq!(&gather.take()[..], b"abc");
    }

    #[test]
    fn what_is_read_goes_where_it_belongs() {
        let mut gather = Gather::default();
        gather.begin(5);
        assert_eq!(gather.feed(b"ab"), 2);
        assert_eq!(gather.fill(2, |_| Err("no")), Err("no"));
        let read = |space: &mut [u8]| {
            space.copy_from_slice(b"cd");
            Ok::<_, &str>(1)
        };
        assert_eq!(gather.fill(2, read), Ok(1));
        assert_eq!((gather.len(), gather.missing()), (3, 2));
        // One that lies is not believed.
        assert_eq!(gather.fill(9, |_| Ok::<_, &str>(9)), Ok(2));
        assert_eq!(&gather.take()[..], b"abc\0\0");
    }

    #[test]
    fn large_memory_is_not_kept() {
        let mut gather = Gather::default();
        drop(gathered(&mut gather, 5 * AT_ONCE, 60_000));
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
