//! A folder with a file for each frame.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use kvs_archive::mkv::{self, Bytes, Fragment, Frame, Gaps, Track};
use kvs_mp4::{Elementary, Problem, Wav, WriteError};

use super::choice::Choice;
use super::clock::{Clock, Place};
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
    undecoded: u64,
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
    Picture(Box<Still>),
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
                Maker::Picture(Box::new(Still::new(track, elementary, stills)?))
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
            Maker::Picture(still) => still.extension(),
            Maker::Unit(elementary) => match elementary.extension() {
                "mjpeg" => "jpg",
                extension => extension,
            },
        }
    }

    /// The files of some frames, which are all that is wanted of a fragment; `alone` is that with
    /// no frames in it.
    fn files(&mut self, frames: &[&Frame], alone: &Fragment) -> Result<Vec<FrameFile>, WriteError> {
        let extension = self.extension();
        let mut files = Vec::new();
        for frame in frames {
            match &mut self.maker {
                Maker::Unit(elementary) => {
                    files.push(((*frame).clone(), elementary.frame(frame)?.concat().into()));
                }
                Maker::Sound => files.push(((*frame).clone(), wav(&self.track, frame, alone)?)),
                Maker::Picture(still) => files.extend(still.push(frame)?),
            }
        }
        if let Maker::Picture(still) = &mut self.maker {
            files.extend(still.flush());
        }
        let files = files.into_iter();
        Ok(files
            .map(|(frame, bytes)| (frame, extension, bytes))
            .collect())
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
            undecoded: 0,
        }
    }

    fn place(&mut self, fragment: &Fragment) -> Result<Option<Place>, Rejected> {
        let place = match self.clock.place(fragment) {
            Err(WriteError::Fragment(mkv::WriteError::TracksChanged(_))) => {
                self.end_forms();
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

    /// The frames of a fragment as files. One that is damaged leaves all of them unwritten.
    fn files(&mut self, fragment: &Fragment) -> Result<Vec<FrameFile>, WriteError> {
        let mut alone = fragment.clone();
        alone.frames.clear();
        let mut files = Vec::new();
        for form in &mut self.forms {
            let track = std::slice::from_ref(&form.track);
            let frames: Vec<&Frame> = self.choice.frames(fragment, track).collect();
            files.extend(form.files(&frames, &alone)?);
        }
        Ok(files)
    }

    /// Counts what the tracks so far have left undecoded, and forgets them.
    fn end_forms(&mut self) {
        for form in self.forms.drain(..) {
            if let Maker::Picture(still) = form.maker {
                self.undecoded = self.undecoded.saturating_add(still.undecoded());
            }
        }
    }

    fn put(&mut self, file: &FrameFile, fragment: &Fragment, place: &Place) -> Result<(), Failure> {
        let (frame, extension, bytes) = file;
        let count = self.counts.entry(frame.track).or_default();
        *count = count.saturating_add(1);
        let time = place.in_name(frame);
        let name = format!("track-{}-{count:06}-{time}.{extension}", frame.track);
        let written = write_file(&self.folder.path(&name), bytes);
        written.map_err(|error| self.folder.unwritable(&name, &error))?;
        self.folder.add(&Line {
            file: &name,
            offset: None,
            bytes: bytes.len() as u64,
            track: frame.track,
            fragment: fragment.number.as_ref().map(|number| number.as_str()),
            time: place.recorded(frame),
            position_ms: place.position_ms(frame),
            keyframe: frame.keyframe,
        })
    }
}

/// Frame, how its file's name ends, and what is in it.
type FrameFile = (Frame, &'static str, Bytes);

impl Sink for Frames {
    fn write(&mut self, fragment: &Fragment) -> Result<(), Rejected> {
        let Some(place) = self.place(fragment)? else {
            return Ok(());
        };
        if self.forms.is_empty() {
            self.begin(&fragment.tracks)?;
        }
        let files = self.files(fragment).map_err(Rejected::Fragment)?;
        for file in &files {
            self.put(file, fragment, &place)?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>, holes: &[Hole]) -> Result<Delivery, Failure> {
        self.end_forms();
        if self.counts.is_empty() {
            return Err(Failure::new("there are no such frames in it"));
        }
        let contents = self
            .counts
            .iter()
            .map(|(track, count)| format!("track {track}: {}", Count(*count, "frame")));
        let mut contents: Vec<String> = contents.collect();
        if self.undecoded > 0 {
            let undecoded = Count(self.undecoded, "frame");
            contents.push(format!("{undecoded} could not be decoded"));
        }
        Ok(Delivery {
            name: self.target.path().display().to_string(),
            sequels: Vec::new(),
            contents,
            holes: publish(&self.target, vec![self.folder.seal()?], holes)?,
        })
    }
}

fn write_file(path: &Path, bytes: &Bytes) -> io::Result<()> {
    let mut file = BufWriter::new(pending::create(path)?);
    file.write_all(bytes)?;
    file.flush()
}
