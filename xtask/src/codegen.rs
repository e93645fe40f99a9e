//! `cargo xtask codegen`: from `model/` to `crates/api/src`.

pub(crate) mod package;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use kvs_codegen::{HEADER, Input, Source};

use crate::Failure;

/// A folder of models, and the folder that the generated files are written to.
struct Job {
    models: &'static str,
    output: &'static str,
}

const JOBS: [Job; 2] = [
    Job {
        models: "model",
        output: "crates/api/src",
    },
    // The generator's own example, which uses everything that it supports.
    Job {
        models: "codegen/tests/golden",
        output: "codegen/tests/golden",
    },
];

/// Writes every generated file that is not up to date, and removes those that no model gives.
pub(crate) fn write(root: &Path) -> Result<ExitCode, Failure> {
    let mut is_current = true;
    for Job { models, output } in JOBS {
        let differences = Differences::find(root, models, output)?;
        is_current &= differences.is_empty();
        for (name, text) in &differences.outdated {
            fs::write(root.join(output).join(name), text)?;
            println!("wrote {output}/{name}");
        }
        for name in &differences.orphaned {
            fs::remove_file(root.join(output).join(name))?;
            println!("removed {output}/{name}");
        }
    }
    if is_current {
        println!("the generated code is up to date");
    }
    Ok(ExitCode::SUCCESS)
}

/// Names every generated file that is not as the models say, and writes nothing.
pub(crate) fn check(root: &Path) -> Result<ExitCode, Failure> {
    let complaints = complaints(root)?;
    if complaints.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    for complaint in complaints {
        eprintln!("{complaint}");
    }
    eprintln!("\nrun `cargo xtask codegen` to bring the generated code up to date");
    Ok(ExitCode::FAILURE)
}

fn complaints(root: &Path) -> Result<Vec<String>, Failure> {
    let mut complaints = Vec::new();
    for Job { models, output } in JOBS {
        let Differences { outdated, orphaned } = Differences::find(root, models, output)?;
        for name in outdated.keys() {
            let exists = root.join(output).join(name).exists();
            let what = if exists { "stale" } else { "missing" };
            complaints.push(format!("{what}: {output}/{name}"));
        }
        let orphan = |name| format!("orphaned (no model gives it): {output}/{name}");
        complaints.extend(orphaned.iter().map(orphan));
    }
    Ok(complaints)
}

/// In what the files that lie there differ from what the models give.
struct Differences {
    /// Files that are missing or have another text, with the text they should have.
    outdated: BTreeMap<String, String>,
    /// Generated files that no model gives.
    orphaned: BTreeSet<String>,
}

impl Differences {
    fn find(root: &Path, models: &str, output: &str) -> Result<Self, Failure> {
        let mut outdated = generated(root, models)?;
        let mut orphaned = BTreeSet::new();
        for path in files(&root.join(output), ".rs")? {
            let (name, text) = (file_name(&path), fs::read_to_string(&path)?);
            match outdated.get(&name) {
                Some(expected) if *expected == text => drop(outdated.remove(&name)),
                Some(_) => {}
                None if text.lines().any(|line| line.starts_with(HEADER)) => {
                    orphaned.insert(name);
                }
                None => {}
            }
        }
        Ok(Self { outdated, orphaned })
    }

    fn is_empty(&self) -> bool {
        self.outdated.is_empty() && self.orphaned.is_empty()
    }
}

/// What the models give, formatted.
fn generated(root: &Path, models: &str) -> Result<BTreeMap<String, String>, Failure> {
    let mut texts = Vec::new();
    for path in files(&root.join(models), ".json")? {
        let name = file_name(&path);
        if !name.ends_with(".overlay.json") {
            let overlay = name.replace(".json", ".overlay.json");
            let overlay = path.with_file_name(&overlay).exists().then_some(overlay);
            texts.push((
                read(root, models, &name)?,
                overlay.map(|name| read(root, models, &name)).transpose()?,
            ));
        }
    }
    let inputs: Vec<Input<'_>> = texts
        .iter()
        .map(|(model, overlay)| Input {
            model: source(model),
            paginators: None,
            overlay: overlay.as_ref().map(source),
        })
        .collect();
    kvs_codegen::generate(&inputs)?
        .into_iter()
        .map(|(name, text)| Ok((name, formatted(root, &text)?)))
        .collect()
}

fn source((path, text): &(String, String)) -> Source<'_> {
    Source { path, text }
}

/// Path from the root, and text, of a file in the models' folder.
fn read(root: &Path, models: &str, name: &str) -> Result<(String, String), Failure> {
    let path = format!("{models}/{name}");
    let text = fs::read_to_string(root.join(&path)).map_err(|e| format!("{path}: {e}"))?;
    Ok((path, text))
}

/// Files of a folder whose names end in `suffix`, in the order of their names.
fn files(folder: &Path, suffix: &str) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))? {
        let path = entry?.path();
        if path.is_file() && file_name(&path).ends_with(suffix) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// Pipes a text through rustfmt, so that what is compared is what `cargo fmt` leaves alone.
pub(crate) fn formatted(root: &Path, text: &str) -> Result<String, Failure> {
    let mut rustfmt = Command::new("rustfmt")
        .arg("--config-path")
        .arg(root.join("rustfmt.toml"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|e| format!("cannot run rustfmt (`rustup component add rustfmt`): {e}"))?;
    let Some(mut stdin) = rustfmt.stdin.take() else {
        return Err("rustfmt has no input".into());
    };
    // rustfmt reads all of its input before it writes, so that neither waits for the other.
    stdin.write_all(text.as_bytes())?;
    drop(stdin);
    let output = rustfmt.wait_with_output()?;
    if !output.status.success() {
        return Err(
            "rustfmt cannot read the generated text, which is a bug of the generator".into(),
        );
    }
    Ok(String::from_utf8(output.stdout)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generated_code_is_up_to_date() {
        let complaints = complaints(&crate::root()).unwrap();
        assert!(
            complaints.is_empty(),
            "run `cargo xtask codegen`: {complaints:#?}"
        );
    }
}
