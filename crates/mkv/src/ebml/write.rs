//! Writing elements.

use bytes::{BufMut, Bytes, BytesMut};

use super::{LARGEST_SIZE, all_ones, id};

/// How many bytes the size of an element takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Width {
    /// As few as possible.
    #[default]
    Shortest,
    /// That many, so long as the size fits.
    Fixed(usize),
}

/// Appends elements to a buffer.
#[derive(Debug)]
pub(crate) struct Encoder {
    out: BytesMut,
    width: Width,
}

impl Encoder {
    pub(crate) fn new(width: Width) -> Self {
        Self {
            out: BytesMut::new(),
            width,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.out.len()
    }

    /// What has been written since the beginning or the last call.
    pub(crate) fn take(&mut self) -> Bytes {
        self.out.split().freeze()
    }

    pub(crate) fn id(&mut self, id: u32) {
        let bytes = id.to_be_bytes();
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        self.out.put_slice(bytes.get(zeros..).unwrap_or_default());
    }

    /// A size, or any other variable-size integer, in the width of this encoder.
    pub(crate) fn size(&mut self, size: u64) {
        let least = match self.width {
            Width::Shortest => 1,
            Width::Fixed(least) => least,
        };
        self.vint(size, least);
    }

    /// A variable-size integer on as few bytes as possible.
    pub(crate) fn shortest(&mut self, value: u64) {
        self.vint(value, 1);
    }

    fn vint(&mut self, value: u64, least: usize) {
        let len = vint_len(value, least);
        let marker = all_ones(len).saturating_add(1);
        let bytes = (value.min(LARGEST_SIZE) | marker).to_be_bytes();
        let skip = bytes.len().saturating_sub(len);
        self.out.put_slice(bytes.get(skip..).unwrap_or_default());
    }

    /// The head of an element whose end is not known yet.
    pub(crate) fn unknown_size(&mut self, id: u32) {
        self.id(id);
        self.out.put_slice(&UNKNOWN_SIZE);
    }

    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        self.out.put_slice(bytes);
    }

    pub(crate) fn binary(&mut self, id: u32, payload: &[u8]) {
        self.id(id);
        self.size(payload.len().try_into().unwrap_or(LARGEST_SIZE));
        self.raw(payload);
    }

    pub(crate) fn text(&mut self, id: u32, text: &str) {
        self.binary(id, text.as_bytes());
    }

    pub(crate) fn unsigned(&mut self, id: u32, value: u64) {
        let bytes = value.to_be_bytes();
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count().min(7);
        self.binary(id, bytes.get(zeros..).unwrap_or_default());
    }

    /// An integer on eight bytes whatever its value, so that it can be patched.
    pub(crate) fn unsigned_fixed(&mut self, id: u32, value: u64) {
        self.binary(id, &value.to_be_bytes());
    }

    pub(crate) fn signed(&mut self, id: u32, value: i64) {
        let bytes = value.to_be_bytes();
        // The fewest bytes that still read back with the same sign.
        let len = (1..8_u32)
            .find(|len| {
                let unused = 64_u32.saturating_sub(len.saturating_mul(8));
                (value << unused) >> unused == value
            })
            .unwrap_or(8);
        let skip = 8_usize.saturating_sub(usize::try_from(len).unwrap_or(8));
        self.binary(id, bytes.get(skip..).unwrap_or_default());
    }

    pub(crate) fn float(&mut self, id: u32, value: f64) {
        self.binary(id, &value.to_be_bytes());
    }

    /// An element that holds what `children` writes.
    pub(crate) fn master(&mut self, id: u32, children: impl FnOnce(&mut Self)) {
        let mut inner = Self::new(self.width);
        children(&mut inner);
        self.binary(id, &inner.out);
    }

    /// A Void element of exactly `total` bytes, its head included: from 2 to 128, the room that
    /// this crate ever reserves.
    pub(crate) fn void(&mut self, total: usize) {
        debug_assert!((2..=128).contains(&total), "void of {total} bytes");
        self.id(id::VOID);
        let payload = total.saturating_sub(2);
        self.shortest(payload.try_into().unwrap_or(0));
        self.out.put_bytes(0, payload);
    }
}

/// A size of eight bytes that says "until the end", as the service writes it.
pub(crate) const UNKNOWN_SIZE: [u8; 8] = [0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];

/// A known size on eight bytes, to take the place of [`UNKNOWN_SIZE`].
pub(crate) fn size_on_eight_bytes(size: u64) -> Bytes {
    let mut encoder = Encoder::new(Width::Fixed(8));
    encoder.size(size);
    encoder.take()
}

/// Pieces of output: bytes written here between payloads that are passed through uncopied.
#[derive(Debug)]
pub(crate) struct Pieces {
    done: Vec<Bytes>,
    /// The bytes since the last payload.
    pub(crate) encoder: Encoder,
}

impl Pieces {
    /// Pieces with room for so many bytes besides the payloads.
    pub(crate) fn with_room(bytes: usize) -> Self {
        Self {
            done: Vec::new(),
            encoder: Encoder {
                out: BytesMut::with_capacity(bytes),
                width: Width::Shortest,
            },
        }
    }

    pub(crate) fn pass(&mut self, payload: &Bytes) {
        self.seal();
        self.push(payload.clone());
    }

    pub(crate) fn into_pieces(mut self) -> Vec<Bytes> {
        self.seal();
        self.done
    }

    fn seal(&mut self) {
        let written = self.encoder.take();
        self.push(written);
    }

    fn push(&mut self, bytes: Bytes) {
        if !bytes.is_empty() {
            self.done.push(bytes);
        }
    }
}

/// Bytes that a variable-size integer takes; at least so many.
fn vint_len(value: u64, least: usize) -> usize {
    // All bits set means "unknown", so a length is enough only below that.
    (least..8).find(|len| value < all_ones(*len)).unwrap_or(8)
}

/// Bytes that [`Encoder::shortest`] takes for a value.
pub(crate) fn shortest_len(value: u64) -> u64 {
    vint_len(value, 1).try_into().unwrap_or(u64::MAX)
}

/// The length of a slice as Matroska counts it.
pub(crate) fn len_u64(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ebml::{Head, Size, parse_unsigned};

    fn written(width: Width, write: impl FnOnce(&mut Encoder)) -> Bytes {
        let mut encoder = Encoder::new(width);
        write(&mut encoder);
        encoder.take()
    }

    #[test]
    fn numbers_take_as_few_bytes_as_they_can() {
        let unsigned = |value| written(Width::Shortest, |e| e.unsigned(id::TIMESTAMP, value));
        assert_eq!(&unsigned(0)[..], [0xE7, 0x81, 0]);
        assert_eq!(&unsigned(255)[..], [0xE7, 0x81, 255]);
        assert_eq!(&unsigned(256)[..], [0xE7, 0x82, 1, 0]);
        let signed = |value| written(Width::Shortest, |e| e.signed(id::REFERENCE_BLOCK, value));
        assert_eq!(&signed(127)[..], [0xFB, 0x81, 0x7F]);
        assert_eq!(&signed(-128)[..], [0xFB, 0x81, 0x80]);
        assert_eq!(&signed(128)[..], [0xFB, 0x82, 0, 0x80]);
        assert_eq!(&signed(i64::MIN)[2..], i64::MIN.to_be_bytes());
    }

    #[test]
    fn a_size_never_reads_as_unknown() {
        let size = |value| written(Width::Shortest, |e| e.size(value));
        assert_eq!(&size(126)[..], [0xFE]);
        assert_eq!(&size(127)[..], [0x40, 127]);
        assert_eq!(size(LARGEST_SIZE).len(), 8);
        assert_eq!(
            &written(Width::Fixed(4), |e| e.size(235))[..],
            [0x10, 0, 0, 235]
        );
        assert_eq!(&size_on_eight_bytes(5)[..], [1, 0, 0, 0, 0, 0, 0, 5]);
    }

    #[test]
    fn masters_hold_their_children() {
        let tags = written(Width::Fixed(4), |e| {
            e.master(id::TAGS, |e| {
                e.master(id::TAG, |e| e.text(id::TAG_NAME, "a"))
            });
        });
        let expected = b"\x12\x54\xC3\x67\x10\0\0\x0D\x73\x73\x10\0\0\x07\x45\xA3\x10\0\0\x01a";
        assert_eq!(&tags[..], expected);
    }

    #[test]
    fn voids_fill_exactly() {
        for total in 2..=128 {
            let void = written(Width::Fixed(8), |e| e.void(total));
            assert_eq!(void.len(), total);
            let head = Head::parse(&void).unwrap();
            assert_eq!(head.size, Size::Known((total - head.len) as u64));
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(value: u64, payload in proptest::collection::vec(any::<u8>(), 0..300), width in 1_usize..=8) {
            let bytes = written(Width::Fixed(width), |e| {
                e.unsigned(id::CUE_TIME, value);
                e.binary(id::CODEC_PRIVATE, &payload);
            });
            let head = Head::parse(&bytes).unwrap();
            let Size::Known(size) = head.size else { panic!("unknown size") };
            let (number, rest) = bytes[head.len..].split_at(usize::try_from(size).unwrap());
            prop_assert_eq!(parse_unsigned(number), Some(value));
            let second = Head::parse(rest).unwrap();
            prop_assert_eq!(second.size, Size::Known(len_u64(&payload)));
            prop_assert_eq!(&rest[second.len..], &payload[..]);
        }
    }
}
