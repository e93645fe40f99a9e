#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what fails in a test fails the test"
)]

use std::fs;
use std::path::PathBuf;

use kvs_archive::Planned;

use super::*;
use crate::{Options, Recording, open};

const DEMO: &[u8] = include_bytes!("../../../emulator/demo/demo.mkv");

fn fragments() -> Vec<kvs_archive::mkv::Fragment> {
    let mut decoder = kvs_archive::mkv::Fragments::new();
    decoder.push(Bytes::from_static(DEMO));
    decoder.finish();
    let demo = std::iter::from_fn(|| decoder.next_fragment());
    demo.map(Result::unwrap).take(8).collect()
}

fn plan(len: u64) -> Plan {
    let numbers = (101..101 + len).map(|number: u64| Planned::Named(number.into()));
    numbers.collect()
}

fn output(name: &str) -> PathBuf {
    let name = format!("kvs-file-record-{name}-{}", std::process::id());
    let folder = std::env::temp_dir().join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder.join("x.mkv")
}

fn go_on(output: &Path) -> Recording {
    let opened = open(output, Options::default()).unwrap();
    opened.go_on("this").unwrap().0
}

/// With a journal that cannot be written meanwhile.
fn full(recording: &mut Recording, act: impl Fn(&mut Recording) -> Result<(), Error>) {
    let record = recording.record.as_mut().unwrap();
    let journal = File::open(&record.path).unwrap();
    let journal = std::mem::replace(&mut record.file, journal);
    for _ in 0..2 {
        let error = act(recording).unwrap_err().to_string();
        assert!(error.starts_with("cannot write "), "{error}");
    }
    let record = recording.record.as_mut().unwrap();
    record.file = journal;
    // There is room again, but a line is missing.
    act(recording).unwrap_err();
}

#[test]
fn what_could_not_be_told_spoils_nothing_of_what_was() {
    let output = output("mark");
    let mut recording = go_on(&output);
    let fragments = fragments();
    for (fragment, settled) in fragments.iter().zip(1..=5) {
        recording.write(fragment).unwrap();
        let settle = |recording: &mut Recording| {
            recording.record.as_mut().unwrap().since_mark = WRITTEN;
            recording.settle(Some(&plan(8)), settled, ["one".to_owned()])
        };
        match settled {
            5 => full(&mut recording, settle),
            _ => settle(&mut recording).unwrap(),
        }
    }
    assert_eq!(recording.suspend(), Some(4));
    let mut recording = go_on(&output);
    assert_eq!(recording.settled(), 4);
    for (fragment, settled) in fragments.iter().zip(1..).skip(4) {
        recording.write(fragment).unwrap();
        recording.settle(Some(&plan(8)), settled, []).unwrap();
    }
    recording.seal([]).unwrap().publish().unwrap();
    fs::remove_dir_all(output.parent().unwrap()).unwrap();
}

#[test]
fn a_plan_that_could_not_be_told_counts_for_nothing() {
    let output = output("plan");
    let mut recording = go_on(&output);
    let mut fragments = fragments().into_iter();
    recording.write(&fragments.next().unwrap()).unwrap();
    recording.settle(Some(&plan(1)), 1, []).unwrap();
    recording.write(&fragments.next().unwrap()).unwrap();
    full(&mut recording, |recording| {
        let record = recording.record.as_mut().unwrap();
        record.since_mark = WRITTEN;
        recording.settle(Some(&plan(2)), 2, [])
    });
    assert_eq!(recording.suspend(), None, "nothing was marked before");
    assert_eq!(fs::read_dir(output.parent().unwrap()).unwrap().count(), 0);
    fs::remove_dir_all(output.parent().unwrap()).unwrap();
}
