//! One fragment in the shape in which the service sends it.
//!
//! An emulator answers with this; the decoder reads it back.
//!
//! ```
//! use kvs_mkv::payload::{self, PayloadOptions};
//! use kvs_mkv::{Bytes, Fragment, InBandError, Timestamp};
//!
//! /// A recording's fragment as if it were sent now.
//! fn answer(fragment: &Fragment, now: Timestamp) -> Vec<Bytes> {
//!     let options = PayloadOptions {
//!         number: "12345".parse().expect("digits"),
//!         server_timestamp: now,
//!         producer_timestamp: now,
//!         shift: now.as_nanos(),
//!     };
//!     payload::encode(fragment, &options)
//! }
//!
//! let missing = InBandError {
//!     code: Some("FRAGMENT_NOT_FOUND".to_owned()),
//!     id: Some(3000),
//!     message: None,
//! };
//! let answer = payload::error(&"12345".parse()?, &missing).concat();
//! assert!(answer.starts_with(b"\x1A\x45\xDF\xA3"));
//! # Ok::<(), kvs_mkv::BadFragmentNumber>(())
//! ```

use bytes::Bytes;

use crate::ebml::id;
use crate::ebml::write::{Encoder, Width};
use crate::fragment::{Fragment, InBandError, Tag};
use crate::number::FragmentNumber;
use crate::timestamp::Timestamp;
use crate::writer::cluster::{Bounds, Clusters};
use crate::writer::tags::{self, Identity, Targets};
use crate::writer::{header, tracks};

const ERROR_CODE: &str = "AWS_KINESISVIDEO_ERROR_CODE";
const ERROR_ID: &str = "AWS_KINESISVIDEO_ERROR_ID";
const EXCEPTION_MESSAGE: &str = "AWS_KINESISVIDEO_EXCEPTION_MESSAGE";
/// The service writes the sizes of its own Tags on four bytes.
const SERVICE_TAGS: Width = Width::Fixed(4);
/// Producers leave room for a Cluster of any size.
const CLUSTER_SIZE: Width = Width::Fixed(8);

/// What the service adds to a fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayloadOptions {
    /// Its number.
    pub number: FragmentNumber,
    /// When it was received.
    pub server_timestamp: Timestamp,
    /// When it begins.
    pub producer_timestamp: Timestamp,
    /// Nanoseconds to add to the times of all frames.
    pub shift: i64,
}

/// Writes a fragment as GetMedia and GetMediaForFragmentList send it. Its own number and times give
/// way to those of the options; its other tags stay, before and after.
///
/// Frames are passed through uncopied. A Cluster cannot begin before zero: frames that a shift
/// puts further back than their 16 bits reach come out late.
pub fn encode(fragment: &Fragment, options: &PayloadOptions) -> Vec<Bytes> {
    let scale = fragment.timestamp_scale.max(1);
    let mut e = Encoder::new(Width::Shortest);
    begin(&mut e);
    e.master(id::INFO, |e| header::scale_and_apps(scale, e));
    if !fragment.tracks.is_empty() {
        tracks::encode(&fragment.tracks, &mut e);
    }
    let identity = Identity {
        number: Some(options.number.clone()),
        server_timestamp: Some(options.server_timestamp),
        producer_timestamp: Some(options.producer_timestamp),
    };
    tags::encode(
        identity.others(&fragment.tags_before),
        Targets::Unsaid,
        &mut e,
    );
    let mut service = Encoder::new(SERVICE_TAGS);
    tags::encode(identity.tags(), Targets::Unsaid, &mut service);
    let mut pieces = vec![e.take(), service.take()];
    let tick = |timestamp: i64| ticks(timestamp.saturating_add(options.shift), scale);
    let form = (scale, CLUSTER_SIZE);
    let mut clusters = Clusters::new(fragment.heads(), tick, Bounds::WIDEST, form);
    let mut frames = fragment.frames.as_slice();
    while let Some(run) = clusters.next(&mut frames, tick, |_, _| {}) {
        pieces.extend(run);
    }
    tags::encode(tags::after(fragment), Targets::Unsaid, &mut e);
    pieces.push(e.take());
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// Writes the error that the service sends in place of a fragment, inside a successful answer.
pub fn error(number: &FragmentNumber, error: &InBandError) -> Vec<Bytes> {
    let named = [
        (ERROR_CODE, error.code.clone()),
        (ERROR_ID, error.id.map(|id| id.to_string())),
        (EXCEPTION_MESSAGE, error.message.clone()),
        (tags::FRAGMENT_NUMBER, Some(number.to_string())),
    ];
    let tags = named.into_iter().filter_map(|(name, value)| {
        Some(Tag {
            name: name.to_owned(),
            value: value?,
        })
    });
    let mut e = Encoder::new(Width::Shortest);
    begin(&mut e);
    let mut service = Encoder::new(SERVICE_TAGS);
    tags::encode(tags, Targets::Unsaid, &mut service);
    vec![e.take(), service.take()]
}

fn begin(e: &mut Encoder) {
    header::ebml_header(header::MATROSKA, e);
    e.unknown_size(id::SEGMENT);
}

/// Nanoseconds in ticks of `scale`, to the nearest.
fn ticks(nanos: i64, scale: u64) -> i64 {
    let scale = i64::try_from(scale).unwrap_or(i64::MAX);
    let raised = nanos.saturating_add(scale >> 1);
    raised.checked_div_euclid(scale).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::writer::tests::walk::{Block, Element, cluster_blocks, elements};
    use crate::writer::tests::{fragment, tag};

    fn options(shift: i64) -> PayloadOptions {
        PayloadOptions {
            number: "12345678901234567890123456789012345678901234567"
                .parse()
                .unwrap(),
            server_timestamp: Timestamp::from_millis(1_600_000_001_250),
            producer_timestamp: Timestamp::from_millis(1_600_000_000_000),
            shift,
        }
    }

    fn texts(tags: &Element<'_>) -> Vec<String> {
        let simple = tags.one(id::TAG).all(id::SIMPLE_TAG);
        let text = |tag: &Element<'_>| tag.one(id::TAG_STRING).text().to_owned();
        simple.iter().map(text).collect()
    }

    #[test]
    fn a_payload_has_the_service_s_shape() {
        let mut fragment = fragment(5, Some(7), &[0, 40]);
        fragment.tags_before = vec![
            tag("place", "door"),
            tag("AWS_KINESISVIDEO_FRAGMENT_NUMBER", "5"),
        ];
        fragment.tags_after = vec![tag("seen", "cat")];
        let bytes = encode(&fragment, &options(0)).concat();
        let top = elements(&bytes);
        assert_eq!([top[0].id, top[1].id], [id::EBML, id::SEGMENT]);
        let segment = top[1];
        let size = &bytes[segment.offset + 4..segment.offset + 12];
        assert_eq!(size, [1, 255, 255, 255, 255, 255, 255, 255]);
        let children = segment.children();
        let ids: Vec<u32> = children.iter().map(|e| e.id).collect();
        let expected = [
            id::INFO,
            id::TRACKS,
            id::TAGS,
            id::TAGS,
            id::CLUSTER,
            id::TAGS,
        ];
        assert_eq!(ids, expected);
        assert_eq!(texts(&children[2]), ["door"]);
        let own = [
            "12345678901234567890123456789012345678901234567",
            "1600000001.250",
            "1600000000.000",
        ];
        assert_eq!(texts(&children[3]), own);
        assert_eq!(texts(&children[5]), ["cat"]);
        // Sizes of the service's Tags take four bytes each, that of the Cluster eight.
        let tags = &segment.payload[children[3].offset..];
        assert_eq!(
            tags[..18],
            *b"\x12\x54\xC3\x67\x10\0\0\xEB\x73\x73\x10\0\0\xE5\x67\xC8\x10\0"
        );
        let cluster = &segment.payload[children[4].offset..];
        assert_eq!(cluster[4], 1);
    }

    fn ticks_of(fragment: &Fragment, shift: i64) -> Vec<i64> {
        let bytes = encode(fragment, &options(shift)).concat();
        let segment = elements(&bytes)[1];
        let clusters = segment.all(id::CLUSTER);
        let blocks: Vec<Block> = clusters.iter().flat_map(cluster_blocks).collect();
        blocks.iter().map(|block| block.tick).collect()
    }

    #[test]
    fn times_are_shifted() {
        let fragment = fragment(1, None, &[80, 0, 40]);
        assert_eq!(ticks_of(&fragment, 0), [80, 0, 40]);
        let to_2020 = 1_600_000_000_000_000_000;
        let shifted = [1_600_000_000_080, 1_600_000_000_000, 1_600_000_000_040];
        assert_eq!(ticks_of(&fragment, to_2020), shifted);
        assert_eq!(ticks_of(&fragment, -50_400_000), [30, -50, -10]);
        assert_eq!(ticks_of(&fragment, i64::MIN), [-32_768; 3]);
    }

    #[test]
    fn long_fragments_take_more_clusters() {
        assert_eq!(ticks_of(&fragment(1, None, &[0, 90_000]), 0), [0, 90_000]);
    }

    #[test]
    fn a_fragment_without_frames_has_no_cluster() {
        let bytes = encode(&fragment(1, None, &[]), &options(0)).concat();
        assert!(elements(&bytes)[1].all(id::CLUSTER).is_empty());
    }

    #[test]
    fn errors_are_tags_alone() {
        let not_found = InBandError {
            code: Some("FRAGMENT_NOT_FOUND".into()),
            id: Some(3000),
            message: None,
        };
        let bytes = error(&"42".parse().unwrap(), &not_found).concat();
        let children = elements(&bytes)[1].children();
        assert_eq!(children.len(), 1);
        assert_eq!(texts(&children[0]), ["FRAGMENT_NOT_FOUND", "3000", "42"]);
    }
}
