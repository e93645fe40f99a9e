//! The main job against the emulator, under both drivers and over the bridge to the AWS SDK.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what fails in a test fails the test"
)]

use std::num::NonZeroU8;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use kvs_emulator::{Emulator, Stream};
use kvs_tests::{CLIENTS, Driver, SECRET, TestClock, each, settings};
use kvs_ureq::api::protocol::Timestamp;
use kvs_ureq::api::protocol::observe::{Event, Observer};
use kvs_ureq::api::video::ListStreams;
use kvs_ureq::archive::asynchronous::{AsyncClient, Download};
use kvs_ureq::archive::{ExportOptions, MissingReason, Plan, Selection, TimestampOrigin};
use kvs_ureq::mkv::{Fragment, Frame};

fn all_of(stream: &str) -> Selection {
    let to = Timestamp::new(4_000_000_000, 0);
    Selection::between(stream, TimestampOrigin::Producer, Timestamp::default(), to)
}

fn frames(fragments: &[Fragment]) -> Vec<&Frame> {
    fragments
        .iter()
        .flat_map(|fragment| &fragment.frames)
        .collect()
}

fn demo() -> Emulator {
    let stream = Stream::demo();
    let emulator = Emulator::builder().credentials("emulator", SECRET);
    emulator.stream("demo", stream).start().unwrap()
}

#[test]
fn the_whole_stream_comes_in_order() {
    let emulator = demo();
    each(emulator.url(), |driver, clock| {
        let (fragments, report, failure) =
            driver.download(all_of("demo"), ExportOptions::default());
        assert!(failure.is_none(), "{failure:?}");
        assert_eq!(
            (fragments.len(), report.planned, report.delivered),
            (15, 15, 15)
        );
        assert_eq!(report.missing, []);
        assert_eq!(frames(&fragments).len(), 750 + 1_406);
        assert_eq!(report.planned_bytes, report.delivered_bytes);
        let times: Vec<_> = fragments
            .iter()
            .map(|f| f.producer_timestamp.unwrap())
            .collect();
        assert!(times.is_sorted_by(|a, b| a < b), "{times:?}");
        assert!(clock.sleeps().is_empty());
    });
}

#[test]
fn a_small_window_gives_the_same() {
    let emulator = demo();
    each(emulator.url(), |driver, _| {
        let (in_one, ..) = driver.download(all_of("demo"), ExportOptions::default());
        let options = ExportOptions {
            window: 100_000,
            ..ExportOptions::default()
        };
        let (in_many, ..) = driver.download(all_of("demo"), options);
        assert_eq!(frames(&in_one), frames(&in_many));
    });
}

#[test]
fn a_hole_is_named_and_the_rest_comes() {
    let emulator = demo();
    each(emulator.url(), |driver, clock| {
        let (fragments, ..) = driver.download(all_of("demo"), ExportOptions::default());
        let mut numbers: Vec<_> = fragments
            .iter()
            .map(|f| f.number.clone().unwrap())
            .collect();
        numbers.push("4711".parse().unwrap());
        let selection = Selection::numbers("demo", numbers);
        let (fragments, report, failure) = driver.download(selection, ExportOptions::default());
        assert!(failure.is_none(), "{failure:?}");
        assert_eq!(fragments.len(), 15);
        let [missing] = report.missing.as_slice() else {
            panic!("{report:?}")
        };
        assert_eq!(missing.fragment.number().as_str(), "4711");
        assert!(
            matches!(missing.reason, MissingReason::InBand(_)),
            "{missing:?}"
        );
        assert_eq!(clock.sleeps().len(), 2);
    });
}

#[test]
fn what_a_stream_does_not_hold_is_nothing() {
    let emulator = demo();
    each(emulator.url(), |driver, _| {
        let (from, to) = (Timestamp::new(0, 0), Timestamp::new(1, 0));
        let nothing = Selection::between("demo", TimestampOrigin::Server, from, to);
        let (fragments, report, failure) = driver.download(nothing, ExportOptions::default());
        assert!(failure.is_none() && fragments.is_empty());
        assert_eq!(report.planned, 0);
        let (_, _, failure) = driver.download(all_of("nobody"), ExportOptions::default());
        let told = failure.unwrap().to_string();
        assert!(
            told.starts_with("GetDataEndpoint: ResourceNotFoundException"),
            "{told}"
        );
    });
}

#[test]
fn a_stream_is_listed_in_order() {
    let emulator = demo();
    let (from, to) = (Timestamp::default(), Timestamp::new(4_000_000_000, 0));
    each(emulator.url(), |driver, _| {
        let listed = match driver {
            Driver::Ureq(client) => client.list("demo", TimestampOrigin::Producer, from, to),
            Driver::Hyper(runtime, client) => {
                runtime.block_on(client.list("demo", TimestampOrigin::Producer, from, to))
            }
            Driver::Smithy(runtime, client) => {
                runtime.block_on(client.list("demo", TimestampOrigin::Producer, from, to))
            }
        };
        let (fragments, ..) = driver.download(all_of("demo"), ExportOptions::default());
        let listed: Vec<_> = listed.unwrap().iter().map(|l| l.number.clone()).collect();
        let fetched = fragments.iter().map(|f| f.number.clone().unwrap());
        assert!(fetched.eq(listed));
    });
}

/// What is awaited may move from thread to thread, as tasks do.
#[test]
fn futures_are_sent_to_other_threads() {
    fn sent<T: Send>(_: &T) {}
    let (by, at) = (TimestampOrigin::Producer, Timestamp::default());
    let options = ExportOptions::default;
    for start in &CLIENTS[1..] {
        match start(&settings("http://127.0.0.1:1")).0 {
            Driver::Ureq(_) => panic!("it awaits nothing"),
            Driver::Hyper(_, client) => {
                sent(&client.pages(ListStreams::default()).next());
                sent(&client.download(all_of("demo"), options()).next());
                sent(&client.list("demo", by, at, at));
            }
            Driver::Smithy(_, client) => {
                sent(&client.pages(ListStreams::default()).next());
                sent(&client.download(all_of("demo"), options()).next());
                sent(&client.list("demo", by, at, at));
            }
        }
    }
}

/// The plan of a download of which one fragment was taken.
fn plan(driver: &Driver) -> Plan {
    let (everything, options) = (all_of("demo"), ExportOptions::default());
    match driver {
        Driver::Ureq(client) => {
            let mut download = client.download(everything, options);
            download.next().unwrap().unwrap();
            download.plan().unwrap().clone()
        }
        Driver::Hyper(runtime, client) => {
            runtime.block_on(planned(client.download(everything, options)))
        }
        Driver::Smithy(runtime, client) => {
            runtime.block_on(planned(client.download(everything, options)))
        }
    }
}

async fn planned<C: AsyncClient>(mut download: Download<C>) -> Plan {
    download.next().await.unwrap().unwrap();
    download.plan().unwrap().clone()
}

async fn rest<C: AsyncClient>(mut download: Download<C>) -> Vec<Fragment> {
    let mut fragments = Vec::new();
    while let Some(fragment) = download.next().await {
        fragments.push(fragment.unwrap());
    }
    fragments
}

/// All that a download brings which goes on with a plan.
fn resume(driver: &Driver, plan: Plan) -> Vec<Fragment> {
    let (everything, options) = (all_of("demo"), ExportOptions::default());
    match driver {
        Driver::Ureq(client) => {
            let download = client.resume(everything, plan, options);
            download.map(Result::unwrap).collect()
        }
        Driver::Hyper(runtime, client) => {
            runtime.block_on(rest(client.resume(everything, plan, options)))
        }
        Driver::Smithy(runtime, client) => {
            runtime.block_on(rest(client.resume(everything, plan, options)))
        }
    }
}

#[test]
fn a_download_goes_on_with_the_plan_of_another() {
    let asked = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&asked);
    let emulator = Emulator::builder()
        .credentials("emulator", SECRET)
        .stream("demo", Stream::demo())
        .log(move |access| {
            if access.operation == Some("GetMediaForFragmentList") {
                count.fetch_add(access.fragments, Ordering::SeqCst);
            }
        });
    let emulator = emulator.start().unwrap();
    each(emulator.url(), |driver, _| {
        let (whole, ..) = driver.download(all_of("demo"), ExportOptions::default());
        let plan = plan(driver);
        assert_eq!(plan.len(), 15);
        for done in [0, 1, 7, 14, 15] {
            let rest = resume(driver, plan.clone().with_done(done as u64));
            assert_eq!(frames(&rest), frames(&whole[done..]), "{done} are done");
        }
    });
    emulator.stop();
    let each = 15 + 15 + 15 + 14 + 8 + 1;
    assert_eq!(asked.load(Ordering::SeqCst), CLIENTS.len() as u64 * each);
}

/// Panics when media are asked for.
#[derive(Debug)]
struct Panics;

impl Observer for Panics {
    fn observe(&self, event: &Event<'_>) {
        assert_ne!(event.operation, "GetMediaForFragmentList", "as it is meant");
    }
}

#[test]
fn an_observer_that_panics_on_another_thread_ends_the_download() {
    let emulator = demo();
    let client = kvs_ureq::Client::builder(&settings(emulator.url()))
        .clock(TestClock::default())
        .observer(Panics);
    let options = ExportOptions {
        connections: NonZeroU8::new(2),
        window: 100_000,
        ..ExportOptions::default()
    };
    let mut download = client.build().unwrap().download(all_of("demo"), options);
    let failure = download.find_map(Result::err).unwrap().to_string();
    assert!(failure.contains("has panicked"), "{failure}");
}
