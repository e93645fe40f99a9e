//! The AudioSpecificConfig of AAC (ISO/IEC 14496-3).

use bytes::Bytes;
use kvs_mkv::Audio;

use super::bits::Bits;
use crate::Problem;

/// Sampling rates by their index.
const RATES: [u32; 13] = [
    96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000,
    7_350,
];
const LOW_COMPLEXITY: u8 = 2;
/// Object types whose config names the type of the core behind it.
const EXTENSIONS: [u8; 2] = [5, 29];

/// What a decoder is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AudioConfig {
    /// The config as a decoder takes it.
    pub(crate) raw: Bytes,
    /// That of the core, whatever extends it.
    pub(crate) object_type: u8,
    /// Samples a second of the core.
    pub(crate) rate: u32,
    /// Channels, by the index that names layouts; 0 where the stream says it itself.
    pub(crate) channels: u8,
    /// Samples of a frame.
    pub(crate) frame_samples: u32,
}

impl AudioConfig {
    pub(crate) fn parse(raw: &Bytes) -> Result<Self, Problem> {
        Self::read(raw).ok_or(Problem::BadPrivateData)
    }

    fn read(raw: &Bytes) -> Option<Self> {
        let mut bits = Bits::new(raw);
        let mut object_type = bits.object_type()?;
        let rate = bits.rate()?;
        let channels = u8::try_from(bits.take(4)?).ok()?;
        if EXTENSIONS.contains(&object_type) {
            bits.rate()?;
            object_type = bits.object_type()?;
        }
        let is_short = bits.take(1)? == 1;
        Some(Self {
            raw: raw.clone(),
            object_type,
            rate,
            channels,
            frame_samples: if is_short { 960 } else { 1_024 },
        })
    }

    /// The config of a producer that sends none: the plainest that fits.
    pub(crate) fn of(audio: &Audio) -> Result<Self, Problem> {
        let rate = u32::try_from(audio.sampling_rate_millihertz / 1_000);
        let index = RATES.iter().position(|known| Ok(*known) == rate);
        let index = index.and_then(|index| u8::try_from(index).ok());
        let index = index.ok_or(Problem::Audio)?;
        let channels = u8::try_from(audio.channels).unwrap_or(0);
        if !(1..=7).contains(&channels) {
            return Err(Problem::Audio);
        }
        let first = LOW_COMPLEXITY << 3 | index >> 1;
        let second = (index & 1) << 7 | channels << 3;
        Self::parse(&Bytes::copy_from_slice(&[first, second]))
    }

    /// The head of ADTS before a frame of this many bytes.
    pub(crate) fn adts(&self, frame: usize) -> Result<[u8; 7], Problem> {
        const LONGEST: usize = 0x1FFF;
        let profile = self.object_type.wrapping_sub(1);
        let index = RATES.iter().position(|rate| *rate == self.rate);
        let index = index.and_then(|index| u8::try_from(index).ok());
        let (Some(index), 0..=3, 1..=7) = (index, profile, self.channels) else {
            return Err(Problem::Audio);
        };
        let length = frame.saturating_add(7);
        if length > LONGEST {
            return Err(Problem::Frame);
        }
        let [.., high, low] = length.to_be_bytes();
        Ok([
            0xFF,
            0xF1,
            profile << 6 | index << 2 | self.channels >> 2,
            self.channels << 6 | high >> 3,
            high << 5 | low >> 3,
            low << 5 | 0x1F,
            0xFC,
        ])
    }
}

impl Bits<'_> {
    fn object_type(&mut self) -> Option<u8> {
        let number = match self.take(5)? {
            31 => self.take(6)?.saturating_add(32),
            number => number,
        };
        u8::try_from(number).ok()
    }

    fn rate(&mut self) -> Option<u32> {
        let rate = match self.take(4)? {
            15 => self.take(24)?,
            index => *RATES.get(usize::try_from(index).ok()?)?,
        };
        (rate > 0).then_some(rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn configs_tell_the_core() {
        let plain = AudioConfig::parse(&Bytes::from_static(&[0x11, 0x90])).unwrap();
        assert_eq!(
            (plain.object_type, plain.rate, plain.channels),
            (2, 48_000, 2)
        );
        // HE-AAC: 24 kHz, extended to 48 kHz.
        let extended = AudioConfig::parse(&Bytes::from_static(&[0x2B, 0x11, 0x88, 0x00])).unwrap();
        assert_eq!(
            (extended.object_type, extended.rate, extended.channels),
            (2, 24_000, 2)
        );
        let short = AudioConfig::parse(&Bytes::from_static(&[0x11, 0x94])).unwrap();
        assert_eq!(short.frame_samples, 960);
        assert_eq!(
            AudioConfig::parse(&Bytes::from_static(&[0x11])),
            Err(Problem::BadPrivateData)
        );
    }

    #[test]
    fn a_missing_config_is_made_up_from_the_track() {
        let mut audio = Audio {
            sampling_rate_millihertz: 16_000_000,
            channels: 1,
            bit_depth: None,
        };
        let config = AudioConfig::of(&audio).unwrap();
        assert_eq!(config.raw, Bytes::from_static(&[0x14, 0x08]));
        audio.sampling_rate_millihertz = 12_345_000;
        assert_eq!(AudioConfig::of(&audio), Err(Problem::Audio));
    }

    #[test]
    fn heads_of_adts_count_themselves() {
        let config = AudioConfig::parse(&Bytes::from_static(&[0x11, 0x90])).unwrap();
        let head = config.adts(0x123).unwrap();
        assert_eq!(head, [0xFF, 0xF1, 0x4C, 0x80, 0x25, 0x5F, 0xFC]);
        assert_eq!(config.adts(0x2000), Err(Problem::Frame));
    }
}
