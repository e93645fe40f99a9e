//! The index of one fragment.

use mp4_atom::{Encode, Mfhd, Moof, Tfdt, Tfhd, Traf, Trun, TrunEntry};

use super::track::{Sample, Track};
use crate::WriteError;

/// Flags of a sample that depends on no other.
const KEYFRAME: u32 = 0x0200_0000;
/// Flags of one that does, and that nobody can begin with.
const OTHER: u32 = 0x0101_0000;
/// Bytes of the head of an `mdat` on 32 bits.
const MDAT_HEAD: u64 = 8;

/// What goes before the samples of a fragment, track by track.
pub(super) fn encode(
    number: u32,
    tracks: &[Track],
    runs: &[Vec<Sample>],
) -> Result<Vec<u8>, WriteError> {
    let mut buffer = Vec::new();
    // The offsets depend on the length of what tells them, which does not depend on them.
    moof(number, tracks, runs, 0)?.encode(&mut buffer)?;
    let base = u64::try_from(buffer.len()).map_err(|_| WriteError::TooLarge)?;
    buffer.clear();
    moof(number, tracks, runs, base.saturating_add(MDAT_HEAD))?.encode(&mut buffer)?;
    let bytes = runs.iter().flatten().map(Sample::len);
    let bytes = bytes.fold(MDAT_HEAD, u64::saturating_add);
    let bytes = u32::try_from(bytes).map_err(|_| WriteError::TooLarge)?;
    buffer.extend(bytes.to_be_bytes());
    buffer.extend(b"mdat");
    Ok(buffer)
}

/// With the first sample `at` bytes behind its own beginning.
fn moof(
    number: u32,
    tracks: &[Track],
    runs: &[Vec<Sample>],
    mut at: u64,
) -> Result<Moof, WriteError> {
    let mut traf = Vec::new();
    for (track, samples) in tracks.iter().zip(runs) {
        let Some(first) = samples.first() else {
            continue;
        };
        let offset = i32::try_from(at).map_err(|_| WriteError::TooLarge)?;
        traf.push(Traf {
            tfhd: Tfhd {
                track_id: track.id,
                default_base_is_moof: true,
                ..Tfhd::default()
            },
            tfdt: Some(Tfdt {
                base_media_decode_time: u64::try_from(first.decoded).unwrap_or(0),
            }),
            trun: vec![trun(track, samples, offset)],
            ..Traf::default()
        });
        at = samples
            .iter()
            .map(Sample::len)
            .fold(at, u64::saturating_add);
    }
    Ok(Moof {
        mfhd: Mfhd {
            sequence_number: number,
        },
        traf,
    })
}

fn trun(track: &Track, samples: &[Sample], offset: i32) -> Trun {
    let delay = i64::from(track.delay.unwrap_or(0));
    let shown_later = |sample: &Sample| i64::from(sample.offset).saturating_add(delay);
    let any_later = samples.iter().any(|sample| shown_later(sample) != 0);
    let entry = |sample: &Sample| TrunEntry {
        duration: Some(sample.duration),
        size: Some(sample.size),
        flags: Some(if sample.keyframe { KEYFRAME } else { OTHER }),
        cts: any_later.then(|| shown_later(sample)),
    };
    Trun {
        data_offset: Some(offset),
        samples: samples.iter().map(entry).collect::<Vec<_>>().into(),
    }
}
