//! Reads recordings.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::io;
use std::path::Path;

use bytes::Bytes;
use kvs_mkv::{Damage, Fragment, FragmentNumber, Fragments, Frame, State, Tag, Track};

use crate::numbering::Numbering;

/// Tags that GetMedia adds behind each fragment, for the one that it is sent to.
pub(crate) const MILLIS_BEHIND: &str = "AWS_KINESISVIDEO_MILLIS_BEHIND_NOW";
pub(crate) const CONTINUATION_TOKEN: &str = "AWS_KINESISVIDEO_CONTINUATION_TOKEN";

/// A recording as it was read.
#[derive(Clone, Default)]
pub(crate) struct Loaded {
    pub(crate) fragments: Vec<Stored>,
    /// Where captured numbers are in `fragments`.
    pub(crate) by_number: HashMap<FragmentNumber, usize>,
    /// Numbers for all others.
    pub(crate) numbering: Numbering,
    pub(crate) warnings: Vec<String>,
}

/// A fragment of a recording.
#[derive(Clone)]
pub(crate) struct Stored {
    pub(crate) fragment: Fragment,
    /// The number it was captured with, under which it is served: as it is, if it stands alone.
    pub(crate) number: Option<FragmentNumber>,
    /// Nanoseconds that it plays.
    pub(crate) length: i64,
}

impl Stored {
    /// A fragment that is to be written when it is served.
    pub(crate) fn anew(fragment: Fragment) -> Self {
        Self {
            length: length(&fragment.frames, &fragment.tracks),
            fragment,
            number: None,
        }
    }

    /// The bytes it came as, if they are a document of their own, as the service sends each. In a file
    /// that plays they are a part of one.
    pub(crate) fn document(&self) -> Option<&[Bytes]> {
        const EBML: [u8; 4] = [0x1A, 0x45, 0xDF, 0xA3];
        let raw = &self.fragment.raw;
        let beginning = raw.iter().flatten().take(EBML.len());
        beginning.eq(&EBML).then_some(raw)
    }
}

/// Without the media, which would fill the screen.
impl fmt::Debug for Stored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stored")
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}

/// The same.
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
    for fragment in found {
        if is_capture {
            loaded.take_captured(fragment);
        } else {
            loaded.take_ordinary(fragment);
        }
    }
    match (loaded.fragments.as_slice(), loaded.warnings.as_slice()) {
        ([], []) => return Err(Problem::Empty),
        ([], _) => return Err(Problem::Truncated),
        _ => {}
    }
    loaded.numbering = Numbering::after(loaded.by_number.keys()).ok_or(Problem::NoRoom)?;
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

impl Loaded {
    /// A cluster of a file; one without frames is no fragment.
    fn take_ordinary(&mut self, fragment: Fragment) {
        let kept = !fragment.frames.is_empty();
        if fragment.state == State::Truncated {
            let fate = if kept {
                "is served with the frames that are whole"
            } else {
                "is left out"
            };
            self.warn(&fragment, &format!("is cut short, and {fate}"));
        }
        if kept {
            self.keep_anew(fragment);
        }
    }

    /// What the service sent, be it a fragment, an empty one or an error in its place; or what was made
    /// one file of.
    fn take_captured(&mut self, fragment: Fragment) {
        if fragment.state == State::Truncated {
            return self.warn(&fragment, "is cut short, and is left out");
        }
        let Some(number) = fragment.number.clone() else {
            return self.keep_anew(fragment);
        };
        let known = self.by_number.get(&number);
        match known.and_then(|index| self.fragments.get(*index)) {
            None => {
                self.by_number.insert(number.clone(), self.fragments.len());
                self.keep(fragment, Some(number));
            }
            Some(other) if same_bytes(&other.fragment, &fragment) => {
                self.warn(
                    &fragment,
                    &format!("is {number} once more, and is left out"),
                );
            }
            Some(_) => {
                self.warn(
                    &fragment,
                    &format!("is another {number}, and gets a new number"),
                );
                self.keep_anew(fragment);
            }
        }
    }

    /// Keeps a fragment to be written when it is served: how it came is of no use.
    fn keep_anew(&mut self, mut fragment: Fragment) {
        fragment.raw = Vec::new();
        self.keep(fragment, None);
    }

    /// What a capture's reader was told besides is of no use to others; in the bytes as they came it
    /// stays.
    fn keep(&mut self, mut fragment: Fragment, number: Option<FragmentNumber>) {
        let is_for_all = |tag: &Tag| ![MILLIS_BEHIND, CONTINUATION_TOKEN].contains(&&*tag.name);
        fragment.tags_after.retain(is_for_all);
        self.fragments.push(Stored {
            length: length(&fragment.frames, &fragment.tracks),
            fragment,
            number,
        });
    }

    fn warn(&mut self, fragment: &Fragment, what: &str) {
        let warning = format!("the fragment at byte {} {what}", fragment.offset);
        self.warnings.push(warning);
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
