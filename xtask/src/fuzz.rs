//! `cargo xtask fuzz`: a short run of every fuzz target.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use crate::{Failure, process};

const TARGETS: [&str; 4] = ["decoder", "models", "round_trip", "writer"];

pub(crate) fn run(root: &Path, seconds: &str) -> Result<ExitCode, Failure> {
    let seconds: u32 = seconds
        .parse()
        .map_err(|_| format!("`{seconds}` is no number of seconds"))?;
    if process::output(process::cargo().args(["fuzz", "--version"])).is_err() {
        return Err("this needs cargo-fuzz: `cargo install cargo-fuzz`".into());
    }
    for target in TARGETS {
        println!("\n> {target}");
        if !fuzz(root, target, seconds)? {
            return Ok(ExitCode::FAILURE);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Whether a target finds nothing. What it comes up with on the way is kept out of the repository,
/// whose corpus is to stay small.
fn fuzz(root: &Path, target: &str, seconds: u32) -> Result<bool, Failure> {
    let fuzz = root.join("fuzz");
    let found = fuzz.join("target/found").join(target);
    fs::create_dir_all(&found)?;
    let mut cargo = process::cargo();
    cargo
        .current_dir(root)
        // Coverage is counted by flags that are not stable. There is no unsafe code for a
        // sanitizer to look after.
        .env("RUSTC_BOOTSTRAP", "1")
        .args(["fuzz", "run", "--sanitizer=none", target])
        .args([&found, &fuzz.join("corpus").join(target)])
        .args(["--", "-max_len=4096"])
        .arg(format!("-max_total_time={seconds}"));
    process::succeeds(&mut cargo)
}
