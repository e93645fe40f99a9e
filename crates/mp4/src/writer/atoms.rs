//! Sample descriptions.

use bytes::Bytes;
use mp4_atom::esds::{DecoderConfig, DecoderSpecific, EsDescriptor, SLConfig};
use mp4_atom::{Audio, BufMut, Encode, Esds, FourCC, PcmC, Visual};

use crate::Problem;
use crate::codec::Codec;
use crate::codec::aac::AudioConfig;
use crate::codec::nal::Nal;
use crate::codec::pcm::{Pcm, Samples};
use crate::codec::sps;

/// MPEG-4 sound, among object types.
const MPEG4_AUDIO: u8 = 0x40;
/// A stream of sound, among stream types.
const AUDIO_STREAM: u8 = 5;
/// The same for pictures.
const JPEG: u8 = 0x6C;
const VISUAL_STREAM: u8 = 4;

/// An atom of which this crate knows but the content.
pub(super) fn atom<F>(buffer: &mut Vec<u8>, kind: &[u8; 4], content: F) -> mp4_atom::Result<()>
where
    F: FnOnce(&mut Vec<u8>) -> mp4_atom::Result<()>,
{
    buffer.encode_atom(FourCC::new(kind), content)
}

/// How decoders are told what comes.
pub(super) fn sample_entry(codec: &Codec, width: u16, height: u16) -> Result<Bytes, Problem> {
    let mut buffer = Vec::new();
    let encoded = match codec {
        Codec::Avc(nal) => {
            let record = avc_record(nal)?;
            visual(&mut buffer, [b"avc1", b"avcC"], &record, width, height)
        }
        Codec::Hevc(nal) => {
            let record = nal.record.clone().ok_or(Problem::BadPrivateData)?;
            visual(&mut buffer, [b"hvc1", b"hvcC"], &record, width, height)
        }
        Codec::Jpeg => jpeg(&mut buffer, width, height),
        Codec::Aac(config) => aac(&mut buffer, config),
        Codec::Pcm(pcm) => sound(&mut buffer, *pcm),
    };
    encoded.map_err(|_| Problem::BadPrivateData)?;
    Ok(Bytes::from(buffer))
}

fn visual(
    buffer: &mut Vec<u8>,
    [entry, config]: [&[u8; 4]; 2],
    record: &Bytes,
    width: u16,
    height: u16,
) -> mp4_atom::Result<()> {
    atom(buffer, entry, |buffer| {
        picture(width, height).encode(buffer)?;
        atom(buffer, config, |buffer| record.as_ref().encode(buffer))
    })
}

fn jpeg(buffer: &mut Vec<u8>, width: u16, height: u16) -> mp4_atom::Result<()> {
    atom(buffer, b"mp4v", |buffer| {
        picture(width, height).encode(buffer)?;
        describe(JPEG, VISUAL_STREAM, None).encode(buffer)
    })
}

fn picture(width: u16, height: u16) -> Visual {
    Visual {
        data_reference_index: 1,
        width,
        height,
        ..Visual::default()
    }
}

fn describe(object_type: u8, stream_type: u8, specific: Option<DecoderSpecific>) -> Esds {
    Esds {
        es_desc: EsDescriptor {
            dec_config: DecoderConfig {
                object_type_indication: object_type,
                stream_type,
                dec_specific: specific,
                ..DecoderConfig::default()
            },
            sl_config: SLConfig::default(),
            ..EsDescriptor::default()
        },
    }
}

/// The producer's record, or one made of its parameter sets.
fn avc_record(nal: &Nal) -> Result<Bytes, Problem> {
    const SEQUENCE: u8 = 7;
    const PICTURE: u8 = 8;
    const EXTENSION: u8 = 13;
    if let Some(record) = &nal.record {
        return Ok(record.clone());
    }
    let of = |kind: u8| {
        let is_of = |set: &&Bytes| set.first().is_some_and(|first| first & 0x1F == kind);
        nal.sets.iter().filter(is_of).collect::<Vec<_>>()
    };
    let (sequence, picture) = (of(SEQUENCE), of(PICTURE));
    let first = *sequence.first().ok_or(Problem::BadPrivateData)?;
    let settings = first.get(1..4).ok_or(Problem::BadPrivateData)?;
    let mut record = vec![1];
    record.extend_from_slice(settings);
    record.push(0xFF);
    put_sets(&mut record, 0xE0, &sequence)?;
    put_sets(&mut record, 0, &picture)?;
    if settings
        .first()
        .is_some_and(|profile| sps::tells_format(*profile))
    {
        let format = sps::sample_format(first).ok_or(Problem::BadPrivateData)?;
        record.push(0xFC | format.chroma);
        record.push(0xF8 | format.luma_depth);
        record.push(0xF8 | format.chroma_depth);
        put_sets(&mut record, 0, &of(EXTENSION))?;
    }
    Ok(Bytes::from(record))
}

/// Writes how many sets there are, behind bits that are reserved, and then those.
fn put_sets(record: &mut Vec<u8>, reserved: u8, sets: &[&Bytes]) -> Result<(), Problem> {
    let count = u8::try_from(sets.len()).map_err(|_| Problem::BadPrivateData)?;
    record.push(reserved | count);
    for set in sets {
        let length = u16::try_from(set.len()).map_err(|_| Problem::BadPrivateData)?;
        record.extend_from_slice(&length.to_be_bytes());
        record.extend_from_slice(set);
    }
    Ok(())
}

fn aac(buffer: &mut Vec<u8>, config: &AudioConfig) -> mp4_atom::Result<()> {
    atom(buffer, b"mp4a", |buffer| {
        audio(u16::from(config.channels.max(1)), 16, config.rate).encode(buffer)?;
        let specific = DecoderSpecific {
            profile: config.object_type,
            freq_index: 0,
            chan_conf: config.channels,
            raw: config.raw.to_vec(),
        };
        describe(MPEG4_AUDIO, AUDIO_STREAM, Some(specific)).encode(buffer)
    })
}

fn sound(buffer: &mut Vec<u8>, pcm: Pcm) -> mp4_atom::Result<()> {
    let bits = pcm.width.saturating_mul(8);
    let (entry, told_bits, config) = match pcm.samples {
        // What they are after expansion, as QuickTime has it.
        Samples::ALaw => (b"alaw", 16, None),
        Samples::MuLaw => (b"ulaw", 16, None),
        Samples::Integers { big_endian } => (b"ipcm", bits, Some(big_endian)),
        Samples::Floats { big_endian } => (b"fpcm", bits, Some(big_endian)),
    };
    atom(buffer, entry, |buffer| {
        audio(pcm.channels, told_bits, pcm.rate).encode(buffer)?;
        match config {
            Some(big_endian) => PcmC {
                big_endian,
                sample_size: u8::try_from(bits).unwrap_or(u8::MAX),
            }
            .encode(buffer),
            None => Ok(()),
        }
    })
}

fn audio(channels: u16, bits: u16, rate: u32) -> Audio {
    Audio {
        data_reference_index: 1,
        channel_count: channels,
        sample_size: bits,
        // Rates past its 16 bits are told by the media's timescale.
        sample_rate: u16::try_from(rate).unwrap_or(0).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::nal;

    /// The record that ends so is made of its own sets between start codes.
    fn is_made_anew(record: &[u8]) {
        let record = Bytes::copy_from_slice(record);
        let sets = nal::avc(&record).unwrap().sets;
        let codes = sets.iter().flat_map(|set| [&nal::START_CODE, &set[..]]);
        let codes = Bytes::from(codes.collect::<Vec<_>>().concat());
        let made = avc_record(&nal::avc(&codes).unwrap()).unwrap();
        assert_eq!(made, record, "{made:X?} for {record:X?}");
    }

    #[test]
    fn records_are_made_as_encoders_write_them() {
        // The avcC of x264 by way of FFmpeg: 4:2:0, 4:2:0 with 10 bits, 4:2:2 with 10, 4:4:4.
        is_made_anew(&[
            1, 0x42, 0xC0, 0x0A, 0xFF, 0xE1, 0, 22, 0x67, 0x42, 0xC0, 0x0A, 0xDA, 0x10, 0x9B, 1,
            0x10, 0, 0, 3, 0, 0x10, 0, 0, 3, 0, 0xA0, 0xF1, 0x22, 0x6A, 1, 0, 4, 0x68, 0xCE, 0x0F,
            0xC8,
        ]);
        is_made_anew(&[
            1, 0x6E, 0, 0x0A, 0xFF, 0xE1, 0, 24, 0x67, 0x6E, 0, 0x0A, 0xA6, 0xCB, 0x42, 0x13, 0x60,
            0x22, 0, 0, 3, 0, 2, 0, 0, 3, 0, 0x14, 0x1E, 0x24, 0x4D, 0x40, 1, 0, 4, 0x68, 0xCE,
            0x0F, 0xC8, 0xFD, 0xFA, 0xFA, 0,
        ]);
        is_made_anew(&[
            1, 0x7A, 0, 0x0A, 0xFF, 0xE1, 0, 24, 0x67, 0x7A, 0, 0x0A, 0xB6, 0xCB, 0x42, 0x13, 0x60,
            0x22, 0, 0, 3, 0, 2, 0, 0, 3, 0, 0x14, 0x1E, 0x24, 0x4D, 0x40, 1, 0, 4, 0x68, 0xCE,
            0x0F, 0xC8, 0xFE, 0xFA, 0xFA, 0,
        ]);
        is_made_anew(&[
            1, 0xF4, 0, 0x0A, 0xFF, 0xE1, 0, 24, 0x67, 0xF4, 0, 0x0A, 0x91, 0x96, 0x84, 0x26, 0xC0,
            0x44, 0, 0, 3, 0, 4, 0, 0, 3, 0, 0x28, 0x3C, 0x48, 0x9A, 0x80, 1, 0, 5, 0x68, 0xCE,
            0x0F, 0x19, 0x20, 0xFF, 0xF8, 0xF8, 0,
        ]);
    }

    #[test]
    fn extensions_of_sets_go_behind_all_others() {
        let high = [0x67, 0x64, 0, 0x1E, 0xAC, 0xB1, 0x20, 0x50];
        let codes = [&[0, 0, 1][..], &high, &[0, 0, 1, 0x6D, 9, 0, 0, 1, 0x68, 7]].concat();
        let made = avc_record(&nal::avc(&codes.into()).unwrap()).unwrap();
        let behind = [1, 0, 2, 0x68, 7, 0xFD, 0xF8, 0xF8, 1, 0, 2, 0x6D, 9];
        assert_eq!(made[16..], behind);
    }

    #[test]
    fn a_set_that_is_cut_short_is_refused() {
        let codes = Bytes::from_static(&[0, 0, 1, 0x67, 0x64, 0, 0x28, 0, 0, 1, 0x68, 2]);
        let made = avc_record(&nal::avc(&codes).unwrap());
        assert_eq!(made, Err(Problem::BadPrivateData));
    }
}
