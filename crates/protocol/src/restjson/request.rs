//! What a request is made of.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, Method, Request};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use super::json::{Appended, Json};
use super::text::{Place, Text};
use super::wire::Wire;
use super::{gzip, md5};
use crate::check::{Rule, Violation, check};
use crate::error::Invalid;

/// Everything but RFC 3986's unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
/// A greedy label is several parts of a path.
const RESERVED_BUT_SLASH: &AsciiSet = &RESERVED.remove(b'/');
/// Shorter bodies are not worth the work.
const LEAST_COMPRESSED: usize = 10_240;
const JSON: &str = "application/json";
const UNSIGNED: (&str, &str) = ("x-amz-content-sha256", "UNSIGNED-PAYLOAD");

/// Collects what a request is made of, and refuses what cannot be sent.
///
/// ```
/// use kvs_protocol::http::Method;
/// use kvs_protocol::restjson::RequestBuilder;
///
/// #[derive(serde::Serialize)]
/// struct Input { #[serde(rename = "StreamName")] stream_name: Option<String> }
///
/// let input = Input { stream_name: Some("cam".into()) };
/// let request = RequestBuilder::new(Method::POST, "/streams/{id}?fast")
///     .label("id", &Some("a/b".to_owned()))?
///     .query("tag", &Some(vec![1, 2]))
///     .header("x-view", &Some(true))?
///     .json(&input)?;
/// assert_eq!(request.uri(), "/streams/a%2Fb?fast&tag=1&tag=2");
/// assert_eq!(request.headers()["x-view"], "true");
/// assert_eq!(request.body(), r#"{"StreamName":"cam"}"#);
/// # Ok::<(), kvs_protocol::Invalid>(())
/// ```
#[derive(Debug)]
#[must_use]
pub struct RequestBuilder {
    method: Method,
    path: String,
    query: String,
    headers: HeaderMap,
    has_checksum: bool,
    is_compressed: bool,
    violations: Violations,
}

/// What the model objects to in a request that can be sent, among the request's extensions.
#[derive(Clone, Debug, Default)]
pub struct Violations(
    /// Each of them.
    pub Vec<Violation>,
);

impl RequestBuilder {
    /// A request for `uri`, the model's template: a path with labels in braces, and the constant
    /// part of the query where there is one.
    pub fn new(method: Method, uri: &'static str) -> Self {
        let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
        Self {
            method,
            path: path.to_owned(),
            query: query.to_owned(),
            headers: HeaderMap::new(),
            has_checksum: false,
            is_compressed: false,
            violations: Violations::default(),
        }
    }

    /// Refuses the request unless every required member of `input` itself is there. What else the
    /// model objects to can be sent, and is kept with the request, as [`Violations`].
    ///
    /// # Errors
    /// [`Invalid`] with the first member that is not there.
    pub fn checked<T: Wire>(self, input: &T) -> Result<Self, Invalid> {
        self.with(check(input))
    }

    fn with(mut self, violations: Vec<Violation>) -> Result<Self, Invalid> {
        let is_missing = |found: &&Violation| {
            let is_within = found.path.contains(['.', '[']);
            !is_within && matches!(found.rule, Rule::Required | Rule::OneOf(_))
        };
        if let Some(missing) = violations.iter().find(is_missing) {
            return Err(Invalid::new(&missing.path, MISSING));
        }
        self.violations = Violations(violations);
        Ok(self)
    }

    /// Puts a value in the place of the label `{name}`, or of the greedy label `{name+}`.
    ///
    /// # Errors
    /// [`Invalid`] when there is no value or an empty one: the path would be another one.
    pub fn label<T: Text>(mut self, name: &str, value: &Option<T>) -> Result<Self, Invalid> {
        let Some(value) = value else {
            return Err(Invalid::new(name, MISSING));
        };
        let text = value.to_text(Place::Label);
        if text.is_empty() {
            return Err(Invalid::new(
                name,
                "must not be empty, for it is part of the path",
            ));
        }
        let (one, greedy) = (format!("{{{name}}}"), format!("{{{name}+}}"));
        let encoded = utf8_percent_encode(&text, RESERVED).to_string();
        let parts = utf8_percent_encode(&text, RESERVED_BUT_SLASH).to_string();
        self.path = self.path.replace(&one, &encoded).replace(&greedy, &parts);
        Ok(self)
    }

    /// Adds to the query what there is: nothing, one value, or each of a list.
    pub fn query<T: Text>(mut self, name: &str, value: &Option<T>) -> Self {
        let name = utf8_percent_encode(name, RESERVED).to_string();
        if let Some(value) = value {
            value.each(Place::Query, &mut |text| {
                if !self.query.is_empty() {
                    self.query.push('&');
                }
                self.query.push_str(&name);
                self.query.push('=');
                self.query.extend(utf8_percent_encode(&text, RESERVED));
            });
        }
        self
    }

    /// Adds every entry of a map to the query, but for the names that are there already.
    pub fn query_map<T: Text + Clone>(mut self, map: &Option<BTreeMap<String, T>>) -> Self {
        let taken: Vec<String> = self
            .query
            .split('&')
            .map(|pair| pair.split('=').next().unwrap_or_default().to_owned())
            .collect();
        for (name, value) in map.iter().flatten() {
            let encoded = utf8_percent_encode(name, RESERVED).to_string();
            if !taken.contains(&encoded) {
                self = self.query(name, &Some(value.clone()));
            }
        }
        self
    }

    /// Adds a header where there is a value.
    ///
    /// # Errors
    /// [`Invalid`] when the value has characters that no header can carry.
    pub fn header<T: Text>(self, name: &str, value: &Option<T>) -> Result<Self, Invalid> {
        match value {
            Some(value) => self.put_header(name, &value.to_text(Place::Header)),
            None => Ok(self),
        }
    }

    /// Adds a header for a text of a media type, which travels as base64.
    ///
    /// # Errors
    /// As [`header`](Self::header).
    pub fn base64_header<T: Text>(self, name: &str, value: &Option<T>) -> Result<Self, Invalid> {
        match value {
            Some(value) => self.put_header(name, &STANDARD.encode(value.to_text(Place::Header))),
            None => Ok(self),
        }
    }

    /// Adds a header for each entry of a map, its name behind `prefix`.
    ///
    /// # Errors
    /// [`Invalid`] when a key is no name of a header, or a value has characters that none can carry.
    pub fn prefix_headers<T: Text>(
        mut self,
        prefix: &str,
        map: &Option<BTreeMap<String, T>>,
    ) -> Result<Self, Invalid> {
        for (name, value) in map.iter().flatten() {
            self = self.put_header(&format!("{prefix}{name}"), &value.to_text(Place::Header))?;
        }
        Ok(self)
    }

    fn put_header(mut self, name: &str, value: &str) -> Result<Self, Invalid> {
        let name = HeaderName::try_from(name)
            .map_err(|_| Invalid::new(name, "is no name that a header can have"))?;
        let value = HeaderValue::from_str(value)
            .map_err(|_| Invalid::new(name.as_str(), "has characters that no header can carry"))?;
        self.headers.insert(name, value);
        Ok(self)
    }

    /// Has the body covered by an MD5 sum in the header `Content-MD5`.
    pub fn checksum(mut self) -> Self {
        self.has_checksum = true;
        self
    }

    /// Has the body compressed with gzip if it is of a length for which that is worth the work.
    pub fn compressed(mut self) -> Self {
        self.is_compressed = true;
        self
    }

    /// Leaves the body out of the signature.
    pub fn unsigned_payload(mut self) -> Self {
        let (name, value) = UNSIGNED;
        self.headers.insert(name, HeaderValue::from_static(value));
        self
    }

    /// The request with `input` as its JSON body.
    ///
    /// # Errors
    /// [`Invalid`] when a value has no JSON form.
    pub fn json<T: Serialize>(self, input: &T) -> Result<Request<Bytes>, Invalid> {
        self.in_json(serde_json::to_vec(input))
    }

    /// The request with an input of the model as its JSON body.
    ///
    /// # Errors
    /// As [`checked`](Self::checked) and [`json`](Self::json).
    pub fn document<T: Wire>(self, input: &T) -> Result<Request<Bytes>, Invalid> {
        self.written(check(input), &|json| input.append(json))
    }

    fn written(
        self,
        violations: Vec<Violation>,
        append: &dyn Fn(&mut Json) -> Appended,
    ) -> Result<Request<Bytes>, Invalid> {
        let checked = self.with(violations)?;
        let mut body = Json::default();
        let appended = append(&mut body);
        checked.in_json(appended.map(|()| body.into()))
    }

    fn in_json(self, body: serde_json::Result<Vec<u8>>) -> Result<Request<Bytes>, Invalid> {
        let body = body.map_err(|e| Invalid::new("body", e.to_string()))?;
        self.build(Some(JSON), body.into())
    }

    /// The request with a structure as its JSON body; without one the body is an empty object.
    ///
    /// # Errors
    /// As [`json`](Self::json).
    pub fn structure<T: Serialize>(self, structure: &Option<T>) -> Result<Request<Bytes>, Invalid> {
        match structure {
            Some(structure) => self.json(structure),
            None => self.build(Some(JSON), Bytes::from_static(b"{}")),
        }
    }

    /// The request with any other value as its JSON body; without one there is no body.
    ///
    /// # Errors
    /// As [`json`](Self::json).
    pub fn value<T: Serialize>(self, value: &Option<T>) -> Result<Request<Bytes>, Invalid> {
        match value {
            Some(value) => self.json(value),
            None => self.no_body(),
        }
    }

    /// The request with a text as its body.
    ///
    /// # Errors
    /// As [`no_body`](Self::no_body).
    pub fn text<T: Text>(
        self,
        media_type: &str,
        text: &Option<T>,
    ) -> Result<Request<Bytes>, Invalid> {
        match text {
            Some(text) => self.build(Some(media_type), text.to_text(Place::Query).into()),
            None => self.no_body(),
        }
    }

    /// The request with bytes as its body.
    ///
    /// # Errors
    /// As [`no_body`](Self::no_body).
    pub fn bytes<T: AsRef<Bytes>>(
        self,
        media_type: &str,
        bytes: &Option<T>,
    ) -> Result<Request<Bytes>, Invalid> {
        match bytes {
            Some(bytes) => self.build(Some(media_type), bytes.as_ref().clone()),
            None => self.no_body(),
        }
    }

    /// The head of a request whose body its caller supplies as it is sent.
    ///
    /// # Errors
    /// As [`no_body`](Self::no_body).
    pub fn streamed(self, media_type: &str) -> Result<Request<Bytes>, Invalid> {
        self.build(Some(media_type), Bytes::new())
    }

    /// The request without a body.
    ///
    /// # Errors
    /// [`Invalid`] when labels and query make no address.
    pub fn no_body(self) -> Result<Request<Bytes>, Invalid> {
        self.build(None, Bytes::new())
    }

    fn build(
        mut self,
        media_type: Option<&str>,
        mut body: Bytes,
    ) -> Result<Request<Bytes>, Invalid> {
        if let Some(media_type) = media_type.filter(|_| !self.headers.contains_key(CONTENT_TYPE)) {
            self = self.put_header(CONTENT_TYPE.as_str(), media_type)?;
        }
        if self.is_compressed && body.len() >= LEAST_COMPRESSED {
            body = gzip::compress(&body).into();
            let before = self
                .headers
                .get(CONTENT_ENCODING)
                .and_then(|value| value.to_str().ok());
            let encodings = before.map_or("gzip".to_owned(), |before| format!("{before}, gzip"));
            self = self.put_header(CONTENT_ENCODING.as_str(), &encodings)?;
        }
        if self.has_checksum {
            self = self.put_header("content-md5", &STANDARD.encode(md5::sum(&body)))?;
        }
        let query = if self.query.is_empty() { "" } else { "?" };
        let uri = format!("{}{query}{}", self.path, self.query);
        let mut request = Request::new(body);
        *request.method_mut() = self.method;
        *request.uri_mut() = uri
            .parse()
            .map_err(|_| Invalid::new("path", "is not one of HTTP"))?;
        *request.headers_mut() = self.headers;
        request.extensions_mut().insert(self.violations);
        Ok(request)
    }
}

const MISSING: &str = "is required but was not given";

/// The first labels of a host name, out of the model's template and the labels in it.
///
/// # Errors
/// [`Invalid`] when there is no value, or one that a host name cannot have.
pub fn host_prefix(template: &str, labels: &[(&str, Option<&str>)]) -> Result<String, Invalid> {
    let mut prefix = template.to_owned();
    for (name, value) in labels {
        let value = value.ok_or_else(|| Invalid::new(*name, MISSING))?;
        let is_label = |label: &str| {
            let fits = |c: char| c.is_ascii_alphanumeric() || c == '-';
            (1..=63).contains(&label.len()) && label.chars().all(fits)
        };
        if !value.split('.').all(is_label) {
            return Err(Invalid::new(
                *name,
                "must be such that a host name can begin with it",
            ));
        }
        prefix = prefix.replace(&format!("{{{name}}}"), value);
    }
    Ok(prefix)
}
