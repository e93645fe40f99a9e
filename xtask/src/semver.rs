//! `cargo xtask semver`: what a caller wrote against a small service still compiles when the
//! service has grown, and what would break is refused by the compiler before that, but for inputs
//! written out in full.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use serde_json::Value;

use crate::codegen::package;
use crate::{Failure, process};

const MODEL: &str = include_str!("semver/service-2.json");
/// What it grows by: a member of every kind of shape, a value, a variant, an error, an operation.
const GROWTH: &str = include_str!("semver/growth.json");

/// A caller, and what the compiler says of it.
struct Caller {
    name: &'static str,
    text: &'static str,
    /// With the service as it was.
    before: Verdict,
    /// With the service as it has grown.
    after: Verdict,
}

/// `Err` with the code of the error.
type Verdict = Result<(), &'static str>;

macro_rules! callers {
    ($($name:ident: $before:expr => $after:expr),* $(,)?) => {
        [$(Caller {
            name: stringify!($name),
            text: include_str!(concat!("semver/", stringify!($name), ".rs")),
            before: $before,
            after: $after,
        }),*]
    };
}

const CALLERS: [Caller; 7] = callers! {
    grows: Ok(()) => Ok(()),
    input_in_full: Ok(()) => Err("E0063"),
    output_made: Err("E0639") => Err("E0639"),
    output_taken_apart: Err("E0638") => Err("E0638"),
    every_value: Err("E0004") => Err("E0004"),
    every_variant: Err("E0004") => Err("E0004"),
    every_error: Err("E0004") => Err("E0004"),
};

pub(crate) fn run(root: &Path) -> Result<ExitCode, Failure> {
    let folder = root.join("target/semver");
    let before: Value = serde_json::from_str(MODEL)?;
    let mut after = before.clone();
    merge(&mut after, serde_json::from_str(GROWTH)?);
    let mut keeps = compile(root, &folder.join("before"), &before, |caller| {
        caller.before
    })?;
    keeps &= compile(root, &folder.join("after"), &after, |caller| caller.after)?;
    Ok(match keeps {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

/// Compiles all callers with a service; whether the compiler says of each what it should.
fn compile(
    root: &Path,
    folder: &Path,
    model: &Value,
    verdict: fn(&Caller) -> Verdict,
) -> Result<bool, Failure> {
    let out = folder.join("orchard");
    write(root, &out, model)?;
    let mut keeps = true;
    for caller in &CALLERS {
        let mut check = process::cargo();
        check
            .current_dir(&out)
            .args(["check", "--example", caller.name]);
        let check = check.env("CARGO_TARGET_DIR", root.join("target/semver/target"));
        let check = check.output()?;
        let said = String::from_utf8_lossy(&check.stderr);
        let (kept, promise) = match verdict(caller) {
            Ok(()) => (check.status.success(), "compiles".to_owned()),
            Err(code) => {
                let error = format!("error[{code}]");
                (said.contains(&error), format!("is refused with {error}"))
            }
        };
        let age = folder.file_name().unwrap_or_default().display();
        println!("{age}: {} {promise}", caller.name);
        if !kept {
            println!("NOT AS PROMISED: {said}");
        }
        keeps &= kept;
    }
    Ok(keeps)
}

/// The crate of a service, and what its callers wrote.
fn write(root: &Path, out: &Path, model: &Value) -> Result<(), Failure> {
    let examples = out.join("examples");
    fs::create_dir_all(&examples)?;
    let file = out.join("service-2.json");
    fs::write(&file, model.to_string())?;
    let (file, report) = (file.to_string_lossy(), out.join("report.txt"));
    let report = report.to_string_lossy();
    let out_name = out.to_string_lossy();
    let order = ["--model", &*file, "--out", &*out_name, "--report", &*report];
    package::write(root, &order)?;
    fs::copy(root.join("Cargo.lock"), out.join("Cargo.lock"))?;
    for caller in &CALLERS {
        fs::write(examples.join(format!("{}.rs", caller.name)), caller.text)?;
    }
    Ok(())
}

/// Members of objects one by one, everything else as a whole.
fn merge(into: &mut Value, growth: Value) {
    match (into, growth) {
        (Value::Object(into), Value::Object(growth)) => {
            for (name, value) in growth {
                merge(into.entry(name).or_insert(Value::Null), value);
            }
        }
        (into, growth) => *into = growth,
    }
}
