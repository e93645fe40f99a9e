//! Fragments that the service cannot give.

use crate::support::{Bench, TRANSPORTS, decode, numbers, serve};
use kvs_emulator::Stream;
use serde_json::json;

#[test]
fn a_hole_is_named_and_the_rest_delivered() {
    let emulator = serve(Stream::demo());
    for transport in TRANSPORTS {
        let bench = Bench::new(&format!("hole_{transport}"));
        let known = numbers(&bench, emulator.url());
        let line = format!(
            "get cam -o x.mkv --transport {transport} --fragments {},12345,{}",
            known[3], known[4]
        );
        let run = bench.run_at(emulator.url(), &line);
        assert_eq!(run.code, 3, "{run:?}");
        assert!(run.stderr.contains("x.mkv.missing.jsonl"), "{run:?}");
        let fragments = decode(bench.read("x.mkv"));
        let delivered = fragments
            .iter()
            .map(|f| f.number.as_ref().unwrap().as_str());
        assert_eq!(delivered.collect::<Vec<_>>(), &known[3..5]);
        assert_eq!(
            bench.lines("x.mkv.missing.jsonl"),
            [json!({
                "number": "12345", "producer_timestamp": null, "bytes": null,
                "reason": "FRAGMENT_NOT_FOUND (3000)",
            })]
        );
        assert_eq!(bench.names(), ["x.mkv", "x.mkv.missing.jsonl"]);
    }
}

#[test]
fn a_whole_run_takes_the_list_of_an_earlier_one_away() {
    let emulator = serve(Stream::demo());
    let bench = Bench::new("stale_list");
    let known = &numbers(&bench, emulator.url())[0];
    let line = |numbers: &str| format!("get cam -o x.mkv --overwrite --fragments {numbers}");
    let holey = bench.run_at(emulator.url(), &line(&format!("{known},7")));
    assert_eq!(holey.code, 3);
    bench.run_at(emulator.url(), &line(known)).well();
    assert_eq!(bench.names(), ["x.mkv"]);
}

#[test]
fn a_list_of_holes_can_be_asked_for_again() {
    let emulator = serve(Stream::demo());
    let bench = Bench::new("again");
    let known = &numbers(&bench, emulator.url())[0];
    bench.write(
        "x.missing.jsonl",
        json!({"number": known, "reason": "x"}).to_string(),
    );
    let line = "get cam -o rest.mkv --fragments @x.missing.jsonl";
    bench.run_at(emulator.url(), line).well();
    assert_eq!(decode(bench.read("rest.mkv")).len(), 1);
}

#[test]
fn strict_delivers_all_or_nothing() {
    let emulator = serve(Stream::demo());
    let bench = Bench::new("strict");
    let known = &numbers(&bench, emulator.url())[0];
    for format in ["mkv", "raw", "fragments"] {
        let line = format!("get cam -o x --strict --format {format} --fragments {known},12345");
        let run = bench.run_at(emulator.url(), &line);
        run.fails(1, &["12345", "FRAGMENT_NOT_FOUND", "--strict"]);
        assert_eq!(bench.names(), [""; 0], "{format}");
    }
    let line = format!("get cam -o x --strict --fragments {known}");
    bench.run_at(emulator.url(), &line).well();
}

#[test]
fn nothing_but_holes_is_a_failure() {
    let emulator = serve(Stream::demo());
    let bench = Bench::new("all_holes");
    let run = bench.run_at(emulator.url(), "get cam -o x.mkv --fragments 7,8");
    run.fails(
        1,
        &[
            "none of the 2 fragments",
            "fragment 7",
            "FRAGMENT_NOT_FOUND",
        ],
    );
    assert_eq!(bench.names(), [""; 0]);
}

#[test]
fn a_pipe_is_told_of_holes_on_standard_error() {
    let emulator = serve(Stream::demo());
    let bench = Bench::new("pipe_holes");
    let known = &numbers(&bench, emulator.url())[0];
    let line = format!("get cam -o - --fragments 7,{known}");
    let run = bench.run_at(emulator.url(), &line);
    assert_eq!(run.code, 3, "{run:?}");
    assert!(
        run.stderr
            .contains("missing: fragment 7: FRAGMENT_NOT_FOUND"),
        "{run:?}"
    );
    assert_eq!(decode(run.stdout).len(), 1);
    assert_eq!(bench.names(), [""; 0]);
}

#[test]
fn a_folder_has_its_list_beside_it() {
    let emulator = serve(Stream::demo());
    let bench = Bench::new("folder_holes");
    let known = &numbers(&bench, emulator.url())[0];
    let line = format!("get cam -o x/ --format fragments --fragments 7,{known}");
    assert_eq!(bench.run_at(emulator.url(), &line).code, 3);
    assert_eq!(bench.names(), ["x", "x.missing.jsonl"]);
    assert_eq!(bench.lines("x/index.jsonl").len(), 1);
}

#[test]
fn what_is_damaged_or_cut_short_in_a_file_is_named() {
    let emulator = serve(Stream::demo());
    let bench = Bench::new("damaged_file");
    let known = numbers(&bench, emulator.url());
    let three = known[..3].join(",");
    let line = format!("get cam --format raw -o x.raw --fragments {three}");
    bench.run_at(emulator.url(), &line).well();
    let raw = bench.read("x.raw");
    let whole = decode(raw.clone());
    let second = usize::try_from(whole[1].offset).unwrap();

    let noise = [&raw[..second], &[0; 100], &raw[second..raw.len() - 9]].concat();
    bench.write("bad.raw", noise);
    let run = bench.run("remux bad.raw -o bad.mkv");
    assert_eq!(run.code, 3, "{run:?}");
    assert!(run.stderr.contains("bad.mkv.missing.jsonl"), "{run:?}");
    let holes = bench.lines("bad.mkv.missing.jsonl");
    let told = holes.iter().map(|hole| (&hole["number"], &hole["bytes"]));
    // Nobody knows whether the damage has taken something of the first along.
    let expected = [
        (&json!(known[0]), &json!(whole[0].bytes)),
        (&json!(null), &json!(100)),
        (&json!(known[2]), &json!(whole[2].bytes - 9)),
    ];
    assert_eq!(told.collect::<Vec<_>>(), expected);
    let place = format!("at byte {second}");
    for (hole, words) in holes.iter().zip(["cut short", &place, "cut short"]) {
        assert!(hole["reason"].as_str().unwrap().contains(words), "{hole}");
    }
    assert_eq!(decode(bench.read("bad.mkv")).len(), 3);

    bench.run("remux x.raw -o good.mkv").well();
    let strict = bench.run("frames bad.raw --strict -o frames");
    assert_eq!(strict.code, 1, "{strict:?}");
    let names = [
        "bad.mkv",
        "bad.mkv.missing.jsonl",
        "bad.raw",
        "good.mkv",
        "x.raw",
    ];
    assert_eq!(bench.names(), names);
}
