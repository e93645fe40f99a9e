//! The endpoints of the official rule sets, as our generator compiles them, against the official
//! cases. All of it becomes one crate under `target/`, which is run.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use kvs_codegen::{RuleSet, Source};
use serde_json::Value;

use super::Outcome;
use crate::{Failure, process};

/// A file of cases, and the model whose rules they are for.
const PAIRS: [(&str, &str); 3] = [
    (
        "kinesis-video-archived-media.json",
        "kinesis-video-archived-media-2017-09-30.json",
    ),
    (
        "kinesis-video-media.json",
        "kinesis-video-media-2017-09-30.json",
    ),
    ("kinesisvideo.json", "kinesis-video-2017-09-30.json"),
];

/// Calls every case, and says which ones it has come out wrong for and how many there were.
const PROGRAM: &str = r#"
use kvs_protocol::rules::{Endpoint, Unresolved};

fn check(
    case: &str,
    count: &mut usize,
    outcome: Result<Endpoint, Unresolved>,
    expected: Result<Endpoint, Unresolved>,
) {
    *count += 1;
    if outcome != expected {
        println!("{case}: {outcome:?} instead of {expected:?}");
    }
}
"#;

pub(super) fn suite(root: &Path, data: &Path) -> Result<Outcome, Failure> {
    let folder = root.join("target/conformance/endpoints");
    fs::create_dir_all(folder.join("src"))?;
    let mut main = PROGRAM.to_owned();
    let mut calls = String::new();
    let mut cases = 0;
    for (at, (name, model)) in PAIRS.iter().enumerate() {
        let path = data.join("models").join(model);
        let shown = path.display().to_string();
        let text = fs::read_to_string(&path).map_err(|e| format!("{shown}: {e}"))?;
        let rules = RuleSet::read(&Source {
            path: &shown,
            text: &text,
        })?;
        let module = format!("service{at}");
        let file = folder.join("src").join(format!("{module}.rs"));
        fs::write(file, rules.module(model, &[&shown])?)?;
        writeln!(main, "mod {module};")?;
        for case in read_cases(&data.join("conformance/endpoints").join(name))? {
            let docs = case.get("documentation").and_then(Value::as_str);
            let id = format!("{name}: {}", docs.unwrap_or("a case without a name"));
            let call = call(&id, &module, &rules, &case);
            calls.push_str(&call.map_err(|e| format!("{id}: {e}"))?);
            cases += 1;
        }
    }
    writeln!(
        main,
        "fn main() {{ let mut count = 0; {calls} println!(\"{{count}}\"); }}"
    )?;
    fs::write(folder.join("src/main.rs"), main)?;
    let failures = failures(&run(root, &folder)?, cases)?;
    Ok(Outcome {
        name: "endpoints",
        cases,
        argued: 0,
        failures,
    })
}

fn read_cases(path: &Path) -> Result<Vec<Value>, Failure> {
    let in_file = |e: &dyn std::fmt::Display| format!("{}: {e}", path.display());
    let text = fs::read_to_string(path).map_err(|e| in_file(&e))?;
    let written: Value = serde_json::from_str(&text).map_err(|e| in_file(&e))?;
    let cases = written.get("testCases").and_then(Value::as_array);
    Ok(cases.ok_or_else(|| in_file(&"no cases"))?.clone())
}

/// The statement that checks a case.
fn call(id: &str, module: &str, rules: &RuleSet, case: &Value) -> Result<String, Failure> {
    let mut fields = String::new();
    let parameters = case.get("params").and_then(Value::as_object);
    for (name, value) in parameters.into_iter().flatten() {
        let unknown = || format!("the rules have no parameter `{name}`");
        let (field, is_optional) = rules.field(name).ok_or_else(unknown)?;
        let literal = match value {
            Value::Bool(value) => value.to_string(),
            Value::String(text) => format!("{text:?}"),
            other => return Err(format!("`{name}` is {other}").into()),
        };
        if is_optional {
            write!(fields, "{field}: Some({literal}), ")?;
        } else {
            write!(fields, "{field}: {literal}, ")?;
        }
    }
    let expected = expected(case).ok_or("an expectation of a new kind")?;
    Ok(format!(
        "check({id:?}, &mut count, {module}::resolve(&{module}::Parameters {{ {fields}..Default::default() }}), {expected});\n"
    ))
}

/// What is to come out: a URL alone, for no case has headers or properties, or an error.
fn expected(case: &Value) -> Option<String> {
    let expect = case.get("expect")?.as_object()?;
    if let (1, Some(error)) = (expect.len(), expect.get("error")) {
        return Some(format!("Err(Unresolved::refused({:?}))", error.as_str()?));
    }
    let endpoint = expect.get("endpoint")?.as_object()?;
    let url = endpoint.get("url")?.as_str()?;
    let is_alone = expect.len() == 1 && endpoint.len() == 1;
    is_alone.then(|| format!("Ok(Endpoint::new({url:?}))"))
}

/// Builds and runs the crate in a workspace of its own, with the versions of this one.
fn run(root: &Path, folder: &Path) -> Result<String, Failure> {
    let protocol = root.join("crates/protocol");
    let manifest = format!(
        "[workspace]\n[package]\nname = \"endpoints\"\nedition = \"2024\"\n\
         [dependencies]\nkvs-protocol = {{ path = {protocol:?} }}\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest)?;
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
    process::text(
        process::cargo()
            .args(["run", "--quiet", "--manifest-path"])
            .arg(folder.join("Cargo.toml"))
            .arg("--target-dir")
            .arg(root.join("target/conformance/build")),
    )
}

/// The lines before the last, which tells how many cases were called.
fn failures(said: &str, cases: usize) -> Result<Vec<String>, Failure> {
    let mut lines: Vec<String> = said.lines().map(str::to_owned).collect();
    let count = lines.pop().unwrap_or_default();
    if count != cases.to_string() {
        return Err(format!("of {cases} endpoint cases, {count} were called").into());
    }
    Ok(lines)
}
