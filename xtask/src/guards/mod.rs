//! `cargo xtask guards`: what grows unseen if nobody counts. Times are noisy, counts are not.

mod callgrind;
mod figures;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use figures::{Figure, Figures};

use crate::ci::Outcome;
use crate::{Failure, process, tools};

const FIGURES: &str = "tests/bench/figures.txt";

/// Crates that a blocking program may build, whatever the file says.
const MOST_CRATES: u64 = 50;

/// Jobs whose instructions are counted.
const JOBS: [&str; 5] = ["sign", "sign-1000", "parse-1000", "decode", "write"];

pub(crate) fn run(root: &Path) -> Result<ExitCode, Failure> {
    check(root)?.status()
}

/// Whether everything counts as it is noted.
pub(crate) fn check(root: &Path) -> Result<Outcome, Failure> {
    if let Some(missing) = tools::COUNTER.provide()? {
        return Ok(Outcome::Lacking(missing));
    }
    let noted = Figures::parse(&fs::read_to_string(root.join(FIGURES))?)?;
    let counted = count(root)?;
    let findings = counted.against(&noted);
    print!("{counted}");
    for finding in &findings {
        eprintln!("{finding}");
    }
    if !findings.is_empty() {
        let compilers = match (&noted.compiler, &counted.compiler) {
            (noted, counted) if noted == counted => String::new(),
            (noted, counted) => format!("; they are of {noted}, and this is {counted}"),
        };
        eprintln!("if that is meant to be, `cargo xtask guards --update` notes it{compilers}");
    }
    Ok(findings.is_empty().into())
}

/// Notes what is counted.
pub(crate) fn update(root: &Path) -> Result<ExitCode, Failure> {
    if let Some(missing) = tools::COUNTER.provide()? {
        return Err(format!("this needs {missing}").into());
    }
    let counted = count(root)?;
    print!("{counted}");
    fs::write(root.join(FIGURES), counted.to_string())?;
    Ok(ExitCode::SUCCESS)
}

fn count(root: &Path) -> Result<Figures, Failure> {
    let mut figures = Figures::new(compiler()?);
    figures.push("crates", Figure::at_most(crates(root)?, MOST_CRATES));
    figures.push("bytes save", Figure::within(size(root)?, 3));
    let guards = build(root, "counted", &["--package=kvs-bench", "--bin=guards"])?;
    let allocations = process::text(Command::new(&guards).arg("allocations"))?;
    for line in allocations.lines() {
        let (job, count) = line.split_once(' ').ok_or("a count of allocations")?;
        figures.push(
            &format!("allocations {job}"),
            Figure::exactly(count.parse()?),
        );
    }
    let folder = root.join("target/guards");
    fs::create_dir_all(&folder)?;
    for job in JOBS {
        let count = callgrind::instructions(&guards, job, &folder)?;
        figures.push(&format!("instructions {job}"), Figure::within(count, 5));
    }
    Ok(figures)
}

fn compiler() -> Result<String, Failure> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = process::text(Command::new(rustc).arg("-vV"))?;
    let tell = |key: &str| version.lines().find_map(|line| line.strip_prefix(key));
    match (tell("release: "), tell("host: ")) {
        (Some(release), Some(host)) => Ok(format!("rustc {release} for {host}")),
        _ => Err("rustc does not say which it is".into()),
    }
}

/// Packages that a blocking program builds, ours and the root among them.
fn crates(root: &Path) -> Result<u64, Failure> {
    let tree = process::text(process::cargo().current_dir(root).args([
        "tree",
        "--locked",
        "--package=kvs-ureq",
        "--edges=normal",
        "--prefix=none",
        "--format={p}",
    ]))?;
    let names: std::collections::BTreeSet<&str> = tree
        .lines()
        .filter(|line| !line.is_empty())
        .map(|line| line.trim_end_matches(" (*)"))
        .collect();
    Ok(u64::try_from(names.len())?)
}

/// Bytes of a small program that does the main job.
fn size(root: &Path) -> Result<u64, Failure> {
    let program = build(root, "small", &["--package=kvs-ureq", "--example=save"])?;
    Ok(fs::metadata(program)?.len())
}

/// Builds a program; where it then is.
fn build(root: &Path, profile: &str, what: &[&str]) -> Result<PathBuf, Failure> {
    let mut cargo = process::cargo();
    cargo
        .current_dir(root)
        .args(["build", "--locked", "--profile", profile])
        .args(what);
    process::built(&mut cargo)
}
