//! A folder in the making, with an index of what is in it.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use serde::Serialize;

use super::pending::{self, Sealed, Temporary, unwritable};
use super::target::Target;
use crate::exit::Failure;

/// Files and a list of them that has a line of JSON for each, which nobody else writes. Dropped, all of
/// it is gone.
#[derive(Debug)]
pub(super) struct Indexed {
    index: BufWriter<File>,
    name: &'static str,
    // Before the lock: what is removed is locked until then.
    temporary: Temporary,
    lock: Option<File>,
    target: Target,
}

impl Indexed {
    /// `name` is that of the index.
    pub(super) fn create(target: Target, name: &'static str) -> Result<Self, Failure> {
        let (temporary, lock) = Temporary::folder(&target)?;
        let index = pending::create(&temporary.path().join(name));
        let index = index.map_err(|error| unwritable(target.path(), &error))?;
        Ok(Self {
            index: BufWriter::new(index),
            name,
            temporary,
            lock,
            target,
        })
    }

    /// Where a file of the folder grows.
    pub(super) fn path(&self, file: &str) -> PathBuf {
        self.temporary.path().join(file)
    }

    /// That a file of the folder cannot be written.
    pub(super) fn unwritable(&self, file: &str, error: &io::Error) -> Failure {
        unwritable(&self.target.path().join(file), error)
    }

    /// Adds a line to the index.
    pub(super) fn add(&mut self, line: &impl Serialize) -> Result<(), Failure> {
        let written = serde_json::to_writer(&mut self.index, line).map_err(io::Error::from);
        let written = written.and_then(|()| self.index.write_all(b"\n"));
        written.map_err(|error| self.unwritable(self.name, &error))
    }

    /// Brings the folder to the disk.
    pub(super) fn seal(mut self) -> Result<Sealed, Failure> {
        let synced = self.index.flush();
        let synced = synced.and_then(|()| self.index.get_ref().sync_all());
        synced.map_err(|error| self.unwritable(self.name, &error))?;
        pending::sync_folder(self.temporary.path());
        Ok(Sealed::new(self.temporary, self.target, self.lock))
    }
}
