//! Downloads as files that a later run goes on with, under either driver.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what fails in a test fails the test"
)]

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use kvs_emulator::{Emulator, Stream};
use kvs_file::{Error, Options, Recording};
use kvs_tests::{CLIENTS, Driver, SECRET, settings};
use kvs_ureq::api::protocol::Timestamp;
use kvs_ureq::archive::asynchronous::{AsyncClient, Download};
use kvs_ureq::archive::{ExportOptions, Plan, Report, Selection, TimestampOrigin};
use kvs_ureq::mkv::Fragment;

const REQUEST: &str = "all of the demo";

/// An empty folder, which goes when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let name = format!("kvs-tests-{name}-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn file(&self) -> PathBuf {
        self.0.join("demo.mkv")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// One run of a program: it takes so many fragments at most, and is killed then, or ends well.
fn run(driver: &Driver, folder: &Folder, most: usize) -> u64 {
    let opened = kvs_file::open(folder.file(), Options::default()).unwrap();
    let (mut recording, earlier) = opened.go_on(REQUEST).unwrap();
    let done = recording.settled();
    let plan = earlier.map(|earlier| earlier.plan);
    let everything = Selection::between(
        "demo",
        TimestampOrigin::Producer,
        Timestamp::default(),
        Timestamp::new(4_000_000_000, 0),
    );
    let options = ExportOptions::default();
    let mut taken = 0;
    match driver {
        Driver::Ureq(client) => {
            let mut download = match plan {
                None => client.download(everything, options),
                Some(plan) => client.resume(everything, plan, options),
            };
            while taken < most
                && let Some(fragment) = download.next()
            {
                let fragment = fragment.unwrap();
                let (plan, report) = (download.plan(), download.report());
                take(&mut recording, &fragment, plan, done, report);
                taken += 1;
            }
        }
        Driver::Hyper(runtime, client) => {
            let download = match plan {
                None => client.download(everything, options),
                Some(plan) => client.resume(everything, plan, options),
            };
            taken = runtime.block_on(take_some(download, &mut recording, done, most));
        }
        Driver::Smithy(runtime, client) => {
            let download = match plan {
                None => client.download(everything, options),
                Some(plan) => client.resume(everything, plan, options),
            };
            taken = runtime.block_on(take_some(download, &mut recording, done, most));
        }
    }
    let settled = recording.settled();
    if taken < most {
        recording.seal([]).unwrap().publish().unwrap();
    } else {
        assert_eq!(recording.suspend(), Some(settled));
    }
    settled
}

async fn take_some<C: AsyncClient>(
    mut download: Download<C>,
    recording: &mut Recording,
    done: u64,
    most: usize,
) -> usize {
    let mut taken = 0;
    while taken < most
        && let Some(fragment) = download.next().await
    {
        let fragment = fragment.unwrap();
        let (plan, report) = (download.plan(), download.report());
        take(recording, &fragment, plan, done, report);
        taken += 1;
    }
    taken
}

fn take(
    recording: &mut Recording,
    fragment: &Fragment,
    plan: Option<&Plan>,
    done: u64,
    report: &Report,
) {
    recording.write(fragment).unwrap();
    let settled = done + report.settled;
    recording.settle(plan, settled, []).unwrap();
}

#[test]
fn a_file_may_change_its_driver_on_the_way() {
    let asked = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&asked);
    let emulator = Emulator::builder().credentials("emulator", SECRET);
    let emulator = emulator.stream("demo", Stream::demo()).log(move |access| {
        if access.operation == Some("GetMediaForFragmentList") {
            count.fetch_add(access.fragments, Ordering::SeqCst);
        }
    });
    let emulator = emulator.start().unwrap();
    let settings = settings(emulator.url());
    let drivers = CLIENTS.map(|start| start(&settings).0);
    let straight = Folder::new("straight");
    assert_eq!(run(&drivers[0], &straight, usize::MAX), 15);
    let whole = fs::read(straight.file()).unwrap();

    let folder = Folder::new("changing");
    assert_eq!(run(&drivers[1], &folder, 4), 4);
    assert_eq!(run(&drivers[0], &folder, 1), 5);
    let other = kvs_file::open(folder.file(), Options::default()).unwrap();
    let error = other.go_on("half of the demo").unwrap_err();
    assert!(matches!(error, Error::OtherRequest { .. }), "{error}");
    assert_eq!(run(&drivers[1], &folder, 3), 8);
    assert_eq!(run(&drivers[2], &folder, 6), 14);
    asked.store(0, Ordering::SeqCst);
    assert_eq!(run(&drivers[0], &folder, usize::MAX), 15);
    assert!(fs::read(folder.file()).unwrap() == whole);
    let left: Vec<_> = fs::read_dir(&folder.0).unwrap().collect();
    assert_eq!(left.len(), 1, "{left:?}");
    emulator.stop();
    assert_eq!(
        asked.load(Ordering::SeqCst),
        1,
        "what is done is not asked for"
    );
}
