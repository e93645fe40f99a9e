//! Clusters and their blocks.

use std::time::Duration;

use bytes::Bytes;

use crate::ebml::id;
use crate::ebml::write::{Encoder, Pieces, Width, len_u64, shortest_len};
use crate::fragment::{BlockAddition, Frame};

const KEYFRAME: u8 = 0x80;
const INVISIBLE: u8 = 0x08;
const DISCARDABLE: u8 = 0x01;

/// Bytes of a block besides the frame, roughly: what many tiny frames add to a Cluster.
const BLOCK_OVERHEAD: u64 = 16;
/// The same as room that is made beforehand.
const BLOCK_ROOM: usize = 16;

/// A frame with its time in the output.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Block<'a> {
    pub(crate) frame: &'a Frame,
    /// In ticks of the output's scale.
    pub(crate) tick: i64,
    /// From this frame to one that it needs, where the block has to say so.
    reference: Option<i64>,
}

/// The blocks of a fragment, in stored order.
pub(crate) fn blocks<'a>(frames: &'a [Frame], tick: impl Fn(i64) -> i64) -> Vec<Block<'a>> {
    let mut blocks: Vec<Block<'a>> = Vec::with_capacity(frames.len());
    for frame in frames {
        let tick = tick(frame.timestamp);
        // Only a BlockGroup has no flag for keyframes; there a reference tells the difference.
        let reference = (needs_group(frame) && !frame.keyframe).then(|| {
            let former = blocks.iter().rfind(|b| b.frame.track == frame.track);
            former.map_or(0, |former| former.tick.saturating_sub(tick))
        });
        blocks.push(Block {
            frame,
            tick,
            reference,
        });
    }
    blocks
}

/// Whether a frame has what a SimpleBlock has no room for.
fn needs_group(frame: &Frame) -> bool {
    frame.duration.is_some() || !frame.additions.is_empty()
}

/// What one Cluster may hold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    bytes: u64,
    /// From the earliest block to the latest.
    ticks: i64,
}

impl Bounds {
    /// Those of relative times alone, which have 16 bits; half of them, since none is negative.
    pub(crate) const WIDEST: Self = Self {
        bytes: u64::MAX,
        ticks: 0x7FFF,
    };

    /// `scale` is that of the output.
    pub(crate) fn new(bytes: u64, duration: Duration, scale: u64) -> Self {
        let ticks = duration.as_nanos().checked_div(scale.into()).unwrap_or(0);
        Self {
            bytes,
            ticks: i64::try_from(ticks).map_or(Self::WIDEST.ticks, |t| t.min(Self::WIDEST.ticks)),
        }
    }
}

/// Cuts blocks into Clusters: as few as the bounds allow. The first block of a Cluster may exceed
/// them alone.
pub(crate) fn split<'a, 'b>(mut blocks: &'b [Block<'a>], bounds: Bounds) -> Vec<&'b [Block<'a>]> {
    let mut clusters = Vec::new();
    while !blocks.is_empty() {
        let (cluster, rest) = blocks
            .split_at_checked(fitting(blocks, bounds))
            .unwrap_or((blocks, &[]));
        clusters.push(cluster);
        blocks = rest;
    }
    clusters
}

/// How many of the first blocks go into one Cluster; at least one.
fn fitting(blocks: &[Block<'_>], bounds: Bounds) -> usize {
    let mut bytes = 0_u64;
    let (mut first, mut last) = (i64::MAX, i64::MIN);
    blocks
        .iter()
        .take_while(|block| {
            let begins = bytes == 0;
            first = first.min(block.tick);
            last = last.max(block.tick);
            bytes = bytes
                .saturating_add(frame_len(block.frame))
                .saturating_add(BLOCK_OVERHEAD);
            let near = last.saturating_sub(first) <= bounds.ticks;
            begins || (near && bytes <= bounds.bytes)
        })
        .count()
        .max(1)
}

/// Lays out one Cluster, its own size on `width` bytes. `scale` is that of the output.
pub(crate) fn encode(blocks: &[Block<'_>], scale: u64, width: Width) -> Vec<Bytes> {
    // The earliest block, so that relative times use the positive half alone.
    let earliest = blocks.iter().map(|block| block.tick).min();
    let base = earliest.unwrap_or(0).max(0);
    let mut body = Pieces::with_room(blocks.len().saturating_mul(BLOCK_ROOM));
    body.encoder.unsigned(id::TIMESTAMP, base.unsigned_abs());
    for block in blocks {
        match needs_group(block.frame) {
            false => simple_block(block, base, &mut body),
            true => block_group(block, base, scale, &mut body),
        }
    }
    let (body, body_len) = body.into_parts();
    let mut head = Encoder::new(width);
    head.id(id::CLUSTER);
    head.size(body_len);
    std::iter::once(head.take()).chain(body).collect()
}

fn simple_block(block: &Block<'_>, base: i64, out: &mut Pieces) {
    let flag = |set, bit| if set { bit } else { 0 };
    let frame = block.frame;
    let flags = flag(frame.keyframe, KEYFRAME)
        | flag(frame.invisible, INVISIBLE)
        | flag(frame.discardable, DISCARDABLE);
    block_head(id::SIMPLE_BLOCK, block, base, flags, &mut out.encoder);
    out.pass(&frame.data);
}

/// A block with a duration or additions. It cannot be marked as discardable.
fn block_group(block: &Block<'_>, base: i64, scale: u64, out: &mut Pieces) {
    let flags = if block.frame.invisible { INVISIBLE } else { 0 };
    let mut after = Encoder::new(Width::Shortest);
    additions(&block.frame.additions, &mut after);
    if let Some(duration) = block.frame.duration {
        after.unsigned(id::BLOCK_DURATION, ticks(duration, scale));
    }
    if let Some(reference) = block.reference {
        after.signed(id::REFERENCE_BLOCK, reference);
    }
    let after = after.take();
    let payload = block_len(block);
    let element = payload
        .saturating_add(shortest_len(payload))
        .saturating_add(1);
    out.encoder.id(id::BLOCK_GROUP);
    out.encoder.size(element.saturating_add(len_u64(&after)));
    block_head(id::BLOCK, block, base, flags, &mut out.encoder);
    out.pass(&block.frame.data);
    out.encoder.raw(&after);
}

fn additions(additions: &[BlockAddition], e: &mut Encoder) {
    if additions.is_empty() {
        return;
    }
    e.master(id::BLOCK_ADDITIONS, |e| {
        for addition in additions {
            e.master(id::BLOCK_MORE, |e| {
                e.binary(id::BLOCK_ADDITIONAL, &addition.data);
                e.unsigned(id::BLOCK_ADD_ID, addition.id);
            });
        }
    });
}

/// All of a block but the frame: its element's head, track number, relative time and flags, which
/// say that there is no lacing.
fn block_head(id: u32, block: &Block<'_>, base: i64, flags: u8, e: &mut Encoder) {
    let bounds = (i64::from(i16::MIN), i64::from(i16::MAX));
    let relative = block.tick.saturating_sub(base).clamp(bounds.0, bounds.1);
    let relative = i16::try_from(relative).unwrap_or_default();
    e.id(id);
    e.size(block_len(block));
    e.shortest(block.frame.track);
    e.raw(&relative.to_be_bytes());
    e.raw(&[flags]);
}

/// Bytes of a block's payload.
fn block_len(block: &Block<'_>) -> u64 {
    let time_and_flags = 3;
    shortest_len(block.frame.track)
        .saturating_add(time_and_flags)
        .saturating_add(len_u64(&block.frame.data))
}

/// Bytes of a frame with what comes beside it.
fn frame_len(frame: &Frame) -> u64 {
    let beside = frame
        .additions
        .iter()
        .map(|addition| len_u64(&addition.data));
    beside.fold(len_u64(&frame.data), u64::saturating_add)
}

/// Nanoseconds in ticks of `scale`, to the nearest.
fn ticks(nanos: u64, scale: u64) -> u64 {
    let half = scale >> 1;
    nanos.saturating_add(half).checked_div(scale).unwrap_or(0)
}
