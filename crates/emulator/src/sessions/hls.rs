//! Playlists of HLS (RFC 8216).

use std::fmt::Write;

use kvs_api::protocol::Timestamp;
use kvs_mkv::{Track, TrackKind};

use super::window::{Shown, Window};
use super::{Discontinuities, Mode, Session, media};
use crate::entry::Entry;
use crate::refusal::Refusal;

const SOUND: &str = "audio";

/// The playlist that names those of the tracks.
pub(crate) fn master_playlist(
    session: &Session,
    entry: &Entry,
    now: Timestamp,
) -> Result<String, Refusal> {
    let Window { shown, .. } = session.window(entry, now);
    let first = shown.first().ok_or_else(nothing_yet)?;
    let tracks = first.recorded.tracks();
    let mut codecs = Vec::new();
    for track in tracks {
        let segments = media::segments(std::slice::from_ref(&first.recorded), track.number)?;
        codecs.extend(segments.codec());
    }
    let token = session.token();
    let uri = |track: &Track| media_playlist_uri(&token, track.number);
    let mut playlist = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n".to_owned();
    let mut attributes = format!(
        "BANDWIDTH={},CODECS=\"{}\"",
        bandwidth(&shown),
        codecs.join(",")
    );
    let Some((main, others)) = tracks.split_first() else {
        return Err(nothing_yet());
    };
    if let TrackKind::Video(video) = &main.kind {
        attributes += &format!(",RESOLUTION={}x{}", video.width, video.height);
    }
    for track in others {
        playlist += &format!(
            "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"{SOUND}\",NAME=\"{SOUND}\",AUTOSELECT=YES,\
             DEFAULT=YES,URI=\"{}\"\n",
            uri(track)
        );
        attributes += &format!(",AUDIO=\"{SOUND}\"");
    }
    playlist += &format!("#EXT-X-STREAM-INF:{attributes}\n{}\n", uri(main));
    Ok(playlist)
}

/// The playlist of one track.
pub(crate) fn media_playlist(
    session: &Session,
    entry: &Entry,
    track: u64,
    now: Timestamp,
) -> Result<String, Refusal> {
    let Window { shown, is_over, .. } = session.window(entry, now);
    let first = shown.first().ok_or_else(nothing_yet)?;
    let longest = shown.iter().map(|shown| shown.duration).max().unwrap_or(0);
    let has_media = |shown: &Shown<'_>| shown.recorded.has_frames_of(track);
    // Only the later version knows segments without media.
    let version = if shown.iter().all(has_media) { 7 } else { 8 };
    let mut playlist = format!(
        "#EXTM3U\n#EXT-X-VERSION:{version}\n#EXT-X-TARGETDURATION:{}\n#EXT-X-MEDIA-SEQUENCE:{}\n",
        longest.saturating_add(999) / 1_000,
        first.index
    );
    let begun = match session.discontinuities {
        Discontinuities::Always => first.index,
        Discontinuities::Never => 0,
        Discontinuities::Real => first.gaps,
    };
    if begun > 0 {
        playlist += &format!("#EXT-X-DISCONTINUITY-SEQUENCE:{begun}\n");
    }
    if session.mode == Mode::OnDemand {
        playlist += "#EXT-X-PLAYLIST-TYPE:VOD\n";
    }
    let token = session.token();
    let mut described = None;
    for (index, shown) in shown.iter().enumerate() {
        let is_break = index > 0 && session.breaks(shown);
        if is_break {
            playlist += "#EXT-X-DISCONTINUITY\n";
            described = None;
        }
        if has_media(shown) {
            let tracks = shown.recorded.tracks();
            let entry = tracks.iter().find(|t| t.number == track);
            if described.is_none() || described != entry {
                described = entry;
                let uri = segment_uri("getMP4InitFragment.mp4", &token, track, shown);
                playlist += &format!("#EXT-X-MAP:URI=\"{uri}\"\n");
            }
        } else {
            playlist += "#EXT-X-GAP\n";
        }
        session.write_segment(shown, track, &token, &mut playlist);
    }
    if is_over {
        playlist += "#EXT-X-ENDLIST\n";
    }
    Ok(playlist)
}

impl Session {
    fn breaks(&self, shown: &Shown<'_>) -> bool {
        match self.discontinuities {
            Discontinuities::Always => true,
            Discontinuities::Never => false,
            Discontinuities::Real => !shown.follows,
        }
    }

    fn write_segment(&self, shown: &Shown<'_>, track: u64, token: &str, playlist: &mut String) {
        if self.shows_times {
            let time = self.range.time(&shown.recorded);
            // Into a string nothing can fail.
            let _ = writeln!(playlist, "#EXT-X-PROGRAM-DATE-TIME:{time}");
        }
        let uri = segment_uri("getMP4MediaFragment.mp4", token, track, shown);
        let (seconds, millis) = (shown.duration / 1_000, shown.duration % 1_000);
        let _ = writeln!(playlist, "#EXTINF:{seconds}.{millis:03},\n{uri}");
    }
}

fn media_playlist_uri(token: &str, track: u64) -> String {
    format!("getHLSMediaPlaylist.m3u8?SessionToken={token}&TrackNumber={track}")
}

fn segment_uri(name: &str, token: &str, track: u64, shown: &Shown<'_>) -> String {
    let number = shown.recorded.number();
    let number = number.map(|number| number.to_string()).unwrap_or_default();
    format!("{name}?FragmentNumber={number}&SessionToken={token}&TrackNumber={track}")
}

/// The most bits a second of any of these fragments.
pub(super) fn bandwidth(shown: &[Shown<'_>]) -> u64 {
    let of = |shown: &Shown<'_>| {
        let bits = shown.recorded.media_bytes().saturating_mul(8_000);
        bits.checked_div(shown.duration.unsigned_abs()).unwrap_or(0)
    };
    shown.iter().map(of).max().unwrap_or(0).max(1)
}

/// A replay begins with its first fragment at once; this is a session whose fragments have expired.
pub(super) fn nothing_yet() -> Refusal {
    Refusal::not_found("The session has no fragments.")
}
