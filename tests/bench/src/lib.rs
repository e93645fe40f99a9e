//! A stream that is made up: what it lists, and the fragments of it in the service's own shape.
#![forbid(unsafe_code)]

use std::fmt::Write;

/// Fragments that follow each other, all of one size.
#[derive(Debug, Clone, Copy)]
pub struct Recording {
    /// How many there are.
    pub count: u64,
    /// Bytes of each, but for what stands around its frames.
    pub bytes: usize,
}

/// Frames of each fragment.
const FRAMES: usize = 50;
/// Milliseconds from frame to frame.
const STEP: u16 = 40;
/// When the first fragment begins, in milliseconds since 1970.
const START: u64 = 1_700_000_000_000;
/// Milliseconds that a fragment lasts.
const LENGTH: u64 = 2_000;

impl Recording {
    /// Number of a fragment, with as many digits as the service's have.
    #[must_use]
    pub fn number(index: u64) -> String {
        format!("9134385233318150666695160{index:022}")
    }

    /// The fragment that has such a number.
    #[must_use]
    pub fn index(number: &str) -> Option<u64> {
        number.get(25..)?.parse().ok()
    }

    /// What ListFragments answers: up to `most` fragments from the one at `from` on.
    #[must_use]
    pub fn listing(&self, from: u64, most: u64) -> String {
        let end = self.count.min(from.saturating_add(most));
        let bytes = self.head(0).len().saturating_add(self.length());
        let mut json = "{\"Fragments\":[".to_owned();
        for index in from..end {
            let comma = if index == from { "" } else { "," };
            let begins = START.saturating_add(index.saturating_mul(LENGTH));
            let (seconds, millis) = (begins / 1_000, begins % 1_000);
            let stored = seconds.saturating_add(3);
            let number = Self::number(index);
            // Writing to a string does not fail.
            let _ = write!(
                json,
                "{comma}{{\"FragmentLengthInMilliseconds\":{LENGTH},\"FragmentNumber\":\"{number}\",\
                 \"FragmentSizeInBytes\":{bytes},\"ProducerTimestamp\":{seconds}.{millis:03},\
                 \"ServerTimestamp\":{stored}.417}}"
            );
        }
        json.push(']');
        if end < self.count {
            let _ = write!(json, ",\"NextToken\":\"{end}\"");
        }
        json.push('}');
        json
    }

    /// A fragment up to its frames, and as long for each of them.
    #[must_use]
    pub fn head(&self, index: u64) -> Vec<u8> {
        let begins = START.saturating_add(index.saturating_mul(LENGTH));
        let time = format!("{}.{:03}", begins / 1_000, begins % 1_000);
        let tags = [
            ("AWS_KINESISVIDEO_FRAGMENT_NUMBER", &Self::number(index)),
            ("AWS_KINESISVIDEO_SERVER_TIMESTAMP", &time),
            ("AWS_KINESISVIDEO_PRODUCER_TIMESTAMP", &time),
        ];
        let tags = tags.map(|(name, value)| {
            let name = element(&[0x45, 0xA3], name.as_bytes());
            let value = element(&[0x44, 0x87], value.as_bytes());
            element(&[0x67, 0xC8], &[name, value].concat())
        });
        let time = element(&[0xE7], &begins.to_be_bytes());
        let length = time.len().saturating_add(self.length());
        [
            element(
                &[0x1A, 0x45, 0xDF, 0xA3],
                &element(&[0x42, 0x82], b"matroska"),
            ),
            b"\x18\x53\x80\x67\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF".to_vec(),
            element(&[0x15, 0x49, 0xA9, 0x66], b"\x2A\xD7\xB1\x83\x0F\x42\x40"),
            element(&[0x16, 0x54, 0xAE, 0x6B], &element(&[0xAE], &track())),
            element(
                &[0x12, 0x54, 0xC3, 0x67],
                &element(&[0x73, 0x73], &tags.concat()),
            ),
            [&[0x1F, 0x43, 0xB6, 0x75][..], &size(length), &time].concat(),
        ]
        .concat()
    }

    /// Bytes of the frames, with what stands around each.
    fn length(&self) -> usize {
        FRAMES.saturating_mul((self.bytes / FRAMES).saturating_add(13))
    }

    /// The frames of a fragment, which are those of every other.
    #[must_use]
    pub fn frames(&self) -> Vec<u8> {
        let bytes = self.bytes / FRAMES;
        let mut frames = Vec::with_capacity(self.bytes.saturating_add(FRAMES * 16));
        for index in 0..FRAMES {
            let time = u16::try_from(index).unwrap_or_default().wrapping_mul(STEP);
            let [high, low] = time.to_be_bytes();
            let flags = if index == 0 { 0x80 } else { 0 };
            frames.push(0xA3);
            frames.extend(size(bytes.saturating_add(4)));
            frames.extend([0x81, high, low, flags]);
            frames.resize(frames.len().saturating_add(bytes), 0x55);
        }
        frames
    }

    /// A fragment as the service sends it.
    #[must_use]
    pub fn fragment(&self, index: u64) -> Vec<u8> {
        let mut fragment = self.head(index);
        fragment.extend(self.frames());
        fragment
    }
}

/// A video track of 640 by 360 pixels.
fn track() -> Vec<u8> {
    let size = [element(&[0xB0], &[2, 0x80]), element(&[0xBA], &[1, 0x68])];
    [
        element(&[0xD7], &[1]),
        element(&[0x73, 0xC5], &[1]),
        element(&[0x83], &[1]),
        element(&[0x86], b"V_MPEG4/ISO/AVC"),
        element(
            &[0x63, 0xA2],
            b"\x01\x4D\x40\x1E\xFF\xE1\x00\x04\x67\x4D\x40\x1E\x01\x00\x02\x68\xEE",
        ),
        element(&[0xE0], &size.concat()),
    ]
    .concat()
}

fn element(id: &[u8], payload: &[u8]) -> Vec<u8> {
    [id, &size(payload.len()), payload].concat()
}

/// A size on eight bytes, as producers write it that do not know it beforehand.
fn size(bytes: usize) -> [u8; 8] {
    let [_, tail @ ..] = u64::try_from(bytes).unwrap_or_default().to_be_bytes();
    let mut size = [1; 8];
    for (into, byte) in size.iter_mut().skip(1).zip(tail) {
        *into = byte;
    }
    size
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "what fails in a test fails the test")]

    use kvs_archive::mkv::{Fragments, State};

    use super::*;

    #[test]
    fn fragments_are_whole_and_of_the_listed_size() {
        let recording = Recording {
            count: 3,
            bytes: 10_000,
        };
        let bytes = recording.fragment(2);
        let listing = recording.listing(0, 2);
        assert!(listing.contains(&format!("\"FragmentSizeInBytes\":{}", bytes.len())));
        assert!(listing.ends_with("],\"NextToken\":\"2\"}"));
        let mut fragments = Fragments::new();
        fragments.push_slice(&bytes);
        fragments.finish();
        let fragment = fragments.next_fragment().unwrap().unwrap();
        assert_eq!(fragment.state, State::Complete);
        assert_eq!(fragment.frames.len(), FRAMES);
        let number = fragment.number.unwrap().to_string();
        assert_eq!(Recording::index(&number), Some(2));
    }
}
