//! The restJson1 wire form: what generated operations call to write requests and read answers.

mod open_enum;
mod reply;
mod xml;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::response::Parts;
use http::{HeaderValue, Method, Request};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use reply::ErrorReply;
#[doc(hidden)]
pub use serde;

use crate::error::{Invalid, Malformed};

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
/// let request = RequestBuilder::new(Method::POST, "/describeStream")
///     .one_of(&[("StreamName", input.stream_name.is_some()), ("StreamARN", false)])?
///     .json(&input)?;
/// assert_eq!(request.body(), r#"{"StreamName":"cam"}"#);
/// # Ok::<(), kvs_protocol::Invalid>(())
/// ```
#[derive(Debug)]
#[must_use]
pub struct RequestBuilder {
    method: Method,
    path: &'static str,
}

impl RequestBuilder {
    /// A request for `path`, which the model gives and which needs no encoding.
    pub fn new(method: Method, path: &'static str) -> Self {
        Self { method, path }
    }

    /// Refuses the request unless the member `name` is there.
    ///
    /// # Errors
    /// [`Invalid`] with the member's name.
    pub fn require(self, name: &'static str, present: bool) -> Result<Self, Invalid> {
        if present {
            Ok(self)
        } else {
            Err(Invalid::new(name, "is required but was not given"))
        }
    }

    /// Refuses the request unless at least one of the members is there.
    ///
    /// # Errors
    /// [`Invalid`] with the members' names.
    pub fn one_of(self, members: &[(&'static str, bool)]) -> Result<Self, Invalid> {
        if members.iter().any(|(_, present)| *present) {
            return Ok(self);
        }
        let names: Vec<&str> = members.iter().map(|(name, _)| *name).collect();
        Err(Invalid::new(
            names.join(" or "),
            "is required but was not given",
        ))
    }

    /// The request with `input` as its JSON body.
    ///
    /// # Errors
    /// [`Invalid`] when a value has no JSON form.
    pub fn json<T: Serialize>(self, input: &T) -> Result<Request<Bytes>, Invalid> {
        let body = serde_json::to_vec(input).map_err(|e| Invalid::new("body", e.to_string()))?;
        let mut request = Request::new(Bytes::from(body));
        *request.method_mut() = self.method;
        *request.uri_mut() = self
            .path
            .parse()
            .map_err(|_| Invalid::new("path", "is not one of HTTP"))?;
        request
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Ok(request)
    }
}

/// Reads a JSON body. An empty body counts as an empty object, as services send either.
///
/// # Errors
/// [`Malformed`] with line and column of the first byte that does not fit.
pub fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, Malformed> {
    let body = if body.trim_ascii().is_empty() {
        b"{}"
    } else {
        body
    };
    serde_json::from_slice(body).map_err(|e| Malformed::new("body", e.to_string()))
}

/// The text of a header, `None` when the answer has no such header.
///
/// # Errors
/// [`Malformed`] when the header holds bytes that are no text.
pub fn header(head: &Parts, name: &'static str) -> Result<Option<String>, Malformed> {
    let Some(value) = head.headers.get(name) else {
        return Ok(None);
    };
    match std::str::from_utf8(value.as_bytes()) {
        Ok(text) => Ok(Some(text.to_owned())),
        Err(_) => Err(Malformed::new(name, "the header is not text")),
    }
}

/// The token of the page after this one. A service that repeats the token which it was sent has
/// no further page to give: going on would never end.
pub fn token(of_page: Option<&str>, of_request: Option<&str>) -> Option<String> {
    of_page
        .filter(|token| !token.is_empty() && Some(*token) != of_request)
        .map(str::to_owned)
}

#[cfg(test)]
mod tests;
