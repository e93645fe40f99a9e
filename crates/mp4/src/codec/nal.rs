//! NAL units of H.264 and H.265, between lengths or start codes.

use bytes::{BufMut, Bytes, BytesMut};

use crate::Problem;

/// Precedes each unit of an Annex B stream.
pub(crate) const START_CODE: [u8; 4] = [0, 0, 0, 1];

/// What the codec private data says of a track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Nal {
    /// The configuration record; `None` where the producer sent start codes instead.
    pub(crate) record: Option<Bytes>,
    /// Bytes of the length before each unit of a frame; `None` for start codes.
    length: Option<usize>,
    /// Parameter sets, in order.
    pub(crate) sets: Vec<Bytes>,
}

/// Reads the private data of an H.264 track: an AVCDecoderConfigurationRecord, or parameter sets
/// between start codes.
pub(crate) fn avc(private: &Bytes) -> Result<Nal, Problem> {
    if is_annex_b(private) {
        return between_start_codes(private);
    }
    let mut reader = Reader(private.clone());
    let parse = |reader: &mut Reader| {
        let head = reader.take(5)?;
        let length = length_size(*head.get(4)?);
        let mut sets = Vec::new();
        let count = reader.byte()? & 0x1F;
        reader.units(u16::from(count), &mut sets)?;
        let count = reader.byte()?;
        reader.units(u16::from(count), &mut sets)?;
        (head.first() == Some(&1)).then_some((length, sets))
    };
    record(private, parse(&mut reader))
}

/// Reads the private data of an H.265 track: an HEVCDecoderConfigurationRecord, or parameter sets
/// between start codes.
pub(crate) fn hevc(private: &Bytes) -> Result<Nal, Problem> {
    if is_annex_b(private) {
        return between_start_codes(private);
    }
    let mut reader = Reader(private.clone());
    let parse = |reader: &mut Reader| {
        let head = reader.take(22)?;
        let length = length_size(*head.get(21)?);
        let mut sets = Vec::new();
        for _ in 0..reader.byte()? {
            reader.byte()?;
            let count = reader.word()?;
            reader.units(count, &mut sets)?;
        }
        // Before the record was settled, its version was written as 0.
        (*head.first()? <= 1).then_some((length, sets))
    };
    record(private, parse(&mut reader))
}

fn record(private: &Bytes, parsed: Option<(usize, Vec<Bytes>)>) -> Result<Nal, Problem> {
    let (length, sets) = parsed.ok_or(Problem::BadPrivateData)?;
    Ok(Nal {
        record: Some(private.clone()),
        length: Some(length),
        sets,
    })
}

fn between_start_codes(private: &Bytes) -> Result<Nal, Problem> {
    Ok(Nal {
        record: None,
        length: None,
        sets: by_start_codes(private).ok_or(Problem::BadPrivateData)?,
    })
}

fn length_size(byte: u8) -> usize {
    usize::from(byte & 3).saturating_add(1)
}

fn is_annex_b(bytes: &[u8]) -> bool {
    bytes.starts_with(&START_CODE) || bytes.starts_with(&[0, 0, 1])
}

impl Nal {
    /// The name of an H.264 codec: profile, constraints and level.
    pub(crate) fn avc_name(&self) -> Option<String> {
        const SEQUENCE: u8 = 7;
        let is_sequence = |set: &&Bytes| set.first().is_some_and(|first| first & 0x1F == SEQUENCE);
        let settings = match &self.record {
            Some(record) => record.get(1..4),
            None => self.sets.iter().find(is_sequence)?.get(1..4),
        };
        let [profile, constraints, level] = *settings?.first_chunk()?;
        Some(format!("avc1.{profile:02X}{constraints:02X}{level:02X}"))
    }

    /// The name of an H.265 codec: profile, what it is compatible with, tier and level, constraints.
    pub(crate) fn hevc_name(&self) -> Option<String> {
        let record = self.record.as_ref()?;
        let profile = *record.get(1)?;
        let space = ["", "A", "B", "C"].get(usize::from(profile >> 6))?;
        let compatible = u32::from_be_bytes(*record.get(2..)?.first_chunk()?).reverse_bits();
        let tier = if profile & 0x20 == 0 { 'L' } else { 'H' };
        let level = record.get(12)?;
        let constraints = record.get(6..12)?;
        let last = constraints.iter().rposition(|byte| *byte != 0);
        let told = last.map_or(0, |last| last.saturating_add(1));
        let constraints = constraints.iter().take(told);
        let constraints: String = constraints.map(|byte| format!(".{byte:X}")).collect();
        Some(format!(
            "hvc1.{space}{}.{compatible:X}.{tier}{level}{constraints}",
            profile & 0x1F
        ))
    }

    /// The units of a frame. Producers are known to send start codes where they promise lengths.
    pub(crate) fn units(&self, frame: &Bytes) -> Option<Vec<Bytes>> {
        let by_lengths = self.length.and_then(|length| by_lengths(frame, length));
        by_lengths.or_else(|| by_start_codes(frame))
    }

    /// A frame as an MP4 has it: with lengths. What is damaged stays as it is.
    pub(crate) fn with_lengths(&self, frame: &Bytes) -> Bytes {
        let width = self.length.unwrap_or(START_CODE.len());
        let is_whole = |length| by_lengths(frame, length).is_some();
        if self.length.is_some_and(is_whole) {
            return frame.clone();
        }
        let units = by_start_codes(frame).and_then(|units| join_with_lengths(&units, width));
        units.unwrap_or_else(|| frame.clone())
    }
}

fn join_with_lengths(units: &[Bytes], width: usize) -> Option<Bytes> {
    let mut joined = BytesMut::new();
    for unit in units {
        let length = u32::try_from(unit.len()).ok()?.to_be_bytes();
        let (zeros, length) = length.split_at_checked(length.len().checked_sub(width)?)?;
        if zeros.iter().any(|byte| *byte != 0) {
            return None;
        }
        joined.put_slice(length);
        joined.put_slice(unit);
    }
    Some(joined.freeze())
}

/// Units that fill the frame to its last byte; `None` where they do not, or one is empty.
fn by_lengths(frame: &Bytes, width: usize) -> Option<Vec<Bytes>> {
    let mut reader = Reader(frame.clone());
    let mut units = Vec::new();
    while !reader.0.is_empty() {
        let length = reader.take(width)?;
        let length = length
            .iter()
            .fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte));
        if length == 0 {
            return None;
        }
        units.push(reader.take(length)?);
    }
    Some(units)
}

/// Units between start codes of three bytes or more; `None` where the first does not come first.
fn by_start_codes(bytes: &Bytes) -> Option<Vec<Bytes>> {
    if !is_annex_b(bytes) {
        return None;
    }
    let codes: Vec<usize> = bytes
        .windows(3)
        .enumerate()
        .filter(|(_, window)| window == &[0, 0, 1])
        .map(|(at, _)| at)
        .collect();
    let ends = codes.iter().skip(1).copied().chain([bytes.len()]);
    let units = codes.iter().zip(ends).filter_map(|(code, end)| {
        let unit = bytes.get(code.checked_add(3)?..end)?;
        // A unit ends with a bit that is set: zeros after it belong to what follows.
        let length = unit.iter().rposition(|byte| *byte != 0)?.checked_add(1)?;
        Some(bytes.slice_ref(unit.get(..length)?))
    });
    Some(units.collect())
}

/// Reads from the front.
struct Reader(Bytes);

impl Reader {
    fn take(&mut self, length: usize) -> Option<Bytes> {
        (length <= self.0.len()).then(|| self.0.split_to(length))
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn word(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes([self.byte()?, self.byte()?]))
    }

    fn units(&mut self, count: u16, units: &mut Vec<Bytes>) -> Option<()> {
        for _ in 0..count {
            let length = usize::from(self.word()?);
            units.push(self.take(length)?);
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(slice: &[u8]) -> Bytes {
        Bytes::copy_from_slice(slice)
    }

    const RECORD: &[u8] = &[
        1, 0x42, 0xC0, 0x1E, 0xFF, 0xE1, 0, 4, 0x67, 0x42, 0xC0, 0x1E, 1, 0, 2, 0x68, 0xCE,
    ];

    #[test]
    fn a_record_holds_its_sets() {
        let nal = avc(&bytes(RECORD)).unwrap();
        assert_eq!(nal.length, Some(4));
        assert_eq!(
            nal.sets,
            [bytes(&[0x67, 0x42, 0xC0, 0x1E]), bytes(&[0x68, 0xCE])]
        );
        for end in 0..RECORD.len() {
            let cut = avc(&bytes(&RECORD[..end]));
            assert_eq!(cut, Err(Problem::BadPrivateData), "{end}");
        }
    }

    #[test]
    fn names_tell_profile_and_level() {
        let nal = avc(&bytes(RECORD)).unwrap();
        assert_eq!(nal.avc_name().unwrap(), "avc1.42C01E");
        let sets = bytes(&[0, 0, 0, 1, 0x67, 0x64, 0, 0x28, 0, 0, 1, 0x68, 2]);
        assert_eq!(avc(&sets).unwrap().avc_name().unwrap(), "avc1.640028");
        let mut record = vec![1, 1, 0x60, 0, 0, 0, 0xB0, 0, 0, 0, 0, 0, 93];
        record.resize(22, 0);
        record.push(0);
        let nal = hevc(&bytes(&record)).unwrap();
        assert_eq!(nal.hevc_name().unwrap(), "hvc1.1.6.L93.B0");
    }

    #[test]
    fn start_codes_of_any_length_part_units() {
        let stream = bytes(&[
            0, 0, 0, 1, 0x67, 1, 0, 0, 1, 0x68, 2, 0, 0, 0, 0, 1, 0x65, 3,
        ]);
        let nal = avc(&stream).unwrap();
        assert_eq!(
            nal.sets,
            [bytes(&[0x67, 1]), bytes(&[0x68, 2]), bytes(&[0x65, 3])]
        );
        assert_eq!(
            nal.with_lengths(&stream),
            bytes(&[
                0, 0, 0, 2, 0x67, 1, 0, 0, 0, 2, 0x68, 2, 0, 0, 0, 2, 0x65, 3
            ])
        );
    }

    #[test]
    fn promised_lengths_may_be_start_codes() {
        let nal = avc(&bytes(RECORD)).unwrap();
        let lengths = bytes(&[0, 0, 0, 2, 0x65, 9, 0, 0, 0, 1, 0x0B]);
        assert_eq!(nal.with_lengths(&lengths), lengths);
        let codes = bytes(&[0, 0, 0, 1, 0x65, 9]);
        assert_eq!(nal.with_lengths(&codes), bytes(&[0, 0, 0, 2, 0x65, 9]));
        let neither = bytes(&[0xFF, 2, 3]);
        assert_eq!(nal.units(&neither), None);
        assert_eq!(nal.with_lengths(&neither), neither);
    }
}
