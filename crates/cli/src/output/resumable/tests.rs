use std::fs;
use std::sync::Arc;

use kvs_archive::Planned;
use kvs_archive::mkv::{Fragment, Fragments};

use super::*;
use crate::output::Rejected;

const DEMO: &[u8] = include_bytes!("../../../../emulator/demo/demo.mkv");

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

/// An output that is begun or gone on with.
struct Open {
    sink: Box<dyn Sink + Send>,
    settled: u64,
    holes: Vec<Hole>,
}

impl Bench {
    fn new(name: &str) -> Self {
        let name = format!("kvs-{name}-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn output(&self) -> PathBuf {
        self.0.join("x.mkv")
    }

    fn part(&self) -> PathBuf {
        self.0.join(".x.mkv.part")
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

    fn open(&self) -> Result<Open, Failure> {
        let (output, past) = Resumable::open(&self.output(), false, false)?;
        let Some(past) = past else {
            let mut sink = output.begin(Gaps::Close, "this")?;
            let numbers = fragments()
                .into_iter()
                .filter_map(|fragment| fragment.number);
            sink.plan(&numbers.map(Planned::Named).collect())?;
            return Ok(Open {
                sink,
                settled: 0,
                holes: vec![],
            });
        };
        assert_eq!(past.request, "this");
        let (sink, earlier) = output.resume(past, Gaps::Close)?;
        assert_eq!(earlier.plan.len(), 8);
        Ok(Open {
            sink,
            settled: earlier.settled,
            holes: earlier.holes,
        })
    }

    /// Writes so many fragments; the sink, and all holes so far.
    fn write(&self, count: usize) -> (Box<dyn Sink + Send>, Vec<Hole>) {
        let Open {
            mut sink,
            mut settled,
            mut holes,
        } = self.open().unwrap();
        let done = usize::try_from(settled).unwrap();
        for fragment in fragments().iter().skip(done).take(count) {
            match sink.write(fragment) {
                Ok(()) => {}
                Err(Rejected::Fragment(why)) => holes.push(Hole::unwritable(fragment, &why)),
                Err(Rejected::Output(failure)) => panic!("{failure:?}"),
            }
            settled += 1;
            sink.settle(settled, &holes).unwrap();
        }
        (sink, holes)
    }

    fn finish(&self) -> Vec<(String, Vec<u8>)> {
        let (sink, holes) = self.write(8);
        let delivery = sink.finish(&holes).unwrap();
        let sequels: Vec<&str> = delivery.sequels.iter().map(|(_, why)| &**why).collect();
        let [first, second] = &sequels[..] else {
            panic!("{sequels:?}");
        };
        assert!(first.starts_with("from fragment 105 on, "), "{first}");
        assert!(second.starts_with("from fragment 107 on, "), "{second}");
        self.files()
    }
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
    assert_eq!(
        names(&straight),
        ["x-2.mkv", "x-3.mkv", "x.mkv", "x.mkv.missing.jsonl"]
    );
    for first in 0..8 {
        for second in 1..4 {
            let bench = Bench::new(&format!("cut-{first}-{second}"));
            for count in [first, second] {
                let (sink, _) = bench.write(count);
                assert_eq!(sink.suspend().is_some(), first > 0 || count > 0);
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
        let settled = bench.open().unwrap().settled;
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
        let (sink, _) = bench.write(8);
        let journal = bench.0.join(".x.mkv.journal");
        let kept = bench.0.join("kept");
        fs::hard_link(&journal, &kept).unwrap();
        let holes: Vec<Hole> = vec![];
        sink.finish(&holes).unwrap();
        // As if it had not come to that: the first file gets its name last.
        fs::rename(&kept, &journal).unwrap();
        let files = ["x-3.mkv", "x-2.mkv", "x.mkv"];
        for name in files.iter().skip(named) {
            let part = bench.0.join(format!(".{name}.part"));
            fs::rename(bench.0.join(name), part).unwrap();
        }
        let Open { settled, holes, .. } = bench.open().unwrap();
        assert_eq!((settled, holes.len()), (8, 1));
        assert!(bench.finish() == straight, "{named} have names");
    }
}

#[test]
fn a_file_of_tags_alone_that_lacks_its_name_is_finished() {
    let bench = Bench::new("tags");
    let mut bare = fragments().swap_remove(0);
    bare.frames.clear();
    let (output, _) = Resumable::open(&bench.output(), false, false).unwrap();
    let mut sink = output.begin(Gaps::Close, "this").unwrap();
    let number = bare.number.clone().unwrap();
    sink.plan(&std::iter::once(Planned::Named(number)).collect())
        .unwrap();
    sink.write(&bare).unwrap();
    sink.settle(1, &[]).unwrap();
    let journal = bench.0.join(".x.mkv.journal");
    fs::hard_link(&journal, bench.0.join("kept")).unwrap();
    sink.finish(&[]).unwrap();
    let whole = fs::read(bench.output()).unwrap();
    assert!(whole.len() > 300, "its tags are there");
    for damage in [0, 1] {
        let mut left = whole.clone();
        left[300] ^= damage;
        let _ = fs::remove_file(bench.output());
        fs::write(bench.part(), left).unwrap();
        let _ = fs::hard_link(bench.0.join("kept"), &journal);
        let (output, past) = Resumable::open(&bench.output(), false, false).unwrap();
        let resumed = output.resume(past.unwrap(), Gaps::Close);
        match damage {
            0 => {
                let (sink, earlier) = resumed.unwrap();
                assert_eq!(earlier.settled, 1);
                sink.finish(&[]).unwrap();
                assert!(fs::read(bench.output()).unwrap() == whole);
            }
            _ => assert!(
                resumed
                    .err()
                    .unwrap()
                    .line()
                    .contains("not as the run left it")
            ),
        }
    }
}

#[test]
fn what_was_found_by_listing_again_is_planned_by_later_runs() {
    let straight = Bench::new("straight-settled").finish();
    let bench = Bench::new("settled");
    let all: Vec<Planned> = fragments()
        .into_iter()
        .map(|fragment| Planned::Named(fragment.number.unwrap()))
        .collect();
    let (output, _) = Resumable::open(&bench.output(), false, false).unwrap();
    let mut sink = output.begin(Gaps::Close, "this").unwrap();
    for (fragment, settled) in fragments().iter().zip(1..) {
        // The last three come to light when all others are done.
        let known = if settled <= 5 { 5 } else { 8 };
        sink.plan(&all.iter().take(known).cloned().collect())
            .unwrap();
        let holes: Vec<Hole> = match sink.write(fragment) {
            Err(Rejected::Fragment(why)) => vec![Hole::unwritable(fragment, &why)],
            _ => vec![],
        };
        sink.settle(settled, &holes).unwrap();
        if settled == 7 {
            break;
        }
    }
    sink.suspend().unwrap();
    assert_eq!(bench.open().unwrap().settled, 7);
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
        let failure = bench.open().err().unwrap();
        let line = failure.line().to_owned();
        assert!(line.contains("--restart"), "{line}");
        assert!(line.contains(&*path.to_string_lossy()), "{line}");
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
    assert_eq!(bench.open().unwrap().settled, 6);
}

#[test]
fn nothing_stays_of_what_tells_nothing() {
    let bench = Bench::new("nothing");
    assert_eq!(bench.write(0).0.suspend(), None);
    assert_eq!(bench.files(), []);

    // Killed before there was a plan.
    let (output, _) = Resumable::open(&bench.output(), false, false).unwrap();
    drop(output.begin(Gaps::Close, "another").unwrap());
    assert_eq!(bench.open().unwrap().settled, 0);

    fs::write(bench.output(), "mine").unwrap();
    fs::remove_file(bench.0.join(".x.mkv.journal")).unwrap();
    fs::remove_file(bench.part()).unwrap();
    assert!(bench.open().err().unwrap().line().contains("--overwrite"));
    assert_eq!(names(&bench.files()), ["x.mkv"]);
}

#[test]
fn a_restart_leaves_nothing_of_the_run_before() {
    let bench = Bench::new("restart");
    bench.write(8).0.suspend().unwrap();
    let (output, past) = Resumable::open(&bench.output(), false, true).unwrap();
    assert!(past.is_none());
    drop(output.begin(Gaps::Close, "another").unwrap());
    assert_eq!(names(&bench.files()), [".x.mkv.journal", ".x.mkv.part"]);
}
