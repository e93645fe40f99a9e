//! `cargo xtask resume`: exports of the real command that are killed at any moment, and gone on
//! with until they are done.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::media::{self, Emulator};
use crate::{Failure, process};

/// What CI runs.
pub(crate) const RUNS: &str = "10";

/// How many exports go on side by side.
const LANES: u64 = 2;
/// How often an export is killed at least.
const KILLS: u64 = 3;
/// How long the recording is, in repetitions of the demo, which has 739 kB.
const REPEAT: &str = "20";
/// Bytes a second: the export takes two seconds and more.
const RATE: &str = "8000000";

/// What came of one export.
struct Outcome {
    kills: u64,
    /// Bytes of media that were sent for it, in thousandths of the file's size.
    served: u64,
}

pub(crate) fn run(root: &Path, runs: &str) -> Result<ExitCode, Failure> {
    let runs: u64 = runs.parse().map_err(|_| format!("{runs} is no number"))?;
    let bench = Bench::build(root)?;
    let next = AtomicU64::new(0);
    let lane = |lane: u64| -> Result<Vec<Outcome>, String> {
        let lane = Lane::open(&bench, lane).map_err(|failure| failure.to_string())?;
        let mut outcomes = Vec::new();
        loop {
            let run = next.fetch_add(1, Ordering::Relaxed);
            if run >= runs {
                return Ok(outcomes);
            }
            let outcome = lane.export(&bench, run);
            outcomes.push(outcome.map_err(|failure| format!("run {run}: {failure}"))?);
        }
    };
    let outcomes = thread::scope(|scope| {
        let lanes: Vec<_> = (0..LANES).map(|n| scope.spawn(move || lane(n))).collect();
        let joined = lanes.into_iter().map(thread::ScopedJoinHandle::join);
        joined
            .map(|lane| lane.unwrap_or_else(|_| Err("a lane panicked".to_owned())))
            .collect::<Result<Vec<_>, _>>()
    })?;
    let outcomes: Vec<Outcome> = outcomes.into_iter().flatten().collect();
    let kills: u64 = outcomes.iter().map(|outcome| outcome.kills).sum();
    let served = outcomes.iter().map(|outcome| outcome.served);
    let (sum, most) = served.fold((0, 0), |(sum, most), one| (sum + one, most.max(one)));
    let mean = sum / outcomes.len().max(1) as u64;
    println!(
        "{} exports, killed {kills} times: all as if nothing had happened; bytes served over size: \
         {}.{:03} on average, {}.{:03} at most",
        outcomes.len(),
        mean / 1_000,
        mean % 1_000,
        most / 1_000,
        most % 1_000
    );
    fs::remove_dir_all(&bench.folder)?;
    Ok(if most < 1_500 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The command, and what it writes when nobody disturbs it.
struct Bench {
    kvs: PathBuf,
    folder: PathBuf,
    whole: Vec<u8>,
}

impl Bench {
    fn build(root: &Path) -> Result<Self, Failure> {
        let kvs = process::build(root, &["--package=kvs-cli"])?;
        let folder = process::empty_folder(&kvs, "resume")?;
        let demo = root.join("crates/emulator/demo/demo.mkv");
        fs::copy(demo, folder.join("demo.mkv"))?;
        let mut bench = Self {
            kvs,
            folder,
            whole: Vec::new(),
        };
        let emulator = Emulator::start(&mut bench.emulator())?;
        process::output(&mut bench.get(&emulator, "whole.mkv"))?;
        bench.whole = fs::read(bench.folder.join("whole.mkv"))?;
        Ok(bench)
    }

    fn emulator(&self) -> Command {
        let mut emulator = media::kvs(&self.kvs, &self.folder);
        let load = format!("cam=demo.mkv,repeat={REPEAT}");
        emulator
            .args(["emulator", "--load", &load])
            .stderr(Stdio::null());
        emulator
    }

    fn get(&self, emulator: &Emulator, output: &str) -> Command {
        let mut get = media::kvs(&self.kvs, &self.folder);
        get.args(["get", "cam", "--endpoint-url", &emulator.url, "-o", output]);
        get
    }
}

/// Exports one after the other, from an emulator of their own.
struct Lane {
    emulator: Emulator,
    log: PathBuf,
    output: String,
}

impl Lane {
    fn open(bench: &Bench, number: u64) -> Result<Self, Failure> {
        let log = bench.folder.join(format!("{number}.log"));
        let mut emulator = bench.emulator();
        emulator.args(["--rate", RATE, "--log"]).arg(&log);
        Ok(Self {
            emulator: Emulator::start(&mut emulator)?,
            log,
            output: format!("{number}.mkv"),
        })
    }

    fn export(&self, bench: &Bench, run: u64) -> Result<Outcome, Failure> {
        let before = self.served()?;
        let mut kills = 0;
        for kill in 0.. {
            let mut get = bench.get(&self.emulator, &self.output);
            let mut child = get.stderr(Stdio::piped()).spawn()?;
            // Whatever is left after the last kill is left to be done.
            if kill < KILLS + run % 3 {
                thread::sleep(moment(run, kill));
                child.kill()?;
            }
            let output = child.wait_with_output()?;
            if output.status.success() {
                break;
            }
            if output.status.code().is_some() {
                return Err(String::from_utf8_lossy(&output.stderr).into());
            }
            kills += 1;
        }
        let file = bench.folder.join(&self.output);
        if fs::read(&file)? != bench.whole {
            return Err(format!("{} is not as it should be", file.display()).into());
        }
        fs::remove_file(file)?;
        if kills < KILLS {
            return Err(format!("done after {kills} kills; lower the rate").into());
        }
        // A connection that was cut is logged when the next piece was to be sent.
        thread::sleep(Duration::from_millis(200));
        let served = self.served()?.saturating_sub(before);
        Ok(Outcome {
            kills,
            served: served * 1_000 / bench.whole.len() as u64,
        })
    }

    /// Bytes of media that were sent so far.
    fn served(&self) -> Result<u64, Failure> {
        let mut sum = 0;
        for line in fs::read_to_string(&self.log)?.lines() {
            let access: Value = serde_json::from_str(line)?;
            if access
                .get("operation")
                .is_some_and(|name| name == "GetMediaForFragmentList")
            {
                let bytes = access.get("bytes").and_then(Value::as_u64);
                sum += bytes.ok_or("the log tells no bytes")?;
            }
        }
        Ok(sum)
    }
}

/// Up to half a second, scattered.
fn moment(run: u64, kill: u64) -> Duration {
    let mut state = (run << 8 | kill)
        .wrapping_add(1)
        .wrapping_mul(0x9E37_79B9_7F4A_7C15);
    state = (state ^ state >> 29).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    Duration::from_micros((state ^ state >> 32) % 500_000)
}
