//! The programs that judge a media file.

use std::process::{Command, Stdio};

use crate::{Failure, process};

const PROGRAMS: [&str; 4] = ["ffmpeg", "ffprobe", "mkvinfo", "mkvmerge"];

/// Installs what is not there, where that is ours to do; else says what is missing.
pub(super) fn provide() -> Result<Option<String>, Failure> {
    if missing().is_empty() {
        return Ok(None);
    }
    if is_root() && starts("apt-get") {
        println!("installing ffmpeg and mkvtoolnix");
        apt(&["update"])?;
        apt(&[
            "install",
            "--yes",
            "--no-install-recommends",
            "ffmpeg",
            "mkvtoolnix",
        ])?;
    }
    let missing = missing();
    let need = || format!("{}, of ffmpeg and mkvtoolnix", missing.join(", "));
    Ok((!missing.is_empty()).then(need))
}

fn missing() -> Vec<&'static str> {
    PROGRAMS
        .into_iter()
        .filter(|program| !starts(program))
        .collect()
}

fn starts(program: &str) -> bool {
    let mut command = Command::new(program);
    command
        .arg("--version")
        .stdin(Stdio::null())
        .output()
        .is_ok()
}

fn is_root() -> bool {
    process::text(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

fn apt(arguments: &[&str]) -> Result<(), Failure> {
    let mut apt = Command::new("apt-get");
    apt.env("DEBIAN_FRONTEND", "noninteractive")
        .arg("-qq")
        .args(arguments);
    process::output(&mut apt).map(drop)
}
