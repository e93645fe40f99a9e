//! Which types a service gets, and what they are called.

use std::collections::{BTreeMap, BTreeSet};

use super::file::File;
use crate::error::Error;
use crate::ir::{Kind, Service, Structure};
use crate::names;

/// Names that the emitted text uses itself.
const RESERVED: &[&str] = &[
    "BTreeMap",
    "Blob",
    "Buffered",
    "Bytes",
    "Default",
    "Deserialize",
    "Err",
    "ErrorReply",
    "Exception",
    "From",
    "Invalid",
    "Malformed",
    "Method",
    "None",
    "Ok",
    "Operation",
    "Option",
    "Paginated",
    "Parts",
    "Request",
    "RequestBuilder",
    "Result",
    "Route",
    "Self",
    "Sensitive",
    "Serialize",
    "Service",
    "ServiceError",
    "Some",
    "Streamed",
    "String",
    "Timestamp",
    "Vec",
];

/// The names of all types of a service.
pub(super) struct Types<'a> {
    pub(super) service: &'a Service,
    /// Of operations, and of shapes that become types.
    names: BTreeMap<&'a str, String>,
    outputs: BTreeMap<&'a str, String>,
    emitted: BTreeSet<&'a str>,
    in_inputs: BTreeSet<&'a str>,
}

impl<'a> Types<'a> {
    pub(super) fn new(service: &'a Service) -> Result<Self, Error> {
        let inputs: Vec<&str> = service
            .operations
            .iter()
            .map(|o| o.input.as_str())
            .collect();
        let outputs = service.operations.iter().map(|o| o.output.as_str());
        let ends: Vec<&str> = inputs
            .iter()
            .copied()
            .chain(outputs)
            .chain(service.all_errors())
            .collect();
        let mut types = Self {
            service,
            names: BTreeMap::new(),
            outputs: BTreeMap::new(),
            emitted: reached(service, &ends)?,
            in_inputs: reached(service, &inputs)?,
        };
        types.give_names();
        Ok(types)
    }

    /// Operations come first, as their names are what callers look for; a shape gives way.
    fn give_names(&mut self) {
        let mut taken: BTreeSet<String> = RESERVED.iter().map(|&name| name.to_owned()).collect();
        let mut free = |name: &str, suffix: &str| {
            let mut name = names::pascal(name);
            while !taken.insert(name.clone()) {
                name.push_str(suffix);
            }
            name
        };
        for operation in &self.service.operations {
            self.names
                .insert(&operation.name, free(&operation.name, "Operation"));
            let output = free(&format!("{}Output", operation.name), "Value");
            self.outputs.insert(&operation.name, output);
        }
        let shapes = self
            .service
            .all_errors()
            .into_iter()
            .chain(self.emitted.iter().copied());
        for shape in shapes {
            self.names
                .entry(shape)
                .or_insert_with(|| free(shape, "Shape"));
        }
    }

    /// Shapes that get a type of their own, in the order of their names.
    pub(super) fn emitted(&self) -> impl Iterator<Item = &'a str> {
        let errors = self.service.all_errors();
        self.emitted
            .iter()
            .copied()
            .filter(move |name| !errors.contains(name))
    }

    /// Whether callers make values of the shape.
    pub(super) fn in_inputs(&self, shape: &str) -> bool {
        self.in_inputs.contains(shape)
    }

    /// The Rust name of an operation's input, or of a shape.
    pub(super) fn name(&self, name: &str) -> Result<&str, Error> {
        let unnamed = || Error::new(format!("`{name}` has got no type"));
        self.names.get(name).map(String::as_str).ok_or_else(unnamed)
    }

    /// The Rust name of an operation's output.
    pub(super) fn output(&self, operation: &str) -> Result<&str, Error> {
        let unnamed = || Error::new(format!("the output of `{operation}` has got no type"));
        self.outputs
            .get(operation)
            .map(String::as_str)
            .ok_or_else(unnamed)
    }

    /// The Rust type of a shape's values.
    pub(super) fn of(&self, file: &mut File, shape: &str) -> Result<String, Error> {
        let target = self.service.shape(shape)?;
        let rust = match &target.kind {
            Kind::Boolean => "bool".to_owned(),
            Kind::Integer(bits) => format!("i{bits}"),
            Kind::String => "String".to_owned(),
            Kind::Blob { streaming: false } => {
                file.import("kvs_protocol", "Blob");
                "Blob".to_owned()
            }
            Kind::Blob { streaming: true } => {
                return Err(Error::unsupported(
                    "a streaming blob that is not an output's payload",
                ));
            }
            Kind::Timestamp => {
                file.import("kvs_protocol", "Timestamp");
                "Timestamp".to_owned()
            }
            Kind::List { element } => format!("Vec<{}>", self.of(file, element)?),
            Kind::Map { key, value } => {
                file.import("std::collections", "BTreeMap");
                format!(
                    "BTreeMap<{}, {}>",
                    self.of(file, key)?,
                    self.of(file, value)?
                )
            }
            Kind::Structure(_) | Kind::Enum(_) => self.name(shape)?.to_owned(),
        };
        if !target.sensitive {
            return Ok(rust);
        }
        file.import("kvs_protocol", "Sensitive");
        Ok(format!("Sensitive<{rust}>"))
    }

    /// Documentation in which the model's names have become Rust's: members of the structure that
    /// is documented are named as fields, operations and types are linked.
    pub(super) fn link_docs(&self, docs: &str, structure: Option<&Structure>) -> String {
        let link = |(at, span): (usize, &str)| {
            // Code spans are what stands between the first backtick and the second, and so on.
            let is_code = at % 2 == 1;
            if !is_code {
                return span.to_owned();
            }
            if structure.is_some_and(|structure| structure.member(span).is_some()) {
                return format!("`{}`", names::field(span));
            }
            match self.names.get(span) {
                Some(name) => format!("[`{name}`]"),
                None => format!("`{span}`"),
            }
        };
        docs.split('`').enumerate().map(link).collect()
    }
}

/// Structures and enumerations that members lead to, beginning at the structures `from`.
fn reached<'a>(service: &'a Service, from: &[&'a str]) -> Result<BTreeSet<&'a str>, Error> {
    let mut reached = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut pending = from.to_vec();
    while let Some(name) = pending.pop() {
        let targets: Vec<&str> = match &service.shape(name)?.kind {
            Kind::Structure(structure) => structure
                .members
                .iter()
                .map(|m| m.target.as_str())
                .collect(),
            Kind::List { element } => vec![element],
            Kind::Map { key, value } => vec![key, value],
            _ => Vec::new(),
        };
        for target in targets {
            if matches!(
                service.shape(target)?.kind,
                Kind::Structure(_) | Kind::Enum(_)
            ) {
                reached.insert(target);
            }
            if seen.insert(target) {
                pending.push(target);
            }
        }
    }
    Ok(reached)
}
