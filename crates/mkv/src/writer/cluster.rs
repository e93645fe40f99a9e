//! Clusters and their blocks.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use bytes::Bytes;

use crate::ebml::id;
use crate::ebml::write::{Encoder, Pieces, Width, len_u64, shortest_len};
use crate::fragment::{BlockAddition, Frame, FrameHead};

const KEYFRAME: u8 = 0x80;
const INVISIBLE: u8 = 0x08;
const DISCARDABLE: u8 = 0x01;

/// Bytes of a block besides the frame, roughly: what many tiny frames add to a Cluster.
const BLOCK_OVERHEAD: u64 = 16;
/// The same as room that is made beforehand.
const BLOCK_ROOM: usize = 16;

/// A frame with its time in the output, all but its bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Block {
    pub(crate) head: FrameHead,
    /// In ticks of the output's scale.
    pub(crate) tick: i64,
    /// From this frame to one that it needs, where the block has to say so.
    reference: Option<i64>,
}

impl Block {
    /// Whether it has what a SimpleBlock has no room for.
    fn is_group(&self) -> bool {
        needs_group(&self.head)
    }

    /// Bytes of a block's payload.
    fn payload_len(&self) -> u64 {
        let time_and_flags = 3;
        shortest_len(self.head.track)
            .saturating_add(time_and_flags)
            .saturating_add(self.head.bytes)
    }

    /// Bytes of its element, with what is around it.
    fn len(&self, scale: u64) -> u64 {
        let block = element_len(1, self.payload_len());
        match self.is_group() {
            false => block,
            true => {
                let after = len_u64(&self.in_group(scale));
                let after = after.saturating_add(self.head.beside_written);
                element_len(1, block.saturating_add(after))
            }
        }
    }

    /// What a group says of it behind its additions.
    fn in_group(&self, scale: u64) -> Bytes {
        let mut after = Encoder::new(Width::Shortest);
        if let Some(duration) = self.head.duration {
            after.unsigned(id::BLOCK_DURATION, ticks(duration, scale));
        }
        if let Some(reference) = self.reference {
            after.signed(id::REFERENCE_BLOCK, reference);
        }
        after.take()
    }
}

fn needs_group(head: &FrameHead) -> bool {
    head.duration.is_some() || head.beside_written > 0
}

/// Bytes of an element whose id has so many, and its payload so many.
fn element_len(id: u64, payload: u64) -> u64 {
    id.saturating_add(shortest_len(payload))
        .saturating_add(payload)
}

/// The latest tick of each track of a fragment, as its frames pass in stored order.
#[derive(Debug, Default)]
struct Order {
    /// Of the latest frame, and what is of other tracks.
    latest: Option<(u64, i64)>,
    others: BTreeMap<u64, i64>,
}

impl Order {
    fn block(&mut self, head: FrameHead, tick: i64) -> Block {
        let former = match self.latest.replace((head.track, tick)) {
            Some((track, former)) if track == head.track => Some(former),
            Some((track, former)) => {
                self.others.insert(track, former);
                self.others.get(&head.track).copied()
            }
            None => None,
        };
        // Only a BlockGroup has no flag for keyframes; there a reference tells the difference.
        let reference = (needs_group(&head) && !head.keyframe)
            .then(|| former.map_or(0, |former| former.saturating_sub(tick)));
        Block {
            head,
            tick,
            reference,
        }
    }
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

/// The Clusters of a fragment: settled before its first frame is written, which may be long before
/// its last one is there.
#[derive(Debug, Default)]
pub(crate) struct Clusters {
    due: VecDeque<Cluster>,
    /// Blocks that the one under way still takes, and its time.
    left: usize,
    base: i64,
    order: Order,
    scale: u64,
    width: Width,
}

#[derive(Debug)]
struct Cluster {
    blocks: usize,
    base: i64,
    /// Bytes of its payload.
    len: u64,
}

impl Clusters {
    /// Cuts frames into Clusters: as few as the bounds allow. The first block of a Cluster may exceed
    /// them alone. `scale` is that of the output, and each Cluster's own size is on `width` bytes.
    pub(crate) fn new(
        heads: impl Iterator<Item = FrameHead>,
        tick: impl Fn(i64) -> i64,
        bounds: Bounds,
        (scale, width): (u64, Width),
    ) -> Self {
        let mut due = VecDeque::new();
        let mut order = Order::default();
        let mut open: Option<Filling> = None;
        for head in heads {
            let block = order.block(head, tick(head.timestamp));
            let fits = open.as_mut().is_some_and(|open| open.takes(&block, bounds));
            if !fits {
                let full = open.replace(Filling::with(&block));
                due.extend(full.map(Filling::close));
            }
            if let Some(open) = &mut open {
                open.len = open.len.saturating_add(block.len(scale));
            }
        }
        due.extend(open.map(Filling::close));
        Self {
            due,
            left: 0,
            base: 0,
            order: Order::default(),
            scale,
            width,
        }
    }

    /// Lays out the next frames, as far as they are of one Cluster, and takes them off `frames`. Each
    /// block is told, and whether its Cluster begins with it.
    pub(crate) fn next(
        &mut self,
        frames: &mut &[Frame],
        tick: impl Fn(i64) -> i64,
        mut tell: impl FnMut(&Block, bool),
    ) -> Option<Vec<Bytes>> {
        if frames.is_empty() {
            return None;
        }
        let mut begins = self.left == 0;
        let mut head = Encoder::new(self.width);
        if begins {
            let cluster = self.due.pop_front()?;
            (self.left, self.base) = (cluster.blocks, cluster.base);
            head.id(id::CLUSTER);
            head.size(cluster.len);
            head.raw(&time_of(cluster.base));
        }
        let (mine, rest) = frames.split_at_checked(self.left).unwrap_or((frames, &[]));
        *frames = rest;
        self.left = self.left.saturating_sub(mine.len());
        let mut body = Pieces::with_room(mine.len().saturating_mul(BLOCK_ROOM));
        for frame in mine {
            let block = self
                .order
                .block(FrameHead::of(frame), tick(frame.timestamp));
            match block.is_group() {
                false => simple_block(&block, frame, self.base, &mut body),
                true => block_group(&block, frame, (self.base, self.scale), &mut body),
            }
            tell(&block, std::mem::take(&mut begins));
        }
        let head = std::iter::once(head.take());
        Some(head.chain(body.into_pieces()).collect())
    }
}

/// A Cluster that may take more blocks.
#[derive(Debug)]
struct Filling {
    blocks: usize,
    /// Bytes of frames, with some for what is around them.
    bytes: u64,
    first: i64,
    last: i64,
    /// Bytes of its blocks as they are written.
    len: u64,
}

impl Filling {
    fn with(block: &Block) -> Self {
        Self {
            blocks: 1,
            bytes: weight(block),
            first: block.tick,
            last: block.tick,
            len: 0,
        }
    }

    /// Takes a block, unless that would exceed the bounds.
    fn takes(&mut self, block: &Block, bounds: Bounds) -> bool {
        let first = self.first.min(block.tick);
        let last = self.last.max(block.tick);
        let bytes = self.bytes.saturating_add(weight(block));
        if last.saturating_sub(first) > bounds.ticks || bytes > bounds.bytes {
            return false;
        }
        (self.first, self.last, self.bytes) = (first, last, bytes);
        self.blocks = self.blocks.saturating_add(1);
        true
    }

    fn close(self) -> Cluster {
        // The earliest block, so that relative times use the positive half alone.
        let base = self.first.max(0);
        Cluster {
            blocks: self.blocks,
            base,
            len: self.len.saturating_add(len_u64(&time_of(base))),
        }
    }
}

fn weight(block: &Block) -> u64 {
    let frame = block.head.bytes.saturating_add(block.head.beside);
    frame.saturating_add(BLOCK_OVERHEAD)
}

/// The Timestamp of a Cluster.
fn time_of(base: i64) -> Bytes {
    let mut encoder = Encoder::new(Width::Shortest);
    encoder.unsigned(id::TIMESTAMP, base.unsigned_abs());
    encoder.take()
}

fn simple_block(block: &Block, frame: &Frame, base: i64, out: &mut Pieces) {
    let flag = |set, bit| if set { bit } else { 0 };
    let flags = flag(frame.keyframe, KEYFRAME)
        | flag(frame.invisible, INVISIBLE)
        | flag(frame.discardable, DISCARDABLE);
    block_head(id::SIMPLE_BLOCK, block, base, flags, &mut out.encoder);
    out.pass(&frame.data);
}

/// A block with a duration or additions. It cannot be marked as discardable.
fn block_group(block: &Block, frame: &Frame, (base, scale): (i64, u64), out: &mut Pieces) {
    let flags = if frame.invisible { INVISIBLE } else { 0 };
    let mut beside = Encoder::new(Width::Shortest);
    additions(&frame.additions, &mut beside);
    let (beside, after) = (beside.take(), block.in_group(scale));
    let element = element_len(1, block.payload_len());
    let element = element.saturating_add(len_u64(&beside));
    out.encoder.id(id::BLOCK_GROUP);
    out.encoder.size(element.saturating_add(len_u64(&after)));
    block_head(id::BLOCK, block, base, flags, &mut out.encoder);
    out.pass(&frame.data);
    out.encoder.raw(&beside);
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

/// Bytes that additions take where they are written; there are some.
pub(crate) fn written_len(additions: &[BlockAddition]) -> u64 {
    let more = additions.iter().map(|addition| {
        let mut number = Encoder::new(Width::Shortest);
        number.unsigned(id::BLOCK_ADD_ID, addition.id);
        let data = element_len(1, len_u64(&addition.data));
        element_len(1, data.saturating_add(len_u64(&number.take())))
    });
    element_len(2, more.fold(0, u64::saturating_add))
}

/// All of a block but the frame: its element's head, track number, relative time and flags, which
/// say that there is no lacing.
fn block_head(id: u32, block: &Block, base: i64, flags: u8, e: &mut Encoder) {
    let bounds = (i64::from(i16::MIN), i64::from(i16::MAX));
    let relative = block.tick.saturating_sub(base).clamp(bounds.0, bounds.1);
    let relative = i16::try_from(relative).unwrap_or_default();
    e.id(id);
    e.size(block.payload_len());
    e.shortest(block.head.track);
    e.raw(&relative.to_be_bytes());
    e.raw(&[flags]);
}

/// Nanoseconds in ticks of `scale`, to the nearest.
fn ticks(nanos: u64, scale: u64) -> u64 {
    let half = scale >> 1;
    nanos.saturating_add(half).checked_div(scale).unwrap_or(0)
}
