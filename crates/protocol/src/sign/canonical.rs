//! The canonical form of a request, over which the signature is made.

use bytes::Bytes;
use http::Request;
use http::header::HeaderName;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::sha256_hex;

/// Tells the sum of the body, or that there is none, where the body itself does not.
const CONTENT_SHA256: &str = "x-amz-content-sha256";

/// Everything but RFC 3986's unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
const RESERVED_BUT_SLASH: &AsciiSet = &RESERVED.remove(b'/');

/// How dots and doubled slashes of the path are treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathForm {
    /// `/a/../b//c` is signed as `/b/c`: every service but S3.
    Normalized,
    /// The path is signed as it stands.
    AsIs,
}

/// A canonical request, and the list of headers that it covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Canonical {
    /// The canonical request itself.
    pub text: String,
    /// Names of the covered headers, sorted and joined by `;`.
    pub signed_headers: String,
}

impl Canonical {
    /// The canonical form of `request`, over the headers that `is_signed` picks.
    pub fn of(
        request: &Request<Bytes>,
        is_signed: impl Fn(&HeaderName) -> bool,
        path: PathForm,
    ) -> Self {
        let mut names: Vec<&HeaderName> =
            request.headers().keys().filter(|n| is_signed(n)).collect();
        names.sort_unstable_by_key(|name| name.as_str());
        let headers = names.iter().map(|name| {
            let values = request.headers().get_all(*name).iter();
            let joined = values
                .map(|v| String::from_utf8_lossy(v.as_bytes()).into_owned())
                .collect::<Vec<_>>();
            (name.as_str(), joined.join(","))
        });
        Self::new(
            request.method().as_str(),
            request.uri().path(),
            request.uri().query().unwrap_or_default(),
            headers,
            &payload_hash(request),
            path,
        )
    }

    /// The canonical form of a request in parts. Headers come sorted, names in lower case, values
    /// of one name joined by commas.
    pub fn new<'a>(
        method: &str,
        path: &str,
        query: &str,
        headers: impl Iterator<Item = (&'a str, String)>,
        payload_hash: &str,
        path_form: PathForm,
    ) -> Self {
        let mut text = String::with_capacity(512);
        text.push_str(method);
        text.push('\n');
        text.extend(utf8_percent_encode(
            &normalize(path, path_form),
            RESERVED_BUT_SLASH,
        ));
        text.push('\n');
        text.push_str(&canonical_query(query));
        text.push('\n');
        let mut signed_headers = String::new();
        for (name, value) in headers {
            if !signed_headers.is_empty() {
                signed_headers.push(';');
            }
            signed_headers.push_str(name);
            text.push_str(name);
            text.push(':');
            push_folded(&mut text, &value);
            text.push('\n');
        }
        text.push('\n');
        text.push_str(&signed_headers);
        text.push('\n');
        text.push_str(payload_hash);
        Self {
            text,
            signed_headers,
        }
    }
}

fn payload_hash(request: &Request<Bytes>) -> String {
    let told = request.headers().get(CONTENT_SHA256);
    let told = told.and_then(|value| value.to_str().ok());
    told.map_or_else(|| sha256_hex(request.body()), str::to_owned)
}

fn normalize(path: &str, form: PathForm) -> String {
    if path.is_empty() {
        return "/".to_owned();
    }
    if form == PathForm::AsIs {
        return path.to_owned();
    }
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

fn canonical_query(query: &str) -> String {
    let recode = |text: &str| {
        let decoded: Vec<u8> = percent_decode_str(text).collect();
        percent_encoding::percent_encode(&decoded, RESERVED).to_string()
    };
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

/// Trims a header value and folds its inner runs of spaces into one.
fn push_folded(text: &mut String, value: &str) {
    for (i, word) in value.split_ascii_whitespace().enumerate() {
        if i > 0 {
            text.push(' ');
        }
        text.push_str(word);
    }
}
