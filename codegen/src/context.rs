//! What operations add to the parameters of the endpoint rules. Both formats write it alike.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::error::Error;
use crate::ir::EndpointParameter;

/// A value that does not depend on the input.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Static {
    value: Value,
}

/// A value that lies somewhere in the input.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct InInput {
    path: String,
}

/// The parameter that a member of the input is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfMember {
    pub(crate) name: String,
}

/// What an operation sets; `of_members` are parameters and the members that they are.
///
/// # Errors
/// When a value is of a kind that no parameter of an endpoint has here.
pub(crate) fn parameters<'m>(
    fixed: &BTreeMap<String, Static>,
    in_input: &BTreeMap<String, InInput>,
    of_members: impl IntoIterator<Item = (&'m str, &'m str)>,
) -> Result<BTreeMap<String, EndpointParameter>, Error> {
    let mut parameters = BTreeMap::new();
    for (name, Static { value }) in fixed {
        let value = match value {
            Value::Bool(value) => EndpointParameter::Boolean(*value),
            Value::String(text) => EndpointParameter::Text(text.clone()),
            other => {
                let what = format!("`{other}` as the endpoint parameter `{name}`");
                return Err(Error::unsupported(what));
            }
        };
        parameters.insert(name.clone(), value);
    }
    for (name, InInput { path }) in in_input {
        if !path.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            let what = format!("the path `{path}` to the endpoint parameter `{name}`");
            return Err(Error::unsupported(what));
        }
        parameters.insert(name.clone(), EndpointParameter::Member(path.clone()));
    }
    for (name, member) in of_members {
        let member = EndpointParameter::Member(member.to_owned());
        parameters.insert(name.to_owned(), member);
    }
    Ok(parameters)
}
