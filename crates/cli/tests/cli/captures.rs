//! Recordings whose fragments are not all alike.

use kvs_archive::mkv::payload::{self, PayloadOptions};
use kvs_archive::mkv::{Bytes, Fragment, Timestamp};
use kvs_emulator::Stream;

use crate::support::{Bench, decode, demo, pictures, serve};

/// A capture of fragments, numbered from 101.
fn capture(fragments: &[Fragment]) -> Stream {
    let mut bytes = Vec::new();
    for (fragment, count) in fragments.iter().zip(0..) {
        let at = Timestamp::from_millis(1_700_000_000_000 + 2_000 * count);
        let options = PayloadOptions {
            number: (101 + count).to_string().parse().unwrap(),
            server_timestamp: at,
            producer_timestamp: at,
            shift: 0,
        };
        bytes.extend(payload::encode(fragment, &options).concat());
    }
    Stream::from_matroska(bytes).unwrap()
}

/// The same with other settings for the decoder.
fn changed(fragment: &Fragment) -> Fragment {
    let mut fragment = fragment.clone();
    let mut tracks = fragment.tracks.to_vec();
    for track in &mut tracks {
        if let Some(private) = &track.codec_private {
            let mut other = private.to_vec();
            if let Some(last) = other.last_mut() {
                *last ^= 1;
            }
            track.entry = replaced(&track.entry, private, &other);
            track.codec_private = Some(other.into());
        }
    }
    fragment.tracks = tracks.into();
    fragment
}

fn replaced(entry: &[u8], old: &[u8], new: &[u8]) -> Bytes {
    let at = entry.windows(old.len()).position(|window| window == old);
    let at = at.unwrap();
    let mut entry = entry.to_vec();
    entry[at..at + old.len()].copy_from_slice(new);
    entry.into()
}

#[test]
fn a_second_file_begins_where_the_tracks_change() {
    let demo = demo();
    let mut fragments = demo[..5].to_vec();
    fragments.extend(demo[5..7].iter().map(changed));
    fragments.push(demo[7].clone());
    let emulator = serve(capture(&fragments));
    let bench = Bench::new("tracks");
    let run = bench.run_at(emulator.url(), "get cam -o x.mkv").well();
    assert_eq!(bench.names(), ["x-2.mkv", "x-3.mkv", "x.mkv"]);
    let of = |name: &str| pictures(&decode(bench.read(name)));
    assert_eq!(of("x.mkv"), pictures(&demo[..5]));
    assert_eq!(of("x-2.mkv"), pictures(&demo[5..7]));
    assert_eq!(of("x-3.mkv"), pictures(&demo[7..8]));
    for words in [
        "x-2.mkv: ",
        "fragment 106",
        "codec private data",
        "x-3.mkv: ",
        "fragment 108",
    ] {
        assert!(run.stderr.contains(words), "no {words:?}: {run:?}");
    }

    // Neither of them is replaced unasked.
    std::fs::remove_file(bench.path("x.mkv")).unwrap();
    bench.write("x-2.mkv", "mine");
    let run = bench.run_at(emulator.url(), "get cam -o x.mkv");
    run.fails(1, &["x-2.mkv exists", "--overwrite"]);
    let kept = [".x.mkv.journal", ".x.mkv.part", "x-2.mkv", "x-3.mkv"];
    assert_eq!(bench.names(), kept);
    bench
        .run_at(emulator.url(), "get cam -o x.mkv --overwrite")
        .well();
    assert_eq!(of("x-2.mkv"), pictures(&demo[5..7]));
}

#[test]
fn a_pipe_takes_one_file_only() {
    let demo = demo();
    let emulator = serve(capture(&[demo[0].clone(), changed(&demo[1])]));
    let bench = Bench::new("tracks_pipe");
    let run = bench.run_at(emulator.url(), "get cam -o -");
    run.fails(1, &["codec private data", "-o FILE"]);
    assert_eq!(pictures(&decode(run.stdout)), pictures(&demo[..1]));
}

#[test]
fn a_fragment_that_fits_into_no_file_is_a_hole() {
    let mut fragments = demo()[..3].to_vec();
    fragments[1].tracks = [].into();
    let emulator = serve(capture(&fragments));
    let bench = Bench::new("no_tracks");
    for format in ["mkv", "fragments"] {
        let line = format!("get cam -o x-{format} --format {format}");
        let run = bench.run_at(emulator.url(), &line);
        assert_eq!(run.code, 3, "{run:?}");
        let [hole] = &bench.lines(&format!("x-{format}.missing.jsonl"))[..] else {
            panic!("one hole");
        };
        assert_eq!(hole["number"], "102");
        assert_eq!(hole["producer_timestamp"], "2023-11-14T22:13:22Z");
        assert!(hole["bytes"].as_u64() > Some(0));
        let reason = hole["reason"].as_str().unwrap();
        assert!(reason.contains("no tracks"), "{reason}");
        let strict = bench.run_at(emulator.url(), &format!("{line} --overwrite --strict"));
        assert_eq!(strict.code, 1, "{strict:?}");
        if format == "mkv" {
            let found = pictures(&decode(bench.read("x-mkv")));
            assert_eq!(
                found,
                pictures(&[fragments[0].clone(), fragments[2].clone()])
            );
        }
    }
    // As they came, they can all be delivered.
    bench
        .run_at(emulator.url(), "get cam -o x.raw --format raw")
        .well();
}

#[test]
fn holes_are_named_in_the_order_of_their_numbers() {
    let mut fragments = demo()[..3].to_vec();
    fragments[1].tracks = [].into();
    let emulator = serve(capture(&fragments));
    let bench = Bench::new("order_of_holes");
    let run = bench.run_at(emulator.url(), "get cam -o x --fragments 999,103,102,101,7");
    assert_eq!(run.code, 3, "{run:?}");
    let holes = bench.lines("x.missing.jsonl");
    let numbers: Vec<_> = holes.iter().map(|hole| &hole["number"]).collect();
    assert_eq!(numbers, ["7", "102", "999"]);
}

#[test]
fn a_fragment_without_frames_is_no_hole() {
    let mut fragments = demo()[..3].to_vec();
    fragments[1].frames = Vec::new();
    let emulator = serve(capture(&fragments));
    let bench = Bench::new("no_frames");
    bench.run_at(emulator.url(), "get cam -o x.mkv").well();
    assert_eq!(pictures(&decode(bench.read("x.mkv"))), pictures(&fragments));
    // There is nothing to play in it, and so no file.
    let line = "get cam -o x --format fragments";
    bench.run_at(emulator.url(), line).well();
    let index = bench.lines("x/index.jsonl");
    let files: Vec<_> = index.iter().map(|line| line["file"].as_str()).collect();
    assert_eq!(files, [Some("101.mkv"), None, Some("103.mkv")]);
    assert_eq!(index[1]["state"], "empty");
    assert!(!bench.path("x/102.mkv").exists());
}
