//! The whole service over loopback sockets.

mod archived;
mod auth;
mod client;
mod control;
mod data;
mod faults;
mod images;
mod ingest;
mod log;
mod playback;
mod quotas;
mod recordings;
mod sessions;
mod timelines;
#[cfg(feature = "tls")]
mod tls;

use kvs_api::archived_media::{
    Fragment, FragmentSelector, FragmentSelectorType, GetMediaForFragmentList, ListFragments,
    ListFragmentsOutput, TimestampRange,
};
use kvs_api::protocol::Paginated;
use kvs_mkv::payload::{self, PayloadOptions};
use kvs_mkv::{Fragments, Timestamp};

use client::Client;

use crate::{Emulator, Stream};

fn emulator(stream: Stream) -> Emulator {
    Emulator::builder().stream("cam", stream).start().unwrap()
}

fn selector(by: FragmentSelectorType, start: &str, end: &str) -> FragmentSelector {
    FragmentSelector {
        fragment_selector_type: Some(by),
        timestamp_range: Some(TimestampRange {
            start_timestamp: Some(start.parse().unwrap()),
            end_timestamp: Some(end.parse().unwrap()),
        }),
    }
}

fn list_all() -> ListFragments {
    ListFragments {
        stream_name: Some("cam".into()),
        fragment_selector: Some(selector(
            FragmentSelectorType::ProducerTimestamp,
            "1970-01-01T00:00:00Z",
            "2100-01-01T00:00:00Z",
        )),
        ..ListFragments::default()
    }
}

fn pages(client: &Client, first: ListFragments) -> Vec<ListFragmentsOutput> {
    let mut next = Some(first);
    let mut pages = Vec::new();
    while let Some(request) = next {
        let page = client.call(request.clone()).unwrap();
        next = request.after(&page).unwrap();
        pages.push(page);
    }
    pages
}

/// All fragments in the order they come in.
fn listed(client: &Client) -> Vec<Fragment> {
    let pages = pages(client, list_all()).into_iter();
    pages.flat_map(|page| page.fragments.unwrap()).collect()
}

fn sorted(mut fragments: Vec<Fragment>) -> Vec<Fragment> {
    fragments.sort_by_key(|fragment| fragment.producer_timestamp);
    fragments
}

fn number(fragment: &Fragment) -> String {
    fragment.fragment_number.clone().unwrap()
}

fn fetch(numbers: &[String]) -> GetMediaForFragmentList {
    GetMediaForFragmentList {
        stream_name: Some("cam".into()),
        fragments: Some(numbers.to_vec()),
        ..GetMediaForFragmentList::default()
    }
}

fn demo() -> Vec<kvs_mkv::Fragment> {
    decode(include_bytes!("../../demo/demo.mkv"))
}

/// What the service would send of the demo's first fragments, with these numbers.
fn capture(numbers: &[&str]) -> Vec<Vec<u8>> {
    capture_shifted(numbers, 0)
}

/// The same with frames whose times are later by `shift` nanoseconds.
fn capture_shifted(numbers: &[&str], shift: i64) -> Vec<Vec<u8>> {
    let mut start = 1_700_000_000_123;
    let encode = |(fragment, number): (kvs_mkv::Fragment, &&str)| {
        start += 2_000;
        let options = PayloadOptions {
            number: number.parse().unwrap(),
            server_timestamp: Timestamp::from_millis(start + 77),
            producer_timestamp: Timestamp::from_millis(start),
            shift,
        };
        payload::encode(&fragment, &options).concat()
    };
    demo().into_iter().zip(numbers).map(encode).collect()
}

fn decode(bytes: &[u8]) -> Vec<kvs_mkv::Fragment> {
    let mut fragments = Fragments::new().keeping_raw();
    fragments.push(bytes.to_vec().into());
    fragments.finish();
    std::iter::from_fn(|| fragments.next_fragment())
        .map(|fragment| fragment.unwrap())
        .collect()
}
