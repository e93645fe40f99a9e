//! Standard output, for lines.

use std::fmt::Display;
use std::io::{self, BufWriter, StdoutLock, Write};

use serde::Serialize;

use crate::exit::Failure;

/// Lines on their way to standard output.
#[derive(Debug)]
pub(super) struct Lines {
    out: BufWriter<StdoutLock<'static>>,
    reader: Reader,
}

/// What becomes of a run when its reader has seen enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reader {
    /// It ends.
    Sole,
    /// It goes on, for that is not all that is asked for.
    OneOfMany,
    /// It goes on without it.
    Gone,
}

impl Lines {
    pub(super) fn new() -> Self {
        Self {
            out: BufWriter::new(io::stdout().lock()),
            reader: Reader::Sole,
        }
    }

    /// The same for a run that does something else beside: that does not end with the reader.
    pub(super) fn beside(self) -> Self {
        Self {
            reader: Reader::OneOfMany,
            ..self
        }
    }

    pub(super) fn text(&mut self, line: impl Display) -> Result<(), Failure> {
        self.write(|out| writeln!(out, "{line}"))
    }

    pub(super) fn json(&mut self, line: &impl Serialize) -> Result<(), Failure> {
        self.write(|out| {
            serde_json::to_writer(&mut *out, line)?;
            out.write_all(b"\n")
        })
    }

    /// Sends what is held back. Without it, nobody hears of what could not be written.
    pub(super) fn flush(&mut self) -> Result<(), Failure> {
        self.write(Write::flush)
    }

    fn write(
        &mut self,
        write: impl FnOnce(&mut BufWriter<StdoutLock<'static>>) -> io::Result<()>,
    ) -> Result<(), Failure> {
        if self.reader == Reader::Gone {
            return Ok(());
        }
        match write(&mut self.out) {
            Err(error)
                if error.kind() == io::ErrorKind::BrokenPipe
                    && self.reader == Reader::OneOfMany =>
            {
                self.reader = Reader::Gone;
                Ok(())
            }
            written => written.map_err(|error| Failure::stdout(&error)),
        }
    }
}
