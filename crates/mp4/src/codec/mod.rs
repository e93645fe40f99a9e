//! What a track's codec is, and what the producer says of it.

pub(crate) mod aac;
mod bits;
pub(crate) mod nal;
pub(crate) mod pcm;
pub(crate) mod sps;

use kvs_mkv::{Track, TrackKind};

use self::aac::AudioConfig;
use self::nal::Nal;
use self::pcm::Pcm;
use crate::Problem;

/// A codec that the service carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Codec {
    Avc(Nal),
    Hevc(Nal),
    /// A picture a frame.
    Jpeg,
    Aac(AudioConfig),
    Pcm(Pcm),
}

impl Codec {
    pub(crate) fn of(track: &Track) -> Result<Self, Problem> {
        if track.is_encoded() {
            return Err(Problem::Encoded);
        }
        let private = track.codec_private.as_ref();
        let needed = || private.ok_or(Problem::NoPrivateData);
        let audio = match &track.kind {
            TrackKind::Audio(audio) => Some(audio),
            _ => None,
        };
        let pcm = |float, big_endian| {
            let audio = audio.ok_or(Problem::Audio)?;
            Pcm::of(audio, float, big_endian).map(Self::Pcm)
        };
        match track.codec_id.as_str() {
            "V_MPEG4/ISO/AVC" => nal::avc(needed()?).map(Self::Avc),
            "V_MPEGH/ISO/HEVC" => nal::hevc(needed()?).map(Self::Hevc),
            "V_MJPEG" => Ok(Self::Jpeg),
            "V_MS/VFW/FOURCC" if four_cc(needed()?) == Some(b"MJPG") => Ok(Self::Jpeg),
            "A_PCM/INT/LIT" => pcm(false, false),
            "A_PCM/INT/BIG" => pcm(false, true),
            "A_PCM/FLOAT/IEEE" => pcm(true, false),
            "A_MS/ACM" => pcm::wave_format(needed()?).map(Self::Pcm),
            id if id == "A_AAC" || id.starts_with("A_AAC/") => match private {
                Some(config) => AudioConfig::parse(config),
                None => AudioConfig::of(audio.ok_or(Problem::Audio)?),
            }
            .map(Self::Aac),
            _ => Err(Problem::Codec),
        }
    }

    /// Samples a second, for sound.
    pub(crate) fn rate(&self) -> Option<u32> {
        match self {
            Self::Avc(_) | Self::Hevc(_) | Self::Jpeg => None,
            Self::Aac(config) => Some(config.rate),
            Self::Pcm(pcm) => Some(pcm.rate),
        }
    }

    /// Samples that a frame of sound lasts, which has so many bytes.
    pub(crate) fn samples(&self, bytes: u64) -> Option<u32> {
        match self {
            Self::Avc(_) | Self::Hevc(_) | Self::Jpeg => None,
            Self::Aac(config) => Some(config.frame_samples),
            Self::Pcm(pcm) => {
                let block = u64::try_from(pcm.block()).ok()?;
                u32::try_from(bytes.checked_div(block)?).ok()
            }
        }
    }

    /// What RFC 6381 calls it; `None` where the private data does not tell.
    pub(crate) fn name(&self) -> Option<String> {
        match self {
            Self::Avc(nal) => nal.avc_name(),
            Self::Hevc(nal) => nal.hevc_name(),
            Self::Jpeg => Some("mp4v.6C".to_owned()),
            Self::Aac(config) => Some(format!("mp4a.40.{}", config.object_type)),
            Self::Pcm(pcm) => Some(pcm.name().to_owned()),
        }
    }

    pub(crate) fn is_video(&self) -> bool {
        matches!(self, Self::Avc(_) | Self::Hevc(_) | Self::Jpeg)
    }
}

/// What a BITMAPINFOHEADER says of its compression.
fn four_cc(private: &[u8]) -> Option<&[u8; 4]> {
    private.get(16..)?.first_chunk()
}
