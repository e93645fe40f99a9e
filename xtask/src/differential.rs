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
    botocore(root, cases)
}

/// Requests for random inputs, and readings of random answers, held against those of botocore.
fn botocore(root: &Path, cases: &str) -> Result<ExitCode, Failure> {
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
    let mut are_equal = true;
    for script in ["requests.py", "responses.py"] {
        let mut compare = Command::new(&python);
        compare.current_dir(root);
        compare.arg(format!("tests/differential/{script}"));
        compare.arg(cases).arg(peer.get_program());
        compare.args([
            "run",
            "--quiet",
            "--package=kvs-tests",
            "--bin=differential",
        ]);
        are_equal &= process::succeeds(&mut compare)?;
    }
    Ok(if are_equal {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
