//! What this process takes.

use std::fmt;
use std::fs;
use std::io;
use std::time::Duration;

/// Memory and open files at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Usage {
    /// Resident memory, in kibibytes.
    memory: u64,
    files: u64,
}

impl Usage {
    /// What is taken now, as Linux tells.
    pub(crate) fn now() -> io::Result<Self> {
        let status = fs::read_to_string("/proc/self/status")?;
        let memory = status.lines().find_map(|line| {
            let rest = line.strip_prefix("VmRSS:")?;
            rest.trim().strip_suffix(" kB")?.parse().ok()
        });
        let files = fs::read_dir("/proc/self/fd")?.count();
        Ok(Self {
            memory: memory.ok_or_else(|| io::Error::other("the system tells no VmRSS"))?,
            // The folder itself is open while it is read.
            files: u64::try_from(files).unwrap_or(u64::MAX).saturating_sub(1),
        })
    }

    fn most(self, other: Self) -> Self {
        Self {
            memory: self.memory.max(other.memory),
            files: self.files.max(other.files),
        }
    }
}

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { memory, files } = self;
        write!(f, "{memory} KiB resident, {files} files open")
    }
}

/// The most that was taken in the second quarter of the time, when all is warm, and in the last.
#[derive(Debug)]
pub(crate) struct Samples {
    quarter: Duration,
    early: Usage,
    late: Usage,
}

impl Samples {
    /// Those of so much time.
    pub(crate) fn new(length: Duration) -> Self {
        Self {
            quarter: length / 4,
            early: Usage::default(),
            late: Usage::default(),
        }
    }

    pub(crate) fn take(&mut self, at: Duration, usage: Usage) {
        if at >= 3 * self.quarter {
            self.late = self.late.most(usage);
        } else if at >= self.quarter && at < 2 * self.quarter {
            self.early = self.early.most(usage);
        }
    }

    /// Whether memory has not grown by more than a tenth, and no file has stayed open.
    pub(crate) fn are_flat(&self) -> bool {
        self.late.memory <= self.early.memory + self.early.memory / 10
            && self.late.files <= self.early.files
            && self.early.files > 0
    }
}

impl fmt::Display for Samples {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.are_flat() { "flat" } else { "NOT FLAT" };
        write!(
            f,
            "{verdict}: at most {} in the second quarter, {} in the last",
            self.early, self.late
        )
    }
}
