//! Operations: the input, the output, and how they travel.

use super::file::File;
use super::structure::{self, Spec, or_name};
use super::types::Types;
use crate::error::Error;
use crate::ir::{Binding, Discovered, Kind, Member, Operation, Pagination, Shape, Structure};

pub(super) fn emit(file: &mut File, types: &Types<'_>, operation: &Operation) -> Result<(), Error> {
    let input = types.service.structure(&operation.input)?;
    let output = types.service.structure(&operation.output)?;
    let payload = streamed_payload(types, output).map_err(|e| e.in_shape(&operation.output))?;
    let name = types.name(&operation.name)?;
    let spec = Spec {
        name,
        wire_name: &operation.name,
        docs: operation_docs(types, operation, input)?,
        structure: input,
        grows: false,
        all_optional: true,
    };
    structure::emit(file, types, &spec).map_err(|e| e.in_shape(&operation.input))?;
    implementation(file, types, operation, payload.is_some())?;
    if let Some(pagination) = &operation.pagination {
        paginated(file, types, operation, pagination)?;
    }
    let spec = Spec {
        name: types.output(&operation.name)?,
        wire_name: &operation.output,
        docs: output_docs(types, operation, output, payload)?,
        structure: output,
        grows: true,
        all_optional: false,
    };
    structure::emit(file, types, &spec).map_err(|e| e.in_shape(&operation.output))
}

/// The member that is the body of the answer as it comes in.
fn streamed_payload<'a>(
    types: &Types<'_>,
    output: &'a Structure,
) -> Result<Option<&'a Member>, Error> {
    let Some(payload) = output
        .members
        .iter()
        .find(|m| m.binding == Binding::Payload)
    else {
        return Ok(None);
    };
    let kind = &types.service.shape(&payload.target)?.kind;
    if *kind != (Kind::Blob { streaming: true }) {
        let unsupported = Error::unsupported("a payload that does not stream");
        return Err(unsupported.in_member(&payload.name).in_trait("httpPayload"));
    }
    if let Some(member) = output.members.iter().find(|m| m.binding == Binding::Body) {
        let problem =
            Error::new("is in the body, and the body is the payload: bind it to a header");
        return Err(problem.in_member(&member.name));
    }
    Ok(Some(payload))
}

fn operation_docs(
    types: &Types<'_>,
    operation: &Operation,
    input: &Structure,
) -> Result<String, Error> {
    let docs = or_name(
        &types.link_docs(&operation.docs, Some(input)),
        &operation.name,
    );
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
    payload: Option<&Member>,
) -> Result<String, Error> {
    let shape = types.service.shape(&operation.output)?;
    let docs = or_name(
        &types.link_docs(&shape.docs, Some(output)),
        &operation.output,
    );
    let Some(payload) = payload else {
        return Ok(docs);
    };
    let payload = structure::member_docs(types, output, payload)?;
    let payload = match payload.strip_prefix("The ") {
        Some(rest) => format!("the {rest}"),
        None => payload,
    };
    Ok(format!("{docs}\n\nThe body is the payload: {payload}"))
}

fn implementation(
    file: &mut File,
    types: &Types<'_>,
    operation: &Operation,
    streamed: bool,
) -> Result<(), Error> {
    for item in ["Bytes", "Invalid", "Malformed", "Operation", "Service"] {
        file.import("kvs_protocol", item);
    }
    let delivery = if streamed { "Streamed" } else { "Buffered" };
    file.import("kvs_protocol", delivery);
    let wire_name = &operation.name;
    let output = types.output(wire_name)?;
    file.text(&format!(
        "\nimpl Operation for {} {{",
        types.name(wire_name)?
    ));
    file.text(&format!("const NAME: &'static str = {wire_name:?};"));
    file.text("const SERVICE: &'static Service = &SERVICE;");
    if let Some(mebibytes) = operation.answer_limit_mib {
        file.text(&format!("const ANSWER_LIMIT: usize = {mebibytes} << 20;"));
    }
    file.text(&format!("type Output = {output};"));
    file.text("type Error = Exception;");
    file.text(&format!("type Delivery = {delivery};\n"));
    encode(file, types, operation)?;
    if let Some(discovered) = &operation.discovered {
        route(file, types, operation, discovered)?;
    }
    decode(file, types, operation).map_err(|e| e.in_shape(&operation.output))?;
    file.text("}");
    Ok(())
}

fn encode(file: &mut File, types: &Types<'_>, operation: &Operation) -> Result<(), Error> {
    let input = types.service.structure(&operation.input)?;
    if let Some(member) = input.members.iter().find(|m| m.binding != Binding::Body) {
        let unsupported = Error::unsupported("an input member outside the body");
        return Err(unsupported
            .in_member(&member.name)
            .in_shape(&operation.input));
    }
    if input.members.is_empty() {
        return Err(Error::unsupported("an input without members"));
    }
    file.import("kvs_protocol::http", "Method");
    file.import("kvs_protocol::http", "Request");
    file.import("kvs_protocol::restjson", "RequestBuilder");
    let (method, uri) = (method(&operation.method)?, path(&operation.uri)?);
    file.text("fn encode(&self) -> Result<Request<Bytes>, Invalid> {");
    file.text(&format!("RequestBuilder::new({method}, {uri:?})"));
    let given = |name: &str| Ok(format!("{name:?}, self.{}.is_some()", field(input, name)?));
    for group in &operation.one_of {
        let members: Result<Vec<String>, Error> = group
            .iter()
            .map(|name| Ok(format!("({})", given(name)?)))
            .collect();
        file.text(&format!(".one_of(&[{}])?", members?.join(", ")));
    }
    for member in input.members.iter().filter(|member| member.required) {
        file.text(&format!(".require({})?", given(&member.name)?));
    }
    file.text(".json(self)\n}\n");
    Ok(())
}

fn method(method: &str) -> Result<String, Error> {
    match method {
        "DELETE" | "GET" | "HEAD" | "OPTIONS" | "PATCH" | "POST" | "PUT" => {
            Ok(format!("Method::{method}"))
        }
        _ => Err(Error::unsupported(format!("the method `{method}`")).in_trait("http")),
    }
}

fn path(uri: &str) -> Result<&str, Error> {
    if uri.contains(['{', '?']) {
        let unsupported = Error::unsupported(format!("a label or query in the path `{uri}`"));
        return Err(unsupported.in_trait("http"));
    }
    Ok(uri)
}

fn route(
    file: &mut File,
    types: &Types<'_>,
    operation: &Operation,
    Discovered { api, resource }: &Discovered,
) -> Result<(), Error> {
    file.import("kvs_protocol", "Route");
    let input = types.service.structure(&operation.input)?;
    let mut names = String::new();
    for member in resource {
        let target = input
            .member(member)
            .map(|member| types.service.shape(&member.target));
        if !is_plain_text(target.transpose()?) {
            return Err(Error::unsupported("a resource not named by plain text").in_member(member));
        }
        let name = format!("self.{}.as_deref()", field(input, member)?);
        names.push_str(&if names.is_empty() {
            name
        } else {
            format!(".or({name})")
        });
    }
    file.text(&format!(
        "fn route(&self) -> Route<'_> {{
            let resource = {names}.unwrap_or_default();
            Route::Discovered {{ api: {api:?}, resource }}
        }}
        "
    ));
    Ok(())
}

fn decode(file: &mut File, types: &Types<'_>, operation: &Operation) -> Result<(), Error> {
    file.import("kvs_protocol::http::response", "Parts");
    let output = types.service.structure(&operation.output)?;
    let name = types.output(&operation.name)?;
    let mut headers = String::new();
    for member in &output.members {
        let Binding::Header(header) = &member.binding else {
            continue;
        };
        let target = types.service.shape(&member.target)?;
        if !is_plain_text(Some(target)) {
            let unsupported = Error::unsupported("a header that is not plain text");
            return Err(unsupported.in_member(&member.name).in_trait("httpHeader"));
        }
        let field = field(output, &member.name)?;
        headers.push_str(&format!("{field}: restjson::header(head, {header:?})?,"));
    }
    let reads_body = output
        .members
        .iter()
        .any(|member| member.binding == Binding::Body);
    let head = if headers.is_empty() { "_head" } else { "head" };
    let body = if reads_body { "body" } else { "_body" };
    file.text(&format!(
        "fn decode({head}: &Parts, {body}: &[u8]) -> Result<{name}, Malformed> {{"
    ));
    if reads_body || !headers.is_empty() {
        file.import("kvs_protocol::restjson", "self");
    }
    file.text(&match (reads_body, headers.is_empty()) {
        (true, true) => "restjson::decode(body)".to_owned(),
        (true, false) => format!("Ok({name} {{ {headers} ..restjson::decode(body)? }})"),
        (false, _) => format!("Ok({name} {{ {headers} }})"),
    });
    file.text("}");
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
    let Pagination {
        input_token,
        output_token,
        ..
    } = pagination;
    for (structure, token) in [(input, input_token), (output, output_token)] {
        let target = structure
            .member(token)
            .map(|member| types.service.shape(&member.target));
        if !is_plain_text(target.transpose()?) {
            return Err(Error::unsupported("a token that is not plain text").in_member(token));
        }
    }
    file.import("kvs_protocol", "Paginated");
    file.import("kvs_protocol::restjson", "self");
    let (name, page) = (types.name(&operation.name)?, types.output(&operation.name)?);
    let (sent, got) = (field(input, input_token)?, field(output, output_token)?);
    file.text(&format!(
        "
        impl Paginated for {name} {{
            fn after(&self, page: &{page}) -> Option<Self> {{
                let {sent} = restjson::token(page.{got}.as_deref(), self.{sent}.as_deref())?;
                Some(Self {{ {sent}: Some({sent}), ..self.clone() }})
            }}
        }}"
    ));
    Ok(())
}

fn is_plain_text(shape: Option<&Shape>) -> bool {
    shape.is_some_and(|shape| shape.kind == Kind::String && !shape.sensitive)
}

/// The field of a member.
fn field(structure: &Structure, member: &str) -> Result<String, Error> {
    let unknown = || Error::new("is no field").in_member(member);
    let mut fields = structure::field_names(structure).into_iter();
    fields
        .find(|(found, _)| found.name == member)
        .map(|(_, field)| field)
        .ok_or_else(unknown)
}
