//! Fragments that come in parts make the file that they make as a whole.

use proptest::prelude::*;

use super::round::any_frame;
use super::time::any_fragment;
use super::*;
use crate::fragment::{FrameHead, Part};

/// The parts of a fragment that so many frames go into.
pub(crate) fn in_parts(whole: &Fragment, size: usize) -> Vec<Fragment> {
    let outline: Arc<[FrameHead]> = whole.frames.iter().map(FrameHead::of).collect();
    let chunks: Vec<Vec<Frame>> = match whole.frames.as_slice() {
        [] => vec![vec![]],
        frames => frames.chunks(size).map(<[_]>::to_vec).collect(),
    };
    let count = chunks.len();
    let part = |(index, frames): (usize, Vec<Frame>)| {
        let is_last = index + 1 == count;
        let mut part = whole.clone();
        part.frames = frames;
        part.part = Some(Part {
            outline: Arc::clone(&outline),
            first: index * size,
            is_last,
            bytes: whole.bytes,
        });
        if index > 0 {
            part.tags_before.clear();
        }
        if !is_last {
            part.tags_after.clear();
        }
        part
    };
    chunks.into_iter().enumerate().map(part).collect()
}

proptest! {
    #[test]
    fn parts_make_the_same_file(
        mut fragments in proptest::collection::vec(any_fragment(), 1..5),
        beside in proptest::collection::vec(any_frame(), 1..5),
        size in 1..8_usize,
        cluster_bytes in 0..200_u64,
        cluster_ms in 0..3_000_u64,
        streamed: bool,
    ) {
        for (index, fragment) in fragments.iter_mut().enumerate() {
            fragment.tags_before = vec![tag("door", "open")];
            fragment.tags_after = vec![tag("seen", "cat")];
            let beside = beside.iter().map(|frame| Frame {
                track: VIDEO,
                timestamp: index as i64 * MS,
                ..frame.clone()
            });
            fragment.frames.extend(beside);
        }
        fragments.insert(1, with_tracks(9, None, &[], vec![]));
        let options = WriterOptions {
            form: if streamed { Form::Streamed } else { Form::Seekable },
            cluster_bytes,
            cluster_duration: std::time::Duration::from_millis(cluster_ms),
            ..WriterOptions::default()
        };
        let parts: Vec<Fragment> = fragments.iter().flat_map(|f| in_parts(f, size)).collect();
        prop_assert!(file(options.clone(), &parts) == file(options, &fragments));
    }
}

#[test]
fn nothing_of_a_part_is_written_whose_beginning_is_not() {
    let times: Vec<i64> = (0..10).map(|n| n * 40).collect();
    let whole = fragment(5, None, &times);
    let parts = in_parts(&whole, 3);
    let mut writer = Writer::new(WriterOptions::default());
    assert_eq!(writer.write(&parts[1]), Err(WriteError::NoBeginning));
    assert_eq!(writer.position(), 0);
    // Refused for a frame that comes with a later part.
    let mut bad = whole.clone();
    bad.frames[8].track = 9;
    for (index, part) in in_parts(&bad, 3).iter().enumerate() {
        let why = match index {
            0 => WriteError::UnknownTrack { track: 9 },
            _ => WriteError::NoBeginning,
        };
        assert_eq!(writer.write(part), Err(why));
    }
    assert_eq!(writer.position(), 0);
    // Another fragment comes before the last part.
    parts[..2]
        .iter()
        .for_each(|part| writer.write(part).unwrap());
    writer.write(&fragment(6, None, &[0])).unwrap();
    assert_eq!(writer.write(&parts[2]), Err(WriteError::NoBeginning));
    let late = in_parts(&fragment(7, None, &times), 3);
    writer.write(&late[0]).unwrap();
    assert_eq!(writer.write(&parts[1]), Err(WriteError::NoBeginning));
}
