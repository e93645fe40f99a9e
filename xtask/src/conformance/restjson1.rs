//! The public protocol cases of restJson1. The generator turns their shapes into Rust, a crate
//! beside what cargo builds compiles it, and each case is one of its lines.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::Outcome;
use crate::{Failure, codegen, process};

/// Cases that ought not to pass, each with the reason.
const ARGUED: [(&str, &str); 0] = [];

const MAIN: &str = include_str!("../../conformance/main.rs");

pub(super) fn suites(root: &Path, data: &Path) -> Result<Vec<Outcome>, Failure> {
    let crate_at = root.join("target/conformance/restjson1");
    let mut ids = BTreeMap::new();
    let mut calls = String::new();
    let mut modules = String::new();
    fs::create_dir_all(crate_at.join("src/suites"))?;
    for direction in ["input", "output"] {
        let path = data.join(format!("conformance/restjson1/{direction}/rest-json.json"));
        let text = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        let suites = kvs_codegen::cases(&text).map_err(|e| e.in_file(direction))?;
        for (number, suite) in suites.iter().enumerate() {
            let module = format!("{direction}_{number}");
            let text = codegen::formatted(root, &suite.text)?;
            write(&crate_at.join(format!("src/suites/{module}.rs")), &text)?;
            modules.push_str(&format!("mod {module};\n"));
            calls.push_str(&format!("    {module}::run(report);\n"));
            ids.entry(direction)
                .or_insert_with(Vec::new)
                .extend(suite.ids.clone());
        }
    }
    let suites =
        format!("{modules}\npub(crate) fn run(report: &mut crate::Report) {{\n{calls}}}\n");
    write(&crate_at.join("src/suites/mod.rs"), &suites)?;
    write(&crate_at.join("src/main.rs"), MAIN)?;
    write(&crate_at.join("Cargo.toml"), &manifest(root))?;
    fs::copy(root.join("Cargo.lock"), crate_at.join("Cargo.lock"))?;
    let mut run = process::cargo();
    run.current_dir(&crate_at)
        .args(["run", "--quiet", "--target-dir"]);
    let printed = process::text(run.arg(root.join("target/conformance/target")))?;
    let outcome = |name, direction| outcome(name, ids.get(direction), &printed);
    Ok(vec![
        outcome("restjson1-input", "input"),
        outcome("restjson1-output", "output"),
    ])
}

fn manifest(root: &Path) -> String {
    let protocol = root.join("crates/protocol");
    format!(
        "[package]\nname = \"restjson1-cases\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [dependencies]\nkvs-protocol = {{ path = {:?} }}\nserde_json = \"1\"\n\n[workspace]\n",
        protocol.display().to_string()
    )
}

/// Leaves a file alone that is as it should be, for cargo goes by its time.
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    if fs::read_to_string(path).is_ok_and(|found| found == text) {
        return Ok(());
    }
    Ok(fs::write(path, text)?)
}

/// A case that has printed nothing has failed like any other.
fn outcome(name: &'static str, ids: Option<&Vec<String>>, printed: &str) -> Outcome {
    let ids = ids.map(Vec::as_slice).unwrap_or_default();
    let (mut failures, mut argued) = (Vec::new(), 0);
    for id in ids {
        if printed.lines().any(|line| line == format!("passed {id}")) {
            continue;
        }
        let line = printed
            .lines()
            .find_map(|line| line.strip_prefix(&format!("failed {id}: ")));
        match ARGUED.iter().find(|(argued, _)| argued == id) {
            Some(_) => argued += 1,
            None => failures.push(format!("{id}: {}", line.unwrap_or("did not run"))),
        }
    }
    Outcome {
        name,
        cases: ids.len(),
        argued,
        failures,
    }
}

#[cfg(test)]
mod tests {
    use super::outcome;

    #[test]
    fn a_case_passes_only_if_it_says_so() {
        let ids = ["a", "ab", "c"].map(str::to_owned).to_vec();
        let outcome = outcome("suite", Some(&ids), "passed ab\nfailed c: why\n");
        assert_eq!(outcome.cases, 3);
        assert_eq!(outcome.failures, ["a: did not run", "c: why"]);
    }
}
