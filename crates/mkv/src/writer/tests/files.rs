//! Files as a whole.

use super::walk::{Element, cluster_blocks, elements, segment};
use super::*;

fn three() -> [Fragment; 3] {
    [
        fragment(1, Some(1_600_000_000_000), &[0, 1000]),
        fragment(2, Some(1_600_000_002_000), &[2000, 3000]),
        fragment(3, Some(1_600_000_004_000), &[4000, 5000]),
    ]
}

#[test]
fn patches_fill_what_was_kept_free() {
    let mut writer = Writer::new(WriterOptions::default());
    for fragment in three() {
        writer.write(&fragment).unwrap();
    }
    let tail = writer.finish();
    let unpatched = tail.pieces.concat();
    // Valid before: every element ends where its parent does.
    let before = segment(&unpatched);
    let info = before.one(id::INFO);
    assert_eq!(info.one(id::VOID).payload, [0; 9]);
    assert_eq!(before.one(id::SEEK_HEAD).all(id::SEEK).len(), 2);
    let mut bytes = unpatched.clone();
    for patch in &tail.patches {
        let at = patch.offset as usize;
        bytes[at..at + patch.bytes.len()].copy_from_slice(&patch.bytes);
    }
    let after = segment(&bytes);
    assert_eq!(after.one(id::INFO).all(id::VOID).len(), 0);
    assert_eq!(after.all(id::VOID).len(), 0);
    // All other bytes are the same.
    let rest = |bytes: &[u8]| elements(bytes)[1].one(id::TRACKS).payload.to_vec();
    assert_eq!(rest(&bytes), rest(&unpatched));
    let size = &bytes[after.offset + 4..after.offset + 12];
    assert_eq!(size[1..], (after.payload.len() as u64).to_be_bytes()[1..]);
}

#[test]
fn the_index_leads_to_keyframes_of_pictures() {
    let tracks = [audio(), video()];
    let fragments = [0_i64, 2000, 4000].map(|at| {
        let mut frames = vec![
            frame(AUDIO, at),
            frame(VIDEO, at + 10),
            frame(VIDEO, at + 509),
            frame(VIDEO, at + 1000),
            frame(VIDEO, at + 1900),
        ];
        frames[4].keyframe = false;
        with_tracks(1, None, &tracks, frames)
    });
    let bytes = file(WriterOptions::default(), &fragments);
    // One that comes 499 ms after another of its Cluster is spared.
    assert_eq!(cued(&bytes, VIDEO), [10, 1000, 2010, 3000, 4010, 5000]);
}

#[test]
fn every_cluster_that_begins_with_a_keyframe_is_in_the_index() {
    let fragments = [fragment(1, None, &[0, 40]), fragment(2, None, &[80])];
    let bytes = file(WriterOptions::default(), &fragments);
    assert_eq!(cued(&bytes, VIDEO), [0, 80]);
}

#[test]
fn the_index_of_sound_leads_to_clusters() {
    let fragments = [0, 2000].map(|at| {
        let frames = vec![frame(AUDIO, at), frame(AUDIO, at + 1000)];
        with_tracks(1, None, &[audio()], frames)
    });
    let bytes = file(WriterOptions::default(), &fragments);
    assert_eq!(cued(&bytes, AUDIO), [0, 2000]);
}

/// Times of the index, each checked to be that of a keyframe in the Cluster that it names.
fn cued(bytes: &[u8], track: u64) -> Vec<i64> {
    let segment = segment(bytes);
    let cues = segment.one(id::CUES).all(id::CUE_POINT);
    let cluster_at = |position: usize| {
        let clusters = segment.all(id::CLUSTER);
        *clusters.iter().find(|c| c.offset == position).unwrap()
    };
    let time = |cue: &Element<'_>| {
        let time = cue.one(id::CUE_TIME).number() as i64;
        let positions = cue.one(id::CUE_TRACK_POSITIONS);
        assert_eq!(positions.one(id::CUE_TRACK).number(), track);
        let cluster = cluster_at(positions.one(id::CUE_CLUSTER_POSITION).number() as usize);
        let blocks = cluster_blocks(&cluster);
        assert!(
            blocks
                .iter()
                .any(|b| b.track == track && b.tick == time && b.keyframe)
        );
        time
    };
    cues.iter().map(time).collect()
}

#[test]
fn the_seek_head_names_what_is_there() {
    let bytes = file(WriterOptions::default(), &three());
    let segment = segment(&bytes);
    let mut named = Vec::new();
    for seek in segment.one(id::SEEK_HEAD).all(id::SEEK) {
        let position = seek.one(id::SEEK_POSITION).number() as usize;
        let target = elements(segment.payload)
            .into_iter()
            .find(|element| element.offset == position)
            .unwrap();
        assert_eq!(seek.one(id::SEEK_ID).number(), u64::from(target.id));
        named.push(target.id);
    }
    assert_eq!(named, [id::INFO, id::TRACKS, id::CUES]);
}

#[test]
fn info_has_duration_and_date() {
    let bytes = file(WriterOptions::default(), &three());
    let info = segment(&bytes).one(id::INFO);
    assert_eq!(info.one(id::TIMESTAMP_SCALE).number(), 1_000_000);
    let duration = f64::from_be_bytes(info.one(id::DURATION).payload.try_into().unwrap());
    assert_eq!(duration, 6000.0);
    let since_2001 = (1_600_000_000 - 978_307_200) * 1_000_000_000_u64;
    assert_eq!(info.one(id::DATE_UTC).number(), since_2001);
    let clockless = file(WriterOptions::default(), &[fragment(1, Some(0), &[0])]);
    assert!(
        segment(&clockless)
            .one(id::INFO)
            .all(id::DATE_UTC)
            .is_empty()
    );
}

#[test]
fn tags_stand_around_the_clusters_of_their_fragment() {
    let mut first = fragment(77, Some(1_600_000_000_000), &[0]);
    first.tags_before = vec![
        tag("a", "1"),
        tag("AWS_KINESISVIDEO_FRAGMENT_NUMBER", "77"),
        tag("AWS_KINESISVIDEO_PRODUCER_SIDE_TIMESTAMP", "1600000000.000"),
        tag("b", "2"),
    ];
    first.tags_after = vec![tag("c", "3"), tag("AWS_KINESISVIDEO_FRAGMENT_NUMBER", "78")];
    let bytes = file(WriterOptions::default(), &[first]);
    let segment = segment(&bytes);
    let names = |tags: &Element<'_>| {
        assert!(tags.one(id::TAG).one(id::TARGETS).payload.is_empty());
        let simple = tags.one(id::TAG).all(id::SIMPLE_TAG);
        let pair = |tag: &Element<'_>| {
            let name = tag.one(id::TAG_NAME).text().to_owned();
            (name, tag.one(id::TAG_STRING).text().to_owned())
        };
        simple.iter().map(pair).collect::<Vec<_>>()
    };
    let pairs = |pairs: &[(&str, &str)]| {
        let owned = pairs
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()));
        owned.collect::<Vec<_>>()
    };
    let before = pairs(&[
        ("AWS_KINESISVIDEO_FRAGMENT_NUMBER", "77"),
        ("AWS_KINESISVIDEO_SERVER_TIMESTAMP", "1600000000.500"),
        ("AWS_KINESISVIDEO_PRODUCER_TIMESTAMP", "1600000000.000"),
        ("a", "1"),
        ("b", "2"),
    ]);
    let tags = segment.all(id::TAGS);
    let cluster = segment.one(id::CLUSTER).offset;
    assert_eq!(names(&tags[0]), before);
    assert_eq!(names(&tags[1]), pairs(&[("c", "3")]));
    assert!(tags[0].offset < cluster && cluster < tags[1].offset);
}

#[test]
fn a_number_that_could_not_be_read_stays_a_tag() {
    let mut odd = fragment(1, None, &[0]);
    odd.number = None;
    odd.tags_before = vec![tag("AWS_KINESISVIDEO_FRAGMENT_NUMBER", "x")];
    let bytes = file(WriterOptions::default(), &[odd]);
    let tag = segment(&bytes).one(id::TAGS).one(id::TAG);
    let values: Vec<&str> = tag
        .all(id::SIMPLE_TAG)
        .iter()
        .map(|simple| simple.one(id::TAG_STRING).text())
        .collect();
    assert_eq!(values, ["1600000000.500", "x"]);
}

#[test]
fn ordinary_fragments_get_no_tags() {
    let mut ordinary = fragment(1, None, &[0]);
    ordinary.number = None;
    ordinary.server_timestamp = None;
    let bytes = file(WriterOptions::default(), &[ordinary]);
    assert!(segment(&bytes).all(id::TAGS).is_empty());
}

#[test]
fn a_stream_needs_no_patch() {
    let options = WriterOptions {
        form: Form::Streamed,
        ..WriterOptions::default()
    };
    let mut writer = Writer::new(options.clone());
    writer.write(&three()[0]).unwrap();
    assert_eq!(writer.finish().patches, []);
    let bytes = file(options, &three());
    let mut ids: Vec<u32> = segment(&bytes).children().iter().map(|e| e.id).collect();
    ids.dedup();
    assert_eq!(ids[..4], [id::INFO, id::TRACKS, id::TAGS, id::CLUSTER]);
    assert_eq!(ids.last(), Some(&id::CLUSTER));
    assert!(segment(&bytes).one(id::INFO).all(id::DURATION).is_empty());
}

#[test]
fn output_does_not_depend_on_when_it_is_taken() {
    let mut at_the_end = Writer::new(WriterOptions::default());
    let mut always = Writer::new(WriterOptions::default());
    let mut taken = Vec::new();
    for fragment in three() {
        at_the_end.write(&fragment).unwrap();
        always.write(&fragment).unwrap();
        taken.extend(always.take_output());
        let len: usize = taken.iter().map(Bytes::len).sum();
        assert_eq!(always.position(), len as u64);
    }
    let (whole, tail) = (at_the_end.finish(), always.finish());
    taken.extend(tail.pieces);
    assert_eq!(taken.concat(), whole.pieces.concat());
    assert_eq!(tail.patches, whole.patches);
}

#[test]
fn nothing_is_a_file_too() {
    let empty = with_tracks(1, None, &[], Vec::new());
    for fragments in [&[][..], &[empty]] {
        let bytes = file(WriterOptions::default(), fragments);
        let segment = segment(&bytes);
        assert_eq!(segment.all(id::TAGS).len(), fragments.len());
        assert!(segment.all(id::TRACKS).is_empty());
        let seeks = segment.one(id::SEEK_HEAD).all(id::SEEK).len();
        assert_eq!(seeks, 1);
    }
}
