//! What an export has come to, as lines of text beside its output: a later run goes on from there.
//!
//! ```text
//! kvs-journal 1 …                                   what it is
//! request {"stream":"door", …} …                    what was asked for, in the caller's words
//! fragment 9134385233318 48123 1700000000.123 …     the plan, in order
//! plan 15 …                                         how many those are
//! missing {"number":"9134…", …} …                   ┐ what came of the first seven of them
//! written 7 351202 9a0c66b1 01a2… …                 ┘
//! durable …                                         the same, and safe when the power fails
//! sealed …                                          the same, and that file is whole
//! fragment 9134385233402 …                          found by listing again at the end:
//! plan 16 …                                         they go behind all others
//! ```
//!
//! A line ends with a checksum of all that the journal holds up to there, so that no line can be
//! changed, moved or left out. A last line that was cut is not there: what it speaks of is
//! fetched again.
//!
//! ```
//! use kvs_archive::journal::{Journal, Mark, MarkKind, Reader};
//! use kvs_archive::{Plan, Planned};
//!
//! let plan: Plan = ["5", "7"].into_iter().map(|n| Planned::Named(n.parse().unwrap())).collect();
//! let (mut journal, mut text) = Journal::begin("the door's video");
//! text.extend(journal.plan(&plan));
//! let first = Mark {
//!     kind: MarkKind::Durable,
//!     settled: 1,
//!     length: 48_123,
//!     checksum: 0x9a0c_66b1,
//!     state: vec![1, 2, 3],
//!     missing: vec![],
//! };
//! text.push_str(&journal.mark(&first));
//! text.push_str("written 2 99"); // The machine went down.
//!
//! let mut reader = Reader::default();
//! reader.push(text.as_bytes())?;
//! let past = reader.finish().expect("its plan is whole");
//! assert_eq!((&*past.request, past.plan.len()), ("the door's video", 2));
//! assert_eq!(past.marks, [first]);
//! # Ok::<(), kvs_archive::journal::BadJournal>(())
//! ```

mod line;
mod read;

use kvs_mkv::Crc32;

use crate::plan::Plan;
use crate::report::Planned;

pub use self::read::{BadJournal, Past, Reader};

const FORMAT: &str = "kvs-journal";
const VERSION: u32 = 1;

/// A journal that is being written: it makes the lines, and the caller appends them to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Journal {
    crc: Crc32,
    len: u64,
}

/// How far an output has come, at the end of a fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// How safe that is.
    pub kind: MarkKind,
    /// How many fragments of the plan, from its beginning on, are in the output or missing for good.
    pub settled: u64,
    /// Bytes of the file that is being written.
    pub length: u64,
    /// Their checksum.
    pub checksum: u32,
    /// The writer's state, such as [`Writer::checkpoint`](kvs_mkv::Writer::checkpoint) gives.
    pub state: Vec<u8>,
    /// What is missing since the mark before, in the caller's words.
    pub missing: Vec<String>,
}

/// How safe it is what a [`Mark`] speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkKind {
    /// The operating system has it: it is there after the program was killed, but may not be after
    /// the power has failed.
    Written,
    /// The disk has it.
    Durable,
    /// The same, and the file is whole. It is the last one if there is no [state](Mark::state); else
    /// what comes after belongs to another, and the state says why that begins.
    Sealed,
}

impl Journal {
    /// A new journal, and its first lines.
    pub fn begin(request: &str) -> (Self, String) {
        let mut journal = Self {
            crc: Crc32::new(),
            len: 0,
        };
        let mut text = journal.line(format!("{FORMAT} {VERSION}"));
        text.push_str(&journal.line(format!("request {}", line::escape(request))));
        (journal, text)
    }

    /// The lines of a plan, which come before all marks.
    pub fn plan<'a>(&'a mut self, plan: &'a Plan) -> impl Iterator<Item = String> + 'a {
        self.addition(plan, 0)
    }

    /// The lines of what a plan has beyond so many fragments, which are told already: what was found
    /// by [listing again](crate::ExportOptions::settle).
    pub fn addition<'a>(
        &'a mut self,
        plan: &'a Plan,
        told: u64,
    ) -> impl Iterator<Item = String> + 'a {
        let told = usize::try_from(told).unwrap_or(usize::MAX);
        let fragments = plan.iter().skip(told).map(|planned| fragment(&planned));
        let end = std::iter::once_with(|| format!("plan {}", plan.len()));
        fragments.chain(end).map(|content| self.line(content))
    }

    /// The lines of a mark.
    pub fn mark(&mut self, mark: &Mark) -> String {
        let mut text = String::new();
        for missing in &mark.missing {
            text.push_str(&self.line(format!("missing {}", line::escape(missing))));
        }
        let name = match mark.kind {
            MarkKind::Written => "written",
            MarkKind::Durable => "durable",
            MarkKind::Sealed => "sealed",
        };
        let Mark {
            settled,
            length,
            checksum,
            ..
        } = mark;
        let state = line::hex(&mark.state);
        text.push_str(&self.line(format!("{name} {settled} {length} {checksum:08x} {state}")));
        text
    }

    /// Its length in bytes with all lines so far.
    #[expect(clippy::len_without_is_empty, reason = "a journal has its first lines")]
    pub fn len(&self) -> u64 {
        self.len
    }

    fn line(&mut self, content: String) -> String {
        self.crc.update(content.as_bytes());
        self.crc.update(b"\n");
        let line = format!("{content} {:08x}\n", self.crc.value());
        let len = u64::try_from(line.len()).unwrap_or(u64::MAX);
        self.len = self.len.saturating_add(len);
        line
    }
}

fn fragment(planned: &Planned) -> String {
    let number = planned.number();
    match planned.listed() {
        None => format!("fragment {number}"),
        Some(listed) => format!(
            "fragment {number} {} {} {} {}",
            listed.bytes,
            line::time(listed.producer_timestamp),
            line::time(listed.server_timestamp),
            listed.duration_ms
        ),
    }
}

#[cfg(test)]
mod tests;
