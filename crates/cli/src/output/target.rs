//! The names of outputs, and whether they may be taken.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf, is_separator};

use crate::exit::Failure;

/// A name that an output may take.
#[derive(Debug, Clone)]
pub(super) struct Target {
    folder: PathBuf,
    name: OsString,
    path: PathBuf,
    kind: Kind,
    overwrite: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Folder,
}

impl Target {
    /// The output that a person names, if it may be written from its beginning.
    pub(super) fn check(path: &Path, kind: Kind, overwrite: bool) -> Result<Self, Failure> {
        let target = Self::named(path, kind, overwrite)?;
        target.check_free()?;
        let journal = target.journal();
        if journal.exists() {
            return Err(Failure::new(format_args!(
                "{} is half fetched, and `kvs get` goes on with it; give another name, or remove {}",
                target.path.display(),
                journal.display()
            )));
        }
        Ok(target)
    }

    /// The output that a person names, which may be there.
    pub(super) fn named(path: &Path, kind: Kind, overwrite: bool) -> Result<Self, Failure> {
        let shown = path.display();
        let as_folder = path.to_string_lossy().ends_with(is_separator);
        if as_folder && kind == Kind::File {
            return Err(Failure::new(format_args!(
                "{shown} is the name of a folder; name a file in it"
            )));
        }
        // What a link points to is replaced, not the link.
        let resolved = if path.is_symlink() {
            fs::canonicalize(path).ok()
        } else {
            None
        };
        let path = resolved.as_deref().unwrap_or(path);
        let name = path.file_name().ok_or_else(|| {
            Failure::new(format_args!(
                "{shown} names no file; give the output a name"
            ))
        })?;
        let folder = match path.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
        if !folder.is_dir() {
            return Err(Failure::new(format_args!(
                "cannot write {shown}: there is no folder {}; create it first",
                folder.display()
            )));
        }
        Ok(Self {
            folder: folder.to_owned(),
            name: name.to_owned(),
            path: path.components().collect(),
            kind,
            overwrite,
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether what stands under the name may be replaced.
    pub(super) fn may_replace(&self) -> bool {
        self.overwrite
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the output grows until it is whole: beside its name, so that it can be renamed.
    pub(super) fn temporary(&self) -> PathBuf {
        kvs_file::part_path(&self.folder.join(&self.name))
    }

    /// What the output has come to, for a run that goes on with it.
    pub(super) fn journal(&self) -> PathBuf {
        kvs_file::journal_path(&self.folder.join(&self.name))
    }

    /// Where a folder goes while another takes its name.
    pub(super) fn replaced(&self) -> PathBuf {
        self.beside(&[OsStr::new("."), &self.name, OsStr::new(".old")])
    }

    /// The list of what is missing in the output; it comes and goes with it.
    pub(super) fn list_of_holes(&self) -> Self {
        let name: OsString = [self.name.as_os_str(), OsStr::new(".missing.jsonl")]
            .into_iter()
            .collect();
        self.sibling(name, Kind::File, true)
    }

    /// Where what comes behind the head of this output waits until the head is known.
    pub(super) fn spool(&self) -> Self {
        let mut name = self.name.clone();
        name.push(".spool");
        self.sibling(name, Kind::File, true)
    }

    /// The `count`th file of an output that goes on: `demo.mkv`, `demo-2.mkv`.
    pub(super) fn sequel(&self, count: usize) -> Result<Self, Failure> {
        let name = kvs_file::sequel_path(Path::new(&self.name), count);
        let sequel = self.sibling(name.into_os_string(), self.kind, self.overwrite);
        sequel.check_free()?;
        Ok(sequel)
    }

    fn sibling(&self, name: OsString, kind: Kind, overwrite: bool) -> Self {
        Self {
            path: self.path.with_file_name(&name),
            folder: self.folder.clone(),
            name,
            kind,
            overwrite,
        }
    }

    fn beside(&self, name: &[&OsStr]) -> PathBuf {
        self.folder.join(name.iter().copied().collect::<OsString>())
    }

    /// Whether the name is free, or what has it may be replaced.
    pub(super) fn check_free(&self) -> Result<(), Failure> {
        let shown = self.path.display();
        let found = match fs::metadata(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            found => found.map_err(|error| Failure::io(format_args!("write {shown}"), &error))?,
        };
        let problem = match self.kind {
            Kind::File if found.is_dir() => "is a folder; name a file in it",
            Kind::File if !found.is_file() => "is no ordinary file; write to - and redirect that",
            Kind::File if self.overwrite => return Ok(()),
            Kind::File => "exists; add --overwrite to replace it, or give another name",
            Kind::Folder if !found.is_dir() => "is no folder; give another name",
            Kind::Folder => match self.check_contents()? {
                Contents::Nothing => return Ok(()),
                Contents::Ours if self.overwrite => return Ok(()),
                Contents::Ours => "exists; add --overwrite to replace it, or give another name",
                Contents::Others => "holds other files; give the name of a new folder",
            },
        };
        Err(Failure::new(format_args!("{shown} {problem}")))
    }

    /// Replacing a folder removes all that is in it.
    fn check_contents(&self) -> Result<Contents, Failure> {
        let shown = self.path.display();
        let failure = |error: io::Error| Failure::io(format_args!("read {shown}"), &error);
        let mut contents = Contents::Nothing;
        for entry in fs::read_dir(&self.path).map_err(failure)? {
            let entry = entry.map_err(failure)?;
            if !is_ours(&entry.file_name()) {
                return Ok(Contents::Others);
            }
            contents = Contents::Ours;
        }
        Ok(contents)
    }
}

enum Contents {
    Nothing,
    Ours,
    Others,
}

/// Whether a folder of fragments, of frames or of images has a file of that name.
fn is_ours(file: &OsStr) -> bool {
    let name = file.to_string_lossy();
    let number = name.strip_suffix(".mkv");
    name == super::folder::INDEX
        || super::frames::is_ours(file)
        || super::images::is_ours(file)
        || number.is_some_and(|number| number.bytes().all(|b| b.is_ascii_digit()))
}
