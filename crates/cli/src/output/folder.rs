//! A folder with a file for each fragment.

use std::fs;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::Path;

use kvs_archive::mkv::{Fragment, Writer, WriterOptions};
use serde::Serialize;

use super::pending::{self, Temporary, unwritable};
use super::{Delivery, Hole, Rejected, Sealed, Sink, Target, publish};
use crate::exit::Failure;
use crate::report::FragmentLine;

/// What tells which fragments there are, in order.
pub(super) const INDEX: &str = "index.jsonl";

#[derive(Debug)]
pub(super) struct Folder {
    index: BufWriter<fs::File>,
    temporary: Temporary,
    target: Target,
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
        let temporary = Temporary::free(&target)?;
        let folder = temporary.path();
        let index = fs::create_dir(folder).and_then(|()| pending::create(&folder.join(INDEX)));
        let index = index.map_err(|error| unwritable(target.path(), &error))?;
        Ok(Self {
            index: BufWriter::new(index),
            temporary,
            target,
        })
    }

    fn index(&mut self, fragment: &Fragment, file: Option<&str>) -> io::Result<()> {
        let line = IndexLine {
            file,
            fragment: fragment.into(),
        };
        serde_json::to_writer(&mut self.index, &line)?;
        self.index.write_all(b"\n")
    }

    fn seal(mut self) -> Result<Sealed, Failure> {
        let synced = self.index.flush();
        let synced = synced.and_then(|()| self.index.get_ref().sync_all());
        synced.map_err(|error| unwritable(self.target.path(), &error))?;
        pending::sync_folder(self.temporary.path());
        Ok(Sealed::new(self.temporary, self.target))
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
            let written = write_file(&self.temporary.path().join(name), writer);
            written.map_err(|error| unwritable(&self.target.path().join(name), &error))?;
        }
        let indexed = self.index(fragment, name.as_deref());
        Ok(indexed.map_err(|error| unwritable(&self.target.path().join(INDEX), &error))?)
    }

    fn finish(self: Box<Self>, holes: &[Hole]) -> Result<Delivery, Failure> {
        let folder = self.seal()?;
        let target = folder.target().clone();
        Ok(Delivery {
            name: target.path().display().to_string(),
            sequels: Vec::new(),
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
