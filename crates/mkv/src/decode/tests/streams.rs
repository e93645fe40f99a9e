//! Streams of every codec and shape, read, written as a file and read again.

use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::fragment::Frame;
use crate::writer::tests::file;
use crate::writer::{Form, Gaps, WriterOptions};

/// Half a tick: what is between two of them is rounded.
const HALF: i64 = MS / 2;

/// A codec of the service.
#[derive(Debug, Clone, Copy)]
struct Codec {
    id: &'static str,
    private: &'static [u8],
    /// Nanoseconds from frame to frame: what the frames of a lace are apart.
    spacing: u32,
}

const VIDEO: [Codec; 2] = [
    codec("V_MPEG4/ISO/AVC", b"\x01\x64\0\x1F\xFF", 40_000_000),
    codec("V_MPEGH/ISO/HEVC", b"\x01\x01\x60\0", 40_000_000),
];
const AUDIO: [Codec; 4] = [
    // 1024 samples at 48 kHz do not last a whole number of ticks.
    codec("A_AAC", b"\x11\x90", 21_333_333),
    codec(
        "A_MS/ACM",
        b"\x06\0\x01\0\x40\x1F\0\0\x40\x1F\0\0\x01\0\x08\0",
        20_000_000,
    ),
    codec(
        "A_MS/ACM",
        b"\x07\0\x01\0\x40\x1F\0\0\x40\x1F\0\0\x01\0\x08\0",
        20_000_000,
    ),
    codec("A_PCM/INT/LIT", b"", 10_000_000),
];

const fn codec(id: &'static str, private: &'static [u8], spacing: u32) -> Codec {
    Codec {
        id,
        private,
        spacing,
    }
}

impl Codec {
    fn entry(self, number: u8) -> Vec<u8> {
        let kind = if self.id.starts_with('V') { 1 } else { 2 };
        let mut children = vec![
            element(id::TRACK_NUMBER, &[number]),
            element(id::TRACK_TYPE, &[kind]),
            element(id::CODEC_ID, self.id.as_bytes()),
            element(id::DEFAULT_DURATION, &self.spacing.to_be_bytes()),
        ];
        if !self.private.is_empty() {
            children.push(element(id::CODEC_PRIVATE, self.private));
        }
        element(id::TRACK_ENTRY, &children.concat())
    }
}

/// How the frames of a block are put into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Simple,
    Group,
    Xiph,
    Fixed,
    Ebml,
}

#[derive(Debug, Clone)]
struct Sketch {
    second_track: bool,
    shape: Shape,
    keyframe: bool,
    sizes: Vec<usize>,
}

#[derive(Debug, Clone)]
struct Part {
    /// Milliseconds after the former fragment; before its end, if negative.
    gap: i64,
    known_size: bool,
    summed: bool,
    /// Whether frames are shown in another order than they are stored.
    reordered: bool,
    blocks: Vec<Sketch>,
}

prop_compose! {
    fn any_block()(
        second_track: bool,
        shape in select(&[Shape::Simple, Shape::Group, Shape::Xiph, Shape::Fixed, Shape::Ebml][..]),
        keyframe: bool,
        sizes in proptest::collection::vec(
            prop_oneof![2 => 0..3_usize, 12 => 3..400_usize, 1 => 16_000..70_000_usize],
            1..6,
        ),
        huge in prop_oneof![60 => Just(None), 1 => (1_000_000..3_000_000_usize).prop_map(Some)],
    ) -> Sketch {
        let sizes = match (shape, huge) {
            (_, Some(huge)) => vec![huge],
            (Shape::Simple | Shape::Group, _) => sizes[..1].to_vec(),
            (Shape::Fixed, _) => vec![sizes[0]; sizes.len()],
            (Shape::Xiph | Shape::Ebml, _) => sizes,
        };
        Sketch { second_track, shape, keyframe, sizes }
    }
}

prop_compose! {
    fn any_part()(
        gap in prop_oneof![4 => Just(0_i64), 1 => 1..60_000_i64, 1 => -3_000..0_i64],
        known_size: bool,
        summed: bool,
        reordered: bool,
        blocks in proptest::collection::vec(any_block(), 1..16),
    ) -> Part {
        Part { gap, known_size, summed, reordered, blocks }
    }
}

/// The payload of a block after its head, and how its flags tell the lacing.
fn laced(shape: Shape, data: &[Vec<u8>]) -> (u8, Vec<u8>) {
    let frames = data.concat();
    let count = vec![(data.len() - 1) as u8];
    let [others @ .., _] = data else {
        return (0, frames);
    };
    match shape {
        Shape::Simple | Shape::Group => (0, frames),
        Shape::Fixed => (0x04, [count, frames].concat()),
        Shape::Xiph => {
            let size = |data: &Vec<u8>| {
                [vec![0xFF; data.len() / 255], vec![(data.len() % 255) as u8]].concat()
            };
            let sizes: Vec<u8> = others.iter().flat_map(size).collect();
            (0x02, [count, sizes, frames].concat())
        }
        Shape::Ebml => {
            let mut former = None;
            let size = |data: &Vec<u8>| {
                let len = data.len() as i64;
                // On four bytes: 28 bits, the signed ones from the middle of their range.
                let value = former.map_or(len, |former| len - former + (1 << 27) - 1);
                former = Some(len);
                ((value as u32) | 0x1000_0000).to_be_bytes()
            };
            let sizes: Vec<u8> = others.iter().flat_map(size).collect();
            (0x06, [count, sizes, frames].concat())
        }
    }
}

/// One block and the frames in it, `ms` after its Cluster that begins at `base`.
fn laid(sketch: &Sketch, codecs: &[Codec], base: i64, ms: i16, seed: u8) -> (Vec<u8>, Vec<Frame>) {
    let track = u8::from(sketch.second_track && codecs.len() > 1);
    let spacing = i64::from(codecs[usize::from(track)].spacing);
    let data: Vec<Vec<u8>> = sketch.sizes.iter().map(|size| vec![seed; *size]).collect();
    let (lacing, body) = laced(sketch.shape, &data);
    let is_group = sketch.shape == Shape::Group;
    let flags = lacing
        | if sketch.keyframe && !is_group {
            0x80
        } else {
            0
        };
    let payload = [&[0x81 + track][..], &ms.to_be_bytes(), &[flags], &body].concat();
    let bytes = if is_group {
        let mut children = vec![
            element(id::BLOCK, &payload),
            element(id::BLOCK_DURATION, &[33]),
        ];
        if !sketch.keyframe {
            children.push(element(id::REFERENCE_BLOCK, &[0xD8]));
        }
        element(id::BLOCK_GROUP, &children.concat())
    } else {
        element(id::SIMPLE_BLOCK, &payload)
    };
    let frames = (0_i64..).zip(data).map(|(index, data)| Frame {
        track: u64::from(track) + 1,
        timestamp: (base + i64::from(ms)) * MS + index * spacing,
        duration: is_group.then_some(33_000_000),
        keyframe: sketch.keyframe,
        invisible: false,
        discardable: false,
        data: data.into(),
        additions: Box::default(),
    });
    (bytes, frames.collect())
}

/// A fragment as a producer sends it through the service, and its frames.
fn sent_part(part: &Part, number: usize, base: i64, codecs: &[Codec]) -> (Vec<u8>, Vec<Frame>) {
    let mut children = vec![element(id::TIMESTAMP, &(base as u64).to_be_bytes())];
    let mut frames = Vec::new();
    for (index, sketch) in part.blocks.iter().enumerate() {
        // I0 P2 B1, I3 P5 B4 and so on.
        let shown = match (part.reordered, index % 3) {
            (true, 1) => index + 1,
            (true, 2) => index - 1,
            _ => index,
        };
        let (bytes, more) = laid(sketch, codecs, base, shown as i16 * 120, index as u8);
        children.push(bytes);
        frames.extend(more);
    }
    let children = children.concat();
    let payload = if part.summed {
        summed(&children)
    } else {
        children
    };
    let cluster = match part.known_size {
        true => element(id::CLUSTER, &payload),
        false => unsized_element(id::CLUSTER, &UNKNOWN_SIZE, &payload),
    };
    let entries: Vec<Vec<u8>> = (1..).zip(codecs).map(|(n, codec)| codec.entry(n)).collect();
    let named = tags(&[
        (
            "AWS_KINESISVIDEO_FRAGMENT_NUMBER",
            &format!("{}", number + 1),
        ),
        (
            "AWS_KINESISVIDEO_PRODUCER_TIMESTAMP",
            &Timestamp::from_millis(base).to_string(),
        ),
    ]);
    let tracks = element(id::TRACKS, &entries.concat());
    (stream(&[tracks, named, cluster]), frames)
}

fn span(frames: &[Frame], track: u64) -> Option<(i64, i64)> {
    let times = || {
        frames
            .iter()
            .filter(|f| f.track == track)
            .map(|f| f.timestamp)
    };
    Some((times().min()?, times().max()?))
}

/// Checks that `read` are these frames, all as much later as the first.
fn same_but_for_a_shift(read: &[Frame], written: &[Frame]) -> Result<i64, TestCaseError> {
    prop_assert_eq!(read.len(), written.len());
    let earliest = |frames: &[Frame]| frames.iter().map(|frame| frame.timestamp).min();
    let shift = earliest(read).unwrap_or(0) - earliest(written).unwrap_or(0);
    for (read, written) in read.iter().zip(written) {
        let timestamp = written.timestamp + shift;
        prop_assert!(
            (read.timestamp - timestamp).abs() <= HALF,
            "{} {}",
            read.timestamp,
            timestamp
        );
        let expected = Frame {
            timestamp: read.timestamp,
            ..written.clone()
        };
        prop_assert!(*read == expected, "{:?}", read.track);
    }
    Ok(shift)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn streams_survive_the_way_through_a_file(
        video in select(&VIDEO[..]),
        audio in select(&AUDIO[..]),
        which in 0..3_u8,
        start in prop_oneof![Just(0_i64), Just(1_600_000_000_000)],
        parts in proptest::collection::vec(any_part(), 1..5),
        cluster_bytes in prop_oneof![Just(u64::MAX), 0..5_000_u64],
        cluster_ms in prop_oneof![Just(5_000), 0..2_000_u64],
        streamed: bool,
        keep: bool,
    ) {
        let codecs = match which {
            0 => vec![video],
            1 => vec![audio],
            _ => vec![video, audio],
        };
        let mut base = start;
        let mut bytes = Vec::new();
        let mut expected = Vec::new();
        for (number, part) in parts.iter().enumerate() {
            base = (base + part.gap).max(start);
            let (stream, frames) = sent_part(part, number, base, &codecs);
            bytes.extend(stream);
            expected.push(frames);
            base += part.blocks.len() as i64 * 120;
        }
        let decoded = decode_all(&bytes);
        prop_assert_eq!(decoded.len(), expected.len());
        for (fragment, frames) in decoded.iter().zip(&expected) {
            prop_assert_eq!(&fragment.state, &FragmentState::Complete);
            prop_assert!(fragment.frames == *frames);
        }
        let options = WriterOptions {
            form: if streamed { Form::Streamed } else { Form::Seekable },
            gaps: if keep { Gaps::Keep } else { Gaps::Close },
            cluster_bytes,
            cluster_duration: Duration::from_millis(cluster_ms),
        };
        let read = decode_all(&file(options, &decoded));
        prop_assert_eq!(read.len(), expected.len());
        let mut ends = [None; 2];
        let mut shifts = Vec::new();
        for (fragment, frames) in read.iter().zip(&expected) {
            prop_assert_eq!(&fragment.state, &FragmentState::Complete);
            shifts.push(same_but_for_a_shift(&fragment.frames, frames)?);
            for (track, end) in (1..).zip(&mut ends) {
                if let Some((first, last)) = span(&fragment.frames, track) {
                    prop_assert!(end.is_none_or(|end| first > end), "track {track} runs back");
                    *end = Some(last);
                }
            }
        }
        // Where nothing overlaps and gaps stay, the file's time is the producer's.
        if keep && parts.iter().all(|part| part.gap >= 0 && part.blocks.iter().all(|b| b.sizes.len() < 2)) && codecs.len() == 1 {
            prop_assert!(shifts.iter().all(|shift| *shift == shifts[0]), "{shifts:?}");
        }
    }
}
