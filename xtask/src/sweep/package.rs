//! The crates of a sweep: one for each service, in one workspace, so that they share what they are
//! built on. They are not formatted, which would take longer than to generate them.

use std::fs;
use std::path::Path;

use super::Swept;
use crate::Failure;
use crate::codegen::package::{LIBRARY, dependencies};

/// What the crate of a service is called.
pub(super) fn name(service: &str) -> String {
    format!("service-{}", service.replace(['.', ' '], "-"))
}

pub(super) fn write(root: &Path, out: &Path, swept: &[Swept]) -> Result<(), Failure> {
    let mut members = Vec::new();
    for model in swept {
        let Some(files) = &model.files else {
            continue;
        };
        let name = name(&model.name);
        let source = out.join(&name).join("src");
        let mut library = LIBRARY.to_owned();
        for (file, text) in files {
            let path = source.join(file);
            fs::create_dir_all(path.parent().unwrap_or(&source))?;
            replace(&path, text)?;
            // What lies in a folder is declared by the module that the folder is of.
            if !file.contains('/') {
                library.push_str(&format!("pub mod {};\n", file.trim_end_matches(".rs")));
            }
        }
        replace(&source.join("lib.rs"), &library)?;
        let manifest = format!(
            "[package]\nname = {name:?}\nversion = \"0.1.0\"\nedition = \"2024\"\n\n{}",
            dependencies(root)
        );
        replace(&out.join(&name).join("Cargo.toml"), &manifest)?;
        members.push(name);
    }
    let workspace = format!("[workspace]\nresolver = \"3\"\nmembers = {members:#?}\n");
    replace(&out.join("Cargo.toml"), &workspace)?;
    fs::copy(root.join("Cargo.lock"), out.join("Cargo.lock"))?;
    Ok(())
}

/// Writes a file, unless it is so already: cargo builds again what was touched.
fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    fs::write(path, text).map_err(|e| format!("{}: {e}", path.display()).into())
}
