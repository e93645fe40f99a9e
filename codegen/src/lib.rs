//! Generator of request, response and error types for restJson1 services.
//!
//! Model text goes in, Rust text comes out; there is no file system, clock or environment here,
//! so that equal models give equal text. The way is
//!
//! ```text
//! Smithy JSON AST ──smithy──▶
//!                             ir::Service ──overlay, check──▶ ir::Service ──emit──▶ Rust
//! C2J ─────────────────c2j──▶
//! ```
//!
//! A reader refuses what it does not understand and the emitter what it cannot write: nothing in a
//! model is skipped silently.

#![forbid(unsafe_code)]

mod c2j;
mod cases;
mod check;
mod context;
mod emit;
mod error;
mod family;
pub mod ir;
mod left_out;
mod names;
mod overlay;
mod probe;
mod report;
mod rules;
mod smithy;

pub use cases::cases;
pub use error::Error;
pub use probe::{Format, probe};
pub use report::report;
pub use rules::RuleSet;

use family::{Endpoint, Endpoints};

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
    /// The model, as a Smithy 2.0 JSON AST or as C2J.
    pub model: Source<'a>,
    /// How pages follow each other, which C2J keeps in a file of its own.
    pub paginators: Option<Source<'a>>,
    /// How the endpoint is found, which C2J keeps in a file of its own as well.
    pub endpoint_rules: Option<Source<'a>>,
    /// Facts that the model lacks.
    pub overlay: Option<Source<'a>>,
}

/// One file for each service, and one for its endpoint rules if it has them: path and text, before
/// rustfmt. Services that have the same rules share the file `endpoint.rs`, which the parent of
/// their modules declares.
///
/// # Errors
/// The first problem of the first model that has one.
pub fn generate(inputs: &[Input<'_>]) -> Result<Vec<(String, String)>, Error> {
    let mut services = Vec::new();
    for input in inputs {
        services.push((read(input)?, input.model.path));
    }
    let endpoints = Endpoints::new(&services)?;
    let mut files: Vec<(String, String)> = endpoints.file.into_iter().collect();
    for ((service, path), endpoint) in services.iter().zip(endpoints.of_services) {
        for (name, text) in service_files(service, path, endpoint)? {
            if files.iter().any(|(other, _)| *other == name) {
                let problem =
                    format!("another model gives `{name}` as well: name the module in the overlay");
                return Err(Error::new(problem).in_file(path));
            }
            files.push((name, text));
        }
    }
    Ok(files)
}

/// The files of a service that was read from the model at `path`, as [`generate`] gives them.
///
/// # Errors
/// The first thing of the service that cannot be written as Rust.
pub fn write(service: &ir::Service, path: &str) -> Result<Vec<(String, String)>, Error> {
    service_files(service, path, Endpoint::alone(service))
}

fn service_files(
    service: &ir::Service,
    path: &str,
    endpoint: Endpoint<'_>,
) -> Result<Vec<(String, String)>, Error> {
    let text = emit::file(service, path, endpoint).map_err(|e| e.in_file(path))?;
    let mut files = vec![(format!("{}.rs", service.module), text)];
    if let Endpoint::Own(rules) = endpoint {
        let name = format!("{}/endpoint.rs", service.module);
        files.push((name, rules.module(&service.title, &[path])?));
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
    let (path, text) = (input.model.path, input.model.text);
    let beside = [input.paginators, input.endpoint_rules, input.overlay];
    for source in beside.into_iter().flatten().chain([input.model]) {
        probe::refuse_deep(source.text).map_err(|e| e.in_file(source.path))?;
    }
    let reader = if probe::is_c2j(text) {
        c2j::read
    } else {
        smithy::read
    };
    let mut service = reader(text).map_err(|e| e.in_file(path))?;
    if let Some(paginators) = &input.paginators {
        c2j::add_paginators(&mut service, paginators.text)
            .map_err(|e| e.in_file(paginators.path))?;
    }
    if let Some(rules) = &input.endpoint_rules {
        service.endpoint_rules = Some(RuleSet::read(rules)?);
    }
    if let Some(overlay) = &input.overlay {
        overlay::apply(&mut service, overlay.text).map_err(|e| e.in_file(overlay.path))?;
    }
    left_out::leave_out(&mut service).map_err(|e| e.in_file(path))?;
    check::check(&service).map_err(|e| e.in_file(path))?;
    Ok(service)
}
