//! The manifest of MPEG-DASH (ISO/IEC 23009-1).

use kvs_api::protocol::Timestamp;
use kvs_mkv::{Track, TrackKind};

use super::hls::{bandwidth, nothing_yet};
use super::window::{Shown, Window};
use super::{Mode, Session, media};
use crate::entry::Entry;
use crate::refusal::Refusal;

/// The manifest, which lists the segments of all tracks.
pub(crate) fn manifest(
    session: &Session,
    entry: &Entry,
    now: Timestamp,
) -> Result<String, Refusal> {
    let window = session.window(entry, now);
    let Window { shown, is_over, .. } = &window;
    let (first, last) = shown.first().zip(shown.last()).ok_or_else(nothing_yet)?;
    let longest = shown.iter().map(|shown| shown.duration).max().unwrap_or(0);
    // What is over begins at its own beginning, a live one at that of its time line.
    let from = if *is_over { first.start } else { 0 };
    let end = last.start.saturating_add(last.duration);
    let presentation = if *is_over {
        let length = duration(end.saturating_sub(from));
        format!("type=\"static\" mediaPresentationDuration=\"{length}\"")
    } else {
        let zero = match session.mode {
            Mode::LiveReplay => session.created,
            Mode::Live | Mode::OnDemand => session.base,
        };
        let (period, depth) = (duration(longest), duration(end.saturating_sub(first.start)));
        format!(
            "type=\"dynamic\" availabilityStartTime=\"{zero}\" publishTime=\"{now}\" \
             minimumUpdatePeriod=\"{period}\" timeShiftBufferDepth=\"{depth}\""
        )
    };
    let tracks = first.recorded.tracks().iter();
    let sets: Result<String, Refusal> = tracks
        .map(|track| session.adaptation_set(&window, track, from))
        .collect();
    let (sets, buffer) = (sets?, duration(longest));
    Ok(format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" xmlns:kvs=\"urn:kinesis-video-streams\" \
         profiles=\"urn:mpeg:dash:profile:isoff-live:2011\" minBufferTime=\"{buffer}\" \
         {presentation}>\n<Period id=\"0\" start=\"PT0S\">\n{sets}</Period>\n</MPD>\n"
    ))
}

impl Session {
    /// What a player is told of a track; nothing where no segment shows it.
    fn adaptation_set(
        &self,
        window: &Window<'_>,
        track: &Track,
        from: i64,
    ) -> Result<String, Refusal> {
        let has_media = |shown: &&Shown<'_>| shown.recorded.has_frames_of(track.number);
        let shown: Vec<_> = window.shown.iter().filter(has_media).collect();
        let Some(first) = shown.first() else {
            return Ok(String::new());
        };
        let segments = media::segments(std::slice::from_ref(&first.recorded), track.number)?;
        let codec = segments.codec().unwrap_or_default();
        let (mime, size) = match &track.kind {
            TrackKind::Video(video) => (
                "video/mp4",
                format!(" width=\"{}\" height=\"{}\"", video.width, video.height),
            ),
            _ => ("audio/mp4", String::new()),
        };
        let lines = shown.iter().map(|shown| self.line(shown));
        let lines: String = lines.collect();
        let query = format!(
            "SessionToken={}&amp;TrackNumber={}&amp;SequenceNumber",
            self.token(),
            track.number
        );
        let before = window.before.iter().filter(has_media).count();
        let begin = window.expired.saturating_add(before).saturating_add(1);
        Ok(format!(
            "<AdaptationSet mimeType=\"{mime}\" segmentAlignment=\"true\" startWithSAP=\"1\">\n\
             <Representation id=\"{}\" codecs=\"{codec}\" bandwidth=\"{}\"{size}>\n\
             <SegmentTemplate timescale=\"1000\" presentationTimeOffset=\"{from}\" \
             startNumber=\"{begin}\" \
             initialization=\"getMP4InitFragment.mp4?{query}={begin}\" \
             media=\"getMP4MediaFragment.mp4?{query}=$Number$\">\n\
             <SegmentTimeline>\n{lines}</SegmentTimeline>\n\
             </SegmentTemplate>\n</Representation>\n</AdaptationSet>\n",
            track.number,
            bandwidth(&window.shown),
        ))
    }

    fn line(&self, shown: &Shown<'_>) -> String {
        let mut line = format!("<S t=\"{}\" d=\"{}\"", shown.start, shown.duration);
        if self.shows_times {
            let seconds = self.range.time(&shown.recorded).to_epoch_seconds();
            line += &format!(" kvs:ts=\"{seconds}\"");
        }
        if let Some(number) = shown.recorded.number().filter(|_| self.shows_numbers) {
            line += &format!(" kvs:fn=\"{number}\"");
        }
        line + "/>\n"
    }
}

/// Milliseconds as XML Schema writes a duration.
fn duration(millis: i64) -> String {
    let millis = millis.max(0);
    format!("PT{}.{:03}S", millis / 1_000, millis % 1_000)
}
