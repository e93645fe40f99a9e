//! `cargo xtask tidy`: the rules of this house that no compiler knows.

mod figures;
mod house;
mod lexer;
mod rooms;
mod sansio;
mod source;
mod workspace;

use std::fmt;
use std::path::Path;
use std::process::ExitCode;

use crate::Failure;

/// A rule that is broken somewhere.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    /// A package, a file, or a line of a file.
    place: String,
    what: String,
    mend: String,
}

impl Finding {
    fn new(place: impl Into<String>, what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            what: what.into(),
            mend: mend.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}\n    {}", self.place, self.what, self.mend)
    }
}

pub(crate) fn run(root: &Path) -> Result<ExitCode, Failure> {
    let packages = workspace::packages(root)?;
    let files = source::files(root)?;
    figures::print(&files);

    let mut findings = rooms::check(&packages);
    findings.extend(rooms::check_weight(root)?);
    findings.extend(house::check(&files, &workspace::roots(&packages)));
    findings.extend(sansio::check(root)?);
    if findings.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    for finding in &findings {
        eprintln!("{finding}");
    }
    eprintln!("\n{} findings", findings.len());
    Ok(ExitCode::FAILURE)
}
