//! The crates that do no I/O, checked by Clippy under settings of their own.

use std::path::Path;
use std::process::Command;

use super::Finding;
use crate::{Failure, process};

const PACKAGES: [&str; 5] = [
    "kvs-protocol",
    "kvs-api",
    "kvs-mkv",
    "kvs-mp4",
    "kvs-archive",
];

/// Where the settings are, from the workspace's folder.
const SETTINGS: &str = "xtask/sansio";

/// No other lint is asked here, and no `allow` in the code turns these off.
const LINTS: [&str; 4] = [
    "-Awarnings",
    "-Fclippy::disallowed_methods",
    "-Fclippy::disallowed_types",
    "-Fclippy::disallowed_macros",
];

/// Clippy writes what it finds to the terminal; the finding says what to do about it.
pub(super) fn check(root: &Path) -> Result<Option<Finding>, Failure> {
    let mut clippy = process::cargo();
    with_settings(&mut clippy, root)
        .current_dir(root)
        .args(["clippy", "--quiet", "--locked", "--lib", "--all-features"])
        .args(
            PACKAGES
                .iter()
                .map(|package| format!("--package={package}")),
        )
        .arg("--")
        .args(LINTS);
    Ok((!process::succeeds(&mut clippy)?).then(|| {
        Finding::new(
            "a crate that does no I/O",
            "Clippy says above what it does",
            "let the caller pass it in, or do it in a driver",
        )
    }))
}

fn with_settings<'a>(command: &'a mut Command, root: &Path) -> &'a mut Command {
    command.env("CLIPPY_CONF_DIR", root.join(SETTINGS))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Clippy passes over a path that it does not know, so the settings are tried out.
    #[test]
    fn settings_catch_what_they_are_for() {
        let root = crate::root();
        let file = root.join(SETTINGS).join("bait.rs");
        let mut clippy = Command::new("clippy-driver");
        with_settings(&mut clippy, &root)
            .args(["--edition=2024", "--crate-type=lib", "--error-format=short"])
            .args(["--emit=metadata", "-o"])
            .arg(std::env::temp_dir().join("kvs-bait.rmeta"))
            .args(LINTS)
            .arg(&file);
        let output = clippy
            .output()
            .expect("Clippy is there (`rustup component add clippy`)");
        let said = String::from_utf8(output.stderr).unwrap();

        let text = std::fs::read_to_string(&file).unwrap();
        let marked: Vec<usize> = (1..)
            .zip(text.lines())
            .filter(|(_, line)| line.ends_with("// caught"))
            .map(|(number, _)| number)
            .collect();
        assert!(!marked.is_empty());
        let mut caught: Vec<usize> = said
            .lines()
            .filter_map(|line| {
                let (_, rest) = line.split_once("bait.rs:")?;
                rest.split(':').next()?.parse().ok()
            })
            .collect();
        caught.dedup();
        assert_eq!(caught, marked, "{said}");
        assert!(!said.contains("does not refer to"), "{said}");
    }
}
