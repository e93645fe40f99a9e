#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what fails in a test fails the test"
)]

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use kvs_archive::Planned;
use kvs_archive::mkv::payload::{self, PayloadOptions};
use kvs_archive::mkv::{Bytes, Fragment, Fragments, Parts, Timestamp};

use super::*;
use crate::{Rejected, journal_path, part_path};

const DEMO: &[u8] = include_bytes!("../../../emulator/demo/demo.mkv");

/// Eight fragments with numbers; before the fifth and the seventh the tracks change, and nothing
/// can be made of the third.
fn fragments() -> Vec<Fragment> {
    let mut decoder = Fragments::new();
    decoder.push(Bytes::from_static(DEMO));
    decoder.finish();
    let demo = std::iter::from_fn(|| decoder.next_fragment()).map(Result::unwrap);
    let mut fragments: Vec<Fragment> = demo.take(8).collect();
    for (fragment, number) in fragments.iter_mut().zip(101_u64..) {
        fragment.number = Some(number.into());
        let mut tracks = fragment.tracks.to_vec();
        if (105..107).contains(&number) {
            tracks[0].codec_private = Some(Bytes::from_static(b"other"));
        }
        if number == 103 {
            tracks.clear();
        }
        fragment.tracks = Arc::from(tracks);
    }
    fragments
}

struct Bench(PathBuf);

impl Bench {
    fn new(name: &str) -> Self {
        let name = format!("kvs-file-{name}-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn output(&self) -> PathBuf {
        self.0.join("x.mkv")
    }

    fn part(&self) -> PathBuf {
        part_path(&self.output())
    }

    /// All files, by name.
    fn files(&self) -> Vec<(String, Vec<u8>)> {
        let entries = fs::read_dir(&self.0).unwrap().map(Result::unwrap);
        let file = |entry: fs::DirEntry| {
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read(entry.path()).unwrap())
        };
        let mut files: Vec<_> = entries.map(file).collect();
        files.sort();
        files
    }

    /// The recording, and what was missing in earlier runs.
    fn open(&self) -> Result<(Recording, Vec<String>), Error> {
        let opened = open(self.output(), Options::default())?;
        let is_begun = opened.request().is_some();
        let (recording, earlier) = opened.go_on("this")?;
        assert_eq!(earlier.is_some(), is_begun);
        let Some(earlier) = earlier else {
            return Ok((recording, vec![]));
        };
        assert_eq!(earlier.plan.len(), 8);
        Ok((recording, earlier.missing))
    }

    /// Writes so many fragments; the recording, and all that was missing so far.
    fn write(&self, count: usize) -> (Recording, Vec<String>) {
        let (mut recording, mut missing) = self.open().unwrap();
        let done = usize::try_from(recording.settled()).unwrap();
        for fragment in fragments().iter().skip(done).take(count) {
            missing.extend(add(&mut recording, fragment, &plan()));
        }
        (recording, missing)
    }

    fn finish(&self) -> Vec<(String, Vec<u8>)> {
        let (recording, missing) = self.write(8);
        assert_eq!(missing, ["103: the fragment has frames but no tracks"]);
        let [first, second] = recording.sequels() else {
            panic!("{recording:?}");
        };
        let because = |sequel: &Sequel, words| assert!(sequel.why.starts_with(words), "{sequel:?}");
        because(first, "from fragment 105 on, ");
        because(second, "from fragment 107 on, ");
        recording.seal([]).unwrap().publish().unwrap();
        self.files()
    }
}

/// The same fragment in parts of some 10 kB.
fn in_parts(fragment: &Fragment) -> Vec<Fragment> {
    let at = |time: Option<Timestamp>| time.unwrap_or(Timestamp::from_millis(0));
    let options = PayloadOptions {
        number: fragment.number.clone().unwrap(),
        server_timestamp: at(fragment.server_timestamp),
        producer_timestamp: at(fragment.producer_timestamp),
        shift: 0,
    };
    let sent = payload::encode(fragment, &options);
    let mut outlined = Fragments::new().outlining();
    sent.iter().for_each(|piece| outlined.push(piece.clone()));
    outlined.finish();
    let mut parts = Parts::new(outlined.next_fragment().unwrap().unwrap(), 10_000);
    let mut all = Vec::new();
    for piece in sent {
        parts.push(piece);
        all.extend(parts.next_part().unwrap());
    }
    parts.finish();
    all.extend(parts.next_part().unwrap());
    all
}

#[test]
fn no_run_goes_on_in_the_middle_of_a_fragment() {
    let fragments = fragments();
    let (whole, parts) = (&fragments[0], in_parts(&fragments[1]));
    assert!(parts.len() > 3);
    let write = |bench: &Bench, count: usize| {
        let (mut recording, _) = bench.open().unwrap();
        if recording.settled() == 0 {
            recording.write(whole).unwrap();
            recording.settle(Some(&plan()), 1, []).unwrap();
        }
        for part in &parts[..count] {
            recording.write(part).unwrap();
            let settled = if part.ends() { 2 } else { 1 };
            recording.settle(Some(&plan()), settled, []).unwrap();
        }
        recording
    };
    let undisturbed = Bench::new("parts-whole");
    drop(write(&undisturbed, parts.len()).seal([]).unwrap());
    let bench = Bench::new("parts");
    for count in 1..parts.len() {
        let recording = write(&bench, count);
        match count % 2 {
            // As if it were killed, or stopped.
            0 => drop(recording),
            _ => assert_eq!(recording.suspend(), Some(1)),
        }
        assert_eq!(bench.open().unwrap().0.settled(), 1);
    }
    let inside = write(&bench, 2).seal([]).unwrap_err();
    let told = inside.to_string();
    assert!(
        told.ends_with("has only part of its last fragment"),
        "{told}"
    );
    drop(write(&bench, parts.len()).seal([]).unwrap());
    assert!(fs::read(bench.part()).unwrap() == fs::read(undisturbed.part()).unwrap());
}

fn plan() -> Plan {
    let numbers = fragments().into_iter().filter_map(|f| f.number);
    numbers.map(Planned::Named).collect()
}

/// Writes the next fragment of the plan; what is missing if it cannot be written.
fn add(recording: &mut Recording, fragment: &Fragment, plan: &Plan) -> Option<String> {
    let missing = match recording.write(fragment) {
        Ok(()) => None,
        Err(Rejected::Fragment(why)) => {
            Some(format!("{}: {why}", fragment.number.as_ref().unwrap()))
        }
        Err(Rejected::File(error)) => panic!("{error}"),
    };
    let settled = recording.settled() + 1;
    recording
        .settle(Some(plan), settled, missing.clone())
        .unwrap();
    missing
}

impl Drop for Bench {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn names(files: &[(String, Vec<u8>)]) -> Vec<&str> {
    files.iter().map(|(name, _)| &**name).collect()
}

#[test]
fn a_cut_at_any_fragment_leaves_no_trace() {
    let straight = Bench::new("straight").finish();
    assert_eq!(names(&straight), ["x-2.mkv", "x-3.mkv", "x.mkv"]);
    for first in 0..8 {
        for second in 1..4 {
            let bench = Bench::new(&format!("cut-{first}-{second}"));
            for count in [first, second] {
                let (recording, _) = bench.write(count);
                assert_eq!(recording.suspend().is_some(), first > 0 || count > 0);
            }
            assert!(bench.finish() == straight, "{first}, {second}");
        }
    }
}

#[test]
fn a_run_that_is_killed_where_a_file_ends_goes_on() {
    let straight = Bench::new("straight-ends").finish();
    for count in 1..8 {
        let bench = Bench::new(&format!("killed-{count}"));
        // Without suspending: what a file's end has brought to the disk is there.
        drop(bench.write(count));
        let settled = bench.open().unwrap().0.settled();
        let expected = [0, 4, 6][usize::from(count > 4) + usize::from(count > 6)];
        assert_eq!(settled, expected, "after {count}");
        assert!(bench.finish() == straight, "after {count}");
    }
}

#[test]
fn a_run_that_is_killed_while_it_gives_names_is_finished() {
    let straight = Bench::new("straight-names").finish();
    for named in 0..=3 {
        let bench = Bench::new(&format!("names-{named}"));
        let (recording, _) = bench.write(8);
        let journal = journal_path(&bench.output());
        let kept = bench.0.join("kept");
        fs::hard_link(&journal, &kept).unwrap();
        recording.seal([]).unwrap().publish().unwrap();
        // As if it had not come to that: the first file gets its name last.
        fs::rename(&kept, &journal).unwrap();
        let files = ["x-3.mkv", "x-2.mkv", "x.mkv"];
        for name in files.iter().skip(named) {
            let part = bench.0.join(format!(".{name}.part"));
            fs::rename(bench.0.join(name), part).unwrap();
        }
        assert!(
            open(bench.output(), Options::default())
                .unwrap()
                .is_complete()
        );
        let (recording, missing) = bench.open().unwrap();
        assert_eq!((recording.settled(), missing.len()), (8, 1));
        drop(recording);
        assert!(bench.finish() == straight, "{named} have names");
    }
}

#[test]
fn what_is_whole_is_whole_though_not_all_was_settled() {
    let bench = Bench::new("rest");
    let (mut recording, _) = bench.write(5);
    recording.write(&fragments()[5]).unwrap();
    let journal = journal_path(&bench.output());
    fs::hard_link(&journal, bench.0.join("kept")).unwrap();
    recording.seal(["108: late".to_owned()]).unwrap();
    let (mut recording, missing) = bench.open().unwrap();
    assert_eq!(missing.last().unwrap(), "108: late");
    let error = recording.write(&fragments()[6]).unwrap_err();
    assert!(
        matches!(error, Rejected::File(Error::IsWhole(_))),
        "{error}"
    );
    recording.seal([]).unwrap().publish().unwrap();
    assert_eq!(names(&bench.files()), ["kept", "x-2.mkv", "x.mkv"]);
}

#[test]
fn without_a_plan_nothing_is_promised() {
    let bench = Bench::new("planless");
    let (mut recording, _) = bench.open().unwrap();
    for (fragment, settled) in fragments().iter().zip(1..=2) {
        recording.write(fragment).unwrap();
        recording.settle(None, settled, []).unwrap();
    }
    drop(recording.seal([]).unwrap());
    assert_eq!(bench.open().unwrap().0.settled(), 0);
}

#[test]
fn a_file_of_tags_alone_that_lacks_its_name_is_finished() {
    let bench = Bench::new("tags");
    let mut bare = fragments().swap_remove(0);
    bare.frames.clear();
    let opened = open(bench.output(), Options::default()).unwrap();
    let (mut recording, _) = opened.go_on("this").unwrap();
    let number = bare.number.clone().unwrap();
    let plan = std::iter::once(Planned::Named(number)).collect();
    assert_eq!(add(&mut recording, &bare, &plan), None);
    let journal = journal_path(&bench.output());
    fs::hard_link(&journal, bench.0.join("kept")).unwrap();
    recording.seal([]).unwrap().publish().unwrap();
    let whole = fs::read(bench.output()).unwrap();
    assert!(whole.len() > 300, "its tags are there");
    fs::remove_file(bench.output()).unwrap();
    fs::rename(bench.0.join("kept"), &journal).unwrap();
    for damage in [1, 0] {
        let mut left = whole.clone();
        left[300] ^= damage;
        fs::write(bench.part(), left).unwrap();
        let opened = open(bench.output(), Options::default()).unwrap();
        match opened.go_on("this") {
            Ok((recording, _)) => {
                assert_eq!((damage, recording.settled()), (0, 1));
                recording.seal([]).unwrap().publish().unwrap();
            }
            Err(error) => assert!(matches!(error, Error::Changed(_)) && damage == 1, "{error}"),
        }
    }
    assert!(fs::read(bench.output()).unwrap() == whole);
}

#[test]
fn what_was_found_by_listing_again_is_planned_by_later_runs() {
    let straight = Bench::new("straight-settled").finish();
    let bench = Bench::new("settled");
    let opened = open(bench.output(), Options::default()).unwrap();
    let (mut recording, _) = opened.go_on("this").unwrap();
    for (fragment, count) in fragments().iter().zip(1..=7) {
        // The last three come to light when all others are done.
        let known = if count <= 5 { 5 } else { 8 };
        let plan = plan().iter().take(known).collect();
        add(&mut recording, fragment, &plan);
    }
    recording.suspend().unwrap();
    assert_eq!(bench.open().unwrap().0.settled(), 7);
    assert!(bench.finish() == straight);
}

#[test]
fn a_file_that_was_patched_already_goes_on() {
    let straight = Bench::new("straight-patched").finish();
    let bench = Bench::new("patched");
    bench.write(8).0.suspend().unwrap();
    let last = bench.0.join(".x-3.mkv.part");
    let mut bytes = fs::read(&last).unwrap();
    // The Segment's size, and what comes behind the last fragment.
    bytes[48..56].fill(7);
    bytes.extend(b"an index");
    fs::write(&last, bytes).unwrap();
    assert!(bench.finish() == straight);
}

#[test]
fn what_the_disk_had_and_has_no_more_is_refused() {
    let bench = Bench::new("changed");
    bench.write(6).0.suspend().unwrap();
    let refuse = |path: &Path| {
        let error = bench.open().err().unwrap();
        assert!(error.is_about_earlier_run(), "{error}");
        assert!(matches!(error, Error::Changed(changed) if changed == path));
    };
    for part in [bench.part(), bench.0.join(".x-2.mkv.part")] {
        let sound = fs::read(&part).unwrap();
        for at in [1_000, sound.len() / 2, sound.len() - 1] {
            let mut changed = sound.clone();
            changed[at] ^= 1;
            fs::write(&part, changed).unwrap();
            refuse(&part);
        }
        fs::write(&part, &sound[..sound.len() - 1]).unwrap();
        refuse(&part);
        fs::remove_file(&part).unwrap();
        refuse(&part);
        fs::write(&part, &sound).unwrap();
    }
    assert_eq!(bench.open().unwrap().0.settled(), 6);
}

#[test]
fn a_journal_that_is_damaged_or_of_another_request_is_refused() {
    let bench = Bench::new("journal");
    bench.write(6).0.suspend().unwrap();
    let opened = open(bench.output(), Options::default()).unwrap();
    assert_eq!(opened.request(), Some("this"));
    let error = opened.go_on("that").unwrap_err();
    assert!(matches!(&error, Error::OtherRequest { earlier, .. } if earlier == "this"));
    let journal = journal_path(&bench.output());
    let mut damaged = fs::read(&journal).unwrap();
    damaged[40] ^= 1;
    fs::write(&journal, damaged).unwrap();
    let error = bench.open().err().unwrap();
    assert!(
        matches!(&error, Error::Journal { path, .. } if *path == journal),
        "{error}"
    );
    assert!(error.is_about_earlier_run());
}

#[test]
fn nobody_else_opens_what_somebody_writes() {
    let bench = Bench::new("busy");
    let (recording, _) = bench.write(1);
    for restart in [false, true] {
        let options = Options {
            restart,
            ..Options::default()
        };
        let error = open(bench.output(), options).unwrap_err();
        assert!(matches!(error, Error::Busy(_)), "{error}");
    }
    drop(recording);
    bench.open().unwrap();
}

#[test]
fn nobody_else_begins_what_somebody_writes() {
    let bench = Bench::new("busy-plain");
    let create = || Recording::create(bench.output(), Options::default());
    let refuse = || {
        let error = create().unwrap_err();
        assert!(matches!(error, Error::Busy(_)), "{error}");
        let opened = open(bench.output(), Options::default()).unwrap();
        let error = opened.go_on("this").unwrap_err();
        assert!(matches!(error, Error::Busy(_)), "{error}");
        assert!(!journal_path(&bench.output()).exists());
    };
    // What a run that was killed has left is taken away.
    fs::write(bench.part(), "left").unwrap();
    let mut recording = create().unwrap();
    assert_eq!(fs::read(bench.part()).unwrap(), b"");
    for (at, fragment) in fragments().iter().enumerate() {
        if at != 2 {
            recording.write(fragment).unwrap();
        }
        refuse();
    }
    let whole = recording.seal([]).unwrap();
    refuse();
    whole.publish().unwrap();
    assert_eq!(names(&bench.files()), ["x-2.mkv", "x-3.mkv", "x.mkv"]);
    let overwrite = Options {
        overwrite: true,
        ..Options::default()
    };
    Recording::create(bench.output(), overwrite).unwrap();
}

#[test]
fn one_that_is_not_to_be_gone_on_with_leaves_nothing_when_it_is_dropped() {
    let bench = Bench::new("dropped");
    let mut recording = Recording::create(bench.output(), Options::default()).unwrap();
    recording.write(&fragments()[0]).unwrap();
    assert_eq!(names(&bench.files()), [".x.mkv.part"]);
    drop(recording);
    assert_eq!(bench.files(), []);
    fs::write(bench.output(), "mine").unwrap();
    let error = Recording::create(bench.output(), Options::default()).unwrap_err();
    assert!(matches!(error, Error::Exists(_)), "{error}");
}

#[test]
fn nothing_stays_of_what_tells_nothing() {
    let bench = Bench::new("nothing");
    assert_eq!(bench.write(0).0.suspend(), None);
    assert_eq!(bench.files(), []);

    // Killed before there was a plan.
    let opened = open(bench.output(), Options::default()).unwrap();
    drop(opened.go_on("another").unwrap());
    assert_eq!(bench.open().unwrap().0.settled(), 0);

    fs::write(bench.output(), "mine").unwrap();
    fs::remove_file(journal_path(&bench.output())).unwrap();
    fs::remove_file(bench.part()).unwrap();
    assert!(matches!(bench.open(), Err(Error::Exists(_))));
    assert_eq!(names(&bench.files()), ["x.mkv"]);
}

#[test]
fn a_restart_leaves_nothing_of_the_run_before() {
    let bench = Bench::new("restart");
    bench.write(8).0.suspend().unwrap();
    let options = Options {
        restart: true,
        ..Options::default()
    };
    let opened = open(bench.output(), options).unwrap();
    assert_eq!(opened.request(), None);
    drop(opened.go_on("another").unwrap());
    assert_eq!(names(&bench.files()), [".x.mkv.journal", ".x.mkv.part"]);
}
