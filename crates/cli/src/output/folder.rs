//! A folder with a file for each fragment.

use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};

use kvs_archive::mkv::{Fragment, Writer, WriterOptions};
use serde::Serialize;

use super::indexed::Indexed;
use super::{Delivery, Hole, Rejected, Sink, Target, pending, publish};
use crate::exit::Failure;
use crate::report::FragmentLine;

/// What tells which fragments there are, in order.
pub(super) const INDEX: &str = "index.jsonl";

#[derive(Debug)]
pub(super) struct Folder {
    folder: Indexed,
    /// The file of a fragment that comes in parts.
    file: Option<Growing>,
}

/// A file on its way.
#[derive(Debug)]
struct Growing {
    writer: Writer,
    file: BufWriter<File>,
}

/// A line of the index: the fragment, and its file if it has frames to play.
#[derive(Debug, Serialize)]
struct IndexLine<'a> {
    file: Option<&'a str>,
    #[serde(flatten)]
    fragment: FragmentLine<'a>,
}

impl Folder {
    pub(super) fn create(target: Target) -> Result<Self, Failure> {
        Ok(Self {
            folder: Indexed::create(target, INDEX)?,
            file: None,
        })
    }

    /// Writes a fragment that has frames, or a part of it; its file, when all of it is there.
    fn write_file(&mut self, name: &str, part: &Fragment) -> Result<Option<Growing>, Rejected> {
        let unwritable = |error: io::Error| self.folder.unwritable(name, &error);
        let mut growing = match self.file.take().filter(|_| !part.begins()) {
            Some(mut growing) => {
                write_part(&mut growing.writer, part)?;
                growing
            }
            None => {
                let mut writer = Writer::new(WriterOptions::default());
                write_part(&mut writer, part)?;
                let file = pending::create(&self.folder.path(name));
                Growing {
                    writer,
                    file: BufWriter::new(file.map_err(unwritable)?),
                }
            }
        };
        growing.flush().map_err(unwritable)?;
        if part.ends() {
            return Ok(Some(growing));
        }
        self.file = Some(growing);
        Ok(None)
    }
}

impl Growing {
    fn flush(&mut self) -> io::Result<()> {
        let mut pieces = self.writer.take_output().into_iter();
        pieces.try_for_each(|piece| self.file.write_all(&piece))
    }

    /// Ends it and brings it to the disk.
    fn end(mut self) -> io::Result<()> {
        let tail = self.writer.finish();
        for piece in &tail.pieces {
            self.file.write_all(piece)?;
        }
        for patch in &tail.patches {
            self.file.seek(SeekFrom::Start(patch.offset))?;
            self.file.write_all(&patch.bytes)?;
        }
        self.file.flush()?;
        self.file.get_ref().sync_all()
    }
}

fn write_part(writer: &mut Writer, part: &Fragment) -> Result<(), Rejected> {
    let written = writer.write(part);
    written.map_err(|why| Rejected::Fragment(why.into()))
}

impl Sink for Folder {
    fn write(&mut self, fragment: &Fragment) -> Result<(), Rejected> {
        let number = fragment.number.as_ref();
        let number = number.filter(|_| fragment.heads().next().is_some());
        let Some(name) = number.map(|number| format!("{number}.mkv")) else {
            return Ok(self.folder.add(&IndexLine {
                file: None,
                fragment: fragment.into(),
            })?);
        };
        let Some(growing) = self.write_file(&name, fragment)? else {
            return Ok(());
        };
        let ended = growing.end();
        ended.map_err(|error| self.folder.unwritable(&name, &error))?;
        Ok(self.folder.add(&IndexLine {
            file: Some(&name),
            fragment: fragment.into(),
        })?)
    }

    fn finish(self: Box<Self>, holes: &[Hole]) -> Result<Delivery, Failure> {
        let folder = self.folder.seal()?;
        let target = folder.target().clone();
        Ok(Delivery {
            name: target.path().display().to_string(),
            size: None,
            sequels: Vec::new(),
            contents: Vec::new(),
            holes: publish(&target, vec![folder], holes)?,
        })
    }
}
