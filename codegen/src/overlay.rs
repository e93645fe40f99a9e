//! Facts about a service that its model lacks, kept in a file beside the model.
//!
//! ```json
//! {
//!   "module": "archived_media",
//!   "throttling": ["ClientLimitExceededException"],
//!   "operations": {
//!     "GetImages": { "one_of": [["StreamName", "StreamARN"]], "answer_limit_mib": 160 }
//!   }
//! }
//! ```

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::error::Error;
use crate::ir::{Operation, Service, Structure};
use crate::names;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Overlay {
    /// Name of the generated module.
    module: Option<String>,
    /// Error codes that mean "slow down", modelled or not.
    #[serde(default)]
    throttling: Vec<String>,
    #[serde(default)]
    operations: BTreeMap<String, OperationFacts>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OperationFacts {
    /// Groups of input members of each of which at least one is needed.
    #[serde(default)]
    one_of: Vec<Vec<String>>,
    /// The longest answer that is to be read.
    answer_limit_mib: Option<u32>,
}

/// Adds the facts of an overlay to a service.
///
/// # Errors
/// When the text is no overlay, or speaks of what the service does not have.
pub(crate) fn apply(service: &mut Service, text: &str) -> Result<(), Error> {
    let overlay: Overlay = serde_json::from_str(text)
        .map_err(|e| Error::new(format!("this is not an overlay: {e}")))?;
    if let Some(module) = overlay.module {
        if names::snake(&module) != module || names::field(&module) != module {
            return Err(Error::new(format!(
                "module: `{module}` is not a name for a module"
            )));
        }
        service.module = module;
    }
    service.throttling = overlay.throttling;
    for (name, facts) in overlay.operations {
        let place = format!("operations.{name}");
        let unknown = || Error::new(format!("{place}: the service has no such operation"));
        let at = service
            .operations
            .iter()
            .position(|operation| operation.name == name);
        let operation = at
            .and_then(|at| service.operations.get(at))
            .ok_or_else(unknown)?;
        check_groups(
            &facts.one_of,
            operation,
            service.structure(&operation.input)?,
            &place,
        )?;
        if let Some(operation) = at.and_then(|at| service.operations.get_mut(at)) {
            operation.one_of = facts.one_of;
            operation.answer_limit_mib = facts.answer_limit_mib;
        }
    }
    Ok(())
}

fn check_groups(
    groups: &[Vec<String>],
    operation: &Operation,
    input: &Structure,
    place: &str,
) -> Result<(), Error> {
    for (at, group) in groups.iter().enumerate() {
        let place = format!("{place}.one_of[{at}]");
        if group.len() < 2 {
            return Err(Error::new(format!(
                "{place}: a choice needs two members or more"
            )));
        }
        if let Some(unknown) = group.iter().find(|name| input.member(name).is_none()) {
            let input = &operation.input;
            return Err(Error::new(format!(
                "{place}: `{input}` has no member `{unknown}`"
            )));
        }
    }
    Ok(())
}
