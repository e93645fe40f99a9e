//! Where fragments wait that are too large for memory.

use std::fs::{self, File, OpenOptions};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use kvs_archive::Spool;

/// More names than are ever taken.
const TRIES: usize = 16;

/// A temporary file for fragments that are larger than the window of a download.
///
/// It is created when the first byte is to be kept, with a name that nobody can foresee, for this user
/// alone; and, where the system knows how to, it has no name any more when it is used, so that nothing
/// is left of it however the program ends. Between two such fragments there is none.
///
/// ```no_run
/// use kvs_file::TemporaryFile;
/// use kvs_ureq::Client;
/// use kvs_ureq::archive::{ExportOptions, Selection};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let selection = Selection::numbers("door", vec!["91343852333181432392682062622220590765".parse()?]);
/// let download = Client::from_env()?.download(selection, ExportOptions::default());
/// for part in download.with_spool(TemporaryFile::within("/var/tmp")) {
///     println!("{} frames", part?.frames.len());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct TemporaryFile {
    folder: PathBuf,
    opened: Option<Opened>,
}

#[derive(Debug)]
struct Opened {
    file: File,
    /// Its name, as long as it has one.
    path: Option<PathBuf>,
    len: u64,
}

impl TemporaryFile {
    /// One in this folder, which needs room for the largest fragment: 50 MB. It need not be a
    /// folder that is kept, but ought to be on a disk: what `/tmp` holds is memory on some systems.
    pub fn within(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            opened: None,
        }
    }

    fn opened(&mut self) -> io::Result<&mut Opened> {
        Ok(match &mut self.opened {
            Some(opened) => opened,
            none => none.insert(Opened::create(&self.folder)?),
        })
    }

    fn told<T>(&self, what: &str, done: io::Result<T>) -> io::Result<T> {
        done.map_err(|error| {
            let folder = self.folder.display();
            let why = format!("cannot {what} a temporary file in {folder}: {error}");
            io::Error::new(error.kind(), why)
        })
    }
}

impl Spool for TemporaryFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let written = self.opened().and_then(|opened| opened.append(bytes));
        self.told("write", written)
    }

    fn read(&mut self, at: u64, into: &mut [u8]) -> io::Result<()> {
        let read = self.opened().and_then(|opened| {
            opened.file.seek(SeekFrom::Start(at))?;
            opened.file.read_exact(into)
        });
        self.told("read", read)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.opened = None;
        Ok(())
    }
}

impl Opened {
    fn create(folder: &Path) -> io::Result<Self> {
        let mut taken = None;
        for _ in 0..TRIES {
            // Keys of the standard library's hashers are random.
            let random = RandomState::new().build_hasher().finish();
            let path = folder.join(format!(".kvs-{random:016x}.spool"));
            match options().open(&path) {
                Ok(file) => return Ok(Self::nameless(file, path)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => taken = Some(error),
                Err(error) => return Err(error),
            }
        }
        Err(taken.unwrap_or_else(|| io::ErrorKind::AlreadyExists.into()))
    }

    /// Takes its name away, where an open file can be without one.
    fn nameless(file: File, path: PathBuf) -> Self {
        let is_named = !cfg!(unix) || fs::remove_file(&path).is_err();
        Self {
            file,
            path: is_named.then_some(path),
            len: 0,
        }
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.len))?;
        self.file.write_all(bytes)?;
        let len = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.len = self.len.saturating_add(len);
        Ok(())
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        if let Some(path) = &self.path {
            // On Windows it is gone by itself.
            let _ = fs::remove_file(path);
        }
    }
}

#[cfg(unix)]
fn options() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;

    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true).mode(0o600);
    options
}

#[cfg(windows)]
fn options() -> OpenOptions {
    use std::os::windows::fs::OpenOptionsExt;

    /// It goes when it is closed, as it is when the process ends.
    const DELETE_ON_CLOSE: u32 = 0x0400_0000;
    const TEMPORARY: u32 = 0x0000_0100;
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    options.share_mode(0).attributes(TEMPORARY);
    options.custom_flags(DELETE_ON_CLOSE);
    options
}

#[cfg(not(any(unix, windows)))]
fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    options
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "what fails in a test fails the test")]

    use super::*;

    /// An empty folder of this test.
    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("kvs-spool-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).unwrap();
        folder
    }

    fn names(folder: &Path) -> usize {
        fs::read_dir(folder).unwrap().count()
    }

    #[test]
    fn what_is_written_comes_back_until_it_is_forgotten() {
        let folder = folder("back");
        let mut spool = TemporaryFile::within(&folder);
        assert!(spool.opened.is_none(), "nothing is created for nothing");
        for round in 0..2_u8 {
            spool.write(&[round, 1, 2]).unwrap();
            let mut two = [0; 2];
            spool.read(1, &mut two).unwrap();
            assert_eq!(two, [1, 2]);
            spool.write(&[3, 4]).unwrap();
            let mut all = [0; 5];
            spool.read(0, &mut all).unwrap();
            assert_eq!(all, [round, 1, 2, 3, 4]);
            let beyond = spool.read(4, &mut two).unwrap_err();
            assert_eq!(beyond.kind(), io::ErrorKind::UnexpectedEof);
            spool.clear().unwrap();
            assert_eq!(names(&folder), 0);
        }
        fs::remove_dir(&folder).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_find_or_read_it() {
        use std::os::unix::fs::PermissionsExt;

        let folder = folder("private");
        let mut spool = TemporaryFile::within(&folder);
        spool.write(b"secret").unwrap();
        assert_eq!(names(&folder), 0, "it has no name while it is used");
        let opened = spool.opened.as_ref().unwrap();
        let mode = opened.file.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        fs::remove_dir(&folder).unwrap();
    }

    #[test]
    fn what_keeps_its_name_is_removed() {
        let folder = folder("named");
        let path = folder.join("it");
        let file = options().open(&path).unwrap();
        let opened = Opened {
            file,
            path: Some(path),
            len: 0,
        };
        assert_eq!(names(&folder), 1);
        drop(opened);
        assert_eq!(names(&folder), 0);
        fs::remove_dir(&folder).unwrap();
    }

    #[test]
    fn an_error_says_where() {
        let folder = folder("gone");
        fs::remove_dir(&folder).unwrap();
        let error = TemporaryFile::within(&folder).write(b"x").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        let told = error.to_string();
        let expected = format!("cannot write a temporary file in {}: ", folder.display());
        assert!(told.starts_with(&expected), "{told}");
    }
}
