//! Streams in a folder, safe from being killed at any moment.
//!
//! ```text
//!  FOLDER/lock                         held by the emulator that uses the folder
//!  FOLDER/1790000000000/stream.json    settings and tags of the stream created then
//!  FOLDER/1790000000000/9134….mkv      a fragment, as the service sends it
//! ```
//!
//! What is written goes to the disk under a temporary name first, and then takes its own. So what
//! stands under a name is whole, and what a run that was killed has left under others is removed. The
//! folder may hold other things, which are left alone.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use kvs_api::video::StreamInfo;
use kvs_mkv::{Fragment, FragmentNumber, Fragments, State};
use serde::{Deserialize, Serialize};

const SETTINGS: &str = "stream.json";
const FRAGMENT: &str = "mkv";
const LOCK: &str = "lock";
/// Ends the names of what is not yet, or no longer.
const TEMPORARY: &str = "tmp";

/// What is kept of a stream beside its fragments.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Settings {
    pub(crate) info: StreamInfo,
    pub(crate) tags: BTreeMap<String, String>,
    /// As many fragments as it may have had: what has expired, or was not archived, leaves no file.
    pub(crate) had: u64,
}

/// The folder of all streams.
#[derive(Debug)]
pub(crate) struct Store {
    root: PathBuf,
    /// Locked for as long as this lives.
    lock: File,
}

/// A process that is being started meanwhile may hold the file open, so closing is not enough.
impl Drop for Store {
    fn drop(&mut self) {
        // A file system without locks has nothing to unlock.
        let _ = self.lock.unlock();
    }
}

/// The folder of one.
#[derive(Debug, Clone)]
pub(crate) struct Folder {
    path: PathBuf,
}

/// A stream as it is found.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) folder: Folder,
    pub(crate) settings: Settings,
    pub(crate) fragments: Vec<Fragment>,
}

impl Store {
    /// Refuses a folder that another emulator uses: each would go on with what it has read.
    pub(crate) fn open(root: &Path) -> io::Result<Self> {
        fs::create_dir_all(root).map_err(|error| in_file(root, &error))?;
        let path = root.join(LOCK);
        let mut options = OpenOptions::new();
        let options = options.write(true).create(true).truncate(false);
        let lock = options
            .open(&path)
            .map_err(|error| in_file(&path, &error))?;
        match lock.try_lock() {
            Ok(()) => {}
            // A file system without locks: whoever starts two has been told not to.
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
            Err(TryLockError::Error(error)) => return Err(in_file(&path, &error)),
            Err(TryLockError::WouldBlock) => {
                return Err(in_file(
                    root,
                    &"another emulator uses this folder; stop it, or take another folder",
                ));
            }
        }
        Ok(Self {
            root: root.to_owned(),
            lock,
        })
    }

    /// All streams that are kept here.
    pub(crate) fn load(&self) -> io::Result<Vec<Found>> {
        let mut found = Vec::new();
        for path in entries(&self.root)? {
            if !is_of_stream(&path) {
                continue;
            }
            if is_temporary(&path) {
                fs::remove_dir_all(&path).map_err(|error| in_file(&path, &error))?;
            } else if path.join(SETTINGS).exists() {
                found.push(Folder { path }.load()?);
            }
        }
        Ok(found)
    }

    /// Begins a stream; no other was created then.
    pub(crate) fn create(&self, created: i64, settings: &Settings) -> io::Result<Folder> {
        let path = self.root.join(created.to_string());
        let temporary = Folder {
            path: path.with_extension(TEMPORARY),
        };
        fs::create_dir(&temporary.path)?;
        temporary.save(settings)?;
        fs::rename(&temporary.path, &path)?;
        sync_folder(&self.root);
        Ok(Folder { path })
    }
}

impl Folder {
    fn load(self) -> io::Result<Found> {
        let settings = self.path.join(SETTINGS);
        let read = fs::read(&settings).map_err(|error| in_file(&settings, &error))?;
        let read = serde_json::from_slice(&read);
        let read = read.map_err(|error| in_file(&settings, &error))?;
        let mut fragments = Vec::new();
        for path in entries(&self.path)? {
            if is_temporary(&path) {
                fs::remove_file(&path).map_err(|error| in_file(&path, &error))?;
            } else if path.extension().is_some_and(|kind| kind == FRAGMENT) {
                let bytes = fs::read(&path).map_err(|error| in_file(&path, &error))?;
                fragments.push(decode(bytes).ok_or_else(|| in_file(&path, &"is damaged"))?);
            }
        }
        Ok(Found {
            folder: self,
            settings: read,
            fragments,
        })
    }

    pub(crate) fn save(&self, settings: &Settings) -> io::Result<()> {
        let json = serde_json::to_vec(settings)?;
        self.write(SETTINGS, &[Bytes::from(json)])
    }

    /// Keeps a fragment. When this returns, it is on the disk.
    pub(crate) fn put(&self, number: &FragmentNumber, pieces: &[Bytes]) -> io::Result<()> {
        self.write(&format!("{number}.{FRAGMENT}"), pieces)
    }

    pub(crate) fn forget(&self, number: &FragmentNumber) -> io::Result<()> {
        fs::remove_file(self.path.join(format!("{number}.{FRAGMENT}")))
    }

    /// Removes the stream. It is gone as soon as it has lost its name.
    pub(crate) fn remove(&self) -> io::Result<()> {
        let gone = self.path.with_extension(TEMPORARY);
        fs::rename(&self.path, &gone)?;
        if let Some(root) = self.path.parent() {
            sync_folder(root);
        }
        fs::remove_dir_all(gone)
    }

    fn write(&self, name: &str, pieces: &[Bytes]) -> io::Result<()> {
        let temporary = self.path.join(format!("{name}.{TEMPORARY}"));
        let mut file = File::create(&temporary)?;
        for piece in pieces {
            file.write_all(piece)?;
        }
        file.sync_all()?;
        fs::rename(&temporary, self.path.join(name))?;
        sync_folder(&self.path);
        Ok(())
    }
}

/// The one fragment of a file, if it is whole.
fn decode(bytes: Vec<u8>) -> Option<Fragment> {
    let mut fragments = Fragments::new();
    fragments.push(Bytes::from(bytes));
    fragments.finish();
    let fragment = fragments.next_fragment()?.ok()?;
    let is_alone = fragments.next_fragment().is_none();
    (is_alone && fragment.state == State::Complete && fragment.number.is_some()).then_some(fragment)
}

/// What is in a folder, in the order of names.
fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let read = fs::read_dir(folder).and_then(|entries| {
        let paths = entries.map(|entry| entry.map(|entry| entry.path()));
        paths.collect::<io::Result<Vec<_>>>()
    });
    let mut paths = read.map_err(|error| in_file(folder, &error))?;
    paths.sort();
    Ok(paths)
}

/// Whether it is a folder with such a name as streams have here. All others are somebody else's.
fn is_of_stream(path: &Path) -> bool {
    let name = path.file_stem().and_then(OsStr::to_str).unwrap_or_default();
    let is_named = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
    let may_end = is_temporary(path) || path.extension().is_none();
    is_named && may_end && path.is_dir()
}

fn is_temporary(path: &Path) -> bool {
    path.extension().is_some_and(|kind| kind == TEMPORARY)
}

/// Brings the names in a folder to the disk, where the system knows how to: what the files hold is
/// there already, and some file systems refuse.
fn sync_folder(folder: &Path) {
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}

fn in_file(path: &Path, problem: &dyn std::fmt::Display) -> io::Error {
    io::Error::other(format!("{}: {problem}", path.display()))
}
