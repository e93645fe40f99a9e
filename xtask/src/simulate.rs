//! `cargo xtask simulate`: exports in simulated worlds, and whether the worlds would notice if the
//! machine were broken.

use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use crate::{Failure, process};

/// What CI runs.
pub(crate) const SEEDS: &str = "1000";

/// From here on the time to build with optimizations is well spent.
const MANY: u64 = 10_000;

/// Cargo tells workspaces apart by what they hold, not by where they are: what is built of a broken
/// one must not be taken for the other's.
const TARGET: &str = "CARGO_TARGET_DIR";

/// A way to break the machine: a file, what stands there, and what takes its place.
struct Mutant {
    name: &'static str,
    file: &'static str,
    from: &'static str,
    to: &'static str,
}

const WINDOW: &str = "crates/archive/src/export/window.rs";
const FETCHING: &str = "crates/archive/src/export/fetching.rs";

const PLAN: &str = "crates/archive/src/plan.rs";

const MUTANTS: [Mutant; 10] = [
    Mutant {
        name: "drop a retry",
        file: WINDOW,
        from: "if wanting.tries >= attempts || reason.is_final() {",
        to: "if wanting.tries >= 1 {",
    },
    Mutant {
        name: "skip the dedupe of listings",
        file: PLAN,
        from: "    entries.dedup_by(|a, b| a.is_same(b));\n",
        to: "",
    },
    Mutant {
        name: "take a fragment that was not asked for",
        file: FETCHING,
        from: "body.round.unasked = body.round.unasked.saturating_add(1);",
        to: "self.report.delivered = self.report.delivered.saturating_add(1);",
    },
    Mutant {
        name: "forget the last fragment of a cut body",
        file: WINDOW,
        from: "None if is_cut => {\n                    round.open.push_back(index);",
        to: "None if is_cut => {",
    },
    Mutant {
        name: "keep what was put aside of a fragment that was cut",
        file: FETCHING,
        from: "if body.is_aside && round.first().is_some() {",
        to: "if false {",
    },
    Mutant {
        name: "ignore that a fragment is larger than it was listed",
        file: FETCHING,
        from: "let most = window.saturating_add(window >> 2);",
        to: "let most = window.saturating_mul(1 << 20);",
    },
    Mutant {
        name: "ignore a budget",
        file: FETCHING,
        from: "let spent = self.media.spend(round.points(), now);",
        to: "let spent = Ok::<(), SystemTime>(());",
    },
    Mutant {
        name: "ask again for what is done",
        file: PLAN,
        from: "        self.taken = self.done;\n",
        to: "",
    },
    Mutant {
        name: "forget what an earlier run has missed",
        file: "crates/archive/src/journal/read.rs",
        from: "missing: std::mem::take(&mut self.missing),",
        to: "missing: Vec::new(),",
    },
    Mutant {
        name: "believe a body that ends early",
        file: WINDOW,
        from: "listed.map_or(is_last, |listed| listed.bytes > bytes)",
        to: "listed.is_some_and(|listed| listed.bytes > bytes)",
    },
];

pub(crate) fn run(root: &Path, options: &[&str]) -> Result<ExitCode, Failure> {
    let status = simulate(root, options).status()?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn simulate(root: &Path, options: &[&str]) -> Command {
    let mut counts = options.iter().filter_map(|option| option.parse().ok());
    let is_long = counts.any(|count: u64| count >= MANY);
    let mut cargo = process::cargo();
    cargo
        .current_dir(root)
        .args(["run", "--quiet", "--package=kvs-tests", "--bin=simulate"])
        .args(is_long.then_some("--release"))
        .arg("--")
        .args(options);
    cargo
}

/// Breaks a copy of the workspace in each way, and expects the simulator to notice.
pub(crate) fn mutants(root: &Path) -> Result<ExitCode, Failure> {
    let copy = root.join("target/mutants");
    copy_files(root, &copy)?;
    let mut survivors = 0;
    for mutant in MUTANTS {
        let file = copy.join(mutant.file);
        let sound = fs::read_to_string(&file)?;
        let broken = sound.replacen(mutant.from, mutant.to, 1);
        if broken == sound {
            return Err(format!("{}: nothing to {} there", mutant.file, mutant.name).into());
        }
        fs::write(&file, broken)?;
        let mut build = process::cargo();
        // Never among the builds of what is sound: the two look alike to cargo.
        build.env(TARGET, copy.join("target"));
        build.current_dir(&copy).args([
            "build",
            "--quiet",
            "--package=kvs-tests",
            "--bin=simulate",
        ]);
        let is_built = process::output(&mut build).is_ok();
        let mut run = simulate(&copy, &["--seeds", SEEDS]);
        let output = run.env(TARGET, copy.join("target")).output()?;
        fs::write(&file, sound)?;
        if !is_built {
            return Err(format!("`{}` does not compile any more", mutant.name).into());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        // The compiler warns of what the mutant leaves unused.
        let noticed = said.lines().find(|line| line.starts_with("seed "));
        let verdict = noticed.filter(|_| !output.status.success());
        survivors += usize::from(verdict.is_none());
        let verdict = verdict.unwrap_or("NOT NOTICED");
        println!("{}: {verdict}", mutant.name);
    }
    Ok(if survivors == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Copies what belongs to the repository.
fn copy_files(root: &Path, copy: &Path) -> Result<(), Failure> {
    // What the tree no longer has, the copy of an earlier run may have.
    fs::create_dir_all(copy)?;
    for entry in fs::read_dir(copy)? {
        let path = entry?.path();
        if !path.is_dir() {
            fs::remove_file(path)?;
        } else if !path.ends_with("target") {
            fs::remove_dir_all(path)?;
        }
    }
    let mut git = Command::new("git");
    git.current_dir(root)
        .args(["ls-files", "--cached", "--others", "--exclude-standard"]);
    for name in process::text(&mut git)?.lines() {
        let (from, to) = (root.join(name), copy.join(name));
        if let Some(folder) = to.parent().filter(|_| from.is_file()) {
            fs::create_dir_all(folder)?;
            fs::copy(&from, &to)?;
        }
    }
    Ok(())
}
