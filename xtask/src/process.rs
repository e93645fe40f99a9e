//! Running other programs.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;

use crate::Failure;

/// The cargo that runs this command, so that a chosen toolchain stays chosen.
pub(crate) fn cargo() -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut cargo = Command::new(cargo);
    as_nobody(&mut cargo);
    cargo
}

/// Keeps from a program which package this one is, as cargo has told it: ring, and all that stands on
/// it, would be built anew for that.
pub(crate) fn as_nobody(program: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            program.env_remove(&name);
        }
    }
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

/// A folder of that name, empty, beside the builds of which `program` is one.
pub(crate) fn empty_folder(program: &Path, name: &str) -> Result<PathBuf, Failure> {
    let target = program.ancestors().nth(2);
    let folder = target.ok_or("the program is in no folder")?.join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// A program that tells something in lines and goes on, until it is dropped.
pub(crate) struct Lines {
    process: Child,
    /// Held open, since who writes to a closed pipe is ended.
    output: BufReader<ChildStdout>,
}

impl Lines {
    pub(crate) fn start(command: &mut Command) -> Result<Self, Failure> {
        let mut process = command.stdout(Stdio::piped()).spawn()?;
        match process.stdout.take() {
            Some(output) => Ok(Self {
                process,
                output: BufReader::new(output),
            }),
            None => Err(format!("`{}` has no output", line(command)).into()),
        }
    }

    /// The next line.
    pub(crate) fn next(&mut self) -> Result<String, Failure> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        Ok(line.trim().to_owned())
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        // It may have ended by itself, which is no reason to fail.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
