//! `cargo xtask bench`: ours beside the peers, in the same run and in turns.

mod build;
mod jobs;
mod table;

use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use build::Programs;
use jobs::{Bench, Load};
use table::{Goals, Table};

use crate::{Failure, process};

/// Who is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Who {
    KvsUreq,
    KvsHyper,
    Sdk,
    BareUreq,
    BareHyper,
    Curl,
    Boto3,
}

impl Who {
    /// Those that are built.
    const BUILT: [Self; 5] = [
        Self::KvsUreq,
        Self::KvsHyper,
        Self::Sdk,
        Self::BareUreq,
        Self::BareHyper,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::KvsUreq => "kvs-ureq",
            Self::KvsHyper => "kvs-hyper",
            Self::Sdk => "AWS SDK",
            Self::BareUreq => "bare ureq",
            Self::BareHyper => "bare hyper",
            Self::Curl => "curl",
            Self::Boto3 => "boto3",
        }
    }

    fn package(self) -> &'static str {
        match self {
            Self::KvsUreq => "client-kvs-ureq",
            Self::KvsHyper => "client-kvs-hyper",
            Self::Sdk => "client-sdk",
            Self::BareUreq => "client-bare-ureq",
            Self::BareHyper => "client-bare-hyper",
            Self::Curl => "curl",
            Self::Boto3 => "boto3",
        }
    }
}

/// How much is done.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    /// Bytes of each of 1,000 fragments.
    bytes: u64,
    /// How often each program runs for a row.
    runs: usize,
    /// How often it does in one run what takes no time.
    times: &'static str,
    /// Whether the SDK takes part, and what comes of it is kept.
    in_full: bool,
    /// Whether builds are measured, for many minutes.
    builds: bool,
}

pub(crate) const FULL: Scale = Scale {
    bytes: (1 << 30) / 1_000,
    runs: 5,
    times: "31",
    in_full: true,
    builds: true,
};

/// What runs, and not what builds.
pub(crate) const RUNS: Scale = Scale {
    builds: false,
    ..FULL
};

/// Shows that everything runs, and no more.
pub(crate) const QUICK: Scale = Scale {
    bytes: 10_000,
    runs: 1,
    times: "3",
    in_full: false,
    builds: false,
};

pub(crate) fn run(root: &Path, scale: Scale) -> Result<ExitCode, Failure> {
    let programs = Programs::build(root, scale.in_full)?;
    let mut table = Table::default();
    build::crates(root, &programs, &mut table)?;
    if scale.builds {
        build::builds(root, &programs, &mut table)?;
    }
    let load = Load::start(&programs, 1_000, scale.bytes)?;
    let bench = Bench::new(&programs, scale);
    bench.small(&load, &mut table)?;
    bench.bodies(&load, &mut table)?;
    bench.whole(&load, &mut table)?;
    drop(load);
    if scale.in_full {
        let load = Load::start(&programs, 16_000, scale.bytes)?;
        bench.huge(&load, &mut table)?;
    }
    println!("{table}");
    if scale.in_full {
        let goals = Goals(&table);
        println!("{goals}");
        let text = format!("{}\n{table}\n{goals}", about(root)?);
        fs::write(root.join("tests/peers/RESULTS.md"), text)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What was measured when, and on what.
fn about(root: &Path) -> Result<String, Failure> {
    let date = process::text(Command::new("date").args(["-u", "+%F"]))?;
    let curl = process::text(Command::new("curl").arg("--version"))?;
    let curl = curl
        .split_whitespace()
        .nth(1)
        .unwrap_or_default()
        .to_owned();
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let rustc = process::text(Command::new(rustc).arg("--version"))?;
    let mut versions = vec![
        rustc.trim().to_owned(),
        format!("curl {curl}"),
        super::python::BOTO3.replace("==", " "),
    ];
    versions.extend(build::versions(root)?);
    Ok(format!(
        "<!-- Written by `cargo xtask bench`. -->\n# Results\n\n\
         Measured on {} on {}.\n\nVersions: {}.\n",
        date.trim(),
        machine(),
        versions.join(", ")
    ))
}

/// The kind of machine, without its name.
fn machine() -> String {
    let processors = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let mut models = processors.lines().filter_map(|line| {
        let (key, value) = line.split_once(':')?;
        (key.trim() == "model name").then(|| value.trim().to_owned())
    });
    let many = std::thread::available_parallelism().map_or(1, usize::from);
    let model = models
        .next()
        .unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    format!("{many} cores of {model}, {}", std::env::consts::OS)
}
