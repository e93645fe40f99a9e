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
    let build = [
        "build",
        "--locked",
        "--package=kvs-tests",
        "--bin=differential",
    ];
    if !process::succeeds(process::cargo().current_dir(root).args(build))? {
        return Ok(ExitCode::FAILURE);
    }
    let peer = process::cargo();
    let mut compare = Command::new(python);
    compare.current_dir(root);
    compare.args(["tests/differential/requests.py", cases]);
    compare.arg(peer.get_program());
    compare.args([
        "run",
        "--quiet",
        "--package=kvs-tests",
        "--bin=differential",
    ]);
    let is_equal = process::succeeds(&mut compare)?;
    Ok(if is_equal {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
