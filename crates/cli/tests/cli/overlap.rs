//! Runs that write to the same name at the same time.

use std::io::Write;
use std::process::Stdio;

use kvs_emulator::Stream;

use crate::resume::{TIMES, kill, run_until, slow};
use crate::support::{Bench, DEMO, Run, decode, demo, names, pictures, serve};

/// What writes something called `x` that no later run goes on with.
const FORMS: [&str; 4] = [
    "get cam --format mp4",
    "get cam --format raw",
    "get cam --format fragments",
    "frames cam --from 2020-01-01T00:00",
];

#[test]
fn a_second_run_is_told_to_wait_and_the_first_is_not_disturbed() {
    let (emulator, _) = slow(2_000_000);
    let url = emulator.url();
    let first = FORMS.iter().enumerate().map(|(at, form)| {
        let bench = Bench::new(&format!("overlap_{at}"));
        let child = run_until(&bench, url, &format!("{form} -o x"), 1);
        (form, bench, child)
    });
    let first: Vec<_> = first.collect();
    for (form, bench, _) in &first {
        // Of the same form, and others that would remove what a killed run has left.
        for other in [form, FORMS[1], FORMS[2]] {
            let run = bench.run_at(url, &format!("{other} -o x --overwrite"));
            run.fails(1, &["another kvs is writing x;"]);
        }
    }
    let quick = serve(Stream::demo().repeat(TIMES));
    for (form, bench, mut child) in first {
        // Nobody reads it any more, but it has to be there.
        let mut stderr = child.stderr.take().unwrap();
        std::io::copy(&mut stderr, &mut std::io::sink()).unwrap();
        assert!(child.wait().unwrap().success(), "{form}");
        assert_eq!(bench.names(), ["x"]);
        bench.run_at(quick.url(), &format!("{form} -o y")).well();
        if bench.path("x").is_file() {
            assert!(bench.read("x") == bench.read("y"), "{form}");
            continue;
        }
        let files = names(&bench.path("x"));
        assert!(!files.is_empty());
        assert_eq!(files, names(&bench.path("y")));
        for file in files {
            let read = |folder| bench.read(&format!("{folder}/{file}"));
            assert!(read("x") == read("y"), "{file}");
        }
    }
}

#[test]
fn what_a_killed_run_has_left_is_taken_away() {
    let (emulator, _) = slow(2_000_000);
    let url = emulator.url();
    let bench = Bench::new("overlap_killed");
    for form in FORMS {
        assert_eq!(
            kill(run_until(&bench, url, &format!("{form} -o x"), 1)),
            None
        );
        assert!(!bench.names().is_empty());
    }
    // Of each the same, and one that finds a file where it needs a folder and the reverse.
    for form in [
        "get cam --format raw",
        "get cam --format fragments",
        FORMS[0],
    ] {
        let line = format!("{form} -o x --fragments");
        let number = crate::support::numbers(&bench, url).remove(0);
        let run = bench.run_at(url, &format!("{line} {number}")).well();
        assert!(run.stderr.starts_with("x: 1 fragment"), "{run:?}");
        assert!(bench.names().contains(&"x".to_owned()));
        let path = bench.path("x");
        match path.is_dir() {
            true => std::fs::remove_dir_all(path).unwrap(),
            false => std::fs::remove_file(path).unwrap(),
        }
    }
    assert_eq!(bench.names(), [""; 0]);
}

#[test]
fn nobody_takes_what_a_remux_writes() {
    let bench = Bench::new("overlap_remux");
    let (emulator, _) = slow(2_000_000);
    let demo_file = std::fs::read(DEMO).unwrap();
    for name in ["x.mkv", "x.mp4"] {
        let mut first = bench.kvs(&format!("remux - -o {name}"));
        first.stdin(Stdio::piped()).stderr(Stdio::piped());
        let mut first = first.spawn().unwrap();
        // More than a pipe holds: when it has taken that, it writes.
        let mut stdin = first.stdin.take().unwrap();
        stdin.write_all(&demo_file).unwrap();
        let others = [
            format!("remux {DEMO} -o {name}"),
            format!("get cam -o {name}"),
        ];
        for line in others {
            let run = bench.run_at(emulator.url(), &line);
            run.fails(1, &["another kvs is writing", name]);
        }
        drop(stdin);
        Run::from(first.wait_with_output().unwrap()).well();
        assert!(bench.names().iter().all(|name| !name.starts_with('.')));
    }
    assert!(pictures(&decode(bench.read("x.mkv"))) == pictures(&demo()));
}
