//! A file that is read.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use kvs_archive::mkv::Bytes;

use crate::exit::Failure;

const PIECE: usize = 64 << 10;

/// A file, piece by piece.
pub(super) struct Input<'a> {
    reader: Box<dyn Read>,
    file: &'a Path,
}

impl<'a> Input<'a> {
    pub(super) fn open(file: &'a Path) -> Result<Self, Failure> {
        let reader: Box<dyn Read> = if file.as_os_str() == "-" {
            Box::new(io::stdin().lock())
        } else {
            let opened = File::open(file);
            Box::new(opened.map_err(|error| unreadable(file, &error))?)
        };
        Ok(Self { reader, file })
    }

    pub(super) fn file(&self) -> &'a Path {
        self.file
    }

    /// What comes next; `None` at the end.
    pub(super) fn piece(&mut self) -> Result<Option<Bytes>, Failure> {
        let mut piece = vec![0; PIECE];
        let len = loop {
            match self.reader.read(&mut piece) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read.map_err(|error| unreadable(self.file, &error))?,
            }
        };
        piece.truncate(len);
        Ok((len > 0).then(|| Bytes::from(piece)))
    }
}

fn unreadable(file: &Path, error: &io::Error) -> Failure {
    Failure::io(format_args!("read {}", file.display()), error)
}
