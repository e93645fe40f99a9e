//! Python, for what is compared with programs that are written in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Failure, process, system};

/// Fixed, so that a change is judged by its own faults.
pub(crate) const BOTOCORE: &str = "botocore==1.44.5";
/// The client on top of it, of a version that goes with it.
pub(crate) const BOTO3: &str = "boto3==1.44.5";

/// The interpreter of `target/venv`, an environment with these packages in it, such as
/// [`BOTOCORE`]. What is not there yet is installed.
pub(crate) fn venv(packages: &[&str]) -> Result<PathBuf, Failure> {
    let folder = crate::root().join("target/venv");
    let python = folder.join("bin/python");
    let is_sound = || process::output(Command::new(&python).arg("--version")).is_ok();
    if !is_sound() {
        create(&folder)?;
    }
    let noted_at = folder.join("installed.txt");
    let noted = fs::read_to_string(&noted_at).unwrap_or_default();
    let is_new = |package: &&str| !noted.lines().any(|line| line == *package);
    let new: Vec<&str> = packages.iter().copied().filter(is_new).collect();
    if new.is_empty() {
        return Ok(python);
    }
    println!("installing {}", new.join(", "));
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet"])
        .arg("--disable-pip-version-check")
        .args(&new);
    process::output(&mut pip)?;
    fs::write(noted_at, self::noted(&noted, &new))?;
    Ok(python)
}

/// The note with what is new in it, in the place of other versions of the same.
fn noted(before: &str, new: &[&str]) -> String {
    fn name(package: &str) -> Option<&str> {
        package.split("==").next()
    }
    let stays = |line: &&str| new.iter().all(|package| name(package) != name(line));
    let lines = before.lines().filter(stays).chain(new.iter().copied());
    lines.map(|line| format!("{line}\n")).collect()
}

/// Where the models of [`BOTOCORE`] lie.
pub(crate) fn models() -> Result<PathBuf, Failure> {
    let mut python = Command::new(venv(&[BOTOCORE])?);
    python.args(["-c", "import botocore; print(botocore.__path__[0], end='')"]);
    Ok(Path::new(&process::text(&mut python)?).join("data"))
}

/// Makes the environment anew.
fn create(folder: &Path) -> Result<(), Failure> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    let make = || process::output(Command::new("python3").args(["-m", "venv"]).arg(folder));
    if let Err(failure) = make() {
        // Some systems have Python and keep this module of it in a package of its own.
        if !system::install(&["python3", "python3-venv"])? {
            return Err(format!("this needs python3 with its module `venv`: {failure}").into());
        }
        make()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_version_of_a_package_is_noted() {
        let noted = noted("a==1\nb==1\n", &["b==2", "c==1"]);
        assert_eq!(noted, "a==1\nb==2\nc==1\n");
    }
}
