//! Many fragments as one playable file.
//!
//! ```text
//! EBML header                     of WebM, if all codecs are WebM's
//! Segment
//!   SeekHead                      room kept, completed at the end
//!   Info                          Duration: room kept
//!   Tracks                        of the first fragment with frames
//!   Tags   number, times, tags    ┐
//!   Cluster …                     │ a fragment
//!   Tags   those after            ┘
//!   …
//!   Cues
//! ```

mod checkpoint;
pub(crate) mod cluster;
mod cues;
mod error;
mod file;
pub(crate) mod header;
mod line;
mod options;
pub(crate) mod tags;
mod timeline;
pub(crate) mod tracks;

#[cfg(test)]
pub(crate) mod tests;

use bytes::Bytes;

use self::checkpoint::Saved;
use self::file::File;
use crate::ebml::write::len_u64;
use crate::fragment::Fragment;

pub use self::checkpoint::BadCheckpoint;
pub use self::error::{TrackChange, TracksChanged, WriteError};
pub use self::options::{Form, Gaps, Patch, Tail, WriterOptions};
pub use self::timeline::{Place, Timeline};

/// Turns fragments into one file.
///
/// Its output is a function of the fragments and the options alone. Frames are never copied: they
/// come out as the [`Bytes`] that went in.
///
/// ```
/// use kvs_mkv::{Fragment, WriteError, Writer, WriterOptions};
///
/// /// As many files as it takes: where the tracks change, another begins.
/// fn files(fragments: &[Fragment]) -> Result<Vec<Vec<u8>>, WriteError> {
///     let mut files = Vec::new();
///     let mut writer = Writer::new(WriterOptions::default());
///     for fragment in fragments {
///         match writer.write(fragment) {
///             Err(WriteError::TracksChanged(_)) => {
///                 let next = Writer::new(WriterOptions::default());
///                 files.push(whole(std::mem::replace(&mut writer, next)));
///                 writer.write(fragment)?;
///             }
///             other => other?,
///         }
///     }
///     files.push(whole(writer));
///     Ok(files)
/// }
///
/// fn whole(writer: Writer) -> Vec<u8> {
///     let tail = writer.finish();
///     let mut file = tail.pieces.concat();
///     for patch in tail.patches {
///         let at = patch.offset as usize;
///         file[at..at + patch.bytes.len()].copy_from_slice(&patch.bytes);
///     }
///     file
/// }
///
/// assert_eq!(files(&[])?.len(), 1);
/// # Ok::<(), WriteError>(())
/// ```
#[derive(Debug)]
pub struct Writer {
    options: WriterOptions,
    output: Output,
    /// Tags that came before the first frame: Tracks go first.
    held: Vec<Bytes>,
    timeline: Timeline,
    file: Option<File>,
    saved: Saved,
}

#[derive(Debug, Default)]
struct Output {
    pieces: Vec<Bytes>,
    position: u64,
}

impl Output {
    fn push(&mut self, bytes: Bytes) {
        if !bytes.is_empty() {
            self.position = self.position.saturating_add(len_u64(&bytes));
            self.pieces.push(bytes);
        }
    }
}

impl Writer {
    /// A writer for one file.
    pub fn new(options: WriterOptions) -> Self {
        Self {
            timeline: Timeline::new(options.gaps),
            options,
            output: Output::default(),
            held: Vec::new(),
            file: None,
            saved: Saved::default(),
        }
    }

    /// Adds a fragment to the file.
    ///
    /// The first that has frames decides the file's tracks and its TimestampScale. One without is
    /// written as its tags alone. One without number and timestamps reads back as part of the one
    /// before, if that has them. The [parts](crate::Part) of a fragment make of the file what the
    /// whole would; what is refused is refused with the first.
    ///
    /// # Errors
    ///
    /// See [`WriteError`]; the file is as if the fragment had not been there.
    pub fn write(&mut self, fragment: &Fragment) -> Result<(), WriteError> {
        if fragment.heads().next().is_none() {
            self.write_without_frames(fragment);
            return Ok(());
        }
        let place = self.timeline.place(fragment)?;
        let file = match &mut self.file {
            Some(file) => file,
            none => {
                let scale = self.timeline.scale();
                let date = fragment.producer_timestamp;
                let (file, header) = File::open(&self.options, scale, date, &fragment.tracks);
                self.output.push(header);
                self.held.drain(..).for_each(|tags| self.output.push(tags));
                none.insert(file)
            }
        };
        file.write(fragment, place, &mut self.output);
        Ok(())
    }

    /// What is to be written next; whole fragments, but where one comes in parts.
    pub fn take_output(&mut self) -> Vec<Bytes> {
        std::mem::take(&mut self.output.pieces)
    }

    /// Bytes of the file so far, taken or not.
    pub fn position(&self) -> u64 {
        self.output.position
    }

    /// What the writer knows, for one that goes on later: after the machine was started anew, say.
    ///
    /// It speaks of all that [`take_output`](Self::take_output) has given so far, and must have: what
    /// is not taken yet is not in it. Between the [parts](crate::Part) of a fragment there is nothing to
    /// go on with: it is to be asked for behind the last of them. Each tells what has come since the one before, so that keeping
    /// them takes little; [`resume`](Self::resume) wants them all.
    ///
    /// ```
    /// use kvs_mkv::{Fragment, WriteError, Writer, WriterOptions};
    ///
    /// fn in_two_runs(day: &[Fragment], night: &[Fragment]) -> Result<Vec<u8>, WriteError> {
    ///     let mut writer = Writer::new(WriterOptions::default());
    ///     day.iter().try_for_each(|fragment| writer.write(fragment))?;
    ///     let mut file = writer.take_output().concat();
    ///     let checkpoint = writer.checkpoint();
    ///     drop(writer);
    ///
    ///     let mut writer = Writer::resume(WriterOptions::default(), [checkpoint]).expect("its own");
    ///     night.iter().try_for_each(|fragment| writer.write(fragment))?;
    ///     file.extend(writer.take_output().concat());
    ///     Ok(file)
    /// }
    /// assert_eq!(in_two_runs(&[], &[])?, []);
    /// # Ok::<(), WriteError>(())
    /// ```
    pub fn checkpoint(&mut self) -> Vec<u8> {
        checkpoint::save(self)
    }

    /// The writer that gave these checkpoints, as it was at the last of them. `options` have to be
    /// the same.
    ///
    /// # Errors
    /// [`BadCheckpoint`] if these are not all checkpoints of one writer, in order.
    pub fn resume(
        options: WriterOptions,
        checkpoints: impl IntoIterator<Item = impl AsRef<[u8]>>,
    ) -> Result<Self, BadCheckpoint> {
        checkpoint::load(options, checkpoints)
    }

    /// The bytes before the first fragment, as they are until [patches](Tail::patches) complete
    /// them; none before there is a fragment with frames. Written over the beginning of a file,
    /// they undo patches that came before a writer was resumed.
    pub fn beginning(&self) -> Bytes {
        let file = self.file.as_ref();
        let tracks = self.timeline.tracks();
        file.map_or_else(Bytes::new, |file| file.header(self.options.form, tracks))
    }

    /// Ends the file.
    pub fn finish(mut self) -> Tail {
        let patches = match self.file.take() {
            Some(file) => file.finish(self.options.form, self.timeline.end(), &mut self.output),
            None => self.finish_without_frames(),
        };
        Tail {
            pieces: self.output.pieces,
            patches,
        }
    }

    fn write_without_frames(&mut self, fragment: &Fragment) {
        let before = fragment.begins().then(|| file::tags_before(fragment));
        let after = fragment.ends().then(|| file::tags_after(fragment));
        for tags in before.into_iter().chain(after) {
            match &self.file {
                Some(_) => self.output.push(tags),
                None => self.held.push(tags),
            }
        }
    }

    /// A file of tags alone, if of anything.
    fn finish_without_frames(&mut self) -> Vec<Patch> {
        let header = header::encode(self.options.form, header::MILLISECOND, None, &[]);
        self.output.push(header.bytes);
        self.held.drain(..).for_each(|tags| self.output.push(tags));
        header.layout.patches(self.output.position, 0.0, None)
    }
}
