//! Who may import whom, and what from elsewhere.

use std::path::Path;

use super::Finding;
use super::workspace::{Dependency, Package};
use crate::{Failure, process};

/// What a package may depend on.
struct Room {
    package: &'static str,
    /// Packages of this workspace.
    imports: &'static [&'static str],
    external: External,
}

/// What a package may depend on from elsewhere.
enum External {
    Any,
    /// For a package that does no I/O: nothing here opens, asks or waits.
    Only(&'static [&'static str]),
}

const ROOMS: [Room; 17] = [
    room("kvs-codegen", &[]),
    room("xtask", &["kvs-codegen"]),
    sansio("kvs-protocol", &[], CODECS),
    sansio("kvs-api", &["kvs-protocol"], CODECS),
    sansio("kvs-mkv", &[], &["bytes"]),
    sansio("kvs-mp4", &["kvs-mkv"], &["bytes", "mp4-atom"]),
    room("kvs-stills", &[]),
    sansio("kvs-archive", &["kvs-api", "kvs-mkv"], CODECS),
    room("kvs-host", &["kvs-archive"]),
    room("kvs-file", &["kvs-archive"]),
    room("kvs-ureq", &["kvs-archive", "kvs-host"]),
    room("kvs-hyper", &["kvs-archive", "kvs-host"]),
    room("kvs-smithy", &["kvs-archive"]),
    room(
        "kvs-emulator",
        &["kvs-api", "kvs-mkv", "kvs-mp4", "kvs-stills"],
    ),
    room("kvs-cli", CRATES),
    room("kvs-tests", CRATES),
    room("kvs-bench", &["kvs-archive"]),
];

const CODECS: &[&str] = &[
    "base64",
    "bytes",
    "hmac",
    "http",
    "percent-encoding",
    "serde",
    "serde_json",
    "sha2",
    "zeroize",
];

/// What is under `crates/`.
const CRATES: &[&str] = &[
    "kvs-protocol",
    "kvs-api",
    "kvs-mkv",
    "kvs-mp4",
    "kvs-stills",
    "kvs-archive",
    "kvs-host",
    "kvs-file",
    "kvs-ureq",
    "kvs-hyper",
    "kvs-smithy",
    "kvs-emulator",
    "kvs-cli",
];

/// What a package may not depend on even in its tests.
const NEVER: [(&str, &[&str]); 4] = [
    ("kvs-codegen", CRATES),
    ("kvs-ureq", DRIVERS),
    ("kvs-hyper", DRIVERS),
    ("kvs-smithy", DRIVERS),
];

const DRIVERS: &[&str] = &["kvs-ureq", "kvs-hyper", "kvs-smithy"];

/// Families of packages that a package leaves out, however many steps away.
const WEIGHTS: [(&str, &[&str]); 1] = [("kvs-ureq", &["tokio", "tracing"])];

const fn room(package: &'static str, imports: &'static [&'static str]) -> Room {
    Room {
        package,
        imports,
        external: External::Any,
    }
}

const fn sansio(
    package: &'static str,
    imports: &'static [&'static str],
    external: &'static [&'static str],
) -> Room {
    Room {
        package,
        imports,
        external: External::Only(external),
    }
}

/// What the manifests ask for against the table.
pub(super) fn check(packages: &[Package]) -> Vec<Finding> {
    packages.iter().flat_map(check_package).collect()
}

fn check_package(package: &Package) -> Vec<Finding> {
    let Some(room) = ROOMS.iter().find(|room| room.package == package.name) else {
        return vec![Finding::new(
            &package.name,
            "is not in the table of who may import whom",
            "say what it may import, in xtask/src/tidy/rooms.rs and ARCHITECTURE.md",
        )];
    };
    let broken = package
        .dependencies
        .iter()
        .filter_map(|dependency| Some((dependency, objection(room, dependency)?)));
    broken
        .map(|(dependency, why)| {
            let what = format!("depends on {}, {why}", dependency.name);
            let mend = "take it out of the manifest, or change the table in \
                        xtask/src/tidy/rooms.rs and ARCHITECTURE.md and say why";
            Finding::new(&package.name, what, mend)
        })
        .collect()
}

fn objection(room: &Room, dependency: &Dependency) -> Option<&'static str> {
    let name = dependency.name.as_str();
    let mut never = NEVER
        .iter()
        .filter(|(package, _)| *package == room.package)
        .flat_map(|(_, names)| *names);
    if never.any(|never| *never == name) {
        return Some("which not even its tests may");
    }
    match &room.external {
        _ if dependency.is_dev => None,
        External::Only(names) if dependency.is_external && !names.contains(&name) => {
            Some("which is not known to do no I/O")
        }
        _ if dependency.is_external || room.imports.contains(&name) => None,
        _ => Some("which is not among its imports"),
    }
}

/// What a package builds, all told, against what it promises to leave out.
pub(super) fn check_weight(root: &Path) -> Result<Vec<Finding>, Failure> {
    let mut findings = Vec::new();
    for (package, families) in WEIGHTS {
        let tree = process::text(process::cargo().current_dir(root).args([
            "tree",
            "--locked",
            "--package",
            package,
            "--edges=normal",
            "--prefix=none",
        ]))?;
        for name in heavy(&tree, families) {
            findings.push(Finding::new(
                package,
                format!("builds {name}, which it promises to leave out"),
                format!("`cargo tree -p {package} -e normal -i {name}` tells who brings it in"),
            ));
        }
    }
    Ok(findings)
}

/// The packages of a tree that belong to one of the families, each once.
fn heavy<'a>(tree: &'a str, families: &[&str]) -> Vec<&'a str> {
    let belongs = |name: &str| {
        families.iter().any(|family| {
            name.strip_prefix(family)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_']))
        })
    };
    let mut names: Vec<&str> = tree
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| belongs(name))
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, dependencies: &[(&str, bool)]) -> Package {
        let dependency = |&(name, is_dev): &(&str, bool)| Dependency {
            name: name.to_owned(),
            is_dev,
            is_external: !name.starts_with("kvs-"),
        };
        Package {
            name: name.to_owned(),
            dependencies: dependencies.iter().map(dependency).collect(),
            roots: Vec::new(),
        }
    }

    fn complaints(name: &str, dependencies: &[(&str, bool)]) -> Vec<String> {
        let findings = check(&[package(name, dependencies)]);
        findings.into_iter().map(|finding| finding.what).collect()
    }

    #[test]
    fn imports_go_by_the_table() {
        let allowed = [("kvs-api", false), ("kvs-mkv", false), ("http", false)];
        assert_eq!(complaints("kvs-archive", &allowed), [""; 0]);
        assert_eq!(
            complaints("kvs-archive", &[("kvs-protocol", false)]),
            ["depends on kvs-protocol, which is not among its imports"]
        );
        assert_eq!(
            complaints("kvs-cli", &[("kvs-codegen", false)]),
            ["depends on kvs-codegen, which is not among its imports"]
        );
    }

    #[test]
    fn tests_may_import_all_but_a_few() {
        assert_eq!(complaints("kvs-mkv", &[("kvs-emulator", true)]), [""; 0]);
        assert_eq!(complaints("kvs-ureq", &[("kvs-emulator", true)]), [""; 0]);
        assert_eq!(
            complaints("kvs-ureq", &[("kvs-hyper", true)]),
            ["depends on kvs-hyper, which not even its tests may"]
        );
        assert_eq!(
            complaints("kvs-codegen", &[("kvs-api", true)]),
            ["depends on kvs-api, which not even its tests may"]
        );
    }

    #[test]
    fn crates_without_io_use_known_packages() {
        assert_eq!(complaints("kvs-protocol", &[("tokio", true)]), [""; 0]);
        assert_eq!(
            complaints("kvs-protocol", &[("tokio", false)]),
            ["depends on tokio, which is not known to do no I/O"]
        );
        assert_eq!(
            complaints("kvs-mkv", &[("serde", false)]),
            ["depends on serde, which is not known to do no I/O"]
        );
        assert_eq!(complaints("kvs-hyper", &[("tokio", false)]), [""; 0]);
    }

    #[test]
    fn every_package_has_a_room() {
        assert_eq!(
            complaints("kvs-new", &[]),
            ["is not in the table of who may import whom"]
        );
    }

    #[test]
    fn weight_is_found_however_deep() {
        let tree = "kvs-ureq v0.1.0 (/w/crates/ureq)\nureq v3.5.0\ntokio-rustls v0.26.1\n\
                    tokio v1.47.0\ntokio v1.47.0 (*)\ntokionize v1.0.0\n";
        assert_eq!(
            heavy(tree, &["tokio", "tracing"]),
            ["tokio", "tokio-rustls"]
        );
        assert_eq!(heavy(tree, &["tracing"]), [""; 0]);
    }
}
