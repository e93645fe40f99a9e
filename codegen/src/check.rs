//! What must hold of a service before anything is emitted, whichever reader it came from.

use std::collections::BTreeSet;

use crate::error::Error;
use crate::ir::{Binding, Kind, Literal, Member, Operation, Service, Structure};

/// Checks a service that has been read.
///
/// # Errors
/// The first thing that does not hold.
pub(crate) fn check(service: &Service) -> Result<(), Error> {
    for (name, shape) in &service.shapes {
        let Kind::Structure(structure) = &shape.kind else {
            continue;
        };
        for member in &structure.members {
            check_member(service, member).map_err(|e| e.in_member(&member.name).in_shape(name))?;
        }
        refuse_endless(service, name)?;
    }
    for operation in &service.operations {
        check_operation(service, operation).map_err(|e| e.in_shape(&operation.name))?;
    }
    for error in service.all_errors() {
        if service.structure(error)?.error.is_none() {
            let problem = "an operation lists it among its errors, so it must have the error trait";
            return Err(Error::new(problem).in_shape(error));
        }
    }
    Ok(())
}

fn check_operation(service: &Service, operation: &Operation) -> Result<(), Error> {
    let input = service.structure(&operation.input)?;
    let output = service.structure(&operation.output)?;
    let Some(pagination) = &operation.pagination else {
        return Ok(());
    };
    let checks = [
        (input, &operation.input, Some(&pagination.input_token)),
        (output, &operation.output, Some(&pagination.output_token)),
        (output, &operation.output, pagination.items.as_ref()),
        (input, &operation.input, pagination.page_size.as_ref()),
    ];
    for (structure, name, member) in checks {
        let Some(member) = member else { continue };
        has_member(structure, name, member).map_err(|e| e.in_trait("paginated"))?;
    }
    Ok(())
}

fn has_member(structure: &Structure, name: &str, member: &str) -> Result<(), Error> {
    if member.contains(['.', '[']) {
        return Err(Error::unsupported(format!("the path `{member}`")));
    }
    match structure.member(member) {
        Some(_) => Ok(()),
        None => Err(Error::new(format!("`{name}` has no member `{member}`"))),
    }
}

fn check_member(service: &Service, member: &Member) -> Result<(), Error> {
    let target = service.shape(&member.target)?;
    let Some(default) = &member.default else {
        return Ok(());
    };
    let fits = match (default, &target.kind) {
        (Literal::Boolean(_), Kind::Boolean)
        | (Literal::Integer(_), Kind::Integer(_))
        | (Literal::String(_), Kind::String)
        | (Literal::EmptyList, Kind::List { .. })
        | (Literal::EmptyMap, Kind::Map { .. }) => true,
        (Literal::String(text), Kind::Enum(values)) => values.iter().any(|v| v.value == *text),
        (Literal::String(text), Kind::Blob { .. }) => text.is_empty(),
        _ => false,
    };
    if fits {
        return Ok(());
    }
    let problem = format!("{default:?} is no default for a `{}`", member.target);
    Err(Error::new(problem).in_trait("default"))
}

/// Refuses a structure of which no value could be made, or whose type would be of endless size.
fn refuse_endless(service: &Service, name: &str) -> Result<(), Error> {
    let in_body = |member: &Member| member.binding == Binding::Body;
    if let Some(path) = cycle(service, name, |member| member.required)? {
        let problem = format!("no value can be made: required members lead back to it ({path})");
        return Err(Error::new(problem).in_shape(name).in_trait("required"));
    }
    match cycle(service, name, in_body)? {
        Some(path) => {
            Err(Error::unsupported(format!("a structure within itself ({path})")).in_shape(name))
        }
        None => Ok(()),
    }
}

/// The members by which a structure leads back to itself through structures alone.
fn cycle(
    service: &Service,
    start: &str,
    follow: impl Fn(&Member) -> bool,
) -> Result<Option<String>, Error> {
    let mut seen = BTreeSet::from([start]);
    let mut pending = vec![(start, start.to_owned())];
    while let Some((name, path)) = pending.pop() {
        let Kind::Structure(structure) = &service.shape(name)?.kind else {
            continue;
        };
        for member in structure.members.iter().filter(|member| follow(member)) {
            let path = format!("{path}.{}", member.name);
            if member.target == start {
                return Ok(Some(path));
            }
            if seen.insert(&member.target) {
                pending.push((&member.target, path));
            }
        }
    }
    Ok(None)
}
