//! `cargo xtask media`: what the `kvs` command writes, judged by the tools that people play it
//! with.

mod browser;
mod captures;
mod demo;
mod fragments;
mod mp4;
pub(crate) mod probe;
mod sessions;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use crate::ci::Outcome;
use crate::process::Lines;
use crate::{Failure, process, tools};

/// What went wrong with a file, one complaint an entry.
type Complaints = Vec<String>;

/// What the checks work with.
struct Bench {
    kvs: PathBuf,
    /// An example of `kvs-mkv`, which tells what is in a file.
    fragments: PathBuf,
    /// Another, which damages a file and checks what is read then.
    damage: PathBuf,
    /// For what the checks write; empty at the start.
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
    let mut passed = report("demo", demo::check(root, &bench));
    let source = root.join("crates/emulator/demo/demo.mkv");
    passed &= report("demo as MP4", mp4::check(&source, "demo", &bench));
    passed &= report("demo in a browser", browser::check(root, &bench));
    passed &= report("demo over HLS and DASH", sessions::check(root, &bench));
    passed &= report("all codecs as MP4", mp4::check_generated(&bench));
    let samples = root.join("../shared/samples");
    if !samples.exists() {
        let need = "the captures in ../shared/samples".to_owned();
        return Ok(if passed {
            Outcome::Lacking(need)
        } else {
            Outcome::Failed
        });
    }
    let captures = captures::find(&samples)?;
    if captures.is_empty() {
        return Err("there is no capture in ../shared/samples".into());
    }
    for capture in captures {
        let name = capture.file_stem().unwrap_or_default().to_string_lossy();
        let fragments = fragments::check(&capture, &name, &bench);
        passed &= report(&format!("{name}, decoded"), fragments);
        passed &= report(&name, captures::check(&capture, &name, &bench));
        let as_mp4 = mp4::check(&capture, &name, &bench);
        passed &= report(&format!("{name} as MP4"), as_mp4);
    }
    Ok(passed.into())
}

/// Says what has come of a file's checks; whether all is well with it.
fn report(name: &str, result: Result<Complaints, Failure>) -> bool {
    let complaints = result.unwrap_or_else(|failure| vec![failure.to_string()]);
    println!(
        "{name}: {}",
        if complaints.is_empty() {
            "as it should be"
        } else {
            "WRONG"
        }
    );
    for complaint in &complaints {
        println!("  {complaint}");
    }
    complaints.is_empty()
}

impl Bench {
    fn build(root: &Path) -> Result<Self, Failure> {
        let kvs = process::build(root, &["--release", "--package=kvs-cli"])?;
        let example = |name| process::build(root, &["--release", "--package=kvs-mkv", name]);
        let fragments = example("--example=fragments")?;
        let damage = example("--example=damage")?;
        Ok(Self {
            folder: process::empty_folder(&kvs, "media")?,
            kvs,
            fragments,
            damage,
        })
    }

    fn kvs(&self) -> Command {
        kvs(&self.kvs, &self.folder)
    }
}

/// The `kvs` command in a folder, with keys that the emulator takes and without this machine's
/// settings.
pub(crate) fn kvs(program: &Path, folder: &Path) -> Command {
    let mut kvs = Command::new(program);
    let settings = std::env::vars_os().filter_map(|(name, _)| {
        let is_ours = name.to_str().is_some_and(|name| name.starts_with("AWS_"));
        is_ours.then_some(name)
    });
    for name in settings {
        kvs.env_remove(name);
    }
    kvs.env("AWS_ACCESS_KEY_ID", "emulator")
        .env("AWS_SECRET_ACCESS_KEY", "emulator")
        .env("AWS_REGION", "us-east-1")
        .current_dir(folder)
        .stdin(Stdio::null());
    kvs
}

/// The service on this machine, until it is dropped.
pub(crate) struct Emulator {
    pub(crate) url: String,
    _process: Lines,
}

impl Emulator {
    /// Serves a file as the stream `cam`.
    fn load(bench: &Bench, file: &Path) -> Result<Self, Failure> {
        let stream: std::ffi::OsString =
            [OsStr::new("cam="), file.as_os_str()].into_iter().collect();
        Self::start(bench.kvs().args(["emulator", "--load"]).arg(stream))
    }

    /// Runs the command `kvs emulator`.
    pub(crate) fn start(command: &mut Command) -> Result<Self, Failure> {
        let mut process = Lines::start(command)?;
        let line = process.next()?;
        match line.strip_prefix("listening on ") {
            Some(url) => Ok(Self {
                url: url.to_owned(),
                _process: process,
            }),
            None => Err(format!("the emulator begins with `{line}`").into()),
        }
    }
}
