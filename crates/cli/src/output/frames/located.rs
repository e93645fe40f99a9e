//! Frames apart from their fragments.

use kvs_archive::mkv::{Bytes, Fragment, FragmentNumber, Frame};

use super::clock::Place;
use crate::report::Hole;

/// A frame, and where it is from.
#[derive(Debug, Clone)]
pub(super) struct Located {
    /// Without what is in it.
    pub(super) frame: Frame,
    pub(super) fragment: Option<FragmentNumber>,
    pub(super) place: Place,
}

impl Located {
    pub(super) fn new(frame: &Frame, fragment: &Fragment, place: Place) -> Self {
        Self {
            frame: Frame {
                data: Bytes::new(),
                additions: Box::default(),
                ..frame.clone()
            },
            fragment: fragment.number.clone(),
            place,
        }
    }

    /// `track 1 at 2026-11-24T10:00:01.640Z`
    fn in_words(&self) -> String {
        let time = self.place.recorded(&self.frame);
        let time = time.unwrap_or_else(|| self.place.in_name(&self.frame));
        format!("track {} at {time}", self.frame.track)
    }
}

/// The fragments that some frames are of, each with all of its own.
pub(super) fn holes(lost: &[Located]) -> Vec<Hole> {
    let is_same = |a: &Located, b: &Located| a.fragment == b.fragment && a.place == b.place;
    let each = lost.chunk_by(is_same).map(|frames| {
        let first = frames.first();
        let number = first.and_then(|first| first.fragment.as_ref());
        let recorded = first.and_then(|first| first.place.fragment_recorded());
        let words: Vec<String> = frames.iter().map(Located::in_words).collect();
        Hole::undecoded(number, recorded, &words)
    });
    each.collect()
}
