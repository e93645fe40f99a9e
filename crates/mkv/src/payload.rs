//! One fragment in the shape in which the service sends it.
//!
//! An emulator answers with this; the decoder reads it back.

use bytes::Bytes;

use crate::ebml::id;
use crate::ebml::write::{Encoder, Width};
use crate::fragment::{Fragment, InBandError, Tag};
use crate::number::FragmentNumber;
use crate::timestamp::Timestamp;
use crate::writer::tags::{self, Identity};
use crate::writer::{cluster, header, tracks};

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
    tags::encode(identity.others(&fragment.tags_before), &mut e);
    let mut service = Encoder::new(SERVICE_TAGS);
    tags::encode(identity.tags(), &mut service);
    let mut pieces = vec![e.take(), service.take()];
    let blocks = cluster::blocks(&fragment.frames, |timestamp| {
        ticks(timestamp.saturating_add(options.shift), scale)
    });
    for blocks in cluster::split(&blocks, u64::MAX) {
        pieces.extend(cluster::encode(blocks, scale, CLUSTER_SIZE));
    }
    tags::encode(tags::after(fragment), &mut e);
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
    tags::encode(tags, &mut service);
    vec![e.take(), service.take()]
}

fn begin(e: &mut Encoder) {
    header::ebml_header(e);
    e.unknown_size(id::SEGMENT);
}

/// Nanoseconds in ticks of `scale`, to the nearest.
fn ticks(nanos: i64, scale: u64) -> i64 {
    let scale = i64::try_from(scale).unwrap_or(i64::MAX);
    let raised = nanos.saturating_add(scale >> 1);
    raised.checked_div_euclid(scale).unwrap_or(0)
}
