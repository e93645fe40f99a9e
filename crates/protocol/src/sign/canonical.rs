//! The canonical form of a request, over which the signature is made.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use http::header::{HeaderName, HeaderValue};
use http::{HeaderMap, Request};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};

use super::sha256_hex;

/// Tells the sum of the body, or that there is none, where the body itself does not.
const CONTENT_SHA256: &str = "x-amz-content-sha256";

/// Everything but RFC 3986's unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// How a path is signed. The default, both, suits every service but S3, which wants neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PathForm {
    /// `/a/../b//c` is signed as `/b/c`.
    pub is_normalized: bool,
    /// What travels as `/a%20b` is signed as `/a%2520b`.
    pub is_encoded_twice: bool,
}

impl Default for PathForm {
    fn default() -> Self {
        Self {
            is_normalized: true,
            is_encoded_twice: true,
        }
    }
}

/// A canonical request, and the list of headers that it covers.
#[derive(Clone, PartialEq, Eq)]
pub struct Canonical {
    /// The canonical request itself. It holds the session token, if that is signed.
    pub text: String,
    /// Names of the covered headers, sorted and joined by `;`.
    pub signed_headers: String,
}

impl fmt::Debug for Canonical {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Canonical")
            .field("signed_headers", &self.signed_headers)
            .finish_non_exhaustive()
    }
}

impl Canonical {
    /// The canonical form of `request`, over the headers that `is_signed` picks.
    ///
    /// A header `x-amz-content-sha256` stands for the body's sum where there is one, for it may say
    /// that the body is left out of the signature.
    pub fn of(
        request: &Request<Bytes>,
        is_signed: impl Fn(&HeaderName) -> bool,
        path: PathForm,
    ) -> Self {
        let names = signed_names(request.headers(), is_signed);
        let mut text = String::with_capacity(512);
        for line in [
            request.method().as_str(),
            &canonical_path(request.uri().path(), path),
            &canonical_query(request.uri().query().unwrap_or_default()),
        ] {
            text.push_str(line);
            text.push('\n');
        }
        for name in &names {
            text.push_str(name.as_str());
            for (i, value) in request.headers().get_all(*name).iter().enumerate() {
                text.push(if i == 0 { ':' } else { ',' });
                push_folded(&mut text, &decoded(value));
            }
            text.push('\n');
        }
        let signed_headers = joined(&names);
        text.push('\n');
        text.push_str(&signed_headers);
        text.push('\n');
        text.push_str(&payload_hash(request));
        Self {
            text,
            signed_headers,
        }
    }
}

/// The names that `is_signed` picks, in the order in which they are signed.
pub(super) fn signed_names(
    headers: &HeaderMap,
    is_signed: impl Fn(&HeaderName) -> bool,
) -> Vec<&HeaderName> {
    let mut names: Vec<&HeaderName> = headers.keys().filter(|name| is_signed(name)).collect();
    names.sort_unstable_by_key(|name| name.as_str());
    names
}

/// The names as one text.
pub(super) fn joined(names: &[&HeaderName]) -> String {
    let names: Vec<&str> = names.iter().map(|name| name.as_str()).collect();
    names.join(";")
}

fn payload_hash(request: &Request<Bytes>) -> String {
    let told = request.headers().get(CONTENT_SHA256);
    let told = told.and_then(|value| value.to_str().ok());
    told.map_or_else(|| sha256_hex(request.body()), str::to_owned)
}

fn canonical_path(path: &str, form: PathForm) -> String {
    let path = if form.is_normalized {
        normalized(path)
    } else {
        path.to_owned()
    };
    let encoded: Vec<String> = path
        .split('/')
        .map(|segment| {
            if form.is_encoded_twice {
                encode(segment.as_bytes())
            } else {
                recode(segment)
            }
        })
        .collect();
    encoded.join("/")
}

fn normalized(path: &str) -> String {
    let mut kept = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                kept.pop();
            }
            name => kept.push(name),
        }
    }
    let mut normalized = format!("/{}", kept.join("/"));
    let names_a_folder = path.ends_with('/') || path.ends_with("/.") || path.ends_with("/..");
    if names_a_folder && !kept.is_empty() {
        normalized.push('/');
    }
    normalized
}

/// Pairs are sorted by their encoded names, then by their encoded values.
fn canonical_query(query: &str) -> String {
    let mut pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (recode(name), recode(value)))
        .collect();
    pairs.sort_unstable();
    let joined: Vec<String> = pairs
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    joined.join("&")
}

/// Encodes all but RFC 3986's unreserved characters.
pub(super) fn encode(bytes: &[u8]) -> String {
    percent_encode(bytes, RESERVED).to_string()
}

/// Encodes once what may be encoded already, in part or in another way.
fn recode(text: &str) -> String {
    let decoded: Vec<u8> = percent_decode_str(text).collect();
    encode(&decoded)
}

/// As UTF-8, or else as Latin-1, which HTTP once prescribed.
fn decoded(value: &HeaderValue) -> Cow<'_, str> {
    match std::str::from_utf8(value.as_bytes()) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => value.as_bytes().iter().copied().map(char::from).collect(),
    }
}

/// Trims a header value and folds its inner runs of spaces into one.
fn push_folded(text: &mut String, value: &str) {
    for (i, word) in value.split_ascii_whitespace().enumerate() {
        if i > 0 {
            text.push(' ');
        }
        text.push_str(word);
    }
}
