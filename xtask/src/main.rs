//! The chores of this workspace; `cargo xtask` lists them.
#![forbid(unsafe_code)]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command speaks to a person"
)]

mod bench;
mod ci;
mod codegen;
mod conformance;
mod differential;
mod fuzz;
mod guards;
mod interop;
mod live;
mod media;
mod process;
mod python;
mod readers;
mod resume;
mod semver;
mod simulate;
mod soak;
mod sweep;
mod system;
mod tidy;
mod tools;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "\
Usage: cargo xtask <COMMAND>

Commands:
  codegen [--check]     write crates/api/src from the models in model/;
                        with --check compare only, and fail on a difference
  codegen --model FILE… --out DIR [--report FILE]
                        write a crate for any restJson1 services, from Smithy or C2J
                        models, and report what of them is left out
  sweep --models DIR [--out DIR] [--check N]
                        generate every restJson1 service of a folder such as botocore's data,
                        report what is left out, write the crates, type-check the N largest
  tidy                  check the rules of this house that no compiler knows
  conformance <DIR>     compare with the public data in DIR, such as ../shared
  readers <DIR>         compare what the readers make of Smithy and C2J models of one service
  semver                compile callers of a service before and after it has grown
  differential [--cases N]
                        compare with other programs for the same job: with botocore on N
                        inputs for each operation, 1000 unless said
  fuzz [SECONDS]        feed what reads and writes with noise, a minute each unless said
  simulate --seeds N [--seed FIRST]
                        run N exports, each in a simulated world
  simulate --mutants    break the machine on purpose: the simulator has to notice
  resume [RUNS]         kill exports again and again: what comes of each has to be the same file;
                        10 unless said
  bench [--quick]       measure our clients beside others, and write tests/peers/RESULTS.md;
                        with --quick show that it runs, without the AWS SDK
  soak [--minutes N]    export again and again while one request in five goes wrong: memory and
                        open files have to stay as they are; 2 minutes unless said
  guards [--update]     count crates, bytes, allocations and instructions, and compare with
                        tests/bench/figures.txt, or write it anew
  media                 play what `kvs` writes with ffmpeg, mkvtoolnix, MediaInfo and chromium
  interop               set boto3, the AWS CLI and players at the emulator, and `kvs` at moto:
                        all have to come to the same answers
  live --stream NAME    hold the real service against what we know of it, with your credentials;
                        nothing is written there, and no other command does this
  ci                    all of these but `live`, and formatting, lints, documentation, licences";

/// What went wrong, in words for the person at the terminal.
type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Ok(status) => status,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[&str]) -> Result<ExitCode, Failure> {
    match arguments {
        ["codegen"] => codegen::write(&root()),
        ["codegen", "--check"] => codegen::check(&root()),
        ["codegen", options @ ..] => codegen::package::write(&root(), options),
        ["sweep", options @ ..] => sweep::run(&root(), options),
        ["tidy"] => tidy::run(&root()),
        ["conformance", data] => conformance::run(&root(), Path::new(data)),
        ["readers", data] => readers::run(&root(), Path::new(data)),
        ["semver"] => semver::run(&root()),
        ["differential"] => differential::run(&root(), "1000"),
        ["differential", "--cases", cases] => differential::run(&root(), cases),
        ["fuzz"] => fuzz::run(&root(), "60"),
        ["fuzz", seconds] => fuzz::run(&root(), seconds),
        ["simulate", "--mutants"] => simulate::mutants(&root()),
        ["simulate", options @ ..] => simulate::run(&root(), options),
        ["resume"] => resume::run(&root(), resume::RUNS),
        ["resume", runs] => resume::run(&root(), runs),
        ["soak"] => soak::run(&root(), soak::MINUTES),
        ["soak", "--minutes", minutes] => soak::run(&root(), minutes),
        ["bench"] => bench::run(&root(), bench::FULL),
        ["bench", "--runs"] => bench::run(&root(), bench::RUNS),
        ["bench", "--quick"] => bench::run(&root(), bench::QUICK),
        ["guards"] => guards::run(&root()),
        ["guards", "--update"] => guards::update(&root()),
        ["media"] => media::run(&root()),
        ["interop"] => interop::run(&root()),
        ["live", "--stream", stream] => live::run(&root(), stream),
        ["ci"] => Ok(ci::run(&root())),
        [] | ["help" | "-h" | "--help"] => {
            println!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        _ => {
            eprintln!(
                "error: cannot make sense of `{}`\n\n{USAGE}",
                arguments.join(" ")
            );
            Ok(ExitCode::from(2))
        }
    }
}

/// The workspace's folder, whatever folder the command was called in. Cargo tells it anew at each
/// run, for a checkout may have been moved since the command was built.
fn root() -> PathBuf {
    let package = std::env::var_os("CARGO_MANIFEST_DIR");
    let package = package.map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    package.parent().unwrap_or(&package).to_owned()
}
