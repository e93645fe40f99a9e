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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::build::element;

    fn encoding(children: &[Vec<u8>]) -> Vec<u8> {
        element(id::CONTENT_ENCODING, &children.concat())
    }

    fn compression(algorithm: u8, settings: &[u8]) -> Vec<u8> {
        let children = [
            element(id::CONTENT_COMP_ALGO, &[algorithm]),
            element(id::CONTENT_COMP_SETTINGS, settings),
        ];
        element(id::CONTENT_COMPRESSION, &children.concat())
    }

    fn prefix(encodings: &[Vec<u8>]) -> Result<Option<Bytes>, Malformed> {
        stripped_prefix(&encodings.concat().into())
    }

    #[test]
    fn header_stripping_alone_is_undone() {
        let stripping = encoding(&[compression(3, b"\0\0\x01")]);
        let expected = Ok(Some(Bytes::from_static(b"\0\0\x01")));
        assert_eq!(prefix(std::slice::from_ref(&stripping)), expected);
        let zlib = encoding(&[compression(0, b"")]);
        let encryption = encoding(&[element(id::CONTENT_ENCODING_TYPE, &[1])]);
        let of_private = encoding(&[
            element(id::CONTENT_ENCODING_SCOPE, &[2]),
            compression(3, b"x"),
        ]);
        for other in [&zlib, &encryption, &of_private] {
            assert_eq!(prefix(std::slice::from_ref(other)), Ok(None));
            assert_eq!(prefix(&[stripping.clone(), other.clone()]), Ok(None));
        }
        assert_eq!(prefix(&[stripping.clone(), stripping]), Ok(None));
        assert_eq!(prefix(&[]), Ok(None));
    }

    #[test]
    fn a_prefix_has_a_limit() {
        let of = |len| prefix(&[encoding(&[compression(3, &vec![7; len])])]);
        assert_eq!(
            of(1024).map(|prefix| prefix.map(|p| p.len())),
            Ok(Some(1024))
        );
        assert_eq!(of(1025), Err(Malformed));
    }

    #[test]
    fn an_entry_loses_its_encodings_alone() {
        let kept = [element(id::TRACK_NUMBER, &[1]), element(id::VOID, &[0; 3])];
        let dropped = [
            element(id::CRC_32, &[1, 2, 3, 4]),
            element(id::CONTENT_ENCODINGS, b""),
        ];
        let entry = [&dropped[0], &kept[0], &dropped[1], &kept[1]].map(|e| &e[..]);
        assert_eq!(without_encodings(&entry.concat().into()), kept.concat());
    }
}
