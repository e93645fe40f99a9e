//! `parseURL`.

use std::net::{Ipv4Addr, Ipv6Addr};

/// The parts of a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url<'a> {
    /// `http` or `https`.
    pub scheme: &'static str,
    /// Host and, where it is given, port.
    pub authority: &'a str,
    /// The path as it is written; empty where there is none.
    pub path: &'a str,
    /// The path with a slash at either end.
    pub normalized_path: String,
    /// Whether the host is an IP address.
    pub is_ip: bool,
}

/// Takes a URL apart; none if it is not one of HTTP, or has a query or fragment. A user name and
/// password are passed over.
///
/// ```
/// let url = kvs_protocol::rules::parse_url("https://example.com:8443/base").unwrap();
/// assert_eq!((url.scheme, url.authority), ("https", "example.com:8443"));
/// assert_eq!((url.path, url.normalized_path.as_str()), ("/base", "/base/"));
/// ```
pub fn parse_url(text: &str) -> Option<Url<'_>> {
    let (scheme, rest) = text.split_once("://")?;
    let scheme = ["https", "http"]
        .into_iter()
        .find(|known| known.eq_ignore_ascii_case(scheme))?;
    let is_of_url = |byte: u8| byte.is_ascii_graphic() && !b"\"<>\\^`{|}?#".contains(&byte);
    if !rest.bytes().all(is_of_url) {
        return None;
    }
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let authority = authority.rsplit('@').next()?;
    let normalized_path = match path.trim_matches('/') {
        "" => "/".to_owned(),
        inner => format!("/{inner}/"),
    };
    Some(Url {
        scheme,
        authority,
        path,
        normalized_path,
        is_ip: is_ip(host(authority)?)?,
    })
}

/// The host of an authority whose port, if it has one, is a port.
fn host(authority: &str) -> Option<&str> {
    let after_bracket = authority.rfind(']').unwrap_or(0);
    let host = match authority.rfind(':').filter(|colon| *colon >= after_bracket) {
        Some(colon) => {
            let (host, port) = authority.split_at(colon);
            let digits = port.strip_prefix(':')?;
            let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then_some(())?;
            digits.parse::<u16>().ok()?;
            host
        }
        None => authority,
    };
    (!host.is_empty()).then_some(host)
}

/// Whether a host is an address; none if its brackets hold none.
fn is_ip(host: &str) -> Option<bool> {
    let Some(bracketed) = host.strip_prefix('[') else {
        let is_plain = !host.contains([':', '[', ']']);
        return is_plain.then(|| host.parse::<Ipv4Addr>().is_ok());
    };
    let address = bracketed.strip_suffix(']')?;
    let (address, _zone) = address.split_once('%').unwrap_or((address, ""));
    address.parse::<Ipv6Addr>().ok().map(|_| true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts() {
        let cases = [
            ("https://example.com", "example.com", "", "/", false),
            (
                "http://example.com:80/foo/bar",
                "example.com:80",
                "/foo/bar",
                "/foo/bar/",
                false,
            ),
            ("HTTPS://h/", "h", "/", "/", false),
            ("https://127.0.0.1", "127.0.0.1", "", "/", true),
            ("https://[fe80::1]:443//", "[fe80::1]:443", "//", "/", true),
            (
                "https://[fe80::1%25en0]/a/",
                "[fe80::1%25en0]",
                "/a/",
                "/a/",
                true,
            ),
            (
                "http://192.168.1.1:1234/foo/",
                "192.168.1.1:1234",
                "/foo/",
                "/foo/",
                true,
            ),
            ("http://99_ab-.com", "99_ab-.com", "", "/", false),
            ("https://999.999.999.999", "999.999.999.999", "", "/", false),
            ("https://user:password@h:1/@", "h:1", "/@", "/@/", false),
            (
                "https://a@b@h/%2e%2E/../x",
                "h",
                "/%2e%2E/../x",
                "/%2e%2E/../x/",
                false,
            ),
        ];
        for (text, authority, path, normalized, is_ip) in cases {
            let url = parse_url(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!((url.authority, url.path), (authority, path), "{text}");
            assert_eq!(
                (url.normalized_path.as_str(), url.is_ip),
                (normalized, is_ip),
                "{text}"
            );
            assert!(
                text.to_lowercase()
                    .starts_with(&format!("{}://", url.scheme))
            );
        }
    }

    #[test]
    fn what_is_no_url() {
        for text in [
            "",
            "://",
            "https:",
            "https://",
            "https:///path",
            "https://user@",
            "https://:443",
            "example.com",
            "//example.com",
            "ftp://example.com",
            "https://example.com?",
            "https://example.com:8443?foo=bar",
            "https://example.com/#",
            "http://abc.com:a/foo",
            "http://abc.com:/foo",
            "http://abc.com:+1",
            "http://abc.com:65536",
            "http://a:b:1",
            "https://fe80::1",
            "https://[fe80::1",
            "https://fe80::1]",
            "https://[example.com]",
            "https://[::1]x",
            "https://a b",
            "https://a\\b",
            "https://a/\u{0}",
            "https://a/\r\nHost: b",
            "https://ü.de",
            " https://a",
        ] {
            assert_eq!(parse_url(text), None, "{text:?}");
        }
    }
}
