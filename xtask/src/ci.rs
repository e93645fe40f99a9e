//! `cargo xtask ci`: every check beside the tests, each with its time.

use std::fmt;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::{
    Failure, bench, codegen, conformance, differential, fuzz, guards, interop, media, process,
    python, readers, resume, semver, simulate, soak, sweep, tidy,
};

/// How a check has ended.
#[derive(Debug)]
pub(crate) enum Outcome {
    Passed,
    /// It has said itself what is wrong.
    Failed,
    /// With what it needs and does not find here.
    Lacking(String),
}

impl From<bool> for Outcome {
    fn from(passed: bool) -> Self {
        if passed { Self::Passed } else { Self::Failed }
    }
}

impl From<ExitCode> for Outcome {
    fn from(status: ExitCode) -> Self {
        Self::from(status == ExitCode::SUCCESS)
    }
}

impl Outcome {
    /// How the command ends that ran this check alone.
    pub(crate) fn status(self) -> Result<ExitCode, Failure> {
        match self {
            Self::Passed => Ok(ExitCode::SUCCESS),
            Self::Failed => Ok(ExitCode::FAILURE),
            Self::Lacking(need) => Err(format!("this needs {need}").into()),
        }
    }
}

/// Fixed, so that a change is judged by its own faults.
const DENY: &str = "0.20.2";

type Check = fn(&Path) -> Result<Outcome, Failure>;

const CHECKS: [(&str, Check); 21] = [
    ("fmt", |root| cargo(root, &["fmt", "--all", "--check"])),
    ("clippy", |root| {
        let all = ["--workspace", "--all-targets", "--all-features"];
        cargo(
            root,
            &[&["clippy", "--locked"], &all[..], &["--", "-Dwarnings"]].concat(),
        )
    }),
    ("features", features),
    ("doc", documentation),
    ("codegen", |root| Ok(codegen::check(root)?.into())),
    ("tidy", |root| Ok(tidy::run(root)?.into())),
    ("deny", deny),
    ("conformance", public_data),
    ("differential", |root| {
        Ok(differential::run(root, "50")?.into())
    }),
    ("readers", both_formats),
    ("semver", |root| Ok(semver::run(root)?.into())),
    ("sweep", any_service),
    ("simulate", |root| {
        Ok(simulate::run(root, &["--seeds", simulate::SEEDS])?.into())
    }),
    ("mutants", |root| Ok(simulate::mutants(root)?.into())),
    ("resume", |root| Ok(resume::run(root, resume::RUNS)?.into())),
    ("soak", soaked),
    ("guards", guards::check),
    ("bench", |root| Ok(bench::run(root, bench::QUICK)?.into())),
    ("media", media::check),
    ("interop", interop::check),
    ("fuzz", fuzz::smoke),
];

/// Runs every check, whatever becomes of those before it.
pub(crate) fn run(root: &Path) -> ExitCode {
    let is_strict = std::env::var_os("CI").is_some_and(|value| value == "true");
    let mut rows = Vec::new();
    for (name, check) in CHECKS {
        println!("\n> {name}");
        let start = Instant::now();
        let outcome = check(root).unwrap_or_else(|failure| {
            eprintln!("error: {failure}");
            Outcome::Failed
        });
        let row = Row {
            name,
            result: Verdict::new(outcome, is_strict),
            took: start.elapsed(),
        };
        println!("{row}");
        rows.push(row);
    }
    println!();
    for row in &rows {
        println!("{row}");
    }
    if rows.iter().all(|row| row.result.is_fine()) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// A line of the table at the end.
struct Row {
    name: &'static str,
    result: Verdict,
    took: Duration,
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.took.as_secs_f64();
        write!(f, "{:<12} {seconds:>6.1} s  {}", self.name, self.result)
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Passed,
    Failed(Option<String>),
    Skipped(String),
}

impl Verdict {
    /// A place that checks every change has to have what the checks need: it would let through
    /// what nobody has looked at.
    fn new(outcome: Outcome, is_strict: bool) -> Self {
        match outcome {
            Outcome::Passed => Self::Passed,
            Outcome::Failed => Self::Failed(None),
            Outcome::Lacking(need) if is_strict => Self::Failed(Some(need)),
            Outcome::Lacking(need) => Self::Skipped(need),
        }
    }

    fn is_fine(&self) -> bool {
        !matches!(self, Self::Failed(_))
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passed => f.write_str("passed"),
            Self::Failed(None) => f.write_str("FAILED"),
            Self::Failed(Some(need)) => write!(f, "FAILED: needs {need}"),
            Self::Skipped(need) => write!(f, "skipped: needs {need}"),
        }
    }
}

fn cargo(root: &Path, arguments: &[&str]) -> Result<Outcome, Failure> {
    let mut cargo = process::cargo();
    Ok(process::succeeds(cargo.current_dir(root).args(arguments))?.into())
}

/// What other tests leave out: all that is decoded, which takes a compiler of C++ and a minute, and
/// the emulator's HTTPS.
fn features(root: &Path) -> Result<Outcome, Failure> {
    cargo(
        root,
        &[
            "test",
            "--locked",
            "--package=kvs-stills",
            "--package=kvs-emulator",
            "--package=kvs-cli",
            "--features=kvs-stills/decoder,kvs-cli/stills,kvs-cli/tls",
            "--",
            "stills",
            "images",
            "decoded",
            "encode",
            "tls",
            "https",
        ],
    )
}

fn documentation(root: &Path) -> Result<Outcome, Failure> {
    let mut cargo = process::cargo();
    cargo
        .current_dir(root)
        .env("RUSTDOCFLAGS", "-Dwarnings")
        .args([
            "doc",
            "--locked",
            "--workspace",
            "--no-deps",
            "--all-features",
        ]);
    Ok(process::succeeds(&mut cargo)?.into())
}

/// Advisories are left to people: their list changes while the code does not.
fn deny(root: &Path) -> Result<Outcome, Failure> {
    let version = process::text(process::cargo().args(["deny", "--version"]));
    let is_there = version.is_ok_and(|version| version.trim_end().ends_with(DENY));
    let package = format!("cargo-deny@{DENY}");
    let install = ["install", "--locked", "--force", &package];
    if !is_there && !process::succeeds(process::cargo().args(install))? {
        return Ok(Outcome::Lacking(format!(
            "{package}, which cannot be built"
        )));
    }
    cargo(
        root,
        &["deny", "--locked", "check", "bans", "licenses", "sources"],
    )
}

fn public_data(root: &Path) -> Result<Outcome, Failure> {
    let data = root.join("../shared");
    if !data.exists() {
        return Ok(Outcome::Lacking("the public data in ../shared".to_owned()));
    }
    Ok(conformance::run(root, &data)?.into())
}

fn both_formats(root: &Path) -> Result<Outcome, Failure> {
    let data = root.join("../shared");
    if !data.exists() {
        return Ok(Outcome::Lacking("the public data in ../shared".to_owned()));
    }
    Ok(readers::run(root, &data)?.into())
}

/// What a process takes is told by Linux.
fn soaked(root: &Path) -> Result<Outcome, Failure> {
    if !Path::new("/proc/self/status").exists() {
        return Ok(Outcome::Lacking("Linux".to_owned()));
    }
    Ok(soak::run(root, soak::MINUTES)?.into())
}

/// All that botocore has models for; the largest are compiled as well.
fn any_service(root: &Path) -> Result<Outcome, Failure> {
    let models = python::models()?.display().to_string();
    let order = ["--models", &models, "--check", "12"];
    Ok(sweep::run(root, &order)?.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lacking_fails_only_where_all_has_to_be_there() {
        let lacking = || Outcome::Lacking("a camera".to_owned());
        let lenient = Verdict::new(lacking(), false);
        assert_eq!(lenient.to_string(), "skipped: needs a camera");
        assert!(lenient.is_fine());
        let strict = Verdict::new(lacking(), true);
        assert_eq!(strict.to_string(), "FAILED: needs a camera");
        assert!(!strict.is_fine());
        assert!(!Verdict::new(Outcome::Failed, false).is_fine());
        assert!(Verdict::new(Outcome::Passed, true).is_fine());
    }
}
