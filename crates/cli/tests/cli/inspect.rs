//! `kvs inspect`.

use std::fs::File;
use std::io::Write;
use std::process::Stdio;

use kvs_archive::mkv::{InBandError, payload};
use serde_json::{Value, json};

use crate::support::{Bench, DEMO, FRAGMENTS, Run};

fn states(run: &Run) -> Vec<Value> {
    run.json()
        .iter()
        .map(|line| line["state"].clone())
        .collect()
}

/// What the service sends of the demo.
fn raw(bench: &Bench) -> Vec<u8> {
    bench
        .run("--emulator get demo --format raw -o -")
        .well()
        .stdout
}

#[test]
fn a_line_of_json_has_all_there_is() {
    let bench = Bench::new("inspect_json");
    bench.write("demo.raw", raw(&bench));
    let run = bench.run("inspect demo.raw --json").well();
    let lines = run.json();
    assert_eq!(lines.len(), FRAGMENTS);
    assert_eq!(
        lines[0],
        json!({
            "number": "91343852333181432387730302040000000000000000000",
            "server_timestamp": "2026-01-01T00:00:00.250Z",
            "producer_timestamp": "2026-01-01T00:00:00Z",
            "duration_ms": 2005, "bytes": 51731, "frames": 144, "keyframes": 95,
            "tracks": [
                {"number": 1, "kind": "video", "codec": "V_MPEG4/ISO/AVC", "name": null,
                 "width": 640, "height": 360},
                {"number": 2, "kind": "audio", "codec": "A_AAC", "name": null,
                 "sampling_rate": 48000.0, "channels": 1},
            ],
            "state": "complete", "error": null,
        })
    );
    assert_eq!(run.stderr, "");
}

#[test]
fn an_ordinary_file_has_no_numbers() {
    let bench = Bench::new("inspect_ordinary");
    let mut kvs = bench.kvs("inspect --json -");
    let run = Run::of(kvs.stdin(File::open(DEMO).unwrap())).well();
    let lines = run.json();
    assert_eq!(lines.len(), FRAGMENTS);
    assert_eq!(lines[0]["number"], Value::Null);
    let frames: u64 = lines
        .iter()
        .filter_map(|line| line["frames"].as_u64())
        .sum();
    assert_eq!(frames, 2156);
}

#[test]
fn a_table_has_tracks_rows_and_a_total() {
    let bench = Bench::new("inspect_table");
    bench.write("demo.raw", raw(&bench));
    let run = bench.run("inspect demo.raw").well();
    let lines: Vec<&str> = run.text().lines().collect();
    assert_eq!(
        lines[0],
        "tracks: 1 V_MPEG4/ISO/AVC 640x360; 2 A_AAC 48000 Hz, 1 channel"
    );
    assert!(lines[1].starts_with("NUMBER"));
    assert!(
        lines[2].ends_with("2.0 s  51,731  206 kbit/s     144          1  complete"),
        "{run:?}"
    );
    assert_eq!(
        lines[FRAGMENTS + 2..],
        [
            "",
            "TRACK  CODEC  SIZE       RATE       GOP                 BIT RATE  FRAMES  NAME",
            "    1  H.264  640x360    25 fps     50 frames, 2.0 s  143 kbit/s     750  -",
            "    2  AAC    1 channel  48,000 Hz  -                  48 kbit/s   1,406  -",
            "",
            "15 fragments, 2,156 frames, 739,412 bytes, 30.0 s, no gaps",
        ]
    );
}

#[test]
fn gaps_are_told_and_drawn() {
    let bench = Bench::new("inspect_gaps");
    let raw = raw(&bench);
    let starts: Vec<usize> = raw
        .windows(4)
        .enumerate()
        .filter(|(_, window)| *window == [0x1A, 0x45, 0xDF, 0xA3])
        .map(|(at, _)| at)
        .collect();
    let holed = [&raw[..starts[3]], &raw[starts[8]..]].concat();
    bench.write("holed.raw", holed);
    let run = bench.run("inspect holed.raw --timeline x.svg").well();
    let lines: Vec<&str> = run.text().lines().collect();
    assert_eq!(lines[5], "-- nothing for 10.0 s --");
    let total = lines.last().unwrap();
    assert!(total.ends_with("30.0 s, 1 gap of 10.0 s in all"), "{total}");
    let svg = String::from_utf8(bench.read("x.svg")).unwrap();
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
    for part in [
        "holed.raw",
        "10 fragments in 30.0 s",
        "nothing for 10.0 s",
        "00:00:10",
    ] {
        assert!(svg.contains(part), "no {part}: {svg}");
    }
    assert_eq!(bench.names(), ["holed.raw", "x.svg"]);

    let again = bench.run("inspect holed.raw --timeline x.svg");
    again.fails(1, &["x.svg exists", "--overwrite"]);
    let line = "inspect holed.raw --json --timeline x.svg --overwrite";
    assert_eq!(bench.run(line).well().json().len(), 10);
    assert_eq!(bench.read("x.svg"), svg.as_bytes());
}

#[test]
fn a_reader_that_has_seen_enough_does_not_end_the_drawing() {
    let bench = Bench::new("inspect_head");
    let enough = |line: &str| {
        let mut kvs = bench.kvs(line);
        kvs.stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut kvs = kvs.spawn().unwrap();
        // Before there is anything to be seen.
        drop(kvs.stdout.take());
        let mut stdin = kvs.stdin.take().unwrap();
        // One that ends reads no more of it.
        let _ = stdin.write_all(&std::fs::read(DEMO).unwrap());
        drop(stdin);
        let run = Run::from(kvs.wait_with_output().unwrap()).well();
        assert_eq!(run.stderr, "");
    };
    for form in ["", "--json"] {
        enough(&format!("inspect - {form}"));
        enough(&format!("inspect - {form} --timeline x.svg --overwrite"));
        let svg = String::from_utf8(bench.read("x.svg")).unwrap();
        assert!(svg.contains("15 fragments in 30.0 s"), "{svg}");
        std::fs::remove_file(bench.path("x.svg")).unwrap();
    }
}

#[test]
fn errors_in_place_of_fragments_are_told() {
    let error = InBandError {
        code: Some("FRAGMENT_NOT_FOUND".to_owned()),
        id: Some(3000),
        message: None,
    };
    let bench = Bench::new("inspect_error");
    bench.write(
        "x",
        payload::error(&"123".parse().unwrap(), &error).concat(),
    );
    let run = bench.run("inspect x --json").well();
    let [line] = &run.json()[..] else {
        panic!("{run:?}");
    };
    assert_eq!(line["number"], "123");
    assert_eq!(line["state"], "error");
    let expected = json!({"code": "FRAGMENT_NOT_FOUND", "id": 3000, "message": null});
    assert_eq!(line["error"], expected);
}

#[test]
fn what_is_cut_short_is_truncated() {
    let bench = Bench::new("inspect_cut");
    let raw = raw(&bench);
    bench.write("cut", &raw[..120_000]);
    let run = bench.run("inspect cut --json").well();
    assert_eq!(states(&run), ["complete", "complete", "truncated"]);
}

#[test]
fn damage_is_told_with_its_place_and_skipped() {
    let bench = Bench::new("inspect_damage");
    let mut raw = raw(&bench);
    // Behind the header of the second fragment.
    let place = 51_731 + 2_000;
    raw[place..place + 20_000].fill(0);
    bench.write("damaged", &raw);
    let run = bench.run("inspect damaged --json").well();
    assert!(
        run.stderr.starts_with("warning: damaged: at byte 5"),
        "{run:?}"
    );
    let states = states(&run);
    assert_eq!(
        states.iter().filter(|state| **state == "complete").count(),
        FRAGMENTS - 1
    );

    // Garbage in front is damage too.
    bench.write(
        "late",
        [b"HTTP/1.1 200 OK\r\n\r\n", &raw[..51_731]].concat(),
    );
    let run = bench.run("inspect late --json").well();
    assert_eq!(run.json().len(), 1);
    assert!(
        run.stderr
            .starts_with("warning: late: at byte 0: not Matroska"),
        "{run:?}"
    );
}

#[test]
fn what_is_not_matroska_is_refused() {
    let bench = Bench::new("inspect_foreign");
    bench.write("text", "I am a text.\n");
    bench.write("empty", "");
    let run = bench.run("inspect text");
    run.fails(
        1,
        &["text is not Matroska", "I am a text", "give a Matroska"],
    );
    bench
        .run("inspect empty --json")
        .fails(1, &["empty is empty"]);
    bench
        .run("inspect nothing")
        .fails(1, &["cannot read nothing"]);
    bench.run("inspect .").fails(1, &["cannot read ."]);
    let run = Run::of(bench.kvs("inspect -").stdin(Stdio::null()));
    run.fails(1, &["is empty"]);
}
