//! What elements say.

use bytes::{Buf, Bytes};

use super::block::{Block, Clock, OutOfRange, Times};
use super::header::{Tracks, timestamp_scale};
use super::input::to_u64;
use super::level::Element;
use super::open::Open;
use super::{Decoder, Event, Failure, Fault, Held, Level, tags};
use crate::ebml::children::Malformed;
use crate::ebml::{id, parse_unsigned};
use crate::fragment::{Frame, Tag};
use crate::number::FragmentNumber;

/// Why the payload of an element cannot be used.
#[derive(Debug)]
pub(super) enum Bad {
    Malformed,
    NoTime,
    TooLarge,
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
            id::BLOCK_GROUP => self.block_group(&payload),
            id::TIMESTAMP => self.timecode(&payload),
            id::TAGS => self.tags(element, &payload),
            id::INFO | id::TRACKS => self.describe(element.id, &payload),
            _ => Ok(()),
        };
        applied.map_err(|bad| failure(element, payload, bad))
    }

    /// Takes Info or Tracks.
    pub(super) fn describe(&mut self, id: u32, payload: &Bytes) -> Result<(), Bad> {
        if id == id::TRACKS {
            self.segment.tracks = Tracks::parse(payload)?;
        } else if let Some(scale) = timestamp_scale(payload)? {
            self.segment.scale = scale;
        }
        Ok(())
    }

    pub(super) fn begin_cluster(&mut self, cluster: Element) {
        let next = self.open.as_ref().is_some_and(|open| open.has_cluster);
        if next && !self.segment.numbered {
            self.end_fragment(cluster.offset, true);
        }
        let open = self.open.get_or_insert_with(|| Open::at(cluster.offset));
        open.cluster(&self.segment, &mut self.events);
        self.segment.begun = true;
        self.level = Level::Cluster {
            end: cluster.end,
            timecode: None,
        };
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
        let number = tags::number(&tags);
        if number
            .as_ref()
            .is_some_and(|number| self.is_another(number))
        {
            self.end_fragment(element.offset, true);
        }
        self.segment.numbered |= number.is_some();
        self.segment.begun |= number.is_some();
        self.take_tags(element, payload.len(), tags)
    }

    /// Adds tags to the fragment under way; to a new one that they begin where there is none.
    pub(super) fn take_tags(
        &mut self,
        element: Element,
        len: usize,
        tags: Vec<Tag>,
    ) -> Result<(), Bad> {
        let open = self.open.get_or_insert_with(|| Open::at(element.offset));
        open.tag_bytes = open.tag_bytes.saturating_add(len);
        if !open.has_cluster && open.tag_bytes > self.limits.tags {
            return Err(Bad::TooLarge);
        }
        open.tags(tags, &mut self.events);
        Ok(())
    }

    /// Whether a number is that of another fragment than the one under way.
    fn is_another(&self, number: &FragmentNumber) -> bool {
        self.open.as_ref().is_none_or(|open| {
            let own = open.service.number.as_ref();
            open.has_cluster || own.is_some_and(|own| own != number)
        })
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
            Ok((times, block)) => self.laced(&block, times, &payload),
            Err(bad) => Err(bad),
        };
        read.map_err(|bad| failure(element, payload, bad))
    }

    fn block_group(&mut self, payload: &Bytes) -> Result<(), Bad> {
        let (block, mut inner) = Block::group(payload)?;
        let times = self.times(&block)?;
        if block.is_laced() {
            return self.laced(&block, times, &inner);
        }
        inner.advance(block.len);
        self.frame(block.frame(times, inner));
        Ok(())
    }

    fn laced(&mut self, block: &Block, times: Times, payload: &Bytes) -> Result<(), Bad> {
        let mut body = payload.clone();
        body.advance(block.len);
        let parts = block.unlace(body)?;
        let spacing = self.segment.tracks.default_duration(block.track);
        for frame in block.frames(times, spacing, parts)? {
            self.frame(frame);
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
        frame.data = self.segment.tracks.restore(frame.track, frame.data);
        self.events.push_back(Event::Frame(frame));
    }
}

fn failure(element: Element, payload: Bytes, bad: Bad) -> Failure {
    let id = element.id;
    Failure {
        offset: element.offset,
        fault: match bad {
            Bad::Malformed => Fault::Malformed(id),
            Bad::NoTime => Fault::NoTime(id),
            Bad::TooLarge => Fault::TooLarge {
                id,
                size: to_u64(payload.len()),
            },
        },
        unread: payload,
    }
}
