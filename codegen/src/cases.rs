//! Public protocol cases as Rust: the types of each suite are generated as for any service, and
//! what goes in or must come out is written down as values of these types.

use serde::Deserialize;
use serde_json::Value;

use crate::c2j::json::{Metadata, Model, Operation, Shape};
use crate::emit::Literals;
use crate::error::Error;

use crate::family::Endpoint;
use crate::smithy::Ordered;
use crate::{c2j, check, emit};

/// One suite of botocore's protocol tests: an operation, its shapes, and cases.
#[derive(Debug, Deserialize)]
struct Written {
    metadata: Protocol,
    shapes: Ordered<Shape>,
    cases: Vec<Case>,
    #[serde(rename = "clientEndpoint")]
    endpoint: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Protocol {
    protocol: String,
}

#[derive(Debug, Deserialize)]
struct Case {
    id: String,
    given: Value,
    #[serde(default)]
    params: Value,
    #[serde(default)]
    serialized: Value,
    #[serde(default)]
    response: Value,
    #[serde(default)]
    result: Value,
    #[serde(default)]
    error: Value,
    #[serde(default, rename = "errorCode")]
    error_code: String,
    #[serde(default, rename = "errorMessage")]
    error_message: Option<String>,
}

/// A suite of cases as Rust.
#[derive(Debug)]
pub struct Suite {
    /// The text of a module with the types of the suite and a function `run`, which gives each case
    /// to the `Report` of the crate's root.
    pub text: String,
    /// What the cases are called.
    pub ids: Vec<String>,
}

/// The suites of a file of botocore's protocol tests.
///
/// # Errors
/// When the text is no such file, or shapes in it cannot be generated.
pub fn cases(text: &str) -> Result<Vec<Suite>, Error> {
    let suites: Vec<Written> = serde_json::from_str(text)
        .map_err(|e| Error::new(format!("these are no protocol cases: {e}")))?;
    suites.into_iter().map(suite).collect()
}

fn suite(written: Written) -> Result<Suite, Error> {
    let Written {
        metadata,
        shapes,
        cases,
        endpoint,
    } = written;
    let first = cases
        .first()
        .ok_or_else(|| Error::new("a suite has no cases"))?;
    let unnamed = || Error::new("has no name").in_shape(&first.id);
    let name = first
        .given
        .get("name")
        .and_then(Value::as_str)
        .ok_or_else(unnamed)?;
    let operation = Operation::deserialize(&first.given)
        .map_err(|e| Error::new(e.to_string()).in_shape(name))?;
    let service = c2j::lower(&Model {
        metadata: Metadata::of_suite(metadata.protocol),
        operations: Ordered(vec![(name.to_owned(), operation)]),
        shapes,
        documentation: String::new(),
    })?;
    check::check(&service)?;
    let literals = Literals::new(&service)?;
    let mut text = emit::file(
        &service,
        "a suite of protocol cases",
        Endpoint::alone(&service),
    )?;
    text.push_str("\npub fn run(report: &mut crate::Report) {\n");
    for case in &cases {
        let line = call(&literals, name, case, endpoint.as_deref());
        text.push_str(&line.map_err(|e| e.in_shape(&case.id))?);
    }
    text.push_str("}\n");
    let ids = cases.iter().map(|case| case.id.clone()).collect();
    Ok(Suite { text, ids })
}

fn call(
    literals: &Literals<'_>,
    operation: &str,
    case: &Case,
    endpoint: Option<&str>,
) -> Result<String, Error> {
    let id = &case.id;
    if case.serialized.is_object() {
        let input = literals.input(operation, &case.params)?;
        let (endpoint, expected) = (
            endpoint.unwrap_or("https://host.invalid"),
            case.serialized.to_string(),
        );
        return Ok(format!(
            "report.request({id:?}, {input}, {endpoint:?}, {expected:?});\n"
        ));
    }
    let response = case.response.to_string();
    if case.error_code.is_empty() {
        let output = literals.output(operation, &case.result)?;
        let name = literals.operation(operation)?;
        return Ok(format!(
            "report.answer::<{name}>({id:?}, {response:?}, {output});\n"
        ));
    }
    let error = literals.error(&case.error_code, &case.error)?;
    let (code, message) = (&case.error_code, &case.error_message);
    Ok(format!(
        "report.error({id:?}, {response:?}, {code:?}, {message:?}, {error});\n"
    ))
}
