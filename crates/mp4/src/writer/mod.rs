//! Many fragments as one MP4 file.
//!
//! ```text
//!  Faststart                            Fragmented
//!
//!  ftyp                                 ftyp
//!  moov    index of all frames          moov    tracks alone
//!  mdat    frames in stored order       moof    index of a fragment ┐
//!                                       mdat    its frames, by track ┘ …
//! ```
//!
//! # Times
//!
//! A Matroska timestamp says when a frame is shown, and frames are stored in the order in which
//! they are decoded. An MP4 says both times. The times of decoding are those of a fragment's frames
//! sorted; where a frame would be shown before it is decoded, all of its track is shown that much
//! later, and the edit list takes that back.
//!
//! Pictures have the clock of the fragment's TimestampScale, sound has its sampling rate.

mod atoms;
mod index;
mod moof;
mod moov;
mod segments;
mod track;

use bytes::{Bytes, BytesMut};
use kvs_mkv::{Fragment, Gaps, Timeline, Timestamp};

pub use self::segments::Segments;

use self::index::Index;
use self::track::{Sample, Track};
use crate::{WriteError, time};

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WriterOptions {
    /// Where the index goes.
    pub form: Form,
    /// What becomes of holes in time.
    pub gaps: Gaps,
}

/// Where the index of a file goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Form {
    /// In front of all frames, so that a player need not fetch the end first. It is known only at
    /// the end: what is written before goes to a temporary file, and behind [`Tail::head`] then.
    /// A writer holds some ten bytes a frame.
    #[default]
    Faststart,
    /// To the frames of each fragment: for a pipe. The file is valid at every fragment's end, and a
    /// writer holds nothing.
    Fragmented,
}

/// The end of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tail {
    /// What goes before all other output; empty for [`Form::Fragmented`].
    pub head: Vec<Bytes>,
    /// What goes behind the output taken before.
    pub pieces: Vec<Bytes>,
}

/// Turns fragments into one MP4 file.
///
/// Its output is a function of the fragments and the options alone. Frames are not copied, unless
/// their start codes have to become lengths.
///
/// ```
/// use kvs_mkv::Fragment;
/// use kvs_mp4::{Form, WriteError, Writer, WriterOptions};
///
/// fn whole(fragments: &[Fragment]) -> Result<Vec<u8>, WriteError> {
///     let mut writer = Writer::new(WriterOptions::default());
///     let mut spool = Vec::new();
///     for fragment in fragments {
///         writer.write(fragment)?;
///         spool.extend(writer.take_output());
///     }
///     let tail = writer.finish()?;
///     Ok([tail.head, spool, tail.pieces].concat().concat())
/// }
/// assert_eq!(whole(&[])?[4..8], *b"ftyp");
/// # Ok::<(), WriteError>(())
/// ```
#[derive(Debug)]
pub struct Writer {
    options: WriterOptions,
    timeline: Timeline,
    file: Option<File>,
    output: Vec<Bytes>,
}

/// A file whose tracks are settled.
#[derive(Debug)]
struct File {
    movie: Movie,
    tracks: Vec<Track>,
    content: Content,
}

/// What holds for all tracks.
#[derive(Debug, Clone, Copy)]
struct Movie {
    /// Ticks a second of durations and edits, and of the clock of pictures.
    timescale: u32,
    created: Option<Timestamp>,
}

#[derive(Debug)]
enum Content {
    /// An index for each track.
    Indexed {
        indices: Vec<Index>,
        bytes: u64,
        /// Whose chunk the fragment under way is in.
        chunk: Option<usize>,
    },
    /// How many fragments there are.
    Fragments(u32),
}

impl Writer {
    /// A writer for one file.
    pub fn new(options: WriterOptions) -> Self {
        Self {
            timeline: Timeline::new(options.gaps),
            options,
            file: None,
            output: Vec::new(),
        }
    }

    /// Adds a fragment to the file. The first that has frames decides the tracks; one without is
    /// passed over, and so are tags: an MP4 has no place for them.
    ///
    /// The [parts](kvs_mkv::Part) of a fragment make of the file what the whole would, but that each has
    /// an index of its own where it is [fragmented](Form::Fragmented).
    ///
    /// # Errors
    /// See [`WriteError`]; nothing of the fragment is in the file then.
    pub fn write(&mut self, fragment: &Fragment) -> Result<(), WriteError> {
        if fragment.heads().next().is_none() {
            return Ok(());
        }
        // Refused, the fragment must not have moved those to come, nor settled the tracks.
        let mut timeline = self.timeline.clone();
        let shift = timeline.place(fragment)?.shift();
        match &mut self.file {
            Some(file) => file.write(fragment, shift, &mut self.output)?,
            none => {
                let mut file = File::open(fragment, self.options.form)?;
                file.write(fragment, shift, &mut self.output)?;
                *none = Some(file);
            }
        }
        self.timeline = timeline;
        Ok(())
    }

    /// What is to be written next.
    pub fn take_output(&mut self) -> Vec<Bytes> {
        std::mem::take(&mut self.output)
    }

    /// Ends the file.
    ///
    /// # Errors
    /// [`WriteError::TooLarge`] where the index is larger than 4 GiB.
    pub fn finish(self) -> Result<Tail, WriteError> {
        let head = match self.file {
            Some(File {
                movie,
                tracks,
                content: Content::Indexed { indices, bytes, .. },
            }) => moov::indexed(movie, &tracks, &indices, bytes)?,
            Some(_) => Vec::new(),
            None => vec![moov::empty()?],
        };
        Ok(Tail {
            head,
            pieces: self.output,
        })
    }
}

impl File {
    fn open(first: &Fragment, form: Form) -> Result<Self, WriteError> {
        let timescale = time::timescale(first.timestamp_scale);
        let tracks = first.tracks.iter().zip(1..);
        let tracks: Result<Vec<Track>, WriteError> = tracks
            .map(|(track, id)| Track::open(track, id, timescale))
            .collect();
        let tracks = tracks?;
        Ok(Self {
            movie: Movie {
                timescale,
                created: first.producer_timestamp,
            },
            content: match form {
                Form::Faststart => Content::Indexed {
                    indices: tracks.iter().map(|_| Index::default()).collect(),
                    bytes: 0,
                    chunk: None,
                },
                Form::Fragmented => Content::Fragments(0),
            },
            tracks,
        })
    }

    fn write(
        &mut self,
        fragment: &Fragment,
        shift: i128,
        output: &mut Vec<Bytes>,
    ) -> Result<(), WriteError> {
        let mut tracks = self.tracks.clone();
        let runs: Result<Vec<Vec<Sample>>, WriteError> = tracks
            .iter_mut()
            .map(|track| track.samples(fragment, shift))
            .collect();
        let runs = runs?;
        match &mut self.content {
            Content::Fragments(count) => {
                let mut written = BytesMut::new();
                if *count == 0 {
                    written.extend(moov::fragmented(self.movie, &tracks)?);
                }
                let number = count.saturating_add(1);
                written.extend(moof::encode(number, &tracks, &runs)?);
                *count = number;
                output.push(written.freeze());
                output.extend(runs.into_iter().flatten().map(|sample| sample.data));
            }
            Content::Indexed {
                indices,
                bytes,
                chunk,
            } => {
                for (index, run) in indices.iter_mut().zip(&runs) {
                    index.add(run);
                }
                if fragment.begins() {
                    *chunk = None;
                }
                add_chunks(fragment, &tracks, runs, indices, (bytes, chunk), output);
            }
        }
        self.tracks = tracks;
        Ok(())
    }
}

/// Puts out frames in stored order; those of a track without others between are a chunk.
fn add_chunks(
    fragment: &Fragment,
    tracks: &[Track],
    runs: Vec<Vec<Sample>>,
    indices: &mut [Index],
    (bytes, former): (&mut u64, &mut Option<usize>),
    output: &mut Vec<Bytes>,
) {
    let mut runs: Vec<_> = runs.into_iter().map(Vec::into_iter).collect();
    for frame in &fragment.frames {
        let at = tracks.iter().position(|track| track.number == frame.track);
        let Some(at) = at else { continue };
        let sample = runs.get_mut(at).and_then(Iterator::next);
        let (Some(sample), Some(index)) = (sample, indices.get_mut(at)) else {
            continue;
        };
        index.place(*bytes, *former != Some(at));
        *former = Some(at);
        *bytes = bytes.saturating_add(sample.len());
        output.push(sample.data);
    }
}

#[cfg(test)]
mod tests;
