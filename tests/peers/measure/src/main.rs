//! Runs a program, and tells what it has used: `measure PROGRAM ARGUMENT…`.
//!
//! The last line of standard error is wall clock, user time and system time in microseconds, and
//! the most memory in KiB. It is told by a process of its own, for the system keeps one account of
//! all children that have ended.
#![forbid(unsafe_code)]

use std::error::Error;
use std::process::{Command, ExitCode};
use std::time::Instant;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut words = std::env::args_os().skip(1);
    let mut program = Command::new(words.next().ok_or("measure PROGRAM ARGUMENT…")?);
    let start = Instant::now();
    let status = program.args(words).status()?;
    let wall = start.elapsed().as_micros();
    let used = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let user = used.user_time().num_microseconds();
    let system = used.system_time().num_microseconds();
    eprintln!("{wall} {user} {system} {}", used.max_rss());
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
