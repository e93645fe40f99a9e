//! A model on disk, with the files beside it that add to it.

use std::fs;
use std::path::Path;
use std::process::Command;

use kvs_codegen::{Input, Source};

use crate::{Failure, process};

/// Name of a file, and its text.
type Text = (String, String);

pub(crate) struct Model {
    pub(crate) text: Text,
    paginators: Option<Text>,
    endpoint_rules: Option<Text>,
    overlay: Option<Text>,
}

impl Model {
    /// Reads what lies at `path` in `folder`. Files are named by their place in the folder.
    pub(crate) fn read(folder: &Path, path: &Path) -> Result<Self, Failure> {
        Self::beside(folder, path, read(folder, path)?)
    }

    /// Adds the files beside a model that was read already.
    pub(crate) fn beside(folder: &Path, path: &Path, text: Text) -> Result<Self, Failure> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let name = name.trim_end_matches(".gz");
        let find = |suffix: &str, other: &str| -> Result<Option<Text>, Failure> {
            let Some(stem) = name.strip_suffix(suffix) else {
                return Ok(None);
            };
            let names = [format!("{stem}{other}"), format!("{stem}{other}.gz")];
            let mut paths = names.into_iter().map(|name| path.with_file_name(name));
            let path = paths.find(|path| folder.join(path).exists());
            path.map(|path| read(folder, &path)).transpose()
        };
        Ok(Self {
            paginators: find("service-2.json", "paginators-1.json")?,
            endpoint_rules: find("service-2.json", "endpoint-rule-set-1.json")?,
            overlay: find(".json", ".overlay.json")?,
            text,
        })
    }

    pub(crate) fn input(&self) -> Input<'_> {
        Input {
            model: source(&self.text),
            paginators: self.paginators.as_ref().map(source),
            endpoint_rules: self.endpoint_rules.as_ref().map(source),
            overlay: self.overlay.as_ref().map(source),
        }
    }
}

pub(crate) fn source((path, text): &Text) -> Source<'_> {
    Source { path, text }
}

/// A text, and the place by which it is named.
pub(crate) fn read(folder: &Path, path: &Path) -> Result<Text, Failure> {
    let name = path.display().to_string().replace('\\', "/");
    let place = folder.join(path);
    let text = if name.ends_with(".gz") {
        process::text(Command::new("gzip").arg("-dc").arg(place)).map_err(|e| e.to_string())
    } else {
        fs::read_to_string(place).map_err(|e| e.to_string())
    };
    Ok((name.clone(), text.map_err(|e| format!("{name}: {e}"))?))
}
