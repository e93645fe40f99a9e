//! gzip, for bodies that a service takes compressed: repeats are found by one look back and coded
//! with the fixed codes of RFC 1951, which does for JSON most of what more work would do.

/// Matches are looked for this far back, and are this long.
const WINDOW: usize = 32_768;
const SHORTEST: usize = 3;
const LONGEST: usize = 258;

/// Where each code for a length begins, and the bits that follow it; likewise for distances.
const LENGTHS: [(usize, u32); 29] = [
    (3, 0),
    (4, 0),
    (5, 0),
    (6, 0),
    (7, 0),
    (8, 0),
    (9, 0),
    (10, 0),
    (11, 1),
    (13, 1),
    (15, 1),
    (17, 1),
    (19, 2),
    (23, 2),
    (27, 2),
    (31, 2),
    (35, 3),
    (43, 3),
    (51, 3),
    (59, 3),
    (67, 4),
    (83, 4),
    (99, 4),
    (115, 4),
    (131, 5),
    (163, 5),
    (195, 5),
    (227, 5),
    (258, 0),
];
const DISTANCES: [(usize, u32); 30] = [
    (1, 0),
    (2, 0),
    (3, 0),
    (4, 0),
    (5, 1),
    (7, 1),
    (9, 2),
    (13, 2),
    (17, 3),
    (25, 3),
    (33, 4),
    (49, 4),
    (65, 5),
    (97, 5),
    (129, 6),
    (193, 6),
    (257, 7),
    (385, 7),
    (513, 8),
    (769, 8),
    (1025, 9),
    (1537, 9),
    (2049, 10),
    (3073, 10),
    (4097, 11),
    (6145, 11),
    (8193, 12),
    (12_289, 12),
    (16_385, 13),
    (24_577, 13),
];

/// `bytes` as a gzip file without a name or a time.
pub(super) fn compress(bytes: &[u8]) -> Vec<u8> {
    let mut out = Bits {
        bytes: vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff],
        held: 0,
        count: 0,
    };
    // The only block, with the fixed codes.
    out.push(1, 1);
    out.push(1, 2);
    deflate(bytes, &mut out);
    out.symbol(256);
    let mut file = out.finish();
    file.extend_from_slice(&crc32(bytes).to_le_bytes());
    #[expect(
        clippy::cast_possible_truncation,
        reason = "gzip keeps the length modulo 2^32"
    )]
    let length = bytes.len() as u32;
    file.extend_from_slice(&length.to_le_bytes());
    file
}

fn deflate(bytes: &[u8], out: &mut Bits) {
    let mut last_seen = vec![usize::MAX; 1 << 15];
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let found = bytes.get(at..at + SHORTEST).and_then(|three| {
            let slot = last_seen.get_mut(hash(three))?;
            let before = std::mem::replace(slot, at);
            let distance = at.checked_sub(before)?;
            let length = common(bytes, before, at);
            (distance <= WINDOW && length >= SHORTEST).then_some((length, distance))
        });
        match found {
            Some((length, distance)) => {
                out.repeat(length, distance);
                at += length;
            }
            None => {
                out.symbol(byte.into());
                at += 1;
            }
        }
    }
}

fn hash(three: &[u8]) -> usize {
    let code = three
        .iter()
        .fold(0_u32, |code, byte| (code << 8) | u32::from(*byte));
    (code.wrapping_mul(0x9e37_79b1) >> 17) as usize
}

fn common(bytes: &[u8], before: usize, at: usize) -> usize {
    let (a, b) = (bytes.get(before..), bytes.get(at..));
    let pairs = a.unwrap_or_default().iter().zip(b.unwrap_or_default());
    pairs.take(LONGEST).take_while(|(a, b)| a == b).count()
}

struct Bits {
    bytes: Vec<u8>,
    held: u64,
    count: u32,
}

impl Bits {
    /// Adds the low bits of `value`, the lowest first.
    fn push(&mut self, value: u32, count: u32) {
        self.held |= u64::from(value) << self.count;
        self.count += count;
        while self.count >= 8 {
            self.bytes.push(self.held.to_le_bytes()[0]);
            self.held >>= 8;
            self.count -= 8;
        }
    }

    /// Adds a code, its highest bit first.
    fn code(&mut self, code: u32, count: u32) {
        self.push(code.reverse_bits() >> (32 - count), count);
    }

    fn symbol(&mut self, symbol: u32) {
        match symbol {
            0..=143 => self.code(0x30 + symbol, 8),
            144..=255 => self.code(0x190 + symbol - 144, 9),
            256..=279 => self.code(symbol - 256, 7),
            _ => self.code(0xc0 + symbol - 280, 8),
        }
    }

    fn repeat(&mut self, length: usize, distance: usize) {
        let (code, rest, bits) = slot(&LENGTHS, length);
        self.symbol(257 + code);
        self.push(rest, bits);
        let (code, rest, bits) = slot(&DISTANCES, distance);
        self.code(code, 5);
        self.push(rest, bits);
    }

    fn finish(mut self) -> Vec<u8> {
        self.push(0, 7);
        self.bytes
    }
}

/// Number of the code that `value` falls into, what it exceeds its beginning by, and in how many bits.
fn slot(codes: &[(usize, u32)], value: usize) -> (u32, u32, u32) {
    let found = (0..)
        .zip(codes)
        .take_while(|(_, (begin, _))| *begin <= value)
        .last();
    let (code, &(begin, bits)) = found.unwrap_or((0, &(value, 0)));
    (code, u32::try_from(value - begin).unwrap_or_default(), bits)
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        let turn = |crc: u32, _| (crc >> 1) ^ (0xedb8_8320 & 0_u32.wrapping_sub(crc & 1));
        (0..8).fold(crc ^ u32::from(*byte), turn)
    };
    !bytes.iter().fold(u32::MAX, step)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Reads what [`compress`] writes, straight from RFC 1951.
    fn expand(file: &[u8]) -> Vec<u8> {
        let body = file.get(10..file.len() - 8).unwrap();
        let mut bits = body
            .iter()
            .flat_map(|byte| (0..8).map(move |bit| u32::from(byte >> bit & 1)));
        let mut take =
            |count: u32| (0..count).fold(0, |value, at| value | bits.next().unwrap() << at);
        assert_eq!((take(1), take(2)), (1, 1));
        let mut out = Vec::new();
        loop {
            let mut code = (0..7).fold(0, |code, _| code << 1 | take(1));
            let symbol = if code < 0x18 {
                256 + code
            } else {
                code = code << 1 | take(1);
                match code {
                    0x30..=0xbf => code - 0x30,
                    0xc0..=0xc7 => code - 0xc0 + 280,
                    _ => (code << 1 | take(1)) - 0x190 + 144,
                }
            };
            match symbol {
                256 => return out,
                0..=255 => out.push(u8::try_from(symbol).unwrap()),
                _ => {
                    let (begin, more) = LENGTHS[symbol as usize - 257];
                    let length = begin + take(more) as usize;
                    let code = (0..5).fold(0, |code, _| code << 1 | take(1));
                    let (begin, more) = DISTANCES[code as usize];
                    let distance = begin + take(more) as usize;
                    for _ in 0..length {
                        out.push(out[out.len() - distance]);
                    }
                }
            }
        }
    }

    #[test]
    fn sums_are_those_of_the_standard() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        let file = compress(b"123456789");
        assert_eq!(
            file.get(file.len() - 8..).unwrap(),
            [0x26, 0x39, 0xf4, 0xcb, 9, 0, 0, 0]
        );
    }

    #[test]
    fn repeats_are_found() {
        let text = r#"{"name":"door","state":"shut"},"#.repeat(1_000);
        let file = compress(text.as_bytes());
        assert_eq!(expand(&file), text.as_bytes());
        assert!(
            file.len() < text.len() / 50,
            "{} of {}",
            file.len(),
            text.len()
        );
    }

    proptest! {
        #[test]
        fn what_was_compressed_comes_back(
            words in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..40), 1..8),
            picks in prop::collection::vec(any::<prop::sample::Index>(), 0..200),
        ) {
            let bytes: Vec<u8> = picks.iter().flat_map(|pick| pick.get(&words).clone()).collect();
            prop_assert_eq!(expand(&compress(&bytes)), bytes);
        }
    }
}
