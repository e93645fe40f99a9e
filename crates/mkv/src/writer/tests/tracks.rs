//! Whose frames a file takes.

use super::walk::segment;
use super::*;

fn refused(second: &Fragment) -> WriteError {
    let mut writer = Writer::new(WriterOptions::default());
    let tracks = [video(), audio()];
    let first = with_tracks(1, None, &tracks, vec![frame(VIDEO, 0)]);
    writer.write(&first).unwrap();
    let before = writer.position();
    let error = writer.write(second).unwrap_err();
    assert_eq!(writer.position(), before);
    writer.write(&first).unwrap();
    error
}

fn changed(change: TrackChange, with: impl FnOnce(&mut Vec<Track>)) {
    let mut tracks = vec![video(), audio()];
    with(&mut tracks);
    let second = with_tracks(2, None, &tracks, vec![frame(VIDEO, 0)]);
    let expected = TracksChanged {
        track: AUDIO,
        change,
    };
    assert_eq!(refused(&second), WriteError::TracksChanged(expected));
}

#[test]
fn other_tracks_are_refused_by_what_is_other() {
    changed(TrackChange::CodecId, |t| t[1].codec_id = "A_MS/ACM".into());
    changed(TrackChange::CodecPrivate, |t| t[1].codec_private = None);
    changed(TrackChange::Layout, |t| {
        t[1].kind = TrackKind::Audio(Audio::default());
    });
    changed(TrackChange::Removed, |t| drop(t.pop()));
    changed(TrackChange::ContentEncodings, |t| {
        let mut e = Encoder::new(Width::Shortest);
        e.raw(&t[1].entry);
        e.binary(id::CONTENT_ENCODINGS, b"");
        t[1].entry = e.take();
    });
    let mut third = audio();
    third.number = 3;
    let added = with_tracks(2, None, &[video(), audio(), third], vec![frame(VIDEO, 0)]);
    let expected = TracksChanged {
        track: 3,
        change: TrackChange::Added,
    };
    assert_eq!(refused(&added), WriteError::TracksChanged(expected));
}

#[test]
fn names_and_durations_may_change() {
    let mut renamed = video();
    renamed.name = Some("other".into());
    renamed.default_duration = Some(1);
    let second = with_tracks(2, None, &[renamed], vec![frame(VIDEO, 0)]);
    file(WriterOptions::default(), &[fragment(1, None, &[0]), second]);
}

#[test]
fn frames_need_their_tracks() {
    let none = with_tracks(2, None, &[], vec![frame(VIDEO, 0)]);
    assert_eq!(refused(&none), WriteError::NoTracks);
    let tracks = [video(), audio()];
    let unknown = with_tracks(2, None, &tracks, vec![frame(VIDEO, 0), frame(7, 0)]);
    assert_eq!(refused(&unknown), WriteError::UnknownTrack { track: 7 });
    let twice = with_tracks(2, None, &[video(), video()], vec![frame(VIDEO, 0)]);
    assert_eq!(refused(&twice), WriteError::BadTrackNumber { track: VIDEO });
    let mut zero = video();
    zero.number = 0;
    let zero = with_tracks(2, None, &[zero], vec![frame(0, 0)]);
    assert_eq!(refused(&zero), WriteError::BadTrackNumber { track: 0 });
}

#[test]
fn frames_have_no_more_additions_than_can_be_read() {
    let with = |additions: Vec<BlockAddition>| {
        let frame = Frame {
            additions: additions.into(),
            ..frame(VIDEO, 0)
        };
        with_tracks(2, None, &[video()], vec![frame])
    };
    let addition = |id| BlockAddition {
        id,
        data: Bytes::from_static(b"x"),
    };
    let expected = WriteError::BadAdditions { track: VIDEO };
    assert_eq!(refused(&with(vec![addition(0)])), expected);
    assert_eq!(refused(&with(vec![addition(1); 256])), expected);
    let mut writer = Writer::new(WriterOptions::default());
    writer.write(&with(vec![addition(1); 255])).unwrap();
}

#[test]
fn fragments_without_frames_settle_nothing() {
    let mut writer = Writer::new(WriterOptions::default());
    let empty = with_tracks(1, None, &[audio()], Vec::new());
    writer.write(&empty).unwrap();
    assert_eq!(writer.position(), 0);
    writer.write(&fragment(2, None, &[0])).unwrap();
    writer.write(&empty).unwrap();
    let bytes = complete(writer);
    let ids: Vec<u32> = segment(&bytes).children().iter().map(|e| e.id).collect();
    let expected = [
        id::SEEK_HEAD,
        id::INFO,
        id::TRACKS,
        id::TAGS,
        id::TAGS,
        id::CLUSTER,
        id::TAGS,
        id::CUES,
    ];
    assert_eq!(ids, expected);
    let entry = segment(&bytes).one(id::TRACKS).one(id::TRACK_ENTRY);
    assert_eq!(entry.one(id::CODEC_ID).text(), "V_MPEG4/ISO/AVC");
}

#[test]
fn entries_keep_what_this_crate_has_no_name_for() {
    let mut track = video();
    let mut e = Encoder::new(Width::Fixed(8));
    e.binary(id::CRC_32, &[1, 2, 3, 4]);
    e.unsigned(id::TRACK_NUMBER, 1);
    e.unsigned(0x5555, 77);
    e.binary(id::CODEC_PRIVATE, b"\x01private");
    e.void(9);
    e.raw(b"\xE0\x90cut");
    track.entry = e.take();
    let bytes = file(
        WriterOptions::default(),
        &[with_tracks(1, None, &[track], vec![frame(VIDEO, 0)])],
    );
    let entry = segment(&bytes).one(id::TRACKS).one(id::TRACK_ENTRY);
    let ids: Vec<u32> = entry.children().iter().map(|e| e.id).collect();
    let expected = [
        id::TRACK_NUMBER,
        id::TRACK_UID,
        0x5555,
        id::CODEC_PRIVATE,
        id::TRACK_TYPE,
    ];
    assert_eq!(ids, expected);
    assert_eq!(entry.one(0x5555).number(), 77);
    assert_eq!(entry.one(id::CODEC_PRIVATE).payload, b"\x01private");
}

#[test]
fn every_track_gets_an_identifier_of_its_own() {
    let uids = |given: [u64; 4]| {
        let tracks: Vec<Track> = (1..)
            .zip(given)
            .map(|(number, uid)| Track {
                number,
                uid,
                ..video()
            })
            .collect();
        let bytes = file(
            WriterOptions::default(),
            &[with_tracks(1, None, &tracks, vec![frame(1, 0)])],
        );
        let entries = segment(&bytes).one(id::TRACKS).all(id::TRACK_ENTRY);
        let uid = |entry: &walk::Element<'_>| entry.one(id::TRACK_UID).number();
        entries.iter().map(uid).collect::<Vec<_>>()
    };
    assert_eq!(uids([9, 8, 7, 6]), [9, 8, 7, 6]);
    assert_eq!(uids([0, 0, 1, 1]), [2, 3, 1, 4]);
}

#[test]
fn webm_is_what_all_codecs_make_it() {
    let doc_type = |tracks: &[Track]| {
        let fragment = with_tracks(1, None, tracks, vec![frame(VIDEO, 0)]);
        let bytes = file(WriterOptions::default(), &[fragment]);
        let header = walk::elements(&bytes)[0];
        header.one(id::DOC_TYPE).text().to_owned()
    };
    let coded = |track: Track, codec: &str| {
        let kind = track.kind.clone();
        super::track(track.number, kind, codec)
    };
    let (vp9, opus) = (coded(video(), "V_VP9"), coded(audio(), "A_OPUS"));
    assert_eq!(doc_type(std::slice::from_ref(&vp9)), "webm");
    assert_eq!(doc_type(&[vp9.clone(), opus]), "webm");
    assert_eq!(doc_type(&[vp9.clone(), audio()]), "matroska");
    assert_eq!(doc_type(&[video()]), "matroska");
    let mut encoded = vp9;
    let mut e = Encoder::new(Width::Shortest);
    e.raw(&encoded.entry);
    e.binary(id::CONTENT_ENCODINGS, &[]);
    encoded.entry = e.take();
    assert_eq!(doc_type(&[encoded]), "matroska");
}
