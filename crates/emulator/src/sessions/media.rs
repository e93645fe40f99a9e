//! The segments of a session.

use bytes::Bytes;
use kvs_api::protocol::Timestamp;
use kvs_mkv::FragmentNumber;
use kvs_mp4::Segments;

use super::Session;
use super::window::Shown;
use crate::entry::Entry;
use crate::operations::playable;
use crate::recording::{MILLI, Recorded};
use crate::refusal::Refusal;

/// Which segment a player fetches.
#[derive(Debug)]
pub(crate) enum Segment {
    /// As HLS names it.
    Fragment(FragmentNumber),
    /// Its place, from 1, behind those that have expired and among those that have frames of the
    /// track, as DASH counts them.
    Number(usize),
}

/// What makes the segments of a track as the first of these fragments has it.
pub(super) fn segments(found: &[Recorded<'_>], track: u64) -> Result<Segments, Refusal> {
    let first = found.first().ok_or_else(no_fragment)?;
    Segments::new(&first.fragment(), track).map_err(playable::refusal)
}

/// The initialization segment of a track as a fragment has it.
pub(crate) fn init_segment(
    session: &Session,
    entry: &Entry,
    (track, segment): (u64, &Segment),
    now: Timestamp,
) -> Result<Bytes, Refusal> {
    let Shown { recorded, .. } = session.find(entry, (track, segment), now)?;
    let segments = segments(&[recorded], track)?;
    segments.init().map_err(playable::refusal)
}

/// The media segment of a track that a fragment becomes.
pub(crate) fn media_segment(
    session: &Session,
    entry: &Entry,
    (track, segment): (u64, &Segment),
    now: Timestamp,
) -> Result<Vec<Bytes>, Refusal> {
    let Shown {
        recorded,
        index,
        start,
        ..
    } = session.find(entry, (track, segment), now)?;
    let number = u32::try_from(index).unwrap_or(u32::MAX).saturating_add(1);
    let fragment = recorded.fragment();
    let first = fragment.frames.iter().map(|frame| frame.timestamp).min();
    let shift = start.saturating_mul(MILLI);
    let shift = shift.saturating_sub(first.unwrap_or(0));
    let segments = segments(std::slice::from_ref(&recorded), track)?;
    if !recorded.has_frames_of(track) {
        return Err(no_fragment());
    }
    segments
        .media(number, &fragment, shift)
        .map_err(playable::refusal)
}

impl Session {
    /// The fragment that becomes a segment.
    fn find<'a>(
        &self,
        entry: &'a Entry,
        (track, segment): (u64, &Segment),
        now: Timestamp,
    ) -> Result<Shown<'a>, Refusal> {
        let mut placed = self.placed(entry, now).into_iter();
        let found = match segment {
            Segment::Number(number) => {
                let mut of_track = placed.filter(|shown| shown.recorded.has_frames_of(track));
                let index = number.checked_sub(1);
                let index = index.and_then(|index| index.checked_sub(self.expired(entry, now)));
                index.and_then(|index| of_track.nth(index))
            }
            Segment::Fragment(number) => {
                placed.find(|shown| shown.recorded.number().as_ref() == Some(number))
            }
        };
        found.ok_or_else(no_fragment)
    }
}

fn no_fragment() -> Refusal {
    Refusal::not_found("The session has no such fragment.")
}
