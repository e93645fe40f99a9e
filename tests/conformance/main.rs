//! The public test data that needs the runtime: `conformance DIR`, which `cargo xtask conformance`
//! runs.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, reason = "a command speaks to a person")]

mod credentials;
mod report;
mod sigv4;
mod timestamps;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

/// What went wrong, in words for the person at the terminal.
type Failure = Box<dyn Error>;

fn main() -> Result<ExitCode, Failure> {
    let data = std::env::args_os().nth(1).map(PathBuf::from);
    let data = data
        .ok_or("name the folder of the public test data")?
        .join("conformance");
    let reports = [
        sigv4::suite(&data.join("sigv4/v4"))?,
        timestamps::suite(&data.join("timestamps/date_time_format_test_suite.json"))?,
        credentials::suite(&data.join("credentials"))?,
    ];
    for report in &reports {
        println!("{report}");
    }
    Ok(if reports.iter().all(report::Report::is_fine) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
