//! MD5, for the header `Content-MD5`: a check against accidents, not against attackers.

const SHIFTS: [[u32; 4]; 4] = [
    [7, 12, 17, 22],
    [5, 9, 14, 20],
    [4, 11, 16, 23],
    [6, 10, 15, 21],
];

/// The MD5 sum of `bytes`.
pub(super) fn sum(bytes: &[u8]) -> [u8; 16] {
    let mut state = [0x6745_2301_u32, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];
    let mut padded = bytes.to_vec();
    padded.push(0x80);
    while padded.len() % 64 != 56 {
        padded.push(0);
    }
    let bits = (bytes.len() as u64).wrapping_mul(8);
    padded.extend_from_slice(&bits.to_le_bytes());
    for block in padded.chunks_exact(64) {
        add_block(&mut state, block);
    }
    let mut sum = [0; 16];
    for (to, word) in sum.chunks_exact_mut(4).zip(state) {
        to.copy_from_slice(&word.to_le_bytes());
    }
    sum
}

fn add_block(state: &mut [u32; 4], block: &[u8]) {
    let word = |at: u32| {
        let at = at as usize * 4;
        let bytes = block
            .get(at..at + 4)
            .and_then(|bytes| bytes.try_into().ok());
        u32::from_le_bytes(bytes.unwrap_or_default())
    };
    let [mut a, mut b, mut c, mut d] = *state;
    for (step, constant) in (0..64_u32).zip(constants()) {
        let (mixed, at) = match step / 16 {
            0 => ((b & c) | (!b & d), step),
            1 => ((d & b) | (!d & c), 5 * step + 1),
            2 => (b ^ c ^ d, 3 * step + 5),
            _ => (c ^ (b | !d), 7 * step),
        };
        let shifts = SHIFTS.get(step as usize / 16);
        let shift = shifts
            .and_then(|shifts| shifts.get(step as usize % 4))
            .copied();
        let turned = a
            .wrapping_add(mixed)
            .wrapping_add(constant)
            .wrapping_add(word(at % 16));
        a = d;
        d = c;
        c = b;
        b = b.wrapping_add(turned.rotate_left(shift.unwrap_or_default()));
    }
    for (word, add) in state.iter_mut().zip([a, b, c, d]) {
        *word = word.wrapping_add(add);
    }
}

/// The first 32 bits behind the point of |sin 1|, |sin 2| and so on.
fn constants() -> impl Iterator<Item = u32> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a fraction of 2^32 is less than 2^32"
    )]
    (1..=64_u32).map(|n| (f64::from(n).sin().abs() * 4_294_967_296.0) as u32)
}

#[cfg(test)]
mod tests {
    #[test]
    fn sums_of_the_standard() {
        let hex = |text: &str| -> String {
            super::sum(text.as_bytes())
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect()
        };
        assert_eq!(hex(""), "d41d8cd98f00b204e9800998ecf8427e");
        assert_eq!(hex("message digest"), "f96b697d7cb7938d525a2f31aaf161d0");
        let digits = "1234567890".repeat(8);
        assert_eq!(hex(&digits), "57edf4a22be3c955ac49da2e2107b67a");
    }
}
