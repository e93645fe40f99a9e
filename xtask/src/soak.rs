//! `cargo xtask soak`: exports for a long time from a service that often fails.

use std::path::Path;
use std::process::ExitCode;

use crate::{Failure, process};

/// What CI runs.
pub(crate) const MINUTES: &str = "2";

/// From here on the time to build with optimizations is well spent.
const LONG: u64 = 10;

pub(crate) fn run(root: &Path, minutes: &str) -> Result<ExitCode, Failure> {
    let count: u64 = minutes
        .parse()
        .map_err(|_| format!("{minutes} is no number of minutes"))?;
    let mut cargo = process::cargo();
    cargo
        .current_dir(root)
        .args(["run", "--quiet", "--package=kvs-tests", "--bin=soak"])
        .args((count >= LONG).then_some("--release"))
        .args(["--", "--minutes", minutes]);
    Ok(match process::succeeds(&mut cargo)? {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}
