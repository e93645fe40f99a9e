//! What must hold of a service before anything is emitted, whichever reader it came from.

use std::collections::BTreeSet;

use crate::error::Error;
use crate::ir::{Kind, Literal, Member, Operation, Service, Structure};

/// More levels than anybody has use for.
const DEEPEST_LIST: usize = 32;

/// Checks a service that has been read.
///
/// # Errors
/// The first thing that does not hold.
pub(crate) fn check(service: &Service) -> Result<(), Error> {
    for (name, shape) in &service.shapes {
        refuse_endless_list(service, name).map_err(|e| e.in_shape(name))?;
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
    let tokens = &pagination.tokens;
    let of_input = tokens.iter().map(|token| &token.input);
    let of_output = tokens.iter().map(|token| &token.output);
    let ends = [
        (
            input,
            &operation.input,
            of_input.chain(&pagination.page_size).collect(),
        ),
        (
            output,
            &operation.output,
            of_output.chain(&pagination.items).collect::<Vec<_>>(),
        ),
    ];
    for (structure, name, members) in ends {
        // A path into the answer is not followed, and so not checked either.
        for member in members
            .into_iter()
            .filter(|name| !name.contains(['.', '[']))
        {
            has_member(structure, name, member).map_err(|e| e.in_trait("paginated"))?;
        }
    }
    Ok(())
}

fn has_member(structure: &Structure, name: &str, member: &str) -> Result<(), Error> {
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
        | (
            Literal::Integer(_),
            Kind::Integer(_) | Kind::Float(_) | Kind::IntEnum(_) | Kind::Timestamp(_),
        )
        | (Literal::Float(_), Kind::Float(_))
        | (_, Kind::Document)
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

/// Refuses lists and maps that hold nothing but each other, without an end.
fn refuse_endless_list(service: &Service, name: &str) -> Result<(), Error> {
    let mut at = name;
    for _ in 0..DEEPEST_LIST {
        at = match &service.shape(at)?.kind {
            Kind::List { element: next, .. } | Kind::Map { value: next, .. } => next,
            _ => return Ok(()),
        };
    }
    let problem = format!("holds lists within lists for more than {DEEPEST_LIST} levels");
    Err(Error::new(problem))
}

/// Refuses a structure of which no value could be made.
fn refuse_endless(service: &Service, name: &str) -> Result<(), Error> {
    match required_cycle(service, name)? {
        Some(path) => {
            let problem =
                format!("no value can be made: required members lead back to it ({path})");
            Err(Error::new(problem).in_shape(name).in_trait("required"))
        }
        None => Ok(()),
    }
}

/// The required members by which a structure leads back to itself through structures alone.
fn required_cycle(service: &Service, start: &str) -> Result<Option<String>, Error> {
    let mut seen = BTreeSet::from([start]);
    let mut pending = vec![(start, start.to_owned())];
    while let Some((name, path)) = pending.pop() {
        let Kind::Structure(structure) = &service.shape(name)?.kind else {
            continue;
        };
        for member in structure.members.iter().filter(|member| member.required) {
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
