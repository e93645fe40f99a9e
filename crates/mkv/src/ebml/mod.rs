//! EBML: ids, sizes and the elements they frame.

pub(crate) mod children;
pub(crate) mod crc;
pub(crate) mod id;
pub(crate) mod write;

/// The value of an eight-byte size with all bits set is reserved, so sizes stay below this.
pub(crate) const LARGEST_SIZE: u64 = (1 << 56) - 2;

/// How far an element reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Size {
    /// That many bytes of payload.
    Known(u64),
    /// Until an element comes that cannot be its child.
    Unknown,
}

/// Id and size, the head of every element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) id: u32,
    pub(crate) size: Size,
    /// Bytes that id and size took.
    pub(crate) len: usize,
}

/// Why bytes are no element head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BadHead {
    /// They may be the beginning of one.
    Short,
    /// No head begins like this.
    Invalid,
}

impl Head {
    /// Reads the head at the beginning of `bytes`.
    #[inline]
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, BadHead> {
        let (id, id_len) = match *bytes {
            // Those of nearly all elements there are.
            [id @ 0x80..=0xFF, ..] => (u32::from(id), 1),
            _ => parse_id(bytes)?,
        };
        let (size, size_len) = parse_size(bytes.get(id_len..).unwrap_or_default())?;
        Ok(Self {
            id,
            size,
            len: id_len.saturating_add(size_len),
        })
    }
}

/// Bytes of the variable-size integer that begins with `first`; `None` above eight.
#[inline]
pub(crate) fn vint_len(first: u8) -> Option<usize> {
    match first.leading_zeros() {
        8.. => None,
        zeros => usize::try_from(zeros).ok()?.checked_add(1),
    }
}

/// An id with its length marker, and its length.
#[inline]
pub(crate) fn parse_id(bytes: &[u8]) -> Result<(u32, usize), BadHead> {
    let first = *bytes.first().ok_or(BadHead::Short)?;
    let len = vint_len(first)
        .filter(|len| *len <= 4)
        .ok_or(BadHead::Invalid)?;
    let id = bytes
        .get(..len)
        .ok_or(BadHead::Short)?
        .iter()
        .fold(0_u32, |id, byte| (id << 8) | u32::from(*byte));
    Ok((id, len))
}

/// A size and its length.
#[inline]
pub(crate) fn parse_size(bytes: &[u8]) -> Result<(Size, usize), BadHead> {
    let (value, len) = parse_vint(bytes)?;
    let size = if value == all_ones(len) {
        Size::Unknown
    } else {
        Size::Known(value)
    };
    Ok((size, len))
}

/// A variable-size integer without its length marker, and its length.
#[inline]
pub(crate) fn parse_vint(bytes: &[u8]) -> Result<(u64, usize), BadHead> {
    let first = *bytes.first().ok_or(BadHead::Short)?;
    let len = vint_len(first).ok_or(BadHead::Invalid)?;
    let raw = match bytes.first_chunk::<8>() {
        // Nearly always there are more bytes than the integer has, and one load does.
        Some(eight) => u64::from_be_bytes(*eight) >> 64_usize.saturating_sub(len.saturating_mul(8)),
        None => bytes
            .get(..len)
            .ok_or(BadHead::Short)?
            .iter()
            .fold(0_u64, |value, byte| (value << 8) | u64::from(*byte)),
    };
    Ok((raw & all_ones(len), len))
}

/// The largest payload of a variable-size integer of `len` bytes, 1 to 8.
#[inline]
pub(crate) fn all_ones(len: usize) -> u64 {
    u64::MAX >> 64_usize.saturating_sub(len.saturating_mul(7)).min(63)
}

/// A signed EBML lace difference: the integer less the middle of its range.
pub(crate) fn parse_signed_vint(bytes: &[u8]) -> Result<(i64, usize), BadHead> {
    let (value, len) = parse_vint(bytes)?;
    let middle = all_ones(len) >> 1;
    // Both are below 2^56.
    let signed = value.cast_signed().saturating_sub(middle.cast_signed());
    Ok((signed, len))
}

/// A big-endian unsigned integer of at most eight bytes; an empty one is zero.
pub(crate) fn parse_unsigned(payload: &[u8]) -> Option<u64> {
    (payload.len() <= 8).then(|| {
        payload
            .iter()
            .fold(0_u64, |value, byte| (value << 8) | u64::from(*byte))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_of_every_length() {
        for len in 1..=8_usize {
            let mut bytes = vec![0_u8; len];
            bytes[0] = 0x80 >> (len - 1);
            bytes[len - 1] |= 1;
            assert_eq!(parse_size(&bytes), Ok((Size::Known(1), len)));
            for cut in 0..len {
                assert_eq!(parse_size(&bytes[..cut]), Err(BadHead::Short));
            }
        }
    }

    #[test]
    fn all_bits_set_is_unknown_at_every_length() {
        for len in 1..=8_usize {
            let mut bytes = vec![0xFF_u8; len];
            bytes[0] = 0xFF >> (len - 1);
            assert_eq!(parse_size(&bytes), Ok((Size::Unknown, len)));
        }
        assert_eq!(all_ones(8), (1 << 56) - 1);
        assert_eq!(LARGEST_SIZE, all_ones(8) - 1);
    }

    #[test]
    fn ids_keep_their_marker() {
        assert_eq!(parse_id(&[0x1A, 0x45, 0xDF, 0xA3]), Ok((id::EBML, 4)));
        assert_eq!(parse_id(&[0xA3, 0x81]), Ok((id::SIMPLE_BLOCK, 1)));
        assert_eq!(parse_id(&[0x1A, 0x45]), Err(BadHead::Short));
        assert_eq!(parse_id(&[0x08, 0, 0, 0, 0]), Err(BadHead::Invalid));
        assert_eq!(parse_id(&[0x00]), Err(BadHead::Invalid));
    }

    #[test]
    fn lace_differences_are_signed() {
        assert_eq!(parse_signed_vint(&[0x80]), Ok((-63, 1)));
        assert_eq!(parse_signed_vint(&[0xBF]), Ok((0, 1)));
        assert_eq!(parse_signed_vint(&[0x5F, 0xFF]), Ok((0, 2)));
        assert_eq!(parse_signed_vint(&[0xFE]), Ok((63, 1)));
    }

    #[test]
    fn unsigned_integers_have_at_most_eight_bytes() {
        assert_eq!(parse_unsigned(&[]), Some(0));
        assert_eq!(parse_unsigned(&[1, 0]), Some(256));
        assert_eq!(parse_unsigned(&[0xFF; 8]), Some(u64::MAX));
        assert_eq!(parse_unsigned(&[0; 9]), None);
    }
}
