//! The Tracks of a file, and what other fragments' tracks may not change about them.

use std::collections::BTreeSet;

use super::error::{TrackChange, TracksChanged, WriteError};
use crate::ebml::write::Encoder;
use crate::ebml::{Head, LARGEST_SIZE, Size, id};
use crate::fragment::{Fragment, Frame, MOST_ADDITIONS};
use crate::track::{Track, TrackKind};

/// Checks that blocks can name its tracks, that all frames are of one of them, and that they can
/// have what comes beside them.
pub(super) fn check(fragment: &Fragment) -> Result<(), WriteError> {
    if fragment.tracks.is_empty() {
        return Err(WriteError::NoTracks);
    }
    let mut numbers = BTreeSet::new();
    for track in fragment.tracks.iter() {
        let track = track.number;
        if !(1..=LARGEST_SIZE).contains(&track) || !numbers.insert(track) {
            return Err(WriteError::BadTrackNumber { track });
        }
    }
    let mut tracks = fragment.heads().map(|head| head.track);
    if let Some(track) = tracks.find(|track| !numbers.contains(track)) {
        return Err(WriteError::UnknownTrack { track });
    }
    for Frame {
        track, additions, ..
    } in &fragment.frames
    {
        if additions.len() > MOST_ADDITIONS || additions.iter().any(|addition| addition.id == 0) {
            return Err(WriteError::BadAdditions { track: *track });
        }
    }
    Ok(())
}

/// Checks that frames of `new` tracks can follow those of the `file`.
pub(super) fn compare(file: &[Track], new: &[Track]) -> Result<(), TracksChanged> {
    let with = |tracks: &[Track], number| tracks.iter().position(|track| track.number == number);
    for track in new {
        let known = file.iter().find(|known| known.number == track.number);
        let change = known.map_or(Some(TrackChange::Added), |known| difference(known, track));
        if let Some(change) = change {
            return Err(TracksChanged {
                track: track.number,
                change,
            });
        }
    }
    match file.iter().find(|track| with(new, track.number).is_none()) {
        Some(missing) => Err(TracksChanged {
            track: missing.number,
            change: TrackChange::Removed,
        }),
        None => Ok(()),
    }
}

/// Whether a track may be in a WebM file: of its codecs, and neither compressed nor encrypted.
pub(super) fn is_webm(track: &Track) -> bool {
    let codecs = ["V_VP8", "V_VP9", "V_AV1", "A_VORBIS", "A_OPUS"];
    codecs.contains(&track.codec_id.as_str())
        && child(&track.entry, id::CONTENT_ENCODINGS).is_none()
}

fn difference(known: &Track, track: &Track) -> Option<TrackChange> {
    let encodings = |track: &Track| child(&track.entry, id::CONTENT_ENCODINGS).map(<[u8]>::to_vec);
    if known.codec_id != track.codec_id {
        Some(TrackChange::CodecId)
    } else if known.codec_private != track.codec_private {
        Some(TrackChange::CodecPrivate)
    } else if known.kind != track.kind {
        Some(TrackChange::Layout)
    } else if encodings(known) != encodings(track) {
        Some(TrackChange::ContentEncodings)
    } else {
        None
    }
}

/// The Tracks element. Entries are those of the producer; what this crate reads of them comes from
/// the fields, so that blocks and entries cannot disagree.
pub(crate) fn encode(tracks: &[Track], encoder: &mut Encoder) {
    encoder.master(id::TRACKS, |e| {
        for (track, uid) in tracks.iter().zip(uids(tracks)) {
            e.master(id::TRACK_ENTRY, |e| entry(track, uid, e));
        }
    });
}

fn entry(track: &Track, uid: u64, e: &mut Encoder) {
    e.unsigned(id::TRACK_NUMBER, track.number);
    e.unsigned(id::TRACK_UID, uid);
    for (id, element) in children(&track.entry) {
        let from_field = match id {
            id::TRACK_NUMBER | id::TRACK_UID => true,
            id::CODEC_PRIVATE => track.codec_private.is_some(),
            // A checksum would be of other bytes than are written here.
            id::CRC_32 | id::VOID => true,
            _ => false,
        };
        if !from_field {
            e.raw(element);
        }
    }
    if let Some(private) = &track.codec_private {
        e.binary(id::CODEC_PRIVATE, private);
    }
    // The one thing without a default that a codec's name may imply and a producer leave out.
    if child(&track.entry, id::TRACK_TYPE).is_none() {
        e.unsigned(id::TRACK_TYPE, type_number(&track.kind));
    }
}

fn type_number(kind: &TrackKind) -> u64 {
    match kind {
        TrackKind::Video(_) => 1,
        TrackKind::Audio(_) => 2,
        TrackKind::Other(number) => *number,
    }
}

/// One identifier a track: the producer's, or its number where that is missing or taken.
fn uids(tracks: &[Track]) -> Vec<u64> {
    let mut taken: BTreeSet<u64> = tracks.iter().map(|track| track.uid).collect();
    let mut used = BTreeSet::from([0]);
    let mut free = |wish: u64| {
        let uid = (wish.max(1)..).find(|uid| taken.insert(*uid));
        uid.unwrap_or(wish)
    };
    tracks
        .iter()
        .map(|track| match used.insert(track.uid) {
            true => track.uid,
            false => free(track.number),
        })
        .collect()
}

fn child(entry: &[u8], id: u32) -> Option<&[u8]> {
    children(entry).find_map(|(found, element)| (found == id).then_some(element))
}

/// The whole elements in `bytes`, heads included, up to the first that is damaged.
fn children(bytes: &[u8]) -> impl Iterator<Item = (u32, &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let head = Head::parse(rest).ok()?;
        let Size::Known(size) = head.size else {
            return None;
        };
        let len = head.len.checked_add(usize::try_from(size).ok()?)?;
        let (element, after) = rest.split_at_checked(len)?;
        rest = after;
        Some((head.id, element))
    })
}
