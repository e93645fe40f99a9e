//! What was to be seen at moments of a recording.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use kvs_api::archived_media::{Image, ImageError};
use kvs_api::protocol::Timestamp;
use kvs_mkv::{Fragment, Frame};
use kvs_mp4::Elementary;
use kvs_stills::{Error, Form, Stills, Unit};

use crate::entry::Entry;
use crate::operations::range::Range;
use crate::recording::{self, Recorded};

const H264: &str = "V_MPEG4/ISO/AVC";
/// Fragments back to one that stands alone: cameras begin each fragment with such a frame.
const MOST_BEFORE: usize = 30;
/// The longest content of an image, in letters of Base64.
const LONGEST_CONTENT: usize = 6_291_456;

/// Moments in a row for which the same fragment is stored, or none.
#[derive(Debug)]
pub(crate) struct Scene {
    moments: Vec<Timestamp>,
    media: Option<Media>,
}

/// The media of a scene.
#[derive(Debug)]
struct Media {
    part: Part,
    /// What comes before it, as far back as its pictures refer.
    before: Vec<Part>,
}

/// A fragment, and when it began, in nanoseconds since 1970.
#[derive(Debug)]
struct Part {
    begins: i64,
    /// The time of its earliest frame, as the fragment counts.
    first: i64,
    fragment: Fragment,
}

/// The scenes of moments that follow each other, by the clock of `range`.
pub(crate) fn of(
    entry: &Entry,
    range: &Range,
    moments: &[Timestamp],
    now: Timestamp,
) -> Vec<Scene> {
    let stored = entry.stored(now).filter(|found| found.has_frames());
    let mut stored: Vec<_> = stored.map(|found| (range.time(&found), found)).collect();
    stored.sort_by_key(|(begins, _)| *begins);
    let part = |index: usize| {
        stored
            .get(index)
            .map(|(begins, found)| Part::of(*begins, found))
    };
    let scene = |moments: &[(Option<usize>, Timestamp)]| {
        let (index, _) = *moments.first()?;
        let media = index.and_then(|index| {
            let held = part(index)?;
            let before = before(&held, (0..index).rev().filter_map(part));
            Some(Media { part: held, before })
        });
        Some(Scene {
            moments: moments.iter().map(|(_, at)| *at).collect(),
            media,
        })
    };
    let moments = moments.iter().map(|at| (holding(&stored, *at), *at));
    let moments: Vec<_> = moments.collect();
    let scenes = moments.chunk_by(|a, b| a.0 == b.0);
    scenes.filter_map(scene).collect()
}

/// What has to be decoded before a fragment, of the fragments `back` from it.
fn before(held: &Part, mut back: impl Iterator<Item = Part>) -> Vec<Part> {
    let mut before = Vec::new();
    let mut stands_alone = held.stands_alone();
    while !stands_alone
        && before.len() < MOST_BEFORE
        && let Some(part) = back.next()
    {
        stands_alone = part.stands_alone();
        before.push(part);
    }
    before.reverse();
    before
}

/// Which of some fragments, in order, holds a moment.
fn holding(stored: &[(Timestamp, Recorded<'_>)], moment: Timestamp) -> Option<usize> {
    let after = stored.partition_point(|(begins, _)| *begins <= moment);
    let index = after.checked_sub(1)?;
    let (begins, found) = stored.get(index)?;
    let ends = begins.as_millis().saturating_add(found.length_in_millis());
    (moment.as_millis() < ends).then_some(index)
}

impl Scene {
    pub(crate) fn has_media(&self) -> bool {
        self.media.is_some()
    }

    /// An image of each moment, or why there is none.
    pub(crate) fn images(&self, form: Form) -> Vec<Image> {
        let Some(media) = &self.media else {
            let without = self.moments.iter();
            return without.map(|at| failed(*at, ImageError::NoMedia)).collect();
        };
        let shown: Vec<_> = self
            .moments
            .iter()
            .map(|at| (*at, media.part.shown(*at)))
            .collect();
        let wanted = shown.iter().filter_map(|(_, shown)| *shown).collect();
        let pictures = media.pictures(&wanted, form).unwrap_or_default();
        let images = shown.into_iter().map(|(at, shown)| {
            let picture = shown.and_then(|shown| pictures.get(&shown));
            match picture.and_then(|picture| content(picture)) {
                Some(content) => {
                    let mut image = Image::default();
                    image.time_stamp = Some(at);
                    image.image_content = Some(content);
                    image
                }
                None => failed(at, ImageError::MediaError),
            }
        });
        images.collect()
    }
}

/// A picture as an image holds it; `None` for one that is longer than any may be.
fn content(picture: &[u8]) -> Option<String> {
    let content = STANDARD.encode(picture);
    (content.len() <= LONGEST_CONTENT).then_some(content)
}

fn failed(at: Timestamp, error: ImageError) -> Image {
    let mut image = Image::default();
    image.time_stamp = Some(at);
    image.error = Some(error);
    image
}

impl Media {
    /// The pictures of frames that are shown then, as far as they can be decoded.
    fn pictures(&self, wanted: &BTreeSet<i64>, form: Form) -> Result<BTreeMap<i64, Bytes>, Error> {
        let mut stills = Stills::new(form)?;
        let mut pictures = BTreeMap::new();
        for (shown, data) in self.before.iter().flat_map(Part::units) {
            let unit = Unit { shown, data: &data };
            pictures.extend(stills.push(unit, None)?);
        }
        let mut missing = wanted.len();
        for (shown, data) in self.part.units() {
            if missing == 0 {
                break;
            }
            let mark = wanted.contains(&shown).then_some(shown);
            missing = missing.saturating_sub(mark.iter().count());
            let unit = Unit { shown, data: &data };
            pictures.extend(stills.push(unit, mark)?);
        }
        pictures.extend(stills.flush()?);
        Ok(pictures)
    }
}

impl Part {
    fn of(begins: Timestamp, recorded: &Recorded<'_>) -> Self {
        let fragment = recorded.fragment();
        let first = fragment.frames.iter().map(|frame| frame.timestamp).min();
        Self {
            begins: recording::nanos(begins),
            first: first.unwrap_or_default(),
            fragment,
        }
    }

    /// Its pictures in stored order; none where it has no H.264.
    fn frames(&self) -> Option<(Elementary, impl Iterator<Item = &Frame>)> {
        let mut tracks = self.fragment.tracks.iter();
        let track = tracks.find(|track| track.codec_id == H264)?;
        let number = track.number;
        let frames = self.fragment.frames.iter();
        let frames = frames.filter(move |frame| frame.track == number);
        Some((Elementary::new(track).ok()?, frames))
    }

    /// The same as the decoder takes them, with when they are shown, in nanoseconds since 1970. One
    /// that is damaged is left out.
    fn units(&self) -> impl Iterator<Item = (i64, Vec<u8>)> {
        let found = self.frames().into_iter();
        found.flat_map(move |(elementary, frames)| {
            frames.filter_map(move |frame| {
                let unit = elementary.frame(frame).ok()?;
                Some((self.time(frame), unit.concat()))
            })
        })
    }

    /// When a frame is shown, in nanoseconds since 1970.
    fn time(&self, frame: &Frame) -> i64 {
        let into = frame.timestamp.saturating_sub(self.first);
        self.begins.saturating_add(into)
    }

    /// When the frame is shown that is to be seen at a moment. Before the first that is the first:
    /// sound may begin a little earlier than pictures.
    fn shown(&self, moment: Timestamp) -> Option<i64> {
        let moment = recording::nanos(moment);
        let (_, frames) = self.frames()?;
        let times: BTreeSet<i64> = frames.map(|frame| self.time(frame)).collect();
        let last = times.range(..=moment).next_back();
        last.or_else(|| times.first()).copied()
    }

    /// Whether its pictures refer to none before it; so it is where there are none.
    fn stands_alone(&self) -> bool {
        let first = self.units().next();
        first.is_none_or(|(shown, data)| Unit { shown, data: &data }.is_idr())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_content_is_longer_than_the_model_has_it() {
        let most = vec![0; LONGEST_CONTENT / 4 * 3];
        assert_eq!(content(&most).map(|c| c.len()), Some(LONGEST_CONTENT));
        assert_eq!(content(&[&most[..], &[0]].concat()), None);
    }
}
