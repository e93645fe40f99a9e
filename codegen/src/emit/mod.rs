//! From the IR to Rust: one file for a service.
//!
//! What is the same for all operations lives in `kvs-protocol`; what is emitted is what differs.

mod answer;
mod endpoint;
mod enumeration;
mod exception;
mod file;
mod literal;
mod operation;
mod request;
mod rules;
mod structure;
mod types;

pub(crate) use file::comment;
pub(crate) use literal::Literals;
pub(crate) use rules::is_readable;
pub(crate) use types::parts;

use crate::error::Error;
use crate::family::Endpoint;
use crate::ir::{Kind, Service};
use file::File;
use types::Types;

/// The Rust text of a service whose model lies at `path`.
pub(crate) fn file(service: &Service, path: &str, endpoint: Endpoint<'_>) -> Result<String, Error> {
    let types = Types::new(service)?;
    let mut file = File::default();
    statics(&mut file, service, endpoint);
    rules::emit_shared(&mut file, &types)?;
    for operation in &service.operations {
        operation::emit(&mut file, &types, operation).map_err(|e| e.in_shape(&operation.name))?;
    }
    for name in types.emitted() {
        shape(&mut file, &types, name).map_err(|e| e.in_shape(name))?;
    }
    exception::emit(&mut file, &types)?;
    Ok(file.finish(&header(&types, path)))
}

fn header(types: &Types<'_>, path: &str) -> String {
    let service = types.service;
    let docs = types.link_docs(&service.docs, None);
    let origin = format!(
        "Generated from `{path}`; change the model or the generator, then run `cargo xtask codegen`."
    );
    let parts = [&service.title, &docs, &origin];
    let parts: Vec<&str> = parts
        .into_iter()
        .map(|part| part.trim())
        .filter(|part| !part.is_empty())
        .collect();
    comment("//!", 0, &parts.join("\n\n"))
}

fn statics(file: &mut File, service: &Service, endpoint: Endpoint<'_>) {
    file.import("kvs_protocol", "Service");
    let Service {
        sdk_id,
        endpoint_prefix,
        signing_name,
        throttling,
        ..
    } = service;
    let by_rules = || "endpoint::resolve(&built_ins.into())".to_owned();
    let endpoint = match endpoint {
        Endpoint::Own(_) => {
            file.text("\npub mod endpoint;");
            by_rules()
        }
        Endpoint::Shared => {
            file.text("\npub use super::endpoint;");
            by_rules()
        }
        Endpoint::ByPrefix => {
            file.import("kvs_protocol", "rules");
            format!("rules::by_prefix({endpoint_prefix:?}, built_ins)")
        }
    };
    file.docs("Facts that the operations of this service share.");
    file.text(&format!(
        "pub static SERVICE: Service = Service {{
            id: {sdk_id:?},
            endpoint: |built_ins| {endpoint},
            signing_name: {signing_name:?},
            throttling: &{throttling:?},
        }};"
    ));
}

fn shape(file: &mut File, types: &Types<'_>, name: &str) -> Result<(), Error> {
    let shape = types.service.shape(name)?;
    let type_name = types.name(name)?;
    match &shape.kind {
        Kind::Structure(structure) => {
            let docs = types.link_docs(&shape.docs, Some(structure));
            let spec = structure::Spec {
                name: type_name,
                wire_name: name,
                docs,
                structure,
                role: structure::Role::Nested,
                grows: !types.in_inputs(name),
                // What the service would take for granted need not be sent.
                all_optional: types.in_inputs(name),
                one_of: &[],
            };
            structure::emit(file, types, &spec)
        }
        Kind::Union(members) => structure::union(file, types, name, members),
        Kind::Enum(values) => {
            let docs = types.link_docs(&shape.docs, None);
            enumeration::emit(file, types, type_name, &docs, values);
            Ok(())
        }
        Kind::IntEnum(values) => {
            let docs = types.link_docs(&shape.docs, None);
            enumeration::emit_int(file, types, type_name, &docs, values);
            Ok(())
        }
        _ => Ok(()),
    }
}
