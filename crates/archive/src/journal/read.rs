//! A journal that is read.

use std::fmt;

use kvs_mkv::Crc32;

use super::line::{parse_time, unescape, unhex};
use super::{FORMAT, Journal, Mark, MarkKind, VERSION};
use crate::listing::Listed;
use crate::plan::{Entry, Plan};
use crate::report::Planned;

/// No line is nearly as long.
const LONGEST: usize = 64 << 20;

/// Reads a journal, in pieces of any size.
#[derive(Debug)]
pub struct Reader {
    /// What has come of the next line.
    rest: Vec<u8>,
    lines: u64,
    journal: Journal,
    request: Option<String>,
    fragments: Vec<Entry>,
    plan: Option<(Plan, Told)>,
    missing: Vec<String>,
    marks: Vec<Mark>,
    after: Vec<Told>,
}

/// What a journal tells.
#[derive(Debug)]
#[non_exhaustive]
pub struct Past {
    /// What was asked for.
    pub request: String,
    /// All that is to be fetched, in order.
    pub plan: Plan,
    /// How far it has come, step by step.
    pub marks: Vec<Mark>,
    planned: Told,
    after: Vec<Told>,
}

/// What a journal has told up to some line.
#[derive(Debug, Clone, Copy)]
struct Told {
    journal: Journal,
    /// How many fragments are planned.
    planned: u64,
}

impl Past {
    /// Whether all files are whole, and nothing is left to be fetched.
    pub fn is_complete(&self) -> bool {
        let last = self.marks.last();
        last.is_some_and(|last| last.kind == MarkKind::Sealed && last.state.is_empty())
    }

    /// The journal as it was after so many marks, to go on with: what the file holds beyond its
    /// [length](Journal::len) has to be cut off.
    pub fn journal(&self, marks: usize) -> Journal {
        self.told(marks).journal
    }

    /// How many fragments were planned then.
    pub fn planned(&self, marks: usize) -> u64 {
        self.told(marks).planned
    }

    /// The plan as it was after so many marks, with all that was settled then done: what was found
    /// later by listing again will be found again.
    pub fn into_plan(self, marks: usize) -> Plan {
        let planned = self.told(marks).planned;
        let last = marks.checked_sub(1).and_then(|last| self.marks.get(last));
        let settled = last.map_or(0, |mark| mark.settled);
        self.plan.truncated(planned).with_done(settled)
    }

    fn told(&self, marks: usize) -> Told {
        let at = marks.checked_sub(1).and_then(|last| self.after.get(last));
        at.copied().unwrap_or(self.planned)
    }
}

/// Something that is no journal, or was changed since it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadJournal {
    line: u64,
    problem: Problem,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Problem {
    Foreign,
    Version,
    Damaged,
}

impl fmt::Display for BadJournal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = self.line;
        match self.problem {
            Problem::Foreign => f.write_str("not a journal"),
            Problem::Version => f.write_str("a journal of another version"),
            Problem::Damaged => write!(f, "damaged or changed, as its line {line} shows"),
        }
    }
}

impl std::error::Error for BadJournal {}

impl Default for Reader {
    fn default() -> Self {
        let journal = Journal {
            crc: Crc32::new(),
            len: 0,
        };
        Self {
            rest: Vec::new(),
            lines: 0,
            journal,
            request: None,
            fragments: Vec::new(),
            plan: None,
            missing: Vec::new(),
            marks: Vec::new(),
            after: Vec::new(),
        }
    }
}

impl Reader {
    /// Takes the next piece.
    ///
    /// # Errors
    /// [`BadJournal`], by the first line that shows it.
    pub fn push(&mut self, mut piece: &[u8]) -> Result<(), BadJournal> {
        while let Some(end) = piece.iter().position(|byte| *byte == b'\n') {
            let (line, after) = piece.split_at_checked(end).unwrap_or((piece, &[]));
            self.rest.extend_from_slice(line);
            let line = std::mem::take(&mut self.rest);
            self.lines = self.lines.saturating_add(1);
            self.take(&line).map_err(|problem| self.bad(problem))?;
            piece = after.get(1..).unwrap_or_default();
        }
        self.rest.extend_from_slice(piece);
        match self.rest.len() > LONGEST {
            true => Err(self.bad(Problem::Damaged)),
            false => Ok(()),
        }
    }

    /// Ends it; `None` if it does not even hold the whole plan, so that there is nothing to go on
    /// with.
    pub fn finish(self) -> Option<Past> {
        let (plan, planned) = self.plan?;
        Some(Past {
            request: self.request?,
            plan,
            marks: self.marks,
            planned,
            after: self.after,
        })
    }

    fn bad(&self, problem: Problem) -> BadJournal {
        BadJournal {
            line: self.lines,
            problem,
        }
    }

    fn take(&mut self, line: &[u8]) -> Result<(), Problem> {
        let is_first = self.lines == 1;
        let unreadable = if is_first {
            Problem::Foreign
        } else {
            Problem::Damaged
        };
        let line = std::str::from_utf8(line).map_err(|_| unreadable)?;
        let (content, checksum) = line.rsplit_once(' ').ok_or(unreadable)?;
        if is_first {
            let version = content.strip_prefix(FORMAT).ok_or(unreadable)?;
            if version.trim_start() != VERSION.to_string() {
                return Err(Problem::Version);
            }
        }
        let told = self.journal.line(content.to_owned());
        if told.strip_suffix('\n') != Some(line) || checksum.len() != 8 {
            return Err(Problem::Damaged);
        }
        match is_first {
            true => Ok(()),
            false => self.record(content).ok_or(Problem::Damaged),
        }
    }

    fn record(&mut self, content: &str) -> Option<()> {
        let (name, rest) = content.split_once(' ').unwrap_or((content, ""));
        match (name, &self.plan) {
            ("request", None) => self.request = Some(unescape(rest)?),
            ("fragment", _) => self.fragments.push(fragment(rest)?.into()),
            ("plan", _) => self.plan(rest)?,
            ("missing", Some(_)) => self.missing.push(unescape(rest)?),
            ("written", Some(_)) => self.mark(MarkKind::Written, rest)?,
            ("durable", Some(_)) => self.mark(MarkKind::Durable, rest)?,
            ("sealed", Some(_)) => self.mark(MarkKind::Sealed, rest)?,
            _ => return None,
        }
        Some(())
    }

    fn plan(&mut self, len: &str) -> Option<()> {
        let fragments = std::mem::take(&mut self.fragments);
        let (plan, told) = match self.plan.take() {
            None => {
                let plan = Plan::sorted(fragments);
                let (journal, planned) = (self.journal, plan.len());
                (plan, Told { journal, planned })
            }
            Some((mut plan, told)) => (plan.extend(fragments).is_empty().then_some(plan)?, told),
        };
        let is_whole = len.parse() == Ok(plan.len());
        self.plan = is_whole.then_some((plan, told));
        self.plan.as_ref().map(|_| ())
    }

    fn mark(&mut self, kind: MarkKind, rest: &str) -> Option<()> {
        let mut words = rest.split(' ');
        let mark = Mark {
            kind,
            settled: words.next()?.parse().ok()?,
            length: words.next()?.parse().ok()?,
            checksum: u32::from_str_radix(words.next()?, 16).ok()?,
            state: unhex(words.next()?)?,
            missing: std::mem::take(&mut self.missing),
        };
        let planned = self.plan.as_ref().map(|(plan, _)| plan.len())?;
        self.marks.push(mark);
        self.after.push(Told {
            journal: self.journal,
            planned,
        });
        words.next().is_none().then_some(())
    }
}

fn fragment(rest: &str) -> Option<Planned> {
    let mut words = rest.split(' ');
    let number = words.next()?.parse().ok()?;
    let Some(bytes) = words.next() else {
        return Some(Planned::Named(number));
    };
    let listed = Listed {
        number,
        bytes: bytes.parse().ok()?,
        producer_timestamp: parse_time(words.next()?)?,
        server_timestamp: parse_time(words.next()?)?,
        duration_ms: words.next()?.parse().ok()?,
    };
    words.next().is_none().then_some(Planned::Listed(listed))
}
