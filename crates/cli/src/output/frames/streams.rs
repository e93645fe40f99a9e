//! A folder with a file for each track.

use kvs_archive::mkv::{self, Bytes, Fragment, Frame, Gaps, Track};
use kvs_mp4::WriteError;

use super::Line;
use super::choice::Choice;
use super::clock::{Clock, Place};
use super::encoder::Encoder;
use super::part::Part;
use crate::exit::{Failure, say};
use crate::output::indexed::Indexed;
use crate::output::{Delivery, Hole, Rejected, Sink, Target, publish};
use crate::report::units::Count;

#[derive(Debug)]
pub(super) struct Tracks {
    target: Target,
    folder: Indexed,
    choice: Choice,
    gaps: Gaps,
    clock: Clock,
    /// Files of the tracks as they are now.
    parts: Vec<Part>,
    /// How often the tracks have changed.
    changes: usize,
    /// Files that are whole, and how many frames each holds.
    whole: Vec<(String, u64)>,
}

impl Tracks {
    pub(super) fn new(target: Target, folder: Indexed, choice: Choice, gaps: Gaps) -> Self {
        Self {
            target,
            folder,
            choice,
            gaps,
            clock: Clock::new(gaps),
            parts: Vec::new(),
            changes: 0,
            whole: Vec::new(),
        }
    }

    /// Finds the place of a fragment; where the tracks change, other files begin with it.
    fn place(&mut self, fragment: &Fragment) -> Result<Option<Place>, Rejected> {
        let place = match self.clock.place(fragment) {
            Err(WriteError::Fragment(mkv::WriteError::TracksChanged(_))) => {
                self.end_parts()?;
                self.changes = self.changes.saturating_add(1);
                self.clock = Clock::new(self.gaps);
                self.clock.place(fragment)
            }
            place => place,
        };
        place.map_err(Rejected::Fragment)
    }

    fn end_parts(&mut self) -> Result<(), Failure> {
        for part in self.parts.drain(..) {
            self.whole.push(part.end(&self.folder)?);
        }
        Ok(())
    }

    /// Creates the files of these tracks.
    fn begin(&mut self, tracks: &[Track]) -> Result<(), Failure> {
        let tracks = self.choice.of(tracks)?;
        // It is full before the others are, and a fragment goes into all or none.
        if let Some(encoder) = Encoder::stereo(&tracks, self.gaps) {
            self.add_part("stereo", &tracks, encoder)?;
        }
        for track in &tracks {
            match Encoder::new(track, self.gaps) {
                Ok(encoder) => {
                    let stem = format!("track-{}", track.number);
                    self.add_part(&stem, std::slice::from_ref(track), encoder)?;
                }
                Err(why) if self.choice.tracks.is_empty() => {
                    say(format_args!("warning: left out: {why}"));
                }
                Err(why) => return Err(Failure::new(why)),
            }
        }
        Ok(())
    }

    fn add_part(&mut self, stem: &str, tracks: &[Track], encoder: Encoder) -> Result<(), Failure> {
        let extension = encoder.extension();
        let name = match self.changes {
            0 => format!("{stem}.{extension}"),
            changes => format!("{stem}-{}.{extension}", changes.saturating_add(1)),
        };
        let part = Part::create(&self.folder, name, tracks, encoder)?;
        self.parts.push(part);
        Ok(())
    }

    /// The frames of a fragment, each with the index of its part. One that is damaged leaves all of
    /// them unwritten.
    fn units<'a>(&self, fragment: &'a Fragment) -> Result<Vec<Unit<'a>>, WriteError> {
        let mut units = Vec::new();
        for frame in &fragment.frames {
            for (index, part) in self.parts.iter().enumerate() {
                if part.tracks.iter().any(|track| track.number == frame.track) {
                    units.push((index, frame, part.encoder.unit(frame)?));
                }
            }
        }
        Ok(units)
    }

    fn put(&mut self, unit: &Unit<'_>, fragment: &Fragment, place: &Place) -> Result<(), Failure> {
        let (index, frame, pieces) = unit;
        let Some(part) = self.parts.get_mut(*index) else {
            return Ok(());
        };
        part.frames = part.frames.saturating_add(1);
        if part.tracks.len() > 1 {
            // Its frames are those of the files of each.
            return Ok(());
        }
        let (offset, bytes) = match pieces {
            Some(pieces) => {
                let bytes = pieces.iter().map(Bytes::len).fold(0, usize::saturating_add);
                (Some(part.append(pieces, &self.folder)?), bytes)
            }
            None => (None, frame.data.len()),
        };
        self.folder.add(&Line {
            file: &part.name,
            offset,
            bytes: bytes as u64,
            track: frame.track,
            fragment: fragment.number.as_ref().map(|number| number.as_str()),
            time: place.recorded(frame),
            position_ms: place.position_ms(frame),
            keyframe: frame.keyframe,
        })
    }
}

/// Index of the part, frame, and its bytes if it stands by itself.
type Unit<'a> = (usize, &'a Frame, Option<Vec<Bytes>>);

impl Sink for Tracks {
    fn write(&mut self, fragment: &Fragment) -> Result<(), Rejected> {
        let Some(place) = self.place(fragment)? else {
            return Ok(());
        };
        if self.parts.is_empty() {
            self.begin(&fragment.tracks)?;
        }
        let units = self.units(fragment).map_err(Rejected::Fragment)?;
        for part in &mut self.parts {
            let taken = part.encoder.samples(fragment);
            taken.map_err(Rejected::Fragment)?;
        }
        for unit in &units {
            self.put(unit, fragment, &place)?;
        }
        for part in &mut self.parts {
            let pieces = part.encoder.take_output();
            part.append(&pieces, &self.folder)?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>, holes: &[Hole]) -> Result<Delivery, Failure> {
        self.end_parts()?;
        if self.whole.iter().all(|(_, frames)| *frames == 0) {
            return Err(Failure::new("there are no such frames in it"));
        }
        let contents = self.whole.iter().map(|(name, frames)| {
            let name = self.target.path().join(name);
            format!("{}: {}", name.display(), Count(*frames, "frame"))
        });
        let contents = contents.collect();
        Ok(Delivery {
            name: self.target.path().display().to_string(),
            size: None,
            sequels: Vec::new(),
            contents,
            holes: publish(&self.target, vec![self.folder.seal()?], holes)?,
        })
    }
}
