//! Where Example Zoo is found.
//!
//! Generated from `codegen/tests/golden/zoo.json`; change the model or the generator, then run
//! `cargo xtask codegen`.

use kvs_protocol::rules::{BuiltIns, Endpoint, Property, Unresolved};

/// What the endpoint depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameters<'a> {
    /// URL that stands for the service's own endpoint.
    pub endpoint: Option<&'a str>,
    /// `Indoors`.
    pub indoors: bool,
    /// Region to call.
    pub region: Option<&'a str>,
    /// When it is open.
    pub season: &'a str,
    /// `Zoo`.
    pub zoo: Option<&'a str>,
}

impl Default for Parameters<'_> {
    fn default() -> Self {
        Self {
            endpoint: None,
            indoors: false,
            region: None,
            season: "summer",
            zoo: None,
        }
    }
}

impl<'a> From<BuiltIns<'a>> for Parameters<'a> {
    fn from(built_ins: BuiltIns<'a>) -> Self {
        Self {
            endpoint: built_ins.endpoint,
            region: built_ins.region,
            ..Self::default()
        }
    }
}

/// Finds the endpoint.
///
/// # Errors
/// [`Unresolved`] says which parameter is missing, or why there is no endpoint for them.
pub fn resolve(parameters: &Parameters<'_>) -> Result<Endpoint, Unresolved> {
    let Parameters {
        endpoint,
        indoors,
        region,
        season,
        zoo,
    } = *parameters;
    if let Some(endpoint) = endpoint {
        return Ok(Endpoint::new(endpoint));
    }
    if let Some(region) = region
        && let Some(zoo) = zoo
        && indoors
    {
        return Ok(
            Endpoint::new(format!("https://{zoo}.{season}.{region}.zoo.example")).with_property(
                "authSchemes",
                Property::list([Property::map([
                    ("name", "sigv4".into()),
                    ("signingName", "indoors".into()),
                    ("signingRegion", region.into()),
                ])]),
            ),
        );
    }
    if let Some(region) = region {
        return Ok(Endpoint::new(format!("https://zoo.{region}.example")));
    }
    Err(Unresolved::refused("no region"))
}
