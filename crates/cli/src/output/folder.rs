//! A folder with a file for each fragment.

use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::Path;

use kvs_archive::mkv::{Fragment, Writer, WriterOptions};
use serde::Serialize;

use super::indexed::Indexed;
use super::{Delivery, Hole, Rejected, Sink, Target, pending, publish};
use crate::exit::Failure;
use crate::report::FragmentLine;

/// What tells which fragments there are, in order.
pub(super) const INDEX: &str = "index.jsonl";

#[derive(Debug)]
pub(super) struct Folder(Indexed);

/// A line of the index: the fragment, and its file if it has frames to play.
#[derive(Debug, Serialize)]
struct IndexLine<'a> {
    file: Option<&'a str>,
    #[serde(flatten)]
    fragment: FragmentLine<'a>,
}

impl Folder {
    pub(super) fn create(target: Target) -> Result<Self, Failure> {
        Indexed::create(target, INDEX).map(Self)
    }
}

impl Sink for Folder {
    fn write(&mut self, fragment: &Fragment) -> Result<(), Rejected> {
        let number = fragment.number.as_ref();
        let name = number
            .filter(|_| !fragment.frames.is_empty())
            .map(|number| format!("{number}.mkv"));
        if let Some(name) = &name {
            let mut writer = Writer::new(WriterOptions::default());
            writer
                .write(fragment)
                .map_err(|why| Rejected::Fragment(why.into()))?;
            let written = write_file(&self.0.path(name), writer);
            written.map_err(|error| self.0.unwritable(name, &error))?;
        }
        Ok(self.0.add(&IndexLine {
            file: name.as_deref(),
            fragment: fragment.into(),
        })?)
    }

    fn finish(self: Box<Self>, holes: &[Hole]) -> Result<Delivery, Failure> {
        let folder = self.0.seal()?;
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

fn write_file(path: &Path, writer: Writer) -> io::Result<()> {
    let tail = writer.finish();
    let mut file = BufWriter::new(pending::create(path)?);
    for piece in &tail.pieces {
        file.write_all(piece)?;
    }
    for patch in &tail.patches {
        file.seek(SeekFrom::Start(patch.offset))?;
        file.write_all(&patch.bytes)?;
    }
    file.flush()?;
    file.get_ref().sync_all()
}
