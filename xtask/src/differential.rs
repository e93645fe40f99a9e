//! `cargo xtask differential`: other programs for the same job must come to the same answers.
//!
//! They are heavy, so that `tests/peers` is a workspace of its own, which no other check reaches.

use std::path::Path;
use std::process::ExitCode;

use crate::{Failure, process};

pub(crate) fn run(root: &Path) -> Result<ExitCode, Failure> {
    let peers = root.join("tests/peers");
    let steps: [&[&str]; 3] = [
        &["fmt", "--check"],
        &["clippy", "--locked", "--all-targets", "--", "-Dwarnings"],
        &["test", "--locked"],
    ];
    for step in steps {
        if !process::succeeds(process::cargo().current_dir(&peers).args(step))? {
            return Ok(ExitCode::FAILURE);
        }
    }
    Ok(ExitCode::SUCCESS)
}
