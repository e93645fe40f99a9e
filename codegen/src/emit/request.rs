//! How an operation's input becomes a request.

use super::file::File;
use super::operation::{field, payload, streamed_payload};
use super::rules;
use super::structure::{self, Role};
use super::types::Types;
use crate::error::Error;
use crate::ir::{Auth, Binding, Kind, Member, Operation, Structure};

pub(super) fn encode(
    file: &mut File,
    types: &Types<'_>,
    operation: &Operation,
) -> Result<(), Error> {
    for item in ["Method", "Request"] {
        file.import("kvs_protocol::http", item);
    }
    file.import("kvs_protocol::restjson", "RequestBuilder");
    let input = types.service.structure(&operation.input)?;
    let (method, uri) = (method(&operation.method)?, &operation.uri);
    check_labels(operation, input)?;
    let mut steps = vec![format!("RequestBuilder::new({method}, {uri:?})")];
    let body = body(types, input)?;
    check_streamed(types, operation, input)?;
    let has_rules = rules::leads_to_any(types, &operation.input)?;
    if body != DOCUMENT && (has_rules || !operation.one_of.is_empty()) {
        steps.push(".checked(self)?".to_owned());
    }
    let mut members = structure::field_names(types, input, Role::Input)?;
    // Names of the query that stand by themselves come before those out of a map.
    members.sort_by_key(|(member, _)| member.binding == Binding::QueryMap);
    for (member, field) in &members {
        steps.extend(step(types, member, field)?);
    }
    if operation.auth == Auth::UnsignedPayload {
        steps.push(".unsigned_payload()".to_owned());
    }
    if operation.checksum {
        steps.push(".checksum()".to_owned());
    }
    if operation.compression {
        steps.push(".compressed()".to_owned());
    }
    steps.push(body);
    file.text("fn encode(&self) -> Result<Request<Bytes>, Invalid> {");
    file.text(&steps.join("\n"));
    file.text("}\n");
    token(file, types, input)?;
    host_prefix(file, types, operation, input)
}

/// What is sent as it comes cannot be summed up or compressed beforehand.
fn check_streamed(
    types: &Types<'_>,
    operation: &Operation,
    input: &Structure,
) -> Result<(), Error> {
    let Some(member) = streamed_payload(types, input, Role::Input)? else {
        return Ok(());
    };
    let needed = match (operation.checksum, operation.compression) {
        (true, _) => "a checksum",
        (_, true) => "compression",
        (false, false) => return Ok(()),
    };
    let problem = format!("{needed} of a body that is streamed");
    Err(Error::unsupported(problem).in_member(&member.name))
}

fn method(method: &str) -> Result<String, Error> {
    match method {
        "DELETE" | "GET" | "HEAD" | "OPTIONS" | "PATCH" | "POST" | "PUT" => {
            Ok(format!("Method::{method}"))
        }
        _ => Err(Error::unsupported(format!("the method `{method}`")).in_trait("http")),
    }
}

/// Every label must have its member, and every member its label.
fn check_labels(operation: &Operation, input: &Structure) -> Result<(), Error> {
    let path = operation.uri.split('?').next().unwrap_or_default();
    let mut labels: Vec<&str> = path
        .split('{')
        .skip(1)
        .filter_map(|rest| Some(rest.split_once('}')?.0.trim_end_matches('+')))
        .collect();
    for member in &input.members {
        let Binding::Label(label) = &member.binding else {
            continue;
        };
        match labels.iter().position(|found| found == label) {
            Some(at) => drop(labels.remove(at)),
            None => {
                let problem = format!("is a label, and `{}` has no `{{{label}}}`", operation.uri);
                return Err(Error::new(problem).in_member(&member.name));
            }
        }
    }
    match labels.first() {
        Some(label) => {
            let problem = format!(
                "`{}` has the label `{label}`, which no member is",
                operation.uri
            );
            Err(Error::new(problem).in_trait("http"))
        }
        None => Ok(()),
    }
}

/// How a member outside of the body gets into the request.
fn step(types: &Types<'_>, member: &Member, field: &str) -> Result<Option<String>, Error> {
    let as_base64 = is_media_typed(types, member)?;
    Ok(match &member.binding {
        Binding::Label(name) => Some(format!(".label({name:?}, &self.{field})?")),
        Binding::Query(name) => Some(format!(".query({name:?}, &self.{field})")),
        Binding::QueryMap => Some(format!(".query_map(&self.{field})")),
        Binding::Header(name) if as_base64 => {
            Some(format!(".base64_header({name:?}, &self.{field})?"))
        }
        Binding::Header(name) => Some(format!(".header({name:?}, &self.{field})?")),
        Binding::PrefixHeaders(prefix) => {
            Some(format!(".prefix_headers({prefix:?}, &self.{field})?"))
        }
        Binding::Body | Binding::Payload | Binding::Status => None,
    })
}

/// A text of a media type may be more than a header can carry, and so travels as base64.
pub(super) fn is_media_typed(types: &Types<'_>, member: &Member) -> Result<bool, Error> {
    let kind = &types.service.shape(&member.target)?.kind;
    Ok(member.media_type.is_some() && *kind == Kind::String)
}

/// The last step where the body holds the members of the input.
const DOCUMENT: &str = ".document(self)";

/// The step that makes the body, and with it the request.
fn body(types: &Types<'_>, input: &Structure) -> Result<String, Error> {
    let Some(member) = payload(input, Role::Input) else {
        let has_body = input
            .members
            .iter()
            .any(|m| *Role::Input.binding(m) == Binding::Body);
        let step = if has_body { DOCUMENT } else { ".no_body()" };
        return Ok(step.to_owned());
    };
    let kind = &types.service.shape(&member.target)?.kind;
    let media_type = |usual: &str| format!("{:?}", member.media_type.as_deref().unwrap_or(usual));
    if types.is_stream(member)? {
        return Ok(format!(
            ".streamed({})",
            media_type("application/octet-stream")
        ));
    }
    let field = field(types, input, Role::Input, &member.name)?;
    Ok(match kind {
        Kind::Structure(_) => format!(".structure(&self.{field})"),
        Kind::Blob { .. } => format!(
            ".bytes({}, &self.{field})",
            media_type("application/octet-stream")
        ),
        Kind::String | Kind::Enum(_) => {
            format!(".text({}, &self.{field})", media_type("text/plain"))
        }
        _ => format!(".value(&self.{field})"),
    })
}

/// The member by which the service knows a repeat gets a value if it has none.
fn token(file: &mut File, types: &Types<'_>, input: &Structure) -> Result<(), Error> {
    let Some(member) = input.members.iter().find(|member| member.idempotency_token) else {
        return Ok(());
    };
    let field = field(types, input, Role::Input, &member.name)?;
    let is_sensitive = types.service.shape(&member.target)?.sensitive;
    let into = if is_sensitive { ".into()" } else { "" };
    file.text(&format!(
        "fn with_token(&self, token: &str) -> Result<Request<Bytes>, Invalid> {{
            let mut filled = self.clone();
            filled.{field}.get_or_insert_with(|| token.to_owned(){into});
            filled.encode()
        }}
        "
    ));
    Ok(())
}

fn host_prefix(
    file: &mut File,
    types: &Types<'_>,
    operation: &Operation,
    input: &Structure,
) -> Result<(), Error> {
    let Some(template) = &operation.host_prefix else {
        return Ok(());
    };
    file.import("kvs_protocol::restjson", "self");
    let mut labels = Vec::new();
    for member in input.members.iter().filter(|member| member.host_label) {
        let field = field(types, input, Role::Input, &member.name)?;
        labels.push(format!("({:?}, self.{field}.as_deref())", member.name));
    }
    file.text(&format!(
        "fn host_prefix(&self) -> Result<String, Invalid> {{
            restjson::host_prefix({template:?}, &[{}])
        }}
        ",
        labels.join(", ")
    ));
    Ok(())
}
