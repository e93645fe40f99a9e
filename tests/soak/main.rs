//! Exports for a long time, from a service of which one request in five goes wrong:
//! `soak [--minutes N]`. Memory and open files have to stay as they are.
#![forbid(unsafe_code)]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command speaks to a person"
)]

mod export;
mod faults;
mod proxy;
mod usage;

use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use kvs_emulator::{Emulator, Stream};
use kvs_tests::SECRET;

use self::export::Exporter;
use self::proxy::Proxy;
use self::usage::{Samples, Usage};

type Failure = Box<dyn std::error::Error>;

/// How often the demo is repeated in the stream, and how many fragments that makes.
const TIMES: u32 = 8;
const FRAGMENTS: u64 = 15 * TIMES as u64;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        ["serve"] => serve().map(|()| true),
        [] => soak(2),
        ["--minutes", minutes] => match minutes.parse() {
            Ok(minutes) => soak(minutes),
            Err(_) => Err(format!("{minutes} is no number of minutes").into()),
        },
        _ => Err("usage: soak [--minutes N]".into()),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// Serves until standard input ends; in a process of its own, so that the other one's memory is
/// that of clients.
fn serve() -> Result<(), Failure> {
    let stream = Stream::demo().repeat(TIMES);
    let emulator = Emulator::builder().credentials("emulator", SECRET);
    let emulator = emulator.stream("cam", stream).start()?;
    let proxy = Proxy::start(emulator.addr())?;
    println!("{}", proxy.url());
    io::stdin().read_to_end(&mut Vec::new())?;
    println!("{}", proxy.tally());
    Ok(())
}

/// The process that serves.
struct Server {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    url: String,
}

impl Server {
    fn start() -> Result<Self, Failure> {
        let mut serve = Command::new(std::env::current_exe()?);
        serve.arg("serve");
        serve.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = serve.spawn()?;
        let stdin = child.stdin.take().ok_or("no way to stop the server")?;
        let stdout = child.stdout.take().ok_or("no word from the server")?;
        let (mut stdout, mut url) = (BufReader::new(stdout), String::new());
        stdout.read_line(&mut url)?;
        Ok(Self {
            child,
            stdin,
            stdout,
            url: url.trim().to_owned(),
        })
    }

    /// Ends it; how many requests there were, and what became of them.
    fn stop(mut self) -> Result<String, Failure> {
        drop(self.stdin);
        let mut tally = String::new();
        self.stdout.read_to_string(&mut tally)?;
        self.child.wait()?;
        Ok(tally)
    }
}

/// Whether all exports were whole, and memory and files stayed as they were.
fn soak(minutes: u64) -> Result<bool, Failure> {
    let server = Server::start()?;
    let exporter = Exporter::new(&server.url)?;
    let whole = exporter.undisturbed()?;
    let (begun, length) = (Instant::now(), Duration::from_secs(minutes * 60));
    let mut samples = Samples::new(length);
    let mut exports = 0_u64;
    let mut next = Duration::ZERO;
    while begun.elapsed() < length {
        let got = exporter.export(exports)?;
        if got != whole {
            return Err(format!("export {exports} gave {got:?} in place of {whole:?}").into());
        }
        exports += 1;
        let (usage, at) = (Usage::now()?, begun.elapsed());
        samples.take(at, usage);
        if at >= next {
            println!("{:>5} s  {exports:>6} exports  {usage}", at.as_secs());
            io::stdout().flush()?;
            next += length / 20;
        }
    }
    print!("{}", server.stop()?);
    println!("{exports} exports of {FRAGMENTS} fragments, each whole and in order");
    println!("{samples}");
    Ok(samples.are_flat())
}
