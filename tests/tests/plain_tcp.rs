//! The transport of the example, against the emulator.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "what fails in a test fails the test"
)]
#![allow(dead_code, reason = "the example's own way in is for the command line")]

#[path = "../examples/plain_tcp.rs"]
mod plain_tcp;

use std::io::Read;

use kvs_api::archived_media::{
    Exception, FragmentSelector, FragmentSelectorType, GetMediaForFragmentList, ListFragments,
    TimestampRange,
};
use kvs_emulator::{Emulator, Stream};
use kvs_hyper::mkv::Fragments;
use kvs_protocol::{Error, Timestamp};

#[test]
fn a_page_of_code_fetches_fragments() {
    let emulator = Emulator::builder()
        .stream("demo", Stream::demo())
        .start()
        .expect("it starts");
    let host = emulator.addr().to_string();
    let list = ListFragments {
        stream_name: Some("demo".into()),
        fragment_selector: Some(FragmentSelector {
            fragment_selector_type: Some(FragmentSelectorType::ServerTimestamp),
            timestamp_range: Some(TimestampRange {
                start_timestamp: Some(Timestamp::from_millis(0)),
                end_timestamp: Some(Timestamp::from_millis(i64::MAX / 1_000)),
            }),
        }),
        ..ListFragments::default()
    };
    let (page, _) = plain_tcp::send(&host, list).unwrap();
    let listed = page.fragments.unwrap();
    let numbers: Vec<_> = listed
        .iter()
        .filter_map(|f| f.fragment_number.clone())
        .collect();
    let get = GetMediaForFragmentList {
        stream_name: Some("demo".into()),
        fragments: Some(numbers.clone()),
        ..GetMediaForFragmentList::default()
    };
    let (_, mut body) = plain_tcp::send(&host, get).unwrap();
    let mut media = Vec::new();
    body.read_to_end(&mut media).unwrap();
    let mut fragments = Fragments::new();
    fragments.push(media.into());
    fragments.finish();
    let mut came = Vec::new();
    while let Some(fragment) = fragments.next_fragment() {
        came.push(fragment.unwrap().number.unwrap().as_str().to_owned());
    }
    assert_eq!(came, numbers);
}

#[test]
fn its_errors_are_those_of_every_driver() {
    let emulator = Emulator::builder()
        .stream("demo", Stream::demo())
        .start()
        .expect("it starts");
    let list = ListFragments {
        stream_name: Some("other".into()),
        ..ListFragments::default()
    };
    let failure = plain_tcp::send(&emulator.addr().to_string(), list);
    let failure = failure.err().expect("there is no such stream");
    let error = failure.downcast_ref::<Error<Exception>>().unwrap();
    let refusal = error.refusal().unwrap();
    assert!(
        matches!(refusal.error, Exception::ResourceNotFound(_)),
        "{error}"
    );
}
