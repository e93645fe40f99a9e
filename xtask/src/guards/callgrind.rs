//! Instructions, as callgrind counts them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::{Failure, process};

/// The work of hashing depends on the processor, and none of it is ours.
const HASHING: &str = "sha2::";

/// Which of the variants of a copy the C library takes depends on the processor as well.
const TUNABLES: &str = "glibc.cpu.hwcaps=-AVX2,-AVX512F,-AVX512VL,-ERMS,-FSRM";

/// Before the jobs that count, for what is only done the first time.
const FEW: u64 = 3;
/// Jobs that count.
const MANY: u64 = 10;

/// Instructions of one job, hashing aside.
pub(super) fn instructions(program: &Path, job: &str, folder: &Path) -> Result<u64, Failure> {
    let out = folder.join(format!("callgrind.{job}"));
    let count = |times: u64| -> Result<u64, Failure> {
        let mut valgrind = Command::new("valgrind");
        valgrind
            .env("GLIBC_TUNABLES", TUNABLES)
            .args(["--tool=callgrind", "--quiet"])
            .arg(format!("--callgrind-out-file={}", out.display()))
            .arg(program)
            .args([job, &times.to_string()]);
        process::output(&mut valgrind)?;
        total(&fs::read_to_string(&out)?)
    };
    let all = count(FEW + MANY)?.saturating_sub(count(FEW)?);
    Ok(all / MANY)
}

/// What all functions but those that hash have cost themselves.
fn total(profile: &str) -> Result<u64, Failure> {
    let mut names = BTreeMap::new();
    let mut total: u64 = 0;
    let mut counts = false;
    let mut is_call = false;
    for line in profile.lines() {
        if let Some(name) = line.strip_prefix("fn=") {
            counts = !resolve(name, &mut names).contains(HASHING);
        } else if let Some(name) = line.strip_prefix("cfn=") {
            resolve(name, &mut names);
        } else if line.starts_with("calls=") {
            // The line after it tells what the call has cost, which the callee tells as well.
            is_call = true;
        } else if line.starts_with(|c: char| c.is_ascii_digit() || "+-*".contains(c)) {
            if counts && !is_call {
                let cost = line.split(' ').nth(1).unwrap_or_default();
                let cost: u64 = cost.parse().map_err(|_| format!("callgrind: `{line}`"))?;
                total = total.saturating_add(cost);
            }
            is_call = false;
        }
    }
    match total {
        0 => Err("callgrind has counted nothing".into()),
        total => Ok(total),
    }
}

/// A name that may be told in full once and by its number from then on.
fn resolve<'a>(name: &'a str, names: &mut BTreeMap<&'a str, &'a str>) -> &'a str {
    match name.split_once(' ') {
        Some((number, name)) => {
            names.insert(number, name);
            name
        }
        None => names.get(name).copied().unwrap_or(name),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "what fails in a test fails the test")]

    use super::*;

    #[test]
    fn costs_are_summed_but_for_hashing() {
        let profile = "events: Ir\n\nfn=(1) main\n3 10\n+1 2\ncfn=(2) sha2::block::soft\n\
                       calls=1 7\n* 500\n-2 30\n\nfn=(2)\n7 500\n\nfn=(3) kvs::sign\n0x4 100\n";
        assert_eq!(total(profile).unwrap(), 142);
        assert!(total("events: Ir\n").is_err());
    }
}
