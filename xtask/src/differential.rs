//! `cargo xtask differential`: other programs for the same job must come to the same answers.
//!
//! They are heavy, so that `tests/peers` is a workspace of its own, which no other check reaches.

use std::path::Path;
use std::process::{Command, ExitCode};

use crate::{Failure, process, python};

/// `cases` inputs for each operation.
pub(crate) fn run(root: &Path, cases: &str) -> Result<ExitCode, Failure> {
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
    requests(root, cases)
}

/// Requests for random inputs, held against those of botocore.
fn requests(root: &Path, cases: &str) -> Result<ExitCode, Failure> {
    let python = python::venv(&[python::BOTOCORE])?;
    let mut build = process::cargo();
    build.current_dir(root).args([
        "build",
        "--locked",
        "-p",
        "kvs-tests",
        "--bin",
        "differential",
    ]);
    if !process::succeeds(build.args(["--target-dir", "target/differential"]))? {
        return Ok(ExitCode::FAILURE);
    }
    let mut compare = Command::new(python);
    compare.arg(root.join("tests/differential/requests.py"));
    compare.arg(root.join("target/differential/debug/differential"));
    let is_equal = process::succeeds(compare.arg(cases))?;
    Ok(if is_equal {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
