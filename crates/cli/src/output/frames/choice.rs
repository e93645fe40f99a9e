//! Which frames are wanted.

use kvs_archive::mkv::{Fragment, Frame, Track, TrackKind};

use crate::exit::{Failure, one_line};

/// Tracks and frames that the command line asks for.
#[derive(Debug, Clone)]
pub(crate) struct Choice {
    /// Numbers of tracks; empty for all.
    pub(crate) tracks: Vec<u64>,
    /// Pictures that decoding can begin at alone.
    pub(crate) keyframes: bool,
    /// Nothing but pictures.
    pub(crate) pictures: bool,
}

impl Choice {
    /// Those of the tracks that are wanted, in the order in which they were asked for.
    ///
    /// # Errors
    /// Where one is not there, or there are none.
    pub(super) fn of(&self, tracks: &[Track]) -> Result<Vec<Track>, Failure> {
        let chosen: Vec<Track> = if self.tracks.is_empty() {
            let is_wanted = |track: &&Track| !self.pictures || is_video(track);
            tracks.iter().filter(is_wanted).cloned().collect()
        } else {
            let find = |number: &u64| self.find(*number, tracks);
            self.tracks.iter().map(find).collect::<Result<_, _>>()?
        };
        if chosen.is_empty() {
            return Err(Failure::new(format_args!(
                "there are no pictures, only {}; leave --keyframes and --stills out",
                in_words(tracks)
            )));
        }
        Ok(chosen)
    }

    fn find(&self, number: u64, tracks: &[Track]) -> Result<Track, Failure> {
        let found = tracks.iter().find(|track| track.number == number);
        let found = found.ok_or_else(|| {
            Failure::new(format_args!(
                "there is no track {number}, only {}",
                in_words(tracks)
            ))
        })?;
        if self.pictures && !is_video(found) {
            return Err(Failure::new(format_args!(
                "track {number} has no pictures; leave --keyframes and --stills out"
            )));
        }
        Ok(found.clone())
    }

    /// The frames of these tracks that are wanted, in stored order.
    pub(super) fn frames<'a, 'b>(
        &'b self,
        fragment: &'a Fragment,
        tracks: &'b [Track],
    ) -> impl Iterator<Item = &'a Frame> + use<'a, 'b> {
        fragment.frames.iter().filter(move |frame| {
            let is_chosen = tracks.iter().any(|track| track.number == frame.track);
            is_chosen && (frame.keyframe || !self.keyframes)
        })
    }
}

fn is_video(track: &Track) -> bool {
    matches!(track.kind, TrackKind::Video(_))
}

/// `1 (V_MPEG4/ISO/AVC), 2 (A_AAC)`
pub(super) fn in_words(tracks: &[Track]) -> String {
    let each = tracks
        .iter()
        .map(|track| format!("{} ({})", track.number, track.codec_id));
    one_line(&each.collect::<Vec<_>>().join(", "))
}
