//! Why a file cannot be written, or not be gone on with.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use kvs_archive::journal::BadJournal;
use kvs_archive::mkv::{BadCheckpoint, WriteError};

/// Why a file cannot be written, or not be gone on with.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refused.
    Io {
        /// What: `write door.mkv`.
        doing: String,
        /// Why.
        source: io::Error,
    },
    /// That path names no file.
    NoName(PathBuf),
    /// What stands under the name is no file.
    NoFile(PathBuf),
    /// A file stands under the name, and is not to be [replaced](crate::Options::overwrite).
    Exists(PathBuf),
    /// Another process writes that file.
    Busy(PathBuf),
    /// The journal of an earlier run cannot be read.
    Journal {
        /// The journal.
        path: PathBuf,
        /// What is wrong with it.
        problem: BadJournal,
    },
    /// The journal of an earlier run tells what no writer has said.
    State {
        /// The journal.
        path: PathBuf,
        /// What is wrong with it.
        problem: BadCheckpoint,
    },
    /// That file is not as the run left it that wrote it.
    Changed(PathBuf),
    /// The file is half fetched for another request.
    OtherRequest {
        /// The file.
        path: PathBuf,
        /// What was asked for then.
        earlier: String,
    },
    /// The recording is whole already, and takes no more.
    IsWhole(PathBuf),
    /// The recording cannot end here: of its last fragment not all parts have come.
    Unfinished(PathBuf),
}

impl Error {
    pub(crate) fn write(path: &Path, source: io::Error) -> Self {
        Self::doing("write", path, source)
    }

    /// The same for one that another process may have.
    pub(crate) fn create(path: &Path, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::WouldBlock => Self::Busy(path.to_owned()),
            _ => Self::write(path, source),
        }
    }

    pub(crate) fn read(path: &Path, source: io::Error) -> Self {
        Self::doing("read", path, source)
    }

    pub(crate) fn doing(what: &str, path: &Path, source: io::Error) -> Self {
        Self::Io {
            doing: format!("{what} {}", path.display()),
            source,
        }
    }

    /// Whether a run that begins anew, with [`Options::restart`](crate::Options::restart), would not
    /// fail for this.
    pub fn is_about_earlier_run(&self) -> bool {
        matches!(
            self,
            Self::Journal { .. }
                | Self::State { .. }
                | Self::Changed(_)
                | Self::OtherRequest { .. }
        )
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { doing, source } => write!(f, "cannot {doing}: {source}"),
            Self::NoName(path) => write!(f, "{} names no file", path.display()),
            Self::NoFile(path) => write!(f, "{} is no ordinary file", path.display()),
            Self::Exists(path) => write!(f, "{} exists", path.display()),
            Self::Busy(path) => write!(f, "another process is writing {}", path.display()),
            Self::Journal { path, problem } => write!(f, "{} is {problem}", path.display()),
            Self::State { path, problem } => {
                write!(f, "{} holds what is {problem}", path.display())
            }
            Self::Changed(path) => {
                let path = path.display();
                write!(f, "{path} is not as the run left it that wrote it")
            }
            Self::OtherRequest { path, .. } => {
                write!(f, "{} is half fetched for another request", path.display())
            }
            Self::IsWhole(path) => write!(f, "{} is whole already", path.display()),
            Self::Unfinished(path) => {
                write!(f, "{} has only part of its last fragment", path.display())
            }
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            Self::Journal { problem, .. } => Some(problem),
            Self::State { problem, .. } => Some(problem),
            _ => None,
        }
    }
}

/// Why a fragment was not taken.
#[derive(Debug)]
#[non_exhaustive]
pub enum Rejected {
    /// It fits into no file; the next one may.
    Fragment(WriteError),
    /// Nothing can be written.
    File(Error),
}

impl From<Error> for Rejected {
    fn from(error: Error) -> Self {
        Self::File(error)
    }
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fragment(why) => why.fmt(f),
            Self::File(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Rejected {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Fragment(why) => Some(why),
            Self::File(error) => Some(error),
        }
    }
}
