//! A folder with a file for each frame.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use kvs_archive::mkv::{self, Bytes, Fragment, Frame, Gaps, Track};
use kvs_mp4::{Elementary, Problem, Wav, WriteError};

use super::Line;
use super::choice::Choice;
use super::clock::{Clock, Place};
use crate::exit::{Failure, say};
use crate::output::indexed::Indexed;
use crate::output::{Delivery, Hole, Rejected, Sink, Target, pending, publish};
use crate::report::units::Count;

#[derive(Debug)]
pub(super) struct Frames {
    target: Target,
    folder: Indexed,
    choice: Choice,
    gaps: Gaps,
    clock: Clock,
    /// What the tracks are now; empty before the first.
    forms: Vec<Form>,
    /// Frames written of each track.
    counts: BTreeMap<u64, u64>,
}

/// A track whose frames are written.
#[derive(Debug)]
struct Form {
    track: Track,
    /// `None` for sound without compression, of which each frame is a WAV file.
    elementary: Option<Elementary>,
}

impl Form {
    fn new(track: &Track) -> Result<Self, WriteError> {
        let elementary = match Elementary::new(track) {
            Err(WriteError::Track {
                problem: Problem::Codec,
                ..
            }) => Wav::new(std::slice::from_ref(track), Gaps::Close).map(|_| None),
            elementary => elementary.map(Some),
        };
        Ok(Self {
            track: track.clone(),
            elementary: elementary?,
        })
    }

    fn extension(&self) -> &'static str {
        match self.elementary.as_ref().map(Elementary::extension) {
            None => "wav",
            Some("mjpeg") => "jpg",
            Some(extension) => extension,
        }
    }

    /// `alone` is the frame's fragment with no frames in it.
    fn encode(&self, frame: &Frame, alone: &Fragment) -> Result<Bytes, WriteError> {
        if let Some(elementary) = &self.elementary {
            return Ok(elementary.frame(frame)?.concat().into());
        }
        let mut alone = alone.clone();
        alone.frames = vec![frame.clone()];
        let mut wav = Wav::new(std::slice::from_ref(&self.track), Gaps::Close)?;
        wav.write(&alone)?;
        let (pieces, patches) = wav.finish();
        // The head is known now, and nothing but the head is patched.
        let heads = patches.into_iter().map(|patch| patch.bytes);
        Ok(heads
            .chain(pieces.into_iter().skip(1))
            .collect::<Vec<_>>()
            .concat()
            .into())
    }
}

impl Frames {
    pub(super) fn new(target: Target, folder: Indexed, choice: Choice, gaps: Gaps) -> Self {
        Self {
            target,
            folder,
            choice,
            gaps,
            clock: Clock::new(gaps),
            forms: Vec::new(),
            counts: BTreeMap::new(),
        }
    }

    fn place(&mut self, fragment: &Fragment) -> Result<Option<Place>, Rejected> {
        let place = match self.clock.place(fragment) {
            Err(WriteError::Fragment(mkv::WriteError::TracksChanged(_))) => {
                self.forms.clear();
                self.clock = Clock::new(self.gaps);
                self.clock.place(fragment)
            }
            place => place,
        };
        place.map_err(Rejected::Fragment)
    }

    fn begin(&mut self, tracks: &[Track]) -> Result<(), Failure> {
        for track in self.choice.of(tracks)? {
            match Form::new(&track) {
                Ok(form) => self.forms.push(form),
                Err(why) if self.choice.tracks.is_empty() => {
                    say(format_args!("warning: left out: {why}"));
                }
                Err(why) => return Err(Failure::new(why)),
            }
        }
        Ok(())
    }

    /// The frames of a fragment as files. One that is damaged leaves all of them unwritten.
    fn files<'a>(&self, fragment: &'a Fragment) -> Result<Vec<FrameFile<'a>>, WriteError> {
        let mut alone = fragment.clone();
        alone.frames.clear();
        let mut files = Vec::new();
        for frame in &fragment.frames {
            let form = self.forms.iter().find(|f| f.track.number == frame.track);
            if let Some(form) = form.filter(|_| frame.keyframe || !self.choice.keyframes) {
                let bytes = form.encode(frame, &alone)?;
                files.push((frame, form.extension(), bytes));
            }
        }
        Ok(files)
    }

    fn put(
        &mut self,
        file: &FrameFile<'_>,
        fragment: &Fragment,
        place: &Place,
    ) -> Result<(), Failure> {
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
type FrameFile<'a> = (&'a Frame, &'static str, Bytes);

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

    fn finish(self: Box<Self>, holes: &[Hole]) -> Result<Delivery, Failure> {
        if self.counts.is_empty() {
            return Err(Failure::new("there are no such frames in it"));
        }
        let contents = self
            .counts
            .iter()
            .map(|(track, count)| format!("track {track}: {}", Count(*count, "frame")));
        let contents = contents.collect();
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
