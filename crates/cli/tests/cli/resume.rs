//! Runs that are cut down, and those that go on.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};

use kvs_archive::journal::{Past, Reader};
use kvs_emulator::{Emulator, Stream};

use crate::support::{Bench, FRAGMENTS, Run, decode, serve};

/// How often the demo is repeated: a fragment is some 50 kB.
pub(crate) const TIMES: u32 = 8;
const TOTAL: u64 = FRAGMENTS as u64 * TIMES as u64;

/// How many fragments were asked for, by request.
pub(crate) type Log = Arc<Mutex<Vec<u64>>>;

/// A long stream at a limited rate.
pub(crate) fn slow(rate: u64) -> (Emulator, Log) {
    let log = Log::default();
    let sink = Arc::clone(&log);
    let emulator = Emulator::builder()
        .stream("cam", Stream::demo().repeat(TIMES))
        .rate(rate)
        .log(move |access| {
            if access.operation == Some("GetMediaForFragmentList") {
                sink.lock().unwrap().push(access.fragments);
            }
        });
    (emulator.start().unwrap(), log)
}

/// What a run that nobody disturbs writes.
fn undisturbed(bench: &Bench, line: &str) -> Vec<u8> {
    let emulator = serve(Stream::demo().repeat(TIMES));
    bench
        .run_at(emulator.url(), &format!("{line} -o whole"))
        .well();
    let whole = bench.read("whole");
    std::fs::remove_file(bench.path("whole")).unwrap();
    whole
}

/// A run that has told of so many fragments, unless it came to its end before.
pub(crate) fn run_until(bench: &Bench, url: &str, line: &str, fragments: u64) -> Child {
    let mut kvs = bench.kvs_at(url, &format!("{line} -v"));
    kvs.stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = kvs.spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let (mut told, mut line) = (0, String::new());
    while told < fragments {
        line.clear();
        if stderr.read_line(&mut line).unwrap() == 0 {
            break;
        }
        told += u64::from(line.starts_with("fragment "));
    }
    child.stderr = Some(stderr.into_inner());
    child
}

pub(crate) fn kill(mut child: Child) -> Option<i32> {
    child.kill().unwrap();
    child.wait().unwrap().code()
}

fn past(bench: &Bench) -> Option<Past> {
    let text = std::fs::read(bench.path(".x.mkv.journal")).ok()?;
    let mut reader = Reader::default();
    reader.push(&text).unwrap();
    reader.finish()
}

/// How many fragments are settled by what the journal tells.
fn settled(bench: &Bench) -> u64 {
    let past = past(bench);
    past.and_then(|past| Some(past.marks.last()?.settled))
        .unwrap_or(0)
}

#[test]
fn a_run_that_is_killed_goes_on_and_leaves_no_trace() {
    for (seed, transport) in [(1, "ureq"), (2, "hyper"), (3, "ureq")] {
        let (emulator, log) = slow(6_000_000);
        let bench = Bench::new(&format!("resume_{seed}"));
        let line = format!("get cam -o x.mkv --transport {transport}");
        let mut asked = 0;
        let mut kills = 0;
        let mut next = seed;
        loop {
            asked += TOTAL - settled(&bench);
            next = next * 7 % 31;
            let child = run_until(&bench, emulator.url(), &line, 20 + next);
            if kill(child).is_some() {
                break;
            }
            kills += 1;
        }
        assert!(kills >= 3, "{kills}");
        emulator.stop();
        let whole = undisturbed(&bench, "get cam");
        assert!(bench.read("x.mkv") == whole, "seed {seed}");
        assert_eq!(bench.names(), ["x.mkv"]);
        if transport == "ureq" {
            // One request after the other: what is settled is in none.
            assert_eq!(log.lock().unwrap().iter().sum::<u64>(), asked);
        }
    }
}

/// A run that was killed when it had something to go on with.
fn killed(name: &str, line: &str) -> (Emulator, Bench) {
    let (emulator, _) = slow(6_000_000);
    let bench = Bench::new(name);
    assert_eq!(kill(run_until(&bench, emulator.url(), line, 50)), None);
    assert!((20..=TOTAL).contains(&settled(&bench)));
    (emulator, bench)
}

#[test]
fn only_the_same_request_goes_on() {
    let line = "get cam --to 2027-01-01T00:00 -o x.mkv";
    let (emulator, bench) = killed("resume_other", line);
    let kept = settled(&bench);
    for (other, words) in [
        (
            "get cam -o x.mkv",
            ["--to 2027-01-01T00:00:00Z", "without --to"],
        ),
        (
            "get cam --to -1d -o x.mkv",
            ["--to 2027-01-01T00:00:00Z", "--to -1d"],
        ),
        (
            "get cam --fragments 1,2 -o x.mkv",
            ["without --fragments", "2 numbers"],
        ),
        (
            "get cam --to 2027-01-01T00:00 --gaps keep -o x.mkv",
            ["--gaps close", "--gaps keep"],
        ),
        (
            "get cam --to 2027-01-01T00:00 -o x.mkv --region eu-west-1",
            ["region us-east-1", "region eu-west-1"],
        ),
        (
            "get cam --format raw -o x.mkv",
            ["half fetched", ".x.mkv.journal"],
        ),
    ] {
        let mut run = bench.kvs(other);
        run.args(["--endpoint-url", emulator.url()])
            .env("AWS_REGION", "us-east-1")
            .env("AWS_ACCESS_KEY_ID", "emulator")
            .env("AWS_SECRET_ACCESS_KEY", "emulator");
        let run = Run::of(&mut run);
        run.fails(1, &words);
        run.fails(1, &["x.mkv is half fetched"]);
        if !other.contains("raw") {
            run.fails(1, &["--restart"]);
        }
    }
    assert_eq!(settled(&bench), kept);
    let run = bench.run_at(emulator.url(), line).well();
    assert!(
        run.stderr
            .starts_with(&format!("x.mkv: goes on after {kept} of 120 fragments")),
        "{run:?}"
    );
    assert!(run.stderr.contains("x.mkv: 120 fragments"), "{run:?}");
}

#[test]
fn the_same_stream_of_another_account_or_endpoint_is_another() {
    let (emulator, _) = slow(6_000_000);
    let bench = Bench::new("resume_whose");
    // The config file that runs are told of.
    let keys = "aws_access_key_id = emulator\naws_secret_access_key = emulator";
    let profiles = format!("[profile lab]\n{keys}\n[profile other]\n{keys}\n");
    bench.write("none", profiles);
    let line = "get cam -o x.mkv";
    let first = format!("{line} --profile lab");
    let first = run_until(&bench, emulator.url(), &first, 50);
    assert_eq!(kill(first), None);
    let kept = settled(&bench);
    let run = |url: &str, profile: &str| {
        let mut run = bench.kvs_at(url, line);
        Run::of(run.env("AWS_PROFILE", profile))
    };
    let elsewhere = serve(Stream::demo());
    for (run, words) in [
        (
            run(emulator.url(), "other"),
            ["with profile lab", "with profile other"],
        ),
        (
            run(emulator.url(), ""),
            ["with profile lab", "without profile"],
        ),
        (
            run(elsewhere.url(), "lab"),
            [
                &*format!("with endpoint {}", emulator.url()),
                &*format!("with endpoint {}", elsewhere.url()),
            ],
        ),
        (
            bench.run(&format!("{line} --emulator")),
            ["without --emulator", "with --emulator on"],
        ),
    ] {
        run.fails(1, &["x.mkv is half fetched", "--restart"]);
        run.fails(1, &words);
    }
    assert_eq!(settled(&bench), kept);
    // It is the same one, however it is chosen.
    let run = run(emulator.url(), "lab").well();
    let goes_on = format!("x.mkv: goes on after {kept} of 120 fragments");
    assert!(run.stderr.starts_with(&goes_on), "{run:?}");
}

#[test]
fn what_was_changed_is_not_gone_on_with() {
    let line = "get cam -o x.mkv";
    let (emulator, bench) = killed("resume_changed", line);
    let part = bench.read(".x.mkv.part");
    let journal = bench.read(".x.mkv.journal");

    let mut damaged = journal.clone();
    damaged[300] ^= 1;
    bench.write(".x.mkv.journal", &damaged);
    let run = bench.run_at(emulator.url(), line);
    run.fails(1, &[".x.mkv.journal", "damaged or changed", "--restart"]);
    bench.write(".x.mkv.journal", "some text\n");
    let run = bench.run_at(emulator.url(), line);
    run.fails(1, &[".x.mkv.journal", "not a journal", "--restart"]);

    // What was never said to be on the disk may be lost.
    assert!(!String::from_utf8_lossy(&journal).contains("\ndurable "));
    bench.write(".x.mkv.journal", &journal);
    bench.write(".x.mkv.part", vec![0; part.len()]);
    let run = bench.run_at(emulator.url(), line).well();
    assert!(
        run.stderr.starts_with("x.mkv: goes on after 0 of 120"),
        "{run:?}"
    );
    assert!(bench.read("x.mkv") == undisturbed(&bench, "get cam"));
}

#[test]
fn a_second_process_is_told_to_wait() {
    let (emulator, _) = slow(2_000_000);
    let bench = Bench::new("resume_second");
    let first = run_until(&bench, emulator.url(), "get cam -o x.mkv", 1);
    for line in ["get cam -o x.mkv", "get cam -o x.mkv --restart --overwrite"] {
        let run = bench.run_at(emulator.url(), line);
        run.fails(1, &["another kvs is writing x.mkv"]);
    }
    assert_eq!(kill(first), None);
}

#[cfg(unix)]
#[test]
fn ctrl_c_says_how_to_go_on_and_keeps_every_fragment() {
    let (emulator, log) = slow(3_000_000);
    let bench = Bench::new("resume_ctrl_c");
    let line = "get cam -o x.mkv";
    let mut child = run_until(&bench, emulator.url(), line, 7);
    let pid = child.id().to_string();
    let sent = std::process::Command::new("kill")
        .args(["-INT", &pid])
        .status();
    assert!(sent.unwrap().success());
    let mut told = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut told)
        .unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{told}");
    let last = told.lines().last().unwrap();
    let kept = settled(&bench);
    assert!(
        kept >= 7 && last.starts_with(&format!("{kept} fragments of x.mkv kept")),
        "{told}"
    );
    assert!(
        last.contains("the same command again") && last.contains("--restart"),
        "{last}"
    );
    assert_eq!(bench.names(), [".x.mkv.journal", ".x.mkv.part"]);

    let run = bench.run_at(emulator.url(), line).well();
    assert!(run.stderr.contains("x.mkv: 120 fragments"), "{run:?}");
    emulator.stop();
    assert!(bench.read("x.mkv") == undisturbed(&bench, "get cam"));
    assert_eq!(*log.lock().unwrap(), [TOTAL, TOTAL - kept]);
}

#[cfg(unix)]
#[test]
fn what_is_missing_counts_over_all_runs() {
    let (emulator, _) = slow(3_000_000);
    let bench = Bench::new("resume_missing");
    let known = crate::support::numbers(&bench, emulator.url());
    let list: Vec<&str> = ["1", "2"]
        .into_iter()
        .chain(known.iter().map(String::as_str))
        .collect();
    bench.write("list", list.join("\n"));
    let line = "get cam -o x.mkv --fragments @list";
    let child = run_until(&bench, emulator.url(), line, 60);
    assert_eq!(kill(child), None);
    assert_eq!(past(&bench).unwrap().marks[0].missing.len(), 2);
    let run = bench.run_at(emulator.url(), line);
    assert_eq!(run.code, 3, "{run:?}");
    let missing = bench.lines("x.mkv.missing.jsonl");
    let missing: Vec<&str> = missing
        .iter()
        .map(|line| line["number"].as_str().unwrap())
        .collect();
    assert_eq!(missing, ["1", "2"]);
    assert_eq!(decode(bench.read("x.mkv")).len() as u64, TOTAL);
    assert_eq!(bench.names(), ["list", "x.mkv", "x.mkv.missing.jsonl"]);
}
