//! Looking for a place where decoding can begin.

use super::input::{Input, LOOK};
use super::level::is_in_cluster;
use crate::ebml::id;
use crate::ebml::{BadHead, Head, Size};

/// What a search came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// One of these elements begins here, by all that its head and its first child tell.
    Element(Head),
    /// More input is needed.
    Wait,
    /// None does, up to the limit or the end of the input.
    Nothing,
}

/// Skips input up to a `wanted` element, or to `limit`.
pub(super) fn find(input: &mut Input, limit: u64, wanted: impl Fn(u32) -> bool) -> Found {
    loop {
        let left = limit.saturating_sub(input.position());
        let front = input.front();
        let within = usize::try_from(left).unwrap_or(usize::MAX).min(front.len());
        let noise = front
            .iter()
            .take(within)
            .position(|byte| may_begin(*byte))
            .unwrap_or(within);
        input.skip(u64::try_from(noise).unwrap_or(left));
        if input.position() >= limit {
            return Found::Nothing;
        }
        if input.is_empty() {
            return match input.finished() {
                true => Found::Nothing,
                false => Found::Wait,
            };
        }
        if noise < within {
            match look(input.peek(&mut [0; LOOK]), &wanted) {
                Ok(head) => return Found::Element(head),
                Err(BadHead::Short) if !input.finished() => return Found::Wait,
                Err(_) => input.skip(1),
            }
        }
    }
}

/// The first bytes of all ids that are looked for.
fn may_begin(byte: u8) -> bool {
    (0x12..=0x1F).contains(&byte)
}

/// The head of a wanted element whose first child is one of its own kind.
fn look(bytes: &[u8], wanted: impl Fn(u32) -> bool) -> Result<Head, BadHead> {
    let (id, _) = crate::ebml::parse_id(bytes)?;
    if !wanted(id) {
        return Err(BadHead::Invalid);
    }
    let head = Head::parse(bytes)?;
    let first = Head::parse(bytes.get(head.len..).unwrap_or_default())?;
    let fits = match (head.size, first.size) {
        (Size::Unknown, _) => true,
        (Size::Known(_), Size::Unknown) => false,
        (Size::Known(size), Size::Known(child)) => {
            let len = u64::try_from(first.len).unwrap_or(u64::MAX);
            len.saturating_add(child) <= size
        }
    };
    match fits && is_first_child(id, first.id) {
        true => Ok(head),
        false => Err(BadHead::Invalid),
    }
}

/// Whether `parent` may begin with `child`.
fn is_first_child(parent: u32, child: u32) -> bool {
    if matches!(child, id::VOID | id::CRC_32) {
        return true;
    }
    match parent {
        id::EBML => matches!(
            child,
            id::EBML_VERSION
                | id::EBML_READ_VERSION
                | id::EBML_MAX_ID_LENGTH
                | id::EBML_MAX_SIZE_LENGTH
                | id::DOC_TYPE
                | id::DOC_TYPE_VERSION
                | id::DOC_TYPE_READ_VERSION
        ),
        id::SEGMENT => matches!(
            child,
            id::SEEK_HEAD | id::INFO | id::TRACKS | id::TAGS | id::CLUSTER | id::CUES
        ),
        id::INFO => matches!(
            child,
            id::TIMESTAMP_SCALE
                | id::DURATION
                | id::DATE_UTC
                | id::TITLE
                | id::MUXING_APP
                | id::WRITING_APP
                | id::SEGMENT_UUID
        ),
        id::TRACKS => child == id::TRACK_ENTRY,
        id::TAGS => child == id::TAG,
        id::CLUSTER => is_in_cluster(child),
        _ => false,
    }
}
