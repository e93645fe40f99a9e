//! The suites that need the runtime. This command may import only the generator, so that they are a
//! program of the tests, whose output passes through.

use std::path::Path;

use crate::{Failure, process};

/// Whether they have passed; they have said themselves what has not.
pub(super) fn run(root: &Path, data: &Path) -> Result<bool, Failure> {
    // The program runs in another folder than the person who names this one.
    let data = data
        .canonicalize()
        .map_err(|e| format!("{}: {e}", data.display()))?;
    let mut cargo = process::cargo();
    cargo.current_dir(root).args([
        "run",
        "--quiet",
        "--locked",
        "--package=kvs-tests",
        "--bin=conformance",
        "--",
    ]);
    process::succeeds(cargo.arg(data))
}
