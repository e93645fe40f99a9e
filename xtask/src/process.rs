//! Running other programs.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::Failure;

/// The cargo that runs this command, so that a chosen toolchain stays chosen.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")))
}

/// Runs a program to its end, and gives back what it wrote to its standard output.
pub(crate) fn output(command: &mut Command) -> Result<Vec<u8>, Failure> {
    let output = command
        .output()
        .map_err(|e| format!("cannot run `{}`: {e}", line(command)))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("`{}`: {}\n{said}", line(command), output.status).into());
    }
    Ok(output.stdout)
}

/// As [`output`], for programs that write text.
pub(crate) fn text(command: &mut Command) -> Result<String, Failure> {
    Ok(String::from_utf8(output(command)?)?)
}

/// Runs a program that speaks to the person at the terminal; whether it succeeded.
pub(crate) fn succeeds(command: &mut Command) -> Result<bool, Failure> {
    let status = command
        .status()
        .map_err(|e| format!("cannot run `{}`: {e}", line(command)))?;
    Ok(status.success())
}

/// Runs a build of cargo's; where the program then is that it has built.
pub(crate) fn built(cargo: &mut Command) -> Result<PathBuf, Failure> {
    cargo
        .arg("--message-format=json-render-diagnostics")
        .stderr(Stdio::inherit());
    let messages = text(cargo)?;
    let program = messages.lines().rev().find_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        message.get("executable")?.as_str().map(PathBuf::from)
    });
    program.ok_or_else(|| format!("`{}` builds no program", line(cargo)).into())
}

/// The command as a person would type it.
pub(crate) fn line(command: &Command) -> String {
    let words: Vec<_> = std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(OsStr::to_string_lossy)
        .collect();
    words.join(" ")
}

/// Builds a program of this workspace; gives its path.
pub(crate) fn build(root: &Path, which: &[&str]) -> Result<PathBuf, Failure> {
    let mut cargo = cargo();
    cargo.current_dir(root).args(["build", "--locked"]);
    built(cargo.args(which))
}
