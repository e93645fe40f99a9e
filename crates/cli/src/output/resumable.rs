//! Outputs that a later run goes on with.

use std::path::{Path, PathBuf};

use kvs_archive::Plan;
use kvs_archive::journal::{Mark, MarkKind, Past};
use kvs_archive::mkv::{Bytes, Crc32, Gaps, Writer};

use super::matroska::{Files, Growing, options};
use super::pending::{Pending, Sealed, Temporary, remove};
use super::record::{Opened, agreeing};
use super::target::{Kind, Target};
use super::{Hole, Sink};
use crate::exit::Failure;

/// A Matroska file that nobody else writes, and perhaps an earlier run has begun.
#[derive(Debug)]
pub(crate) struct Resumable {
    target: Target,
    journal: Opened,
}

/// What an earlier run has done.
#[derive(Debug)]
pub(crate) struct Earlier {
    /// All that is to be fetched, and what of it is done.
    pub(crate) plan: Plan,
    pub(crate) settled: u64,
    pub(crate) holes: Vec<Hole>,
}

impl Resumable {
    /// The output, and what an earlier run tells of it.
    ///
    /// # Errors
    /// When the output exists and may not be replaced, another process writes it, or what an
    /// earlier run has left cannot be read. With `restart` that does not matter.
    pub(crate) fn open(
        path: &Path,
        overwrite: bool,
        restart: bool,
    ) -> Result<(Self, Option<Past>), Failure> {
        let target = Target::named(path, Kind::File, overwrite)?;
        if !target.journal().exists() {
            target.check_free()?;
        }
        let (journal, past) = Opened::new(&target, restart)?;
        // A run that was cut down at its very end has given names already.
        let is_named = past.as_ref().is_some_and(Past::is_complete);
        match target.check_free() {
            Err(taken) if !is_named => {
                if past.is_none() {
                    journal.remove()?;
                }
                return Err(taken);
            }
            _ => {}
        }
        Ok((Self { target, journal }, past))
    }

    /// That the earlier run was another one.
    pub(crate) fn other(&self, difference: &str) -> Failure {
        Failure::new(format_args!(
            "{} is half fetched, but {difference}; run the same command as then to go on, or add \
             --restart to begin anew",
            self.target.path().display()
        ))
    }

    /// Begins, or begins anew.
    pub(crate) fn begin(self, gaps: Gaps, request: &str) -> Result<Box<dyn Sink + Send>, Failure> {
        let sequels = (2..).map(|count| self.target.sequel_named(count).temporary());
        for part in sequels.take_while(|part| part.exists()) {
            remove(&part)?;
        }
        let record = self.journal.begin(request)?;
        Ok(Box::new(Files::recorded(self.target, gaps, record)?))
    }

    /// Goes on where the earlier run was.
    pub(crate) fn resume(
        self,
        past: Past,
        gaps: Gaps,
    ) -> Result<(Box<dyn Sink + Send>, Earlier), Failure> {
        let mut restored = Restored::new(&self.target, &past);
        let files = past
            .marks
            .split_inclusive(|mark| mark.kind == MarkKind::Sealed);
        for marks in files {
            match marks.split_last() {
                Some((sealed, marks)) if sealed.kind == MarkKind::Sealed => {
                    restored.whole(sealed, marks, gaps)?;
                }
                _ => restored.growing(marks, gaps)?,
            }
        }
        if restored.growing.is_none() && !past.is_complete() {
            restored.growing(&[], gaps)?;
        }
        let Restored {
            whole,
            growing,
            sequels,
            marks,
            checksum,
            ..
        } = restored;
        let record = self.journal.resume(&past, marks, checksum)?;
        let held = past.marks.get(..marks).unwrap_or_default();
        let settled = held.last().map_or(0, |mark| mark.settled);
        let holes = held.iter().flat_map(|mark| &mark.missing);
        let holes = holes.map(|hole| serde_json::from_str(hole));
        let holes: Result<Vec<Hole>, _> = holes.collect();
        let earlier = Earlier {
            settled,
            holes: holes.map_err(Failure::new)?,
            plan: past.into_plan(marks),
        };
        let files = Files {
            target: self.target,
            gaps,
            whole,
            growing,
            sequels,
            record: Some(record),
        };
        Ok((Box::new(files), earlier))
    }
}

/// Files that are put together again.
struct Restored<'a> {
    target: &'a Target,
    is_complete: bool,
    whole: Vec<Sealed>,
    growing: Option<Growing>,
    sequels: Vec<(PathBuf, String)>,
    /// How many marks count.
    marks: usize,
    /// Of the file that grows.
    checksum: Crc32,
}

impl<'a> Restored<'a> {
    fn new(target: &'a Target, past: &Past) -> Self {
        Self {
            target,
            is_complete: past.is_complete(),
            whole: Vec::new(),
            growing: None,
            sequels: Vec::new(),
            marks: 0,
            checksum: Crc32::new(),
        }
    }

    /// The next file's name.
    fn next(&self) -> Target {
        match self.sequels.len() {
            0 => self.target.clone(),
            count => self.target.sequel_named(count.saturating_add(1)),
        }
    }

    /// A file that is whole.
    fn whole(&mut self, sealed: &Mark, marks: &[Mark], gaps: Gaps) -> Result<(), Failure> {
        let target = self.next();
        let temporary = Temporary::kept(&target);
        self.marks = self.marks.saturating_add(marks.len()).saturating_add(1);
        let is_named = self.is_complete && !temporary.path().exists() && target.path().exists();
        if !is_named {
            let writer = writer(marks, gaps)?;
            let mut beginning = writer.beginning();
            if beginning.is_empty() {
                // A file of tags alone begins when it ends.
                beginning = writer
                    .finish()
                    .pieces
                    .into_iter()
                    .next()
                    .unwrap_or_default();
            }
            let agreed = self.agreeing(&temporary, &beginning, std::slice::from_ref(sealed))?;
            if agreed.0 == 0 {
                return Err(changed(&temporary));
            }
            self.whole.push(Sealed::new(temporary, target));
        }
        if !sealed.state.is_empty() {
            let count = self.sequels.len().saturating_add(2);
            let next = self.target.sequel_named(count).path().to_owned();
            let why = String::from_utf8_lossy(&sealed.state).into_owned();
            self.sequels.push((next, why));
        }
        Ok(())
    }

    /// The file that grows: as far as it agrees with what was told of it.
    fn growing(&mut self, marks: &[Mark], gaps: Gaps) -> Result<(), Failure> {
        let target = self.next();
        let temporary = Temporary::kept(&target);
        let beginning = writer(marks, gaps)?.beginning();
        let (agreed, checksum) = self.agreeing(&temporary, &beginning, marks)?;
        let (held, lost) = marks.split_at_checked(agreed).unwrap_or((marks, &[]));
        if lost.iter().any(|mark| mark.kind == MarkKind::Durable) {
            return Err(changed(&temporary));
        }
        self.marks = self.marks.saturating_add(agreed);
        self.checksum = checksum;
        self.growing = Some(match held.last() {
            None => {
                let mut growing = Growing::create(target, gaps)?;
                growing.file.keep();
                growing
            }
            Some(last) => {
                let writer = writer(held, gaps)?;
                let file = Pending::reopen(target, &writer.beginning(), last.length)?;
                Growing { writer, file }
            }
        });
        Ok(())
    }

    fn agreeing(
        &self,
        part: &Temporary,
        beginning: &Bytes,
        marks: &[Mark],
    ) -> Result<(usize, Crc32), Failure> {
        let part = part.path();
        agreeing(part, beginning, marks)
            .map_err(|error| Failure::io(format_args!("read {}", part.display()), &error))
    }
}

fn writer(marks: &[Mark], gaps: Gaps) -> Result<Writer, Failure> {
    let states = marks.iter().map(|mark| &mark.state);
    Writer::resume(options(gaps), states).map_err(|bad| {
        Failure::new(format_args!(
            "the journal holds what is {bad}; add --restart to begin anew"
        ))
    })
}

fn changed(part: &Temporary) -> Failure {
    Failure::new(format_args!(
        "{} is not as the run left it that wrote it; add --restart to begin anew",
        part.path().display()
    ))
}

#[cfg(test)]
mod tests;
