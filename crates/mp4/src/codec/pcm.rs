//! Sound that is not compressed, or by a table alone.

use bytes::Bytes;
use kvs_mkv::Audio;

use crate::Problem;

/// How samples are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Samples {
    ALaw,
    MuLaw,
    /// Signed, but for those of eight bits.
    Integers {
        big_endian: bool,
    },
    Floats {
        big_endian: bool,
    },
}

/// A track of samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pcm {
    pub(crate) samples: Samples,
    /// Samples a second.
    pub(crate) rate: u32,
    pub(crate) channels: u16,
    /// Bytes of one sample of one channel.
    pub(crate) width: u16,
}

/// Numbers of WAVEFORMATEX.
pub(crate) const PCM: u16 = 1;
pub(crate) const FLOAT: u16 = 3;
pub(crate) const A_LAW: u16 = 6;
pub(crate) const MU_LAW: u16 = 7;
const EXTENSIBLE: u16 = 0xFFFE;

impl Pcm {
    /// The name of its sample description.
    pub(crate) fn name(self) -> &'static str {
        match self.samples {
            Samples::ALaw => "alaw",
            Samples::MuLaw => "ulaw",
            Samples::Integers { .. } => "ipcm",
            Samples::Floats { .. } => "fpcm",
        }
    }

    /// By the settings of the track alone.
    pub(crate) fn of(audio: &Audio, float: bool, big_endian: bool) -> Result<Self, Problem> {
        let samples = if float {
            Samples::Floats { big_endian }
        } else {
            Samples::Integers { big_endian }
        };
        let rate = audio.sampling_rate_millihertz / 1_000;
        Self::checked(
            samples,
            u32::try_from(rate).map_err(|_| Problem::Audio)?,
            u16::try_from(audio.channels).map_err(|_| Problem::Audio)?,
            audio.bit_depth.unwrap_or(if float { 32 } else { 16 }),
        )
    }

    fn checked(samples: Samples, rate: u32, channels: u16, bits: u64) -> Result<Self, Problem> {
        let width = match (samples, bits) {
            (Samples::ALaw | Samples::MuLaw, 8) => 1,
            (Samples::Integers { .. }, 8) => 1,
            (Samples::Integers { .. }, 16) => 2,
            (Samples::Integers { .. }, 24) => 3,
            (Samples::Integers { .. } | Samples::Floats { .. }, 32) => 4,
            (Samples::Floats { .. }, 64) => 8,
            _ => return Err(Problem::Audio),
        };
        if rate == 0 || channels == 0 {
            return Err(Problem::Audio);
        }
        Ok(Self {
            samples,
            rate,
            channels,
            width,
        })
    }

    /// Bytes of one sample of all channels; never 0.
    pub(crate) fn block(&self) -> usize {
        usize::from(self.channels)
            .saturating_mul(usize::from(self.width))
            .max(1)
    }

    /// Of what silence is made.
    pub(crate) fn silence(&self) -> u8 {
        match self.samples {
            Samples::ALaw => 0xD5,
            Samples::MuLaw => 0xFF,
            Samples::Integers { .. } if self.width == 1 => 0x80,
            Samples::Integers { .. } | Samples::Floats { .. } => 0,
        }
    }

    /// Whether samples are stored with their first byte first.
    pub(crate) fn is_big_endian(&self) -> bool {
        matches!(
            self.samples,
            Samples::Integers { big_endian: true } | Samples::Floats { big_endian: true }
        )
    }

    /// The samples with their last byte first.
    pub(crate) fn little_endian(&self, data: &Bytes) -> Bytes {
        if !self.is_big_endian() || self.width == 1 {
            return data.clone();
        }
        let samples = data.chunks(usize::from(self.width));
        samples
            .flat_map(|sample| sample.iter().rev().copied())
            .collect()
    }

    /// The samples as an MP4 has them: all integers are signed there.
    pub(crate) fn signed(&self, data: &Bytes) -> Bytes {
        match self.samples {
            Samples::Integers { .. } if self.width == 1 => {
                data.iter().map(|sample| sample ^ 0x80).collect()
            }
            _ => data.clone(),
        }
    }
}

/// Reads a WAVEFORMATEX.
pub(crate) fn wave_format(private: &[u8]) -> Result<Pcm, Problem> {
    let word = |at: usize| {
        let bytes = private.get(at..)?.first_chunk()?;
        Some(u16::from_le_bytes(*bytes))
    };
    let fields = || {
        let rate = u32::from_le_bytes(*private.get(4..)?.first_chunk()?);
        let format = match word(0)? {
            EXTENSIBLE => word(24)?,
            format => format,
        };
        Some((format, word(2)?, rate, word(14)?))
    };
    let (format, channels, rate, bits) = fields().ok_or(Problem::BadPrivateData)?;
    let samples = match format {
        PCM => Samples::Integers { big_endian: false },
        FLOAT => Samples::Floats { big_endian: false },
        A_LAW => Samples::ALaw,
        MU_LAW => Samples::MuLaw,
        _ => return Err(Problem::Codec),
    };
    Pcm::checked(samples, rate, channels, u64::from(bits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wave_formats_name_the_law() {
        let mut format = vec![6, 0, 2, 0, 0x40, 0x1F, 0, 0, 0x80, 0x3E, 0, 0, 2, 0, 8, 0];
        let pcm = wave_format(&format).unwrap();
        assert_eq!(
            (pcm.samples, pcm.rate, pcm.channels, pcm.block()),
            (Samples::ALaw, 8_000, 2, 2)
        );
        format[0] = 0x11;
        assert_eq!(wave_format(&format), Err(Problem::Codec));
        assert_eq!(wave_format(&format[..15]), Err(Problem::BadPrivateData));
    }

    #[test]
    fn bytes_are_turned_where_they_must_be() {
        let audio = |bits| Audio {
            sampling_rate_millihertz: 8_000_000,
            channels: 1,
            bit_depth: Some(bits),
        };
        let big = Pcm::of(&audio(24), false, true).unwrap();
        let data = Bytes::from_static(&[1, 2, 3, 4, 5, 6]);
        assert_eq!(
            big.little_endian(&data),
            Bytes::from_static(&[3, 2, 1, 6, 5, 4])
        );
        let eight = Pcm::of(&audio(8), false, false).unwrap();
        assert_eq!(
            eight.signed(&Bytes::from_static(&[0x80, 0xFF])),
            Bytes::from_static(&[0, 0x7F])
        );
        assert_eq!(Pcm::of(&audio(12), false, false), Err(Problem::Audio));
    }
}
