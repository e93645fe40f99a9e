//! Where fragments go: files and folders that stand under their names only when they are whole,
//! and pipes.

mod document;
mod folder;
mod frames;
mod guarded;
mod images;
mod indexed;
mod matroska;
mod mp4;
mod pending;
mod pipe;
mod raw;
mod resumable;
mod target;

use std::path::{Path, PathBuf};

use kvs_archive::Plan;
use kvs_archive::mkv::{Fragment, Gaps};
use kvs_file::TemporaryFile;
use kvs_mp4::WriteError;

pub(crate) use self::document::Document;
pub(crate) use self::frames::{Choice, Layout};
pub(crate) use self::guarded::Guarded;
pub(crate) use self::images::ImageFolder;
pub(crate) use self::resumable::{Earlier, Resumable};

use self::pending::{Pending, Sealed};
use self::target::{Kind, Target};
use crate::args::Format;
use crate::exit::{Failure, say};
use crate::report::Hole;

/// Takes fragments, one after the other.
pub(crate) trait Sink {
    /// Takes the next fragment, or the next part of one.
    fn write(&mut self, fragment: &Fragment) -> Result<(), Rejected>;

    /// Hears that so many fragments of the plan are written, or among all holes so far.
    fn settle(
        &mut self,
        _plan: Option<&Plan>,
        _settled: u64,
        _holes: &[Hole],
    ) -> Result<(), Failure> {
        Ok(())
    }

    /// Ends before the end. What is kept for a later run, if anything is.
    fn suspend(self: Box<Self>) -> Option<String> {
        None
    }

    /// Puts all that was written under its name, and the holes beside it, with those that it has
    /// found itself.
    fn finish(self: Box<Self>, holes: &[Hole]) -> Result<Delivery, Failure>;
}

/// How an output is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Options {
    pub(crate) format: Format,
    /// What becomes of gaps in files that play.
    pub(crate) gaps: Gaps,
    /// Whether what stands under the name may be replaced.
    pub(crate) overwrite: bool,
}

/// Why a fragment was not taken.
#[derive(Debug)]
pub(crate) enum Rejected {
    /// It fits into no file; the next one may.
    Fragment(WriteError),
    /// Nothing can be written.
    Output(Failure),
}

impl From<Failure> for Rejected {
    fn from(failure: Failure) -> Self {
        Self::Output(failure)
    }
}

/// What stands under its name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Delivery {
    /// The file or folder, and how people call a pipe.
    pub(crate) name: String,
    /// How many bytes the file has; no folder and no pipe.
    pub(crate) size: Option<u64>,
    /// Where the tracks changed, the files that go on, and why each begins.
    pub(crate) sequels: Vec<(PathBuf, String)>,
    /// What is in it, if that is not one recording.
    pub(crate) contents: Vec<String>,
    /// The file that names the holes.
    pub(crate) holes: Option<PathBuf>,
}

impl Delivery {
    /// Says what else there is beside what bears its name.
    pub(crate) fn tell(&self) {
        for (file, why) in &self.sequels {
            say(format_args!("{}: goes on, since {why}", file.display()));
        }
        for line in &self.contents {
            say(line);
        }
    }
}

/// Opens the output; with `-`, standard output.
///
/// # Errors
/// When it exists and may not be replaced, or cannot be written.
pub(crate) fn open(path: &Path, options: &Options) -> Result<Box<dyn Sink>, Failure> {
    let Options {
        format,
        gaps,
        overwrite,
    } = *options;
    if path.as_os_str() == "-" {
        return pipe::open(format, gaps);
    }
    let kind = match format {
        Format::Mkv | Format::Mp4 | Format::Raw => Kind::File,
        Format::Fragments => Kind::Folder,
    };
    let target = Target::check(path, kind, overwrite)?;
    Ok(match format {
        Format::Mkv => Box::new(matroska::Files::create(target, gaps)?),
        Format::Mp4 => Box::new(mp4::Files::create(target, gaps)?),
        Format::Raw => Box::new(raw::File::create(target)?),
        Format::Fragments => Box::new(folder::Folder::create(target)?),
    })
}

/// Where fragments wait that are too large for memory: beside the output, where there has to be room
/// for them anyway.
pub(crate) fn spool(path: &Path) -> TemporaryFile {
    TemporaryFile::within(match path.parent() {
        _ if path.as_os_str() == "-" => std::env::temp_dir(),
        Some(parent) if parent != Path::new("") => parent.to_owned(),
        _ => PathBuf::from("."),
    })
}

/// Opens the output for frames: a folder, or with `-` standard output.
///
/// # Errors
/// When it exists and may not be replaced, or cannot be written.
pub(crate) fn open_frames(
    path: &Path,
    choice: Choice,
    layout: Layout,
    overwrite: bool,
) -> Result<Box<dyn Sink>, Failure> {
    if path.as_os_str() == "-" {
        return frames::open_pipe(choice, layout);
    }
    let target = Target::check(path, Kind::Folder, overwrite)?;
    frames::open_folder(target, choice, layout)
}

/// The size of a file that stands under its name. It is for a person: whatever hinders us from
/// looking takes nothing from the file.
fn size_of(path: &Path) -> Option<u64> {
    let metadata = std::fs::metadata(path);
    metadata.ok().map(|metadata| metadata.len())
}

/// Puts the parts of an output under their names, the first one last: when it is there, all is.
fn publish(
    target: &Target,
    mut parts: Vec<Sealed>,
    holes: &[Hole],
) -> Result<Option<PathBuf>, Failure> {
    let list = target.list_of_holes();
    if !holes.is_empty() {
        parts.push(write_holes(list.clone(), holes)?);
    }
    for part in parts.into_iter().rev() {
        part.publish()?;
    }
    if holes.is_empty() {
        remove_holes(target)?;
        return Ok(None);
    }
    Ok(Some(list.path().to_owned()))
}

/// Puts the list of holes under its name, if there are any.
fn name_holes(target: &Target, holes: &[Hole]) -> Result<Option<PathBuf>, Failure> {
    if holes.is_empty() {
        return Ok(None);
    }
    let list = target.list_of_holes();
    write_holes(list.clone(), holes)?.publish()?;
    Ok(Some(list.path().to_owned()))
}

/// Removes the list of holes: it would tell of an earlier run.
fn remove_holes(target: &Target) -> Result<(), Failure> {
    pending::remove(target.list_of_holes().path())
}

fn write_holes(target: Target, holes: &[Hole]) -> Result<Sealed, Failure> {
    let mut file = Pending::create(target)?;
    for hole in holes {
        file.write_line(hole)?;
    }
    file.seal()
}
