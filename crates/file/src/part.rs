//! A file that grows beside its name.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};

use kvs_archive::mkv::{Bytes, Patch};

use crate::alone::{create_alone, lock};
use crate::error::Error;
use crate::names::{Name, remove, sync_folder};

/// A file in the making, which nobody else writes. Dropped, it is gone, unless it is
/// [kept](Self::keep).
#[derive(Debug)]
pub(crate) struct Part {
    // Before the file: what is removed is locked until then.
    place: Place,
    file: BufWriter<File>,
}

/// A file that is whole and safe on disk, but not yet under its name. Dropped, it is gone, unless it
/// is kept.
#[derive(Debug)]
pub(crate) struct Sealed {
    place: Place,
    /// Keeps others off.
    lock: Option<File>,
}

/// Where a file stands that has not taken its name.
#[derive(Debug)]
struct Place {
    name: Name,
    stays: bool,
}

impl Drop for Place {
    fn drop(&mut self) {
        if !self.stays {
            // The run has failed already, and says why.
            let _ = remove(&self.name.part());
        }
    }
}

impl Part {
    /// An empty one; what a run that was killed has left is removed.
    pub(crate) fn create(name: Name) -> Result<Self, Error> {
        let created = create_alone(&name.part());
        let file = created.map_err(|error| Error::create(name.path(), error))?;
        Ok(Self {
            file: BufWriter::new(file),
            place: Place { name, stays: false },
        })
    }

    /// The one that an earlier run has kept, to go on after `len` bytes, the first of which are
    /// `beginning`.
    pub(crate) fn reopen(name: Name, beginning: &[u8], len: u64) -> Result<Self, Error> {
        let reopened = OpenOptions::new().write(true).open(name.part());
        let reopened = reopened.and_then(|mut file| {
            if !lock(&file)? {
                return Err(io::ErrorKind::WouldBlock.into());
            }
            file.set_len(len)?;
            file.write_all(beginning)?;
            file.seek(SeekFrom::Start(len))?;
            Ok(file)
        });
        let file = reopened.map_err(|error| Error::create(name.path(), error))?;
        Ok(Self {
            file: BufWriter::new(file),
            place: Place { name, stays: true },
        })
    }

    /// Leaves it to a later run, whatever becomes of this one.
    pub(crate) fn keep(&mut self) {
        self.place.stays = true;
    }

    /// Removes it.
    pub(crate) fn discard(mut self) {
        self.place.stays = false;
    }

    /// Where the next byte goes.
    pub(crate) fn position(&mut self) -> Result<u64, Error> {
        let position = self.file.stream_position();
        self.told(position)
    }

    pub(crate) fn write(&mut self, pieces: &[Bytes]) -> Result<(), Error> {
        let mut pieces = pieces.iter();
        let written = pieces.try_for_each(|piece| self.file.write_all(piece));
        self.told(written)
    }

    pub(crate) fn patch(&mut self, patches: &[Patch]) -> Result<(), Error> {
        let mut patches = patches.iter();
        let patched = patches.try_for_each(|patch| {
            self.file.seek(SeekFrom::Start(patch.offset))?;
            self.file.write_all(&patch.bytes)
        });
        self.told(patched)
    }

    /// Gives all of it to the operating system.
    pub(crate) fn flush(&mut self) -> Result<(), Error> {
        let flushed = self.file.flush();
        self.told(flushed)
    }

    /// Brings all of it to the disk.
    pub(crate) fn sync(&mut self) -> Result<(), Error> {
        self.flush()?;
        let synced = self.file.get_ref().sync_data();
        self.told(synced)
    }

    /// Brings all of it to the disk, for the last time.
    pub(crate) fn seal(mut self) -> Result<Sealed, Error> {
        self.flush()?;
        let synced = self.file.get_ref().sync_all();
        self.told(synced)?;
        let (file, _) = self.file.into_parts();
        Ok(Sealed {
            place: self.place,
            lock: Some(file),
        })
    }

    fn told<T>(&self, done: io::Result<T>) -> Result<T, Error> {
        done.map_err(|error| Error::write(self.place.name.path(), error))
    }
}

impl Sealed {
    /// What an earlier run has left for this one.
    pub(crate) fn kept(name: Name) -> Self {
        Self {
            place: Place { name, stays: true },
            lock: None,
        }
    }

    /// The same for one of many: files that a process may have open are few, and the first of them
    /// keeps others off.
    pub(crate) fn unlocked(mut self) -> Self {
        self.lock = None;
        self
    }

    /// Gives it its name.
    pub(crate) fn publish(self) -> Result<(), Error> {
        let Self { mut place, lock } = self;
        // Hours may have passed since that was checked.
        place.name.check_free()?;
        let renamed = fs::rename(place.name.part(), place.name.path());
        renamed.map_err(|error| Error::write(place.name.path(), error))?;
        place.stays = true;
        drop(lock);
        sync_folder(place.name.folder());
        Ok(())
    }
}
