//! Facts about a service that its model lacks, kept in a file beside the model.
//!
//! ```json
//! {
//!   "module": "archived_media",
//!   "throttling": ["ClientLimitExceededException"],
//!   "operations": {
//!     "GetImages": {
//!       "one_of": [["StreamName", "StreamARN"]],
//!       "answer_limit_mib": 160,
//!       "discovered": { "api": "GET_IMAGES", "resource": ["StreamName", "StreamARN"] }
//!     }
//!   }
//! }
//! ```

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::error::Error;
use crate::ir::{Discovered, Operation, Service, Structure};
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
    /// How the endpoint is found, if it is not the service's.
    discovered: Option<DiscoveredFacts>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DiscoveredFacts {
    /// What the operation is called by the one that tells its endpoint.
    api: String,
    /// Input members that name the resource.
    resource: Vec<String>,
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
        check_members(
            &facts,
            &operation.input,
            service.structure(&operation.input)?,
            &place,
        )?;
        if let Some(operation) = at.and_then(|at| service.operations.get_mut(at)) {
            add(operation, facts);
        }
    }
    Ok(())
}

fn add(operation: &mut Operation, facts: OperationFacts) {
    operation.one_of = facts.one_of;
    operation.answer_limit_mib = facts.answer_limit_mib;
    let discovered = |DiscoveredFacts { api, resource }| Discovered { api, resource };
    operation.discovered = facts.discovered.map(discovered);
}

/// Makes sure that the input has every member that is named.
fn check_members(
    facts: &OperationFacts,
    name: &str,
    input: &Structure,
    place: &str,
) -> Result<(), Error> {
    let groups = facts.one_of.iter().enumerate();
    let mut lists: Vec<(String, &[String], usize)> = groups
        .map(|(at, group)| (format!("{place}.one_of[{at}]"), group.as_slice(), 2))
        .collect();
    let resource = facts
        .discovered
        .iter()
        .map(|discovered| discovered.resource.as_slice());
    lists.extend(resource.map(|members| (format!("{place}.discovered.resource"), members, 1)));
    for (place, members, least) in lists {
        if members.len() < least {
            return Err(Error::new(format!(
                "{place}: names fewer than {least} members"
            )));
        }
        if let Some(unknown) = members.iter().find(|member| input.member(member).is_none()) {
            return Err(Error::new(format!(
                "{place}: `{name}` has no member `{unknown}`"
            )));
        }
    }
    Ok(())
}
