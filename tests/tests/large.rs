//! A week of a busy stream, in a process of its own: what it takes is the process's.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what fails in a test fails the test"
)]

use std::fs;
use std::time::SystemTime;

use kvs_ureq::api::archived_media::{Fragment, ListFragmentsOutput};
use kvs_ureq::api::protocol::Timestamp;
use kvs_ureq::archive::{Export, ExportOptions, Planned, Selection, Step, TimestampOrigin};

const FRAGMENTS: i64 = 1_000_000;
const PAGE: i64 = 1_000;

/// All that the process has ever had in memory at a time, in kB.
fn most_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let (kilobytes, _) = line.unwrap().trim().split_once(' ').unwrap();
    kilobytes.parse().unwrap()
}

/// A page of a listing in no order: each fragment of the week is on one.
fn page(from: i64) -> ListFragmentsOutput {
    let fragments = (from..from + PAGE).map(|place| {
        let second = place * 7_919 % FRAGMENTS;
        let mut fragment = Fragment::default();
        fragment.fragment_number = Some(format!("9134385233318143239268206{second:022}"));
        fragment.fragment_size_in_bytes = 1_000_000;
        fragment.fragment_length_in_milliseconds = 1_000;
        fragment.producer_timestamp = Some(Timestamp::new(1_700_000_000 + second, 500_000_000));
        fragment.server_timestamp = Some(Timestamp::new(1_700_000_001 + second, 0));
        fragment
    });
    let mut page = ListFragmentsOutput::default();
    page.fragments = Some(fragments.collect());
    page.next_token = (from + PAGE < FRAGMENTS).then(|| from.to_string());
    page
}

#[test]
fn a_million_fragments_are_listed_and_planned_in_128_mb() {
    let to = Timestamp::new(4_000_000_000, 0);
    let week = Selection::between("cam", TimestampOrigin::Producer, Timestamp::default(), to);
    let mut export = Export::new(week, ExportOptions::default());
    let mut now = SystemTime::UNIX_EPOCH;
    let mut listed = 0;
    let first = loop {
        match export.poll(now) {
            Step::List { exchange, .. } => {
                export.listed(exchange, Ok(page(listed)), now).unwrap();
                listed += PAGE;
            }
            // The budget of points.
            Step::Wait(until) => now = until.unwrap(),
            Step::Open { request, .. } => break request.fragments.unwrap(),
            other => panic!("{other:?}"),
        }
    };
    assert!(
        first.iter().is_sorted() && first.len() == 33,
        "as many as fit the window"
    );
    let plan = export.plan().unwrap();
    assert_eq!(plan.len(), 1_000_000);
    let times = plan.iter().map(|planned| match planned {
        Planned::Listed(listed) => listed.producer_timestamp,
        other => panic!("{other:?}"),
    });
    assert!(times.is_sorted());
    let most = most_memory();
    assert!(most <= 128 << 10, "{most} kB");
}
