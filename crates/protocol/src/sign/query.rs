//! The query of an address, as signatures change it.

use http::Uri;
use http::uri::PathAndQuery;

use super::canonical::encode;
use crate::error::Invalid;

/// Names of the parameters that a signature in the query consists of.
const OF_SIGNATURE: [&str; 7] = [
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-Security-Token",
    "X-Amz-Signature",
    "X-Amz-SignedHeaders",
];

/// Takes a former signature away.
pub(super) fn remove_signature(uri: &mut Uri) -> Result<(), Invalid> {
    let query = uri.query().unwrap_or_default();
    let kept: Vec<&str> = query
        .split('&')
        .filter(|pair| !OF_SIGNATURE.contains(&pair.split('=').next().unwrap_or_default()))
        .collect();
    let kept = kept.join("&");
    replace(uri, &kept)
}

/// Adds parameters at the end, their values encoded.
pub(super) fn append(uri: &mut Uri, parameters: &[(&str, String)]) -> Result<(), Invalid> {
    let mut query = uri.query().unwrap_or_default().to_owned();
    for (name, value) in parameters {
        if !query.is_empty() {
            query.push('&');
        }
        query.push_str(name);
        query.push('=');
        query.push_str(&encode(value.as_bytes()));
    }
    replace(uri, &query)
}

fn replace(uri: &mut Uri, query: &str) -> Result<(), Invalid> {
    let mut parts = uri.clone().into_parts();
    let path = uri.path();
    let target = if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{query}")
    };
    let invalid = |why: &dyn std::fmt::Display| {
        Invalid::new("the address", format!("cannot carry a signature: {why}"))
    };
    let target: PathAndQuery = target.parse().map_err(|e| invalid(&e))?;
    parts.path_and_query = Some(target);
    *uri = Uri::from_parts(parts).map_err(|e| invalid(&e))?;
    Ok(())
}
