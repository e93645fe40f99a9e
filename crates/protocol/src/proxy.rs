//! Which requests go through a proxy.

use std::fmt;

use http::Uri;

use crate::error::Invalid;

/// A proxy for HTTPS requests, and the hosts that are reached without it.
///
/// ```
/// use kvs_protocol::proxy::Proxy;
///
/// let proxy = Proxy::new("http://proxy.example:3128", ".internal,10.0.0.1")?;
/// assert!(proxy.serves("kinesisvideo.eu-west-1.amazonaws.com"));
/// assert!(!proxy.serves("emulator.internal"));
/// # Ok::<(), kvs_protocol::Invalid>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    url: Uri,
    bypass: Vec<String>,
}

impl Proxy {
    /// A proxy at `url` (`http://[user:password@]host:port`, the scheme may be missing), bypassed
    /// for the names in `no_proxy`: separated by commas, each with its subdomains, `*` for all.
    ///
    /// # Errors
    /// [`Invalid`] when the address is none. It is not shown: it may hold a password.
    pub fn new(url: &str, no_proxy: &str) -> Result<Self, Invalid> {
        let invalid = || Invalid::new("HTTPS_PROXY", "is not an address such as http://host:port");
        let url = if url.contains("://") {
            url.to_owned()
        } else {
            format!("http://{url}")
        };
        let url: Uri = url.parse().map_err(|_| invalid())?;
        if url.scheme_str() != Some("http") || url.host().is_none_or(str::is_empty) {
            return Err(invalid());
        }
        let names = no_proxy
            .split(',')
            .map(|name| name.trim().trim_start_matches('.'));
        let bypass = names
            .filter(|name| !name.is_empty())
            .map(str::to_ascii_lowercase)
            .collect();
        Ok(Self { url, bypass })
    }

    /// Address of the proxy, with user name and password where it was given with them.
    pub fn url(&self) -> &Uri {
        &self.url
    }

    /// Whether requests to `host` go through the proxy.
    pub fn serves(&self, host: &str) -> bool {
        let host = host.trim_matches(['[', ']']).to_ascii_lowercase();
        !self.bypass.iter().any(|name| {
            name == "*"
                || host
                    .strip_suffix(name.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        })
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxy")
            .field("host", &self.url.host())
            .field("bypass", &self.bypass)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bypasses_names_and_their_subdomains() {
        let proxy = Proxy::new("proxy:3128", "example.com, .internal ,127.0.0.1,::1").unwrap();
        for (host, served) in [
            ("example.com", false),
            ("WWW.Example.com", false),
            ("badexample.com", true),
            ("a.internal", false),
            ("127.0.0.1", false),
            ("[::1]", false),
            ("amazonaws.com", true),
        ] {
            assert_eq!(proxy.serves(host), served, "{host}");
        }
        assert!(!Proxy::new("p:1", "*").unwrap().serves("anything"));
    }

    #[test]
    fn a_password_shows_nowhere() {
        let proxy = Proxy::new("http://user:hunter2@proxy:3128", "").unwrap();
        assert!(!format!("{proxy:?}").contains("hunter2"));
        let error = Proxy::new("socks5://user:hunter2@proxy:1080", "").unwrap_err();
        assert!(!error.to_string().contains("hunter2"));
    }
}
