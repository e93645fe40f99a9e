//! Which types a service gets, and what they are called.

use std::collections::{BTreeMap, BTreeSet};

use super::file::File;
use super::rules;
use crate::error::Error;
use crate::ir::{Kind, Member, Service, Structure, TimestampFormat};
use crate::names;

/// Names that the emitted text uses itself.
const RESERVED: &[&str] = &[
    "BTreeMap",
    "Blob",
    "Box",
    "Buffered",
    "BuiltIns",
    "Bytes",
    "DateTime",
    "Default",
    "Endpoint",
    "EpochSeconds",
    "Err",
    "Exception",
    "From",
    "HttpDate",
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
    "Service",
    "Some",
    "Streamed",
    "String",
    "Timestamp",
    "Unresolved",
    "Upload",
    "Vec",
    "Violation",
];

/// Deeper than any service goes, and not too deep for the stack.
const DEEPEST: usize = 1_000;

/// The names of all types of a service.
pub(super) struct Types<'a> {
    pub(super) service: &'a Service,
    operations: BTreeMap<&'a str, String>,
    outputs: BTreeMap<&'a str, String>,
    /// Of shapes that become types.
    names: BTreeMap<&'a str, String>,
    /// Shapes that contain each other by value have the same number.
    circles: BTreeMap<&'a str, usize>,
    emitted: BTreeSet<&'a str>,
    in_inputs: BTreeSet<&'a str>,
    /// Names of rules that several members have, by the shape that they are from.
    pub(super) shared_rules: BTreeMap<&'a str, String>,
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
        let in_inputs = reached(service, &inputs)?;
        let with_inputs = in_inputs.iter().copied().chain(inputs).collect();
        let mut types = Self {
            service,
            operations: BTreeMap::new(),
            outputs: BTreeMap::new(),
            names: BTreeMap::new(),
            circles: Circles::of(service)?,
            emitted: reached(service, &ends)?,
            shared_rules: rules::shared(service, &with_inputs),
            in_inputs,
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
            let name = free(&operation.name, "Operation");
            self.operations.insert(&operation.name, name);
            let output = free(&format!("{}Output", operation.name), "Value");
            self.outputs.insert(&operation.name, output);
        }
        let errors = self.service.all_errors();
        for shape in errors.into_iter().chain(self.emitted.iter().copied()) {
            let local = shape.rsplit('#').next().unwrap_or(shape);
            self.names
                .entry(shape)
                .or_insert_with(|| free(local, "Shape"));
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

    /// The Rust name of an operation's input.
    pub(super) fn operation(&self, name: &str) -> Result<&str, Error> {
        let unnamed = || Error::new(format!("`{name}` has got no type"));
        let name = self.operations.get(name);
        name.map(String::as_str).ok_or_else(unnamed)
    }

    /// The Rust name of a shape.
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

    /// Whether a member is bytes that are handed over as they come in.
    pub(super) fn is_stream(&self, member: &Member) -> Result<bool, Error> {
        let kind = &self.service.shape(&member.target)?.kind;
        Ok(matches!(
            kind,
            Kind::Blob {
                streaming: true,
                ..
            }
        ))
    }

    /// The Rust type of a member of the shape `within`, without the `Option` around it.
    pub(super) fn of_member(
        &self,
        file: &mut File,
        within: &str,
        member: &Member,
    ) -> Result<String, Error> {
        let rust = self.of(file, &member.target, member.timestamp_format)?;
        let circle = |shape: &str| self.circles.get(shape);
        let is_within_itself = circle(within).is_some() && circle(within) == circle(&member.target);
        Ok(if is_within_itself {
            format!("Box<{rust}>")
        } else {
            rust
        })
    }

    /// The Rust type of a shape's values.
    fn of(
        &self,
        file: &mut File,
        shape: &str,
        format: Option<TimestampFormat>,
    ) -> Result<String, Error> {
        let target = self.service.shape(shape)?;
        let rust = match &target.kind {
            Kind::Boolean => "bool".to_owned(),
            Kind::Integer(bits) => format!("i{bits}"),
            Kind::Float(bits) => format!("f{bits}"),
            Kind::BigNumber => "kvs_protocol::BigNumber".to_owned(),
            Kind::String => "String".to_owned(),
            Kind::Document => "kvs_protocol::Document".to_owned(),
            Kind::Blob {
                streaming: false, ..
            } => imported(file, "Blob"),
            Kind::Blob {
                streaming: true, ..
            } => {
                return Err(Error::unsupported("a streaming blob that is not a payload"));
            }
            Kind::EventStream => {
                return Err(Error::unsupported("an event stream that is not a payload"));
            }
            Kind::Timestamp(of_shape) => match format.or(*of_shape) {
                None => imported(file, "Timestamp"),
                Some(TimestampFormat::EpochSeconds) => imported(file, "EpochSeconds"),
                Some(TimestampFormat::DateTime) => imported(file, "DateTime"),
                Some(TimestampFormat::HttpDate) => imported(file, "HttpDate"),
            },
            Kind::List { element, sparse } => {
                format!(
                    "Vec<{}>",
                    sparse_or_not(self.of(file, element, None)?, *sparse)
                )
            }
            Kind::Map { key, value, sparse } => {
                file.import("std::collections", "BTreeMap");
                let value = sparse_or_not(self.of(file, value, None)?, *sparse);
                format!("BTreeMap<{}, {value}>", self.of(file, key, None)?)
            }
            Kind::Structure(_) | Kind::Union(_) | Kind::Enum(_) | Kind::IntEnum(_) => {
                self.name(shape)?.to_owned()
            }
        };
        if !target.sensitive {
            return Ok(rust);
        }
        Ok(format!("{}<{rust}>", imported(file, "Sensitive")))
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
            match self.operations.get(span).or_else(|| self.names.get(span)) {
                Some(name) => format!("[`{name}`]"),
                None => format!("`{span}`"),
            }
        };
        docs.split('`').enumerate().map(link).collect()
    }
}

fn imported(file: &mut File, name: &'static str) -> String {
    file.import("kvs_protocol", name);
    name.to_owned()
}

fn sparse_or_not(rust: String, sparse: bool) -> String {
    if sparse {
        format!("Option<{rust}>")
    } else {
        rust
    }
}

/// Shapes that a shape is made of.
pub(crate) fn parts(kind: &Kind) -> impl Iterator<Item = &str> {
    let (one, other) = match kind {
        Kind::List { element, .. } => (Some(element), None),
        Kind::Map { key, value, .. } => (Some(key), Some(value)),
        _ => (None, None),
    };
    let members = kind.members().iter().map(|member| &member.target);
    one.into_iter()
        .chain(other)
        .chain(members)
        .map(String::as_str)
}

/// Shapes to which members lead, beginning at the structures `from`, that become types.
fn reached<'a>(service: &'a Service, from: &[&'a str]) -> Result<BTreeSet<&'a str>, Error> {
    let mut reached = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut pending = from.to_vec();
    while let Some(name) = pending.pop() {
        for target in parts(&service.shape(name)?.kind) {
            if matches!(
                service.shape(target)?.kind,
                Kind::Structure(_) | Kind::Union(_) | Kind::Enum(_) | Kind::IntEnum(_)
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

/// Finds shapes that contain each other by value, whose types would be of endless size: Tarjan's
/// strongly connected components, kept where they are circles.
struct Circles<'a> {
    service: &'a Service,
    order: BTreeMap<&'a str, usize>,
    open: Vec<&'a str>,
    circles: BTreeMap<&'a str, usize>,
}

impl<'a> Circles<'a> {
    fn of(service: &'a Service) -> Result<BTreeMap<&'a str, usize>, Error> {
        let mut found = Self {
            service,
            order: BTreeMap::new(),
            open: Vec::new(),
            circles: BTreeMap::new(),
        };
        for name in service.shapes.keys() {
            if !found.order.contains_key(name.as_str()) {
                found.visit(name)?;
            }
        }
        Ok(found.circles)
    }

    /// The lowest number that the shape leads back to.
    fn visit(&mut self, name: &'a str) -> Result<usize, Error> {
        if self.open.len() > DEEPEST {
            let problem = format!("stands within more than {DEEPEST} other structures");
            return Err(Error::new(problem).in_shape(name));
        }
        let number = self.order.len();
        self.order.insert(name, number);
        self.open.push(name);
        let mut lowest = number;
        let mut is_circle = false;
        for member in self.service.shape(name)?.kind.members() {
            let target = member.target.as_str();
            is_circle |= target == name;
            lowest = lowest.min(match self.order.get(target) {
                None => self.visit(target)?,
                Some(known) if self.open.contains(&target) => *known,
                Some(_) => usize::MAX,
            });
        }
        if lowest == number {
            let at = self.open.iter().position(|open| *open == name);
            let circle = self.open.split_off(at.unwrap_or_default());
            if is_circle || circle.len() > 1 {
                let numbered = circle.into_iter().map(|name| (name, number));
                self.circles.extend(numbered);
            }
        }
        Ok(lowest)
    }
}
