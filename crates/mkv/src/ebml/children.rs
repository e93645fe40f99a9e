//! Elements inside a payload that is whole.

use bytes::{Buf, Bytes};

use super::{Head, Size};

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
const OUTERMOST: std::ops::RangeFrom<u32> = 0x1000_0000..;

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
        let Size::Known(size) = head.size else {
            return Err(Malformed);
        };
        if OUTERMOST.contains(&head.id) {
            return Err(Malformed);
        }
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
