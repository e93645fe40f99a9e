//! MP4 files with their index in front.

use std::path::PathBuf;

use kvs_archive::mkv::{self, Fragment, Gaps, TracksChanged};
use kvs_mp4::{WriteError, Writer, WriterOptions};

use super::{Delivery, Hole, Pending, Rejected, Sealed, Sink, Target, publish, size_of};
use crate::exit::Failure;

/// One file, and others that go on where the tracks change.
#[derive(Debug)]
pub(super) struct Files {
    target: Target,
    gaps: Gaps,
    /// Files that are whole.
    whole: Vec<Sealed>,
    file: Growing,
    sequels: Vec<(PathBuf, String)>,
}

impl Files {
    pub(super) fn create(target: Target, gaps: Gaps) -> Result<Self, Failure> {
        Ok(Self {
            file: Growing::create(target.clone(), gaps)?,
            target,
            gaps,
            whole: Vec::new(),
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
        let file = std::mem::replace(&mut self.file, Growing::create(target, self.gaps)?);
        let sealed = file.end()?;
        self.add(sealed);
        Ok(())
    }

    fn add(&mut self, sealed: Sealed) {
        self.whole.push(match self.whole.is_empty() {
            true => sealed,
            false => sealed.unlocked(),
        });
    }
}

/// A file whose head is not known yet.
#[derive(Debug)]
struct Growing {
    /// Empty until then, but there, so that nobody else takes it.
    file: Pending,
    writer: Writer,
    spool: Pending,
}

impl Growing {
    fn create(target: Target, gaps: Gaps) -> Result<Self, Failure> {
        let spool = target.spool();
        Ok(Self {
            file: Pending::create(target)?,
            writer: Writer::new(WriterOptions {
                gaps,
                ..WriterOptions::default()
            }),
            spool: Pending::create(spool)?,
        })
    }

    fn end(mut self) -> Result<Sealed, Failure> {
        let tail = self.writer.finish().map_err(Failure::new)?;
        self.spool.write(&tail.pieces)?;
        self.file.write(&tail.head)?;
        self.file.append(self.spool)?;
        self.file.seal()
    }
}

impl Sink for Files {
    fn write(&mut self, fragment: &Fragment) -> Result<(), Rejected> {
        let written = match self.file.writer.write(fragment) {
            Err(WriteError::Fragment(mkv::WriteError::TracksChanged(change))) => {
                self.go_on(fragment, change)?;
                self.file.writer.write(fragment)
            }
            written => written,
        };
        written.map_err(Rejected::Fragment)?;
        Ok(self.file.spool.write(&self.file.writer.take_output())?)
    }

    fn finish(self: Box<Self>, holes: &[Hole]) -> Result<Delivery, Failure> {
        let Self {
            target,
            mut whole,
            file,
            sequels,
            ..
        } = *self;
        whole.push(file.end()?);
        Ok(Delivery {
            name: target.path().display().to_string(),
            holes: publish(&target, whole, holes)?,
            size: size_of(target.path()),
            sequels,
            contents: Vec::new(),
        })
    }
}
