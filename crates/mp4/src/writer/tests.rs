#![allow(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "a test's own small numbers"
)]

use kvs_mkv::{Frame, Track as Described};
use mp4_atom::{Any, Atom, Decode, Header, Moof, Moov, Stbl, Trak};
use proptest::prelude::*;

use super::*;
use crate::Problem;

mod parts;

use crate::tests::{a_law, audio, fragment, fragment_at, frame, pcm, unknown, video};

fn options(form: Form) -> WriterOptions {
    WriterOptions {
        form,
        gaps: Gaps::Keep,
    }
}

fn write(form: Form, fragments: &[Fragment]) -> Vec<u8> {
    let mut writer = Writer::new(options(form));
    for fragment in fragments {
        writer.write(fragment).unwrap();
    }
    let tail = writer.finish().unwrap();
    [tail.head, tail.pieces].concat().concat()
}

/// A sample as a player finds it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Found {
    decoded: i64,
    /// From the beginning of the movie, in ticks of the track.
    shown: i64,
    keyframe: bool,
    data: Vec<u8>,
}

/// What a player finds, by track.
fn read(file: &[u8]) -> Vec<Vec<Found>> {
    let mut tracks = Vec::new();
    let mut head: Option<Moov> = None;
    let mut rest = file;
    while !rest.is_empty() {
        let at = file.len() - rest.len();
        let mut after = rest;
        let header = Header::decode(&mut after).unwrap();
        let body = header.size.unwrap();
        let mut atom = &rest[..rest.len() - after.len() + body];
        rest = &after[body..];
        match header.kind {
            Moov::KIND => {
                let moov = Moov::decode(&mut atom).unwrap();
                let scale = moov.mvhd.timescale;
                tracks = moov
                    .trak
                    .iter()
                    .map(|trak| indexed(trak, scale, file))
                    .collect();
                head = Some(moov);
            }
            Moof::KIND => {
                let moof = Moof::decode(&mut atom).unwrap();
                add(&moof, head.as_ref().unwrap(), &file[at..], &mut tracks);
            }
            _ => {
                assert!([*b"ftyp", *b"mdat"].contains(&header.kind.into()));
            }
        }
    }
    tracks
}

/// How much earlier than told samples are shown by the edit list, in ticks of the track.
fn earlier(trak: &Trak, movie: u32) -> i64 {
    let list = trak.edts.as_ref().and_then(|edts| edts.elst.as_ref());
    let Some(list) = list else { return 0 };
    let scale = i64::from(trak.mdia.mdhd.timescale);
    list.entries
        .iter()
        .fold(0, |sum, edit| match edit.media_time {
            None => sum - edit.segment_duration as i64 * scale / i64::from(movie),
            Some(time) => sum + time as i64,
        })
}

fn indexed(trak: &Trak, movie: u32, file: &[u8]) -> Vec<Found> {
    let Stbl {
        stts,
        ctts,
        stss,
        stsc,
        stsz,
        stco,
        ..
    } = &trak.mdia.minf.stbl;
    let sizes: Vec<usize> = match &stsz.samples {
        mp4_atom::StszSamples::Identical { count, size } => vec![*size as usize; *count as usize],
        mp4_atom::StszSamples::Different { sizes } => sizes.iter().map(|s| *s as usize).collect(),
    };
    let repeat = |count: u32, value: i64| std::iter::repeat_n(value, count as usize);
    let deltas = stts
        .entries
        .iter()
        .flat_map(|e| repeat(e.sample_count, e.sample_delta.into()));
    let deltas: Vec<i64> = deltas.collect();
    assert_eq!(deltas.len(), sizes.len());
    assert_eq!(trak.mdia.mdhd.duration, deltas.iter().sum::<i64>() as u64);
    let offsets: Vec<i64> = match ctts {
        Some(ctts) => {
            let entries = ctts.entries.iter();
            entries
                .flat_map(|e| repeat(e.sample_count, e.sample_offset))
                .collect()
        }
        None => vec![0; sizes.len()],
    };
    assert_eq!(offsets.len(), sizes.len());
    assert!(
        offsets.iter().all(|offset| *offset >= 0),
        "shown before they are decoded"
    );
    let chunks = stco.as_ref().map_or(&[][..], |stco| &stco.entries);
    let mut places = Vec::new();
    for (index, chunk) in chunks.iter().enumerate() {
        let run = stsc
            .entries
            .iter()
            .rfind(|run| run.first_chunk as usize <= index + 1);
        let mut at = *chunk as usize;
        for _ in 0..run.unwrap().samples_per_chunk {
            places.push(at);
            at += sizes[places.len() - 1];
        }
    }
    assert_eq!(places.len(), sizes.len());
    let earlier = earlier(trak, movie);
    let mut decoded = 0;
    let found = (0..sizes.len()).map(|index| {
        let found = Found {
            decoded,
            shown: decoded + offsets[index] - earlier,
            keyframe: stss
                .as_ref()
                .is_none_or(|s| s.entries.contains(&(index as u32 + 1))),
            data: file[places[index]..places[index] + sizes[index]].to_vec(),
        };
        decoded += deltas[index];
        found
    });
    found.collect()
}

fn add(moof: &Moof, moov: &Moov, from: &[u8], tracks: &mut [Vec<Found>]) {
    for traf in &moof.traf {
        let at = moov
            .trak
            .iter()
            .position(|trak| trak.tkhd.track_id == traf.tfhd.track_id);
        let at = at.unwrap();
        let earlier = earlier(&moov.trak[at], moov.mvhd.timescale);
        let mut decoded = traf.tfdt.as_ref().unwrap().base_media_decode_time as i64;
        for trun in &traf.trun {
            let mut place = trun.data_offset.unwrap() as usize;
            for entry in &trun.samples {
                let size = entry.size.unwrap() as usize;
                tracks[at].push(Found {
                    decoded,
                    shown: decoded + entry.cts.unwrap_or(0) - earlier,
                    keyframe: entry.flags.unwrap() & 0x0001_0000 == 0,
                    data: from[place..place + size].to_vec(),
                });
                place += size;
                decoded += i64::from(entry.duration.unwrap());
            }
        }
    }
}

fn times(found: &[Found]) -> Vec<i64> {
    found.iter().map(|found| found.shown).collect()
}

fn pictures(times: &[i64]) -> Vec<Frame> {
    let frame = |(index, ms): (usize, &i64)| Frame {
        keyframe: index == 0,
        ..frame(1, *ms, &[0, 0, 0, 2, 0x65, *ms as u8])
    };
    times.iter().enumerate().map(frame).collect()
}

const FORMS: [Form; 2] = [Form::Faststart, Form::Fragmented];

#[test]
fn pictures_out_of_order_are_shown_when_they_should() {
    let tracks = [video(1)];
    let order = [0, 120, 40, 80, 240, 160, 200];
    let later: Vec<i64> = order.iter().map(|ms| ms + 280).collect();
    let fragments = [
        fragment_at(0, &tracks, pictures(&order)),
        fragment_at(280, &tracks, pictures(&later)),
    ];
    for form in FORMS {
        let found = read(&write(form, &fragments));
        assert_eq!(
            times(&found[0]),
            [order.as_slice(), &later].concat(),
            "{form:?}"
        );
        assert!(found[0].is_sorted_by(|a, b| a.decoded < b.decoded));
        let keyframes: Vec<bool> = found[0].iter().map(|found| found.keyframe).collect();
        assert_eq!(
            keyframes,
            [0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6].map(|i| i == 0)
        );
    }
}

#[test]
fn a_track_that_begins_later_is_shown_later() {
    let tracks = [video(1), audio(2)];
    let mut frames = pictures(&[100, 140]);
    frames.insert(0, frame(2, 79, &[1]));
    frames.push(frame(2, 100, &[2]));
    for form in FORMS {
        let found = read(&write(form, &[fragment(&tracks, frames.clone())]));
        assert_eq!(times(&found[0]), [21, 61], "{form:?}");
        assert_eq!(times(&found[1]), [0, 1_024], "{form:?}");
    }
}

#[test]
fn sound_has_its_sampling_rate() {
    let frames = (0..500).map(|index| frame(2, (index * 1_024 * 1_000 + 24_000) / 48_000, &[7]));
    let frames: Vec<Frame> = frames.collect();
    let file = write(Form::Faststart, &[fragment(&[audio(2)], frames)]);
    let expected: Vec<i64> = (0..500).map(|index| index * 1_024).collect();
    assert_eq!(times(&read(&file)[0]), expected);
}

#[test]
fn pauses_are_kept_or_closed() {
    let tracks = [a_law(1)];
    let fragments =
        [0, 60_000].map(|ms| fragment_at(ms, &tracks, vec![frame(1, ms, &[0x55; 160])]));
    for form in FORMS {
        let found = read(&write(form, &fragments));
        assert_eq!(times(&found[0]), [0, 480_000], "{form:?}");
        let mut writer = Writer::new(WriterOptions {
            form,
            gaps: Gaps::Close,
        });
        for fragment in &fragments {
            writer.write(fragment).unwrap();
        }
        let tail = writer.finish().unwrap();
        let closed = times(&read(&[tail.head, tail.pieces].concat().concat())[0]);
        assert!(closed[1] <= 8_000, "{closed:?}");
    }
}

#[test]
fn what_cannot_be_written_is_named() {
    let mut writer = Writer::new(WriterOptions::default());
    let bad = fragment(&[unknown(3)], vec![frame(3, 0, &[1])]);
    let refused = writer.write(&bad);
    assert!(matches!(
        refused,
        Err(WriteError::Track {
            track: 3,
            problem: Problem::Codec,
            ..
        })
    ));
    let good = fragment(&[pcm(1)], vec![frame(1, 0, &[1, 2])]);
    writer.write(&good).unwrap();
    let changed = writer.write(&fragment(&[a_law(1)], vec![frame(1, 1, &[1])]));
    assert!(matches!(
        changed,
        Err(WriteError::Fragment(kvs_mkv::WriteError::TracksChanged(_)))
    ));
    let far = fragment(&[pcm(1)], vec![frame(1, 600_000_000, &[3, 4])]);
    assert_eq!(
        Writer::write(&mut keeping(&good), &far),
        Err(WriteError::Gap { track: 1 })
    );
}

#[test]
fn frames_that_are_encoded_are_refused() {
    let mut encoded = pcm(1);
    // ContentEncodings with a ContentEncoding that says nothing: zlib.
    encoded.entry = [&encoded.entry[..], b"\x6d\x80\x83\x62\x40\x80"]
        .concat()
        .into();
    let mut writer = Writer::new(WriterOptions::default());
    let refused = writer.write(&fragment(&[encoded.clone()], vec![frame(1, 0, &[1, 2])]));
    let problem = Problem::Encoded;
    assert!(matches!(refused, Err(WriteError::Track { problem: found, .. }) if found == problem));
    let wav = crate::Wav::new(&[encoded], Gaps::Close);
    assert!(matches!(wav, Err(WriteError::Track { problem: found, .. }) if found == problem));
}

fn keeping(first: &Fragment) -> Writer {
    let mut writer = Writer::new(options(Form::Faststart));
    writer.write(first).unwrap();
    writer
}

#[test]
fn start_codes_become_lengths() {
    let codes = Frame {
        data: Bytes::from_static(&[0, 0, 0, 1, 0x65, 5]),
        ..frame(1, 0, &[])
    };
    let found = read(&write(
        Form::Faststart,
        &[fragment(&[video(1)], vec![codes])],
    ));
    assert_eq!(found[0][0].data, [0, 0, 0, 2, 0x65, 5]);
}

#[test]
fn every_sample_description_is_read_back() {
    let described: [(Described, &[u8; 4]); 2] = [(video(1), b"avc1"), (audio(1), b"mp4a")];
    for (track, kind) in described {
        let file = write(
            Form::Faststart,
            &[fragment(&[track], vec![frame(1, 0, &[0, 0, 0, 1, 9])])],
        );
        let at = file.windows(4).position(|window| window == kind).unwrap();
        Any::decode(&mut &file[at - 4..]).unwrap();
    }
    let file = write(
        Form::Faststart,
        &[fragment(&[a_law(1)], vec![frame(1, 0, &[9])])],
    );
    let at = file
        .windows(4)
        .position(|window| window == b"alaw")
        .unwrap();
    assert_eq!(file[at - 4..at], [0, 0, 0, 36]);
}

/// Times of pictures in decoding order: groups of a few, the last of each first.
fn reordered() -> impl Strategy<Value = Vec<i64>> {
    proptest::collection::vec((1_usize..5, 1_i64..50), 1..12).prop_map(|groups| {
        let mut at = 0;
        let mut times = vec![0];
        for (count, step) in groups {
            let group: Vec<i64> = (1..=count as i64).map(|index| at + index * step).collect();
            at += count as i64 * step;
            times.extend(group.iter().rev());
        }
        times
    })
}

proptest! {
    #[test]
    fn players_find_what_went_in(
        groups in proptest::collection::vec((reordered(), 1_i64..5_000), 1..6),
        sizes in proptest::collection::vec(0_usize..2_000, 16),
    ) {
        let tracks = [video(1), audio(2)];
        let (mut base, mut fragments, mut expected) = (0, Vec::new(), [Vec::new(), Vec::new()]);
        for (times, pause) in groups {
            let end = times.iter().max().unwrap();
            let mut frames = Vec::new();
            for (index, ms) in times.iter().enumerate() {
                let data = vec![index as u8 + 1; sizes[index % sizes.len()]];
                let picture = Frame { keyframe: index == 0, ..frame(1, base + ms, &data) };
                expected[0].push((base + ms, index == 0, data));
                frames.push(picture);
            }
            let data = vec![0xAA; sizes[0] + 1];
            frames.insert(frames.len() / 2, frame(2, base, &data));
            expected[1].push((base * 48, true, data));
            fragments.push(fragment_at(base, &tracks, frames));
            base += end + pause;
        }
        for form in FORMS {
            let found = read(&write(form, &fragments));
            // Sound that seems to go on without a pause loses what rounding to milliseconds did.
            for ((found, expected), slack) in found.iter().zip(&expected).zip([0, 48]) {
                let told = found.iter().map(|f| (f.keyframe, f.data.clone()));
                let kept = expected.iter().map(|(_, keyframe, data)| (*keyframe, data.clone()));
                prop_assert_eq!(told.collect::<Vec<_>>(), kept.collect::<Vec<_>>());
                for (found, (shown, ..)) in found.iter().zip(expected) {
                    prop_assert!((found.shown - shown).abs() <= slack, "{} {shown}", found.shown);
                }
                prop_assert!(found.is_sorted_by(|a, b| a.decoded < b.decoded));
            }
        }
    }
}
