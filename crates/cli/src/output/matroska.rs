//! Files that play.

use std::path::PathBuf;

use kvs_archive::Plan;
use kvs_archive::journal::MarkKind;
use kvs_archive::mkv::{Fragment, Gaps, TracksChanged, WriteError, Writer, WriterOptions};

use super::record::{Due, Record};
use super::{Delivery, Hole, Pending, Rejected, Sealed, Sink, Target, publish};
use crate::exit::Failure;
use crate::report::units::Count;

/// One file, and others that go on where the tracks change.
#[derive(Debug)]
pub(super) struct Files {
    pub(super) target: Target,
    pub(super) gaps: Gaps,
    /// Files that are whole.
    pub(super) whole: Vec<Sealed>,
    /// The last one; none if an earlier run has left nothing to do but to give names.
    pub(super) growing: Option<Growing>,
    pub(super) sequels: Vec<(PathBuf, String)>,
    /// What a later run needs to go on.
    pub(super) record: Option<Record>,
}

/// A file that is not whole yet.
#[derive(Debug)]
pub(super) struct Growing {
    pub(super) writer: Writer,
    pub(super) file: Pending,
}

impl Growing {
    pub(super) fn create(target: Target, gaps: Gaps) -> Result<Self, Failure> {
        Ok(Self {
            writer: Writer::new(options(gaps)),
            file: Pending::create(target)?,
        })
    }

    fn mark(&mut self, record: &mut Record, kind: MarkKind) -> Result<(), Failure> {
        match kind {
            MarkKind::Written => self.file.flush()?,
            MarkKind::Durable | MarkKind::Sealed => self.file.sync()?,
        }
        record.mark(kind, self.writer.position(), self.writer.checkpoint())
    }

    /// Writes the end of the file, and what is only known then; `after` says why there is another.
    fn end(mut self, record: Option<&mut Record>, after: &str) -> Result<Sealed, Failure> {
        let Some(record) = record else {
            let tail = self.writer.finish();
            self.file.write(&tail.pieces)?;
            self.file.patch(&tail.patches)?;
            return self.file.seal();
        };
        self.mark(record, MarkKind::Durable)?;
        let tail = self.writer.finish();
        self.file.write(&tail.pieces)?;
        record.wrote(&tail.pieces);
        let length = self.file.position()?;
        self.file.patch(&tail.patches)?;
        let sealed = self.file.seal()?;
        record.seal(length, after)?;
        Ok(sealed)
    }
}

/// How all files are written.
pub(super) fn options(gaps: Gaps) -> WriterOptions {
    WriterOptions {
        gaps,
        ..WriterOptions::default()
    }
}

impl Files {
    pub(super) fn create(target: Target, gaps: Gaps) -> Result<Self, Failure> {
        Ok(Self {
            growing: Some(Growing::create(target.clone(), gaps)?),
            target,
            gaps,
            whole: Vec::new(),
            sequels: Vec::new(),
            record: None,
        })
    }

    /// The same, for a run that a later one may go on with.
    pub(super) fn recorded(target: Target, gaps: Gaps, record: Record) -> Result<Self, Failure> {
        let mut files = Self::create(target, gaps)?;
        if let Some(growing) = &mut files.growing {
            growing.file.keep();
        }
        files.record = Some(record);
        Ok(files)
    }

    /// Ends the file, and begins another for what has other tracks.
    fn go_on(&mut self, fragment: &Fragment, change: TracksChanged) -> Result<(), Failure> {
        let count = self.sequels.len().saturating_add(2);
        let target = self.target.sequel(count)?;
        let first = match &fragment.number {
            Some(number) => format!("from fragment {number} on, {change}"),
            None => change.to_string(),
        };
        if let Some(growing) = self.growing.take() {
            self.whole.push(growing.end(self.record.as_mut(), &first)?);
        }
        self.sequels.push((target.path().to_owned(), first));
        let mut growing = Growing::create(target, self.gaps)?;
        if self.record.is_some() {
            growing.file.keep();
        }
        self.growing = Some(growing);
        Ok(())
    }

    fn add(&mut self, fragment: &Fragment) -> Result<(), Rejected> {
        let growing = self.growing.as_mut();
        let growing = growing.ok_or_else(|| Failure::new("the output is whole already"))?;
        let written = growing.writer.write(fragment);
        if let Err(WriteError::TracksChanged(change)) = written {
            self.go_on(fragment, change)?;
            return self.add(fragment);
        }
        written.map_err(|why| Rejected::Fragment(why.into()))?;
        let pieces = growing.writer.take_output();
        if let Some(record) = &mut self.record {
            record.wrote(&pieces);
        }
        Ok(growing.file.write(&pieces)?)
    }
}

impl Sink for Files {
    fn plan(&mut self, plan: &Plan) -> Result<(), Failure> {
        self.record
            .as_mut()
            .map_or(Ok(()), |record| record.plan(plan))
    }

    fn write(&mut self, fragment: &Fragment) -> Result<(), Rejected> {
        self.add(fragment)
    }

    fn settle(&mut self, settled: u64, holes: &[Hole]) -> Result<(), Failure> {
        let (Some(record), Some(growing)) = (&mut self.record, &mut self.growing) else {
            return Ok(());
        };
        match record.settle(settled, holes)? {
            Due::Nothing => Ok(()),
            Due::Written => growing.mark(record, MarkKind::Written),
            Due::Durable => growing.mark(record, MarkKind::Durable),
        }
    }

    fn suspend(mut self: Box<Self>) -> Option<String> {
        let mut record = self.record.take()?;
        let mut growing = self.growing.take();
        let growing_file = growing.as_mut();
        let worth = growing_file.filter(|growing| growing.writer.position() > 0);
        if let Some(growing) = worth.filter(|_| record.can_mark()) {
            // Where that fails, an earlier mark has to do.
            let _ = growing.mark(&mut record, MarkKind::Durable);
        }
        let Some(kept) = record.kept() else {
            if let Some(growing) = growing {
                growing.file.discard();
            }
            // If it stays, the next run finds that it tells nothing.
            let _ = record.remove();
            return None;
        };
        Some(format!(
            "{} of {} kept; run the same command again to go on, or with --restart to begin anew",
            Count(kept, "fragment"),
            self.target.path().display()
        ))
    }

    fn finish(mut self: Box<Self>, holes: &[Hole]) -> Result<Delivery, Failure> {
        if let Some(growing) = self.growing.take() {
            self.whole.push(growing.end(self.record.as_mut(), "")?);
        }
        let holes = publish(&self.target, self.whole, holes)?;
        self.record.map_or(Ok(()), Record::remove)?;
        Ok(Delivery {
            name: self.target.path().display().to_string(),
            holes,
            sequels: self.sequels,
            contents: Vec::new(),
        })
    }
}
