//! What goes into a rule set and what comes out.

use std::collections::BTreeMap;
use std::fmt;

/// The parameters that a client sets once, for every service alike.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BuiltIns<'a> {
    /// Region to call.
    pub region: Option<&'a str>,
    /// Whether to call endpoints with FIPS 140 validated cryptography.
    pub use_fips: bool,
    /// Whether to call endpoints that have IPv6 addresses as well.
    pub use_dual_stack: bool,
    /// URL that stands for the service's own endpoint.
    pub endpoint: Option<&'a str>,
}

/// Where requests go, and what is to be known about that place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    url: String,
    headers: BTreeMap<String, Vec<String>>,
    properties: BTreeMap<String, Property>,
}

impl Endpoint {
    /// An endpoint of which only the URL matters.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            headers: BTreeMap::new(),
            properties: BTreeMap::new(),
        }
    }

    /// The same with a header that requests must carry.
    #[must_use]
    pub fn with_header<const N: usize>(mut self, name: &str, values: [&str; N]) -> Self {
        let values = values.map(str::to_owned).into();
        self.headers.insert(name.to_owned(), values);
        self
    }

    /// The same with one more property.
    #[must_use]
    pub fn with_property(mut self, name: &str, value: impl Into<Property>) -> Self {
        self.properties.insert(name.to_owned(), value.into());
        self
    }

    /// Scheme and host, with port and base path where there are any.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Values of headers that requests must carry, by name.
    pub fn headers(&self) -> &BTreeMap<String, Vec<String>> {
        &self.headers
    }

    /// Everything else, by name.
    pub fn properties(&self) -> &BTreeMap<String, Property> {
        &self.properties
    }

    /// What the endpoint says about signing by the scheme of that name, such as `sigv4`: among
    /// other things `signingName` and `signingRegion`.
    pub fn auth_scheme(&self, name: &str) -> Option<&BTreeMap<String, Property>> {
        let Some(Property::List(schemes)) = self.properties.get("authSchemes") else {
            return None;
        };
        schemes.iter().find_map(|scheme| match scheme {
            Property::Map(entries) if scheme.is_called(name) => Some(entries),
            _ => None,
        })
    }
}

/// What an endpoint says about itself beside its URL.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Property {
    /// True or false.
    Boolean(bool),
    /// A number.
    Integer(i64),
    /// Text.
    Text(String),
    /// A sequence.
    List(Vec<Property>),
    /// Values by name.
    Map(BTreeMap<String, Property>),
}

impl Property {
    /// A sequence of properties.
    pub fn list<const N: usize>(elements: [Self; N]) -> Self {
        Self::List(elements.into())
    }

    /// Properties by name.
    pub fn map<const N: usize>(entries: [(&str, Self); N]) -> Self {
        Self::Map(entries.map(|(name, value)| (name.to_owned(), value)).into())
    }

    fn is_called(&self, name: &str) -> bool {
        matches!(self, Self::Map(entries) if entries.get("name").and_then(Self::as_str) == Some(name))
    }

    /// The text, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl From<bool> for Property {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl From<i64> for Property {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<&str> for Property {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Property {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

/// Why there is no endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unresolved {
    /// The rules cannot be asked without the parameter of that name.
    Missing(&'static str),
    /// A rule says that there is none, in its own words.
    Refused(String),
    /// No rule is for these parameters.
    NoRule,
}

impl Unresolved {
    /// What a rule says.
    pub fn refused(why: impl Into<String>) -> Self {
        Self::Refused(why.into())
    }
}

impl fmt::Display for Unresolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(parameter) => write!(f, "the parameter {parameter} is not set"),
            Self::Refused(why) => f.write_str(why),
            Self::NoRule => f.write_str("the service has no rule for these settings"),
        }
    }
}

impl std::error::Error for Unresolved {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn auth_schemes_are_found_by_name() {
        let scheme = |name: &str, region: &str| {
            Property::map([("name", name.into()), ("signingRegion", region.into())])
        };
        let schemes = [true.into(), scheme("sigv4a", "*"), scheme("sigv4", "a")];
        let endpoint =
            Endpoint::new("https://x").with_property("authSchemes", Property::list(schemes));
        let region = |name| endpoint.auth_scheme(name)?.get("signingRegion")?.as_str();
        assert_eq!(region("sigv4"), Some("a"));
        assert_eq!(region("sigv4a"), Some("*"));
        assert_eq!(region("bearer"), None);
        assert_eq!(Endpoint::new("https://x").auth_scheme("sigv4"), None);
        let odd = Endpoint::new("https://x").with_property("authSchemes", "sigv4");
        assert_eq!(odd.auth_scheme("sigv4"), None);
    }

    #[test]
    fn why_there_is_no_endpoint() {
        let said = |why: Unresolved| why.to_string();
        assert_eq!(
            said(Unresolved::Missing("Region")),
            "the parameter Region is not set"
        );
        assert_eq!(said(Unresolved::refused("no FIPS")), "no FIPS");
        assert_eq!(
            said(Unresolved::NoRule),
            "the service has no rule for these settings"
        );
    }
}
