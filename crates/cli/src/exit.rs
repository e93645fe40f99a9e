//! How a run ends.

use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;

/// What a run that did not fail has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All that was asked for.
    Whole,
    /// All but what the service could not give; that is told elsewhere.
    Holes,
}

/// Why a run failed: one line for a person, and the exit code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    /// Empty where there is nothing to be said.
    line: String,
    code: u8,
}

const FAILED: u8 = 1;
const USAGE: u8 = 2;
const HOLES: u8 = 3;
/// As shells have it: 128, and the signal's number.
pub(crate) const INTERRUPTED: i32 = 130;

impl Failure {
    /// Something could not be done; `line` says what, and what to do about it.
    pub(crate) fn new(line: impl Display) -> Self {
        Self {
            line: one_line(&line.to_string()),
            code: FAILED,
        }
    }

    /// The command line asks for what cannot be.
    pub(crate) fn usage(line: impl Display) -> Self {
        Self {
            code: USAGE,
            ..Self::new(line)
        }
    }

    /// The operating system refused; `doing` completes "cannot".
    pub(crate) fn io(doing: impl Display, error: &io::Error) -> Self {
        Self::new(format_args!("cannot {doing}: {error}"))
    }

    /// Standard output could not be written. That its reader has seen enough is no failure.
    pub(crate) fn stdout(error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self {
                line: String::new(),
                code: 0,
            };
        }
        Self::io("write to standard output", error)
    }

    /// The same with something to be added.
    pub(crate) fn and(self, more: impl Display) -> Self {
        Self {
            line: one_line(&format!("{}; {more}", self.line)),
            ..self
        }
    }

    /// The same for an output that was not meant to be cut short.
    pub(crate) fn unfinished(self) -> Self {
        Self {
            code: self.code.max(FAILED),
            ..self
        }
    }

    #[cfg(test)]
    pub(crate) fn line(&self) -> &str {
        &self.line
    }

    #[cfg(test)]
    pub(crate) fn code(&self) -> u8 {
        self.code
    }
}

/// Tells a failure, and gives the exit code.
pub(crate) fn end(result: Result<Outcome, Failure>) -> ExitCode {
    let failure = match result {
        Ok(Outcome::Whole) => return ExitCode::SUCCESS,
        Ok(Outcome::Holes) => return ExitCode::from(HOLES),
        Err(failure) => failure,
    };
    if !failure.line.is_empty() {
        say(format_args!("error: {}", failure.line));
    }
    ExitCode::from(failure.code)
}

/// Writes a line to standard error. If nobody can be told, there is nobody to tell that to.
pub(crate) fn say(line: impl Display) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// A text that may come from elsewhere as one line, which does nothing to a terminal.
pub(crate) fn one_line(text: &str) -> String {
    let lines = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| line.replace(char::is_control, "\u{fffd}"));
    lines.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_one_line() {
        let failure = Failure::new("it said:\n  \u{1b}[31mred\r\n\nand more");
        assert_eq!(failure.line(), "it said: \u{fffd}[31mred and more");
        assert_eq!(failure.code(), 1);
        assert_eq!(Failure::usage("x").code(), 2);
    }

    #[test]
    fn a_reader_that_has_seen_enough_is_no_failure() {
        let broken = Failure::stdout(&io::ErrorKind::BrokenPipe.into());
        assert_eq!((broken.line(), broken.code()), ("", 0));
        assert_eq!(broken.unfinished().code(), 1);
        let full = Failure::stdout(&io::ErrorKind::StorageFull.into());
        assert_eq!(full.code(), 1);
        assert!(full.line().starts_with("cannot write to standard output"));
    }
}
