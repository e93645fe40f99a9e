//! Standard output, for lines.

use std::fmt::Display;
use std::io::{self, BufWriter, StdoutLock, Write};

use serde::Serialize;

use crate::exit::Failure;

/// Lines on their way to standard output.
#[derive(Debug)]
pub(super) struct Lines(BufWriter<StdoutLock<'static>>);

impl Lines {
    pub(super) fn new() -> Self {
        Self(BufWriter::new(io::stdout().lock()))
    }

    pub(super) fn text(&mut self, line: impl Display) -> Result<(), Failure> {
        writeln!(self.0, "{line}").map_err(|error| Failure::stdout(&error))
    }

    pub(super) fn json(&mut self, line: &impl Serialize) -> Result<(), Failure> {
        let written = serde_json::to_writer(&mut self.0, line).map_err(io::Error::from);
        let written = written.and_then(|()| self.0.write_all(b"\n"));
        written.map_err(|error| Failure::stdout(&error))
    }

    /// Sends what is held back. Without it, nobody hears of what could not be written.
    pub(super) fn flush(&mut self) -> Result<(), Failure> {
        self.0.flush().map_err(|error| Failure::stdout(&error))
    }
}
