//! The checksum of CRC-32 elements, stored there with its low byte first.

/// The polynomial, its bits in reverse.
const POLYNOMIAL: u32 = 0xEDB8_8320;
/// Bytes taken in one step.
const STRIDE: usize = 8;

type Table = [u32; 256];

/// What a byte does to the checksum, with so many zero bytes after it as the table's index says.
const TABLES: [Table; STRIDE] = tables();

/// The checksum that Matroska has, that of IEEE 802.3, of the bytes so far. It notices accidents,
/// not malice.
///
/// ```
/// use kvs_mkv::Crc32;
///
/// let mut crc = Crc32::new();
/// crc.update(b"1234");
/// crc.update(b"56789");
/// assert_eq!(crc.value(), 0xCBF4_3926);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crc32(u32);

impl Default for Crc32 {
    fn default() -> Self {
        Self::new()
    }
}

impl Crc32 {
    /// Of no bytes yet.
    pub const fn new() -> Self {
        Self(u32::MAX)
    }

    pub(crate) fn of(bytes: &[u8]) -> u32 {
        let mut crc = Self::new();
        crc.update(bytes);
        crc.value()
    }

    /// Adds bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        let (strides, rest) = bytes.as_chunks::<STRIDE>();
        let [last, .., first] = &TABLES;
        let [_, t1, t2, t3, t4, t5, t6, _] = &TABLES;
        let mut crc = self.0;
        for [a, b, c, d, e, f, g, h] in strides {
            let [p, q, r, s] = (crc ^ u32::from_le_bytes([*a, *b, *c, *d])).to_le_bytes();
            crc = entry(first, p)
                ^ entry(t6, q)
                ^ entry(t5, r)
                ^ entry(t4, s)
                ^ entry(t3, *e)
                ^ entry(t2, *f)
                ^ entry(t1, *g)
                ^ entry(last, *h);
        }
        for byte in rest {
            let [low, ..] = crc.to_le_bytes();
            crc = (crc >> 8) ^ entry(last, low ^ byte);
        }
        self.0 = crc;
    }

    /// The checksum of all bytes so far.
    pub const fn value(self) -> u32 {
        !self.0
    }
}

/// A byte indexes no further than the table reaches.
fn entry(table: &Table, byte: u8) -> u32 {
    table.get(usize::from(byte)).copied().unwrap_or_default()
}

#[expect(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::arithmetic_side_effects,
    reason = "evaluated by the compiler, which would refuse what is out of range"
)]
const fn tables() -> [Table; STRIDE] {
    let mut tables = [[0; 256]; STRIDE];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = (crc >> 1) ^ (POLYNOMIAL * (crc & 1));
            bit += 1;
        }
        tables[0][byte] = crc;
        byte += 1;
    }
    let mut table = 1;
    while table < STRIDE {
        let mut byte = 0;
        while byte < 256 {
            let former = tables[table - 1][byte];
            tables[table][byte] = (former >> 8) ^ tables[0][(former & 0xFF) as usize];
            byte += 1;
        }
        table += 1;
    }
    tables
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_answers() {
        assert_eq!(Crc32::of(b""), 0);
        assert_eq!(Crc32::of(b"123456789"), 0xCBF4_3926);
        let pangram = b"The quick brown fox jumps over the lazy dog";
        assert_eq!(Crc32::of(pangram), 0x414F_A339);
    }

    proptest! {
        #[test]
        fn bytes_may_come_in_pieces(bytes in proptest::collection::vec(any::<u8>(), 0..100), at in 0..100_usize) {
            let (head, tail) = bytes.split_at(at.min(bytes.len()));
            let mut crc = Crc32::new();
            crc.update(head);
            crc.update(tail);
            prop_assert_eq!(crc.value(), Crc32::of(&bytes));
            let bit_by_bit = bytes.iter().fold(u32::MAX, |crc, byte| {
                (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ POLYNOMIAL.wrapping_mul(crc & 1))
            });
            prop_assert_eq!(!bit_by_bit, crc.value());
        }
    }
}
