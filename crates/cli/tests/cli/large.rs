//! Fragments that are larger than the window.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use kvs_archive::mkv::payload::{self, PayloadOptions};
use kvs_archive::mkv::{Bytes, Fragment, Frame, Timestamp};
use kvs_emulator::{Emulator, Stream};

use crate::support::{Bench, Run, TRANSPORTS, demo, pictures, serve};

const MIB: usize = 1 << 20;

/// So many fragments of so many bytes as the service sends them: pictures, and sound.
fn recording(fragments: u64, bytes: usize) -> Vec<u8> {
    const PICTURES: usize = 300;
    let pattern = demo().remove(0);
    let of_track = |track: u64| pattern.frames.iter().find(|frame| frame.track == track);
    let [picture, sound] = [1, 2].map(|track| of_track(track).unwrap());
    let unit = u32::try_from(bytes / PICTURES).unwrap();
    let mut sent = Vec::new();
    for index in 0..fragments {
        let mut fragment = pattern.clone();
        let begin = 1_700_000_000_000 + i64::try_from(index).unwrap() * 15_000;
        fragment.frames = (0..PICTURES)
            .flat_map(|at| {
                let mut data = unit.to_be_bytes().to_vec();
                data.push(if at == 0 { 0x65 } else { 0x41 });
                data.resize(4 + unit as usize, u8::try_from(at % 251).unwrap());
                let at = begin + i64::try_from(at).unwrap() * 50;
                let timestamp = Timestamp::from_millis(at).as_nanos();
                let picture = Frame {
                    timestamp,
                    data: data.into(),
                    keyframe: at == begin,
                    ..picture.clone()
                };
                let sound = Frame {
                    timestamp,
                    ..sound.clone()
                };
                [picture, sound]
            })
            .collect();
        let options = PayloadOptions {
            number: (1_000 + index).into(),
            server_timestamp: Timestamp::from_millis(begin),
            producer_timestamp: Timestamp::from_millis(begin),
            shift: 0,
        };
        sent.extend(payload::encode(&fragment, &options).concat());
    }
    sent
}

fn stream(fragments: u64, bytes: usize) -> Stream {
    let stream = Stream::from_matroska(Bytes::from(recording(fragments, bytes))).unwrap();
    assert_eq!(stream.fragments(), fragments);
    stream
}

#[test]
fn every_output_is_what_it_is_with_room_for_them() {
    let emulator = serve(stream(3, 3 * MIB));
    let url = emulator.url();
    for transport in TRANSPORTS {
        let bench = Bench::new(&format!("large_forms_{transport}"));
        for form in ["mkv", "mp4", "raw"] {
            let line = format!("get cam --format {form} --transport {transport} -v -o");
            bench.run_at(url, &format!("{line} whole")).well();
            let small = bench
                .run_at(url, &format!("{line} small --window 1"))
                .well();
            assert!(small.stderr.contains("part of fragment 1001"), "{small:?}");
            assert!(small.stderr.contains("small: 3 fragments, "), "{small:?}");
            assert!(bench.read("small") == bench.read("whole"), "{form}");
            // A file that is written in parts beside it is gone.
            assert_eq!(bench.names(), ["small", "whole"]);
            for name in ["small", "whole"] {
                std::fs::remove_file(bench.path(name)).unwrap();
            }
        }
        for form in ["mkv", "raw"] {
            let line = format!("get cam --format {form} --transport {transport} -o -");
            let whole = bench.run_at(url, &line).well();
            let small = bench.run_at(url, &format!("{line} --window 1")).well();
            assert!(small.stdout == whole.stdout, "{form} in a pipe");
        }
        let line = format!("get cam --format fragments --transport {transport} -o");
        bench.run_at(url, &format!("{line} whole")).well();
        bench
            .run_at(url, &format!("{line} small --window 1"))
            .well();
        for name in ["index.jsonl", "1000.mkv", "1001.mkv", "1002.mkv"] {
            let read = |folder| bench.read(&format!("{folder}/{name}"));
            assert!(read("small") == read("whole"), "{name}");
        }
    }
}

#[test]
fn frames_of_a_pipe_come_from_all_parts() {
    let emulator = serve(stream(1, 3 * MIB));
    let bench = Bench::new("large_pipe");
    let line = "get cam --format mp4 -o -";
    let count = |line: &str| {
        let piped = bench.run_at(emulator.url(), line).well();
        bench.write("piped.mp4", &piped.stdout);
        let moofs = piped.stdout.windows(4).filter(|four| four == b"moof");
        (piped.stdout.len(), moofs.count())
    };
    let (whole, one) = count(line);
    let (small, many) = count(&format!("{line} --window 1"));
    assert!(one == 1 && many > 5, "{one}, {many}");
    assert!(small - whole < 20_000, "{small} and {whole} bytes");
}

/// The most memory that a run has had, in bytes.
fn most_memory(bench: &Bench, emulator: &Emulator, line: &str) -> u64 {
    let mut kvs = bench.kvs_at(emulator.url(), &format!("{line} -v"));
    let mut child = kvs.stderr(Stdio::piped()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut most = 0;
    // Each part is told of, and the end.
    for _ in BufReader::new(child.stderr.take().unwrap()).lines() {
        let status = std::fs::read_to_string(&status).unwrap_or_default();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak = peak.and_then(|peak| peak.trim().strip_suffix(" kB")?.parse().ok());
        most = most.max(peak.unwrap_or(0));
    }
    assert!(child.wait().unwrap().success());
    most * 1_024
}

#[test]
#[cfg(target_os = "linux")]
fn memory_is_bounded_by_the_window_however_large_fragments_are() {
    let emulator = serve(stream(2, 45_000_000));
    let bench = Bench::new("large_memory");
    for (transport, window, most) in [("ureq", 32, 48), ("hyper", 4, 20)] {
        let line = format!("get cam --window {window} --transport {transport} -o {window}.mkv");
        let memory = most_memory(&bench, &emulator, &line);
        let most = most << 20;
        assert!(memory > 1 << 20 && memory <= most, "{memory} bytes");
    }
    assert!(bench.read("4.mkv") == bench.read("32.mkv"));
    // The same as frames, of which a file has one, too.
    let line = "frames cam --track 1 -o";
    let memory = most_memory(
        &bench,
        &emulator,
        &format!("{line} cam --from 2020-01-01T00:00"),
    );
    assert!(memory <= 48 << 20, "{memory} bytes");
    bench
        .run(&format!("{line} file 4.mkv").replace("cam ", ""))
        .well();
    assert!(bench.read("cam/track-1.h264") == bench.read("file/track-1.h264"));
    assert!(bench.read("cam/frames.jsonl") == bench.read("file/frames.jsonl"));
}

#[test]
fn a_run_that_is_killed_inside_a_large_fragment_goes_on() {
    let stream = || stream(3, 3 * MIB);
    let whole = {
        let (emulator, bench) = (serve(stream()), Bench::new("large_whole"));
        bench.run_at(emulator.url(), "get cam -o x.mkv").well();
        bench.read("x.mkv")
    };
    let emulator = Emulator::builder().stream("cam", stream());
    let emulator = emulator.rate(20_000_000).start().unwrap();
    for transport in TRANSPORTS {
        let bench = Bench::new(&format!("large_killed_{transport}"));
        let line = format!("get cam -o x.mkv --window 1 --transport {transport}");
        // In the middle of each of them, and before any part of one is there.
        for number in [1000, 1000, 1001, 1002] {
            let mut kvs = bench.kvs_at(emulator.url(), &format!("{line} -v"));
            let mut child = kvs.stderr(Stdio::piped()).spawn().unwrap();
            let told = BufReader::new(child.stderr.take().unwrap()).lines();
            let mut told = told.map(Result::unwrap);
            let words = format!("part of fragment {number}");
            assert!(told.any(|line| line.starts_with(&words)), "{number}");
            child.kill().unwrap();
            child.wait().unwrap();
            let names = bench.names();
            assert!(
                names.iter().all(|name| name.starts_with(".x.mkv.")),
                "{names:?}"
            );
        }
        let last = bench.run_at(emulator.url(), &line).well();
        assert!(
            last.stderr.contains("goes on after 2 of 3 fragments"),
            "{last:?}"
        );
        assert!(bench.read("x.mkv") == whole);
        assert_eq!(bench.names(), ["x.mkv"]);
    }
}

#[test]
fn a_folder_that_takes_no_file_is_told() {
    let emulator = serve(stream(1, 3 * MIB));
    let bench = Bench::new("large_nowhere");
    let mut kvs = bench.kvs_at(emulator.url(), "get cam -o - --format raw --window 1");
    let nowhere = bench.path("nowhere");
    let run = Run::of(kvs.env("TMPDIR", &nowhere).env("TMP", &nowhere));
    run.fails(
        1,
        &[
            "too large for memory",
            "a temporary file in",
            "nowhere",
            "see whether",
        ],
    );
    assert_eq!(run.stdout, b"");
}

#[test]
fn what_no_file_takes_is_named_once() {
    let mut file = recording(2, 3 * MIB);
    // One picture of the first, in its second part, is of a track that nobody describes.
    let picture = file
        .windows(8)
        .position(|bytes| bytes[4..] == [0x41, 39, 39, 39]);
    let track = picture.unwrap() - 4;
    assert_eq!(file[track], 0x81);
    file[track] = 0x89;
    let bench = Bench::new("large_refused");
    let emulator = serve(Stream::from_matroska(Bytes::from(file)).unwrap());
    let run = bench.run_at(emulator.url(), "get cam -o x.mkv --window 1");
    assert_eq!(run.code, 3, "{run:?}");
    let lines = bench.lines("x.mkv.missing.jsonl");
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!(lines[0]["number"], "1000");
    assert!(lines[0]["bytes"].as_u64() > Some(3_000_000), "{lines:?}");
    let there: Vec<Fragment> = crate::support::decode(bench.read("x.mkv"));
    assert_eq!(pictures(&there).len(), 600);
}
