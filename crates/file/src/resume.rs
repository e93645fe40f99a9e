//! Recordings that an earlier run has begun.

use std::io;
use std::path::Path;

use kvs_archive::Plan;
use kvs_archive::journal::{Mark, MarkKind, Past};
use kvs_archive::mkv::{Crc32, Writer};

use crate::alone::take_away;
use crate::error::Error;
use crate::names::Name;
use crate::part::{Part, Sealed};
use crate::record::{Locked, agreeing};
use crate::recording::{Growing, Options, Recording, Sequel};

/// A file that nobody else writes, and that an earlier run may have begun.
#[derive(Debug)]
pub struct Opened {
    name: Name,
    options: Options,
    journal: Locked,
    past: Option<Past>,
}

/// What an earlier run has done.
#[derive(Debug)]
#[non_exhaustive]
pub struct Earlier {
    /// All that is to be fetched, with what is settled [done](Plan::with_done).
    pub plan: Plan,
    /// What was missing, in the words of that run.
    pub missing: Vec<String>,
}

/// Opens the file called `path`, which need not be there, for this process alone.
///
/// # Errors
/// When the name is taken, another process writes the file, or what an earlier run has left cannot
/// be read.
pub fn open(path: impl AsRef<Path>, options: Options) -> Result<Opened, Error> {
    let name = Name::new(path.as_ref(), options.overwrite)?;
    if !name.journal().exists() {
        name.check_free()?;
    }
    let (journal, past) = Locked::new(&name, options.restart)?;
    // A run that was cut down at its very end has given names already.
    let is_named = past.as_ref().is_some_and(Past::is_complete);
    match name.check_free() {
        Err(taken) if !is_named => {
            if past.is_none() {
                journal.remove()?;
            }
            Err(taken)
        }
        _ => Ok(Opened {
            name,
            options,
            journal,
            past,
        }),
    }
}

impl Opened {
    /// What an earlier run was asked for, if one has left something to go on with.
    pub fn request(&self) -> Option<&str> {
        self.past.as_ref().map(|past| past.request.as_str())
    }

    /// Whether an earlier run has written all, and has only names to give: then nothing is to be
    /// fetched, and [settling](kvs_archive::ExportOptions::settle) must not find more.
    pub fn is_complete(&self) -> bool {
        self.past.as_ref().is_some_and(Past::is_complete)
    }

    /// Begins, or goes on where the earlier run was. `request` says what is asked for, in any words;
    /// it has to be the same each time.
    ///
    /// # Errors
    /// When it is not the same, or what the disk was said to have is changed or gone.
    pub fn go_on(self, request: &str) -> Result<(Recording, Option<Earlier>), Error> {
        let Self {
            name,
            options,
            journal,
            past,
        } = self;
        let Some(past) = past else {
            return Ok((begin(name, options, journal, request)?, None));
        };
        if past.request != request {
            return Err(Error::OtherRequest {
                path: name.path().to_owned(),
                earlier: past.request,
            });
        }
        let restored = Restored::new(&name, options, &past)?;
        let (marks, growing) = (restored.marks, restored.growing);
        let record = journal.resume(&past, marks, restored.checksum)?;
        let recording = Recording {
            options,
            whole: restored.whole,
            growing,
            sequels: restored.sequels,
            record: Some(record),
            is_inside: false,
            name,
        };
        let held = past.marks.get(..marks).unwrap_or_default();
        let earlier = Earlier {
            missing: held.iter().flat_map(|mark| mark.missing.clone()).collect(),
            plan: match past.is_complete() {
                // What is left of it was missing for good.
                true => past.into_plan(marks).with_done(u64::MAX),
                false => past.into_plan(marks),
            },
        };
        Ok((recording, Some(earlier)))
    }
}

/// A recording from its first byte on.
fn begin(name: Name, options: Options, journal: Locked, request: &str) -> Result<Recording, Error> {
    let growing = match Growing::create(name.clone(), options, true) {
        Err(error) => {
            if !options.restart {
                // It tells nothing.
                journal.remove()?;
            }
            return Err(error);
        }
        growing => growing?,
    };
    let sequels = (2..).map(|count| name.sequel(count).part());
    for part in sequels.take_while(|part| part.exists()) {
        // Another process may write to that very name.
        match take_away(&part) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            taken => taken.map_err(|error| Error::doing("remove", &part, error))?,
        }
    }
    let record = journal.begin(request)?;
    Ok(Recording::begin(name, options, growing, Some(record)))
}

/// Files that are put together again.
struct Restored<'a> {
    name: &'a Name,
    options: Options,
    is_complete: bool,
    whole: Vec<Sealed>,
    growing: Option<Growing>,
    sequels: Vec<Sequel>,
    /// How many marks count.
    marks: usize,
    /// Of the file that grows.
    checksum: Crc32,
}

impl<'a> Restored<'a> {
    fn new(name: &'a Name, options: Options, past: &Past) -> Result<Self, Error> {
        let mut restored = Self {
            name,
            options,
            is_complete: past.is_complete(),
            whole: Vec::new(),
            growing: None,
            sequels: Vec::new(),
            marks: 0,
            checksum: Crc32::new(),
        };
        let files = past
            .marks
            .split_inclusive(|mark| mark.kind == MarkKind::Sealed);
        for marks in files {
            match marks.split_last() {
                Some((sealed, marks)) if sealed.kind == MarkKind::Sealed => {
                    restored.whole(sealed, marks)?;
                }
                _ => restored.growing(marks)?,
            }
        }
        if restored.growing.is_none() && !restored.is_complete {
            restored.growing(&[])?;
        }
        Ok(restored)
    }

    /// The next file's name.
    fn next(&self) -> Name {
        match self.sequels.len() {
            0 => self.name.clone(),
            count => self.name.sequel(count.saturating_add(1)),
        }
    }

    /// A file that is whole.
    fn whole(&mut self, sealed: &Mark, marks: &[Mark]) -> Result<(), Error> {
        let name = self.next();
        let part = name.part();
        self.marks = self.marks.saturating_add(marks.len()).saturating_add(1);
        let is_named = self.is_complete && !part.exists() && name.path().exists();
        if !is_named {
            let writer = self.writer(marks)?;
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
            let sealed = std::slice::from_ref(sealed);
            let agreed = agreeing(&part, &beginning, sealed);
            if agreed.map_err(|error| Error::read(&part, error))?.0 == 0 {
                return Err(Error::Changed(part));
            }
            self.whole.push(Sealed::kept(name));
        }
        if !sealed.state.is_empty() {
            let next = self.name.sequel(self.sequels.len().saturating_add(2));
            self.sequels.push(Sequel {
                path: next.path().to_owned(),
                why: String::from_utf8_lossy(&sealed.state).into_owned(),
            });
        }
        Ok(())
    }

    /// The file that grows: as far as it agrees with what was told of it.
    fn growing(&mut self, marks: &[Mark]) -> Result<(), Error> {
        let name = self.next();
        let part = name.part();
        let beginning = self.writer(marks)?.beginning();
        let agreed = agreeing(&part, &beginning, marks);
        let (agreed, checksum) = agreed.map_err(|error| Error::read(&part, error))?;
        let (held, lost) = marks.split_at_checked(agreed).unwrap_or((marks, &[]));
        if lost.iter().any(|mark| mark.kind == MarkKind::Durable) {
            return Err(Error::Changed(part));
        }
        self.marks = self.marks.saturating_add(agreed);
        self.checksum = checksum;
        self.growing = Some(match held.last() {
            None => Growing::create(name, self.options, true)?,
            Some(last) => {
                let writer = self.writer(held)?;
                let file = Part::reopen(name, &writer.beginning(), last.length)?;
                Growing { writer, file }
            }
        });
        Ok(())
    }

    fn writer(&self, marks: &[Mark]) -> Result<Writer, Error> {
        let states = marks.iter().map(|mark| &mark.state);
        Writer::resume(self.options.of_writer(), states).map_err(|problem| Error::State {
            path: self.name.journal(),
            problem,
        })
    }
}

#[cfg(test)]
mod tests;
