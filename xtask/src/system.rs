//! Programs that a check needs and this workspace does not build.

use std::process::{Command, Stdio};

use crate::{Failure, process};

/// Whether a program is there.
pub(crate) fn starts(program: &str) -> bool {
    let mut command = Command::new(program);
    command
        .arg("--version")
        .stdin(Stdio::null())
        .output()
        .is_ok()
}

/// Installs packages of the system, where that is ours to do; says whether it was.
pub(crate) fn install(packages: &[&str]) -> Result<bool, Failure> {
    let is_root = process::text(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    if !is_root || !starts("apt-get") {
        return Ok(false);
    }
    println!("installing {}", packages.join(", "));
    apt(&["update"])?;
    apt(&[&["install", "--yes", "--no-install-recommends"], packages].concat())?;
    Ok(true)
}

fn apt(arguments: &[&str]) -> Result<(), Failure> {
    let mut apt = Command::new("apt-get");
    apt.env("DEBIAN_FRONTEND", "noninteractive")
        .arg("-qq")
        .args(arguments);
    process::output(&mut apt).map(drop)
}
