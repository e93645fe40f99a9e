//! One track on standard output.

use kvs_archive::mkv::{Fragment, Gaps, Track as Described};
use kvs_mp4::WriteError;

use super::choice::{Choice, in_words};
use super::clock::Clock;
use super::encoder::Encoder;
use crate::exit::Failure;
use crate::output::pipe::{self, Pipe};
use crate::output::{Delivery, Hole, Rejected, Sink};

/// A track, or the left and the right of a recording.
#[derive(Debug)]
pub(super) struct Track {
    choice: Choice,
    gaps: Gaps,
    clock: Clock,
    /// Before the first fragment there is none.
    source: Option<(Vec<Described>, Encoder)>,
    pipe: Pipe,
}

impl Track {
    pub(super) fn open(choice: Choice, gaps: Gaps) -> Result<Self, Failure> {
        Ok(Self {
            choice,
            gaps,
            clock: Clock::new(gaps),
            source: None,
            pipe: pipe::stdout()?,
        })
    }
}

/// What goes into the pipe.
fn begin(
    choice: &Choice,
    gaps: Gaps,
    tracks: &[Described],
) -> Result<(Vec<Described>, Encoder), Failure> {
    let tracks = choice.of(tracks)?;
    if let Some(stereo) = Encoder::stereo(&tracks, gaps) {
        return Ok((tracks, stereo));
    }
    let [track] = tracks.as_slice() else {
        return Err(Failure::usage(format_args!(
            "standard output takes one track, and there are {}; choose with --track",
            in_words(&tracks)
        )));
    };
    let encoder = Encoder::new(track, gaps).map_err(Failure::new)?;
    Ok((tracks, encoder))
}

impl Sink for Track {
    fn write(&mut self, fragment: &Fragment) -> Result<(), Rejected> {
        if self
            .clock
            .place(fragment)
            .map_err(pipe::rejected)?
            .is_none()
        {
            return Ok(());
        }
        let (tracks, encoder) = match &mut self.source {
            Some(source) => source,
            none => none.insert(begin(&self.choice, self.gaps, &fragment.tracks)?),
        };
        let frames = self.choice.frames(fragment, tracks);
        let units = frames.map(|frame| encoder.unit(frame));
        let units: Vec<_> = units
            .collect::<Result<_, WriteError>>()
            .map_err(Rejected::Fragment)?;
        encoder.samples(fragment).map_err(Rejected::Fragment)?;
        for unit in units.into_iter().flatten() {
            pipe::send(&mut self.pipe, &unit)?;
        }
        Ok(pipe::send(&mut self.pipe, &encoder.take_output())?)
    }

    fn finish(mut self: Box<Self>, holes: &[Hole]) -> Result<Delivery, Failure> {
        let Some((_, encoder)) = self.source else {
            return Err(Failure::new("there are no such frames in it"));
        };
        let (pieces, _) = encoder.finish();
        pipe::send(&mut self.pipe, &pieces)?;
        Ok(pipe::delivered(holes))
    }
}
