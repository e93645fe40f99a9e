//! What is written reads back as the fragments that it was made of.

use std::time::Duration;

use proptest::prelude::*;

use super::walk::{Block, Element, cluster_blocks, segment};
use super::*;

/// A fragment as far as a file can tell.
#[derive(Debug, Clone, PartialEq, Default)]
struct Told {
    number: Option<String>,
    server: Option<String>,
    producer: Option<String>,
    before: Vec<(String, String)>,
    after: Vec<(String, String)>,
    has_cluster: bool,
    blocks: Vec<Block>,
}

/// Reads by the rule that Tags with a number begin a fragment, and all up to the next belongs to it.
fn read(bytes: &[u8]) -> Vec<Told> {
    let mut all: Vec<Told> = Vec::new();
    for element in segment(bytes).children() {
        match element.id {
            id::TAGS => {
                let tags = pairs(&element);
                if tags.iter().any(|(name, _)| name == NUMBER) {
                    all.push(Told::default());
                }
                let told = all.last_mut().unwrap();
                tags.into_iter().for_each(|tag| told.tag(tag));
            }
            id::CLUSTER => {
                let told = all.last_mut().unwrap();
                told.has_cluster = true;
                told.blocks.extend(cluster_blocks(&element));
            }
            _ => {}
        }
    }
    all
}

const NUMBER: &str = "AWS_KINESISVIDEO_FRAGMENT_NUMBER";

impl Told {
    fn tag(&mut self, (name, value): (String, String)) {
        match &*name {
            NUMBER => self.number = Some(value),
            "AWS_KINESISVIDEO_SERVER_TIMESTAMP" => self.server = Some(value),
            "AWS_KINESISVIDEO_PRODUCER_TIMESTAMP" => self.producer = Some(value),
            _ if self.has_cluster => self.after.push((name, value)),
            _ => self.before.push((name, value)),
        }
    }

    /// What a file should tell of a fragment, given when its earliest frame comes out.
    fn of(fragment: &Fragment, first: i64) -> Self {
        let own = fragment.frames.iter().map(|f| f.timestamp).min();
        let block = |frame: &Frame| Block {
            track: frame.track,
            tick: (frame.timestamp - own.unwrap()) / MS + first,
            keyframe: frame.keyframe,
            duration: frame.duration.map(|nanos| nanos / MS as u64),
            data: frame.data.to_vec(),
            additions: (frame.additions.iter())
                .map(|addition| (addition.id, addition.data.to_vec()))
                .collect(),
        };
        let tags = |tags: &[Tag]| {
            let pair = |tag: &Tag| (tag.name.clone(), tag.value.clone());
            tags.iter().map(pair).collect::<Vec<_>>()
        };
        Self {
            number: fragment.number.as_ref().map(ToString::to_string),
            server: fragment.server_timestamp.map(|t| t.to_string()),
            producer: fragment.producer_timestamp.map(|t| t.to_string()),
            before: tags(&fragment.tags_before),
            after: tags(&fragment.tags_after),
            has_cluster: fragment.state == State::Complete,
            blocks: fragment.frames.iter().map(block).collect(),
        }
    }

    fn first(&self) -> i64 {
        self.blocks
            .iter()
            .map(|block| block.tick)
            .min()
            .unwrap_or(0)
    }
}

fn pairs(tags: &Element<'_>) -> Vec<(String, String)> {
    let simple = tags.one(id::TAG).all(id::SIMPLE_TAG);
    let pair = |tag: &Element<'_>| {
        let name = tag.one(id::TAG_NAME).text().to_owned();
        (name, tag.one(id::TAG_STRING).text().to_owned())
    };
    simple.iter().map(pair).collect()
}

fn any_additions() -> impl Strategy<Value = Vec<BlockAddition>> {
    let data = proptest::collection::vec(any::<u8>(), 0..30);
    let addition = (1..u64::MAX, data).prop_map(|(id, data)| BlockAddition {
        id,
        data: data.into(),
    });
    proptest::collection::vec(addition, 1..4)
}

prop_compose! {
    pub(crate) fn any_frame()(
        track in 1..=2_u64,
        ms in 0..70_000_i64,
        duration in proptest::option::of(0..5_000_u64),
        keyframe: bool,
        byte: u8,
        len in prop_oneof![8 => 0..40_usize, 1 => 100..20_000_usize, 1 => Just(2_100_000)],
        additions in prop_oneof![3 => Just(Vec::new()), 1 => any_additions()],
    ) -> Frame {
        Frame {
            duration: duration.map(|ms| ms.saturating_mul(1_000_000)),
            keyframe,
            data: Bytes::from(vec![byte; len]),
            additions: additions.into(),
            ..frame(track, ms)
        }
    }
}

prop_compose! {
    pub(crate) fn any_tags()(tags in proptest::collection::vec(("[a-z]{1,8}", "\\PC{0,20}"), 0..3)) -> Vec<Tag> {
        tags.iter().map(|(name, value)| tag(name, value)).collect()
    }
}

prop_compose! {
    pub(crate) fn any_fragment()(
        number: u32,
        producer in proptest::option::of(1..100_000_i64),
        frames in proptest::collection::vec(any_frame(), 0..12),
        before in any_tags(),
        after in any_tags(),
    ) -> Fragment {
        let mut fragment = with_tracks(number, producer, &[video(), audio()], frames);
        fragment.tags_before = before;
        // Without a Cluster there is nothing to stand after.
        if fragment.state == State::Complete {
            fragment.tags_after = after;
        }
        fragment
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn fragments_read_back(
        fragments in proptest::collection::vec(any_fragment(), 1..6),
        cluster_bytes in prop_oneof![Just(u64::MAX), 0..5_000_u64],
        cluster_ms in prop_oneof![Just(u64::MAX), 0..40_000_u64],
        streamed: bool,
        keep: bool,
    ) {
        let options = WriterOptions {
            form: if streamed { Form::Streamed } else { Form::Seekable },
            gaps: if keep { Gaps::Keep } else { Gaps::Close },
            cluster_bytes,
            cluster_duration: Duration::from_millis(cluster_ms),
        };
        let told = read(&file(options, &fragments));
        prop_assert_eq!(told.len(), fragments.len());
        for (told, fragment) in told.iter().zip(&fragments) {
            let expected = Told::of(fragment, told.first());
            prop_assert!(*told == expected, "{:?}", fragment.number);
        }
    }
}
