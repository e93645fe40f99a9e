//! Values of generated types, written down as Rust.

use serde_json::Value;

use super::file::File;
use super::structure::{self, Role};
use super::types::Types;
use crate::error::Error;
use crate::ir::{Kind, Member, Service, Structure};
use crate::names;

/// Writes values for the types of a service.
pub(crate) struct Literals<'a> {
    types: Types<'a>,
}

impl<'a> Literals<'a> {
    pub(crate) fn new(service: &'a Service) -> Result<Self, Error> {
        Ok(Self {
            types: Types::new(service)?,
        })
    }

    /// The Rust name of an operation.
    pub(crate) fn operation(&self, operation: &str) -> Result<&str, Error> {
        self.types.operation(operation)
    }

    /// An operation with its input.
    pub(crate) fn input(&self, operation: &str, value: &Value) -> Result<String, Error> {
        let shape = &self.find(operation)?.input;
        self.structure(self.types.operation(operation)?, shape, Role::Input, value)
    }

    /// The output of an operation.
    pub(crate) fn output(&self, operation: &str, value: &Value) -> Result<String, Error> {
        let shape = &self.find(operation)?.output;
        self.structure(self.types.output(operation)?, shape, Role::Output, value)
    }

    /// An error, as the variant that holds it.
    pub(crate) fn error(&self, code: &str, value: &Value) -> Result<String, Error> {
        let name = self.types.name(code)?;
        let variant = name.strip_suffix("Exception").unwrap_or(name);
        Ok(format!(
            "Exception::{variant}({})",
            self.structure(name, code, Role::Error, value)?
        ))
    }

    fn find(&self, operation: &str) -> Result<&crate::ir::Operation, Error> {
        let mut operations = self.types.service.operations.iter();
        let unknown = || Error::new(format!("no operation is called `{operation}`"));
        operations
            .find(|found| found.name == operation)
            .ok_or_else(unknown)
    }

    fn structure(
        &self,
        name: &str,
        shape: &str,
        role: Role,
        value: &Value,
    ) -> Result<String, Error> {
        let structure = self.types.service.structure(shape)?;
        let mut fields = String::new();
        for (member, field) in structure::field_names(&self.types, structure, role)? {
            let given = value.get(&member.name).filter(|value| !value.is_null());
            if let Some(given) = given {
                let inner = self
                    .member(shape, member, given)
                    .map_err(|e| e.in_member(&member.name))?;
                // The message of an error that has nothing else is called that in any case.
                fields.push_str(&format!(
                    "{}: Some({inner}), ",
                    self.field(structure, field)
                ));
            }
        }
        Ok(format!("{name} {{ {fields}..Default::default() }}"))
    }

    fn field(&self, structure: &Structure, field: String) -> String {
        if structure.error.is_some() && super::exception::has_message_alone(&self.types, structure)
        {
            return "message".to_owned();
        }
        field
    }

    fn member(&self, within: &str, member: &Member, value: &Value) -> Result<String, Error> {
        let literal = self.value(&member.target, value)?;
        let rust = self.types.of_member(&mut File::default(), within, member)?;
        Ok(if rust.starts_with("Box<") {
            format!("Box::new({literal})")
        } else {
            literal
        })
    }

    fn value(&self, shape: &str, value: &Value) -> Result<String, Error> {
        let wrong = || Error::new(format!("{value} is no value of `{shape}`"));
        let text = || value.as_str().ok_or_else(wrong);
        Ok(match &self.types.service.shape(shape)?.kind {
            Kind::Boolean => value.as_bool().ok_or_else(wrong)?.to_string(),
            Kind::Integer(_) => value.as_i64().ok_or_else(wrong)?.to_string(),
            Kind::Float(bits) => match value {
                Value::String(text) => match text.as_str() {
                    "NaN" => format!("f{bits}::NAN"),
                    "Infinity" => format!("f{bits}::INFINITY"),
                    "-Infinity" => format!("f{bits}::NEG_INFINITY"),
                    _ => return Err(wrong()),
                },
                _ => format!("{:?}", value.as_f64().ok_or_else(wrong)?),
            },
            Kind::String => format!("{:?}.to_owned()", text()?),
            Kind::Enum(_) => format!("{}::from({:?})", self.types.name(shape)?, text()?),
            Kind::IntEnum(_) => format!("{}::from({value})", self.types.name(shape)?),
            Kind::Blob { .. } => format!("kvs_protocol::Blob::from({:?})", text()?),
            Kind::Timestamp(_) => {
                format!(
                    "crate::timestamp({:?}).into()",
                    value.as_f64().ok_or_else(wrong)?
                )
            }
            Kind::List { element, .. } => {
                let elements = value.as_array().ok_or_else(wrong)?.iter();
                let elements = elements.map(|value| self.value(element, value));
                format!(
                    "vec![{}]",
                    elements.collect::<Result<Vec<_>, _>>()?.join(", ")
                )
            }
            Kind::Map {
                key,
                value: of_values,
                ..
            } => {
                let entries = value
                    .as_object()
                    .ok_or_else(wrong)?
                    .iter()
                    .map(|(name, value)| {
                        let key = self.value(key, &Value::from(name.as_str()))?;
                        Ok(format!("({key}, {})", self.value(of_values, value)?))
                    });
                format!(
                    "[{}].into()",
                    entries.collect::<Result<Vec<_>, Error>>()?.join(", ")
                )
            }
            Kind::Structure(_) => {
                self.structure(self.types.name(shape)?, shape, Role::Nested, value)?
            }
            Kind::Union(members) => self.variant(shape, members, value)?,
            Kind::Document => format!("crate::document({:?})", value.to_string()),
            Kind::BigNumber | Kind::EventStream => return Err(wrong()),
        })
    }

    fn variant(&self, shape: &str, members: &[Member], value: &Value) -> Result<String, Error> {
        let variants = names::distinct(members.iter().map(|member| names::variant(&member.name)));
        for (member, variant) in members.iter().zip(variants) {
            if let Some(given) = value.get(&member.name) {
                let inner = self.member(shape, member, given)?;
                return Ok(format!("{}::{variant}({inner})", self.types.name(shape)?));
            }
        }
        Err(Error::new(format!("{value} is no value of `{shape}`")))
    }
}
