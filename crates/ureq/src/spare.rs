//! A buffer that outlives the answer it was filled with.

use std::mem::take;
use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, PoisonError};

/// What is larger is not kept.
const MOST_KEPT: usize = 1 << 20;

/// A buffer that answers are collected in, one after the other. A new one for each would be as much
/// memory that the system takes back and clears.
#[derive(Debug, Default)]
pub(crate) struct Spare(Mutex<Vec<u8>>);

/// The buffer, or another one while somebody else has it; empty, and given back when it is dropped.
pub(crate) struct Lent<'a> {
    buffer: Vec<u8>,
    spare: &'a Spare,
}

impl Spare {
    pub(crate) fn lend(&self) -> Lent<'_> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Lent {
            buffer: take(&mut kept),
            spare: self,
        }
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        if self.buffer.capacity() <= MOST_KEPT {
            self.buffer.clear();
            let kept = self.spare.0.lock();
            *kept.unwrap_or_else(PoisonError::into_inner) = take(&mut self.buffer);
        }
    }
}

impl Deref for Lent<'_> {
    type Target = Vec<u8>;

    fn deref(&self) -> &Vec<u8> {
        &self.buffer
    }
}

impl DerefMut for Lent<'_> {
    fn deref_mut(&mut self) -> &mut Vec<u8> {
        &mut self.buffer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_comes_back_empty_unless_it_is_huge() {
        let spare = Spare::default();
        let mut first = spare.lend();
        first.extend([7; 1_000]);
        let second = spare.lend();
        assert_eq!((second.len(), second.capacity()), (0, 0));
        drop(second);
        drop(first);
        let mut again = spare.lend();
        assert!(again.is_empty() && again.capacity() >= 1_000);
        again.reserve(MOST_KEPT + 1);
        drop(again);
        assert_eq!(spare.lend().capacity(), 0);
    }
}
