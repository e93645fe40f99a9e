//! Reads recordings.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::io;
use std::path::Path;

use bytes::Bytes;
use kvs_mkv::{Damage, Fragment, FragmentNumber, Fragments, Frame, State, Track};

use crate::numbering::Numbering;

/// A recording as it was read.
#[derive(Clone, Default)]
pub(crate) struct Loaded {
    pub(crate) fragments: Vec<Stored>,
    pub(crate) numbering: Numbering,
    pub(crate) warnings: Vec<String>,
}

/// A fragment of a recording.
#[derive(Clone)]
pub(crate) struct Stored {
    pub(crate) fragment: Fragment,
    /// The number it was captured with, under which it is served as it is.
    pub(crate) number: Option<FragmentNumber>,
    /// Nanoseconds that it plays.
    pub(crate) length: i64,
}

/// Without the media, which would fill the screen.
impl fmt::Debug for Loaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loaded")
            .field("fragments", &self.fragments.len())
            .field("warnings", &self.warnings)
            .finish_non_exhaustive()
    }
}

/// Why a recording cannot be served: one line that says which, what is wrong, and what to do.
#[derive(Debug)]
pub struct LoadError {
    recording: String,
    problem: Problem,
}

/// What is wrong with a recording.
#[derive(Debug)]
pub(crate) enum Problem {
    Unreadable(io::Error),
    Damaged(Damage),
    Truncated,
    Empty,
    NoRoom,
}

impl LoadError {
    pub(crate) fn unnamed(problem: Problem) -> Self {
        Self {
            recording: "the recording".to_owned(),
            problem,
        }
    }

    pub(crate) fn in_file(path: &Path, problem: Problem) -> Self {
        Self {
            recording: path.display().to_string(),
            problem,
        }
    }

    pub(crate) fn unreadable(path: &Path, error: io::Error) -> Self {
        Self::in_file(path, Problem::Unreadable(error))
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.recording)?;
        match &self.problem {
            Problem::Unreadable(error) => write!(f, "cannot be read: {error}"),
            Problem::Damaged(damage) => write!(
                f,
                "cannot be served: {damage}; give a whole Matroska or WebM file, or a capture of \
                 the service"
            ),
            Problem::Truncated => f.write_str(
                "cannot be served: it ends inside its first fragment; give a file that was \
                 written to its end",
            ),
            Problem::Empty => {
                f.write_str("holds no fragment; give a Matroska or WebM file with frames in it")
            }
            Problem::NoRoom => f.write_str(
                "has fragment numbers of 128 digits, which leave none for more fragments; give \
                 another capture",
            ),
        }
    }
}

impl std::error::Error for LoadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.problem {
            Problem::Unreadable(error) => Some(error),
            _ => None,
        }
    }
}

/// Reads a recording from `bytes`, of which the fragments stay slices.
pub(crate) fn load(bytes: Bytes) -> Result<Loaded, Problem> {
    let found = fragments(bytes)?;
    let is_capture = found.iter().any(|fragment| fragment.number.is_some());
    let mut loaded = Loaded::default();
    let mut known = HashMap::new();
    for fragment in found {
        if let Some(warning) = why_not(&fragment, is_capture) {
            loaded.warnings.extend(warning);
        } else {
            loaded.keep(fragment, &mut known);
        }
    }
    if loaded.fragments.is_empty() {
        let cut_short = !loaded.warnings.is_empty();
        return Err(if cut_short {
            Problem::Truncated
        } else {
            Problem::Empty
        });
    }
    loaded.numbering = Numbering::after(known.keys()).ok_or(Problem::NoRoom)?;
    Ok(loaded)
}

fn fragments(bytes: Bytes) -> Result<Vec<Fragment>, Problem> {
    let mut decoder = Fragments::new().keeping_raw();
    decoder.push(bytes);
    decoder.finish();
    let mut fragments = Vec::new();
    while let Some(next) = decoder.next_fragment() {
        fragments.push(next.map_err(Problem::Damaged)?);
    }
    Ok(fragments)
}

/// Why a fragment is left out, with the warning if there is need for one; `None` if it is not.
fn why_not(fragment: &Fragment, is_capture: bool) -> Option<Option<String>> {
    match fragment.state {
        State::Truncated if is_capture || fragment.frames.is_empty() => Some(Some(format!(
            "the fragment at byte {} is cut short, and is left out",
            fragment.offset
        ))),
        State::Complete | State::Empty if !is_capture && fragment.frames.is_empty() => Some(None),
        _ => None,
    }
}

impl Loaded {
    /// Adds a fragment. One that has another's number is given a new one, unless it is that other
    /// once more.
    fn keep(&mut self, mut fragment: Fragment, known: &mut HashMap<FragmentNumber, usize>) {
        if fragment.state == State::Truncated {
            self.warnings.push(format!(
                "the fragment at byte {} is cut short: it is served with the frames that are whole",
                fragment.offset
            ));
        }
        let mut number = fragment.number.clone();
        if let Some(taken) = number.as_ref().filter(|number| known.contains_key(number)) {
            let earlier = known.get(taken).and_then(|i| self.fragments.get(*i));
            if earlier.is_some_and(|earlier| same_bytes(&earlier.fragment, &fragment)) {
                self.warnings.push(format!(
                    "fragment {taken} is there once more, at byte {}, and is left out",
                    fragment.offset
                ));
                return;
            }
            self.warnings.push(format!(
                "the fragment at byte {} has the number of another one, {taken}: it gets a new one",
                fragment.offset
            ));
            number = None;
        }
        match &number {
            Some(number) => {
                known.insert(number.clone(), self.fragments.len());
            }
            // It is written anew, so that what it came as is of no use.
            None => fragment.raw = Vec::new(),
        }
        self.fragments.push(Stored {
            length: length(&fragment.frames, &fragment.tracks),
            fragment,
            number,
        });
    }
}

fn same_bytes(a: &Fragment, b: &Fragment) -> bool {
    a.bytes == b.bytes && a.raw.iter().flatten().eq(b.raw.iter().flatten())
}

/// Nanoseconds from the first frame to the end of the last. A frame that does not say how long it
/// lasts is taken to last as long as its track's frames do, or as the one before it did.
fn length(frames: &[Frame], tracks: &[Track]) -> i64 {
    let start = frames.iter().map(|frame| frame.timestamp).min();
    let end = by_track(frames).into_iter().map(|(track, mut frames)| {
        frames.sort_unstable_by_key(|frame| frame.timestamp);
        let last_two = frames.get(frames.len().saturating_sub(2)..);
        let (before, last) = match last_two.unwrap_or_default() {
            [last] => (*last, *last),
            [before, last] => (*before, *last),
            _ => return i64::MIN,
        };
        let track = tracks.iter().find(|t| t.number == track);
        let said = last.duration.or_else(|| track?.default_duration);
        let said = said.and_then(|nanos| i64::try_from(nanos).ok());
        let gap = last.timestamp.saturating_sub(before.timestamp);
        last.timestamp.saturating_add(said.unwrap_or(gap))
    });
    let length = end
        .max()
        .zip(start)
        .map(|(end, start)| end.saturating_sub(start));
    length.unwrap_or(0).max(0)
}

fn by_track(frames: &[Frame]) -> BTreeMap<u64, Vec<&Frame>> {
    let mut tracks: BTreeMap<u64, Vec<&Frame>> = BTreeMap::new();
    for frame in frames {
        tracks.entry(frame.track).or_default().push(frame);
    }
    tracks
}
