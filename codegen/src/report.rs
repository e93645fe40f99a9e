//! What of a service the generated code does not have.

use crate::emit::is_readable;
use crate::error::Error;
use crate::ir::{Kind, Service};

/// One line for a service, then one for each operation that is left out, each pattern that is not
/// checked and each answer whose pages the caller must turn, with the reason.
///
/// # Errors
/// When a shape is missing that an operation is made of.
pub fn report(service: &Service) -> Result<String, Error> {
    let (kept, left_out) = (service.operations.len(), service.left_out.len());
    let mut lines = vec![format!(
        "{}: {kept} operations, {left_out} left out",
        service.sdk_id
    )];
    let named = service
        .left_out
        .iter()
        .map(|left| format!("  {}: {}", left.operation, left.reason));
    lines.extend(named);
    for (name, shape) in &service.shapes {
        let members = shape.kind.members().iter();
        let of_members =
            members.map(|member| (format!("{name}.{}", member.name), &member.constraints));
        let constraints = std::iter::once((name.clone(), &shape.constraints)).chain(of_members);
        for (place, constraints) in constraints {
            if let Some(pattern) = constraints
                .pattern
                .as_ref()
                .filter(|pattern| !is_readable(pattern))
            {
                lines.push(format!("  {place}: its pattern is not checked: {pattern}"));
            }
        }
    }
    lines.extend(pages(service)?);
    lines.push(String::new());
    Ok(lines.join("\n"))
}

fn pages(service: &Service) -> Result<Vec<String>, Error> {
    let mut lines = Vec::new();
    for operation in &service.operations {
        let Some(pagination) = &operation.pagination else {
            continue;
        };
        let ends = pagination.tokens.iter().flat_map(|token| {
            [
                (&operation.input, &token.input),
                (&operation.output, &token.output),
            ]
        });
        for (shape, token) in ends {
            let member = service.structure(shape)?.member(token);
            let kind = member
                .map(|member| service.shape(&member.target))
                .transpose()?;
            if kind.is_none_or(|shape| shape.kind != Kind::String) {
                let name = &operation.name;
                lines.push(format!(
                    "  {name}: its pages are not turned: `{token}` is no text member"
                ));
            }
        }
    }
    Ok(lines)
}
