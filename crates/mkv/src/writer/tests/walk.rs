//! An element walker that shares nothing with the writer but the parsing of heads.

use crate::ebml::{Head, Size, id, parse_unsigned, parse_vint};

#[derive(Debug, Clone, Copy)]
pub(crate) struct Element<'a> {
    pub(crate) id: u32,
    /// Of its head, in the bytes that were walked.
    pub(crate) offset: usize,
    pub(crate) payload: &'a [u8],
}

impl<'a> Element<'a> {
    pub(crate) fn children(&self) -> Vec<Element<'a>> {
        elements(self.payload)
    }

    pub(crate) fn all(&self, id: u32) -> Vec<Element<'a>> {
        let mut children = self.children();
        children.retain(|child| child.id == id);
        children
    }

    pub(crate) fn one(&self, id: u32) -> Element<'a> {
        let all = self.all(id);
        assert_eq!(all.len(), 1, "{id:x} in {:x}", self.id);
        all[0]
    }

    pub(crate) fn number(&self) -> u64 {
        parse_unsigned(self.payload).unwrap()
    }

    pub(crate) fn text(&self) -> &'a str {
        std::str::from_utf8(self.payload).unwrap()
    }
}

/// Elements from the beginning of `bytes` to exactly its end.
pub(crate) fn elements(bytes: &[u8]) -> Vec<Element<'_>> {
    let mut found = Vec::new();
    let mut offset = 0;
    while offset < bytes.len() {
        let head = Head::parse(&bytes[offset..]).unwrap();
        let start = offset + head.len;
        let end = match head.size {
            Size::Known(size) => start + size as usize,
            Size::Unknown => bytes.len(),
        };
        found.push(Element {
            id: head.id,
            offset,
            payload: &bytes[start..end],
        });
        offset = end;
    }
    found
}

pub(crate) fn segment(file: &[u8]) -> Element<'_> {
    let top = elements(file);
    assert_eq!([top[0].id, top[1].id], [id::EBML, id::SEGMENT]);
    assert_eq!(top.len(), 2);
    top[1]
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) track: u64,
    pub(crate) tick: i64,
    pub(crate) keyframe: bool,
    pub(crate) duration: Option<u64>,
    pub(crate) data: Vec<u8>,
    pub(crate) additions: Vec<(u64, Vec<u8>)>,
}

pub(crate) fn blocks(file: &[u8]) -> Vec<Block> {
    let clusters = segment(file).all(id::CLUSTER);
    clusters.iter().flat_map(cluster_blocks).collect()
}

pub(crate) fn cluster_blocks(cluster: &Element<'_>) -> Vec<Block> {
    let base = cluster.one(id::TIMESTAMP).number() as i64;
    let children = cluster.children();
    let blocks = children.iter().filter(|child| child.id != id::TIMESTAMP);
    blocks
        .map(|child| match child.id {
            id::SIMPLE_BLOCK => block(child.payload, base),
            _ => Block {
                keyframe: child.all(id::REFERENCE_BLOCK).is_empty(),
                duration: child.all(id::BLOCK_DURATION).first().map(Element::number),
                additions: additions(child),
                ..block(child.one(id::BLOCK).payload, base)
            },
        })
        .collect()
}

fn block(payload: &[u8], base: i64) -> Block {
    let (track, len) = parse_vint(payload).unwrap();
    let relative = i16::from_be_bytes([payload[len], payload[len + 1]]);
    Block {
        track,
        tick: base + i64::from(relative),
        keyframe: payload[len + 2] & 0x80 != 0,
        duration: None,
        data: payload[len + 3..].to_vec(),
        additions: Vec::new(),
    }
}

fn additions(group: &Element<'_>) -> Vec<(u64, Vec<u8>)> {
    let all = group.all(id::BLOCK_ADDITIONS);
    let mores = all.iter().flat_map(|one| one.all(id::BLOCK_MORE));
    mores
        .map(|more| {
            let data = more.one(id::BLOCK_ADDITIONAL).payload.to_vec();
            (more.one(id::BLOCK_ADD_ID).number(), data)
        })
        .collect()
}
