//! What goes into a writer and comes out of it beside fragments.

use std::time::Duration;

use bytes::Bytes;

/// How a file is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriterOptions {
    /// Whether what has been written can be patched.
    pub form: Form,
    /// What becomes of holes in time.
    pub gaps: Gaps,
    /// Bytes of frames after which a fragment's Cluster is split.
    pub cluster_bytes: u64,
    /// Time from the earliest frame to the latest after which it is split: players seek to Clusters.
    /// However long, none exceeds the 32,767 ticks that its blocks can count.
    pub cluster_duration: Duration,
}

impl Default for WriterOptions {
    fn default() -> Self {
        Self {
            form: Form::Seekable,
            gaps: Gaps::Close,
            cluster_bytes: 8 << 20,
            cluster_duration: Duration::from_secs(5),
        }
    }
}

/// What kind of output a file goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Form {
    /// A file: [`Tail::patches`] gives it its length, its duration and its index.
    #[default]
    Seekable,
    /// A pipe: valid as it stands at every fragment's end, without index and duration.
    Streamed,
}

/// What becomes of holes in time, a second or longer, between fragments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Gaps {
    /// They are closed, so that the file plays on without a pause.
    #[default]
    Close,
    /// They stay: the file's time runs as the producer's did.
    Keep,
}

/// The end of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tail {
    /// What is still to be written.
    pub pieces: Vec<Bytes>,
    /// What then takes the place of bytes already written.
    pub patches: Vec<Patch>,
}

/// Bytes to be written over others of the same number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patch {
    /// Where, in bytes from the beginning of the file.
    pub offset: u64,
    /// What.
    pub bytes: Bytes,
}
