//! Rules for the files themselves.

use std::collections::BTreeSet;

use super::Finding;
use super::source::{File, is_word};

/// Files longer than this are hard to read as a whole.
const LONGEST: usize = 500;
/// One generated file holds a whole service, up to 32 operations, and is read a shape at a time.
const LONGEST_GENERATED: usize = 3_000;

/// Checks every file; `roots` are the paths of those that begin a crate.
pub(super) fn check(files: &[File], roots: &BTreeSet<&str>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files {
        findings.extend(length(file));
        if roots.contains(file.path.as_str()) {
            findings.extend(forbids_unsafe(file));
        }
        for (index, (code, comment)) in file.code.lines().zip(file.comments.lines()).enumerate() {
            let objections = [unfinished(code), ignored(code), banner(comment)];
            for (what, mend) in objections.into_iter().flatten() {
                findings.push(Finding::new(place(file, index + 1), what, mend));
            }
        }
    }
    findings
}

fn place(file: &File, line: usize) -> String {
    format!("{}:{line}", file.path)
}

fn length(file: &File) -> Option<Finding> {
    let of_services = ["crates/api/src/", "codegen/tests/golden/"];
    let is_service = file.is_generated && of_services.iter().any(|at| file.path.starts_with(at));
    let most = if is_service {
        LONGEST_GENERATED
    } else {
        LONGEST
    };
    let lines = file.lines();
    (lines > most).then(|| {
        let what = format!("has {lines} lines, more than {most}");
        Finding::new(&file.path, what, "split it along what its parts are about")
    })
}

fn forbids_unsafe(file: &File) -> Option<Finding> {
    let says = file.code.contains("#![forbid(unsafe_code)]");
    (!says).then(|| {
        let what = "begins a crate and does not forbid unsafe code";
        let mend = "write `#![forbid(unsafe_code)]` below its documentation";
        Finding::new(&file.path, what, mend)
    })
}

/// What is wrong with a line, and what mends it.
type Objection = (&'static str, &'static str);

fn unfinished(code: &str) -> Option<Objection> {
    const MACROS: [(&str, &str); 3] = [
        ("todo!", "`todo!` in the code"),
        ("unimplemented!", "`unimplemented!` in the code"),
        ("dbg!", "`dbg!` in the code"),
    ];
    let (_, what) = MACROS.iter().find(|(name, _)| {
        code.match_indices(name)
            .any(|(at, _)| !code.get(..at).is_some_and(|head| head.ends_with(is_word)))
    })?;
    Some((what, "write what belongs there, or take it out"))
}

/// A test that does not run, without a word why.
fn ignored(code: &str) -> Option<Objection> {
    let (_, attribute) = code.split_once("#[")?;
    let is_mute = attribute.match_indices("ignore").any(|(at, word)| {
        let (before, after) = attribute.split_at(at);
        let after = after.get(word.len()..).unwrap_or_default();
        let reason = after.trim_start().strip_prefix('=').map(str::trim_start);
        match reason {
            Some(reason) => reason.starts_with("\"\""),
            None => !before.ends_with(is_word) && after.trim_start().starts_with([']', ')']),
        }
    });
    let mend = "give the reason, `#[ignore = \"…\"]`, or let the test run";
    is_mute.then_some(("a test is ignored without a reason", mend))
}

/// A rule drawn across a comment, with or without a title; tables keep theirs.
fn banner(comment: &str) -> Option<Objection> {
    const RULES: [&str; 4] = ["----", "====", "****", "####"];
    let text = comment.trim().trim_start_matches(['/', '!']).trim();
    let is_ruled = RULES
        .iter()
        .any(|rule| text.starts_with(rule) || text.ends_with(rule));
    let mend = "say it in a sentence, or make it a module of its own";
    is_ruled.then_some(("a comment is a banner", mend))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(path: &str, text: &str) -> Vec<String> {
        let files = [File::new(path, text)];
        check(&files, &BTreeSet::from(["a/src/lib.rs"]))
            .into_iter()
            .map(|finding| format!("{}: {}", finding.place, finding.what))
            .collect()
    }

    #[test]
    fn files_have_a_limit() {
        assert_eq!(complaints("a.rs", &"\n".repeat(500)), [""; 0]);
        assert_eq!(
            complaints("a/tests/b.rs", &"\n".repeat(501)),
            ["a/tests/b.rs: has 501 lines, more than 500"]
        );
    }

    #[test]
    fn generated_services_have_a_higher_one() {
        let header = format!("{}model/x.json`.\n", kvs_codegen::HEADER);
        let text = |lines: usize| format!("{header}{}", "\n".repeat(lines - 1));
        assert_eq!(complaints("crates/api/src/x.rs", &text(3000)), [""; 0]);
        assert_eq!(complaints("crates/api/src/x.rs", &text(3001)).len(), 1);
        assert_eq!(complaints("crates/mkv/src/x.rs", &text(501)).len(), 1);
        assert_eq!(
            complaints("crates/api/src/lib.rs", &"\n".repeat(501)).len(),
            1
        );
    }

    #[test]
    fn crates_forbid_unsafe_code() {
        let root = "a/src/lib.rs";
        assert_eq!(
            complaints(root, "//! A.\n#![forbid(unsafe_code)]\n"),
            [""; 0]
        );
        let expected = ["a/src/lib.rs: begins a crate and does not forbid unsafe code"];
        assert_eq!(complaints(root, "//! A.\n"), expected);
        assert_eq!(complaints(root, "//! #![forbid(unsafe_code)]\n"), expected);
        assert_eq!(complaints("a/src/b.rs", "//! B.\n"), [""; 0]);
    }

    #[test]
    fn nothing_is_left_unfinished() {
        assert_eq!(
            complaints("a.rs", "fn a() {\n    todo!()\n}\n"),
            ["a.rs:2: `todo!` in the code"]
        );
        assert_eq!(
            complaints("a.rs", "a(dbg!(b)); unimplemented!();"),
            ["a.rs:1: `unimplemented!` in the code"]
        );
        assert_eq!(
            complaints("a.rs", "a(\"todo!\"); // dbg!\nmy_todo!();\n"),
            [""; 0]
        );
    }

    #[test]
    fn ignored_tests_say_why() {
        let expected = ["a.rs:1: a test is ignored without a reason"];
        assert_eq!(complaints("a.rs", "#[ignore]\n"), expected);
        assert_eq!(complaints("a.rs", "#[ignore = \"\"]\n"), expected);
        assert_eq!(complaints("a.rs", "#[cfg_attr(miri, ignore)]\n"), expected);
        assert_eq!(
            complaints("a.rs", "#[ignore = \"needs a camera\"]\n"),
            [""; 0]
        );
        assert_eq!(
            complaints("a.rs", "#[serde(ignore_all)]\nx(ignore);\n"),
            [""; 0]
        );
    }

    #[test]
    fn comments_are_no_banners() {
        let expected = ["a.rs:1: a comment is a banner"];
        for banner in [
            "// ---- tests ----",
            "/// ====",
            "//////// ####",
            "/****",
            "// a ****",
        ] {
            assert_eq!(complaints("a.rs", banner), expected, "{banner}");
        }
        for fine in [
            "/// | a | ------ |",
            "// a ----> b",
            "let a = \"----\";",
            "//! # A",
        ] {
            assert_eq!(complaints("a.rs", fine), [""; 0], "{fine}");
        }
    }
}
