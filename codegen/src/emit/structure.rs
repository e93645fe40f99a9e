//! Structures: inputs, outputs, errors and what they are made of.

use super::file::File;
use super::types::Types;
use crate::error::Error;
use crate::ir::{Binding, Kind, Literal, Member, Structure};
use crate::names::{self, Rule};

/// A structure to emit.
pub(super) struct Spec<'a> {
    pub(super) name: &'a str,
    pub(super) wire_name: &'a str,
    pub(super) docs: String,
    pub(super) structure: &'a Structure,
    /// Whether the service may add members without breaking those who use the type.
    pub(super) grows: bool,
    /// Whether a default is left to the service: it need not be sent.
    pub(super) all_optional: bool,
}

/// A member as a field.
struct Field<'a> {
    name: String,
    member: &'a Member,
    /// `Option` unless an absent value means the default.
    default: Option<&'a Literal>,
}

/// A structure with all that its attributes follow from.
struct Layout<'a> {
    spec: &'a Spec<'a>,
    fields: Vec<Field<'a>>,
    /// How wire names follow from field names; `None` when nothing of it travels as JSON.
    rule: Option<Rule>,
    derives_default: bool,
}

pub(super) fn emit(file: &mut File, types: &Types<'_>, spec: &Spec<'_>) -> Result<(), Error> {
    let layout = Layout::new(types, spec);
    file.docs(&or_name(&spec.docs, spec.wire_name));
    layout.attributes(file);
    if layout.fields.is_empty() {
        file.text(&format!("pub struct {} {{}}", spec.name));
        return Ok(());
    }
    file.text(&format!("pub struct {} {{", spec.name));
    for field in &layout.fields {
        layout
            .field(file, types, field)
            .map_err(|e| e.in_member(&field.member.name))?;
    }
    file.text("}");
    if layout.derives_default {
        Ok(())
    } else {
        layout.default(file, types)
    }
}

/// The fields of a structure, by member. A payload is none: it is handed over beside the output.
pub(super) fn field_names(structure: &Structure) -> Vec<(&Member, String)> {
    let members = || {
        structure
            .members
            .iter()
            .filter(|m| m.binding != Binding::Payload)
    };
    let names = names::distinct(members().map(|member| names::field(&member.name)));
    members().zip(names).collect()
}

/// What the model says about a member; if nothing, what it says about the member's shape.
pub(super) fn member_docs(
    types: &Types<'_>,
    structure: &Structure,
    member: &Member,
) -> Result<String, Error> {
    let of_shape = &types.service.shape(&member.target)?.docs;
    let docs = if member.docs.is_empty() {
        of_shape
    } else {
        &member.docs
    };
    Ok(or_name(
        &types.link_docs(docs, Some(structure)),
        &member.name,
    ))
}

/// Documentation of what the model does not document: every public item has some.
pub(super) fn or_name(docs: &str, wire_name: &str) -> String {
    if docs.trim().is_empty() {
        format!("`{wire_name}`.")
    } else {
        docs.to_owned()
    }
}

impl<'a> Layout<'a> {
    fn new(types: &Types<'_>, spec: &'a Spec<'a>) -> Self {
        let default = |member: &'a Member| member.default.as_ref().filter(|_| !spec.all_optional);
        let fields: Vec<Field<'_>> = field_names(spec.structure)
            .into_iter()
            .map(|(member, name)| Field {
                name,
                member,
                default: default(member),
            })
            .collect();
        let in_body = fields
            .iter()
            .filter(|field| field.member.binding == Binding::Body);
        let wire_names = in_body.map(|field| field.member.name.as_str());
        let is_json = fields.is_empty() || wire_names.clone().next().is_some();
        Self {
            spec,
            rule: is_json.then(|| Rule::for_members(wire_names)),
            derives_default: fields.iter().all(|field| is_rusts_default(types, field)),
            fields,
        }
    }

    fn attributes(&self, file: &mut File) {
        let default = if self.derives_default {
            "Default, "
        } else {
            ""
        };
        let mut serde = "";
        if self.rule.is_some() {
            file.import("serde", "Deserialize");
            file.import("serde", "Serialize");
            serde = ", Serialize, Deserialize";
        }
        file.text(&format!(
            "#[derive(Clone, Debug, {default}PartialEq{serde})]"
        ));
        if self.spec.grows {
            file.text("#[non_exhaustive]");
        }
        if let Some(rule) = self.rule.filter(|_| !self.fields.is_empty()) {
            let rename_all = rule
                .attribute()
                .map(|rule| format!("{rule}, "))
                .unwrap_or_default();
            file.text(&format!("#[serde({rename_all}default)]"));
        }
    }

    fn field(&self, file: &mut File, types: &Types<'_>, field: &Field<'_>) -> Result<(), Error> {
        let Field {
            name,
            member,
            default,
        } = field;
        file.docs_within(1, &member_docs(types, self.spec.structure, member)?);
        if let Some(attribute) = self.rule.and_then(|rule| self.field_attribute(rule, field)) {
            file.text(&attribute);
        }
        let target = types.of(file, &member.target)?;
        let rust = if default.is_some() {
            target
        } else {
            format!("Option<{target}>")
        };
        file.text(&format!("pub {name}: {rust},"));
        Ok(())
    }

    fn field_attribute(&self, rule: Rule, field: &Field<'_>) -> Option<String> {
        if field.member.binding != Binding::Body {
            return Some("#[serde(skip)]".to_owned());
        }
        let wire_name = field.member.name.as_str();
        let mut parts = Vec::new();
        if rule.wire_name(&field.name) != wire_name {
            parts.push(format!("rename = {wire_name:?}"));
        }
        parts.extend(message_alias(self.spec.structure, wire_name));
        if field.default.is_none() {
            parts.push("skip_serializing_if = \"Option::is_none\"".to_owned());
        }
        (!parts.is_empty()).then(|| format!("#[serde({})]", parts.join(", ")))
    }

    fn default(&self, file: &mut File, types: &Types<'_>) -> Result<(), Error> {
        let name = self.spec.name;
        file.text(&format!(
            "\nimpl Default for {name} {{\nfn default() -> Self {{\nSelf {{"
        ));
        for field in &self.fields {
            file.text(&format!(
                "{}: {},",
                field.name,
                default_value(types, field)?
            ));
        }
        file.text("}\n}\n}");
        Ok(())
    }
}

/// Services spell the message of an error as they like, whatever their model says.
fn message_alias(structure: &Structure, wire_name: &str) -> Option<String> {
    structure.error?;
    let other = match wire_name {
        "Message" => "message",
        "message" => "Message",
        _ => return None,
    };
    structure
        .member(other)
        .is_none()
        .then(|| format!("alias = {other:?}"))
}

/// Whether `Default` can be derived as far as this field goes.
fn is_rusts_default(types: &Types<'_>, field: &Field<'_>) -> bool {
    match field.default {
        Some(Literal::Boolean(value)) => !value,
        Some(Literal::Integer(value)) => *value == 0,
        Some(Literal::String(text)) => text.is_empty() && !is_enum(types, field.member),
        Some(Literal::EmptyList | Literal::EmptyMap) | None => true,
    }
}

fn is_enum(types: &Types<'_>, member: &Member) -> bool {
    types
        .service
        .shape(&member.target)
        .is_ok_and(|shape| matches!(shape.kind, Kind::Enum(_)))
}

fn default_value(types: &Types<'_>, field: &Field<'_>) -> Result<String, Error> {
    let Some(default) = field.default else {
        return Ok("None".to_owned());
    };
    let target = &field.member.target;
    let value = match default {
        Literal::Boolean(value) => value.to_string(),
        Literal::Integer(value) => value.to_string(),
        Literal::String(text) if is_enum(types, field.member) => {
            format!("{}::from({text:?})", types.name(target)?)
        }
        Literal::String(text) if !text.is_empty() => format!("{text:?}.to_owned()"),
        Literal::String(_) | Literal::EmptyList | Literal::EmptyMap => {
            return Ok("Default::default()".to_owned());
        }
    };
    let sensitive = types.service.shape(target)?.sensitive;
    Ok(if sensitive {
        format!("Sensitive({value})")
    } else {
        value
    })
}
