//! `cargo xtask live`: whether the real service is as we know it. It is for people who have a stream
//! there; no other check reaches beyond this machine.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use crate::{Failure, process};

/// Asks with the region and the credentials of whoever runs this, and writes nothing there.
pub(crate) fn run(root: &Path, stream: &str) -> Result<ExitCode, Failure> {
    let mut live = Command::new(build(root)?);
    Ok(match process::succeeds(live.args(["--stream", stream]))? {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

/// The program, which is in the peers' workspace: it stands on the AWS SDK.
pub(crate) fn build(root: &Path) -> Result<PathBuf, Failure> {
    let peers = root.join("tests/peers");
    process::build(&peers, &["--package=bridge", "--bin=live"])
}
