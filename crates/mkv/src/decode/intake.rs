//! Memory that others read the input into.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};

/// Bytes that are read at once, unless more is missing of one element: few enough to stay near.
pub(super) const LEN: usize = 64 << 10;
/// Pieces whose memory may be used again: one is held for its last block, and one may be the next.
const KEPT: usize = 3;

/// Pieces of one size, each used again once nobody has any of it.
#[derive(Debug, Default)]
pub(super) struct Intake {
    used: VecDeque<Bytes>,
}

impl Intake {
    /// What `read` puts into memory, of which it says how much that is.
    pub(super) fn fill<E>(
        &mut self,
        read: impl FnOnce(&mut [u8]) -> Result<usize, E>,
    ) -> Result<Bytes, E> {
        let mut open = self.free().unwrap_or_else(|| BytesMut::zeroed(LEN));
        let filled = read(&mut open);
        let mut whole = open.freeze();
        if self.used.len() >= KEPT {
            self.used.pop_front();
        }
        self.used.push_back(whole.clone());
        whole.truncate(filled?);
        Ok(whole)
    }

    fn free(&mut self) -> Option<BytesMut> {
        let at = self.used.iter().position(Bytes::is_unique)?;
        self.used.remove(at)?.try_into_mut().ok()
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    /// A piece of three such bytes, and where it lies.
    fn fill(intake: &mut Intake, byte: u8) -> Bytes {
        let read = |space: &mut [u8]| {
            space[..3].fill(byte);
            Ok::<_, Infallible>(3)
        };
        let Ok(piece) = intake.fill(read);
        assert_eq!(piece[..], [byte; 3]);
        piece
    }

    #[test]
    fn memory_is_used_again_once_it_is_free() {
        let mut intake = Intake::default();
        let [held, free] = [1, 2].map(|byte| fill(&mut intake, byte));
        assert_ne!(held.as_ptr(), free.as_ptr());
        let place = free.as_ptr();
        drop(free);
        assert_eq!(fill(&mut intake, 3).as_ptr(), place);
        assert_eq!(held[..], [1; 3]);
    }

    #[test]
    fn memory_is_not_lost_where_nothing_is_read() {
        let mut intake = Intake::default();
        let place = fill(&mut intake, 1).as_ptr();
        assert_eq!(intake.fill(|_| Err("no")), Err("no"));
        assert_eq!(fill(&mut intake, 2).as_ptr(), place);
    }

    #[test]
    fn no_more_is_kept_than_is_used_again() {
        let mut intake = Intake::default();
        let held: Vec<_> = (0..10).map(|byte| fill(&mut intake, byte)).collect();
        assert_eq!(intake.used.len(), KEPT);
        drop(held);
    }
}
