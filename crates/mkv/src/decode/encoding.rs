//! Content encodings of a track.

use bytes::Bytes;

use crate::ebml::children::{Child, Children, Malformed};
use crate::ebml::{id, parse_unsigned};

/// Header stripping saves a few bytes a frame; a longer prefix only serves to blow up memory.
const LONGEST_PREFIX: usize = 1024;

/// What all frames of a track begin with and header stripping left out, if that is all that was
/// done to them; other encodings are left to whoever plays it.
pub(super) fn stripped_prefix(payload: &Bytes) -> Result<Option<Bytes>, Malformed> {
    let mut only = None;
    for child in Children::of(payload) {
        let Child { id, payload, .. } = child?;
        if id != id::CONTENT_ENCODING {
            continue;
        }
        match (only.is_some(), stripping(&payload)?) {
            (false, Some(prefix)) => only = Some(prefix),
            _ => return Ok(None),
        }
    }
    Ok(only)
}

/// The entry of a track without its encodings, and without the checksum that covered them.
pub(super) fn without_encodings(entry: &Bytes) -> Bytes {
    let mut kept = Vec::with_capacity(entry.len());
    for child in Children::of(entry).flatten() {
        if !matches!(child.id, id::CONTENT_ENCODINGS | id::CRC_32) {
            kept.extend_from_slice(&child.whole);
        }
    }
    kept.into()
}

fn stripping(payload: &Bytes) -> Result<Option<Bytes>, Malformed> {
    const FRAMES: u64 = 1;
    const COMPRESSION: u64 = 0;
    let (mut scope, mut kind) = (FRAMES, COMPRESSION);
    let mut prefix = None;
    for child in Children::of(payload) {
        let Child { id, payload, .. } = child?;
        match id {
            id::CONTENT_ENCODING_SCOPE => scope = parse_unsigned(&payload).ok_or(Malformed)?,
            id::CONTENT_ENCODING_TYPE => kind = parse_unsigned(&payload).ok_or(Malformed)?,
            id::CONTENT_COMPRESSION => prefix = compression(&payload)?,
            _ => {}
        }
    }
    Ok(prefix.filter(|_| scope == FRAMES && kind == COMPRESSION))
}

fn compression(payload: &Bytes) -> Result<Option<Bytes>, Malformed> {
    const HEADER_STRIPPING: u64 = 3;
    let mut algorithm = 0;
    let mut settings = Bytes::new();
    for child in Children::of(payload) {
        let Child { id, payload, .. } = child?;
        match id {
            id::CONTENT_COMP_ALGO => algorithm = parse_unsigned(&payload).ok_or(Malformed)?,
            id::CONTENT_COMP_SETTINGS => settings = payload,
            _ => {}
        }
    }
    if algorithm != HEADER_STRIPPING {
        return Ok(None);
    }
    if settings.len() > LONGEST_PREFIX {
        return Err(Malformed);
    }
    Ok(Some(settings))
}
