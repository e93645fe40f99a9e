//! `cargo xtask codegen`: from `model/` to `crates/api/src`.

pub(crate) mod model;
pub(crate) mod package;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use kvs_codegen::{HEADER, Input, Source};

use crate::Failure;

/// Names of files, and their texts.
type Files = Vec<(String, String)>;

/// What is generated from what.
struct Job {
    /// A folder of models, or one file.
    models: &'static str,
    /// The folder that the generated files are written to.
    output: &'static str,
    /// From `models` to the names and texts of files.
    generate: fn(&Path, &str) -> Result<Files, Failure>,
}

const JOBS: [Job; 4] = [
    Job {
        models: "model",
        output: "crates/api/src",
        generate: services,
    },
    Job {
        models: PARTITIONS,
        output: "crates/protocol/src/rules",
        generate: partitions,
    },
    // The generator's own examples, which use everything that it supports.
    Job {
        models: "codegen/tests/golden",
        output: "codegen/tests/golden",
        generate: services,
    },
    Job {
        models: "codegen/tests/rules",
        output: "codegen/tests/rules",
        generate: rule_sets,
    },
];
/// Lies among the models, and is none.
const PARTITIONS: &str = "model/partitions.json";

/// Writes every generated file that is not up to date, and removes those that no model gives.
pub(crate) fn write(root: &Path) -> Result<ExitCode, Failure> {
    let mut is_current = true;
    for job in JOBS {
        let output = job.output;
        let differences = Differences::find(root, &job)?;
        is_current &= differences.is_empty();
        for (name, text) in &differences.outdated {
            let path = root.join(output).join(name);
            fs::create_dir_all(path.parent().unwrap_or(&path))?;
            fs::write(path, text)?;
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
    for job in JOBS {
        let output = job.output;
        let Differences { outdated, orphaned } = Differences::find(root, &job)?;
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
    fn find(root: &Path, job: &Job) -> Result<Self, Failure> {
        let mut outdated = BTreeMap::new();
        for (name, text) in (job.generate)(root, job.models)? {
            outdated.insert(name, formatted(root, &text)?);
        }
        let mut orphaned = BTreeSet::new();
        let folder = root.join(job.output);
        for path in files(&folder, ".rs")? {
            let name = path
                .strip_prefix(&folder)?
                .to_string_lossy()
                .replace('\\', "/");
            let text = fs::read_to_string(&path)?;
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

/// A file for each service.
fn services(root: &Path, models: &str) -> Result<Files, Failure> {
    let mut texts = Vec::new();
    for path in files(&root.join(models), ".json")? {
        let name = file_name(&path);
        if let Some(service) = name.strip_suffix(".overlay.json") {
            let model = path.with_file_name(format!("{service}.json"));
            if !model.exists() {
                let problem = format!("{models}/{name} is the overlay of no model");
                return Err(format!("{problem}: there is no {service}.json").into());
            }
        } else if Path::new(models).join(&name) != Path::new(PARTITIONS) {
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
            endpoint_rules: None,
            overlay: overlay.as_ref().map(source),
        })
        .collect();
    Ok(kvs_codegen::generate(&inputs)?)
}

fn partitions(root: &Path, model: &str) -> Result<Files, Failure> {
    let table = kvs_codegen::partitions(&source(&read(root, "", model)?))?;
    Ok(vec![("partitions.rs".to_owned(), table)])
}

/// A file for each rule set that is not part of a model.
fn rule_sets(root: &Path, models: &str) -> Result<Files, Failure> {
    let mut modules = Vec::new();
    for path in files(&root.join(models), ".json")? {
        let file = file_name(&path);
        let name = file.trim_end_matches(".json");
        let text = read(root, models, &file)?;
        let rules = kvs_codegen::RuleSet::read(&source(&text))?;
        modules.push((format!("{name}.rs"), rules.module(name, &[&text.0])?));
    }
    Ok(modules)
}

fn source((path, text): &(String, String)) -> Source<'_> {
    Source { path, text }
}

/// Path from the root, and text, of a file in the models' folder.
fn read(root: &Path, models: &str, name: &str) -> Result<(String, String), Failure> {
    let path = Path::new(models).join(name).display().to_string();
    let text = fs::read_to_string(root.join(&path)).map_err(|e| format!("{path}: {e}"))?;
    Ok((path, text))
}

/// Files of a folder and those in it whose names end in `suffix`, in the order of their paths.
fn files(folder: &Path, suffix: &str) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(self::files(&path, suffix)?);
        } else if file_name(&path).ends_with(suffix) {
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
