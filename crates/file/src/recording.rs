//! Fragments on their way into files that play.

use std::path::{Path, PathBuf};

use kvs_archive::Plan;
use kvs_archive::journal::MarkKind;
use kvs_archive::mkv::{Fragment, Gaps, TracksChanged, WriteError, Writer, WriterOptions};

use crate::error::{Error, Rejected};
use crate::names::Name;
use crate::part::{Part, Sealed};
use crate::record::{Due, Record};

/// How a recording is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// What becomes of times in which nothing was recorded.
    pub gaps: Gaps,
    /// Whether what stands under the name may be replaced.
    pub overwrite: bool,
    /// Whether to begin anew where an earlier run has left something to go on with.
    pub restart: bool,
}

impl Options {
    pub(crate) fn writer(self) -> Writer {
        Writer::new(self.of_writer())
    }

    pub(crate) fn of_writer(self) -> WriterOptions {
        WriterOptions {
            gaps: self.gaps,
            ..WriterOptions::default()
        }
    }
}

/// A Matroska file in the making, and others that go on where the tracks change.
///
/// Dropped, it leaves what the journal tells to a later run, as if it were killed;
/// [suspended](Self::suspend), all that it has.
#[derive(Debug)]
pub struct Recording {
    pub(crate) name: Name,
    pub(crate) options: Options,
    /// Files that are whole.
    pub(crate) whole: Vec<Sealed>,
    /// The last one; none if an earlier run has left nothing to do but to give names.
    pub(crate) growing: Option<Growing>,
    pub(crate) sequels: Vec<Sequel>,
    /// What a later run needs to go on.
    pub(crate) record: Option<Record>,
    /// Whether other parts of the last fragment are to come.
    pub(crate) is_inside: bool,
}

/// A file that goes on where the tracks change.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sequel {
    /// Its name.
    pub path: PathBuf,
    /// Why it begins, in words.
    pub why: String,
}

/// A file that is not whole yet.
#[derive(Debug)]
pub(crate) struct Growing {
    pub(crate) writer: Writer,
    pub(crate) file: Part,
}

impl Growing {
    pub(crate) fn create(name: Name, options: Options, is_kept: bool) -> Result<Self, Error> {
        let mut file = Part::create(name)?;
        if is_kept {
            file.keep();
        }
        Ok(Self {
            writer: options.writer(),
            file,
        })
    }

    fn mark(&mut self, record: &mut Record, kind: MarkKind) -> Result<(), Error> {
        match kind {
            MarkKind::Written => self.file.flush()?,
            MarkKind::Durable | MarkKind::Sealed => self.file.sync()?,
        }
        record.mark(kind, self.writer.position(), self.writer.checkpoint())
    }

    /// Keeps all that there is for a later run, if that is something to go on with.
    fn keep(&mut self, record: &mut Record) -> Result<(), Error> {
        match self.writer.position() > 0 && record.can_mark() {
            true => self.mark(record, MarkKind::Durable),
            false => Ok(()),
        }
    }

    /// Writes the end of the file, and what is only known then; `after` says why there is another.
    fn end(mut self, record: Option<&mut Record>, after: &str) -> Result<Sealed, Error> {
        // Of a plan that nobody has told no journal speaks.
        let Some(record) = record.filter(|record| record.is_planned()) else {
            let tail = self.writer.finish();
            self.file.write(&tail.pieces)?;
            self.file.patch(&tail.patches)?;
            return self.file.seal();
        };
        self.mark(record, MarkKind::Durable)?;
        let tail = self.writer.finish();
        self.file.write(&tail.pieces)?;
        record.wrote(&tail.pieces, true);
        let length = self.file.position()?;
        self.file.patch(&tail.patches)?;
        let sealed = self.file.seal()?;
        record.seal(length, after)?;
        Ok(sealed)
    }
}

impl Recording {
    /// One that no later run goes on with: dropped, it is gone.
    ///
    /// # Errors
    /// When the name is taken, another process writes the file, or it cannot be written.
    pub fn create(path: impl AsRef<Path>, options: Options) -> Result<Self, Error> {
        let name = Name::new(path.as_ref(), options.overwrite)?;
        name.check_free()?;
        let growing = Growing::create(name.clone(), options, false)?;
        Ok(Self::begin(name, options, growing, None))
    }

    pub(crate) fn begin(
        name: Name,
        options: Options,
        growing: Growing,
        record: Option<Record>,
    ) -> Self {
        Self {
            growing: Some(growing),
            name,
            options,
            whole: Vec::new(),
            sequels: Vec::new(),
            record,
            is_inside: false,
        }
    }

    /// The name that it takes.
    pub fn path(&self) -> &Path {
        self.name.path()
    }

    /// The files that go on after the first.
    pub fn sequels(&self) -> &[Sequel] {
        &self.sequels
    }

    /// How many fragments of the plan are settled.
    pub fn settled(&self) -> u64 {
        self.record.as_ref().map_or(0, Record::settled)
    }

    /// Takes the next fragment, or the next part of one.
    ///
    /// # Errors
    /// [`Rejected::Fragment`] when it fits into no file, but the next one may.
    pub fn write(&mut self, fragment: &Fragment) -> Result<(), Rejected> {
        let growing = self.growing.as_mut();
        let growing = growing.ok_or_else(|| Error::IsWhole(self.name.path().to_owned()))?;
        if let Some(record) = &mut self.record
            && fragment.begins()
            && !fragment.ends()
        {
            // Until the last of its parts is there, nothing can be told.
            growing.keep(record)?;
        }
        let written = growing.writer.write(fragment);
        if let Err(WriteError::TracksChanged(change)) = written {
            self.go_on(fragment, change)?;
            return self.write(fragment);
        }
        written.map_err(Rejected::Fragment)?;
        self.is_inside = !fragment.ends();
        let pieces = growing.writer.take_output();
        if let Some(record) = &mut self.record {
            record.wrote(&pieces, fragment.ends());
        }
        Ok(growing.file.write(&pieces)?)
    }

    /// Tells that so many fragments of the plan, from its beginning on, are written or missing for
    /// good, and which are `missing` since this was last told, in any words. When it is time for it,
    /// that is kept for a later run. The plan is what the download has now: it grows where
    /// [settling](kvs_archive::ExportOptions::settle) finds more.
    ///
    /// # Errors
    /// When the file or the journal cannot be written.
    pub fn settle(
        &mut self,
        plan: Option<&Plan>,
        settled: u64,
        missing: impl IntoIterator<Item = String>,
    ) -> Result<(), Error> {
        let (Some(record), Some(growing)) = (&mut self.record, &mut self.growing) else {
            return Ok(());
        };
        plan.map_or(Ok(()), |plan| record.plan(plan))?;
        match record.settle(settled, missing) {
            Due::Nothing => Ok(()),
            Due::Written => growing.mark(record, MarkKind::Written),
            Due::Durable => growing.mark(record, MarkKind::Durable),
        }
    }

    /// Ends before the end, and keeps all that it has for a later run. How many fragments that are,
    /// `None` where there is nothing to go on with: then nothing stays.
    pub fn suspend(mut self) -> Option<u64> {
        let mut record = self.record.take()?;
        let mut growing = self.growing.take();
        if let Some(growing) = &mut growing {
            // Where that fails, an earlier mark has to do.
            let _ = growing.keep(&mut record);
        }
        let kept = record.kept();
        if kept.is_none() {
            if let Some(growing) = growing {
                growing.file.discard();
            }
            // If it stays, the next run finds that it tells nothing.
            let _ = record.remove();
        }
        kept
    }

    /// Ends the last file, and brings all of it to the disk. What is `missing` beside what was told
    /// is kept for the run that [publishes](Whole::publish) it, if this one is killed before.
    ///
    /// # Errors
    /// When it cannot be written, or not all parts of the last fragment have come. What a later run can
    /// go on with is kept.
    pub fn seal(mut self, missing: impl IntoIterator<Item = String>) -> Result<Whole, Error> {
        if self.is_inside {
            return Err(Error::Unfinished(self.name.path().to_owned()));
        }
        if let Some(growing) = self.growing.take() {
            if let Some(record) = &mut self.record {
                record.settle(record.settled(), missing);
            }
            let sealed = growing.end(self.record.as_mut(), "")?;
            self.add(sealed);
        }
        Ok(Whole {
            files: self.whole,
            record: self.record,
        })
    }

    fn add(&mut self, sealed: Sealed) {
        self.whole.push(match self.whole.is_empty() {
            true => sealed,
            false => sealed.unlocked(),
        });
    }

    /// Ends the file, and begins another for what has other tracks.
    fn go_on(&mut self, fragment: &Fragment, change: TracksChanged) -> Result<(), Error> {
        let name = self.name.sequel(self.sequels.len().saturating_add(2));
        name.check_free()?;
        let why = match &fragment.number {
            Some(number) => format!("from fragment {number} on, {change}"),
            None => change.to_string(),
        };
        if let Some(growing) = self.growing.take() {
            let sealed = growing.end(self.record.as_mut(), &why)?;
            self.add(sealed);
        }
        let path = name.path().to_owned();
        self.sequels.push(Sequel { path, why });
        let growing = Growing::create(name, self.options, self.record.is_some())?;
        self.growing = Some(growing);
        Ok(())
    }
}

/// A recording that is whole and on the disk, and not yet under its name.
#[derive(Debug)]
pub struct Whole {
    files: Vec<Sealed>,
    record: Option<Record>,
}

impl Whole {
    /// Gives all files their names, the first one last: when it is there, all is.
    ///
    /// # Errors
    /// When a name has been taken meanwhile, or the system refuses. A later run can try again.
    pub fn publish(self) -> Result<(), Error> {
        for file in self.files.into_iter().rev() {
            file.publish()?;
        }
        self.record.map_or(Ok(()), Record::remove)
    }
}
