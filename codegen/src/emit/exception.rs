//! Errors: a structure for each, and the enumeration that holds whichever came.

use super::file::File;
use super::structure::{self, Role, Spec, or_name};
use super::types::Types;
use crate::error::Error;
use crate::ir::{Binding, Kind, Member, Shape, Structure};
use crate::names;

pub(super) fn emit(file: &mut File, types: &Types<'_>) -> Result<(), Error> {
    let errors = types.service.all_errors();
    file.text("\nkvs_protocol::exceptions! {");
    file.docs_within(1, "What the service answers with when it refuses a call.");
    file.text("    pub enum Exception {");
    for (error, variant) in errors.iter().zip(variants(types, &errors)?) {
        let (shape, structure) = (types.service.shape(error)?, types.service.structure(error)?);
        file.docs_within(2, &error_docs(types, error, shape, structure));
        let elsewhere = elsewhere(types, structure).map_err(|e| e.in_shape(error))?;
        let form = match has_message_alone(types, structure) {
            true => " (message)".to_owned(),
            false => elsewhere,
        };
        file.text(&format!(
            "        {variant}({}) = {error:?}{form},",
            types.name(error)?
        ));
    }
    file.text("    }\n}");
    for error in errors {
        if !has_message_alone(types, types.service.structure(error)?) {
            error_structure(file, types, error).map_err(|e| e.in_shape(error))?;
        }
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

/// Most errors have nothing but a message, which the runtime finds however it is spelt.
pub(super) fn has_message_alone(types: &Types<'_>, structure: &Structure) -> bool {
    let [
        Member {
            name,
            binding,
            target,
            ..
        },
    ] = structure.members.as_slice()
    else {
        return false;
    };
    let target = types.service.shape(target);
    let is_text = target.is_ok_and(|shape| shape.kind == Kind::String && !shape.sensitive);
    name.eq_ignore_ascii_case("message") && *binding == Binding::Body && is_text
}

/// The members that travel outside of the document, as the macro is told.
fn elsewhere(types: &Types<'_>, structure: &Structure) -> Result<String, Error> {
    let mut parts = Vec::new();
    for (member, field) in structure::field_names(types, structure, Role::Error)? {
        match Role::Error.binding(member) {
            Binding::Body => {}
            Binding::Header(header) => parts.push(format!("{field}: {header:?}")),
            Binding::PrefixHeaders(prefix) => parts.push(format!("{field}: ({prefix:?})")),
            Binding::Status => parts.push(format!("{field}: status")),
            _ => {
                let kind = &types.service.shape(&member.target)?.kind;
                if !matches!(kind, Kind::Structure(_) | Kind::Union(_) | Kind::Document) {
                    let unsupported = "a payload of an error that is no JSON";
                    return Err(Error::unsupported(unsupported).in_member(&member.name));
                }
                parts.push(format!("{field}: payload"));
            }
        }
    }
    if parts.is_empty() {
        return Ok(String::new());
    }
    Ok(format!(" {{ {} }}", parts.join(", ")))
}

fn error_structure(file: &mut File, types: &Types<'_>, error: &str) -> Result<(), Error> {
    let (shape, structure) = (types.service.shape(error)?, types.service.structure(error)?);
    let spec = Spec {
        name: types.name(error)?,
        wire_name: error,
        docs: error_docs(types, error, shape, structure),
        structure,
        role: Role::Error,
        grows: true,
        all_optional: true,
        one_of: &[],
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
