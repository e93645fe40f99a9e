//! `kvs frames`.

use kvs_archive::mkv::payload::{self, PayloadOptions};
use kvs_archive::mkv::{Audio, Bytes, Fragment, Timestamp, Track, TrackKind};
use kvs_emulator::Stream;
use kvs_mp4::Elementary;
use serde_json::{Value, json};

use crate::support::{Bench, DEMO, decode, demo, names, serve};

/// What each track of the demo is without a container.
fn bare(number: u64) -> Vec<u8> {
    let fragments = demo();
    let track = fragments[0].tracks.iter().find(|t| t.number == number);
    let elementary = Elementary::new(track.unwrap()).unwrap();
    let frames = fragments.iter().flat_map(|fragment| &fragment.frames);
    let frames = frames.filter(|frame| frame.track == number);
    frames
        .flat_map(|frame| elementary.frame(frame).unwrap().concat())
        .collect()
}

/// Where a frame is by the index, and what is there.
fn slice<'a>(line: &Value, file: &'a [u8]) -> &'a [u8] {
    let number = |key: &str| usize::try_from(line[key].as_u64().unwrap()).unwrap();
    &file[number("offset")..][..number("bytes")]
}

#[test]
fn each_track_is_a_file_and_the_index_tells_each_frame() {
    let bench = Bench::new("frames_tracks");
    let run = bench.run("--emulator frames demo -o demo").well();
    assert_eq!(
        names(&bench.path("demo")),
        ["frames.jsonl", "track-1.h264", "track-2.aac"]
    );
    let [video, sound] = ["demo/track-1.h264", "demo/track-2.aac"].map(|name| bench.read(name));
    assert_eq!(video, bare(1));
    assert_eq!(sound, bare(2));
    for words in ["track-1.h264: 750 frames", "track-2.aac: 1,406 frames"] {
        assert!(run.stderr.contains(words), "no {words:?}: {run:?}");
    }

    let index = bench.lines("demo/frames.jsonl");
    assert_eq!(index.len(), 2_156);
    let fragments = demo();
    let frames = fragments.iter().flat_map(|fragment| &fragment.frames);
    for (line, frame) in index.iter().zip(frames) {
        assert_eq!(line["track"], frame.track);
        match frame.track {
            1 => assert!(slice(line, &video).starts_with(&[0, 0, 0, 1])),
            _ => assert_eq!(slice(line, &sound)[7..], frame.data),
        }
    }
    let pictures: Vec<&Value> = index.iter().filter(|line| line["track"] == 1).collect();
    assert_eq!(
        *pictures[51],
        json!({
            "file": "track-1.h264", "offset": pictures[51]["offset"],
            "bytes": pictures[51]["bytes"], "track": 1,
            "fragment": "91343852333181432387730302040000000000000000001",
            "time": "2026-01-01T00:00:02.040Z", "position_ms": 2_040.0, "keyframe": false,
        })
    );
}

#[test]
fn a_file_gives_the_same_frames_without_their_dates() {
    let bench = Bench::new("frames_file");
    bench.run(&format!("frames {DEMO} -o out")).well();
    assert_eq!(bench.read("out/track-1.h264"), bare(1));
    let index = bench.lines("out/frames.jsonl");
    assert_eq!(index[0]["time"], Value::Null);
    assert_eq!(index[0]["fragment"], Value::Null);
}

#[test]
fn one_track_goes_to_standard_output() {
    let bench = Bench::new("frames_pipe");
    let run = bench.run(&format!("frames {DEMO} --track 2 -o -")).well();
    assert_eq!(run.stdout, bare(2));
    let keyframes = bench.run(&format!("frames {DEMO} --keyframes -o -")).well();
    let sets = |bytes: &[u8]| {
        let is_set = |window: &&[u8]| *window == [0, 0, 0, 1, 0x67];
        bytes.windows(5).filter(is_set).count()
    };
    assert_eq!(sets(&keyframes.stdout), 15);
    assert!(keyframes.stdout.len() < bare(1).len());
    bench.run(&format!("frames {DEMO} -o -")).fails(
        2,
        &[
            "takes one track",
            "1 (V_MPEG4/ISO/AVC), 2 (A_AAC)",
            "--track",
        ],
    );
    assert_eq!(bench.names(), [""; 0]);
}

#[test]
fn keyframes_are_files_whose_names_tell_the_time() {
    let bench = Bench::new("frames_keyframes");
    bench
        .run("--emulator frames demo --keyframes -o out")
        .well();
    let names = names(&bench.path("out"));
    assert_eq!(names.len(), 16);
    assert_eq!(names[2], "track-1-000002-20260101T000002Z.h264");
    let index = bench.lines("out/frames.jsonl");
    for line in &index {
        assert_eq!(line["keyframe"], true);
        let file = bench.read(&format!("out/{}", line["file"].as_str().unwrap()));
        assert_eq!(file[..5], [0, 0, 0, 1, 0x67], "parameter sets go before");
        assert_eq!(line["bytes"], file.len());
    }
}

#[test]
fn every_frame_can_be_a_file() {
    let bench = Bench::new("frames_split");
    bench
        .run(&format!("frames {DEMO} --split --track 2 -o out"))
        .well();
    let names = names(&bench.path("out"));
    assert_eq!(names.len(), 1_407);
    let all: Vec<u8> = names[1..]
        .iter()
        .flat_map(|name| bench.read(&format!("out/{name}")))
        .collect();
    assert_eq!(all, bare(2));
}

/// A call: what the customer hears and says, a tenth of a second a frame.
fn call(fragments: u8) -> Vec<u8> {
    let mut call = Vec::new();
    for count in 0..fragments {
        let mut fragment = demo()[0].clone();
        let model = fragment.frames[0].clone();
        let tracks = [1, 2].map(|number| pcm(&fragment.tracks[1], number));
        fragment.tracks = tracks.to_vec().into();
        fragment.frames = Vec::new();
        for tick in 0..10 {
            for track in [1, 2] {
                let mut frame = model.clone();
                frame.track = track;
                frame.timestamp = (i64::from(count) * 10 + tick) * 100_000_000;
                let side = u8::try_from(track).unwrap() << 4;
                frame.data = Bytes::from(vec![side + count; 1_600]);
                fragment.frames.push(frame);
            }
        }
        call.extend(payload::encode(&fragment, &options(count)).concat());
    }
    call
}

/// What Matroska says of such a track: its type, its codec, 8,000 Hz, one channel, 16 bits.
const PCM_ENTRY: &[u8] = b"\x83\x81\x02\x86\x8dA_PCM/INT/LIT\
    \xe1\x8d\xb5\x84\x45\xfa\0\0\x9f\x81\x01\x62\x64\x81\x10";

fn pcm(model: &Track, number: u64) -> Track {
    let mut track = model.clone();
    track.number = number;
    track.uid = number;
    track.codec_id = "A_PCM/INT/LIT".to_owned();
    track.codec_private = None;
    track.default_duration = None;
    track.entry = PCM_ENTRY.into();
    track.kind = TrackKind::Audio(Audio {
        sampling_rate_millihertz: 8_000_000,
        channels: 1,
        bit_depth: Some(16),
    });
    track
}

fn options(count: u8) -> PayloadOptions {
    let at = Timestamp::from_millis(1_700_000_000_000 + 1_000 * i64::from(count));
    PayloadOptions {
        number: (101 + u32::from(count)).to_string().parse().unwrap(),
        server_timestamp: at,
        producer_timestamp: at,
        shift: 0,
    }
}

const HEAD: usize = 58;

#[test]
fn calls_are_a_file_for_each_end_and_one_for_both() {
    let bench = Bench::new("frames_call");
    bench.write("call.raw", call(3));
    bench.run("frames call.raw -o call").well();
    assert_eq!(
        names(&bench.path("call")),
        ["frames.jsonl", "stereo.wav", "track-1.wav", "track-2.wav"]
    );
    assert_eq!(bench.lines("call/frames.jsonl").len(), 60);
    for (name, first) in [("track-1", 0x10), ("track-2", 0x20)] {
        let file = bench.read(&format!("call/{name}.wav"));
        assert_eq!(file.len(), HEAD + 3 * 16_000);
        let sizes = [4, 54].map(|at| u32::from_le_bytes(*file[at..].first_chunk().unwrap()));
        assert_eq!(sizes, [48_050, 48_000], "the head was mended at the end");
        assert_eq!(file[HEAD], first);
        assert_eq!(file[HEAD + 32_000], first + 2);
    }
    let stereo = bench.read("call/stereo.wav");
    assert_eq!(stereo.len(), HEAD + 2 * 48_000);
    assert_eq!(stereo[HEAD..HEAD + 4], [0x10, 0x10, 0x20, 0x20]);

    // In a pipe both make one stream, in the order in which they are asked for.
    let swapped = bench.run("frames call.raw --track 2,1 -o -").well().stdout;
    assert_eq!(swapped.len(), stereo.len());
    assert_eq!(swapped[HEAD..HEAD + 4], [0x20, 0x20, 0x10, 0x10]);

    // A frame of samples is a WAV file too.
    bench
        .run("frames call.raw --split --track 1 -o split")
        .well();
    let file = bench.read("split/track-1-000001-20231114T221320Z.wav");
    assert_eq!(file.len(), HEAD + 1_600);
    assert_eq!(file[54..58], 1_600_u32.to_le_bytes());
}

#[test]
fn silence_takes_the_place_of_what_was_not_recorded_if_gaps_are_kept() {
    let bench = Bench::new("frames_silence");
    let whole = call(6);
    let fragments = decode(whole.clone());
    let [second, fifth] = [1, 4].map(|index| usize::try_from(fragments[index].offset).unwrap());
    bench.write("call.raw", [&whole[..second], &whole[fifth..]].concat());
    let sample = |gaps: &str, at: usize| {
        let line = format!("frames call.raw --gaps {gaps} --track 1 -o -");
        bench.run(&line).well().stdout[HEAD + 16_000 * at + 8_000]
    };
    assert_eq!(["close", "keep"].map(|gaps| sample(gaps, 1)), [0x14, 0]);
    assert_eq!(sample("keep", 4), 0x14);
}

#[test]
fn other_files_begin_where_the_tracks_change() {
    let bench = Bench::new("frames_changed");
    let demo: Vec<Fragment> = demo();
    let mut bytes = call(1);
    for count in 1..3 {
        bytes.extend(payload::encode(&demo[usize::from(count)], &options(count)).concat());
    }
    bench.write("changed.raw", bytes);
    bench.run("frames changed.raw -o out").well();
    assert_eq!(
        names(&bench.path("out")),
        [
            "frames.jsonl",
            "stereo.wav",
            "track-1-2.h264",
            "track-1.wav",
            "track-2-2.aac",
            "track-2.wav",
        ]
    );
    let run = bench.run("frames changed.raw --track 1 -o -");
    run.fails(1, &["track 1", "pipe", "use -o"]);
}

#[test]
fn a_fragment_with_a_damaged_frame_is_named() {
    let bench = Bench::new("frames_damaged");
    let mut bytes = Vec::new();
    for (fragment, count) in demo()[..3].iter().zip(0..) {
        let mut fragment = fragment.clone();
        if count == 1 {
            let picture = fragment.frames.iter_mut().rfind(|frame| frame.track == 1);
            picture.unwrap().data = Bytes::from_static(&[0, 0, 0, 9, 0x41, 1]);
        }
        bytes.extend(payload::encode(&fragment, &options(count)).concat());
    }
    bench.write("damaged.raw", &bytes);
    let run = bench.run("frames damaged.raw -o out");
    assert_eq!(run.code, 3, "{run:?}");
    let [hole] = &bench.lines("out.missing.jsonl")[..] else {
        panic!("{run:?}");
    };
    assert_eq!(hole["number"], "102");
    let reason = hole["reason"].as_str().unwrap();
    assert!(
        reason.contains("track 1") && reason.contains("damaged"),
        "{hole}"
    );
    let run = bench.run("frames damaged.raw --strict -o strict");
    run.fails(1, &["fragment 102", "--strict"]);
    assert_eq!(bench.names(), ["damaged.raw", "out", "out.missing.jsonl"]);
}

#[test]
fn words_are_files_or_streams() {
    let emulator = serve(Stream::demo());
    let bench = Bench::new("frames_words");
    bench.write("cam", call(1));
    let get = |line: &str| bench.run_at(emulator.url(), line);
    get("frames cam -o file").well();
    assert!(names(&bench.path("file")).contains(&"stereo.wav".to_owned()));
    get("frames cam --from 2020-01-01T00:00:00Z --keyframes -o stream").well();
    assert_eq!(names(&bench.path("stream")).len(), 16);
    get("frames nothing.mkv -o x").fails(1, &["cannot read nothing.mkv"]);
    get("frames nothing -o x").fails(1, &["stream is not found", "kvs streams"]);
    get("frames nothing.mkv --from -2h -o x").fails(2, &["nothing.mkv is a file", "--from"]);
}

#[test]
fn what_cannot_be_is_refused() {
    let bench = Bench::new("frames_refused");
    let frames = |rest: &str| bench.run(&format!("frames {DEMO} {rest}"));
    frames("--track 7 -o x").fails(1, &["no track 7", "1 (V_MPEG4/ISO/AVC)"]);
    frames("--track 2 --keyframes -o x").fails(1, &["track 2", "no pictures", "--keyframes"]);
    frames("--split -o -").fails(2, &["--split needs a folder"]);
    frames("--track one -o x").fails(2, &["--track", "one"]);
    bench.write("call.raw", call(1));
    let run = bench.run("frames call.raw --keyframes -o x");
    run.fails(1, &["no pictures", "A_PCM/INT/LIT", "--keyframes"]);
    assert_eq!(bench.names(), ["call.raw"]);

    // A folder of frames may be replaced, and no other.
    frames("-o out").well();
    frames("-o out").fails(1, &["out exists", "--overwrite"]);
    frames("--keyframes --overwrite -o out").well();
    assert_eq!(names(&bench.path("out")).len(), 16);
    bench.write("out/mine.txt", "mine");
    frames("--overwrite -o out").fails(1, &["holds other files"]);
}
