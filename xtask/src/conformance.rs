//! `cargo xtask conformance DIR`: compares with public data that lies outside the project.
//!
//! One line a suite, `NAME: P of N passed, E argued`, then every failure.

mod endpoints;
mod models;
mod restjson1;
mod suites;

use std::path::Path;
use std::process::ExitCode;

use crate::Failure;

/// What a suite has found.
struct Outcome {
    name: &'static str,
    cases: usize,
    /// How many ought not to pass, for a reason that is written down.
    argued: usize,
    /// Id of each case that failed, and why.
    failures: Vec<String>,
}

pub(crate) fn run(root: &Path, data: &Path) -> Result<ExitCode, Failure> {
    let mut outcomes = vec![models::suite(root, data)?, endpoints::suite(root, data)?];
    outcomes.extend(restjson1::suites(root, data)?);
    for Outcome {
        name,
        cases,
        argued,
        failures,
    } in &outcomes
    {
        println!(
            "{name}: {} of {cases} passed, {argued} argued",
            cases - failures.len() - argued
        );
        for failure in failures {
            println!("  {failure}");
        }
    }
    // Data in another form than was expected would make no cases.
    let passed = outcomes
        .iter()
        .all(|outcome| outcome.failures.is_empty() && outcome.cases > 0);
    let others_passed = suites::run(root, data)?;
    Ok(if passed && others_passed {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
