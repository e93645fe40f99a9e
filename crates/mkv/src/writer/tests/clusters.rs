//! Blocks, and where Clusters are cut.

use std::time::Duration;

use super::walk::{blocks, cluster_blocks, segment};
use super::*;

fn ticks_by_cluster(bytes: &[u8]) -> Vec<Vec<i64>> {
    let clusters = segment(bytes).all(id::CLUSTER);
    let ticks = |cluster| cluster_blocks(cluster).iter().map(|b| b.tick).collect();
    clusters.iter().map(ticks).collect()
}

fn cut(times: &[i64], cluster_bytes: u64) -> Vec<Vec<i64>> {
    let options = WriterOptions {
        cluster_bytes,
        cluster_duration: Duration::MAX,
        ..WriterOptions::default()
    };
    ticks_by_cluster(&file(options, &[fragment(1, None, times)]))
}

#[test]
fn clusters_are_cut_where_relative_times_end() {
    let whole = [vec![0, 32_767]];
    assert_eq!(cut(&[0, 32_767], u64::MAX), whole);
    let halves = [vec![0, 32_767], vec![32_768, 65_535], vec![65_536]];
    assert_eq!(cut(&[0, 32_767, 32_768, 65_535, 65_536], u64::MAX), halves);
    // The stored order stays, whatever the times.
    let crossed = [vec![40_000], vec![0, 32_000], vec![33_000]];
    assert_eq!(cut(&[40_000, 0, 32_000, 33_000], u64::MAX), crossed);
}

#[test]
fn clusters_are_cut_by_size_but_never_frames() {
    assert_eq!(cut(&[0, 40, 80], 0), [[0], [40], [80]]);
    assert_eq!(cut(&[0, 40, 80], 45), [vec![0, 40], vec![80]]);
}

#[test]
fn clusters_are_cut_by_time() {
    let cut = |times: &[i64], ms| {
        let options = WriterOptions {
            cluster_duration: Duration::from_millis(ms),
            ..WriterOptions::default()
        };
        ticks_by_cluster(&file(options, &[fragment(1, None, times)]))
    };
    assert_eq!(cut(&[0, 40, 80], 0), [[0], [40], [80]]);
    assert_eq!(cut(&[0, 80, 40, 120], 80), [vec![0, 80, 40], vec![120]]);
    let default = WriterOptions::default().cluster_duration.as_millis();
    assert_eq!(default, 5_000);
    assert_eq!(
        cut(&[0, 5_000, 5_001], 5_000),
        [vec![0, 5_000], vec![5_001]]
    );
}

#[test]
fn flags_and_durations_reach_the_block() {
    let mut frames: Vec<Frame> = [0, 40, 80, 120].map(|ms| frame(VIDEO, ms)).into();
    frames[1].keyframe = false;
    frames[2].duration = Some(7_500_000);
    frames[3].duration = Some(0);
    frames[3].keyframe = false;
    frames[3].data = Bytes::new();
    let bytes = file(
        WriterOptions::default(),
        &[with_tracks(1, None, &[video()], frames.clone())],
    );
    let written = blocks(&bytes);
    let keyframes: Vec<bool> = written.iter().map(|b| b.keyframe).collect();
    assert_eq!(keyframes, [true, false, true, false]);
    let durations: Vec<_> = written.iter().map(|b| b.duration).collect();
    assert_eq!(durations, [None, None, Some(8), Some(0)]);
    for (block, frame) in written.iter().zip(&frames) {
        assert_eq!(block.data, frame.data);
    }
    let cluster = segment(&bytes).one(id::CLUSTER);
    let group = cluster.all(id::BLOCK_GROUP)[1];
    assert_eq!(group.one(id::REFERENCE_BLOCK).payload, [(-40_i8) as u8]);
}

#[test]
fn every_flag_has_its_bit() {
    let mut frames: Vec<Frame> = [0, 1, 2, 3].map(|ms| frame(VIDEO, ms)).into();
    frames[1].keyframe = false;
    frames[2].invisible = true;
    frames[3].discardable = true;
    let mut group = frame(VIDEO, 4);
    group.duration = Some(1);
    group.invisible = true;
    frames.push(group);
    let bytes = file(
        WriterOptions::default(),
        &[with_tracks(1, None, &[video()], frames)],
    );
    let cluster = segment(&bytes).one(id::CLUSTER);
    let blocks = cluster.all(id::SIMPLE_BLOCK);
    let flags: Vec<u8> = blocks.iter().map(|block| block.payload[3]).collect();
    assert_eq!(flags, [0x80, 0, 0x88, 0x81]);
    let group = cluster.one(id::BLOCK_GROUP).one(id::BLOCK);
    assert_eq!(group.payload[3], 0x08);
}

#[test]
fn frames_are_passed_through_uncopied() {
    let fragment = fragment(1, None, &[0]);
    let mut writer = Writer::new(WriterOptions::default());
    writer.write(&fragment).unwrap();
    let frame = fragment.frames[0].data.as_ptr();
    let pieces = writer.take_output();
    assert!(pieces.iter().any(|piece| piece.as_ptr() == frame));
}

#[test]
fn large_track_numbers_take_more_bytes() {
    let mut high = video();
    high.number = 300;
    let high = with_tracks(1, None, &[high], vec![frame(300, 0)]);
    let written = blocks(&file(WriterOptions::default(), &[high]));
    assert_eq!(
        (written[0].track, &written[0].data[..]),
        (300, &b"300@0"[..])
    );
}
