//! Files that play.

use std::path::PathBuf;

use kvs_archive::mkv::{Fragment, Gaps, TracksChanged, WriteError, Writer, WriterOptions};

use super::{Delivery, Hole, Pending, Rejected, Sealed, Sink, Target, publish};
use crate::exit::Failure;

/// One file, and others that go on where the tracks change.
#[derive(Debug)]
pub(super) struct Files {
    target: Target,
    gaps: Gaps,
    /// Files that are whole.
    whole: Vec<Sealed>,
    writer: Writer,
    file: Pending,
    sequels: Vec<(PathBuf, String)>,
}

impl Files {
    pub(super) fn create(target: Target, gaps: Gaps) -> Result<Self, Failure> {
        Ok(Self {
            file: Pending::create(target.clone())?,
            target,
            gaps,
            whole: Vec::new(),
            writer: writer(gaps),
            sequels: Vec::new(),
        })
    }

    /// Ends the file, and begins another for what has other tracks.
    fn go_on(&mut self, fragment: &Fragment, change: TracksChanged) -> Result<(), Failure> {
        let count = self.whole.len().saturating_add(2);
        let target = self.target.sequel(count)?;
        let first = match &fragment.number {
            Some(number) => format!("from fragment {number} on, {change}"),
            None => change.to_string(),
        };
        self.sequels.push((target.path().to_owned(), first));
        let file = std::mem::replace(&mut self.file, Pending::create(target)?);
        let writer = std::mem::replace(&mut self.writer, writer(self.gaps));
        self.whole.push(end(writer, file)?);
        Ok(())
    }
}

fn writer(gaps: Gaps) -> Writer {
    Writer::new(WriterOptions {
        gaps,
        ..WriterOptions::default()
    })
}

/// Writes the end of a file, and what is only known then.
fn end(writer: Writer, mut file: Pending) -> Result<Sealed, Failure> {
    let tail = writer.finish();
    file.write(&tail.pieces)?;
    file.patch(&tail.patches)?;
    file.seal()
}

impl Sink for Files {
    fn write(&mut self, fragment: &Fragment) -> Result<(), Rejected> {
        let written = match self.writer.write(fragment) {
            Err(WriteError::TracksChanged(change)) => {
                self.go_on(fragment, change)?;
                self.writer.write(fragment)
            }
            written => written,
        };
        written.map_err(|why| Rejected::Fragment(why.into()))?;
        Ok(self.file.write(&self.writer.take_output())?)
    }

    fn finish(self: Box<Self>, holes: &[Hole]) -> Result<Delivery, Failure> {
        let Self {
            target,
            mut whole,
            writer,
            file,
            sequels,
            ..
        } = *self;
        whole.push(end(writer, file)?);
        Ok(Delivery {
            name: target.path().display().to_string(),
            holes: publish(&target, whole, holes)?,
            sequels,
            contents: Vec::new(),
        })
    }
}
