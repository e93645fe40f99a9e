//! Tracks as people know them.

use kvs_archive::mkv::{Track, TrackKind};

use super::survey::TrackTally;
use super::units::{BitRate, Count, Grouped};
use super::{Column, Table};
use crate::exit::one_line;

/// A table with a row for each track.
pub(crate) fn tracks(tallies: &[TrackTally]) -> Vec<String> {
    let mut table = Table::new([
        Column::Right("TRACK"),
        Column::Left("CODEC"),
        Column::Left("SIZE"),
        Column::Left("RATE"),
        Column::Left("GOP"),
        Column::Right("BIT RATE"),
        Column::Right("FRAMES"),
        Column::Left("NAME"),
    ]);
    for tally in tallies {
        let bit_rate = tally.bit_rate().map(|rate| BitRate(rate).to_string());
        table.add([
            tally.track.number.to_string(),
            codec(&tally.track),
            size(&tally.track),
            rate(tally),
            group(tally),
            bit_rate.unwrap_or_else(|| "-".to_owned()),
            Grouped(tally.frames).to_string(),
            one_line(tally.track.name.as_deref().unwrap_or("-")),
        ]);
    }
    table.lines()
}

/// What people call a codec; the producer's word for one that is not common.
fn codec(track: &Track) -> String {
    let private = track.codec_private.as_deref().unwrap_or_default();
    let name = match track.codec_id.as_str() {
        "V_MPEG4/ISO/AVC" => "H.264",
        "V_MPEGH/ISO/HEVC" => "H.265",
        "V_MJPEG" => "Motion JPEG",
        "V_MS/VFW/FOURCC" if private.get(16..20) == Some(b"MJPG") => "Motion JPEG",
        "A_MS/ACM" => match private {
            [1, 0, ..] => "PCM",
            [6, 0, ..] => "G.711 A-law",
            [7, 0, ..] => "G.711 mu-law",
            _ => "A_MS/ACM",
        },
        "A_PCM/INT/LIT" | "A_PCM/INT/BIG" | "A_PCM/FLOAT/IEEE" => "PCM",
        "" => "none",
        id if id == "A_AAC" || id.starts_with("A_AAC/") => "AAC",
        id => return one_line(id),
    };
    name.to_owned()
}

fn size(track: &Track) -> String {
    match &track.kind {
        TrackKind::Video(video) => format!("{}x{}", video.width, video.height),
        TrackKind::Audio(audio) => Count(audio.channels, "channel").to_string(),
        _ => "-".to_owned(),
    }
}

fn rate(tally: &TrackTally) -> String {
    match &tally.track.kind {
        TrackKind::Audio(audio) => {
            format!("{} Hz", Grouped(audio.sampling_rate_millihertz / 1_000))
        }
        _ => match tally.rate() {
            // 25, 29.97 and 12.5, but not 25.00.
            Some(rate) => format!("{} fps", (rate * 100.0).round() / 100.0),
            None => "-".to_owned(),
        },
    }
}

/// Frames from keyframe to keyframe, and how long that is.
#[expect(clippy::cast_precision_loss, reason = "one digit is shown")]
fn group(tally: &TrackTally) -> String {
    let is_video = matches!(tally.track.kind, TrackKind::Video(_));
    let Some((least, most)) = tally.group.filter(|_| is_video) else {
        return "-".to_owned();
    };
    let frames = match least == most {
        true => Count(most, "frame").to_string(),
        false => format!("{least}-{most} frames"),
    };
    match tally.rate() {
        Some(rate) => format!("{frames}, {:.1} s", most as f64 / rate),
        None => frames,
    }
}
