//! What an operation adds to the parameters of the endpoint rules.

use super::file::File;
use super::operation::field;
use super::structure::Role;
use super::types::Types;
use crate::error::Error;
use crate::ir::{EndpointParameter, Kind, Operation};
use crate::rules::Argument;

/// Nothing where the client's settings say it all, or where the model has no rules.
pub(super) fn emit(file: &mut File, types: &Types<'_>, operation: &Operation) -> Result<(), Error> {
    let Some(rules) = &types.service.endpoint_rules else {
        return Ok(());
    };
    if operation.endpoint_parameters.is_empty() {
        return Ok(());
    }
    let mut fields = String::new();
    for (name, parameter) in &operation.endpoint_parameters {
        let argument = argument(types, operation, parameter)?;
        fields.push_str(&format!("{},\n", rules.initializer(name, argument)?));
    }
    for item in ["BuiltIns", "Endpoint", "Unresolved"] {
        file.import("kvs_protocol::rules", item);
    }
    file.text(&format!(
        "fn endpoint(&self, built_ins: BuiltIns<'_>) -> Result<Endpoint, Unresolved> {{
            endpoint::resolve(&endpoint::Parameters {{
                {fields}..built_ins.into()
            }})
        }}
        "
    ));
    Ok(())
}

fn argument(
    types: &Types<'_>,
    operation: &Operation,
    parameter: &EndpointParameter,
) -> Result<Argument, Error> {
    let name = match parameter {
        EndpointParameter::Boolean(value) => {
            return Ok(Argument {
                code: value.to_string(),
                is_boolean: true,
                optional: false,
            });
        }
        EndpointParameter::Text(text) => {
            return Ok(Argument {
                code: format!("{text:?}"),
                is_boolean: false,
                optional: false,
            });
        }
        EndpointParameter::Member(name) => name,
    };
    let input = types.service.structure(&operation.input)?;
    let member = input.member(name);
    let unknown = || Error::new("is to be part of the endpoint, but no member").in_member(name);
    let target = types.service.shape(&member.ok_or_else(unknown)?.target)?;
    let field = field(types, input, Role::Input, name)?;
    let code = match (&target.kind, target.sensitive) {
        (Kind::Boolean, false) => format!("self.{field}"),
        (Kind::String, false) => format!("self.{field}.as_deref()"),
        (Kind::String | Kind::Enum(_), _) => {
            format!("self.{field}.as_ref().map(|text| text.as_str())")
        }
        _ => {
            let what = "an endpoint that depends on anything but a text or a boolean";
            return Err(Error::unsupported(what).in_member(name));
        }
    };
    Ok(Argument {
        code,
        is_boolean: target.kind == Kind::Boolean,
        optional: true,
    })
}
