//! Operations: the input, the output, and how they travel.

use super::file::File;
use super::structure::{self, Role, Spec, or_name};
use super::types::Types;
use super::{answer, endpoint, request};
use crate::error::Error;
use crate::ir::{Auth, Binding, Discovered, Kind, Member, Operation, Pagination, Shape, Structure};

pub(super) fn emit(file: &mut File, types: &Types<'_>, operation: &Operation) -> Result<(), Error> {
    let input = types.service.structure(&operation.input)?;
    let output = types.service.structure(&operation.output)?;
    check_payload(input, Role::Input).map_err(|e| e.in_shape(&operation.input))?;
    check_payload(output, Role::Output).map_err(|e| e.in_shape(&operation.output))?;
    let spec = Spec {
        name: types.operation(&operation.name)?,
        wire_name: &operation.name,
        docs: operation_docs(types, operation, input)?,
        structure: input,
        role: Role::Input,
        grows: false,
        all_optional: true,
        one_of: &operation.one_of,
    };
    structure::emit(file, types, &spec).map_err(|e| e.in_shape(&operation.input))?;
    implementation(file, types, operation)?;
    if let Some(stream) = streamed_payload(types, input, Role::Input)? {
        upload(file, types, operation, stream)?;
    }
    if let Some(pagination) = &operation.pagination {
        paginated(file, types, operation, pagination)?;
    }
    let spec = Spec {
        name: types.output(&operation.name)?,
        wire_name: &operation.output,
        docs: output_docs(types, operation, output)?,
        structure: output,
        role: Role::Output,
        grows: true,
        all_optional: false,
        one_of: &[],
    };
    structure::emit(file, types, &spec).map_err(|e| e.in_shape(&operation.output))
}

/// Where one member is the body, no other can be in it.
fn check_payload(structure: &Structure, role: Role) -> Result<(), Error> {
    let mut bindings = structure
        .members
        .iter()
        .map(|member| (role.binding(member), member));
    if payload(structure, role).is_none() {
        return Ok(());
    }
    match bindings.find(|(binding, _)| **binding == Binding::Body) {
        Some((_, member)) => {
            let problem = "is in the body, and the body is the payload: bind it to a header";
            Err(Error::new(problem).in_member(&member.name))
        }
        None => Ok(()),
    }
}

/// The member that is the body.
pub(super) fn payload(structure: &Structure, role: Role) -> Option<&Member> {
    let mut members = structure.members.iter();
    members.find(|member| *role.binding(member) == Binding::Payload)
}

/// The member that is the body as it comes in.
pub(super) fn streamed_payload<'a>(
    types: &Types<'_>,
    structure: &'a Structure,
    role: Role,
) -> Result<Option<&'a Member>, Error> {
    match payload(structure, role) {
        Some(member) if types.is_stream(member)? => Ok(Some(member)),
        _ => Ok(None),
    }
}

fn operation_docs(
    types: &Types<'_>,
    operation: &Operation,
    input: &Structure,
) -> Result<String, Error> {
    let mut docs = or_name(
        &types.link_docs(&operation.docs, Some(input)),
        &operation.name,
    );
    if let Some(stream) = streamed_payload(types, input, Role::Input)? {
        docs = format!(
            "{docs}\n\nThe body is {}",
            payload_docs(types, input, stream)?
        );
    }
    if operation.errors.is_empty() {
        return Ok(docs);
    }
    let mut links = Vec::new();
    for error in &operation.errors {
        links.push(format!("[`{}`]", types.name(error)?));
    }
    Ok(format!("{docs}\n\n# Errors\n{}.", links.join(", ")))
}

fn output_docs(
    types: &Types<'_>,
    operation: &Operation,
    output: &Structure,
) -> Result<String, Error> {
    let shape = types.service.shape(&operation.output)?;
    let docs = or_name(
        &types.link_docs(&shape.docs, Some(output)),
        &operation.output,
    );
    match streamed_payload(types, output, Role::Output)? {
        Some(stream) => Ok(format!(
            "{docs}\n\nThe body is {}",
            payload_docs(types, output, stream)?
        )),
        None => Ok(docs),
    }
}

fn payload_docs(
    types: &Types<'_>,
    structure: &Structure,
    payload: &Member,
) -> Result<String, Error> {
    let docs = structure::member_docs(types, structure, payload)?;
    let docs = match docs.strip_prefix("The ") {
        Some(rest) => format!("the {rest}"),
        None => docs,
    };
    Ok(format!("the payload: {docs}"))
}

fn implementation(file: &mut File, types: &Types<'_>, operation: &Operation) -> Result<(), Error> {
    for item in ["Bytes", "Invalid", "Malformed", "Operation", "Service"] {
        file.import("kvs_protocol", item);
    }
    let output = types.service.structure(&operation.output)?;
    let is_streamed = streamed_payload(types, output, Role::Output)?.is_some();
    let delivery = if is_streamed { "Streamed" } else { "Buffered" };
    file.import("kvs_protocol", delivery);
    let wire_name = &operation.name;
    file.text(&format!(
        "\nimpl Operation for {} {{",
        types.operation(wire_name)?
    ));
    file.text(&format!("const NAME: &'static str = {wire_name:?};"));
    file.text("const SERVICE: &'static Service = &SERVICE;");
    if let Some(mebibytes) = operation.answer_limit_mib {
        file.text(&format!("const ANSWER_LIMIT: usize = {mebibytes} << 20;"));
    }
    if operation.auth == Auth::Unsigned {
        file.text("const IS_SIGNED: bool = false;");
    }
    file.text(&format!("type Output = {};", types.output(wire_name)?));
    file.text("type Error = Exception;");
    file.text(&format!("type Delivery = {delivery};\n"));
    request::encode(file, types, operation).map_err(|e| e.in_shape(&operation.input))?;
    endpoint::emit(file, types, operation)?;
    if let Some(discovered) = &operation.discovered {
        route(file, types, operation, discovered)?;
    }
    answer::decode(file, types, operation).map_err(|e| e.in_shape(&operation.output))?;
    file.text("}");
    Ok(())
}

fn upload(
    file: &mut File,
    types: &Types<'_>,
    operation: &Operation,
    stream: &Member,
) -> Result<(), Error> {
    file.import("kvs_protocol", "Upload");
    let kind = &types.service.shape(&stream.target)?.kind;
    let needs_length = matches!(
        kind,
        Kind::Blob {
            needs_length: true,
            ..
        }
    );
    file.text(&format!(
        "
        impl Upload for {} {{
            const NEEDS_LENGTH: bool = {needs_length};
        }}",
        types.operation(&operation.name)?
    ));
    Ok(())
}

fn route(
    file: &mut File,
    types: &Types<'_>,
    operation: &Operation,
    Discovered { api, resource }: &Discovered,
) -> Result<(), Error> {
    file.import("kvs_protocol", "Route");
    let input = types.service.structure(&operation.input)?;
    let mut fields = Vec::new();
    for member in resource {
        let target = input
            .member(member)
            .map(|member| types.service.shape(&member.target));
        if !is_plain_text(target.transpose()?) {
            return Err(Error::unsupported("a resource not named by plain text").in_member(member));
        }
        fields.push(format!(
            "&self.{}",
            field(types, input, Role::Input, member)?
        ));
    }
    file.text(&format!(
        "fn route(&self) -> Route<'_> {{
            Route::discovered({api:?}, [{}])
        }}
        ",
        fields.join(", ")
    ));
    Ok(())
}

fn paginated(
    file: &mut File,
    types: &Types<'_>,
    operation: &Operation,
    pagination: &Pagination,
) -> Result<(), Error> {
    let input = types.service.structure(&operation.input)?;
    let output = types.service.structure(&operation.output)?;
    let tokens = &pagination.tokens;
    // Only a token that is a text, and not somewhere deep in the answer, can be passed on.
    let of_input = tokens.iter().map(|token| (input, &token.input));
    let of_output = tokens.iter().map(|token| (output, &token.output));
    for (structure, token) in of_input.chain(of_output) {
        let member = structure.member(token);
        let target = member.map(|member| types.service.shape(&member.target));
        let has_default = member.is_some_and(|member| member.default.is_some());
        if has_default || !is_plain_text(target.transpose()?) {
            return Ok(());
        }
    }
    let (name, page) = (
        types.operation(&operation.name)?,
        types.output(&operation.name)?,
    );
    let Some(first) = tokens.first().map(|token| &token.output) else {
        return Ok(());
    };
    let mut fields = Vec::new();
    for token in tokens {
        let sent = field(types, input, Role::Input, &token.input)?;
        fields.push((sent, field(types, output, Role::Output, &token.output)?));
    }
    let steps = match fields.as_slice() {
        [(sent, got)] => format!(
            "let token = restjson::token({first:?}, &page.{got}, &self.{sent})?;
            Ok(token.map(|token| {{
                let mut next = self.clone();
                next.{sent} = Some(token);
                next
            }}))"
        ),
        several => {
            let pair = |(sent, got): &(String, String)| format!("(&page.{got}, &self.{sent})");
            let pairs: Vec<String> = several.iter().map(pair).collect();
            let set =
                |(sent, got): &(String, String)| format!("next.{sent}.clone_from(&page.{got});\n");
            let set: String = several.iter().map(set).collect();
            format!(
                "if !restjson::leads_on({first:?}, [{}])? {{
                    return Ok(None);
                }}
                let mut next = self.clone();
                {set}Ok(Some(next))",
                pairs.join(", ")
            )
        }
    };
    file.import("kvs_protocol", "Malformed");
    file.import("kvs_protocol", "Paginated");
    file.import("kvs_protocol::restjson", "self");
    file.text(&format!(
        "
        impl Paginated for {name} {{
            fn after(&self, page: &{page}) -> Result<Option<Self>, Malformed> {{
                {steps}
            }}
        }}"
    ));
    Ok(())
}

fn is_plain_text(shape: Option<&Shape>) -> bool {
    shape.is_some_and(|shape| shape.kind == Kind::String && !shape.sensitive)
}

/// The field of a member.
pub(super) fn field(
    types: &Types<'_>,
    structure: &Structure,
    role: Role,
    member: &str,
) -> Result<String, Error> {
    let unknown = || Error::new("is no field").in_member(member);
    let mut fields = structure::field_names(types, structure, role)?.into_iter();
    fields
        .find(|(found, _)| found.name == member)
        .map(|(_, field)| field)
        .ok_or_else(unknown)
}
