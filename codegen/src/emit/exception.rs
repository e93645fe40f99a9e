//! Errors: a structure for each, and the enumeration that holds whichever came.

use super::file::File;
use super::structure::{self, Spec, or_name};
use super::types::Types;
use crate::error::Error;
use crate::ir::{Binding, Shape, Structure};
use crate::names;

pub(super) fn emit(file: &mut File, types: &Types<'_>) -> Result<(), Error> {
    file.import("kvs_protocol", "ServiceError");
    file.import("kvs_protocol::restjson", "ErrorReply");
    let errors = types.service.all_errors();
    let variants = variants(types, &errors)?;
    declaration(file, types, &errors, &variants)?;
    let reply = if errors.is_empty() { "_reply" } else { "reply" };
    file.text("\nimpl ServiceError for Exception {");
    file.text(&format!(
        "fn decode(code: &str, {reply}: &ErrorReply<'_>) -> Self {{\nmatch code {{"
    ));
    for (error, variant) in errors.iter().zip(&variants) {
        file.text(&format!("{error:?} => Self::{variant}(reply.body()),"));
    }
    file.text("_ => Self::Unmodelled,\n}\n}\n}");
    for error in errors {
        error_structure(file, types, error).map_err(|e| e.in_shape(error))?;
    }
    Ok(())
}

/// Every error is an exception here, so that its variant need not say so.
fn variants(types: &Types<'_>, errors: &[&str]) -> Result<Vec<String>, Error> {
    let mut variants = vec!["Unmodelled".to_owned()];
    for error in errors {
        let name = types.name(error)?;
        let short = name
            .strip_suffix("Exception")
            .filter(|short| !short.is_empty());
        variants.push(short.unwrap_or(name).to_owned());
    }
    Ok(names::distinct(variants).split_off(1))
}

fn declaration(
    file: &mut File,
    types: &Types<'_>,
    errors: &[&str],
    variants: &[String],
) -> Result<(), Error> {
    file.docs("What the service answers with when it refuses a call.");
    file.text("#[derive(Clone, Debug, PartialEq)]\n#[non_exhaustive]\npub enum Exception {");
    for (error, variant) in errors.iter().zip(variants) {
        let (shape, structure) = (types.service.shape(error)?, types.service.structure(error)?);
        let docs = or_name(&shape.docs, error);
        let gist = docs
            .split_inclusive(". ")
            .next()
            .unwrap_or(&docs)
            .trim_end();
        file.docs_within(1, &types.link_docs(gist, Some(structure)));
        file.text(&format!("{variant}({}),", types.name(error)?));
    }
    file.docs_within(
        1,
        "An error that the model does not have; the refusal tells its code and message.",
    );
    file.text("Unmodelled,\n}");
    Ok(())
}

fn error_structure(file: &mut File, types: &Types<'_>, error: &str) -> Result<(), Error> {
    let (shape, structure) = (types.service.shape(error)?, types.service.structure(error)?);
    if let Some(member) = structure
        .members
        .iter()
        .find(|m| m.binding != Binding::Body)
    {
        let unsupported = Error::unsupported("a member of an error outside the body");
        return Err(unsupported.in_member(&member.name));
    }
    let spec = Spec {
        name: types.name(error)?,
        wire_name: error,
        docs: error_docs(types, error, shape, structure),
        structure,
        grows: true,
        all_optional: false,
    };
    structure::emit(file, types, &spec)
}

fn error_docs(types: &Types<'_>, error: &str, shape: &Shape, structure: &Structure) -> String {
    let docs = or_name(&types.link_docs(&shape.docs, Some(structure)), error);
    match structure.error {
        Some(facts) => format!("Status {}. {docs}", facts.status),
        None => docs,
    }
}
