//! Sample descriptions.

use bytes::Bytes;
use mp4_atom::esds::{DecoderConfig, DecoderSpecific, EsDescriptor, SLConfig};
use mp4_atom::{Audio, BufMut, Encode, Esds, FourCC, PcmC, Visual};

use crate::Problem;
use crate::codec::Codec;
use crate::codec::aac::AudioConfig;
use crate::codec::nal::Nal;
use crate::codec::pcm::{Pcm, Samples};

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
    if let Some(record) = &nal.record {
        return Ok(record.clone());
    }
    let of = |kind: u8| {
        let is_of = |set: &&Bytes| set.first().is_some_and(|first| first & 0x1F == kind);
        nal.sets.iter().filter(is_of).collect::<Vec<_>>()
    };
    let (sequence, picture) = (of(SEQUENCE), of(PICTURE));
    let settings = sequence.first().and_then(|set| set.get(1..4));
    let settings = settings.ok_or(Problem::BadPrivateData)?;
    let mut record = vec![1];
    record.extend_from_slice(settings);
    record.push(0xFF);
    for (sets, reserved) in [(sequence, 0xE0), (picture, 0)] {
        let count = u8::try_from(sets.len()).map_err(|_| Problem::BadPrivateData)?;
        record.push(reserved | count);
        for set in sets {
            let length = u16::try_from(set.len()).map_err(|_| Problem::BadPrivateData)?;
            record.extend_from_slice(&length.to_be_bytes());
            record.extend_from_slice(set);
        }
    }
    Ok(Bytes::from(record))
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
