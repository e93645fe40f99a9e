//! Blocks: their heads, their lacing and their times.

use bytes::{Buf, Bytes};

use super::additions;
use crate::ebml::children::{Child, Children, Malformed};
use crate::ebml::{id, parse_signed_vint, parse_unsigned, parse_vint};
use crate::fragment::{BlockAddition, Frame};

const KEYFRAME: u8 = 0x80;
const INVISIBLE: u8 = 0x08;
const LACING: u8 = 0x06;
const DISCARDABLE: u8 = 0x01;

/// The head of a block: what a SimpleBlock or a BlockGroup says about the frames in it.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) track: u64,
    /// Ticks after the timecode of the Cluster.
    timecode: i16,
    /// Ticks that all its frames last together.
    duration: Option<u64>,
    keyframe: bool,
    discardable: bool,
    flags: u8,
    /// Bytes of the head itself; what follows is frames.
    pub(super) len: usize,
}

/// A BlockGroup: the head of its Block, that Block, and what comes beside it.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) block: Block,
    pub(super) payload: Bytes,
    pub(super) additions: Box<[BlockAddition]>,
}

/// What the times of a block count in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    /// Timecode of the Cluster.
    pub(super) timecode: u64,
    /// Nanoseconds of a tick.
    pub(super) scale: u64,
}

/// When the frames of a block are shown, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Times {
    timestamp: i64,
    /// How long all of them last together.
    duration: Option<u64>,
}

/// A time that does not fit into 64 bits of nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OutOfRange;

impl Block {
    /// The head of a SimpleBlock.
    #[inline]
    pub(super) fn simple(payload: &[u8]) -> Result<Self, Malformed> {
        let mut block = Self::parse(payload)?;
        block.keyframe = block.flags & KEYFRAME != 0;
        block.discardable = block.flags & DISCARDABLE != 0;
        Ok(block)
    }

    /// What is in a BlockGroup. A frame is a keyframe there if it refers to no other.
    pub(super) fn group(payload: &Bytes) -> Result<Group, Malformed> {
        let mut found = None;
        let mut duration = None;
        let mut keyframe = true;
        let mut additions = Box::default();
        for child in Children::of(payload) {
            let Child { id, payload, .. } = child?;
            match id {
                id::BLOCK => found = Some((Self::parse(&payload)?, payload)),
                id::BLOCK_DURATION => duration = Some(parse_unsigned(&payload).ok_or(Malformed)?),
                id::REFERENCE_BLOCK => keyframe = false,
                id::BLOCK_ADDITIONS => additions = additions::parse(&payload)?,
                _ => {}
            }
        }
        let (block, payload) = found.ok_or(Malformed)?;
        let block = Self {
            duration,
            keyframe,
            ..block
        };
        Ok(Group {
            block,
            payload,
            additions,
        })
    }

    #[inline]
    fn parse(payload: &[u8]) -> Result<Self, Malformed> {
        let (track, track_len) = parse_vint(payload).map_err(|_| Malformed)?;
        let rest = payload.get(track_len..).unwrap_or_default();
        let [high, low, flags, ..] = *rest else {
            return Err(Malformed);
        };
        if track == 0 {
            return Err(Malformed);
        }
        Ok(Self {
            track,
            timecode: i16::from_be_bytes([high, low]),
            duration: None,
            keyframe: false,
            discardable: false,
            flags,
            len: track_len.saturating_add(3),
        })
    }

    #[inline]
    pub(super) fn is_laced(&self) -> bool {
        self.flags & LACING != 0
    }

    /// The frame of these bytes, in a block without lacing.
    #[inline]
    pub(super) fn frame(&self, times: Times, data: Bytes) -> Frame {
        Frame {
            track: self.track,
            timestamp: times.timestamp,
            duration: times.duration,
            keyframe: self.keyframe,
            invisible: self.flags & INVISIBLE != 0,
            discardable: self.discardable,
            data,
            additions: Box::default(),
        }
    }

    /// Cuts what follows the head of a block with lacing.
    pub(super) fn unlace(&self, body: Bytes) -> Result<Vec<Bytes>, Malformed> {
        unlace(self.flags & LACING, body)
    }

    /// The frames of a block with lacing, `spacing` nanoseconds from one to the next. Only the first
    /// has a time of its own.
    pub(super) fn frames(
        &self,
        times: Times,
        spacing: Option<u64>,
        parts: Vec<Bytes>,
    ) -> Result<Vec<Frame>, OutOfRange> {
        let count = u64::try_from(parts.len()).unwrap_or(u64::MAX);
        let each = times.duration.and_then(|all| all.checked_div(count));
        let spacing = spacing.or(each).unwrap_or(0);
        let mut elapsed = 0_u64;
        let mut frames = Vec::with_capacity(parts.len());
        for data in parts {
            let timestamp = times.timestamp.checked_add_unsigned(elapsed);
            let times = Times {
                timestamp: timestamp.ok_or(OutOfRange)?,
                duration: each,
            };
            frames.push(self.frame(times, data));
            elapsed = elapsed.saturating_add(spacing);
        }
        Ok(frames)
    }

    #[inline]
    pub(super) fn times(&self, clock: Clock) -> Result<Times, OutOfRange> {
        let cluster = i64::try_from(clock.timecode).map_err(|_| OutOfRange)?;
        let scale = i64::try_from(clock.scale).map_err(|_| OutOfRange)?;
        let timestamp = cluster
            .checked_add(self.timecode.into())
            .and_then(|ticks| ticks.checked_mul(scale))
            .ok_or(OutOfRange)?;
        let duration = match self.duration {
            Some(ticks) => Some(ticks.checked_mul(clock.scale).ok_or(OutOfRange)?),
            None => None,
        };
        Ok(Times {
            timestamp,
            duration,
        })
    }
}

/// The frames in the body of a laced block.
fn unlace(lacing: u8, mut body: Bytes) -> Result<Vec<Bytes>, Malformed> {
    let count = usize::from(*body.first().ok_or(Malformed)?).saturating_add(1);
    body.advance(1);
    let sizes = match lacing {
        0x02 => xiph_sizes(count, &mut body)?,
        0x04 => fixed_sizes(count, &body)?,
        _ => ebml_sizes(count, &mut body)?,
    };
    let mut frames = Vec::with_capacity(count);
    for size in sizes {
        if size > body.len() {
            return Err(Malformed);
        }
        frames.push(body.split_to(size));
    }
    // The last size is not stored: it is what the others leave.
    frames.push(body);
    Ok(frames)
}

fn xiph_sizes(count: usize, body: &mut Bytes) -> Result<Vec<usize>, Malformed> {
    let mut sizes = Vec::with_capacity(count);
    for _ in 1..count {
        let mut size = 0_usize;
        loop {
            let byte = *body.first().ok_or(Malformed)?;
            body.advance(1);
            size = size.saturating_add(usize::from(byte));
            if byte < 0xFF {
                break;
            }
        }
        sizes.push(size);
    }
    Ok(sizes)
}

fn fixed_sizes(count: usize, body: &Bytes) -> Result<Vec<usize>, Malformed> {
    let size = body.len().checked_div(count).ok_or(Malformed)?;
    if size.checked_mul(count) != Some(body.len()) {
        return Err(Malformed);
    }
    Ok(vec![size; count.saturating_sub(1)])
}

fn ebml_sizes(count: usize, body: &mut Bytes) -> Result<Vec<usize>, Malformed> {
    let mut sizes = Vec::with_capacity(count);
    let mut size = 0_i64;
    for index in 1..count {
        let (change, len) = if index == 1 {
            let (first, len) = parse_vint(body).map_err(|_| Malformed)?;
            (i64::try_from(first).map_err(|_| Malformed)?, len)
        } else {
            parse_signed_vint(body).map_err(|_| Malformed)?
        };
        body.advance(len);
        size = size.checked_add(change).ok_or(Malformed)?;
        sizes.push(usize::try_from(size).map_err(|_| Malformed)?);
    }
    Ok(sizes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLOCK: Clock = Clock {
        timecode: 1000,
        scale: 1_000_000,
    };
    const SPACING: Option<u64> = Some(20_000_000);

    fn laced(flags: u8, body: &[u8]) -> Result<Vec<Frame>, Malformed> {
        let payload = [&[0x81, 0, 5, flags], body].concat();
        let block = Block::simple(&payload)?;
        assert!(block.is_laced());
        let parts = block.unlace(Bytes::copy_from_slice(body))?;
        let times = block.times(CLOCK).unwrap();
        Ok(block.frames(times, SPACING, parts).unwrap())
    }

    fn texts(frames: &[Frame]) -> Vec<&[u8]> {
        frames.iter().map(|frame| &frame.data[..]).collect()
    }

    #[test]
    fn a_simple_block_says_all_in_its_flags() {
        let payload = [0x40, 0x02, 0xFF, 0xFE, 0x89, b'x'];
        let block = Block::simple(&payload).unwrap();
        assert!(!block.is_laced());
        assert_eq!(payload[block.len..], *b"x");
        let frame = block.frame(block.times(CLOCK).unwrap(), Bytes::from_static(b"x"));
        assert_eq!(frame.track, 2);
        assert_eq!(frame.timestamp, 998_000_000);
        assert!(frame.keyframe && frame.invisible && frame.discardable);
        assert_eq!(&frame.data[..], b"x");
    }

    #[test]
    fn a_group_is_a_keyframe_without_reference() {
        let group = |bytes: &'static [u8]| Block::group(&Bytes::from_static(bytes));
        let Group { block, payload, .. } =
            group(&[0xA1, 0x85, 0x81, 0, 1, 0, b'x', 0x9B, 0x81, 40]).unwrap();
        assert_eq!(payload[block.len..], *b"x");
        let times = block.times(CLOCK).unwrap();
        assert!(block.frame(times, payload).keyframe);
        assert_eq!(times.duration, Some(40_000_000));
        let other = group(&[0xFB, 0x81, 0xFF, 0xA1, 0x84, 0x81, 0, 1, 0x80]).unwrap();
        assert!(!other.block.frame(times, Bytes::new()).keyframe);
        assert!(group(&[0x9B, 0x81, 40]).is_err());
    }

    #[test]
    fn xiph_lacing() {
        let mut body = vec![2, 2, 0xFF, 1];
        body.extend_from_slice(b"ab");
        body.extend_from_slice(&[7; 256]);
        body.extend_from_slice(b"rest");
        let frames = laced(0x82, &body).unwrap();
        assert_eq!(texts(&frames), [&b"ab"[..], &[7; 256], b"rest"]);
        let times: Vec<_> = frames.iter().map(|f| f.timestamp / 1_000_000).collect();
        assert_eq!(times, [1005, 1025, 1045]);
        assert!(frames.iter().all(|frame| frame.keyframe));
    }

    #[test]
    fn fixed_lacing() {
        let frames = laced(0x04, b"\x01abcd").unwrap();
        assert_eq!(texts(&frames), [&b"ab"[..], b"cd"]);
        assert_eq!(laced(0x04, b"\x01abc"), Err(Malformed));
    }

    #[test]
    fn ebml_lacing() {
        // 3, then 3 - 1, then the rest.
        let frames = laced(0x06, b"\x02\x83\xBEabcdefg").unwrap();
        assert_eq!(texts(&frames), [&b"abc"[..], b"de", b"fg"]);
        // Below zero, and beyond the end.
        assert_eq!(laced(0x06, b"\x02\x81\x80abcdefg"), Err(Malformed));
        assert_eq!(laced(0x06, b"\x01\x88abc"), Err(Malformed));
        assert_eq!(laced(0x06, b""), Err(Malformed));
    }

    #[test]
    fn a_laced_group_shares_its_duration() {
        let group = [0xA1, 0x87, 0x81, 0, 0, 0x04, 1, b'x', b'y', 0x9B, 0x81, 10];
        let Group { block, payload, .. } = Block::group(&Bytes::copy_from_slice(&group)).unwrap();
        let parts = block.unlace(payload.slice(block.len..)).unwrap();
        let frames = block
            .frames(block.times(CLOCK).unwrap(), None, parts)
            .unwrap();
        let times: Vec<_> = frames.iter().map(|f| (f.timestamp, f.duration)).collect();
        let each = Some(5_000_000);
        assert_eq!(times, [(1_000_000_000, each), (1_005_000_000, each)]);
    }

    #[test]
    fn times_out_of_range_are_refused() {
        let block = Block::simple(&[0x81, 0, 1, 0]).unwrap();
        for (timecode, scale) in [(u64::MAX, 1), (1 << 40, u64::MAX), (u64::MAX, u64::MAX)] {
            assert_eq!(block.times(Clock { timecode, scale }), Err(OutOfRange));
        }
        let last = Times {
            timestamp: i64::MAX,
            duration: None,
        };
        let parts = vec![Bytes::new(); 2];
        assert_eq!(block.frames(last, SPACING, parts), Err(OutOfRange));
    }

    #[test]
    fn a_block_too_short_for_its_head_is_malformed() {
        for payload in [&[][..], &[0x81], &[0x81, 0, 0], &[0x80, 0, 0, 0]] {
            assert!(Block::simple(payload).is_err());
        }
    }
}
