//! `cargo xtask interop`: other people's clients at our emulator, and ours at other people's server.
//!
//! Every client is asked the same, and all have to come to the same answer.

mod cases;
mod client;
mod normal;
mod players;
mod producers;
mod server;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::ci::Outcome;
use crate::{Failure, live, process, python, tools};

/// Fixed, so that a change is judged by its own faults; all go with this botocore.
const PACKAGES: [&str; 4] = [
    python::BOTOCORE,
    python::BOTO3,
    "awscli==1.46.3",
    "moto[server]==5.2.5",
];

/// What the checks work with.
struct Bench {
    python: PathBuf,
    kvs: PathBuf,
    /// Sends operations with our drivers.
    ours: PathBuf,
    /// Sends them with the AWS SDK, and with what is half the SDK's and half ours.
    bridge: PathBuf,
    /// Holds a service against what we know of the real one.
    live: PathBuf,
    /// A file to put into streams.
    demo: PathBuf,
    /// For payloads; empty at the start.
    folder: PathBuf,
}

pub(crate) fn run(root: &Path) -> Result<ExitCode, Failure> {
    check(root)?.status()
}

pub(crate) fn check(root: &Path) -> Result<Outcome, Failure> {
    if let Some(missing) = tools::JUDGES.provide()? {
        return Ok(Outcome::Lacking(missing));
    }
    let bench = Bench::build(root)?;
    let mut table = Table::default();
    cases::at_the_emulator(&bench, &mut table)?;
    cases::at_moto(&bench, &mut table)?;
    println!("{table}");
    Ok(table.is_fine().into())
}

impl Bench {
    fn build(root: &Path) -> Result<Self, Failure> {
        // With the decoder, as another check builds it too.
        let kvs = process::build(root, &["--package=kvs-cli", "--features=stills"])?;
        let ours = process::build(root, &["--package=kvs-tests", "--bin=interop"])?;
        let peers = root.join("tests/peers");
        let bridge = process::build(&peers, &["--package=bridge", "--bin=bridge"])?;
        Ok(Self {
            folder: process::empty_folder(&kvs, "interop")?,
            demo: root.join("crates/emulator/demo/demo.mkv"),
            python: python::venv(&PACKAGES)?,
            kvs,
            ours,
            bridge,
            live: live::build(root)?,
        })
    }
}

/// What has become of each operation with each client.
#[derive(Debug, Default)]
struct Table {
    /// In the order in which they were tried.
    operations: Vec<String>,
    clients: Vec<String>,
    /// By client and operation: what is wrong.
    cells: BTreeMap<(String, String), Vec<String>>,
}

impl Table {
    fn note(&mut self, client: &str, operation: &str, result: Result<(), Failure>) {
        if !self.clients.iter().any(|known| known == client) {
            self.clients.push(client.to_owned());
        }
        if !self.operations.iter().any(|known| known == operation) {
            self.operations.push(operation.to_owned());
        }
        let at = (client.to_owned(), operation.to_owned());
        let cell = self.cells.entry(at).or_default();
        cell.extend(result.err().map(|failure| failure.to_string()));
    }

    fn is_fine(&self) -> bool {
        !self.cells.is_empty() && self.cells.values().all(Vec::is_empty)
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wide = self.operations.iter().map(String::len).max().unwrap_or(0);
        write!(f, "{:wide$}", "")?;
        for client in &self.clients {
            write!(f, "  {client}")?;
        }
        for operation in &self.operations {
            write!(f, "\n{operation:wide$}")?;
            for client in &self.clients {
                let cell = self.cells.get(&(client.clone(), operation.clone()));
                let mark = match cell.map(Vec::is_empty) {
                    Some(true) => "ok",
                    Some(false) => "WRONG",
                    None => "-",
                };
                write!(f, "  {mark:0$}", client.len())?;
            }
        }
        for ((client, operation), complaints) in &self.cells {
            for complaint in complaints {
                write!(f, "\n{client}, {operation}: {complaint}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_wrong_answer_spoils_a_table() {
        let mut table = Table::default();
        assert!(!table.is_fine(), "nothing was tried");
        table.note("boto3", "GetClip", Ok(()));
        table.note("aws", "ListStreams", Ok(()));
        assert!(table.is_fine());
        table.note("boto3", "GetClip", Err("too short".into()));
        table.note("boto3", "GetClip", Ok(()));
        assert!(!table.is_fine());
        let lines = [
            "             boto3  aws",
            "GetClip      WRONG  -  ",
            "ListStreams  -      ok ",
            "boto3, GetClip: too short",
        ];
        assert_eq!(table.to_string(), lines.join("\n"));
    }
}
