//! Bits from the front of bytes, the highest of each first.

pub(super) struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Bits<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// A number of so many bits; `None` where they end before.
    pub(super) fn take(&mut self, count: usize) -> Option<u32> {
        let mut value = 0;
        for _ in 0..count {
            let byte = self.bytes.get(self.at >> 3)?;
            let bit = byte >> (7 ^ (self.at & 7)) & 1;
            value = value << 1 | u32::from(bit);
            self.at = self.at.saturating_add(1);
        }
        Some(value)
    }

    /// A number in the Exp-Golomb code of H.264, `ue(v)` there.
    pub(super) fn exp_golomb(&mut self) -> Option<u32> {
        let mut width = 0_usize;
        while self.take(1)? == 0 {
            width = width.saturating_add(1);
            if width > 31 {
                return None;
            }
        }
        let most = 1_u32.checked_shl(u32::try_from(width).ok()?)?;
        most.checked_sub(1)?.checked_add(self.take(width)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_exp_golomb_code_are_read() {
        // 1, 010, 011, 00100, 00111
        let mut bits = Bits::new(&[0b1010_0110, 0b0100_0011, 0b1000_0000]);
        let read: Vec<_> = (0..5).map(|_| bits.exp_golomb()).collect();
        assert_eq!(read, [0, 1, 2, 3, 6].map(Some));
        assert_eq!(bits.exp_golomb(), None, "zeros to the end");
        let largest = [&[0, 0, 0, 1], [0xFF; 4].as_slice()].concat();
        assert_eq!(Bits::new(&largest).exp_golomb(), Some(u32::MAX - 1));
        assert_eq!(Bits::new(&[0; 9]).exp_golomb(), None);
    }
}
