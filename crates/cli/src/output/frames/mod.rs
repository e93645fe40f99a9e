//! Frames without a container: each track as a file, each frame as a file, or one track in a pipe.

mod choice;
mod clock;
mod encoder;
mod located;
mod part;
mod pipe;
mod split;
mod still;
mod streams;

use std::ffi::OsStr;

use kvs_archive::mkv::Gaps;
use serde::Serialize;

pub(crate) use self::choice::Choice;
use super::indexed::Indexed;
use super::{Sink, Target};
use crate::args::Stills;
use crate::exit::Failure;

/// What tells when each frame was recorded, in stored order.
const INDEX: &str = "frames.jsonl";

/// How frames are laid out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Layout {
    /// Whether each frame is a file.
    pub(crate) split: bool,
    /// What pictures are decoded to.
    pub(crate) stills: Option<Stills>,
    /// What becomes of gaps.
    pub(crate) gaps: Gaps,
    /// Whether one picture that cannot be decoded is one too many.
    pub(crate) strict: bool,
}

/// A frame as a line of JSON.
#[derive(Debug, Serialize)]
struct Line<'a> {
    file: &'a str,
    /// Where it begins in the file, if it can be read from there.
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<u64>,
    bytes: u64,
    track: u64,
    fragment: Option<&'a str>,
    /// When it was recorded.
    time: Option<String>,
    /// Milliseconds from the beginning.
    position_ms: f64,
    keyframe: bool,
}

pub(super) fn open_folder(
    target: Target,
    choice: Choice,
    layout: Layout,
) -> Result<Box<dyn Sink>, Failure> {
    if layout.stills.is_some() {
        still::check()?;
    }
    let folder = Indexed::create(target.clone(), INDEX)?;
    Ok(match layout.split || layout.stills.is_some() {
        true => Box::new(split::Frames::new(target, folder, choice, layout)),
        false => Box::new(streams::Tracks::new(target, folder, choice, layout.gaps)),
    })
}

pub(super) fn open_pipe(choice: Choice, layout: Layout) -> Result<Box<dyn Sink>, Failure> {
    if layout.split {
        return Err(Failure::usage(
            "--split needs a folder; give its name with -o",
        ));
    }
    if layout.stills.is_some() {
        return Err(Failure::usage(
            "--stills needs a folder; give its name with -o",
        ));
    }
    Ok(Box::new(pipe::Track::open(choice, layout.gaps)?))
}

/// Whether a folder of frames has a file of that name.
pub(super) fn is_ours(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    let is_of_track = name
        .strip_prefix("track-")
        .is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()));
    name == INDEX || is_of_track || (name.starts_with("stereo") && name.ends_with(".wav"))
}
