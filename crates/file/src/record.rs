//! The journal of a recording, and when a line of it is due.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use kvs_archive::Plan;
use kvs_archive::journal::{Journal, Mark, MarkKind, Past, Reader};
use kvs_archive::mkv::{Bytes, Crc32};

use crate::alone;
use crate::error::Error;
use crate::names::{Name, remove, sync_folder};

/// What a run that is killed loses at most, beside the fragment that is on its way.
const WRITTEN: u64 = 1 << 20;
/// What is lost at most when the power fails.
const DURABLE: u64 = 16 << 20;
const DURABLE_AFTER: Duration = Duration::from_secs(2);

/// A journal in a file that nobody else has.
#[derive(Debug)]
pub(crate) struct Record {
    file: File,
    path: PathBuf,
    folder: PathBuf,
    journal: Journal,
    /// How many fragments of the plan are told, if it is.
    planned: Option<u64>,
    /// Of the file that grows.
    checksum: Crc32,
    settled: u64,
    /// The same at the last mark, if there is one.
    kept: Option<u64>,
    /// What is to be told with the next mark.
    missing: Vec<String>,
    /// Bytes since the last mark, and since the last that is durable.
    since_mark: u64,
    since_sync: u64,
    synced: Instant,
    /// Whether the file holds something of a fragment that does not count yet.
    is_between: bool,
    /// Whether that is not all of it.
    is_inside: bool,
    /// Whether something could not be written: how the journal ends, nobody knows then.
    is_broken: bool,
}

/// A journal that is locked.
#[derive(Debug)]
pub(crate) struct Locked {
    file: File,
    path: PathBuf,
    folder: PathBuf,
}

impl Locked {
    /// Opens the journal of a recording, or an empty one, and reads what it tells; with `restart`, as
    /// if that were nothing.
    pub(crate) fn new(name: &Name, restart: bool) -> Result<(Self, Option<Past>), Error> {
        let path = name.journal();
        let locked = lock(&path).map_err(|error| Error::write(&path, error))?;
        let mut file = locked.ok_or_else(|| Error::Busy(name.path().to_owned()))?;
        let past = match restart {
            true => None,
            false => read(&mut file, &path)?,
        };
        let folder = name.folder().to_owned();
        Ok((Self { file, path, folder }, past))
    }

    /// Removes it, for it holds nothing.
    pub(crate) fn remove(self) -> Result<(), Error> {
        remove(&self.path)
    }

    /// A record that begins anew.
    pub(crate) fn begin(self, request: &str) -> Result<Record, Error> {
        let (journal, text) = Journal::begin(request);
        let mut record = self.record(journal, 0)?;
        record.append(&text)?;
        Ok(record)
    }

    /// A record that goes on after so many marks. `checksum` is that of the file that grows.
    pub(crate) fn resume(
        self,
        past: &Past,
        marks: usize,
        checksum: Crc32,
    ) -> Result<Record, Error> {
        let journal = past.journal(marks);
        let mut record = self.record(journal, journal.len())?;
        let marks = past.marks.get(..marks).unwrap_or_default();
        record.planned = Some(past.planned(marks.len()));
        record.checksum = checksum;
        record.kept = marks.last().map(|mark| mark.settled);
        record.settled = record.kept.unwrap_or(0);
        Ok(record)
    }

    fn record(mut self, journal: Journal, len: u64) -> Result<Record, Error> {
        let cut = self.file.set_len(len);
        let cut = cut.and_then(|()| self.file.seek(SeekFrom::Start(len)));
        cut.map_err(|error| Error::write(&self.path, error))?;
        Ok(Record {
            file: self.file,
            path: self.path,
            folder: self.folder,
            journal,
            planned: None,
            checksum: Crc32::new(),
            settled: 0,
            kept: None,
            missing: Vec::new(),
            since_mark: 0,
            since_sync: 0,
            synced: Instant::now(),
            is_between: false,
            is_inside: false,
            is_broken: false,
        })
    }
}

/// The file, locked; `None` if another has it.
fn lock(path: &Path) -> io::Result<Option<File>> {
    loop {
        let mut options = OpenOptions::new();
        let options = options.read(true).write(true).create(true).truncate(false);
        let file = options.open(path)?;
        if !alone::lock(&file)? {
            return Ok(None);
        }
        if alone::is_at(&file, path)? {
            return Ok(Some(file));
        }
    }
}

fn read(file: &mut File, path: &Path) -> Result<Option<Past>, Error> {
    let mut reader = Reader::default();
    let mut piece = vec![0; 64 << 10];
    loop {
        let read = file.read(&mut piece);
        let read = read.map_err(|error| Error::read(path, error))?;
        let piece = piece.get(..read).unwrap_or_default();
        if piece.is_empty() {
            return Ok(reader.finish());
        }
        reader.push(piece).map_err(|problem| Error::Journal {
            path: path.to_owned(),
            problem,
        })?;
    }
}

impl Record {
    /// Tells what is to be fetched, as far as that is not told.
    pub(crate) fn plan(&mut self, plan: &Plan) -> Result<(), Error> {
        let told = self.planned.replace(plan.len());
        if told == self.planned {
            return Ok(());
        }
        self.check()?;
        let mut file = io::BufWriter::new(&self.file);
        let mut lines = self.journal.addition(plan, told.unwrap_or(0));
        let written = lines.try_for_each(|line| file.write_all(line.as_bytes()));
        let written = written.and_then(|()| file.flush());
        self.is_broken = written.is_err();
        written.map_err(|error| Error::write(&self.path, error))
    }

    /// These pieces go to the file that grows: a fragment, which does not count until all of it is
    /// there and settled, or the end of the file.
    pub(crate) fn wrote(&mut self, pieces: &[Bytes], is_all: bool) {
        self.is_between = true;
        self.is_inside = !is_all;
        for piece in pieces {
            self.checksum.update(piece);
            let len = u64::try_from(piece.len()).unwrap_or(u64::MAX);
            self.since_mark = self.since_mark.saturating_add(len);
            self.since_sync = self.since_sync.saturating_add(len);
        }
    }

    /// So many fragments of the plan are in the file or missing. The mark that is due.
    pub(crate) fn settle(
        &mut self,
        settled: u64,
        missing: impl IntoIterator<Item = String>,
    ) -> Due {
        self.settled = settled;
        self.missing.extend(missing);
        if self.is_inside {
            return Due::Nothing;
        }
        self.is_between = false;
        let is_late = self.since_sync > 0 && self.synced.elapsed() >= DURABLE_AFTER;
        match () {
            () if !self.is_planned() => Due::Nothing,
            () if self.since_sync >= DURABLE || is_late => Due::Durable,
            () if self.since_mark >= WRITTEN => Due::Written,
            () => Due::Nothing,
        }
    }

    pub(crate) fn is_planned(&self) -> bool {
        self.planned.is_some()
    }

    /// Whether a mark would tell the truth, and be read.
    pub(crate) fn can_mark(&self) -> bool {
        self.is_planned() && !self.is_between && !self.is_broken
    }

    /// Tells how far the file has come, which is as safe as `kind` says.
    pub(crate) fn mark(
        &mut self,
        kind: MarkKind,
        length: u64,
        state: Vec<u8>,
    ) -> Result<(), Error> {
        self.check()?;
        let text = self.journal.mark(&Mark {
            kind,
            settled: self.settled,
            length,
            checksum: self.checksum.value(),
            state,
            missing: std::mem::take(&mut self.missing),
        });
        self.append(&text)?;
        self.kept = Some(self.settled);
        self.since_mark = 0;
        if kind == MarkKind::Written {
            return Ok(());
        }
        let synced = self.file.sync_data();
        synced.map_err(|error| Error::write(&self.path, error))?;
        sync_folder(&self.folder);
        self.since_sync = 0;
        self.synced = Instant::now();
        Ok(())
    }

    /// Tells that the file which grew is whole, and `after` why another goes on.
    pub(crate) fn seal(&mut self, length: u64, after: &str) -> Result<(), Error> {
        self.mark(MarkKind::Sealed, length, after.into())?;
        self.checksum = Crc32::new();
        Ok(())
    }

    pub(crate) fn settled(&self) -> u64 {
        self.settled
    }

    /// How many fragments a later run finds settled, if it finds any mark.
    pub(crate) fn kept(&self) -> Option<u64> {
        self.kept
    }

    /// Removes it: the recording is done, or there is none.
    pub(crate) fn remove(self) -> Result<(), Error> {
        remove(&self.path)
    }

    fn append(&mut self, text: &str) -> Result<(), Error> {
        let written = self.file.write_all(text.as_bytes());
        self.is_broken = written.is_err();
        written.map_err(|error| Error::write(&self.path, error))
    }

    /// Each line has a checksum of all before it: what comes behind one that is not there, or not all
    /// of it, would spoil the journal.
    fn check(&self) -> Result<(), Error> {
        if self.is_broken {
            let why = io::Error::other("a line before could not be written");
            return Err(Error::write(&self.path, why));
        }
        Ok(())
    }
}

/// What is to be told of a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Due {
    Nothing,
    Written,
    Durable,
}

/// How many of a file's marks it agrees with, from the first on, and the checksum up to there.
/// `beginning` stands for its first bytes, which may be patched.
pub(crate) fn agreeing(
    path: &Path,
    beginning: &[u8],
    marks: &[Mark],
) -> io::Result<(usize, Crc32)> {
    let mut file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((0, Crc32::new())),
        file => file?,
    };
    let mut checksum = Crc32::new();
    checksum.update(beginning);
    let mut at = u64::try_from(beginning.len()).unwrap_or(u64::MAX);
    file.seek(SeekFrom::Start(at))?;
    let mut agreed = (0, Crc32::new());
    let mut piece = vec![0; 256 << 10];
    for (mark, count) in marks.iter().zip(1..) {
        if mark.length == 0 {
            agreed = (count, Crc32::new());
            continue;
        }
        while at < mark.length {
            let want = usize::try_from(mark.length.saturating_sub(at)).unwrap_or(usize::MAX);
            let want = want.min(piece.len());
            let read = file.read(piece.get_mut(..want).unwrap_or_default())?;
            if read == 0 {
                return Ok(agreed);
            }
            checksum.update(piece.get(..read).unwrap_or_default());
            at = at.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        }
        if at != mark.length || checksum.value() != mark.checksum {
            return Ok(agreed);
        }
        agreed = (count, checksum);
    }
    Ok(agreed)
}

#[cfg(test)]
mod tests;
