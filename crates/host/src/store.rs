//! Files that hold secrets, written whole or not at all.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use kvs_archive::api::protocol::credentials::Answer;

/// Puts a file in the place of an older one: the answer to [`Ask::Store`]. On Unix, nobody but its
/// owner can read it.
///
/// [`Ask::Store`]: kvs_archive::api::protocol::credentials::Ask::Store
pub fn store(path: &Path, content: &[u8]) -> Answer {
    Answer::stored(replace(path, content))
}

fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let temporary = beside(path);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&temporary)?;
    let written = file.write_all(content).and_then(|()| file.sync_all());
    // It must be closed for some systems to rename it.
    drop(file);
    let renamed = written.and_then(|()| fs::rename(&temporary, path));
    if renamed.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    renamed
}

/// A name in the same folder that nobody else uses.
fn beside(path: &Path) -> PathBuf {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let mut name = path.file_name().unwrap_or_default().to_owned();
    let (process, package) = (std::process::id(), env!("CARGO_PKG_NAME"));
    name.push(format!(".{process}-{count}-{package}"));
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An empty folder, which goes when it is dropped.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let name = format!("kvs-host-{name}-{}", std::process::id());
            let folder = std::env::temp_dir().join(name);
            let _ = fs::remove_dir_all(&folder);
            fs::create_dir_all(&folder).unwrap();
            Self(folder)
        }

        fn files(&self) -> usize {
            fs::read_dir(&self.0).unwrap().count()
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn the_older_file_is_replaced() {
        let folder = Folder::new("replaced");
        let file = folder.0.join("token.json");
        for content in ["the first and longer one", "the second"] {
            replace(&file, content.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&file).unwrap(), content);
            assert_eq!(folder.files(), 1);
        }
    }

    #[test]
    fn what_cannot_take_its_place_leaves_nothing_behind() {
        let folder = Folder::new("occupied");
        let file = folder.0.join("token.json");
        fs::create_dir_all(file.join("and no file")).unwrap();
        replace(&file, b"secret").unwrap_err();
        assert_eq!(folder.files(), 1);
        replace(&folder.0.join("nowhere").join("token.json"), b"secret").unwrap_err();
        assert_eq!(folder.files(), 1);
    }
}
