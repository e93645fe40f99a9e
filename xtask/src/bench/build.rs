//! The programs, and what it takes to have them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Who;
use super::table::{Table, Unit};
use crate::{Failure, process, python};

/// Where the programs are.
#[derive(Debug)]
pub(super) struct Programs {
    /// For what is written on the way.
    pub(super) folder: PathBuf,
    pub(super) built: BTreeMap<Who, PathBuf>,
    pub(super) python: PathBuf,
    pub(super) script: PathBuf,
    pub(super) server: PathBuf,
    pub(super) measure: PathBuf,
}

impl Programs {
    /// In full, with the SDK and as users have them; else as is quick to build.
    pub(super) fn build(root: &Path, in_full: bool) -> Result<Self, Failure> {
        let folder = root.join("target/bench");
        fs::create_dir_all(&folder)?;
        let profile = if in_full { "release" } else { "dev" };
        // One by one, so that none has features that another asks for.
        let mut built = BTreeMap::new();
        for who in Who::BUILT {
            if in_full || who != Who::Sdk {
                built.insert(who, peer(root, profile, who.package())?);
            }
        }
        let mut server = process::cargo();
        server.current_dir(root);
        server.args(["build", "--locked", "--profile", profile]);
        server.args(["--package=kvs-bench", "--bin=server"]);
        Ok(Self {
            built,
            server: process::built(&mut server)?,
            measure: peer(root, profile, "measure")?,
            python: python::venv(&[python::BOTOCORE, python::BOTO3])?,
            script: root.join("tests/peers/boto3_client.py"),
            folder,
        })
    }
}

fn peer(root: &Path, profile: &str, package: &str) -> Result<PathBuf, Failure> {
    let mut cargo = peers(root);
    cargo.args(["build", "--locked", "--profile", profile]);
    process::built(cargo.args(["--package", package]))
}

/// Packages that a program is made of, its own among them.
pub(super) fn crates(root: &Path, programs: &Programs, table: &mut Table) -> Result<(), Failure> {
    for who in programs.built.keys() {
        let mut tree = peers(root);
        tree.args(["tree", "--package", who.package(), "--edges=normal"]);
        let tree = process::text(tree.args(["--prefix=none", "--format={p}"]))?;
        let crates: BTreeSet<&str> = tree
            .lines()
            .filter(|line| !line.is_empty())
            .map(|line| line.trim_end_matches(" (*)"))
            .collect();
        let count = f64::from(u32::try_from(crates.len())?);
        let row = "crates in the tree, root included";
        table.push(row, Unit::Count, *who, count);
    }
    Ok(())
}

/// Time to build, and bytes.
pub(super) fn builds(root: &Path, programs: &Programs, table: &mut Table) -> Result<(), Failure> {
    for who in programs.built.keys() {
        let cpu = clean_build(root, programs, *who)?;
        table.push("clean release build, CPU", Unit::Seconds, *who, cpu);
        let program = peer(root, "small", who.package())?;
        let kibibytes = u32::try_from(fs::metadata(program)?.len() >> 10)?;
        let mebibytes = f64::from(kibibytes) / 1024.0;
        table.push("stripped, LTO, `z`", Unit::Mebibytes, *who, mebibytes);
    }
    Ok(())
}

/// What a build has cost. One that would give the same today is not repeated, for that of the SDK
/// takes minutes: the folder that it was made in is kept, and cargo knows.
fn clean_build(root: &Path, programs: &Programs, who: Who) -> Result<f64, Failure> {
    let folder = programs.folder.join(who.package());
    let note = folder.join("seconds");
    let build = |cargo: &mut Command| {
        cargo.args(["build", "--quiet", "--locked", "--release"]);
        cargo.args(["--package", who.package(), "--target-dir"]);
        cargo.arg(&folder);
    };
    if let Ok(seconds) = fs::read_to_string(&note) {
        let mut cargo = peers(root);
        build(&mut cargo);
        let messages = process::text(cargo.arg("--message-format=json-render-diagnostics"))?;
        if !messages.contains("\"fresh\":false") {
            return Ok(seconds.trim().parse()?);
        }
    }
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let mut measure = Command::new(&programs.measure);
    process::as_nobody(&mut measure);
    measure.current_dir(root.join("tests/peers"));
    measure.arg(process::cargo().get_program());
    build(&mut measure);
    let used = super::jobs::Used::of(&mut measure)?;
    fs::write(note, used.cpu.to_string())?;
    Ok(used.cpu)
}

/// Versions of what is compared with.
pub(super) fn versions(root: &Path) -> Result<Vec<String>, Failure> {
    let mut versions = BTreeSet::new();
    for who in [Who::Sdk, Who::BareUreq, Who::BareHyper] {
        let mut tree = peers(root);
        tree.args(["tree", "--package", who.package(), "--edges=normal"]);
        let tree = process::text(tree.args(["--depth=1", "--prefix=none", "--format={p}"]))?;
        let named = [
            "aws-sdk-kinesisvideoarchivedmedia",
            "aws-config",
            "ureq",
            "hyper",
        ];
        for line in tree.lines() {
            let mut words = line.split(' ');
            if let (Some(name), Some(version)) = (words.next(), words.next())
                && named.contains(&name)
            {
                versions.insert(format!("{name} {}", version.trim_start_matches('v')));
            }
        }
    }
    Ok(versions.into_iter().collect())
}

/// Cargo, in the peers' workspace.
fn peers(root: &Path) -> Command {
    let mut cargo = process::cargo();
    cargo.current_dir(root.join("tests/peers"));
    cargo
}
