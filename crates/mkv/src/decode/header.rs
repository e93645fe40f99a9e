//! Info and Tracks.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;

use super::encoding::{stripped_prefix, without_encodings};
use crate::ebml::children::{Child, Children, Malformed, text, with_sizes};
use crate::ebml::{id, parse_unsigned};
use crate::track::{Audio, Track, TrackKind, Video};

/// Nanoseconds of a tick, where Info says so.
pub(super) fn timestamp_scale(payload: &Bytes) -> Result<Option<u64>, Malformed> {
    let mut scale = None;
    for child in Children::of(payload) {
        let Child { id, payload, .. } = child?;
        if id == id::TIMESTAMP_SCALE {
            let ticks = unsigned(&payload)?;
            scale = Some(ticks).filter(|ticks| *ticks > 0);
            scale.ok_or(Malformed)?;
        }
    }
    Ok(scale)
}

/// The tracks, and what header stripping took from the frames of some of them.
#[derive(Debug, Clone)]
pub(super) struct Tracks {
    pub(super) list: Arc<[Track]>,
    prefixes: BTreeMap<u64, Bytes>,
}

impl Default for Tracks {
    fn default() -> Self {
        Self {
            list: Arc::from([]),
            prefixes: BTreeMap::new(),
        }
    }
}

impl Tracks {
    pub(super) fn parse(payload: &Bytes) -> Result<Self, Malformed> {
        let mut list = Vec::new();
        let mut prefixes = BTreeMap::new();
        for child in Children::of(payload) {
            let Child { id, payload, .. } = child?;
            if id != id::TRACK_ENTRY {
                continue;
            }
            let (track, prefix) = track(&payload)?;
            if let Some(prefix) = prefix {
                prefixes.insert(track.number, prefix);
            }
            list.push(track);
        }
        Ok(Self {
            list: list.into(),
            prefixes,
        })
    }

    /// What all frames of a track begin with, where they came without it.
    pub(super) fn stripped(&self, number: u64) -> Option<&Bytes> {
        self.prefixes.get(&number)
    }

    /// Whether any frames came without their beginning.
    #[inline]
    pub(super) fn are_stripped(&self) -> bool {
        !self.prefixes.is_empty()
    }

    pub(super) fn default_duration(&self, number: u64) -> Option<u64> {
        let track = self.list.iter().find(|track| track.number == number)?;
        track.default_duration
    }
}

fn track(entry: &Bytes) -> Result<(Track, Option<Bytes>), Malformed> {
    let mut track = Track {
        number: 0,
        uid: 0,
        kind: TrackKind::Other(0),
        codec_id: String::new(),
        codec_private: None,
        name: None,
        default_duration: None,
        entry: with_sizes(entry),
    };
    let mut kind = 0;
    let mut video = Video::default();
    let mut audio = Audio {
        sampling_rate_millihertz: 8_000_000,
        channels: 1,
        bit_depth: None,
    };
    let mut prefix = None;
    for child in Children::of(entry) {
        let Child { id, payload, .. } = child?;
        match id {
            id::TRACK_NUMBER => track.number = unsigned(&payload)?,
            id::TRACK_UID => track.uid = unsigned(&payload)?,
            id::TRACK_TYPE => kind = unsigned(&payload)?,
            id::CODEC_ID => track.codec_id = text(&payload),
            id::CODEC_PRIVATE => track.codec_private = Some(payload),
            id::NAME => track.name = Some(text(&payload)),
            id::DEFAULT_DURATION => {
                track.default_duration = Some(unsigned(&payload)?).filter(|nanos| *nanos > 0);
            }
            id::VIDEO => read_video(&payload, &mut video)?,
            id::AUDIO => read_audio(&payload, &mut audio)?,
            id::CONTENT_ENCODINGS => prefix = stripped_prefix(&payload)?,
            _ => {}
        }
    }
    if track.number == 0 {
        return Err(Malformed);
    }
    track.kind = match kind {
        1 => TrackKind::Video(video),
        2 => TrackKind::Audio(audio),
        other => TrackKind::Other(other),
    };
    if prefix.is_some() {
        track.entry = without_encodings(&track.entry);
    }
    Ok((track, prefix))
}

fn read_video(payload: &Bytes, video: &mut Video) -> Result<(), Malformed> {
    for child in Children::of(payload) {
        let Child { id, payload, .. } = child?;
        match id {
            id::PIXEL_WIDTH => video.width = unsigned(&payload)?,
            id::PIXEL_HEIGHT => video.height = unsigned(&payload)?,
            _ => {}
        }
    }
    Ok(())
}

fn read_audio(payload: &Bytes, audio: &mut Audio) -> Result<(), Malformed> {
    for child in Children::of(payload) {
        let Child { id, payload, .. } = child?;
        match id {
            id::SAMPLING_FREQUENCY => {
                audio.sampling_rate_millihertz = thousandths(&payload).ok_or(Malformed)?;
            }
            id::CHANNELS => audio.channels = unsigned(&payload)?,
            id::BIT_DEPTH => audio.bit_depth = Some(unsigned(&payload)?),
            _ => {}
        }
    }
    Ok(())
}

fn unsigned(payload: &[u8]) -> Result<u64, Malformed> {
    parse_unsigned(payload).ok_or(Malformed)
}

/// A big-endian float in thousandths, rounded: exact where a cast would be a guess.
fn thousandths(payload: &[u8]) -> Option<u64> {
    let value = match *payload {
        [] => 0.0,
        [a, b, c, d] => f64::from(f32::from_be_bytes([a, b, c, d])),
        _ => f64::from_be_bytes(payload.try_into().ok()?),
    };
    if !value.is_finite() || value.is_sign_negative() {
        return None;
    }
    // 2^-1075 times the mantissa times 2^exponent; what is tiny rounds to nothing.
    let bits = value.to_bits();
    let exponent = bits >> 52;
    let mantissa = u128::from((bits & ((1 << 52) - 1)) | (1 << 52)).saturating_mul(1000);
    let shift = u32::try_from(exponent).ok()?.abs_diff(1075);
    let rounded = if exponent >= 1075 {
        mantissa.checked_shl(shift).filter(|_| shift < 64)?
    } else {
        let half = 1_u128.checked_shl(shift.saturating_sub(1)).unwrap_or(0);
        mantissa
            .saturating_add(half)
            .checked_shr(shift)
            .unwrap_or_default()
    };
    u64::try_from(rounded).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::build::element;

    fn entry(children: &[Vec<u8>]) -> Bytes {
        element(id::TRACK_ENTRY, &children.concat()).into()
    }

    #[test]
    fn rates_are_exact_on_four_and_eight_bytes() {
        let rates = [
            (48_000.0, 48_000_000),
            (44_100.0, 44_100_000),
            (11_025.0, 11_025_000),
            (22_050.5, 22_050_500),
            (0.0, 0),
            (0.000_5, 1),
            (0.000_4, 0),
            (1e12, 1_000_000_000_000_000),
        ];
        for (rate, expected) in rates {
            assert_eq!(
                thousandths(&f64::to_be_bytes(rate)),
                Some(expected),
                "{rate}"
            );
        }
        assert_eq!(thousandths(&f32::to_be_bytes(48_000.0)), Some(48_000_000));
        assert_eq!(thousandths(&f32::to_be_bytes(8_000.5)), Some(8_000_500));
        assert_eq!(thousandths(&[]), Some(0));
        assert_eq!(thousandths(&f64::MIN_POSITIVE.to_be_bytes()), Some(0));
    }

    #[test]
    fn what_is_no_rate_is_refused() {
        for rate in [f64::NAN, f64::INFINITY, -1.0, 1e300, 2e16] {
            assert_eq!(thousandths(&rate.to_be_bytes()), None, "{rate}");
        }
        assert_eq!(thousandths(&[0; 3]), None);
    }

    #[test]
    fn a_track_says_what_it_is() {
        let video = [
            element(id::TRACK_NUMBER, &[1]),
            element(id::TRACK_UID, &[1, 0]),
            element(id::TRACK_TYPE, &[1]),
            element(id::CODEC_ID, b"V_MPEG4/ISO/AVC\0\0"),
            element(id::CODEC_PRIVATE, b"private"),
            element(id::NAME, b"door"),
            element(id::DEFAULT_DURATION, &[0x02, 0x62, 0x5A, 0x00]),
            element(
                id::VIDEO,
                &[
                    element(id::PIXEL_WIDTH, &[0x02, 0x80]),
                    element(id::PIXEL_HEIGHT, &[0x01, 0xE0]),
                ]
                .concat(),
            ),
        ];
        let sound = [
            element(id::TRACK_NUMBER, &[2]),
            element(id::TRACK_TYPE, &[2]),
            element(id::AUDIO, &element(id::CHANNELS, &[2])),
        ];
        let other = [
            element(id::TRACK_NUMBER, &[3]),
            element(id::TRACK_TYPE, &[0x11]),
        ];
        let payload = [entry(&video), entry(&sound), entry(&other)].concat();
        let tracks = Tracks::parse(&payload.into()).unwrap();
        let [video_track, sound, other] = &tracks.list[..] else {
            panic!("{tracks:?}");
        };
        let expected = Track {
            number: 1,
            uid: 256,
            kind: TrackKind::Video(Video {
                width: 640,
                height: 480,
            }),
            codec_id: "V_MPEG4/ISO/AVC".into(),
            codec_private: Some(Bytes::from_static(b"private")),
            name: Some("door".into()),
            default_duration: Some(40_000_000),
            entry: video.concat().into(),
        };
        assert_eq!(*video_track, expected);
        let stereo = Audio {
            sampling_rate_millihertz: 8_000_000,
            channels: 2,
            bit_depth: None,
        };
        assert_eq!(sound.kind, TrackKind::Audio(stereo));
        assert_eq!(other.kind, TrackKind::Other(0x11));
        assert_eq!(tracks.default_duration(1), Some(40_000_000));
        assert_eq!(tracks.default_duration(2), None);
    }

    #[test]
    fn what_header_stripping_leaves_is_encoded() {
        let encoding = |kind: u8, algorithm: u8| {
            let compression = element(id::CONTENT_COMP_ALGO, &[algorithm]);
            let children = [
                element(id::CONTENT_ENCODING_TYPE, &[kind]),
                element(id::CONTENT_COMPRESSION, &compression),
            ];
            let encoding = element(id::CONTENT_ENCODING, &children.concat());
            element(id::CONTENT_ENCODINGS, &encoding)
        };
        let is_encoded = |encodings: Vec<u8>| {
            let entry = entry(&[element(id::TRACK_NUMBER, &[1]), encodings]);
            let tracks = Tracks::parse(&entry).unwrap();
            tracks.list.iter().all(Track::is_encoded)
        };
        let [nothing, stripping, zlib, encryption] =
            [Vec::new(), encoding(0, 3), encoding(0, 0), encoding(1, 3)];
        assert_eq!(
            [nothing, stripping, zlib, encryption].map(is_encoded),
            [false, false, true, true]
        );
    }

    #[test]
    fn a_track_without_a_number_is_malformed() {
        for number in [Vec::new(), element(id::TRACK_NUMBER, &[0])] {
            assert!(Tracks::parse(&entry(&[number])).is_err());
        }
    }

    #[test]
    fn a_scale_of_zero_is_malformed() {
        let scale = |bytes: &[u8]| timestamp_scale(&element(id::TIMESTAMP_SCALE, bytes).into());
        assert_eq!(scale(&[1, 0]), Ok(Some(256)));
        assert_eq!(scale(&[0]), Err(Malformed));
        assert_eq!(timestamp_scale(&Bytes::new()), Ok(None));
    }
}
