//! Sequence parameter sets of H.264 (ITU-T H.264, 7.3.2.1).

use super::bits::Bits;

/// Profiles whose sets tell how samples are stored.
const TOLD: [u8; 14] = [
    44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 139, 144, 244,
];
/// Colour planes that are as large as brightness, among formats of chroma.
const FULL_CHROMA: u8 = 3;
/// Samples have 14 bits at most.
const DEEPEST: u8 = 6;

/// How the samples of pictures are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SampleFormat {
    /// `chroma_format_idc`: 0 for grey, 1 for 4:2:0 and so on, two bits.
    pub(crate) chroma: u8,
    /// Bits of a sample of brightness past eight, three bits.
    pub(crate) luma_depth: u8,
    /// The same for colour.
    pub(crate) chroma_depth: u8,
}

/// Whether sets of this profile tell how samples are stored.
pub(crate) fn tells_format(profile: u8) -> bool {
    TOLD.contains(&profile)
}

/// What a set of such a profile tells; `None` where it is damaged.
pub(crate) fn sample_format(set: &[u8]) -> Option<SampleFormat> {
    // Behind the head of the unit, profile, constraints and level.
    let settings = without_emulation_prevention(set.get(4..)?);
    let mut bits = Bits::new(&settings);
    let _id = bits.exp_golomb()?;
    let chroma = number(&mut bits, FULL_CHROMA)?;
    if chroma == FULL_CHROMA {
        let _separate_planes = bits.take(1)?;
    }
    Some(SampleFormat {
        chroma,
        luma_depth: number(&mut bits, DEEPEST)?,
        chroma_depth: number(&mut bits, DEEPEST)?,
    })
}

fn number(bits: &mut Bits<'_>, most: u8) -> Option<u8> {
    let number = u8::try_from(bits.exp_golomb()?).ok()?;
    (number <= most).then_some(number)
}

/// A unit without the threes that keep two zeros from looking like a start code.
fn without_emulation_prevention(unit: &[u8]) -> Vec<u8> {
    let mut zeros = 0_u8;
    let is_kept = |byte: &u8| {
        let is_kept = zeros < 2 || *byte != 3;
        zeros = if *byte == 0 {
            zeros.saturating_add(1)
        } else {
            0
        };
        is_kept
    };
    unit.iter().copied().filter(is_kept).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_tell_how_samples_are_stored() {
        // As x264 writes them.
        let high_422 = [0x67, 0x7A, 0, 0x0A, 0xB6, 0xCB, 0x42, 0x13];
        let high_444 = [0x67, 0xF4, 0, 0x0A, 0x91, 0x96, 0x84, 0x26];
        let high_10 = [0x67, 0x6E, 0, 0x0A, 0xA6, 0xCB, 0x42, 0x13];
        let high = [0x67, 0x64, 0, 0x1E, 0xAC, 0xB1, 0x20, 0x50];
        for (set, format) in [
            (high_422, (2, 2, 2)),
            (high_444, (3, 0, 0)),
            (high_10, (1, 2, 2)),
            (high, (1, 0, 0)),
        ] {
            assert!(tells_format(set[1]));
            let found = sample_format(&set).unwrap();
            let found = (found.chroma, found.luma_depth, found.chroma_depth);
            assert_eq!(found, format, "{set:X?}");
            assert_eq!(sample_format(&set[..4]), None);
        }
        assert!(!tells_format(66) && !tells_format(77) && !tells_format(88));
    }

    #[test]
    fn what_no_set_may_tell_is_damage() {
        // An id of 0, then a format of chroma of 4, or depths of 7.
        assert_eq!(sample_format(&[0x67, 100, 0, 10, 0b1001_0111]), None);
        let deep = [0x67, 100, 0, 10, 0b1010_0001, 0b0000_0010, 0];
        assert_eq!(sample_format(&deep), None);
    }

    #[test]
    fn zeros_are_parted_by_threes() {
        let unit = [0, 0, 3, 1, 3, 0, 0, 3, 0, 0, 3, 3, 0, 3];
        let plain = [0, 0, 1, 3, 0, 0, 0, 0, 3, 0, 3];
        assert_eq!(without_emulation_prevention(&unit), plain);
    }
}
