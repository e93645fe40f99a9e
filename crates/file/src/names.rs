//! What stands beside a file, under which name.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::Error;

/// Where the file called `path` grows until it is whole: `.door.mkv.part` beside `door.mkv`.
pub fn part_path(path: &Path) -> PathBuf {
    beside(path, ".part")
}

/// Where it stands what the file called `path` has come to: `.door.mkv.journal` beside `door.mkv`.
pub fn journal_path(path: &Path) -> PathBuf {
    beside(path, ".journal")
}

/// The `count`th file of a recording whose tracks change: `door-2.mkv` beside `door.mkv`.
pub fn sequel_path(path: &Path, count: usize) -> PathBuf {
    let mut sequel = path.file_stem().unwrap_or_default().to_owned();
    sequel.push(format!("-{count}"));
    if let Some(extension) = path.extension() {
        sequel.push(".");
        sequel.push(extension);
    }
    path.with_file_name(sequel)
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let name = path.file_name().unwrap_or_default();
    let name: OsString = [OsStr::new("."), name, OsStr::new(suffix)]
        .into_iter()
        .collect();
    path.with_file_name(name)
}

/// A name that a file is to take.
#[derive(Debug, Clone)]
pub(crate) struct Name {
    path: PathBuf,
    overwrite: bool,
}

impl Name {
    pub(crate) fn new(path: &Path, overwrite: bool) -> Result<Self, Error> {
        // What a link points to is replaced, not the link.
        let resolved = path.is_symlink().then(|| fs::canonicalize(path).ok());
        let path = resolved.flatten().unwrap_or_else(|| path.to_owned());
        match path.file_name() {
            Some(_) => Ok(Self { path, overwrite }),
            None => Err(Error::NoName(path)),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn folder(&self) -> &Path {
        match self.path.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        }
    }

    pub(crate) fn part(&self) -> PathBuf {
        part_path(&self.path)
    }

    pub(crate) fn journal(&self) -> PathBuf {
        journal_path(&self.path)
    }

    pub(crate) fn sequel(&self, count: usize) -> Self {
        Self {
            path: sequel_path(&self.path, count),
            overwrite: self.overwrite,
        }
    }

    /// Whether the name is free, or what has it may be replaced.
    pub(crate) fn check_free(&self) -> Result<(), Error> {
        match fs::metadata(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(Error::write(&self.path, error)),
            Ok(found) if !found.is_file() => Err(Error::NoFile(self.path.clone())),
            Ok(_) if self.overwrite => Ok(()),
            Ok(_) => Err(Error::Exists(self.path.clone())),
        }
    }
}

/// Removes a file, if there is one.
pub(crate) fn remove(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(Error::doing("remove", path, error))
        }
        _ => Ok(()),
    }
}

/// Brings the names in a folder to the disk, where the system knows how to: what the files hold is
/// there already, and some file systems refuse.
pub(crate) fn sync_folder(folder: &Path) {
    let _ = fs::File::open(folder).and_then(|folder| folder.sync_all());
}
