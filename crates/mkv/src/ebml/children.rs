//! Elements inside a payload that is whole.

use bytes::{Buf, Bytes};

use super::write::{Encoder, Width};
use super::{Head, Size, id};

/// The payload is no sequence of whole elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Malformed;

/// One element inside a payload.
#[derive(Debug)]
pub(crate) struct Child {
    pub(crate) id: u32,
    pub(crate) payload: Bytes,
    /// Head and payload.
    pub(crate) whole: Bytes,
}

/// The longest ids are those of the EBML header, the Segment and its children: inside any other
/// element they say that its size is wrong.
pub(crate) fn is_outermost(id: u32) -> bool {
    id >= 0x1000_0000
}

/// Bytes of a master of unknown size, which ends where an element comes that is not inside it.
fn extent(master: u32, bytes: &[u8]) -> Result<u64, Malformed> {
    if !id::is_master(master) {
        return Err(Malformed);
    }
    let mut extent = 0_u64;
    loop {
        let rest = usize::try_from(extent).ok().and_then(|at| bytes.get(at..));
        let rest = rest.ok_or(Malformed)?;
        if rest.is_empty() {
            return Ok(extent);
        }
        let head = Head::parse(rest).map_err(|_| Malformed)?;
        if !id::is_inside(head.id, master) {
            return Ok(extent);
        }
        let size = match head.size {
            Size::Known(size) => size,
            // What is in it comes next.
            Size::Unknown if id::is_master(head.id) => 0,
            Size::Unknown => return Err(Malformed),
        };
        let len = u64::try_from(head.len).unwrap_or(u64::MAX);
        extent = extent.saturating_add(len).saturating_add(size);
    }
}

/// A payload in which every size is known.
pub(crate) fn with_sizes(payload: &Bytes) -> Bytes {
    if !has_unknown_size(payload) {
        return payload.clone();
    }
    let mut sized = Encoder::new(Width::Shortest);
    for child in Children::of(payload).flatten() {
        match id::is_master(child.id) {
            true => sized.binary(child.id, &with_sizes(&child.payload)),
            false => sized.raw(&child.whole),
        }
    }
    sized.take()
}

fn has_unknown_size(payload: &Bytes) -> bool {
    Children::of(payload).flatten().any(|child| {
        let head = Head::parse(&child.whole);
        head.is_ok_and(|head| head.size == Size::Unknown)
            || (id::is_master(child.id) && has_unknown_size(&child.payload))
    })
}

/// The elements of a payload, in order.
#[derive(Debug)]
pub(crate) struct Children {
    rest: Bytes,
}

impl Children {
    pub(crate) fn of(payload: &Bytes) -> Self {
        Self {
            rest: payload.clone(),
        }
    }

    fn cut(&mut self) -> Result<Child, Malformed> {
        let head = Head::parse(&self.rest).map_err(|_| Malformed)?;
        if is_outermost(head.id) {
            return Err(Malformed);
        }
        let size = match head.size {
            Size::Known(size) => size,
            Size::Unknown => extent(head.id, self.rest.get(head.len..).unwrap_or_default())?,
        };
        let end = usize::try_from(size)
            .ok()
            .and_then(|size| size.checked_add(head.len))
            .filter(|end| *end <= self.rest.len())
            .ok_or(Malformed)?;
        let whole = self.rest.split_to(end);
        let mut payload = whole.clone();
        payload.advance(head.len);
        Ok(Child {
            id: head.id,
            payload,
            whole,
        })
    }
}

impl Iterator for Children {
    type Item = Result<Child, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let child = self.cut();
        if child.is_err() {
            self.rest.clear();
        }
        Some(child)
    }
}

/// A text without its NUL padding; what is not UTF-8 in it is replaced.
pub(crate) fn text(payload: &[u8]) -> String {
    let end = payload
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(payload.len());
    String::from_utf8_lossy(payload.get(..end).unwrap_or_default()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(payload: &'static [u8]) -> Result<Vec<u32>, Malformed> {
        Children::of(&Bytes::from_static(payload))
            .map(|child| child.map(|child| child.id))
            .collect()
    }

    #[test]
    fn children_come_in_order() {
        assert_eq!(ids(&[0xD7, 0x81, 1, 0x86, 0x80]), Ok(vec![0xD7, 0x86]));
        assert_eq!(ids(&[]), Ok(vec![]));
    }

    #[test]
    fn a_child_that_overruns_is_malformed() {
        assert_eq!(ids(&[0xD7, 0x82, 1]), Err(Malformed));
        assert_eq!(ids(&[0xD7]), Err(Malformed));
        assert_eq!(ids(&[0xD7, 0xFF, 1]), Err(Malformed));
        let huge = &[0xD7, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE];
        assert_eq!(ids(huge), Err(Malformed));
    }

    #[test]
    fn a_child_that_encloses_its_parent_is_malformed() {
        assert_eq!(
            ids(&[0x86, 0x80, 0x1A, 0x45, 0xDF, 0xA3, 0x80]),
            Err(Malformed)
        );
    }

    #[test]
    fn texts_end_at_the_padding() {
        assert_eq!(text(b"abc\0\0"), "abc");
        assert_eq!(text(b"\0"), "");
        assert_eq!(text(b"a\xFFb"), "a\u{FFFD}b");
    }
}
