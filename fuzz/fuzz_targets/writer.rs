//! Fragments that no decoder would give: a writer refuses them, or writes a file that reads back.
#![no_main]

use arbitrary::Arbitrary;
use kvs_fuzz::{complete, decode, frames, kept};
use kvs_mkv::{
    BlockAddition, Bytes, Form, Fragment, Frame, Gaps, Tag, Timestamp, Writer, WriterOptions,
};
use libfuzzer_sys::fuzz_target;

/// A stream of one fragment, for its tracks: video 1 and audio 2.
const SEED: &[u8] = include_bytes!("../corpus/decoder/two-tracks");

#[derive(Debug, Arbitrary)]
struct Input {
    streamed: bool,
    keep: bool,
    cluster_bytes: u16,
    fragments: Vec<Described>,
}

#[derive(Debug, Arbitrary)]
struct Described {
    number: Option<u32>,
    producer: Option<i64>,
    scale: u64,
    tags: Vec<(String, String)>,
    frames: Vec<Sketch>,
    track: Option<(u64, u64, Vec<u8>)>,
}

#[derive(Debug, Arbitrary)]
struct Sketch {
    track: u8,
    timestamp: i64,
    duration: Option<u64>,
    keyframe: bool,
    invisible: bool,
    discardable: bool,
    data: Vec<u8>,
    additions: Vec<(u64, Vec<u8>)>,
}

impl Described {
    fn fragment(self, base: &Fragment) -> Fragment {
        let mut fragment = base.clone();
        fragment.number = self
            .number
            .and_then(|number| number.to_string().parse().ok());
        fragment.producer_timestamp = self.producer.map(Timestamp::from_nanos);
        fragment.timestamp_scale = self.scale;
        let tags = self.tags.into_iter();
        fragment.tags_before = tags.map(|(name, value)| Tag { name, value }).collect();
        fragment.frames = self.frames.into_iter().map(Sketch::frame).collect();
        if let Some((number, uid, entry)) = self.track {
            let mut tracks = fragment.tracks.to_vec();
            tracks[0].number = number;
            tracks[0].uid = uid;
            tracks[0].entry = Bytes::from(entry);
            fragment.tracks = tracks.into();
        }
        fragment
    }
}

impl Sketch {
    fn frame(self) -> Frame {
        Frame {
            track: u64::from(self.track % 3),
            timestamp: self.timestamp,
            duration: self.duration,
            keyframe: self.keyframe,
            invisible: self.invisible,
            discardable: self.discardable,
            data: self.data.into(),
            additions: self.additions.into_iter().map(addition).collect(),
        }
    }
}

fn addition((id, data): (u64, Vec<u8>)) -> BlockAddition {
    BlockAddition {
        id,
        data: data.into(),
    }
}

fuzz_target!(|input: Input| {
    let mut options = WriterOptions::default();
    options.cluster_bytes = input.cluster_bytes.into();
    if input.streamed {
        options.form = Form::Streamed;
    }
    if input.keep {
        options.gaps = Gaps::Keep;
    }
    let seeds = decode(SEED, &[]);
    let base = seeds[0].as_ref().expect("a fragment");
    let mut writer = Writer::new(options);
    let mut written = Vec::new();
    let mut is_sound = true;
    for described in input.fragments {
        // Nobody has checked such an entry; it is written as it is.
        let is_odd = described.track.is_some()
            || described
                .frames
                .iter()
                .any(|f| f.duration.is_some_and(|d| d > 1 << 60));
        let fragment = described.fragment(base);
        if writer.write(&fragment).is_ok() {
            is_sound &= !is_odd;
            written.extend(fragment.frames);
        }
    }
    let file = complete(writer);
    if is_sound {
        let read = frames(&file);
        assert!(read.iter().map(kept).eq(written.iter().map(kept)));
    } else {
        decode(&file, &[]);
    }
});
