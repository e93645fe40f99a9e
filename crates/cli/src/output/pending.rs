//! Files that grow under a temporary name and take their own when they are whole.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};

use kvs_archive::mkv::Bytes;
use serde::Serialize;

use super::target::Target;
use crate::exit::Failure;

/// A file in the making, which nobody else writes. Dropped, it is gone.
#[derive(Debug)]
pub(super) struct Pending {
    // Before the file: what is removed is locked until then.
    temporary: Temporary,
    file: BufWriter<File>,
    target: Target,
}

/// A file or a folder that is whole and safe on disk, but not yet under its name. Dropped, it is
/// gone.
#[derive(Debug)]
pub(super) struct Sealed {
    temporary: Temporary,
    target: Target,
    /// Keeps others off.
    lock: Option<File>,
}

/// A name that is removed with what stands under it, unless it was given another.
#[derive(Debug)]
pub(super) struct Temporary {
    path: PathBuf,
    stays: bool,
}

impl Temporary {
    /// A new file, which others leave alone as long as it is open. What a run that was killed has left
    /// is removed.
    fn file(target: &Target) -> Result<(Self, File), Failure> {
        Self::create(target, kvs_file::create_alone)
    }

    /// The same for a folder.
    pub(super) fn folder(target: &Target) -> Result<(Self, Option<File>), Failure> {
        Self::create(target, kvs_file::create_folder_alone)
    }

    fn create<T>(
        target: &Target,
        create: impl FnOnce(&Path) -> io::Result<T>,
    ) -> Result<(Self, T), Failure> {
        let path = target.temporary();
        let created = create(&path).map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock => busy(target.path()),
            _ => unwritable(target.path(), &error),
        })?;
        Ok((Self { path, stays: false }, created))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    fn rename(mut self, to: &Path) -> io::Result<()> {
        fs::rename(&self.path, to)?;
        self.stays = true;
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.stays {
            // The run has failed already, and says why.
            let _ = remove(&self.path);
        }
    }
}

impl Pending {
    pub(super) fn create(target: Target) -> Result<Self, Failure> {
        let (temporary, file) = Temporary::file(&target)?;
        Ok(Self {
            temporary,
            file: BufWriter::new(file),
            target,
        })
    }

    pub(super) fn write(&mut self, pieces: &[Bytes]) -> Result<(), Failure> {
        let mut pieces = pieces.iter();
        let written = pieces.try_for_each(|piece| self.file.write_all(piece));
        written.map_err(|error| unwritable(self.target.path(), &error))
    }

    /// Adds all of another, which is gone then.
    pub(super) fn append(&mut self, mut other: Self) -> Result<(), Failure> {
        // Seeking writes what is held back.
        let rewound = other.file.rewind();
        let copied = rewound.and_then(|()| io::copy(other.file.get_mut(), &mut self.file));
        copied
            .map(drop)
            .map_err(|error| unwritable(self.target.path(), &error))
    }

    pub(super) fn write_line(&mut self, line: &impl Serialize) -> Result<(), Failure> {
        let written = serde_json::to_writer(&mut self.file, line).map_err(io::Error::from);
        written
            .and_then(|()| self.file.write_all(b"\n"))
            .map_err(|error| unwritable(self.target.path(), &error))
    }

    /// Brings all of it to the disk.
    pub(super) fn seal(mut self) -> Result<Sealed, Failure> {
        let synced = self
            .file
            .flush()
            .and_then(|()| self.file.get_ref().sync_all());
        synced.map_err(|error| unwritable(self.target.path(), &error))?;
        let (file, _) = self.file.into_parts();
        Ok(Sealed::new(self.temporary, self.target, Some(file)))
    }
}

impl Sealed {
    pub(super) fn new(temporary: Temporary, target: Target, lock: Option<File>) -> Self {
        Self {
            temporary,
            target,
            lock,
        }
    }

    /// The same for one of many: files that a process may have open are few, and the first of them
    /// keeps others off.
    pub(super) fn unlocked(mut self) -> Self {
        self.lock = None;
        self
    }

    pub(super) fn target(&self) -> &Target {
        &self.target
    }

    /// Gives it its name.
    pub(super) fn publish(self) -> Result<(), Failure> {
        let Self {
            temporary,
            target,
            lock,
        } = self;
        // Hours may have passed since that was checked.
        target.check_free()?;
        let failure = |error: io::Error| unwritable(target.path(), &error);
        if temporary.path().is_dir() && target.path().is_dir() {
            // A folder does not take the place of another.
            let old = target.replaced();
            remove(&old)?;
            fs::rename(target.path(), &old).map_err(failure)?;
            temporary.rename(target.path()).map_err(failure)?;
            remove(&old)?;
        } else {
            temporary.rename(target.path()).map_err(failure)?;
        }
        drop(lock);
        sync_folder(target.folder());
        Ok(())
    }
}

/// Creates a file where there is none.
pub(super) fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

/// Writes a file of a folder that has no name yet, and brings it to the disk.
pub(super) fn write_file(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = create(path)?;
    file.write_all(content)?;
    file.sync_all()
}

/// Brings the names in a folder to the disk, where the system knows how to: what the files hold is
/// there already, and some file systems refuse.
pub(super) fn sync_folder(folder: &Path) {
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}

/// Removes a file, or a folder with all that is in it, if there is one.
pub(super) fn remove(path: &Path) -> Result<(), Failure> {
    let removed = match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Failure::io(
            format_args!("remove {}", path.display()),
            &error,
        )),
        _ => Ok(()),
    }
}

pub(super) fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::io(format_args!("write {}", path.display()), error)
}

/// That another process has not ended yet.
pub(super) fn busy(path: &Path) -> Failure {
    Failure::new(format_args!(
        "another kvs is writing {}; wait until it ends, or give another name",
        path.display()
    ))
}
