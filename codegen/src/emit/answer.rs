//! How an answer becomes an operation's output.

use super::file::File;
use super::operation::payload;
use super::request::is_media_typed;
use super::structure::{self, Role};
use super::types::Types;
use crate::error::Error;
use crate::ir::{Binding, Kind, Member, Operation};

pub(super) fn decode(
    file: &mut File,
    types: &Types<'_>,
    operation: &Operation,
) -> Result<(), Error> {
    file.import("kvs_protocol::http::response", "Parts");
    let output = types.service.structure(&operation.output)?;
    let name = types.output(&operation.name)?;
    let (mut values, mut members) = (Vec::new(), Vec::new());
    let (mut reads_head, mut reads_body, mut is_document) = (false, false, false);
    for (member, field) in structure::field_names(types, output, Role::Output)? {
        match value(types, member)? {
            Some(value) => {
                reads_head |= value.contains("head");
                reads_body |= value.contains("(body)");
                values.push(format!("let {field} = {value};"));
                members.push(field);
            }
            None => is_document = true,
        }
    }
    let is_whole = payload(output, Role::Output).is_none() && is_document;
    let head = if reads_head { "head" } else { "_head" };
    let body = if reads_body || is_whole {
        "body"
    } else {
        "_body"
    };
    file.text(&format!(
        "fn decode({head}: &Parts, {body}: &[u8]) -> Result<{name}, Malformed> {{"
    ));
    if is_whole || values.iter().any(|value| value.contains("restjson::")) {
        file.import("kvs_protocol::restjson", "self");
    }
    file.text(&values.join("\n"));
    let members = members.join(", ");
    file.text(&match (is_whole, members.is_empty()) {
        (true, true) => "restjson::decode(body)".to_owned(),
        (true, false) => format!("Ok({name} {{ {members}, ..restjson::decode(body)? }})"),
        (false, _) => format!("Ok({name} {{ {members} }})"),
    });
    file.text("}");
    Ok(())
}

/// Where the value of a member comes from, if not from the document.
fn value(types: &Types<'_>, member: &Member) -> Result<Option<String>, Error> {
    let as_base64 = is_media_typed(types, member)?;
    let value = match Role::Output.binding(member) {
        Binding::Header(name) if as_base64 => format!("restjson::base64_header(head, {name:?})?"),
        Binding::Header(name) => format!("restjson::header(head, {name:?})?"),
        Binding::PrefixHeaders(prefix) => format!("restjson::prefix_headers(head, {prefix:?})?"),
        Binding::Status => "Some(head.status.as_u16().into())".to_owned(),
        Binding::Payload => match types.service.shape(&member.target)?.kind {
            Kind::Blob { .. } => "restjson::bytes(body)".to_owned(),
            Kind::String | Kind::Enum(_) => "restjson::text(body)?".to_owned(),
            _ => "restjson::payload(body)?".to_owned(),
        },
        _ => return Ok(None),
    };
    let Some(default) = &member.default else {
        return Ok(Some(value));
    };
    Ok(Some(
        match structure::default_expression(types, member, default)? {
            Some(default) => format!("{value}.unwrap_or({default})"),
            None => format!("{value}.unwrap_or_default()"),
        },
    ))
}
