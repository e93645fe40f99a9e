//! Peers that are slow, and callers that are, under both drivers.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what fails in a test fails the test"
)]

use std::num::NonZeroU8;
use std::time::Duration;

use kvs_tests::{Deed, Driver, Peer, TestClock, settings};
use kvs_ureq::api::archived_media::GetMediaForFragmentList;
use kvs_ureq::api::protocol::InterruptionKind;
use kvs_ureq::archive::{ExportOptions, Selection};
use kvs_ureq::mkv::payload::{self, PayloadOptions};
use kvs_ureq::mkv::{Fragments, Timestamp};
use kvs_ureq::{MinimumRate, Timeouts};

/// Only the minimum rate can end a body soon.
const TIMEOUTS: Timeouts = Timeouts {
    connect: Duration::from_secs(10),
    first_byte: Duration::from_secs(60),
    stall: Duration::from_secs(60),
    minimum_rate: MinimumRate {
        bytes_per_second: 100_000,
        over: Duration::from_millis(60),
    },
};

/// Both drivers, pointed at `url`.
fn drivers(url: &str) -> [Driver; 2] {
    let settings = settings(url);
    let clock = TestClock::default();
    let ureq = kvs_ureq::Client::builder(&settings).clock(clock.clone());
    let hyper = kvs_hyper::Client::builder(&settings).clock(clock);
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    [
        Driver::Ureq(ureq.timeouts(TIMEOUTS).build().unwrap()),
        Driver::Hyper(
            runtime.enable_all().build().unwrap(),
            hyper.timeouts(TIMEOUTS).build().unwrap(),
        ),
    ]
}

fn answer(body: &[u8], length: usize) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n");
    [head.as_bytes(), body].concat()
}

/// A peer that tells its own address as the endpoint, and then does `deeds`.
fn peer(deeds: &[Deed]) -> Peer {
    Peer::start_with(|url| {
        let told = format!("{{\"DataEndpoint\":\"{url}\"}}");
        let told = Deed::Answer(answer(told.as_bytes(), told.len()));
        [&[told], deeds].concat()
    })
}

/// For each driver a peer of its own.
fn each(deeds: &[Deed], test: impl Fn(&Driver, &Peer)) {
    for which in 0..2 {
        let peer = peer(deeds);
        test(&drivers(&peer.url())[which], &peer);
    }
}

fn get() -> GetMediaForFragmentList {
    GetMediaForFragmentList {
        stream_name: Some("cam".to_owned()),
        fragments: Some(vec!["1".to_owned()]),
        ..GetMediaForFragmentList::default()
    }
}

/// A fragment as the service sends it.
fn fragment(number: u64) -> Vec<u8> {
    let mut recording = Fragments::new();
    let recorded: &[u8] = b"\x1A\x45\xDF\xA3\x8B\x42\x82\x88matroska\x18\x53\x80\x67\x93\
        \x1F\x43\xB6\x75\x8E\xE7\x81\x05\xA3\x89\x81\x00\x00\x80frame";
    recording.push(recorded.into());
    recording.finish();
    let fragment = recording.next_fragment().unwrap().unwrap();
    let millis = Timestamp::from_millis(number.cast_signed() * 1_000);
    let options = PayloadOptions {
        number: number.to_string().parse().unwrap(),
        server_timestamp: millis,
        producer_timestamp: millis,
        shift: 0,
    };
    payload::encode(&fragment, &options).concat()
}

#[test]
fn a_body_that_drips_ends_as_the_minimum_rate_says() {
    let drips = Deed::AnswerAndDrip(answer(b"abc", 1_000_000));
    each(&[drips], |driver, _| {
        let (_, read, end) = driver.open(get()).unwrap();
        assert!(read.starts_with(b"abc") && read.len() < 1_000);
        let end = end.unwrap();
        assert_eq!(end.kind, InterruptionKind::TimedOut);
        let told = "timed out: less than 100000 bytes a second came over 60ms";
        assert_eq!(end.to_string(), told);
    });
}

#[test]
fn a_caller_who_pauses_longer_is_not_taken_for_a_slow_peer() {
    let body = vec![7; 1 << 20];
    let whole = Deed::Answer(answer(&body, body.len()));
    each(&[whole], |driver, _| {
        let pause = || std::thread::sleep(2 * TIMEOUTS.minimum_rate.over);
        let (_, read, end) = driver.open_then(get(), pause).unwrap();
        assert!(end.is_none() && read == body, "{end:?}");
    });
}

#[test]
fn an_export_keeps_what_came_whole_and_asks_for_the_rest() {
    let all: Vec<Vec<u8>> = (1..=3).map(fragment).collect();
    let begun = [&*all[0], &all[1][..20]].concat();
    let rest = all[1..].concat();
    let deeds = [
        Deed::AnswerAndDrip(answer(&begun, 1_000_000)),
        Deed::Answer(answer(&rest, rest.len())),
        Deed::AnswerAndClose(Vec::new()),
    ];
    each(&deeds, |driver, peer| {
        let numbers = (1..=3).map(|number: u64| number.to_string().parse().unwrap());
        let selection = Selection::numbers("cam", numbers.collect());
        let options = ExportOptions {
            connections: NonZeroU8::new(1),
            ..ExportOptions::default()
        };
        let (fragments, report, failure) = driver.download(selection, options);
        assert!(failure.is_none(), "{failure:?}");
        let numbers: Vec<_> = fragments.iter().flat_map(|f| &f.number).collect();
        assert_eq!(numbers.len(), 3, "{report:?}");
        assert_eq!((report.delivered, report.unasked), (3, 0));
        assert_eq!(peer.requests().len(), 3);
    });
}
