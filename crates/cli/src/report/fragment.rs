//! What is told of a fragment that was decoded.

use std::time::Duration;

use kvs_archive::mkv::{Fragment, InBandError, State, Track, TrackKind};
use serde::Serialize;

use super::units::{BitRate, Count, Grouped, Length};
use super::{rfc3339, survey};

/// A fragment as a line of JSON.
#[derive(Debug, Serialize)]
pub(crate) struct FragmentLine<'a> {
    number: Option<&'a str>,
    server_timestamp: Option<String>,
    producer_timestamp: Option<String>,
    duration_ms: u64,
    bytes: u64,
    frames: usize,
    /// Of all tracks.
    keyframes: usize,
    /// Of pictures.
    #[serde(skip)]
    picture_keyframes: usize,
    tracks: Vec<TrackLine<'a>>,
    state: &'static str,
    error: Option<ErrorLine<'a>>,
}

#[derive(Debug, Serialize)]
struct TrackLine<'a> {
    number: u64,
    kind: &'static str,
    codec: &'a str,
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    width: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    height: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sampling_rate: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    channels: Option<u64>,
}

#[derive(Debug, Serialize)]
struct ErrorLine<'a> {
    code: Option<&'a str>,
    id: Option<u64>,
    message: Option<&'a str>,
}

impl<'a> From<&'a Fragment> for FragmentLine<'a> {
    fn from(fragment: &'a Fragment) -> Self {
        Self {
            number: fragment.number.as_ref().map(|number| number.as_str()),
            server_timestamp: fragment.server_timestamp.map(rfc3339),
            producer_timestamp: fragment.producer_timestamp.map(rfc3339),
            duration_ms: u64::try_from(survey::length(fragment) / 1_000_000).unwrap_or(0),
            bytes: bytes(fragment),
            frames: fragment.heads().count(),
            keyframes: keyframes(fragment, |_| true),
            picture_keyframes: keyframes(fragment, |track| is_picture(fragment, track)),
            tracks: fragment.tracks.iter().map(TrackLine::from).collect(),
            state: state(&fragment.state),
            error: match &fragment.state {
                State::Error(error) => Some(error.into()),
                _ => None,
            },
        }
    }
}

impl<'a> From<&'a Track> for TrackLine<'a> {
    fn from(track: &'a Track) -> Self {
        let line = Self {
            number: track.number,
            kind: "other",
            codec: &track.codec_id,
            name: track.name.as_deref(),
            width: None,
            height: None,
            sampling_rate: None,
            channels: None,
        };
        match &track.kind {
            TrackKind::Video(video) => Self {
                kind: "video",
                width: Some(video.width),
                height: Some(video.height),
                ..line
            },
            TrackKind::Audio(audio) => Self {
                kind: "audio",
                sampling_rate: Some(hertz(audio.sampling_rate_millihertz)),
                channels: Some(audio.channels),
                ..line
            },
            _ => line,
        }
    }
}

impl<'a> From<&'a InBandError> for ErrorLine<'a> {
    fn from(error: &'a InBandError) -> Self {
        Self {
            code: error.code.as_deref(),
            id: error.id,
            message: error.message.as_deref(),
        }
    }
}

impl FragmentLine<'_> {
    /// Number, time, length, bytes, bit rate, frames, keyframes and state, for a table.
    pub(crate) fn cells(&self) -> [String; 8] {
        let text = |text: Option<&str>| text.unwrap_or("-").to_owned();
        let length = Duration::from_millis(self.duration_ms);
        let rate = survey::bit_rate(self.bytes, i128::try_from(length.as_nanos()).unwrap_or(0));
        [
            text(self.number),
            text(self.producer_timestamp.as_deref()),
            Length(length).to_string(),
            Grouped(self.bytes).to_string(),
            rate.map_or("-".to_owned(), |rate| BitRate(rate).to_string()),
            self.frames.to_string(),
            self.picture_keyframes.to_string(),
            self.state_in_words(),
        ]
    }

    fn state_in_words(&self) -> String {
        let Some(error) = &self.error else {
            return self.state.to_owned();
        };
        let id = error.id.map(|id| id.to_string());
        let words = [error.code, id.as_deref(), error.message];
        let words: Vec<&str> = words.into_iter().flatten().collect();
        crate::exit::one_line(&format!("error: {}", words.join(" ")))
    }
}

/// Bytes of a fragment, of which this may be a part.
pub(super) fn bytes(fragment: &Fragment) -> u64 {
    let part = fragment.part.as_ref();
    part.map_or(fragment.bytes, |part| part.bytes)
}

/// How many frames of some tracks decoding can begin at.
fn keyframes(fragment: &Fragment, of: impl Fn(u64) -> bool) -> usize {
    let heads = fragment.heads();
    heads.filter(|head| head.keyframe && of(head.track)).count()
}

fn is_picture(fragment: &Fragment, number: u64) -> bool {
    let track = fragment.tracks.iter().find(|track| track.number == number);
    track.is_some_and(|track| matches!(track.kind, TrackKind::Video(_)))
}

fn state(state: &State) -> &'static str {
    match state {
        State::Complete => "complete",
        State::Truncated => "truncated",
        State::Empty => "empty",
        State::Error(_) => "error",
        _ => "unknown",
    }
}

#[expect(clippy::cast_precision_loss, reason = "no sampling rate needs 53 bits")]
fn hertz(millihertz: u64) -> f64 {
    millihertz as f64 / 1_000.0
}

/// Tracks in a line: codecs, sizes and rates.
pub(crate) fn describe(tracks: &[Track]) -> String {
    if tracks.is_empty() {
        return "tracks: none".to_owned();
    }
    let each = tracks.iter().map(|track| {
        let codec = match track.codec_id.as_str() {
            "" => "no codec",
            codec => codec,
        };
        let what = match &track.kind {
            TrackKind::Video(video) => format!(" {}x{}", video.width, video.height),
            TrackKind::Audio(audio) => format!(
                " {} Hz, {}",
                hertz(audio.sampling_rate_millihertz),
                Count(audio.channels, "channel")
            ),
            _ => String::new(),
        };
        format!("{} {codec}{what}", track.number)
    });
    crate::exit::one_line(&format!("tracks: {}", each.collect::<Vec<_>>().join("; ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use kvs_archive::mkv::{Bytes, Fragments, payload};
    use serde_json::json;

    #[test]
    fn an_error_is_told_in_full() {
        let error = InBandError {
            code: Some("FRAGMENT_NOT_FOUND".to_owned()),
            id: Some(3000),
            message: None,
        };
        let mut decoder = Fragments::new();
        let bytes = payload::error(&"0123".parse().unwrap(), &error).concat();
        decoder.push(Bytes::from(bytes));
        decoder.finish();
        let fragment = decoder.next_fragment().unwrap().unwrap();
        let line = FragmentLine::from(&fragment);
        assert_eq!(
            serde_json::to_value(&line).unwrap(),
            json!({
                "number": "0123", "server_timestamp": null, "producer_timestamp": null,
                "duration_ms": 0, "bytes": fragment.bytes, "frames": 0, "keyframes": 0, "tracks": [],
                "state": "error",
                "error": {"code": "FRAGMENT_NOT_FOUND", "id": 3000, "message": null},
            })
        );
        assert_eq!(line.cells()[7], "error: FRAGMENT_NOT_FOUND 3000");
        assert_eq!(describe(&fragment.tracks), "tracks: none");
    }
}
