//! Where requests go, and what is known of that place.

use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use http::uri::{Authority, PathAndQuery, Scheme, Uri};

use crate::error::Invalid;
use crate::observe::Observer;
use crate::operation::{Operation, Service};
use crate::retry::RetryPolicy;
use crate::rules::{BuiltIns, Endpoint, Property, Unresolved};
use crate::sign::Scope;

/// Scheme, host and port of a service, and the path that its operations stand below.
///
/// ```
/// let origin: kvs_protocol::Origin = "https://s-123.kinesisvideo.eu-west-1.amazonaws.com".parse()?;
/// assert_eq!(origin.host(), "s-123.kinesisvideo.eu-west-1.amazonaws.com");
/// assert!("https://user:password@example.com".parse::<kvs_protocol::Origin>().is_err());
/// # Ok::<(), kvs_protocol::Invalid>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    scheme: Scheme,
    authority: Authority,
    base_path: String,
}

impl Origin {
    /// Whether the connection is encrypted.
    pub fn is_https(&self) -> bool {
        self.scheme == Scheme::HTTPS
    }

    /// Host name or address, without the port.
    pub fn host(&self) -> &str {
        self.authority.host()
    }

    /// The port, given or implied.
    pub fn port(&self) -> u16 {
        self.authority
            .port_u16()
            .unwrap_or(if self.is_https() { 443 } else { 80 })
    }

    /// Whether both name the same scheme, host and port.
    pub fn same_place(&self, other: &Self) -> bool {
        self.scheme == other.scheme
            && self.host().eq_ignore_ascii_case(other.host())
            && self.port() == other.port()
    }

    /// The value of the `Host` header: the port only where it is not the scheme's own.
    pub(crate) fn host_header(&self) -> Result<HeaderValue, Invalid> {
        let implied = self
            .authority
            .port_u16()
            .is_none_or(|port| port == if self.is_https() { 443 } else { 80 });
        let text = if implied {
            self.host()
        } else {
            self.authority.as_str()
        };
        HeaderValue::from_str(text)
            .map_err(|_| Invalid::new("endpoint", "has a host that no header can carry"))
    }

    /// The same place, its host name behind `prefix`. An address of numbers has no names before it.
    pub(crate) fn prefixed(&self, prefix: &str) -> Result<Self, Invalid> {
        let is_address = self.host().starts_with('[') || self.host().parse::<Ipv4Addr>().is_ok();
        if prefix.is_empty() || is_address {
            return Ok(self.clone());
        }
        let authority = format!("{prefix}{}", self.authority);
        let authority = authority
            .parse()
            .map_err(|_| Invalid::new("endpoint", format!("is no host name: {authority}")))?;
        Ok(Self {
            authority,
            ..self.clone()
        })
    }

    /// The full address of a request for `path`.
    pub(crate) fn join(&self, path: &PathAndQuery) -> Result<Uri, Invalid> {
        let joined = if self.base_path.is_empty() {
            path.clone()
        } else {
            PathAndQuery::try_from(format!("{}{path}", self.base_path))
                .map_err(|_| Invalid::new("endpoint", "has a path that is none"))?
        };
        Uri::builder()
            .scheme(self.scheme.clone())
            .authority(self.authority.clone())
            .path_and_query(joined)
            .build()
            .map_err(|e| Invalid::new("endpoint", format!("gives no address: {e}")))
    }
}

impl FromStr for Origin {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        // What may hold a password is not shown.
        let bad = |problem: &str| match text.contains('@') {
            true => Invalid::new("endpoint", problem),
            false => Invalid::new("endpoint", format!("{problem}: {text:?}")),
        };
        let uri: Uri = text
            .parse()
            .map_err(|_| bad("is not a URL such as https://host"))?;
        let scheme = match uri.scheme() {
            Some(s) if *s == Scheme::HTTP || *s == Scheme::HTTPS => s.clone(),
            _ => return Err(bad("must begin with https:// or http://")),
        };
        let authority = uri
            .authority()
            .cloned()
            .ok_or_else(|| bad("names no host"))?;
        if authority.as_str().contains('@') {
            return Err(bad("must not hold a user name or password"));
        }
        if authority.host().is_empty() {
            return Err(bad("names no host"));
        }
        let digits = authority
            .as_str()
            .rsplit_once(':')
            .filter(|(_, port)| !port.contains(']'));
        if digits.is_some() && authority.port_u16().is_none() {
            return Err(bad("has a port that is none"));
        }
        if uri.query().is_some() {
            return Err(bad("must not have a query"));
        }
        Ok(Self {
            scheme,
            authority,
            base_path: uri.path().trim_end_matches('/').to_owned(),
        })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme, self.authority, self.base_path)
    }
}

/// Everything that a call must know of the place it is sent to.
#[derive(Debug, Clone)]
pub struct Target {
    /// Where requests go.
    pub origin: Origin,
    /// What they are signed for.
    pub scope: Scope,
    /// When they are sent again.
    pub retry: RetryPolicy,
    /// How long a call may take, with all of its attempts and the waits between them.
    pub deadline: Option<Duration>,
    /// Who is told what happens to calls.
    pub observer: Option<Arc<dyn Observer>>,
    /// Who they say they are from.
    pub user_agent: HeaderValue,
}

impl Target {
    /// The service's own endpoint in a region, or what stands for it.
    ///
    /// # Errors
    /// [`Invalid`] when the region is not the name of one, for it becomes part of a host name, or
    /// when the service has no endpoint for these settings.
    pub fn resolve(service: &Service, built_ins: BuiltIns<'_>) -> Result<Self, Invalid> {
        Self::found(service, built_ins, service.endpoint)
    }

    /// As [`resolve`](Self::resolve), for one operation: its input may have a say in it.
    ///
    /// # Errors
    /// As [`resolve`](Self::resolve).
    pub fn resolve_for<O: Operation>(
        operation: &O,
        built_ins: BuiltIns<'_>,
    ) -> Result<Self, Invalid> {
        Self::found(O::SERVICE, built_ins, |built_ins| {
            operation.endpoint(built_ins)
        })
    }

    fn found(
        service: &Service,
        built_ins: BuiltIns<'_>,
        find: impl FnOnce(BuiltIns<'_>) -> Result<Endpoint, Unresolved>,
    ) -> Result<Self, Invalid> {
        let region = built_ins.region.unwrap_or_default();
        if !is_region(region) {
            let problem = format!("is not a region: {region:?}");
            return Err(Invalid::new("region", problem));
        }
        let endpoint = find(built_ins)
            .map_err(|why| Invalid::new("endpoint", format!("cannot be told: {why}")))?;
        Self::at(&endpoint, region, service)
    }

    /// What the rules of a service have found: the scope of signatures is the endpoint's, where it
    /// names one.
    ///
    /// # Errors
    /// [`Invalid`] when the endpoint asks for what requests cannot do.
    pub fn at(endpoint: &Endpoint, region: &str, service: &Service) -> Result<Self, Invalid> {
        let unsupported = |what| Err(Invalid::new("endpoint", what));
        if !endpoint.headers().is_empty() {
            return unsupported("asks for headers of its own, which are not supported");
        }
        let mut target = Self::new(endpoint.url().parse()?, region, service);
        let Some(scheme) = endpoint.auth_scheme("sigv4") else {
            if endpoint.properties().contains_key("authSchemes") {
                return unsupported("wants signatures other than SigV4, which are not supported");
            }
            return Ok(target);
        };
        let text = |name: &str| scheme.get(name).and_then(Property::as_str);
        if let Some(region) = text("signingRegion") {
            region.clone_into(&mut target.scope.region);
        }
        if let Some(service) = text("signingName") {
            service.clone_into(&mut target.scope.service);
        }
        Ok(target)
    }

    /// A target with the standard retry policy and this crate's user agent.
    pub fn new(origin: Origin, region: impl Into<String>, service: &Service) -> Self {
        Self {
            origin,
            scope: Scope {
                region: region.into(),
                service: service.signing_name.to_owned(),
            },
            retry: RetryPolicy::default(),
            deadline: None,
            observer: None,
            user_agent: HeaderValue::from_static(concat!("kvs-rs/", env!("CARGO_PKG_VERSION"))),
        }
    }
}

fn is_region(text: &str) -> bool {
    let is_of_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=63).contains(&text.len()) && text.chars().all(is_of_name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules;

    const SERVICE: Service = Service {
        id: "X",
        endpoint: |built_ins| rules::by_prefix("kinesisvideo", built_ins),
        signing_name: "kinesisvideo",
        throttling: &[],
    };

    fn resolve(service: &Service, region: &str) -> Result<Target, Invalid> {
        let built_ins = BuiltIns {
            region: Some(region),
            ..BuiltIns::default()
        };
        Target::resolve(service, built_ins)
    }

    #[test]
    fn regional_endpoints() {
        let host = |region| resolve(&SERVICE, region).map(|target| target.origin.to_string());
        assert_eq!(
            host("eu-west-1").unwrap(),
            "https://kinesisvideo.eu-west-1.amazonaws.com"
        );
        assert_eq!(
            host("cn-north-1").unwrap(),
            "https://kinesisvideo.cn-north-1.amazonaws.com.cn"
        );
        for bad in ["", "evil.com/", "eu-west-1.evil.com#", "EU-WEST-1", "a@b"] {
            assert!(host(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_endpoint_says_how_it_is_signed_for() {
        let global = Service {
            endpoint: |_| {
                let scheme = [
                    ("name", "sigv4".into()),
                    ("signingRegion", "us-east-1".into()),
                ];
                let schemes = Property::list([Property::map(scheme)]);
                Ok(Endpoint::new("https://x").with_property("authSchemes", schemes))
            },
            ..SERVICE
        };
        let scope = resolve(&global, "eu-west-1").unwrap().scope;
        assert_eq!(
            (scope.region.as_str(), scope.service.as_str()),
            ("us-east-1", "kinesisvideo")
        );
        let scope = resolve(&SERVICE, "eu-west-1").unwrap().scope;
        assert_eq!(scope.region, "eu-west-1");
    }

    #[test]
    fn an_operation_has_a_say_in_its_endpoint() {
        struct Ask(&'static str);
        impl Operation for Ask {
            const NAME: &'static str = "Ask";
            const SERVICE: &'static Service = &SERVICE;
            type Output = ();
            type Error = NoError;
            type Delivery = crate::Buffered;

            fn encode(&self) -> Result<http::Request<crate::Bytes>, Invalid> {
                Ok(http::Request::default())
            }

            fn endpoint(&self, _: BuiltIns<'_>) -> Result<Endpoint, Unresolved> {
                Ok(Endpoint::new(format!("https://{}.example", self.0)))
            }

            fn decode(
                _: &http::response::Parts,
                _: &[u8],
            ) -> Result<Self::Output, crate::Malformed> {
                Ok(())
            }
        }
        let built_ins = BuiltIns {
            region: Some("eu-west-1"),
            ..BuiltIns::default()
        };
        let target = Target::resolve_for(&&Ask("cow"), built_ins).unwrap();
        assert_eq!(target.origin.to_string(), "https://cow.example");
        assert!(Target::resolve_for(&Ask("cow"), BuiltIns::default()).is_err());
    }

    #[derive(Debug)]
    struct NoError;
    impl crate::ServiceError for NoError {
        fn decode(_: &str, _: &crate::restjson::ErrorReply<'_>) -> Self {
            Self
        }
    }

    #[test]
    fn endpoints_that_cannot_be_used() {
        let problem = |endpoint| {
            let service = Service {
                endpoint,
                ..SERVICE
            };
            resolve(&service, "eu-west-1").unwrap_err().to_string()
        };
        assert_eq!(
            problem(|_| Err(Unresolved::refused("no FIPS here"))),
            "endpoint cannot be told: no FIPS here"
        );
        assert_eq!(
            problem(|_| Ok(Endpoint::new("https://x").with_header("x-a", ["b"]))),
            "endpoint asks for headers of its own, which are not supported"
        );
        let other = |_: BuiltIns<'_>| {
            let schemes = Property::list([Property::map([("name", "sigv4a".into())])]);
            Ok(Endpoint::new("https://x").with_property("authSchemes", schemes))
        };
        assert_eq!(
            problem(other),
            "endpoint wants signatures other than SigV4, which are not supported"
        );
        assert!(problem(|_| Ok(Endpoint::new("ftp://x"))).contains("must begin with https://"));
    }

    #[test]
    fn origins_that_are_refused() {
        for bad in [
            "",
            "host",
            "ftp://host",
            "https://",
            "https://u@host",
            "https://h?q=1",
            "https://h:99999",
            "//h",
        ] {
            assert!(bad.parse::<Origin>().is_err(), "{bad}");
        }
        for secret in [
            "https://user:hunter2@host",
            "user:hunter2@host",
            "ftp://user:hunter2@host",
            "https://user:hunter2#x@host",
            "https://user:hunter2@host:x",
        ] {
            let error = secret.parse::<Origin>().unwrap_err().to_string();
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn host_header_leaves_the_implied_port_out() {
        let header = |origin: &str| origin.parse::<Origin>().unwrap().host_header().unwrap();
        assert_eq!(header("https://h:443"), "h");
        assert_eq!(header("http://h:443"), "h:443");
        assert_eq!(header("http://[::1]:8080"), "[::1]:8080");
    }

    #[test]
    fn a_prefix_goes_before_the_name_of_a_host() {
        let prefixed = |origin: &str, prefix: &str| {
            let origin: Origin = origin.parse().unwrap();
            origin.prefixed(prefix).map(|origin| origin.to_string())
        };
        assert_eq!(
            prefixed("https://h:1/x", "data.a.").unwrap(),
            "https://data.a.h:1/x"
        );
        assert_eq!(prefixed("https://h", "").unwrap(), "https://h");
        assert_eq!(
            prefixed("http://127.0.0.1:80", "data.").unwrap(),
            "http://127.0.0.1:80"
        );
        assert_eq!(
            prefixed("http://[::1]:80", "data.").unwrap(),
            "http://[::1]:80"
        );
        assert!(prefixed("https://h", "a b").is_err());
    }

    #[test]
    fn a_base_path_goes_before_the_operation() {
        let origin: Origin = "http://h:1/base/".parse().unwrap();
        let uri = origin
            .join(&PathAndQuery::from_static("/listFragments"))
            .unwrap();
        assert_eq!(uri, "http://h:1/base/listFragments");
    }

    #[test]
    fn same_place_knows_implied_ports() {
        let origin = |text: &str| text.parse::<Origin>().unwrap();
        assert!(origin("https://H").same_place(&origin("https://h:443/x")));
        assert!(!origin("https://h").same_place(&origin("http://h")));
        assert!(!origin("https://h").same_place(&origin("https://h:444")));
    }
}
