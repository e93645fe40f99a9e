//! What elements say.

use bytes::{Buf, Bytes};

use super::block::{Block, Clock, Group, OutOfRange, Times};
use super::checksum::{self, Sum};
use super::decoder::{Decoder, Failure, Held};
use super::doctype;
use super::event::{Event, Fault};
use super::header::{Tracks, timestamp_scale};
use super::input::to_u64;
use super::level::{Element, Level};
use super::open::Open;
use super::tags::{self, Service};
use crate::ebml::children::Malformed;
use crate::ebml::{id, parse_unsigned};
use crate::fragment::{BlockAddition, Frame};

/// Why the payload of an element cannot be used.
#[derive(Debug)]
pub(super) enum Bad {
    Malformed,
    /// It contradicts its checksum.
    Checksum,
    NoTime,
    TooLarge,
    /// An EBML header of something else.
    Foreign(Fault),
}

impl From<Malformed> for Bad {
    fn from(_: Malformed) -> Self {
        Self::Malformed
    }
}

impl From<OutOfRange> for Bad {
    fn from(_: OutOfRange) -> Self {
        Self::NoTime
    }
}

impl Decoder {
    /// Does what an element says.
    pub(super) fn apply(&mut self, held: Held) -> Result<(), Failure> {
        let Held { element, payload } = held;
        let applied = match element.id {
            id::SIMPLE_BLOCK => return self.simple_block(element, payload),
            id::CRC_32 => {
                self.checksum(element, payload);
                return Ok(());
            }
            id::BLOCK_GROUP | id::TAGS | id::INFO | id::TRACKS | id::EBML
                if !checksum::is_right(&payload) =>
            {
                self.segment.damaged |= matches!(element.id, id::INFO | id::TRACKS);
                Err(Bad::Checksum)
            }
            id::BLOCK_GROUP => self.block_group(&payload),
            id::TIMESTAMP => self.timecode(&payload),
            id::TAGS => self.tags(element, &payload),
            id::INFO | id::TRACKS => self.describe(element.id, &payload),
            id::EBML => doctype::check(&payload),
            _ => Ok(()),
        };
        applied.map_err(|bad| self.failure(element, payload, bad))
    }

    /// Takes Info or Tracks. If it cannot, nothing in the Segment can be relied on.
    pub(super) fn describe(&mut self, id: u32, payload: &Bytes) -> Result<(), Bad> {
        let described = if id == id::TRACKS {
            Tracks::parse(payload).map(|tracks| self.segment.tracks = tracks)
        } else {
            timestamp_scale(payload).map(|scale| {
                self.segment.scale = scale.unwrap_or(self.segment.scale);
            })
        };
        self.segment.damaged |= described.is_err();
        Ok(described?)
    }

    /// Opens a Cluster: one of the fragment under way, or the beginning of another.
    pub(super) fn begin_cluster(&mut self, cluster: Element) {
        let next = self.open.as_ref().is_some_and(|open| open.has_cluster);
        if next && !self.segment.numbered {
            self.end_fragment(cluster.offset, true);
        }
        let open = self.open.get_or_insert_with(|| Open::at(cluster.offset));
        open.cluster(&self.segment, &mut self.events);
        self.segment.begun = true;
        self.level = Level::Cluster {
            offset: cluster.offset,
            payload: self.input.position(),
            end: cluster.end,
            timecode: None,
        };
    }

    /// Begins to sum up a Cluster; what else a checksum may stand in is read as a whole.
    fn checksum(&mut self, element: Element, stored: Bytes) {
        if let Level::Cluster {
            offset, payload, ..
        } = self.level
            && element.offset == payload
        {
            self.input.sum_up(Sum::new(offset, stored));
        }
    }

    /// Nothing more is in the Cluster, if there is one.
    pub(super) fn end_cluster(&mut self) {
        let altered = self.input.summed().filter(|sum| !sum.is_right());
        if let (Some(sum), Some(open)) = (altered, &mut self.open) {
            open.altered.get_or_insert(sum.offset);
        }
    }

    fn timecode(&mut self, payload: &[u8]) -> Result<(), Bad> {
        let read = parse_unsigned(payload).ok_or(Malformed)?;
        if let Level::Cluster { timecode, .. } = &mut self.level {
            *timecode = Some(read);
        }
        Ok(())
    }

    fn tags(&mut self, element: Element, payload: &Bytes) -> Result<(), Bad> {
        let tags = tags::parse(payload)?;
        let service = Service::of(&tags);
        let another = service.identifies
            && self
                .open
                .as_ref()
                .is_some_and(|open| open.has_cluster || open.service.contradicts(&service));
        if another {
            self.end_fragment(element.offset, true);
        }
        self.segment.numbered |= service.identifies;
        self.segment.begun |= service.identifies;
        let open = self.open.get_or_insert_with(|| Open::at(element.offset));
        match open.tags(tags, payload.len(), self.limits.tags, &mut self.events) {
            true => Ok(()),
            false => Err(Bad::TooLarge),
        }
    }

    fn simple_block(&mut self, element: Element, mut payload: Bytes) -> Result<(), Failure> {
        let timed = Block::simple(&payload)
            .map_err(Bad::from)
            .and_then(|block| Ok((self.times(&block)?, block)));
        let read = match timed {
            Ok((times, block)) if !block.is_laced() => {
                payload.advance(block.len);
                self.frame(block.frame(times, payload));
                return Ok(());
            }
            Ok((times, block)) => self.laced(&block, times, &payload, Box::default()),
            Err(bad) => Err(bad),
        };
        read.map_err(|bad| self.failure(element, payload, bad))
    }

    fn block_group(&mut self, payload: &Bytes) -> Result<(), Bad> {
        let Group {
            block,
            payload: mut inner,
            additions,
        } = Block::group(payload)?;
        let times = self.times(&block)?;
        if block.is_laced() {
            return self.laced(&block, times, &inner, additions);
        }
        inner.advance(block.len);
        let frame = block.frame(times, inner);
        self.frame(Frame { additions, ..frame });
        Ok(())
    }

    /// The additions of a block are told with the first of its frames.
    fn laced(
        &mut self,
        block: &Block,
        times: Times,
        payload: &Bytes,
        mut additions: Box<[BlockAddition]>,
    ) -> Result<(), Bad> {
        let mut body = payload.clone();
        body.advance(block.len);
        let parts = block.unlace(body)?;
        let spacing = self.segment.tracks.default_duration(block.track);
        for frame in block.frames(times, spacing, parts)? {
            let additions = std::mem::take(&mut additions);
            self.frame(Frame { additions, ..frame });
        }
        Ok(())
    }

    fn times(&self, block: &Block) -> Result<Times, Bad> {
        match self.level {
            Level::Cluster {
                timecode: Some(timecode),
                ..
            } => Ok(block.times(Clock {
                timecode,
                scale: self.segment.scale,
            })?),
            _ => Err(Bad::NoTime),
        }
    }

    fn frame(&mut self, mut frame: Frame) {
        if let Some(prefix) = self.segment.tracks.stripped(frame.track) {
            frame.data = [&prefix[..], &frame.data[..]].concat().into();
        }
        self.events.push_back(Event::Frame(frame));
    }

    fn failure(&self, element: Element, payload: Bytes, bad: Bad) -> Failure {
        let id = element.id;
        let number = || self.open.as_ref()?.service.number.clone();
        Failure {
            offset: element.offset,
            fault: match bad {
                Bad::Malformed => Fault::Malformed(id),
                Bad::Checksum => Fault::Checksum {
                    id,
                    fragment: number(),
                },
                Bad::NoTime => Fault::NoTime(id),
                Bad::TooLarge => Fault::TooLarge {
                    id,
                    size: to_u64(payload.len()),
                },
                Bad::Foreign(fault) => fault,
            },
            unread: payload,
        }
    }
}
