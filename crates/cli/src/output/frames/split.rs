//! A folder with a file for each frame.

use std::collections::BTreeMap;
use std::mem;

use kvs_archive::mkv::{self, Bytes, Fragment, Frame, Gaps, Track};
use kvs_mp4::{Elementary, Problem, Wav, WriteError};

use super::choice::Choice;
use super::clock::{Clock, Place};
use super::located::{self, Located};
use super::still::Still;
use super::{Layout, Line};
use crate::args::Stills;
use crate::exit::{Failure, say};
use crate::output::indexed::Indexed;
use crate::output::{Delivery, Hole, Rejected, Sink, Target, pending, publish};
use crate::report::units::Count;

#[derive(Debug)]
pub(super) struct Frames {
    target: Target,
    folder: Indexed,
    choice: Choice,
    layout: Layout,
    clock: Clock,
    /// What the tracks are now; empty before the first.
    forms: Vec<Form>,
    /// Frames written of each track.
    counts: BTreeMap<u64, u64>,
    /// Frames that no picture came of.
    lost: Vec<Located>,
}

/// A track whose frames are written.
#[derive(Debug)]
struct Form {
    track: Track,
    maker: Maker,
}

/// What makes files of frames.
#[derive(Debug)]
enum Maker {
    Unit(Box<Elementary>),
    /// Sound without compression, of which each frame is a WAV file.
    Sound,
    Picture(Box<Elementary>, Box<Still>),
}

impl Form {
    fn new(track: &Track, stills: Option<Stills>) -> Result<Self, Refusal> {
        let maker = match (Elementary::new(track), stills) {
            (
                Err(WriteError::Track {
                    problem: Problem::Codec,
                    ..
                }),
                _,
            ) => Wav::new(std::slice::from_ref(track), Gaps::Close).map(|_| Maker::Sound)?,
            (Ok(jpeg), Some(Stills::Jpg)) if jpeg.extension() == "mjpeg" => {
                Maker::Unit(Box::new(jpeg))
            }
            (Ok(elementary), Some(stills)) => {
                let still = Still::new(track, &elementary, stills)?;
                Maker::Picture(Box::new(elementary), Box::new(still))
            }
            (elementary, _) => Maker::Unit(Box::new(elementary?)),
        };
        Ok(Self {
            track: track.clone(),
            maker,
        })
    }

    fn extension(&self) -> &'static str {
        match &self.maker {
            Maker::Sound => "wav",
            Maker::Picture(_, still) => still.extension(),
            Maker::Unit(elementary) => match elementary.extension() {
                "mjpeg" => "jpg",
                extension => extension,
            },
        }
    }

    /// What a frame is without its container; `alone` is its fragment with no frames in it.
    fn unit(&self, frame: &Frame, alone: &Fragment) -> Result<Bytes, WriteError> {
        match &self.maker {
            Maker::Sound => wav(&self.track, frame, alone),
            Maker::Unit(elementary) | Maker::Picture(elementary, _) => {
                Ok(elementary.frame(frame)?.concat().into())
            }
        }
    }

    /// The files that come of a frame.
    fn files(&mut self, frame: Located, unit: Bytes) -> Result<Vec<(Located, Bytes)>, Failure> {
        match &mut self.maker {
            Maker::Unit(_) | Maker::Sound => Ok(vec![(frame, unit)]),
            Maker::Picture(_, still) => still.push(frame, &unit),
        }
    }
}

fn wav(track: &Track, frame: &Frame, alone: &Fragment) -> Result<Bytes, WriteError> {
    let mut alone = alone.clone();
    alone.frames = vec![frame.clone()];
    let mut wav = Wav::new(std::slice::from_ref(track), Gaps::Close)?;
    wav.write(&alone)?;
    let (pieces, patches) = wav.finish();
    // The head is known now, and nothing but the head is patched.
    let heads = patches.into_iter().map(|patch| patch.bytes);
    let whole: Vec<Bytes> = heads.chain(pieces.into_iter().skip(1)).collect();
    Ok(whole.concat().into())
}

/// Why a track has no form.
enum Refusal {
    Codec(WriteError),
    Asked(Failure),
}

impl From<WriteError> for Refusal {
    fn from(why: WriteError) -> Self {
        Self::Codec(why)
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self::Asked(failure)
    }
}

impl Frames {
    pub(super) fn new(target: Target, folder: Indexed, choice: Choice, layout: Layout) -> Self {
        Self {
            target,
            folder,
            choice,
            layout,
            clock: Clock::new(layout.gaps),
            forms: Vec::new(),
            counts: BTreeMap::new(),
            lost: Vec::new(),
        }
    }

    fn place(&mut self, fragment: &Fragment) -> Result<Option<Place>, Rejected> {
        let place = match self.clock.place(fragment) {
            Err(WriteError::Fragment(mkv::WriteError::TracksChanged(_))) => {
                self.end_forms()?;
                self.clock = Clock::new(self.layout.gaps);
                self.clock.place(fragment)
            }
            place => place,
        };
        place.map_err(Rejected::Fragment)
    }

    fn begin(&mut self, tracks: &[Track]) -> Result<(), Failure> {
        for track in self.choice.of(tracks)? {
            match Form::new(&track, self.layout.stills) {
                Ok(form) => self.forms.push(form),
                Err(Refusal::Asked(failure)) => return Err(failure),
                Err(Refusal::Codec(why)) if self.choice.tracks.is_empty() => {
                    say(format_args!("warning: left out: {why}"));
                }
                Err(Refusal::Codec(why)) => return Err(Failure::new(why)),
            }
        }
        Ok(())
    }

    /// The frames of a fragment without their container, for each track. One that is damaged leaves
    /// all of them unwritten.
    fn units(&self, fragment: &Fragment) -> Result<Vec<Vec<(Frame, Bytes)>>, WriteError> {
        let mut alone = fragment.clone();
        alone.frames.clear();
        let of_track = |form: &Form| {
            let track = std::slice::from_ref(&form.track);
            let frames = self.choice.frames(fragment, track);
            frames
                .map(|frame| Ok((frame.clone(), form.unit(frame, &alone)?)))
                .collect()
        };
        self.forms.iter().map(of_track).collect()
    }

    /// Writes what the tracks so far still hold, and forgets them.
    fn end_forms(&mut self) -> Result<(), Failure> {
        for mut form in mem::take(&mut self.forms) {
            let extension = form.extension();
            if let Maker::Picture(_, still) = &mut form.maker {
                for (frame, bytes) in still.flush()? {
                    self.put(&frame, extension, &bytes)?;
                }
                self.lost.extend(still.take_lost());
            }
        }
        Ok(())
    }

    fn put(&mut self, located: &Located, extension: &str, bytes: &Bytes) -> Result<(), Failure> {
        let Located {
            frame,
            fragment,
            place,
        } = located;
        let count = self.counts.entry(frame.track).or_default();
        *count = count.saturating_add(1);
        let time = place.in_name(frame);
        let name = format!("track-{}-{count:06}-{time}.{extension}", frame.track);
        let written = pending::write_file(&self.folder.path(&name), bytes);
        written.map_err(|error| self.folder.unwritable(&name, &error))?;
        self.folder.add(&Line {
            file: &name,
            offset: None,
            bytes: bytes.len() as u64,
            track: frame.track,
            fragment: fragment.as_ref().map(|number| number.as_str()),
            time: place.recorded(frame),
            position_ms: place.position_ms(frame),
            keyframe: frame.keyframe,
        })
    }

    /// What is missing: fragments, and those of which some frames could not be decoded.
    fn all_holes(&self, holes: &[Hole]) -> Result<Vec<Hole>, Failure> {
        let undecoded = located::holes(&self.lost);
        match undecoded.first() {
            Some(hole) if self.layout.strict => Err(Failure::new(format_args!(
                "{hole}; without --strict the others are delivered"
            ))),
            _ => Ok(holes.iter().cloned().chain(undecoded).collect()),
        }
    }
}

impl Sink for Frames {
    fn write(&mut self, fragment: &Fragment) -> Result<(), Rejected> {
        let Some(place) = self.place(fragment)? else {
            return Ok(());
        };
        if self.forms.is_empty() {
            self.begin(&fragment.tracks)?;
        }
        let units = self.units(fragment).map_err(Rejected::Fragment)?;
        for (mut form, units) in mem::take(&mut self.forms).into_iter().zip(units) {
            let extension = form.extension();
            for (frame, unit) in units {
                let frame = Located::new(&frame, fragment, place);
                for (frame, bytes) in form.files(frame, unit)? {
                    self.put(&frame, extension, &bytes)?;
                }
            }
            self.forms.push(form);
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>, holes: &[Hole]) -> Result<Delivery, Failure> {
        self.end_forms()?;
        let holes = self.all_holes(holes)?;
        if self.counts.is_empty() {
            return Err(Failure::new("there are no such frames in it"));
        }
        let contents = self
            .counts
            .iter()
            .map(|(track, count)| format!("track {track}: {}", Count(*count, "frame")));
        let mut contents: Vec<String> = contents.collect();
        if !self.lost.is_empty() {
            let lost = u64::try_from(self.lost.len()).unwrap_or(u64::MAX);
            contents.push(format!("{} could not be decoded", Count(lost, "frame")));
        }
        Ok(Delivery {
            name: self.target.path().display().to_string(),
            size: None,
            sequels: Vec::new(),
            contents,
            holes: publish(&self.target, vec![self.folder.seal()?], &holes)?,
        })
    }
}
