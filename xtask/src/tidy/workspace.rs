//! What cargo says of the workspace.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::{Failure, process};

/// A package of this workspace.
#[derive(Debug)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) dependencies: Vec<Dependency>,
    /// The first file of each library and program, from the workspace's folder.
    pub(super) roots: Vec<String>,
}

/// What a package's manifest asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Dependency {
    pub(super) name: String,
    /// Whether only tests, examples and benchmarks use it.
    pub(super) is_dev: bool,
    pub(super) is_external: bool,
}

/// The packages of the workspace, with what their manifests say.
pub(super) fn packages(root: &Path) -> Result<Vec<Package>, Failure> {
    let metadata = process::output(process::cargo().current_dir(root).args([
        "metadata",
        "--no-deps",
        "--locked",
        "--format-version=1",
    ]))?;
    let metadata: Value = serde_json::from_slice(&metadata)?;
    let root = text(&metadata, "workspace_root")?;
    list(&metadata, "packages")?
        .iter()
        .map(|json| package(json, root))
        .collect()
}

/// The first file of each library and program.
pub(super) fn roots(packages: &[Package]) -> BTreeSet<&str> {
    let roots = packages.iter().flat_map(|package| &package.roots);
    roots.map(String::as_str).collect()
}

fn package(json: &Value, root: &str) -> Result<Package, Failure> {
    let mut roots = Vec::new();
    for target in list(json, "targets")? {
        let kinds = list(target, "kind")?;
        if kinds.iter().any(|kind| kind == "lib" || kind == "bin") {
            let path = Path::new(text(target, "src_path")?).strip_prefix(root)?;
            roots.push(path.to_string_lossy().replace('\\', "/"));
        }
    }
    let dependencies = list(json, "dependencies")?.iter().map(|dependency| {
        Ok(Dependency {
            name: text(dependency, "name")?.to_owned(),
            is_dev: dependency.get("kind").is_some_and(|kind| kind == "dev"),
            is_external: dependency.get("path").is_none(),
        })
    });
    Ok(Package {
        name: text(json, "name")?.to_owned(),
        dependencies: dependencies.collect::<Result<_, Failure>>()?,
        roots,
    })
}

fn text<'a>(json: &'a Value, key: &str) -> Result<&'a str, Failure> {
    let value = json.get(key).and_then(Value::as_str);
    value.ok_or_else(|| format!("cargo metadata has no text `{key}`").into())
}

fn list<'a>(json: &'a Value, key: &str) -> Result<&'a [Value], Failure> {
    match json.get(key).and_then(Value::as_array) {
        Some(values) => Ok(values),
        None => Err(format!("cargo metadata has no list `{key}`").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_a_manifest_asks_for() {
        let json = serde_json::json!({
            "name": "kvs-x",
            "targets": [
                { "kind": ["lib"], "src_path": "/w/crates/x/src/lib.rs" },
                { "kind": ["test"], "src_path": "/w/crates/x/tests/t.rs" },
            ],
            "dependencies": [
                { "name": "bytes", "kind": null },
                { "name": "kvs-y", "kind": "dev", "path": "/w/crates/y" },
                { "name": "cc", "kind": "build" },
            ],
        });
        let package = package(&json, "/w").unwrap();
        assert_eq!(package.name, "kvs-x");
        assert_eq!(package.roots, ["crates/x/src/lib.rs"]);
        let read: Vec<_> = package
            .dependencies
            .iter()
            .map(|d| (d.name.as_str(), d.is_dev, d.is_external))
            .collect();
        let expected = [
            ("bytes", false, true),
            ("kvs-y", true, false),
            ("cc", false, true),
        ];
        assert_eq!(read, expected);
    }
}
