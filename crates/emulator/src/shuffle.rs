//! Disorder that is the same every time.

/// SplitMix64: small, even, and repeatable.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A shuffled order of the numbers below `len`, without a table of them: repeated recordings may
/// have millions of fragments.
///
/// A Feistel network permutes the next power of four; numbers that fall outside are sent through
/// again until they fall inside.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shuffle {
    len: u64,
    half_bits: u32,
}

impl Shuffle {
    pub(crate) fn new(len: u64) -> Self {
        let bits = u64::BITS - len.saturating_sub(1).leading_zeros();
        Self {
            len,
            half_bits: bits.div_ceil(2).max(1),
        }
    }

    /// The number at `position` of the shuffled order; both are below the length.
    pub(crate) fn at(&self, position: u64) -> u64 {
        debug_assert!(position < self.len, "a cycle inside the range must exist");
        let mut number = self.permute(position);
        while number >= self.len {
            number = self.permute(number);
        }
        number
    }

    fn permute(&self, number: u64) -> u64 {
        let mask = (1 << self.half_bits) - 1;
        let (mut left, mut right) = (number >> self.half_bits, number & mask);
        for round in 1..=4 {
            let scrambled = mix(right ^ (round << 40)) & mask;
            (left, right) = (right, left ^ scrambled);
        }
        (left << self.half_bits) | right
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_number_comes_once_in_another_order() {
        for len in [1, 2, 3, 15, 16, 17, 1_000, 4_099] {
            let order: Vec<u64> = (0..len).map(|i| Shuffle::new(len).at(i)).collect();
            let distinct: BTreeSet<u64> = order.iter().copied().collect();
            assert_eq!(distinct.len(), order.len(), "{len}");
            assert_eq!(distinct.last(), Some(&(len - 1)));
        }
        let order: Vec<u64> = (0..15).map(|i| Shuffle::new(15).at(i)).collect();
        let steps_up = order.windows(2).filter(|w| w[0] < w[1]).count();
        assert!((4..=10).contains(&steps_up), "{order:?}");
    }

    #[test]
    fn it_reaches_as_far_as_recordings_may() {
        let len = u64::from(u32::MAX) * 1_000;
        assert!(Shuffle::new(len).at(len - 1) < len);
    }
}
