//! CRC-32 elements: the first child of what they are about, which is all that follows them in it.

use bytes::{Buf, Bytes};

use crate::ebml::crc::Crc32;
use crate::ebml::{Head, Size, id};

/// Bytes of a checksum.
pub(super) const LEN: u64 = 4;

/// An element that is summed up as it is consumed, so that none of it has to be kept.
#[derive(Debug)]
pub(super) struct Sum {
    /// Of the element, in the input.
    pub(super) offset: u64,
    expected: u32,
    crc: Crc32,
}

impl Sum {
    /// `stored` is the payload of its CRC-32.
    pub(super) fn new(offset: u64, mut stored: Bytes) -> Option<Self> {
        Some(Self {
            offset,
            expected: stored.try_get_u32_le().ok()?,
            crc: Crc32::new(),
        })
    }

    pub(super) fn update(&mut self, consumed: &[u8]) {
        self.crc.update(consumed);
    }

    pub(super) fn is_right(&self) -> bool {
        self.crc.value() == self.expected
    }
}

/// Whether a payload that is there as a whole is what its CRC-32 says; it may have none.
pub(super) fn is_right(payload: &[u8]) -> bool {
    let stored = match Head::parse(payload) {
        Ok(head) if head.id == id::CRC_32 && head.size == Size::Known(LEN) => {
            payload.get(head.len..).unwrap_or_default()
        }
        _ => return true,
    };
    match *stored {
        [a, b, c, d, ref rest @ ..] => u32::from_le_bytes([a, b, c, d]) == Crc32::of(rest),
        _ => false,
    }
}
