//! Clients that are asked in lines of JSON.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Map, Value, json};

use super::Bench;
use super::server::Surroundings;
use crate::Failure;

const PEER: &str = include_str!("peer.py");

/// A client, until it is dropped.
pub(super) struct Client {
    pub(super) name: &'static str,
    process: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

/// What came of an operation.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Answer {
    Output(Map<String, Value>),
    /// By its code.
    Error(String),
}

impl Client {
    /// All that are asked the same. Ours comes first.
    pub(super) fn all(bench: &Bench, around: &Surroundings) -> Result<Vec<Self>, Failure> {
        let ours = |driver| Self::start(driver, around.command(&bench.ours).arg(driver));
        let bridge = |name, mode| Self::start(name, around.command(&bench.bridge).arg(mode));
        Ok(vec![
            ours("ureq")?,
            ours("hyper")?,
            bridge("smithy", "smithy")?,
            bridge("rust-sdk", "sdk")?,
            bridge("rust-sdk-hyper", "sdk-hyper")?,
            Self::start("boto3", Self::peer(bench, around).arg("boto3"))?,
            Self::start("aws-cli", Self::peer(bench, around).arg("aws"))?,
        ])
    }

    /// Those that go through a proxy with an authority of its own, as the environment says.
    pub(super) fn through_a_proxy(
        bench: &Bench,
        around: &Surroundings,
    ) -> Result<Vec<Self>, Failure> {
        let all = Self::all(bench, around)?.into_iter();
        // The SDK's own connector knows neither variable.
        let by_itself = ["smithy", "rust-sdk"];
        Ok(all
            .filter(|client| !by_itself.contains(&client.name))
            .collect())
    }

    fn peer(bench: &Bench, around: &Surroundings) -> Command {
        let mut python = around.command(&bench.python);
        python.args(["-c", PEER]);
        python
    }

    fn start(name: &'static str, command: &mut Command) -> Result<Self, Failure> {
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let (Some(to), Some(from)) = (process.stdin.take(), process.stdout.take()) else {
            return Err(format!("{name} cannot be spoken to").into());
        };
        Ok(Self {
            name,
            process,
            to,
            from: BufReader::new(from),
        })
    }

    /// Sends an operation. A payload goes to a file.
    pub(super) fn ask(
        &mut self,
        operation: &str,
        input: &Value,
        payload: Option<&Path>,
    ) -> Result<Answer, Failure> {
        let payload = payload.map(Path::as_os_str).map(OsStr::to_string_lossy);
        let case = json!({ "operation": operation, "input": input, "payload": payload });
        writeln!(self.to, "{case}")?;
        let mut line = String::new();
        self.from.read_line(&mut line)?;
        if line.is_empty() {
            return Err("it has ended".into());
        }
        let told: Value = serde_json::from_str(&line)?;
        if let Some(Value::Object(output)) = told.get("output") {
            return Ok(Answer::Output(output.clone()));
        }
        let code = told.get("error").and_then(Value::as_str);
        let code = code.ok_or_else(|| format!("it says {line}"))?;
        Ok(Answer::Error(code.to_owned()))
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // It may have ended by itself, which is no reason to fail.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
