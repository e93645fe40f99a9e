//! `cargo xtask fuzz`: a short run of every fuzz target.

use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use crate::ci::Outcome;
use crate::{Failure, process, tools};

const TARGETS: [&str; 4] = ["decoder", "models", "round_trip", "writer"];

/// Seconds of each target where every change is checked: a minute for all of them.
const SMOKE: u32 = 20;

/// What libFuzzer needs of the compiler, all of it stable: edges counted in line, and a table that
/// says where they are. There is no unsafe code for a sanitizer to look after.
const FLAGS: [&str; 6] = [
    "--cfg=fuzzing",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cdebug-assertions",
];

pub(crate) fn run(root: &Path, seconds: &str) -> Result<ExitCode, Failure> {
    let seconds: u32 = seconds
        .parse()
        .map_err(|_| format!("`{seconds}` is no number of seconds"))?;
    fuzz_all(root, seconds)?.status()
}

/// A run that is short enough for every change.
pub(crate) fn smoke(root: &Path) -> Result<Outcome, Failure> {
    fuzz_all(root, SMOKE)
}

fn fuzz_all(root: &Path, seconds: u32) -> Result<Outcome, Failure> {
    if let Some(missing) = tools::COMPILER.provide()? {
        return Ok(Outcome::Lacking(missing));
    }
    let host = host()?;
    if !build(root, &host)? {
        return Ok(Outcome::Failed);
    }
    for target in TARGETS {
        println!("\n> {target}");
        if !fuzz(root, &host, target, seconds)? {
            return Ok(Outcome::Failed);
        }
    }
    Ok(Outcome::Passed)
}

/// The platform to build for. Where it is named, build scripts and macros go uninstrumented.
fn host() -> Result<String, Failure> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = process::text(Command::new(rustc).arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned)
        .ok_or_else(|| "rustc does not say what it runs on".into())
}

fn build(root: &Path, host: &str) -> Result<bool, Failure> {
    let mut cargo = process::cargo();
    cargo
        .current_dir(root.join("fuzz"))
        .env("CARGO_ENCODED_RUSTFLAGS", FLAGS.join("\u{1F}"))
        .env("CARGO_TARGET_DIR", root.join("fuzz/target"))
        .args(["build", "--release", "--locked", "--target", host]);
    process::succeeds(&mut cargo)
}

/// Whether a target finds nothing. What it comes up with on the way is kept out of the repository,
/// whose corpus is to stay small.
fn fuzz(root: &Path, host: &str, target: &str, seconds: u32) -> Result<bool, Failure> {
    let fuzz = root.join("fuzz");
    let found = fuzz.join("target/found").join(target);
    let artifacts = fuzz.join("artifacts").join(target);
    fs::create_dir_all(&found)?;
    fs::create_dir_all(&artifacts)?;
    let program = ["target", host, "release", target];
    let mut fuzzer = Command::new(
        program
            .iter()
            .fold(fuzz.clone(), |path, part| path.join(part)),
    );
    fuzzer
        .current_dir(&fuzz)
        .arg("-max_len=4096")
        .arg("-timeout=20")
        .arg(format!("-max_total_time={seconds}"))
        // libFuzzer puts the name of a finding right after this.
        .arg(format!("-artifact_prefix={}/", artifacts.display()))
        .args([&found, &fuzz.join("corpus").join(target)]);
    process::succeeds(&mut fuzzer)
}
