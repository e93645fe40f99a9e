//! What becomes of times in which nothing was recorded.

use kvs_emulator::Stream;

use crate::support::{Bench, decode, numbers, serve};

/// Seconds from the first frame to the last.
fn span(file: &[u8]) -> i64 {
    let fragments = decode(file.to_vec());
    let times = || {
        fragments
            .iter()
            .flat_map(|f| &f.frames)
            .map(|f| f.timestamp)
    };
    (times().max().unwrap() - times().min().unwrap()) / 1_000_000_000
}

/// Seconds that the movie header of an MP4 tells.
fn mp4_duration(file: &[u8]) -> u64 {
    let at = file
        .windows(4)
        .position(|window| window == b"mvhd")
        .unwrap();
    let header = &file[at + 4..];
    let word = |at: usize| u32::from_be_bytes(header[at..at + 4].try_into().unwrap());
    let (scale, duration) = match header[0] {
        0 => (word(12), u64::from(word(16))),
        _ => (word(20), u64::from(word(24)) << 32 | u64::from(word(28))),
    };
    duration / u64::from(scale)
}

#[test]
fn gaps_are_closed_or_kept() {
    let emulator = serve(Stream::demo());
    let bench = Bench::new("gaps");
    // Two seconds each, and ten in between.
    let known = numbers(&bench, emulator.url());
    let line = format!("get cam --fragments {},{} -o", known[0], known[6]);
    let get = |rest: &str| {
        bench
            .run_at(emulator.url(), &format!("{line} {rest}"))
            .well()
            .stdout
    };
    get("closed.mkv");
    get("kept.mkv --gaps keep");
    assert_eq!(span(&bench.read("closed.mkv")), 3);
    assert_eq!(span(&bench.read("kept.mkv")), 13);
    assert_eq!(span(&get("- --gaps keep")), 13);

    get("closed.mp4 --format mp4");
    get("kept.mp4 --format mp4 --gaps keep");
    assert_eq!(mp4_duration(&bench.read("closed.mp4")), 4);
    assert_eq!(mp4_duration(&bench.read("kept.mp4")), 14);

    // The fragments still tell when they were recorded, so that either comes of the other.
    bench
        .run("remux closed.mkv --gaps keep -o again.mkv")
        .well();
    assert_eq!(span(&bench.read("again.mkv")), 13);
    bench.run("remux kept.mkv -o again.mp4").well();
    assert_eq!(mp4_duration(&bench.read("again.mp4")), 4);
    bench
        .run("remux kept.mkv --gaps shut -o x")
        .fails(2, &["--gaps", "close, keep"]);
}
