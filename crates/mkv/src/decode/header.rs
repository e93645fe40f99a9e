//! Info and Tracks.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;

use super::encoding::{stripped_prefix, without_encodings};
use crate::ebml::children::{Child, Children, Malformed, text};
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

    /// A frame with what header stripping took from it.
    pub(super) fn restore(&self, number: u64, data: Bytes) -> Bytes {
        match self.prefixes.get(&number) {
            Some(prefix) => [&prefix[..], &data[..]].concat().into(),
            None => data,
        }
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
        entry: entry.clone(),
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
        track.entry = without_encodings(entry);
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
    // 2^-1075 times the mantissa times 2^exponent; what is denormal rounds to nothing.
    let bits = value.to_bits();
    let exponent = bits >> 52;
    let mantissa = u128::from((bits & ((1 << 52) - 1)) | (1 << 52)).saturating_mul(1000);
    let shift = u32::try_from(exponent).ok()?.abs_diff(1075);
    let rounded = if exponent >= 1075 {
        mantissa.checked_shl(shift).filter(|_| shift < 64)?
    } else {
        let half = 1_u128.checked_shl(shift.saturating_sub(1))?;
        mantissa
            .saturating_add(half)
            .checked_shr(shift)
            .unwrap_or_default()
    };
    u64::try_from(rounded).ok()
}
