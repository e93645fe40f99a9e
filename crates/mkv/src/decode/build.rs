//! Elements made by hand.

use crate::ebml::crc::Crc32;
use crate::ebml::id;
use crate::ebml::write::{Encoder, Width};

/// An element of these bytes.
pub(crate) fn element(id: u32, payload: &[u8]) -> Vec<u8> {
    let mut e = Encoder::new(Width::Shortest);
    e.binary(id, payload);
    e.take().into()
}

/// The payload of a master that begins with a checksum of its children.
pub(crate) fn summed(children: &[u8]) -> Vec<u8> {
    let crc = element(id::CRC_32, &Crc32::of(children).to_le_bytes());
    [&crc[..], children].concat()
}

/// A SimpleTag.
pub(crate) fn simple_tag(name: &str, value: &str) -> Vec<u8> {
    let children = [
        element(id::TAG_NAME, name.as_bytes()),
        element(id::TAG_STRING, value.as_bytes()),
    ];
    element(id::SIMPLE_TAG, &children.concat())
}

/// A Tags element with one Tag.
pub(crate) fn tags(tags: &[(&str, &str)]) -> Vec<u8> {
    let tags: Vec<_> = tags.iter().map(|(n, v)| simple_tag(n, v)).collect();
    element(id::TAGS, &element(id::TAG, &tags.concat()))
}
