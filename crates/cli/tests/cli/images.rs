//! `kvs images`.

use crate::support::Bench;

#[test]
fn images_are_of_moments_in_order() {
    let bench = Bench::new("images_usage");
    for (line, word) in [
        ("images demo -o x", "--from"),
        ("images demo --from 2026-01-01T00:00:00Z", "--output"),
        ("images demo --from -1h --to -2h -o x", "--to"),
        ("images demo --from -1h --every 100ms -o x", "200ms"),
        ("images demo --from -1h --height 0 -o x", "--height"),
        ("images demo --from -1h -o -", "folder"),
    ] {
        bench.run(&format!("--emulator {line}")).fails(2, &[word]);
    }
    assert_eq!(bench.names(), [""; 0]);
}

#[test]
#[cfg(not(feature = "stills"))]
fn the_emulator_says_what_it_needs() {
    let bench = Bench::new("images_no_stills");
    let run = bench.run("--emulator images demo --from 2026-01-01T00:00:00Z -o x");
    run.fails(1, &["GetImages", "feature `stills`"]);
    assert_eq!(bench.names(), [""; 0]);
}

/// Images are looked at: each shows the number of its picture, 25 of which make a second.
#[cfg(feature = "stills")]
mod made {
    use super::*;
    use crate::support::{names, number};

    fn numbers(bench: &Bench, folder: &str) -> Vec<u32> {
        let lines = bench.lines(&format!("{folder}/images.jsonl"));
        let files = lines.iter().map(|line| {
            let file = bench.read(&format!("{folder}/{}", line["file"].as_str().unwrap()));
            assert_eq!(line["bytes"], file.len());
            number(&file)
        });
        files.collect()
    }

    #[test]
    fn each_image_is_a_file_named_by_its_moment() {
        let bench = Bench::new("images");
        let moments = "--from 2026-01-01T00:00:01Z --to 2026-01-01T00:00:28.9Z --every 1s";
        for (transport, format) in [("ureq", "jpg"), ("hyper", "png")] {
            let line = format!("--transport {transport} images demo {moments} --format {format}");
            let run = bench
                .run(&format!("--emulator {line} -o {transport}"))
                .well();
            assert!(run.stderr.contains("28 images"), "{run:?}");
            let expected: Vec<u32> = (1..=28).map(|second| second * 25).collect();
            assert_eq!(numbers(&bench, transport), expected);
            let first = &bench.lines(&format!("{transport}/images.jsonl"))[0];
            assert_eq!(first["file"], format!("20260101T000001.000Z.{format}"));
            assert_eq!(first["time"], "2026-01-01T00:00:01Z");
        }
        let half = format!("images demo {moments} --height 90 -o half").replace("1s", "500ms");
        bench.run(&format!("--emulator {half}")).well();
        let mut expected: Vec<String> = bench
            .lines("half/images.jsonl")
            .iter()
            .map(|line| line["file"].as_str().unwrap().to_owned())
            .collect();
        expected.push("images.jsonl".to_owned());
        assert_eq!(
            names(&bench.path("half")),
            expected,
            "in the order of moments"
        );
        let one = "--emulator images demo --from 2026-01-01T00:00:02.04Z -o ureq --height 180";
        bench.run(one).fails(1, &["exists", "--overwrite"]);
        bench.run(&format!("{one} --overwrite")).well();
        assert_eq!(numbers(&bench, "ureq"), [51]);
        assert_eq!(bench.names(), ["half", "hyper", "ureq"]);
    }

    #[test]
    fn moments_without_an_image_are_named() {
        let bench = Bench::new("images_holes");
        let line = "--emulator images demo --from 2025-12-31T23:50:00Z --to 2026-01-01T00:00:02Z";
        let run = bench.run(&format!("{line} --every 150500ms -o out"));
        assert_eq!(run.code, 3, "{run:?}");
        assert_eq!(numbers(&bench, "out"), [50]);
        let holes = bench.lines("out.missing.jsonl");
        let reasons: Vec<&str> = holes
            .iter()
            .map(|h| h["reason"].as_str().unwrap())
            .collect();
        assert_eq!(reasons.len(), 4, "{reasons:?}");
        assert!(
            reasons[1].contains("2025-12-31T23:52:30.500Z"),
            "{reasons:?}"
        );
        assert!(reasons[1].contains("NO_MEDIA"), "{reasons:?}");

        let strict = bench.run(&format!("{line} --every 150500ms --strict -o strict"));
        strict.fails(1, &["2025-12-31T23:50:00Z", "without --strict"]);
        let nothing = bench.run("--emulator images demo --from 2025-01-01T00:00:00Z -o nothing");
        nothing.fails(1, &["2025-01-01T00:00:00Z", "NO_MEDIA"]);
        assert_eq!(bench.names(), ["out", "out.missing.jsonl"]);
    }
}
