//! Structures and unions: inputs, outputs, errors and what they are made of.

use super::file::File;
use super::rules;
use super::types::Types;
use crate::error::Error;
use crate::ir::{Binding, Kind, Literal, Member, Structure};
use crate::names;

/// What a structure is to the operation, on which depends where its members travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Input,
    Output,
    Error,
    /// Within the document, whatever its members say.
    Nested,
}

impl Role {
    /// Where a member travels in this role.
    pub(super) fn binding(self, member: &Member) -> &Binding {
        let (asks, answers) = match self {
            Self::Input => (true, false),
            Self::Output | Self::Error => (false, true),
            Self::Nested => (false, false),
        };
        match &member.binding {
            Binding::Header(_) | Binding::PrefixHeaders(_) | Binding::Payload
                if asks || answers =>
            {
                &member.binding
            }
            Binding::Query(_) | Binding::QueryMap | Binding::Label(_) if asks => &member.binding,
            Binding::Status if answers => &member.binding,
            _ => &Binding::Body,
        }
    }
}

/// A structure to emit.
pub(super) struct Spec<'a> {
    pub(super) name: &'a str,
    pub(super) wire_name: &'a str,
    pub(super) docs: String,
    pub(super) structure: &'a Structure,
    pub(super) role: Role,
    /// Whether the service may add members without breaking those who use the type.
    pub(super) grows: bool,
    /// Whether a default is left to the service: it need not be sent.
    pub(super) all_optional: bool,
    /// Groups of members of each of which at least one is needed.
    pub(super) one_of: &'a [Vec<String>],
}

pub(super) fn emit(file: &mut File, types: &Types<'_>, spec: &Spec<'_>) -> Result<(), Error> {
    file.text("\nkvs_protocol::structure! {");
    file.docs_within(1, &or_name(&spec.docs, spec.wire_name));
    if spec.grows {
        file.text("    #[non_exhaustive]");
    }
    let one_of: String = spec
        .one_of
        .iter()
        .map(|group| {
            let names: Vec<String> = group.iter().map(|name| format!("{name:?}")).collect();
            format!(" one_of({})", names.join(", "))
        })
        .collect();
    let fields = field_names(types, spec.structure, spec.role)?;
    if fields.is_empty() {
        file.text(&format!("    pub struct {}{one_of} {{}}\n}}", spec.name));
        return Ok(());
    }
    file.text(&format!("    pub struct {}{one_of} {{", spec.name));
    for (member, name) in &fields {
        field(file, types, spec, member, name).map_err(|e| e.in_member(&member.name))?;
    }
    file.text("    }\n}");
    Ok(())
}

/// The fields of a structure, by member. A payload that streams is none: it is handed over beside
/// the structure.
pub(super) fn field_names<'a>(
    types: &Types<'_>,
    structure: &'a Structure,
    role: Role,
) -> Result<Vec<(&'a Member, String)>, Error> {
    let mut members = Vec::new();
    for member in &structure.members {
        let is_payload = *role.binding(member) == Binding::Payload;
        if !(is_payload && types.is_stream(member)?) {
            members.push(member);
        }
    }
    let names = names::distinct(members.iter().map(|member| names::field(&member.name)));
    Ok(members.into_iter().zip(names).collect())
}

fn field(
    file: &mut File,
    types: &Types<'_>,
    spec: &Spec<'_>,
    member: &Member,
    name: &str,
) -> Result<(), Error> {
    file.docs_within(2, &member_docs(types, spec.structure, member)?);
    let target = types.of_member(file, spec.wire_name, member)?;
    let default = member.default.as_ref().filter(|_| !spec.all_optional);
    let rust = match default {
        Some(_) => target,
        None => format!("Option<{target}>"),
    };
    let place = place(spec.role.binding(member));
    let in_document = place.is_empty();
    let wire_name = if in_document {
        &member.wire_name
    } else {
        &member.name
    };
    let mut rules = rules::of_member(types, member)?;
    if default.is_some() || matches!(spec.role, Role::Output | Role::Error) {
        rules.clear();
    }
    let default = match default {
        Some(default) => default_value(types, member, default)?,
        None => String::new(),
    };
    let head = format!("        pub {name}: {rust} = {wire_name:?}{place}");
    let rules = rules::list(&rules);
    file.text(&joined(&head, &rules, &default));
    Ok(())
}

/// One line, or several where one would be too long.
fn joined(head: &str, rules: &str, default: &str) -> String {
    let parts = [rules, default].into_iter().filter(|part| !part.is_empty());
    let line = parts
        .clone()
        .fold(head.to_owned(), |line, part| format!("{line} {part}"));
    if line.chars().count() < super::file::WIDTH {
        return format!("{line},");
    }
    let lines = parts.fold(head.to_owned(), |lines, part| {
        format!("{lines}\n            {part}")
    });
    format!("{lines},")
}

/// How the macro is told where a member travels.
fn place(binding: &Binding) -> &'static str {
    match binding {
        Binding::Body => "",
        Binding::Header(_) | Binding::PrefixHeaders(_) => " (header)",
        Binding::Query(_) | Binding::QueryMap => " (query)",
        Binding::Label(_) => " (label)",
        Binding::Payload => " (payload)",
        Binding::Status => " (status)",
    }
}

pub(super) fn union(
    file: &mut File,
    types: &Types<'_>,
    shape: &str,
    members: &[Member],
) -> Result<(), Error> {
    let (name, docs) = (types.name(shape)?, &types.service.shape(shape)?.docs);
    file.text("\nkvs_protocol::union! {");
    file.docs_within(1, &or_name(&types.link_docs(docs, None), shape));
    file.text(&format!("    pub enum {name} {{"));
    let variants = names::distinct(members.iter().map(|member| names::variant(&member.name)));
    for (member, variant) in members.iter().zip(variants) {
        let structure = Structure::default();
        file.docs_within(2, &member_docs(types, &structure, member)?);
        let target = types.of_member(file, shape, member)?;
        let head = format!("        {variant}({target}) = {:?}", member.wire_name);
        let rules = rules::list(&rules::of_member(types, member)?);
        file.text(&joined(&head, &rules, ""));
    }
    file.text("    }\n}");
    Ok(())
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

/// What stands behind the field where absence means something else than the type's own default.
fn default_value(types: &Types<'_>, member: &Member, default: &Literal) -> Result<String, Error> {
    match default_expression(types, member, default)? {
        Some(value) => Ok(format!("else {value}")),
        None => Ok(String::new()),
    }
}

/// The value that absence means; `None` where it is the type's own default.
pub(super) fn default_expression(
    types: &Types<'_>,
    member: &Member,
    default: &Literal,
) -> Result<Option<String>, Error> {
    let target = types.service.shape(&member.target)?;
    let name = || types.name(&member.target);
    let value = match (default, &target.kind) {
        (Literal::String(text), Kind::Enum(_)) => format!("{}::from({text:?})", name()?),
        (Literal::Integer(number), Kind::IntEnum(_)) => format!("{}::from({number})", name()?),
        (_, Kind::Document) => match default {
            Literal::Boolean(value) => format!("kvs_protocol::Document::from({value})"),
            Literal::Integer(value) => format!("kvs_protocol::Document::from({value})"),
            Literal::Float(value) => format!("kvs_protocol::Document::from({value})"),
            Literal::String(text) => format!("kvs_protocol::Document::from({text:?})"),
            Literal::EmptyList => "kvs_protocol::Document::Array(Vec::new())".to_owned(),
            Literal::EmptyMap => "kvs_protocol::Document::Object(Default::default())".to_owned(),
        },
        (Literal::Integer(seconds), Kind::Timestamp(of_shape)) => {
            match member.timestamp_format.or(*of_shape) {
                None => format!("Timestamp::new({seconds}, 0)"),
                Some(_) => format!("kvs_protocol::Timestamp::new({seconds}, 0).into()"),
            }
        }
        (Literal::Integer(0) | Literal::Boolean(false), _) => return Ok(None),
        (Literal::Integer(value), Kind::Float(_)) => format!("{value}.0"),
        (Literal::Boolean(value), _) => value.to_string(),
        (Literal::Integer(value), _) => value.to_string(),
        (Literal::Float(value), _) => value.clone(),
        (Literal::String(text), _) if !text.is_empty() => format!("{text:?}.to_owned()"),
        (Literal::String(_) | Literal::EmptyList | Literal::EmptyMap, _) => return Ok(None),
    };
    let value = if target.sensitive {
        format!("Sensitive({value})")
    } else {
        value
    };
    Ok(Some(value))
}
