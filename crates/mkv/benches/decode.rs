//! How fast input is decoded: `cargo bench -p kvs-mkv`.
//!
//! The same bytes go through this decoder, through webm-iterable's, and through a plain copy, fed in
//! pieces of several sizes; then a file is read with and without a decoder behind it. All compared
//! takes turns, and of each the median of its rounds is told, in time that the processor worked for
//! it. `KVS_BENCH_MIB` is the size of the file, 512 unless said.
//!
//! webm-iterable tells of tags: the bytes of a block, copied, with its head still in front. This
//! decoder tells of frames, with track, time and flags, and tells none before what follows its block
//! shows that the block's size is right. So webm-iterable goes twice: as it is, and "with frames",
//! where its own `SimpleBlock` reads the head of each block and cuts the lacing.
//!
//! What has been seen on two cores with much other work, in the best of three runs, as multiples of
//! webm-iterable's rate; the others were up to a quarter below:
//!
//! | piece | 1 MB frames | with frames | 1 KiB blocks | with frames | goal |
//! | --- | --- | --- | --- | --- | --- |
//! | 64 B | 8.0 | 7.5 | 3.6 | 3.8 | 4 |
//! | 1 KiB | 5.5 | 5.6 | 1.5 | 1.5 | 2.5 |
//! | 16 KiB | 5.2 | 6.0 | 1.2 | 1.7 | |
//! | 64 KiB | 3.7 | 4.0 | 1.3 | 1.6 | 1.5 |
//!
//! And of `read()` into one buffer of these sizes; the decoder has 64 KiB read at once:
//!
//! | buffer | 1 MB frames | 1 KiB blocks |
//! | --- | --- | --- |
//! | 64 KiB | 0.92 | 0.63 |
//! | 1 MiB | 0.50 | 0.37 |
//! | 8 MiB | 0.85 | 0.52 |
//! | goal | 0.9 | 0.75 |
//!
//! What holds it back with 1 KiB blocks: a plain copy takes half of the time already, or two thirds in
//! large pieces, and what remains are some 100 nanoseconds in which each block is copied, allocated,
//! and checked, or, as a slice of a larger piece, counted: a counter that is shared with
//! other threads waits for all that is being copied, twice a frame. Frames that share memory of the
//! decoder's own, whose count is the same, were a third slower in pieces of 1 KiB than those with
//! memory of their own; copies in place of slices were a sixth slower in pieces of 64 KiB; fewer
//! instructions made no difference there. `read()` into one buffer of 1 MiB has all of it in the
//! processor's cache, which neither frames that are kept nor reads of 64 KiB can have. Where a frame
//! is large, memory that is read into is filled with zeros first, which takes a tenth.
#![forbid(unsafe_code)]
#![allow(
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a table of measurements for a person"
)]

use std::error::Error;
use std::fs::File;
use std::hint::black_box;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use ebml_iterable::TagDecoder;
use kvs_mkv::{Decoder, Event};
use webm_iterable::matroska_spec::{MatroskaSpec, SimpleBlock};

type Outcome<T> = Result<T, Box<dyn Error>>;

const ROUNDS: usize = 7;
const FEEDS: [usize; 4] = [64, 1 << 10, 16 << 10, 64 << 10];
/// Of the input that is fed from memory.
const FED: usize = 32 << 20;
const MIB: usize = 1 << 20;

/// What the input is made of.
#[derive(Clone, Copy)]
struct Shape {
    name: &'static str,
    frame: usize,
    frames_a_cluster: u8,
}

const SHAPES: [Shape; 2] = [
    Shape {
        name: "1 MB frames",
        frame: 1_000_000,
        frames_a_cluster: 1,
    },
    Shape {
        name: "1 KiB blocks",
        frame: 1 << 10,
        frames_a_cluster: 100,
    },
];

fn main() -> Outcome<()> {
    println!(
        "Medians of {ROUNDS} rounds, in MiB/s of the processor's time; in brackets how many times as fast this crate is.\n"
    );
    println!(
        "{:<14} {:>8} {:>9} {:>16} {:>16} {:>16}",
        "fed", "piece", "kvs-mkv", "webm-iterable", "with frames", "copy"
    );
    for shape in SHAPES {
        let input = shape.stream(FED);
        for feed in FEEDS {
            compare_fed(shape.name, &input, feed)?;
        }
    }
    println!(
        "\n{:<14} {:>8} {:>9} {:>16}",
        "file", "buffer", "kvs-mkv", "read()"
    );
    let mib = std::env::var("KVS_BENCH_MIB").ok();
    let mib = mib.map_or(Ok(512), |mib| mib.parse::<usize>())?;
    for shape in SHAPES {
        let file = Scratch::new(&shape, mib.saturating_mul(MIB))?;
        for buffer in [64 << 10, MIB, 8 * MIB] {
            compare_read(shape.name, &file, buffer)?;
        }
    }
    Ok(())
}

fn compare_fed(name: &str, input: &[u8], feed: usize) -> Outcome<()> {
    let [ours, tags, frames, copy] = medians([
        &mut || Ok(decode(input, feed)),
        &mut || decode_with_webm_iterable(input, feed, |block| Ok(block.len())),
        &mut || decode_with_webm_iterable(input, feed, frame_of_webm_iterable),
        &mut || Ok(copy(input, feed)),
    ])?;
    let rate = |took| rate(input.len(), took);
    println!(
        "{name:<14} {feed:>8} {:>9.0} {:>16} {:>16} {:>16}",
        rate(ours),
        beside(rate(ours), rate(tags)),
        beside(rate(ours), rate(frames)),
        beside(rate(ours), rate(copy)),
    );
    Ok(())
}

fn compare_read(name: &str, file: &Scratch, buffer: usize) -> Outcome<()> {
    let [ours, read] = medians([&mut || decode_file(&file.path), &mut || {
        read_file(&file.path, buffer)
    }])?;
    let rate = |took| rate(file.len, took);
    let beside = beside(rate(ours), rate(read));
    println!("{name:<14} {buffer:>8} {:>9.0} {beside:>16}", rate(ours));
    Ok(())
}

fn beside(ours: f64, theirs: f64) -> String {
    format!("{theirs:.0} ({:.2})", ours / theirs)
}

fn rate(bytes: usize, took: Duration) -> f64 {
    bytes as f64 / MIB as f64 / took.as_secs_f64()
}

/// The time that a processor worked for this thread, where the system tells; other work on the
/// machine does not count.
struct Clock {
    worked: Option<Duration>,
    started: Instant,
}

impl Clock {
    fn start() -> Self {
        Self {
            worked: worked(),
            started: Instant::now(),
        }
    }

    fn elapsed(&self) -> Duration {
        let passed = self.started.elapsed();
        let worked = worked().zip(self.worked);
        worked.map_or(passed, |(end, start)| end.saturating_sub(start))
    }
}

fn worked() -> Option<Duration> {
    // Linux brings the account up to date when it may switch to another thread.
    std::thread::yield_now();
    let account = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanos = account.split(' ').next()?.parse().ok()?;
    Some(Duration::from_nanos(nanos))
}

type Contestant<'a> = &'a mut dyn FnMut() -> Outcome<usize>;

/// What each takes. They take turns, so that whatever else this machine does disturbs all alike.
fn medians<const N: usize>(mut contestants: [Contestant<'_>; N]) -> Outcome<[Duration; N]> {
    let mut took = [const { Vec::new() }; N];
    for _ in 0..ROUNDS {
        for (contestant, took) in contestants.iter_mut().zip(&mut took) {
            let start = Clock::start();
            black_box(contestant()?);
            took.push(start.elapsed());
        }
    }
    Ok(took.map(|mut took| {
        took.sort_unstable();
        took.get(ROUNDS / 2).copied().unwrap_or_default()
    }))
}

fn decode(input: &[u8], feed: usize) -> usize {
    let mut decoder = Decoder::new();
    let mut bytes = 0;
    for piece in input.chunks(feed).map(Some).chain([None]) {
        match piece {
            Some(piece) => decoder.push_slice(piece),
            None => decoder.finish(),
        }
        bytes += drain(&mut decoder);
    }
    bytes
}

fn drain(decoder: &mut Decoder) -> usize {
    let mut bytes = 0;
    while let Some(event) = decoder.next_event() {
        if let Event::Frame(frame) = event {
            bytes += black_box(frame.data).len();
        }
    }
    bytes
}

fn decode_with_webm_iterable(
    input: &[u8],
    feed: usize,
    block: impl Fn(&[u8]) -> Outcome<usize>,
) -> Outcome<usize> {
    let mut decoder = TagDecoder::<MatroskaSpec>::new(&[]);
    let mut buffer = BytesMut::new();
    let mut bytes = 0;
    for piece in input.chunks(feed) {
        buffer.extend_from_slice(piece);
        while let Some(tag) = decoder.decode(&mut buffer)? {
            if let MatroskaSpec::SimpleBlock(data) = black_box(tag.tag) {
                bytes += block(&data)?;
            }
        }
    }
    while let Some(tag) = decoder.decode_eof(&mut buffer)? {
        black_box(tag);
    }
    Ok(bytes)
}

/// What this crate's decoder tells of a block as well.
fn frame_of_webm_iterable(block: &[u8]) -> Outcome<usize> {
    let block = black_box(SimpleBlock::try_from(block)?);
    let frames = block.read_frame_data()?;
    Ok(frames.iter().map(|frame| frame.data.len()).sum())
}

fn copy(input: &[u8], feed: usize) -> usize {
    let pieces = input.chunks(feed).map(Bytes::copy_from_slice);
    pieces.map(|piece| black_box(piece).len()).sum()
}

fn decode_file(path: &Path) -> Outcome<usize> {
    let mut file = File::open(path)?;
    let mut decoder = Decoder::new();
    let mut bytes = 0;
    while decoder.push_read(|space| file.read(space))? > 0 {
        bytes += drain(&mut decoder);
    }
    decoder.finish();
    Ok(bytes + drain(&mut decoder))
}

fn read_file(path: &Path, buffer: usize) -> Outcome<usize> {
    let mut file = File::open(path)?;
    let mut piece = vec![0; buffer];
    let mut bytes = 0;
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(bytes),
            read => bytes += black_box(read),
        }
    }
}

impl Shape {
    /// A Segment of unknown size with as many Clusters as go into `len` bytes.
    fn stream(&self, len: usize) -> Vec<u8> {
        let mut stream = header();
        let mut cluster = Vec::new();
        let mut time = 0_u64;
        while stream.len() < len {
            cluster.clear();
            element(&[0xE7], &time.to_be_bytes(), &mut cluster);
            for index in 0..self.frames_a_cluster {
                let block = [&[0x81, 0, index, 0x80][..], &vec![0x5A; self.frame]].concat();
                element(&[0xA3], &block, &mut cluster);
            }
            element(&[0x1F, 0x43, 0xB6, 0x75], &cluster, &mut stream);
            time += 1_000;
        }
        stream
    }
}

/// All up to the first Cluster.
fn header() -> Vec<u8> {
    let mut children = Vec::new();
    element(&[0x42, 0x82], b"matroska", &mut children);
    let mut header = Vec::new();
    element(&[0x1A, 0x45, 0xDF, 0xA3], &children, &mut header);
    header.extend(b"\x18\x53\x80\x67\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF");
    let mut entry = Vec::new();
    element(&[0xD7], &[1], &mut entry);
    element(&[0x83], &[2], &mut entry);
    let mut tracks = Vec::new();
    element(&[0xAE], &entry, &mut tracks);
    element(&[0x16, 0x54, 0xAE, 0x6B], &tracks, &mut header);
    header
}

/// An element whose size takes eight bytes.
fn element(id: &[u8], payload: &[u8], out: &mut Vec<u8>) {
    out.extend(id);
    out.extend((payload.len() as u64 | 1 << 56).to_be_bytes());
    out.extend(payload);
}

/// A file that is there for as long as this is.
struct Scratch {
    path: PathBuf,
    len: usize,
}

impl Scratch {
    fn new(shape: &Shape, len: usize) -> Outcome<Self> {
        let name = format!("kvs-bench-{}-{}.mkv", std::process::id(), shape.frame);
        let path = std::env::temp_dir().join(name);
        let stream = shape.stream(len);
        let scratch = Self {
            path,
            len: stream.len(),
        };
        File::create(&scratch.path)?.write_all(&stream)?;
        Ok(scratch)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // A temporary file that cannot be removed is no reason to lose the table.
        drop(std::fs::remove_file(&self.path));
    }
}
