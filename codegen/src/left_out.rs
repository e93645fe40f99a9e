//! Operations that need what the runtime does not have are left out, and named: those with event
//! streams, which are framed in a form of their own, and those that are signed in another way than
//! with SigV4.

use std::collections::BTreeSet;

use crate::emit::parts;
use crate::error::Error;
use crate::ir::{Auth, Kind, LeftOut, Operation, Service};

/// Leaves out those operations, and the shapes that nobody else needs.
pub(crate) fn leave_out(service: &mut Service) -> Result<(), Error> {
    let mut kept = Vec::new();
    for operation in std::mem::take(&mut service.operations) {
        let reasons = reasons(service, &operation)?;
        if reasons.is_empty() {
            kept.push(operation);
        } else {
            service.left_out.push(LeftOut {
                operation: operation.name,
                reason: reasons.join(", "),
            });
        }
    }
    service.operations = kept;
    if !service.left_out.is_empty() {
        drop_unused(service)?;
    }
    Ok(())
}

/// What an operation needs that is not there.
fn reasons(service: &Service, operation: &Operation) -> Result<Vec<String>, Error> {
    let mut reasons = Vec::new();
    for (end, shape) in [("input", &operation.input), ("output", &operation.output)] {
        for member in service.shape(shape)?.kind.members() {
            if service.shape(&member.target)?.kind == Kind::EventStream {
                reasons.push(format!("event stream `{}` in the {end}", member.name));
            }
        }
    }
    if let Auth::Other(scheme) = &operation.auth {
        reasons.push(format!("requests that `{scheme}` authorizes"));
    }
    Ok(reasons)
}

fn drop_unused(service: &mut Service) -> Result<(), Error> {
    let operations = service.operations.iter();
    let ends = operations.flat_map(|operation| [operation.input.as_str(), &operation.output]);
    let mut pending: Vec<&str> = ends.chain(service.all_errors()).collect();
    let mut used: BTreeSet<String> = BTreeSet::new();
    while let Some(name) = pending.pop() {
        if used.insert(name.to_owned()) {
            pending.extend(parts(&service.shape(name)?.kind));
        }
    }
    service.shapes.retain(|name, _| used.contains(name));
    Ok(())
}
