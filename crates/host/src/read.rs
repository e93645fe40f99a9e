//! Files that may hold secrets.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use kvs_archive::api::protocol::credentials::{Answer, Ask};

/// The content of a file, up to [`Ask::LIMIT`]: the answer to [`Ask::File`].
pub fn read(path: &Path) -> Answer {
    Answer::content(content(path))
}

fn content(path: &Path) -> io::Result<Vec<u8>> {
    let limit = u64::try_from(Ask::LIMIT).unwrap_or(u64::MAX);
    let file = File::open(path)?;
    let length = file.metadata()?.len().min(limit);
    // As large as need be from the beginning: moving it would leave secrets behind.
    let mut content = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
    file.take(limit).read_to_end(&mut content)?;
    Ok(content)
}
