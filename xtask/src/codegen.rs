//! `cargo xtask codegen`: from `model/` to `crates/api/src`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use kvs_codegen::{HEADER, Input, Source};

use crate::Failure;

const MODELS: &str = "model";
const OUTPUT: &str = "crates/api/src";

/// Writes every generated file that is not up to date, and removes those that no model gives.
pub(crate) fn write(root: &Path) -> Result<ExitCode, Failure> {
    let differences = Differences::find(root)?;
    let output = root.join(OUTPUT);
    for (name, text) in &differences.outdated {
        fs::write(output.join(name), text)?;
        println!("wrote {OUTPUT}/{name}");
    }
    for name in &differences.orphaned {
        fs::remove_file(output.join(name))?;
        println!("removed {OUTPUT}/{name}");
    }
    if differences.is_empty() {
        println!("{OUTPUT} is up to date");
    }
    Ok(ExitCode::SUCCESS)
}

/// Names every generated file that is not as the models say, and writes nothing.
pub(crate) fn check(root: &Path) -> Result<ExitCode, Failure> {
    let differences = Differences::find(root)?;
    if differences.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    for name in differences.outdated.keys() {
        let path = Path::new(OUTPUT).join(name);
        let what = if root.join(&path).exists() {
            "stale"
        } else {
            "missing"
        };
        eprintln!("{what}: {}", path.display());
    }
    for name in &differences.orphaned {
        eprintln!("orphaned (no model gives it): {OUTPUT}/{name}");
    }
    eprintln!("\nrun `cargo xtask codegen` to bring the generated code up to date");
    Ok(ExitCode::FAILURE)
}

/// In what the files that lie there differ from what the models give.
struct Differences {
    /// Files that are missing or have another text, with the text they should have.
    outdated: BTreeMap<String, String>,
    /// Generated files that no model gives.
    orphaned: BTreeSet<String>,
}

impl Differences {
    fn find(root: &Path) -> Result<Self, Failure> {
        let mut outdated = generated(root)?;
        let mut orphaned = BTreeSet::new();
        for path in files(&root.join(OUTPUT), ".rs")? {
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
fn generated(root: &Path) -> Result<BTreeMap<String, String>, Failure> {
    let mut texts = Vec::new();
    for path in files(&root.join(MODELS), ".json")? {
        let name = file_name(&path);
        if !name.ends_with(".overlay.json") {
            let overlay = name.replace(".json", ".overlay.json");
            let overlay = path.with_file_name(&overlay).exists().then_some(overlay);
            texts.push((
                read(root, &name)?,
                overlay.map(|name| read(root, &name)).transpose()?,
            ));
        }
    }
    let inputs: Vec<Input<'_>> = texts
        .iter()
        .map(|(model, overlay)| Input {
            model: source(model),
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
fn read(root: &Path, name: &str) -> Result<(String, String), Failure> {
    let path = format!("{MODELS}/{name}");
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
fn formatted(root: &Path, text: &str) -> Result<String, Failure> {
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
