//! What `kvs get` delivers when all is well.

use std::fs;
use std::io::Read;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use kvs_archive::mkv::State;
use kvs_emulator::{Emulator, Stream};

use crate::support::{Bench, FRAGMENTS, Run, TRANSPORTS, decode, demo, names, pictures, serve};

#[test]
fn one_file_has_every_frame_over_either_transport() {
    let bench = Bench::new("one_file");
    let expected = pictures(&demo());
    for transport in TRANSPORTS {
        let file = format!("{transport}.mkv");
        let line = format!("--emulator get demo --transport {transport} -o {file}");
        let run = bench.run(&line).well();
        assert!(run.stdout.is_empty());
        let content = bench.read(&file);
        let (thousands, rest) = (content.len() / 1_000, content.len() % 1_000);
        let told = format!(
            "{file}: 15 fragments, {thousands},{rest:03} bytes; 739,412 bytes received in "
        );
        assert!(run.stderr.starts_with(&told), "{run:?}");
        let fragments = decode(content);
        assert_eq!(fragments.len(), FRAGMENTS);
        assert_eq!(pictures(&fragments), expected);
    }
    assert_eq!(bench.read("ureq.mkv"), bench.read("hyper.mkv"));
    assert_eq!(bench.names(), ["hyper.mkv", "ureq.mkv"]);
}

#[test]
fn a_file_has_a_duration_and_an_index() {
    const DURATION: [u8; 2] = [0x44, 0x89];
    const CUES: [u8; 4] = [0x1C, 0x53, 0xBB, 0x6B];
    let bench = Bench::new("patched");
    bench.run("--emulator get demo -o demo.mkv").well();
    let file = bench.read("demo.mkv");
    let find = |id: &[u8]| file.windows(id.len()).position(|window| window == id);
    // An eight byte float of milliseconds: it was patched in when the file was whole.
    let duration = find(&DURATION).unwrap() + 3;
    let duration = f64::from_be_bytes(file[duration..duration + 8].try_into().unwrap());
    assert!((29_900.0..30_100.0).contains(&duration), "{duration}");
    assert!(find(&CUES).is_some());
}

#[test]
fn raw_is_what_the_service_sent() {
    let bench = Bench::new("raw");
    let run = bench.run("--emulator get demo --format raw -o demo.raw");
    let told = "demo.raw: 15 fragments, 739,412 bytes; 739,412 bytes received in ";
    assert!(run.well().stderr.starts_with(told));
    let listed = bench.run("--emulator list demo --json").well().json();
    let fragments = decode(bench.read("demo.raw"));
    assert_eq!(fragments.len(), FRAGMENTS);
    let mut offset = 0;
    for (fragment, listed) in fragments.iter().zip(&listed) {
        let number = fragment.number.as_ref().unwrap();
        assert_eq!(listed["number"], number.as_str());
        assert_eq!(listed["bytes"], fragment.bytes);
        // Each begins with a header of its own, right after the one before.
        assert_eq!(fragment.offset, offset);
        offset += fragment.bytes;
    }
    assert_eq!(offset, bench.read("demo.raw").len() as u64);
    assert_eq!(pictures(&fragments), pictures(&demo()));
}

#[test]
fn a_folder_has_a_file_for_each_fragment_and_an_index() {
    let bench = Bench::new("folder");
    bench
        .run("--emulator get demo --format fragments -o demo/")
        .well();
    assert_eq!(bench.names(), ["demo"]);
    let index = bench.lines("demo/index.jsonl");
    assert_eq!(index.len(), FRAGMENTS);
    assert_eq!(names(&bench.path("demo")).len(), FRAGMENTS + 1);
    let mut all = Vec::new();
    for line in &index {
        let number = line["number"].as_str().unwrap();
        assert_eq!(line["file"], format!("{number}.mkv"));
        let fragments = decode(bench.read(&format!("demo/{number}.mkv")));
        let [fragment] = &fragments[..] else {
            panic!("{} fragments in {number}.mkv", fragments.len());
        };
        assert_eq!(fragment.number.as_ref().unwrap().as_str(), number);
        assert_eq!(fragment.state, State::Complete);
        assert_eq!(line["frames"], fragment.frames.len());
        all.extend(pictures(&fragments));
    }
    assert_eq!(all, pictures(&demo()));
}

#[test]
fn a_pipe_gets_the_same_frames() {
    let bench = Bench::new("pipe");
    let run = bench.run("--emulator get demo -o -").well();
    assert!(
        run.stderr.starts_with("standard output: 15 fragments"),
        "{run:?}"
    );
    assert_eq!(pictures(&decode(run.stdout)), pictures(&demo()));
    let raw = bench.run("--emulator get demo -o - --format raw").well();
    bench.run("--emulator get demo -o file --format raw").well();
    assert_eq!(raw.stdout, bench.read("file"));
}

#[test]
fn a_reader_that_leaves_is_not_complained_of() {
    let emulator = serve(Stream::demo().repeat(70));
    let bench = Bench::new("leave");
    // More than a pipe holds: the command finds out in any case. A video that is cut short is a
    // failure nevertheless.
    for (line, code) in [
        ("get cam -o -", 1),
        ("get cam -o - --format raw", 1),
        ("list cam --json", 0),
        ("list cam", 0),
    ] {
        let mut kvs = bench.kvs_at(emulator.url(), line);
        kvs.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = kvs.spawn().unwrap();
        let mut first = [0; 4];
        child.stdout.take().unwrap().read_exact(&mut first).unwrap();
        let run = Run::from(child.wait_with_output().unwrap());
        assert_eq!((run.code, run.stderr.as_str()), (code, ""), "{line}");
    }
}

#[test]
fn times_select_fragments() {
    let bench = Bench::new("times");
    // The demo begins at midnight, with a fragment every two seconds; both ends count.
    for (range, expected) in [
        ("--from 2026-01-01T00:00:04Z --to 2026-01-01T00:00:08Z", 3),
        (
            "--from 2026-01-01T01:00:04+01:00 --to 2026-01-01T00:00:07",
            2,
        ),
        (
            "--by server --from 2026-01-01T00:00:04Z --to 2026-01-01T00:00:08Z",
            2,
        ),
        ("--to 2026-01-01T00:00", 1),
    ] {
        bench
            .run(&format!("--emulator get demo -o x.mkv --overwrite {range}"))
            .well();
        assert_eq!(decode(bench.read("x.mkv")).len(), expected, "{range}");
    }
}

#[test]
fn numbers_select_fragments() {
    let bench = Bench::new("numbers");
    let listed = bench.run("--emulator list demo --json").well();
    let number = |place: usize| listed.json()[place]["number"].as_str().unwrap().to_owned();
    let numbers_of = |file: &str| -> Vec<String> {
        let fragments = decode(bench.read(file));
        let numbers = fragments
            .iter()
            .filter_map(|fragment| fragment.number.as_ref());
        numbers.map(ToString::to_string).collect()
    };
    let line = format!(
        "--emulator get demo -o a.mkv --fragments {},{}",
        number(7),
        number(2)
    );
    bench.run(&line).well();
    assert_eq!(numbers_of("a.mkv"), [number(2), number(7)]);
    bench.write("list.jsonl", &listed.stdout);
    bench
        .run("--emulator get demo -o b.mkv --fragments @list.jsonl")
        .well();
    assert_eq!(numbers_of("b.mkv").len(), FRAGMENTS);
}

#[test]
fn what_exists_is_replaced_only_when_asked_and_before_anything_is_fetched() {
    let requests = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&requests);
    let emulator = Emulator::builder()
        .stream("cam", Stream::demo())
        .log(move |_| {
            counter.fetch_add(1, Ordering::SeqCst);
        });
    let emulator = emulator.start().unwrap();
    let bench = Bench::new("overwrite");
    bench.write("x.mkv", "mine");
    let run = bench.run_at(emulator.url(), "get cam -o x.mkv");
    run.fails(1, &["x.mkv exists", "--overwrite"]);
    assert_eq!(bench.read("x.mkv"), b"mine");
    assert_eq!(requests.load(Ordering::SeqCst), 0);
    bench
        .run_at(emulator.url(), "get cam -o x.mkv --overwrite")
        .well();
    assert_eq!(decode(bench.read("x.mkv")).len(), FRAGMENTS);
    assert_eq!(bench.names(), ["x.mkv"]);
}

#[test]
fn only_a_folder_of_fragments_is_replaced_by_one() {
    let bench = Bench::new("overwrite_folder");
    let line = "--emulator get demo --format fragments -o demo";
    fs::create_dir(bench.path("demo")).unwrap();
    bench.run(line).well();
    bench.run(line).fails(1, &["demo exists", "--overwrite"]);
    bench.write("demo/7.mkv", "of an earlier run");
    bench.run(&format!("{line} --overwrite")).well();
    assert!(!bench.path("demo/7.mkv").exists());
    bench.write("demo/diary.txt", "mine");
    bench
        .run(&format!("{line} --overwrite"))
        .fails(1, &["demo holds other files"]);
    assert_eq!(bench.read("demo/diary.txt"), b"mine");
    assert_eq!(bench.names(), ["demo"]);
}

#[test]
fn what_a_killed_run_left_is_cleared_away() {
    let bench = Bench::new("leftover");
    bench.write(".x.mkv.part", "half a file");
    fs::create_dir(bench.path(".y.part")).unwrap();
    bench.write(".y.part/1.mkv", "half a folder");
    bench.run("--emulator get demo -o x.mkv").well();
    bench
        .run("--emulator get demo -o y --format fragments")
        .well();
    assert_eq!(bench.names(), ["x.mkv", "y"]);
    assert_eq!(names(&bench.path("y")).len(), FRAGMENTS + 1);
}

#[cfg(unix)]
#[test]
fn a_link_keeps_pointing_to_the_file() {
    let bench = Bench::new("link");
    bench.write("target.mkv", "old");
    std::os::unix::fs::symlink("target.mkv", bench.path("link.mkv")).unwrap();
    bench
        .run("--emulator get demo -o link.mkv --overwrite")
        .well();
    assert!(bench.path("link.mkv").is_symlink());
    assert_eq!(decode(bench.read("target.mkv")).len(), FRAGMENTS);
}

#[test]
fn an_mp4_has_its_index_in_front_and_a_pipe_has_fragments() {
    let bench = Bench::new("mp4");
    bench
        .run("--emulator get demo --format mp4 -o demo.mp4")
        .well();
    bench.run("--emulator get demo -o demo.mkv").well();
    bench.run("remux demo.mkv -o again.mp4").well();
    let file = bench.read("demo.mp4");
    let find = |kind: &[u8]| file.windows(kind.len()).position(|window| window == kind);
    assert!(find(b"moov").unwrap() < find(b"mdat").unwrap());
    let again = bench.read("again.mp4");
    assert_eq!(again.len(), file.len(), "the same frames and times");
    assert_eq!(bench.names(), ["again.mp4", "demo.mkv", "demo.mp4"]);
    let mut kvs = bench.kvs("--emulator get demo --format mp4 -o -");
    let piped = kvs.output().unwrap().stdout;
    let fragments = piped.windows(4).filter(|window| *window == b"moof");
    assert_eq!(fragments.count(), FRAGMENTS);
}
