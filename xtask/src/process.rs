//! Running other programs.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

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

/// The command as a person would type it.
pub(crate) fn line(command: &Command) -> String {
    let words: Vec<_> = std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(OsStr::to_string_lossy)
        .collect();
    words.join(" ")
}

/// Builds a program of this workspace; gives its path.
pub(crate) fn built(root: &Path, which: &[&str]) -> Result<PathBuf, Failure> {
    let mut cargo = cargo();
    cargo.current_dir(root).args(["build", "--locked"]);
    cargo.args(which);
    let messages = text(cargo.arg("--message-format=json-render-diagnostics"))?;
    executable(&messages).ok_or_else(|| format!("{} builds no program", which.concat()).into())
}

/// The program among what cargo has built.
fn executable(messages: &str) -> Option<PathBuf> {
    let messages = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    messages
        .filter_map(|message| Some(PathBuf::from(message.get("executable")?.as_str()?)))
        .next_back()
}
