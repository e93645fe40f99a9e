//! The rules that a model has for the values of members.

use std::collections::{BTreeMap, BTreeSet};

use super::file::File;
use super::types::Types;
use crate::error::Error;
use crate::ir::{Constraints, Kind, Member, Service};
use crate::names;

/// Rules that are no longer than this are as short as a name for them.
const SHORT: usize = 24;

/// The rules for a member, as the macros take them.
pub(super) fn of_member(types: &Types<'_>, member: &Member) -> Result<Vec<String>, Error> {
    let mut rules = Vec::new();
    if member.required {
        rules.push("Required".to_owned());
    }
    let of_shape = &types.service.shape(&member.target)?.constraints;
    if member.constraints == Constraints::default() {
        rules.extend(of_shape_itself(types, &member.target)?);
        of_parts(types, &member.target, &mut rules)?;
        return Ok(rules);
    }
    // What the member says counts more than what its shape says.
    let constraints = Constraints {
        length: member.constraints.length.or(of_shape.length),
        range: member.constraints.range.or(of_shape.range),
        pattern: member
            .constraints
            .pattern
            .clone()
            .or(of_shape.pattern.clone()),
    };
    of_constraints(&constraints, &mut rules);
    of_parts(types, &member.target, &mut rules)?;
    Ok(rules)
}

/// The rules as a list, or nothing.
pub(super) fn list(rules: &[String]) -> String {
    if rules.is_empty() {
        return String::new();
    }
    format!("[{}]", rules.join(", "))
}

/// The rules of a shape, or the name that they have.
fn of_shape_itself(types: &Types<'_>, shape: &str) -> Result<Vec<String>, Error> {
    if let Some(constant) = types.shared_rules.get(shape) {
        return Ok(vec![constant.clone()]);
    }
    let mut rules = Vec::new();
    of_constraints(&types.service.shape(shape)?.constraints, &mut rules);
    Ok(rules)
}

/// The constants that members refer to.
pub(super) fn emit_shared(file: &mut File, types: &Types<'_>) -> Result<(), Error> {
    if types.shared_rules.is_empty() {
        return Ok(());
    }
    file.text("\nkvs_protocol::rules! {");
    for (shape, constant) in &types.shared_rules {
        let mut rules = Vec::new();
        of_constraints(&types.service.shape(shape)?.constraints, &mut rules);
        file.text(&format!("    {constant} = {};", list(&rules)));
    }
    file.text("}");
    Ok(())
}

fn of_shape(types: &Types<'_>, shape: &str) -> Result<Vec<String>, Error> {
    let mut rules = of_shape_itself(types, shape)?;
    of_parts(types, shape, &mut rules)?;
    Ok(rules)
}

fn of_constraints(constraints: &Constraints, rules: &mut Vec<String>) {
    if let Some(bounds) = constraints.length {
        let least = bounds.min.unwrap_or_default();
        let most = bounds
            .max
            .map_or("u64::MAX".to_owned(), |most| most.to_string());
        rules.push(format!("Length({least}, {most})"));
    }
    if let Some(bounds) = constraints.range {
        let end =
            |end: Option<f64>, none: &str| end.map_or(none.to_owned(), |end| format!("{end:?}"));
        let (least, most) = (end(bounds.min, "f64::MIN"), end(bounds.max, "f64::MAX"));
        rules.push(format!("Range({least}, {most})"));
    }
    if let Some(pattern) = constraints
        .pattern
        .as_ref()
        .filter(|pattern| is_readable(pattern))
    {
        rules.push(format!("Pattern({})", literal(pattern)));
    }
}

/// What elements, keys and values must keep to.
fn of_parts(types: &Types<'_>, shape: &str, rules: &mut Vec<String>) -> Result<(), Error> {
    let parts = match &types.service.shape(shape)?.kind {
        Kind::List { element, .. } => vec![("Each", element)],
        Kind::Map { key, value, .. } => vec![("Keys", key), ("Values", value)],
        _ => Vec::new(),
    };
    for (name, part) in parts {
        let of_part = of_shape(types, part)?;
        if !of_part.is_empty() {
            rules.push(format!("{name}(&{})", list(&of_part)));
        }
    }
    Ok(())
}

/// A pattern as it would be written by hand: raw where it has backslashes.
fn literal(pattern: &str) -> String {
    if !pattern.contains('\\') || pattern.contains(['\n', '\r', '\t', '\0']) {
        return format!("{pattern:?}");
    }
    let hashes = if pattern.contains("\"#") {
        "##"
    } else if pattern.contains('"') {
        "#"
    } else {
        ""
    };
    format!("r{hashes}\"{pattern}\"{hashes}")
}

/// Whether the runtime reads the pattern. It leaves Unicode's properties, looking behind, back
/// references and flags alone.
pub(crate) fn is_readable(pattern: &str) -> bool {
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('\\', Some('p' | 'P' | 'b' | 'B' | 'k' | 'Q' | 'A' | 'z' | 'Z' | '1'..='9')) => {
                return false;
            }
            ('\\', _) => drop(chars.next()),
            ('(', Some('?')) => {
                chars.next();
                if !matches!(chars.peek(), Some(':' | '=' | '!')) {
                    return false;
                }
            }
            _ => {}
        }
    }
    !pattern.contains("&&")
}

/// Whether there are rules for anything that an input leads to.
pub(super) fn leads_to_any(types: &Types<'_>, input: &str) -> Result<bool, Error> {
    let mut seen = BTreeSet::new();
    let mut pending = vec![input];
    while let Some(name) = pending.pop() {
        let kind = &types.service.shape(name)?.kind;
        for member in kind.members() {
            if !of_member(types, member)?.is_empty() {
                return Ok(true);
            }
        }
        pending.extend(super::parts(kind).filter(|part| seen.insert(*part)));
    }
    Ok(false)
}

/// Names the rules of shapes that several members have; each would repeat them otherwise.
pub(super) fn shared<'a>(
    service: &'a Service,
    in_inputs: &BTreeSet<&str>,
) -> BTreeMap<&'a str, String> {
    let mut uses: BTreeMap<&str, u32> = BTreeMap::new();
    for (name, shape) in &service.shapes {
        if in_inputs.contains(name.as_str()) {
            let targets = super::parts(&shape.kind);
            targets.for_each(|target| *uses.entry(target).or_default() += 1);
        }
    }
    let mut shared = BTreeMap::new();
    let mut taken = BTreeSet::from(["SERVICE".to_owned()]);
    for (name, shape) in &service.shapes {
        let is_shared = uses.get(name.as_str()).is_some_and(|uses| *uses > 1);
        let mut rules = Vec::new();
        of_constraints(&shape.constraints, &mut rules);
        let constant = names::snake(name.rsplit('#').next().unwrap_or(name)).to_uppercase();
        if is_shared && list(&rules).len() > SHORT && taken.insert(constant.clone()) {
            shared.insert(name.as_str(), constant);
        }
    }
    shared
}
