//! Which elements may stand where, and what is done with them.

use super::event::Fault;
use super::limits::Limits;
use crate::ebml::id;
use crate::ebml::{Head, Size};

/// The end of an element of unknown size.
pub(super) const OPEN: u64 = u64::MAX;

/// An element by its head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) id: u32,
    /// Of its head, in the input.
    pub(super) offset: u64,
    /// Where its payload ends, in the input; [`OPEN`] where that is unknown.
    pub(super) end: u64,
}

impl Element {
    pub(super) fn new(head: Head, offset: u64) -> Self {
        let payload = offset.saturating_add(u64::try_from(head.len).unwrap_or(OPEN));
        Self {
            id: head.id,
            offset,
            end: match head.size {
                Size::Known(size) => payload.saturating_add(size),
                Size::Unknown => OPEN,
            },
        }
    }
}

/// What the next element is a child of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// Nothing.
    Top,
    /// Nothing, after an EBML header: a Segment is to come.
    Header,
    /// A Segment.
    Segment,
    /// A Cluster that ends there; its timecode, once that came.
    Cluster { end: u64, timecode: Option<u64> },
}

/// What is done with an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    /// It is an EBML header, and begins a fragment.
    Header,
    /// It is opened.
    Segment,
    /// It is opened.
    Cluster,
    /// Its payload is read as a whole.
    Read,
    /// Nothing in it is of interest.
    Skip,
}

impl Level {
    /// What is done with an element here.
    pub(super) fn action(self, id: u32) -> Result<Action, Fault> {
        match (self, id) {
            (Self::Cluster { .. }, id::SIMPLE_BLOCK | id::BLOCK_GROUP | id::TIMESTAMP) => {
                Ok(Action::Read)
            }
            (Self::Cluster { .. }, id::POSITION | id::PREV_SIZE | id::SILENT_TRACKS)
            | (_, id::VOID | id::CRC_32) => Ok(Action::Skip),
            (Self::Cluster { .. }, id::ENCRYPTED_BLOCK) => Err(Fault::Encrypted),
            (Self::Cluster { end, .. }, _) => match in_segment(id) {
                Some(action) if end == OPEN => Ok(action),
                Some(_) => Err(Fault::Overrun(id::CLUSTER)),
                None => Err(Fault::Misplaced(id)),
            },
            (Self::Segment, _) => in_segment(id)
                .or(is_long(id).then_some(Action::Read))
                .ok_or(Fault::Misplaced(id)),
            (Self::Header, id::SEGMENT) => Ok(Action::Segment),
            (Self::Top, id::EBML) => Ok(Action::Header),
            (Self::Top | Self::Header, _) => Err(Fault::Misplaced(id)),
        }
    }
}

/// Whether an element is a child of a Cluster.
pub(super) fn is_in_cluster(id: u32) -> bool {
    matches!(
        id,
        id::SIMPLE_BLOCK
            | id::BLOCK_GROUP
            | id::TIMESTAMP
            | id::POSITION
            | id::PREV_SIZE
            | id::SILENT_TRACKS
            | id::ENCRYPTED_BLOCK
            | id::VOID
            | id::CRC_32
    )
}

/// What is done with a child of a Segment, or with the EBML header that ends one.
fn in_segment(id: u32) -> Option<Action> {
    match id {
        id::CLUSTER => Some(Action::Cluster),
        id::TAGS | id::INFO | id::TRACKS => Some(Action::Read),
        id::SEEK_HEAD | id::CUES | id::CHAPTERS | id::ATTACHMENTS => Some(Action::Skip),
        id::EBML => Some(Action::Header),
        _ => None,
    }
}

/// An id on four bytes, as all children of a Segment have: one that is unknown may be new, where a
/// shorter one is noise. A Segment is none of its own children.
fn is_long(id: u32) -> bool {
    id > 0x0FFF_FFFF && id != id::SEGMENT
}

impl Limits {
    /// Bytes that the payload of an element may have, if it is to be read.
    pub(super) fn of(&self, id: u32) -> usize {
        match id {
            id::SIMPLE_BLOCK | id::BLOCK_GROUP => self.frame,
            id::TAGS => self.tags,
            id::TRACKS => self.tracks,
            _ => self.header,
        }
    }
}
