//! Event streams are framed in a form of their own, which the runtime does not have: operations
//! that need one are left out, and named.

use std::collections::BTreeSet;

use crate::emit::parts;
use crate::error::Error;
use crate::ir::{Kind, LeftOut, Service};

/// Leaves out the operations with event streams, and the shapes that nobody else needs.
pub(crate) fn leave_out(service: &mut Service) -> Result<(), Error> {
    let mut kept = Vec::new();
    for operation in std::mem::take(&mut service.operations) {
        let ends = [("input", &operation.input), ("output", &operation.output)];
        let mut streams = Vec::new();
        for (end, shape) in ends {
            for member in service.shape(shape)?.kind.members() {
                if service.shape(&member.target)?.kind == Kind::EventStream {
                    streams.push(format!("event stream `{}` in the {end}", member.name));
                }
            }
        }
        if streams.is_empty() {
            kept.push(operation);
        } else {
            service.left_out.push(LeftOut {
                operation: operation.name,
                reason: streams.join(", "),
            });
        }
    }
    service.operations = kept;
    if !service.left_out.is_empty() {
        drop_unused(service)?;
    }
    Ok(())
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
