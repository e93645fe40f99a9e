//! Temporary names that one process at a time writes under.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::path::Path;

/// Creates an empty file under a temporary name, for this process alone as long as it is open. What a
/// run that was killed has left there, a file or a folder, is removed.
///
/// It is also for files that become no [`Recording`](crate::Recording): whoever creates them so gets
/// in the way of no other, as far as the file system knows locks.
///
/// ```
/// use std::io::ErrorKind;
///
/// # let folder = std::env::temp_dir().join(format!("kvs-file-example-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// let path = folder.join(".x.raw.part");
/// let file = kvs_file::create_alone(&path)?;
/// let second = kvs_file::create_alone(&path).unwrap_err();
/// assert_eq!(second.kind(), ErrorKind::WouldBlock);
/// drop(file);
/// kvs_file::create_alone(&path)?;
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
/// Of the kind [`WouldBlock`](ErrorKind::WouldBlock) when another has it; others when it cannot be
/// created.
pub fn create_alone(path: &Path) -> io::Result<File> {
    create(path, || {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true).open(path)
    })
}

/// The same for a folder, which others leave alone as long as what comes back is open; `None` where the
/// system has no locks of folders.
///
/// # Errors
/// As [`create_alone`].
pub fn create_folder_alone(path: &Path) -> io::Result<Option<File>> {
    if cfg!(unix) {
        let folder = create(path, || {
            fs::create_dir(path)?;
            File::open(path)
        });
        return folder.map(Some);
    }
    take_away(path)?;
    fs::create_dir(path)?;
    Ok(None)
}

fn create(path: &Path, create: impl Fn() -> io::Result<File>) -> io::Result<File> {
    loop {
        take_away(path)?;
        let created = match create() {
            // Another was quicker, or took this for what a killed run has left.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
            created => created?,
        };
        if !lock(&created)? {
            return Err(ErrorKind::WouldBlock.into());
        }
        if is_at(&created, path)? {
            return Ok(created);
        }
    }
}

/// Removes what a run that was killed has left under a name.
///
/// # Errors
/// Of the kind `WouldBlock` when somebody still writes it.
pub(crate) fn take_away(path: &Path) -> io::Result<()> {
    let left = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        left => left?,
    };
    // Links, pipes and the like nobody writes.
    let opened = match left.is_file() || left.is_dir() {
        true => open(path, left.is_dir()),
        false => Ok(None),
    };
    let opened = match opened {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        opened => opened?,
    };
    // Open until it is gone, so that nobody else takes it for theirs.
    if let Some(opened) = &opened {
        if !lock(opened)? {
            return Err(ErrorKind::WouldBlock.into());
        }
        if !is_at(opened, path)? {
            // It has got its name meanwhile.
            return Ok(());
        }
    }
    let removed = match left.is_dir() {
        true => fs::remove_dir_all(path),
        false => fs::remove_file(path),
    };
    match removed {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// What stands under a name, if it may be opened: else nobody can be asked.
fn open(path: &Path, is_folder: bool) -> io::Result<Option<File>> {
    // Some file systems lock only what may be written.
    for is_written in [!is_folder, false] {
        match OpenOptions::new().read(true).write(is_written).open(path) {
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {}
            opened => return opened.map(Some),
        }
    }
    Ok(None)
}

/// Locks a file or a folder as long as it is open; false if another has it.
pub(crate) fn lock(file: &File) -> io::Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        // A file system without locks: the promise is as good as its maker's.
        Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => Ok(true),
        // Some have none of folders.
        Err(TryLockError::Error(_)) if file.metadata()?.is_dir() => Ok(true),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Whether that is still what stands under the name: whoever had it may have removed it, or given it
/// another name.
pub(crate) fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        found => Ok(is_same(&found?, &file.metadata()?)),
    }
}

#[cfg(unix)]
fn is_same(one: &fs::Metadata, other: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;

    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// No way to tell.
#[cfg(not(unix))]
fn is_same(_: &fs::Metadata, _: &fs::Metadata) -> bool {
    true
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "what fails in a test fails the test")]

    use std::io::Write;
    use std::path::PathBuf;

    use super::*;

    fn folder(name: &str) -> PathBuf {
        let name = format!("kvs-file-alone-{name}-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    fn is_busy<T: std::fmt::Debug>(created: io::Result<T>) -> bool {
        created.unwrap_err().kind() == ErrorKind::WouldBlock
    }

    #[test]
    fn what_somebody_writes_stays_and_what_nobody_writes_goes() {
        let folder = folder("file");
        let path = folder.join("it");
        let mut first = create_alone(&path).unwrap();
        first.write_all(b"first").unwrap();
        assert!(is_busy(create_alone(&path)));
        assert!(is_busy(create_folder_alone(&path)));
        assert_eq!(fs::read(&path).unwrap(), b"first");
        // As if it were killed.
        drop(first);
        let second = create_alone(&path).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"");
        drop(second);
        let third = create_folder_alone(&path).unwrap();
        fs::write(path.join("in it"), b"third").unwrap();
        #[cfg(unix)]
        {
            assert!(is_busy(create_alone(&path)));
            assert!(is_busy(create_folder_alone(&path)));
            assert_eq!(fs::read(path.join("in it")).unwrap(), b"third");
        }
        drop(third);
        create_folder_alone(&path).unwrap();
        assert_eq!(fs::read_dir(&path).unwrap().count(), 0);
        create_alone(&path).unwrap();
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn what_has_got_its_name_is_not_in_the_way() {
        let folder = folder("named");
        let (path, name) = (folder.join("it"), folder.join("name"));
        let mut first = create_alone(&path).unwrap();
        first.write_all(b"first").unwrap();
        fs::rename(&path, &name).unwrap();
        assert!(!is_at(&first, &path).unwrap());
        let _second = create_alone(&path).unwrap();
        #[cfg(unix)]
        assert!(!is_at(&first, &path).unwrap());
        assert_eq!(fs::read(&name).unwrap(), b"first");
        fs::remove_dir_all(folder).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn what_may_only_be_read_is_not_taken_away_either() {
        use std::os::unix::fs::PermissionsExt;

        let folder = folder("read-only");
        let path = folder.join("it");
        let first = create_alone(&path).unwrap();
        for mode in [0o400, 0o600] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            assert!(is_busy(create_alone(&path)));
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
        drop(first);
        create_alone(&path).unwrap();
        fs::remove_dir_all(folder).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_removed_and_not_followed() {
        let folder = folder("link");
        let (path, other) = (folder.join("it"), folder.join("other"));
        fs::write(&other, "others").unwrap();
        std::os::unix::fs::symlink(&other, &path).unwrap();
        create_alone(&path).unwrap();
        assert!(!path.is_symlink());
        assert_eq!(fs::read(&other).unwrap(), b"others");
        fs::remove_dir_all(folder).unwrap();
    }
}
