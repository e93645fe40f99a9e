//! What can be played: for clips and playback sessions.

use http::StatusCode;
use kvs_api::protocol::Timestamp;
use kvs_mkv::{Track, TrackKind};
use kvs_mp4::{Problem, WriteError};

use super::range::Range;
use crate::entry::Entry;
use crate::recording::Recorded;
use crate::refusal::Refusal;

/// What is made of fragments; each takes other sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Playable {
    Clip,
    Dash,
    Hls,
}

/// The fragments in a range that have frames, by their time. Of those that begin at one time by the
/// producer's clock, the first is used.
pub(crate) fn fragments<'a>(entry: &'a Entry, range: &Range, now: Timestamp) -> Vec<Recorded<'a>> {
    let stored = entry.stored(now);
    let mut found: Vec<Recorded<'_>> = stored
        .filter(|recorded| range.holds(recorded) && recorded.has_frames())
        .collect();
    found.sort_by_key(|recorded| range.time(recorded));
    if !range.by_server {
        found.dedup_by_key(|recorded| range.time(recorded));
    }
    found
}

/// Refuses tracks that the service would not play.
pub(crate) fn check_tracks(found: &[Recorded<'_>], of: Playable) -> Result<(), Refusal> {
    let first = found.first().ok_or_else(|| {
        Refusal::not_found("No fragments found in the stream for the given range.")
    })?;
    let tracks = first.tracks();
    let is_allowed = match tracks {
        [video] if is_video(video) => true,
        [video, sound] => is_video(video) && is_sound(sound, of),
        [sound] => of == Playable::Hls && is_sound(sound, of),
        _ => false,
    };
    if is_allowed {
        return Ok(());
    }
    let codecs: Vec<&str> = tracks.iter().map(|track| track.codec_id.as_str()).collect();
    Err(unsupported(format!(
        "The tracks {} are not supported by this operation.",
        codecs.join(", ")
    )))
}

fn is_video(track: &Track) -> bool {
    matches!(track.kind, TrackKind::Video(_))
        && ["V_MPEG4/ISO/AVC", "V_MPEGH/ISO/HEVC"].contains(&track.codec_id.as_str())
}

fn is_sound(track: &Track, of: Playable) -> bool {
    let is_aac = track.codec_id == "A_AAC" || track.codec_id.starts_with("A_AAC/");
    is_aac || (track.codec_id == "A_MS/ACM" && of != Playable::Hls)
}

fn unsupported(message: impl Into<String>) -> Refusal {
    bad_media("UnsupportedStreamMediaTypeException", message)
}

fn bad_media(code: &'static str, message: impl Into<String>) -> Refusal {
    Refusal::modelled(StatusCode::BAD_REQUEST, code, message)
}

/// What the service says where media cannot be written.
pub(crate) fn refusal(error: WriteError) -> Refusal {
    let message = format!("{error}.");
    match error {
        WriteError::Track { problem, .. } => match problem {
            Problem::NoPrivateData => bad_media("MissingCodecPrivateDataException", message),
            Problem::BadPrivateData => bad_media("InvalidCodecPrivateDataException", message),
            Problem::Frame => bad_media("InvalidMediaFrameException", message),
            _ => unsupported(message),
        },
        WriteError::Fragment(_) => bad_media("InvalidCodecPrivateDataException", message),
        _ => bad_media("InvalidMediaFrameException", message),
    }
}
