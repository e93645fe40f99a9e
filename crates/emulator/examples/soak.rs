//! An emulator under many clients and faults for a while: it must not panic or grow, and the
//! answers must be right.
//!
//! ```sh
//! cargo run --release -p kvs-emulator --example soak -- 600 200
//! ```
#![forbid(unsafe_code)]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command speaks to a person"
)]

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use kvs_emulator::{Emulator, Faults, Stream};
use kvs_ureq::api::protocol::Credentials;
use kvs_ureq::archive::{ExportOptions, Selection, TimestampOrigin};
use kvs_ureq::mkv::{Crc32, Fragment, State};
use kvs_ureq::{Client, Settings};

const FAULTS: &str = r#"{ "seed": 1, "faults": [
  { "share": 0.05, "fault": { "status": { "status": 503, "code": "ServiceUnavailable" } } },
  { "share": 0.05, "fault": "throttle" },
  { "share": 0.05, "fault": { "delay": { "milliseconds": 50 } } },
  { "operation": "GetMediaForFragmentList", "share": 0.1, "fault": { "cut": { "after": 50000 } } },
  { "operation": "GetMediaForFragmentList", "share": 0.1, "fault": { "cut": { "after": 0 } } },
  { "operation": "GetMediaForFragmentList", "share": 0.1, "fault": "shuffled" },
  { "operation": "GetMediaForFragmentList", "share": 0.1, "fault": "duplicated" },
  { "operation": "GetMediaForFragmentList", "share": 0.05,
    "fault": { "in_band_error": { "code": "FRAGMENT_NOT_FOUND", "id": 3000 } } },
  { "operation": "ListFragments", "share": 0.02, "fault": { "cut": { "after": 100 } } },
  { "share": 0.02, "fault": { "skewed_clock": { "seconds": 1200 } } }
] }"#;
const STREAM: &str = "cam";
const FRAGMENTS: usize = 15;
/// Memory may grow by so much after the first sample, in KiB.
const GROWTH: u64 = 32 << 10;

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["serve"] => serve(),
        [seconds, clients] => soak(Duration::from_secs(seconds.parse()?), clients.parse()?),
        _ => Err("soak SECONDS CLIENTS".into()),
    }
}

fn serve() -> Result<(), Box<dyn Error>> {
    let emulator = Emulator::builder()
        .stream(STREAM, Stream::demo())
        .faults(Faults::from_json(FAULTS)?)
        .start()?;
    println!("{}", emulator.url());
    emulator.wait();
    Ok(())
}

/// The emulator in a process of its own, so that its memory is told from the clients'.
struct Server(Child);

impl Server {
    fn start() -> Result<(Self, String), Box<dyn Error>> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg("serve")
            .stdout(Stdio::piped())
            .spawn()?;
        let output = child.stdout.take().ok_or("no output")?;
        let server = Self(child);
        let mut url = String::new();
        BufReader::new(output).read_line(&mut url)?;
        Ok((server, url.trim().to_owned()))
    }

    /// KiB that are in memory.
    fn resident(&self) -> Result<u64, Box<dyn Error>> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.split_whitespace().next());
        Ok(kib.ok_or("no VmRSS: the emulator has ended")?.parse()?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What the clients have seen.
#[derive(Default)]
struct Tally {
    exports: AtomicU64,
    fragments: AtomicU64,
    missing: AtomicU64,
    failures: Mutex<BTreeMap<String, u64>>,
    wrong: Mutex<Vec<String>>,
    is_over: AtomicBool,
}

fn soak(time: Duration, clients: usize) -> Result<(), Box<dyn Error>> {
    let (server, url) = Server::start()?;
    let expected = expected();
    let tally = Tally::default();
    let mut samples = Vec::new();
    thread::scope(|scope| -> Result<(), Box<dyn Error>> {
        for _ in 0..clients {
            scope.spawn(|| export_again_and_again(&url, &expected, &tally));
        }
        let begun = Instant::now();
        let watched = watch(&server, begun, time, &tally, &mut samples);
        tally.is_over.store(true, Ordering::Relaxed);
        watched
    })?;
    let wrong = tally.wrong.into_inner().unwrap_or_default();
    let failures = tally.failures.into_inner().unwrap_or_default();
    println!("calls that failed in the end: {failures:?}");
    for wrong in wrong.iter().take(10) {
        println!("WRONG: {wrong}");
    }
    let settled = samples.get(samples.len() / 4..).unwrap_or_default();
    let (least, most) = (settled.iter().min(), settled.iter().max());
    let growth = most.zip(least).map_or(0, |(most, least)| most - least);
    println!("memory moved by {growth} KiB after a quarter of the time");
    if wrong.is_empty() && growth < GROWTH {
        Ok(())
    } else {
        Err("the emulator did not hold".into())
    }
}

fn watch(
    server: &Server,
    begun: Instant,
    time: Duration,
    tally: &Tally,
    samples: &mut Vec<u64>,
) -> Result<(), Box<dyn Error>> {
    while begun.elapsed() < time {
        thread::sleep(Duration::from_secs(10).min(time));
        let resident = server.resident()?;
        samples.push(resident);
        println!(
            "{:4} s: {resident} KiB, {} exports, {} fragments, {} missing, {} wrong",
            begun.elapsed().as_secs(),
            tally.exports.load(Ordering::Relaxed),
            tally.fragments.load(Ordering::Relaxed),
            tally.missing.load(Ordering::Relaxed),
            tally.wrong.lock().map_or(0, |wrong| wrong.len()),
        );
    }
    Ok(())
}

/// A sum of the frames of each fragment, in the order of time.
fn expected() -> Vec<u32> {
    let sample = include_bytes!("../demo/demo.mkv");
    let mut fragments = kvs_ureq::mkv::Fragments::new();
    fragments.push_slice(sample);
    fragments.finish();
    let mut sums = Vec::new();
    while let Some(Ok(fragment)) = fragments.next_fragment() {
        sums.push(sum(&fragment));
    }
    sums
}

fn sum(fragment: &Fragment) -> u32 {
    let mut sum = Crc32::default();
    for frame in &fragment.frames {
        sum.update(&frame.data);
    }
    sum.value()
}

fn export_again_and_again(url: &str, expected: &[u32], tally: &Tally) {
    while !tally.is_over.load(Ordering::Relaxed) {
        match export(url, expected, tally) {
            Ok(()) => drop(tally.exports.fetch_add(1, Ordering::Relaxed)),
            Err(error) => {
                let kind = error.to_string();
                let kind = kind.split(':').next().unwrap_or_default().to_owned();
                if let Ok(mut failures) = tally.failures.lock() {
                    *failures.entry(kind).or_default() += 1;
                }
            }
        }
    }
}

/// Every fragment comes once and right, or is named as missing.
fn export(url: &str, expected: &[u32], tally: &Tally) -> Result<(), Box<dyn Error>> {
    let mut settings = Settings::new("us-east-1");
    settings.credentials = Some(Credentials::new("emulator", "emulator"));
    settings.endpoint_url = Some(url.parse()?);
    let client = Client::builder(&settings).build()?;
    let (from, to) = (
        "2026-01-01T00:00:00Z".parse()?,
        "2026-01-01T00:01:00Z".parse()?,
    );
    let selection = Selection::between(STREAM, TimestampOrigin::Producer, from, to);
    let mut download = client.download(selection, ExportOptions::default());
    let (mut count, mut last) = (0, None);
    for fragment in &mut download {
        let fragment = fragment?;
        let millis = fragment.producer_timestamp.map_or(0, |at| at.as_millis());
        let index = usize::try_from((millis - 1_767_225_600_000) / 2_000)?;
        let is_right = fragment.state == State::Complete
            && expected.get(index) == Some(&sum(&fragment))
            && last.is_none_or(|last| last < index);
        if !is_right && let Ok(mut wrong) = tally.wrong.lock() {
            wrong.push(format!(
                "fragment {index} after {last:?}: {:?}",
                fragment.state
            ));
        }
        last = Some(index);
        count += 1;
    }
    let missing = download.report().missing.len();
    tally
        .fragments
        .fetch_add(u64::try_from(count)?, Ordering::Relaxed);
    tally
        .missing
        .fetch_add(u64::try_from(missing)?, Ordering::Relaxed);
    if count + missing != FRAGMENTS
        && let Ok(mut wrong) = tally.wrong.lock()
    {
        wrong.push(format!("{count} fragments came, and {missing} are missing"));
    }
    Ok(())
}
