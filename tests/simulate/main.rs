//! Runs exports in simulated worlds: `simulate --seeds N [--seed S]`.
#![forbid(unsafe_code)]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command speaks to a person"
)]

use std::collections::BTreeMap;
use std::process::ExitCode;

use kvs_tests::simulate::{self, ENDINGS, FAULTS};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (first, count) = match arguments.as_slice() {
        ["--seeds", count] => (Ok(0), count.parse()),
        ["--seed", seed] => (seed.parse(), Ok(1)),
        ["--seeds", count, "--seed", seed] => (seed.parse(), count.parse()),
        _ => {
            eprintln!("usage: simulate --seeds N [--seed FIRST]");
            return ExitCode::from(2);
        }
    };
    match (first, count) {
        (Ok(first), Ok(count)) => run(first, count),
        _ => {
            eprintln!("error: seeds are numbers");
            ExitCode::from(2)
        }
    }
}

fn run(first: u64, count: u64) -> ExitCode {
    let (mut faults, mut endings) = (BTreeMap::new(), BTreeMap::new());
    for seed in first..first.saturating_add(count) {
        match simulate::run(seed) {
            Ok(outcome) => {
                for (name, times) in outcome.faults {
                    *faults.entry(name).or_default() += times;
                }
                *endings.entry(outcome.ending).or_default() += 1;
            }
            Err(broken) => {
                eprintln!("seed {seed}: {broken}");
                eprintln!("again: cargo xtask simulate --seeds 1 --seed {seed}");
                return ExitCode::FAILURE;
            }
        }
    }
    println!("{count} exports, from seed {first} on");
    let all = table("fault", &FAULTS, &faults) & table("ending", &ENDINGS, &endings);
    // One world does not hold them all.
    if all || count < 1_000 {
        ExitCode::SUCCESS
    } else {
        eprintln!("a kind has never occurred");
        ExitCode::FAILURE
    }
}

/// Whether each kind has occurred.
fn table(title: &str, names: &[&str], counts: &BTreeMap<&str, u64>) -> bool {
    let mut all = true;
    for name in names {
        let times = counts.get(name).copied().unwrap_or(0);
        println!("{title:<7} {name:<24} {times}");
        all &= times > 0;
    }
    all
}
