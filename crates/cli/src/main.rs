//! The `kvs` command: list, fetch and inspect archived video, and run an emulator.
#![forbid(unsafe_code)]

mod args;
mod commands;
mod exit;
mod output;
mod progress;
mod report;
mod source;
mod time;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match args::Cli::try_parse() {
        Ok(cli) => exit::end(commands::run(&cli)),
        Err(error) => args::end(&error),
    }
}
