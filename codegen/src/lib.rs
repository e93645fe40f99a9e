//! Generator of request, response and error types for restJson1 services.
//!
//! Model text goes in, Rust text comes out; there is no file system, clock or environment here,
//! so that equal models give equal text. The way is
//!
//! ```text
//! Smithy JSON AST ──smithy──▶ ir::Service ──overlay, check──▶ ir::Service ──emit──▶ Rust
//! ```
//!
//! A reader refuses what it does not understand and the emitter what it cannot write: nothing in a
//! model is skipped silently.

#![forbid(unsafe_code)]

mod check;
mod emit;
mod error;
pub mod ir;
mod names;
mod overlay;
mod rules;
mod smithy;

pub use error::Error;
pub use rules::RuleSet;

/// How the second paragraph of every generated file begins.
pub const HEADER: &str = "//! Generated from `";

/// A text and where it is from.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// Path to name in the generated file and in errors.
    pub path: &'a str,
    /// The text itself.
    pub text: &'a str,
}

/// A service to generate.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The model, as a Smithy 2.0 JSON AST.
    pub model: Source<'a>,
    /// Facts that the model lacks.
    pub overlay: Option<Source<'a>>,
}

/// One file for each service, and one for its endpoint rules if it has them: path and text, before
/// rustfmt.
///
/// # Errors
/// The first problem of the first model that has one.
pub fn generate(inputs: &[Input<'_>]) -> Result<Vec<(String, String)>, Error> {
    let mut files: Vec<(String, String)> = Vec::new();
    for input in inputs {
        let path = input.model.path;
        let service = read(input)?;
        let name = format!("{}.rs", service.module);
        if files.iter().any(|(other, _)| *other == name) {
            let problem =
                format!("another model gives `{name}` as well: name the module in the overlay");
            return Err(Error::new(problem).in_file(path));
        }
        files.push((
            name,
            emit::file(&service, path).map_err(|e| e.in_file(path))?,
        ));
        if let Some(rules) = &service.endpoint_rules {
            let name = format!("{}/endpoint.rs", service.module);
            files.push((name, rules.module(&service.title, path)?));
        }
    }
    Ok(files)
}

/// The table of partitions that rule sets ask, of a text like `model/partitions.json`.
///
/// # Errors
/// When the text is no such table.
pub fn partitions(source: &Source<'_>) -> Result<String, Error> {
    rules::table(source)
}

/// Reads and checks one service, overlay included.
///
/// # Errors
/// The first problem of the model or the overlay.
pub fn read(input: &Input<'_>) -> Result<ir::Service, Error> {
    let mut service = smithy::read(input.model.text).map_err(|e| e.in_file(input.model.path))?;
    if let Some(overlay) = &input.overlay {
        overlay::apply(&mut service, overlay.text).map_err(|e| e.in_file(overlay.path))?;
    }
    check::check(&service).map_err(|e| e.in_file(input.model.path))?;
    Ok(service)
}
