//! `kvs streams` and `kvs list`.

use kvs_emulator::{Emulator, Stream};
use serde_json::{Value, json};

use crate::support::{Bench, FRAGMENTS, TRANSPORTS};

#[test]
fn streams_are_listed() {
    let emulator = Emulator::builder()
        .stream("door", Stream::demo())
        .stream("yard", Stream::empty())
        .start()
        .unwrap();
    let bench = Bench::new("streams");
    for transport in TRANSPORTS {
        let line = format!("streams --json --transport {transport}");
        let streams = bench.run_at(emulator.url(), &line).well().json();
        let names: Vec<&Value> = streams.iter().map(|stream| &stream["name"]).collect();
        assert_eq!(names, ["door", "yard"]);
        assert_eq!(streams[0]["status"], "ACTIVE");
        assert_eq!(streams[0]["created"], "2026-01-01T00:00:00Z");
        assert_eq!(streams[0]["retention_hours"], 8760);
        let arn = streams[0]["arn"].as_str().unwrap();
        assert!(arn.starts_with("arn:aws:kinesisvideo:"), "{arn}");
        // A stream can be named by its ARN just as well.
        let list = bench
            .run_at(emulator.url(), &format!("list {arn} --json"))
            .well();
        assert_eq!(list.json().len(), FRAGMENTS);
    }
    let table = bench.run_at(emulator.url(), "streams").well();
    let lines: Vec<&str> = table.text().lines().collect();
    assert!(lines[0].starts_with("NAME"), "{table:?}");
    assert!(lines[1].starts_with("door  ACTIVE"), "{table:?}");
    assert_eq!(lines[3..], ["2 streams"]);
}

#[test]
fn fragments_are_listed_in_order() {
    let bench = Bench::new("list");
    for transport in TRANSPORTS {
        let line = format!("list demo --json --emulator --transport {transport}");
        let listed = bench.run(&line).well().json();
        assert_eq!(listed.len(), FRAGMENTS);
        for (fragment, count) in listed.iter().zip(0..) {
            let second = 2 * count;
            assert_eq!(
                fragment["producer_timestamp"],
                format!("2026-01-01T00:00:{second:02}Z")
            );
        }
        assert_eq!(
            listed[0],
            json!({
                "number": "91343852333181432387730302040000000000000000000",
                "bytes": 51731,
                "producer_timestamp": "2026-01-01T00:00:00Z",
                "server_timestamp": "2026-01-01T00:00:00.250Z",
                "duration_ms": 2005,
            })
        );
    }
}

#[test]
fn a_table_ends_in_a_total() {
    let bench = Bench::new("table");
    let range = "--from 2026-01-01T00:00:00Z --to 2026-01-01T00:00:03Z";
    let table = bench.run(&format!("--emulator list demo {range}")).well();
    let lines: Vec<&str> = table.text().lines().collect();
    assert_eq!(lines.len(), 4, "{table:?}");
    assert!(lines[1].ends_with("2.0 s  51,731"), "{table:?}");
    assert_eq!(lines[3], "2 fragments, 4.0 s, 101,907 bytes");
    let nothing = bench
        .run("--emulator list demo --to 2000-01-01T00:00:00Z")
        .well();
    assert!(
        nothing.text().ends_with("0 fragments, 0 ms, 0 bytes\n"),
        "{nothing:?}"
    );
}

#[test]
fn more_than_a_page_is_listed() {
    let emulator = Emulator::builder().stream("long", Stream::demo().repeat(70));
    let emulator = emulator.start().unwrap();
    let bench = Bench::new("pages");
    let listed = bench
        .run_at(emulator.url(), "list long --json")
        .well()
        .json();
    assert_eq!(listed.len(), 70 * FRAGMENTS);
    let times: Vec<_> = listed
        .iter()
        .map(|line| line["producer_timestamp"].as_str())
        .collect();
    // RFC 3339 at whole seconds and with milliseconds sorts as text as far as the seconds.
    let seconds: Vec<&str> = times
        .iter()
        .map(|time| time.unwrap().get(..19).unwrap())
        .collect();
    assert!(seconds.is_sorted());
}

#[test]
fn verbose_tells_the_settings_but_no_secret() {
    let emulator = Emulator::builder()
        .stream("cam", Stream::empty())
        .start()
        .unwrap();
    let bench = Bench::new("verbose");
    let mut kvs = bench.kvs_at(emulator.url(), "list cam -v");
    let run = crate::support::Run::of(
        kvs.env("AWS_SECRET_ACCESS_KEY", "emulator")
            .env("AWS_SESSION_TOKEN", "do-not-tell"),
    );
    assert!(run.stderr.contains("region us-east-1"), "{run:?}");
    assert!(run.stderr.contains(emulator.url()), "{run:?}");
    assert!(!run.stderr.contains("do-not-tell"), "{run:?}");
}
