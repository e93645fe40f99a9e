//! Streams as they are given to an emulator.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use kvs_api::protocol::Timestamp;

use crate::load::{self, LoadError, Loaded};

const DEMO: &[u8] = include_bytes!("../demo/demo.mkv");
/// 2026-01-01T00:00:00Z.
const START: Timestamp = Timestamp::new(1_767_225_600, 0);

/// A recording to be served as a stream, made from Matroska.
///
/// From a capture of the service every fragment keeps its number, its times and its bytes. In an
/// ordinary file each cluster that holds frames becomes a fragment; it gets a number, a producer
/// timestamp, which is its time in the file after [`starting_at`](Self::starting_at), and a server
/// timestamp a little later.
///
/// ```
/// use kvs_emulator::Stream;
///
/// // Ten hours of the half minute that comes with this crate, in the memory of one.
/// let stream = Stream::demo().repeat(1_200);
/// assert_eq!(stream.fragments(), 18_000);
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct Stream {
    pub(crate) loaded: Loaded,
    pub(crate) start: Timestamp,
    pub(crate) repeat: u32,
}

impl Stream {
    /// A stream in which nothing is recorded.
    pub fn empty() -> Self {
        Self::of(Loaded::default())
    }

    /// The sample that comes with this crate: 30 seconds of H.264 and AAC in 15 fragments.
    #[expect(clippy::expect_used, reason = "the sample is part of this crate")]
    pub fn demo() -> Self {
        Self::from_matroska(DEMO).expect("the sample is whole")
    }

    /// Reads a recording from memory, of which it keeps slices.
    ///
    /// # Errors
    /// When it is not Matroska, is damaged, or holds no fragment.
    pub fn from_matroska(bytes: impl Into<Bytes>) -> Result<Self, LoadError> {
        let loaded = load::load(bytes.into());
        loaded.map(Self::of).map_err(LoadError::unnamed)
    }

    /// Reads a file into memory, once.
    ///
    /// # Errors
    /// When it cannot be read, and as [`from_matroska`](Self::from_matroska). The error names the
    /// file.
    pub fn from_path(path: impl AsRef<Path>) -> Result<Self, LoadError> {
        let path = path.as_ref();
        let bytes = std::fs::read(path).map_err(|error| LoadError::unreadable(path, error))?;
        let loaded = load::load(bytes.into());
        loaded
            .map(Self::of)
            .map_err(|why| LoadError::in_file(path, why))
    }

    fn of(loaded: Loaded) -> Self {
        Self {
            loaded,
            start: START,
            repeat: 1,
        }
    }

    /// Strings `copies` of the recording together, with times and numbers that go on. They take
    /// the memory of one: later copies are written when they are served.
    pub fn repeat(self, copies: u32) -> Self {
        Self {
            repeat: copies,
            ..self
        }
    }

    /// When the recording begins, for what does not say so itself; 2026-01-01T00:00:00Z unless set.
    pub fn starting_at(self, start: Timestamp) -> Self {
        Self { start, ..self }
    }

    /// How many fragments will be served, all copies counted.
    pub fn fragments(&self) -> u64 {
        let of_one = u64::try_from(self.loaded.fragments.len()).unwrap_or(u64::MAX);
        of_one.saturating_mul(self.repeat.into())
    }

    /// What was left out or changed when the recording was read, a line each, for people.
    pub fn warnings(&self) -> &[String] {
        &self.loaded.warnings
    }
}

/// Where the recording of a stream is from: a [`Stream`], or the path of a Matroska file.
#[derive(Debug, Clone)]
pub struct Source(Origin);

#[derive(Debug, Clone)]
enum Origin {
    Stream(Stream),
    File(PathBuf),
}

impl Source {
    pub(crate) fn load(self) -> Result<Stream, LoadError> {
        match self.0 {
            Origin::Stream(stream) => Ok(stream),
            Origin::File(path) => Stream::from_path(path),
        }
    }
}

impl From<Stream> for Source {
    fn from(stream: Stream) -> Self {
        Self(Origin::Stream(stream))
    }
}

impl From<PathBuf> for Source {
    fn from(path: PathBuf) -> Self {
        Self(Origin::File(path))
    }
}

impl From<&Path> for Source {
    fn from(path: &Path) -> Self {
        Self(Origin::File(path.to_owned()))
    }
}

impl From<&str> for Source {
    fn from(path: &str) -> Self {
        Self(Origin::File(path.into()))
    }
}
