//! Where the models of a folder are.

use std::fs;
use std::path::{Path, PathBuf};

use crate::Failure;

/// A file that may be a model.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// The service's folder; or the file, without its suffixes.
    pub(crate) name: String,
    /// Its place in the folder that was searched.
    pub(crate) path: PathBuf,
}

/// Files that lie beside models, and add to them.
const BESIDE: [&str; 3] = [".overlay", "paginators-1", "endpoint-rule-set-1"];

/// The newest model of each service in a folder as botocore's is laid out,
/// `<service>/<version>/service-2.json`, and what else of JSON lies in the folder itself.
pub(crate) fn models(folder: &Path) -> Result<Vec<Found>, Failure> {
    let mut found = Vec::new();
    for name in entries(folder)? {
        if folder.join(&name).is_dir() {
            found.extend(newest(folder, &name)?);
            continue;
        }
        let stem = name.trim_end_matches(".gz").strip_suffix(".json");
        let stem = stem.filter(|stem| !BESIDE.iter().any(|end| stem.ends_with(end)));
        found.extend(stem.map(|stem| Found {
            name: stem.to_owned(),
            path: PathBuf::from(&name),
        }));
    }
    Ok(found)
}

/// Versions are dates, so that the last is the newest.
pub(crate) fn newest(folder: &Path, service: &str) -> Result<Option<Found>, Failure> {
    for version in entries(&folder.join(service))?.iter().rev() {
        for file in ["service-2.json", "service-2.json.gz"] {
            let path = Path::new(service).join(version).join(file);
            if folder.join(&path).exists() {
                let name = service.to_owned();
                return Ok(Some(Found { name, path }));
            }
        }
    }
    Ok(None)
}

/// The names in a folder, in their order.
fn entries(folder: &Path) -> Result<Vec<String>, Failure> {
    let in_folder = |e| format!("{}: {e}", folder.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(in_folder)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_counts() {
        let folder = std::env::temp_dir().join(format!("kvs-find-{}", std::process::id()));
        for path in [
            "a/2020-01-01/service-2.json",
            "a/2021-01-01/service-2.json.gz",
            "a/2022-01-01/examples-1.json",
            "b/paginators-1.json",
            "c.json",
            "c.overlay.json",
            "notes.txt",
        ] {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "{}").unwrap();
        }
        let found = models(&folder).unwrap();
        fs::remove_dir_all(&folder).unwrap();
        let found: Vec<String> = found.iter().map(|f| f.path.display().to_string()).collect();
        assert_eq!(found, ["a/2021-01-01/service-2.json.gz", "c.json"]);
    }
}
