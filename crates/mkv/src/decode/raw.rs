//! The input as it came, for those who want it beside what it says.

use std::collections::VecDeque;

use bytes::{Buf, Bytes};

use super::input::to_u64;

/// Pieces of the input that a fragment may be made of.
#[derive(Debug)]
pub(super) enum Raw {
    Unwanted,
    Kept {
        pieces: VecDeque<Bytes>,
        /// Of the first piece, in the input.
        offset: u64,
    },
}

impl Default for Raw {
    fn default() -> Self {
        Self::Kept {
            pieces: VecDeque::new(),
            offset: 0,
        }
    }
}

impl Raw {
    pub(super) fn push(&mut self, piece: &Bytes) {
        if let Self::Kept { pieces, .. } = self {
            pieces.push_back(piece.clone());
        }
    }

    /// Forgets what is before `at`.
    pub(super) fn release(&mut self, at: u64) {
        let Self::Kept { pieces, offset } = self else {
            return;
        };
        while let Some(first) = pieces.front_mut() {
            let gone = usize::try_from(at.saturating_sub(*offset)).unwrap_or(usize::MAX);
            if gone < first.len() {
                first.advance(gone);
                *offset = (*offset).max(at);
                break;
            }
            *offset = offset.saturating_add(to_u64(first.len()));
            pieces.pop_front();
        }
    }

    /// What is between these two places of the input, as far as it is still known.
    pub(super) fn cut(&mut self, from: u64, to: u64) -> Vec<Bytes> {
        self.release(from);
        let Self::Kept { pieces, offset } = self else {
            return Vec::new();
        };
        let mut left = to.saturating_sub(*offset);
        let mut cut = Vec::new();
        for piece in pieces.iter() {
            if left == 0 {
                break;
            }
            let len = usize::try_from(left).unwrap_or(usize::MAX).min(piece.len());
            cut.push(piece.slice(..len));
            left = left.saturating_sub(to_u64(len));
        }
        cut
    }
}
