//! Fragments that are larger than the window, under every client.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what fails in a test fails the test"
)]

use std::fs;
use std::num::NonZeroU8;
use std::path::{Path, PathBuf};

use kvs_emulator::{Emulator, Stream};
use kvs_file::{Options, Recording, TemporaryFile};
use kvs_tests::{Driver, SECRET, each};
use kvs_ureq::api::archived_media::Exception;
use kvs_ureq::api::protocol::{Error, ErrorKind, Timestamp};
use kvs_ureq::archive::asynchronous::{AsyncClient, Download};
use kvs_ureq::archive::{ExportOptions, Report, Selection, TimestampOrigin};
use kvs_ureq::mkv::{Fragment, Frame};

/// Fragments of the demo have some 50 kB.
const WINDOW: u64 = 20_000;

fn demo() -> Emulator {
    let emulator = Emulator::builder().credentials("emulator", SECRET);
    let emulator = emulator.stream("demo", Stream::demo());
    emulator.start().unwrap()
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn all() -> Selection {
    let to = Timestamp::new(4_000_000_000, 0);
    Selection::between("demo", TimestampOrigin::Producer, Timestamp::default(), to)
}

fn options(connections: u8) -> ExportOptions {
    ExportOptions {
        window: WINDOW,
        keep_raw: true,
        connections: NonZeroU8::new(connections),
        ..ExportOptions::default()
    }
}

/// All that a download brings which has a spool in that folder.
fn spooled(
    driver: &Driver,
    folder: &Path,
    options: ExportOptions,
) -> Result<(Vec<Fragment>, Report), Error<Exception>> {
    let spool = TemporaryFile::within(folder);
    match driver {
        Driver::Ureq(client) => {
            let mut parts = Vec::new();
            let mut download = client.download(all(), options).with_spool(spool);
            for part in &mut download {
                parts.push(part?);
                assert_eq!(names(folder), 0);
            }
            Ok((parts, download.report().clone()))
        }
        Driver::Hyper(runtime, client) => {
            let download = client.download(all(), options).with_spool(spool);
            runtime.block_on(brought(download, folder))
        }
        Driver::Smithy(runtime, client) => {
            let download = client.download(all(), options).with_spool(spool);
            runtime.block_on(brought(download, folder))
        }
    }
}

async fn brought<C: AsyncClient>(
    mut download: Download<C>,
    folder: &Path,
) -> Result<(Vec<Fragment>, Report), Error<Exception>> {
    let mut parts = Vec::new();
    while let Some(part) = download.next().await {
        parts.push(part?);
        assert_eq!(names(folder), 0);
    }
    Ok((parts, download.report().clone()))
}

/// How many files somebody could find. Where a file that is open has to have a name, it may.
fn names(folder: &Path) -> usize {
    match cfg!(unix) {
        true => fs::read_dir(folder).unwrap().count(),
        false => 0,
    }
}

fn frames(fragments: &[Fragment]) -> Vec<&Frame> {
    let frames = fragments.iter().flat_map(|fragment| &fragment.frames);
    frames.collect()
}

fn raw(fragments: &[Fragment]) -> Vec<u8> {
    let raw = fragments.iter().flat_map(|fragment| fragment.raw.concat());
    raw.collect()
}

/// The file that is made of these.
fn file(folder: &Path, fragments: &[Fragment]) -> Vec<u8> {
    let path = folder.join("x.mkv");
    let options = Options {
        overwrite: true,
        ..Options::default()
    };
    let mut recording = Recording::create(&path, options).unwrap();
    for fragment in fragments {
        recording.write(fragment).unwrap();
    }
    recording.seal([]).unwrap().publish().unwrap();
    fs::read(path).unwrap()
}

#[test]
fn parts_make_up_what_comes_whole_without_a_spool() {
    let emulator = demo();
    each(emulator.url(), |driver, clock| {
        let (whole, report, failure) = driver.download(all(), options(1));
        assert!(failure.is_none(), "{failure:?}");
        assert_eq!(whole.len(), 15);
        for connections in [1, 3] {
            let folder = folder(&format!("spool-{connections}"));
            let (parts, told) = spooled(driver, &folder, options(connections)).unwrap();
            assert!(parts.len() > 60, "{} parts", parts.len());
            assert_eq!(parts.iter().filter(|part| part.ends()).count(), 15);
            assert_eq!(frames(&parts), frames(&whole));
            assert!(raw(&parts) == raw(&whole));
            assert_eq!(told, report);
            assert!(file(&folder, &parts) == file(&folder, &whole));
        }
        assert!(clock.sleeps().is_empty());
    });
}

#[test]
fn a_disk_that_keeps_nothing_is_told() {
    let emulator = demo();
    each(emulator.url(), |driver, _| {
        let nowhere = Path::new(env!("CARGO_TARGET_TMPDIR")).join("spool-nowhere");
        let error = spooled(driver, &nowhere, options(1)).unwrap_err();
        assert!(matches!(error.kind, ErrorKind::Storage(_)), "{error}");
        let told = error.to_string();
        let words = format!("cannot write a temporary file in {}", nowhere.display());
        assert!(told.contains(&words), "{told}");
    });
}
