//! Which elements may stand where, and what is done with them.

use super::checksum;
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
    #[inline]
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

    /// Bytes from a place in its payload to the end of it.
    pub(super) fn left(self, at: u64) -> usize {
        usize::try_from(self.end.saturating_sub(at)).unwrap_or(usize::MAX)
    }
}

/// What the next element is a child of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// Nothing, at the beginning or after a Segment.
    Top,
    /// Nothing, after an EBML header: a Segment is to come.
    Header,
    /// A Segment.
    Segment,
    /// A Cluster.
    Cluster {
        offset: u64,
        /// Where its first child begins.
        payload: u64,
        end: u64,
        /// Once that came.
        timecode: Option<u64>,
    },
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
    /// What is done with an element here. What Matroska does not know is damage: noise passes for
    /// unknown elements all too easily, and would take frames with it.
    pub(super) fn action(self, head: Head) -> Result<Action, Fault> {
        let id = head.id;
        if !may_be_so_long(head) {
            return Err(Fault::Malformed(id));
        }
        match (self, id) {
            (Self::Cluster { .. }, id::SIMPLE_BLOCK | id::BLOCK_GROUP | id::TIMESTAMP)
            | (_, id::CRC_32) => Ok(Action::Read),
            (Self::Cluster { .. }, id::POSITION | id::PREV_SIZE | id::SILENT_TRACKS)
            | (_, id::VOID) => Ok(Action::Skip),
            (Self::Cluster { .. }, id::ENCRYPTED_BLOCK) => Err(Fault::Encrypted),
            (Self::Cluster { end, .. }, _) => match in_segment(id) {
                Some(action) if end == OPEN => Ok(action),
                Some(_) => Err(Fault::Overrun(id::CLUSTER)),
                None => Err(Fault::Misplaced(id)),
            },
            (Self::Top | Self::Segment, _) => in_segment(id).ok_or(Fault::Misplaced(id)),
            (Self::Header, id::SEGMENT) => Ok(Action::Segment),
            (Self::Header, _) => Err(Fault::Misplaced(id)),
        }
    }

    /// What an element is a child of, if it may stand here at all. It closes a Cluster of unknown
    /// size, and shows that a Segment did not end where its size says.
    pub(super) fn around(self, id: u32) -> Self {
        match self {
            Self::Cluster { .. } if !is_in_cluster(id) => Self::Segment,
            Self::Top if in_segment(id).is_some() => Self::Segment,
            same => same,
        }
    }
}

/// Small elements have short ids, for which noise passes; but not with their sizes too.
fn may_be_so_long(head: Head) -> bool {
    match (head.id, head.size) {
        (id::CRC_32, size) => size == Size::Known(checksum::LEN),
        (id::TIMESTAMP | id::POSITION | id::PREV_SIZE, Size::Known(size)) => size <= 8,
        _ => true,
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
