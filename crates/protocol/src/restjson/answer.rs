//! What a successful answer is read with.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::response::Parts;
use serde::de::DeserializeOwned;

use super::bounds;
use super::text::{Place, Text};
use crate::error::Malformed;

/// Reads a JSON body. An empty body counts as an empty object, as services send either.
///
/// Of members that stand there twice the last one counts; unknown ones are skipped, whatever their
/// value. A body that has more than a million values is refused before anything is made of it.
///
/// # Errors
/// [`Malformed`] with the path of the member, line and column of the first byte that does not fit.
pub fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, Malformed> {
    serde_json::from_str(document(body)?).map_err(|e| malformed(&e))
}

#[cold]
fn malformed(error: &dyn std::fmt::Display) -> Malformed {
    Malformed::new("body", error.to_string())
}

fn document(body: &[u8]) -> Result<&str, Malformed> {
    // Once for all, and not for each text in it.
    let body = std::str::from_utf8(body).map_err(|e| malformed(&e))?;
    let body = if body.trim_ascii().is_empty() {
        "{}"
    } else {
        body
    };
    bounds::check(body)?;
    Ok(body)
}

/// Reads a body that is one member of the output; `None` where there is no body.
///
/// # Errors
/// As [`decode`].
pub fn payload<T: DeserializeOwned>(body: &[u8]) -> Result<Option<T>, Malformed> {
    if body.trim_ascii().is_empty() {
        return Ok(None);
    }
    decode(body).map(Some)
}

/// A body that is a text; `None` where it is empty.
///
/// # Errors
/// [`Malformed`] when it holds bytes that are no text, or a text that is no such value.
pub fn text<T: Text>(body: &[u8]) -> Result<Option<T>, Malformed> {
    if body.is_empty() {
        return Ok(None);
    }
    let text = std::str::from_utf8(body).map_err(|_| Malformed::new("body", "is not text"))?;
    let value = T::from_text(text, Place::Query);
    value
        .map(Some)
        .ok_or_else(|| Malformed::new("body", "is a text that stands for no value"))
}

/// A body that is bytes; `None` where it is empty.
pub fn bytes<T: From<Bytes>>(body: &[u8]) -> Option<T> {
    (!body.is_empty()).then(|| Bytes::copy_from_slice(body).into())
}

/// The value of a header, `None` when the answer has no such header. Headers of one name make one
/// list.
///
/// # Errors
/// [`Malformed`] when the header holds bytes that are no text, or a text that is no such value.
pub fn header<T: Text>(head: &Parts, name: &'static str) -> Result<Option<T>, Malformed> {
    let Some(text) = header_text(head, name)? else {
        return Ok(None);
    };
    match T::from_text(&text, Place::Header) {
        Some(value) => Ok(Some(value)),
        None => Err(Malformed::new(
            name,
            format!("the header is no such value: {text:?}"),
        )),
    }
}

/// The value of a header that carries a text of a media type, as base64.
///
/// # Errors
/// As [`header`], and when it is no base64.
pub fn base64_header<T: Text>(head: &Parts, name: &'static str) -> Result<Option<T>, Malformed> {
    let Some(text) = header_text(head, name)? else {
        return Ok(None);
    };
    let decoded = STANDARD
        .decode(text.trim())
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let value = decoded.and_then(|decoded| T::from_text(&decoded, Place::Header));
    value
        .map(Some)
        .ok_or_else(|| Malformed::new(name, "the header is no text in base64"))
}

/// The values of all headers whose names begin with `prefix`, by the rest of their names.
///
/// # Errors
/// As [`header`].
pub fn prefix_headers<T: Text>(
    head: &Parts,
    prefix: &'static str,
) -> Result<Option<BTreeMap<String, T>>, Malformed> {
    let lower = prefix.to_ascii_lowercase();
    let mut map = BTreeMap::new();
    for name in head.headers.keys() {
        let Some(rest) = name.as_str().strip_prefix(&lower) else {
            continue;
        };
        let bad = || Malformed::new(prefix, format!("the header {name} is no such value"));
        let text = joined(head, name.as_str()).ok_or_else(bad)?;
        map.insert(
            rest.to_owned(),
            T::from_text(&text, Place::Header).ok_or_else(bad)?,
        );
    }
    Ok((!map.is_empty()).then_some(map))
}

fn header_text(head: &Parts, name: &'static str) -> Result<Option<String>, Malformed> {
    if !head.headers.contains_key(name) {
        return Ok(None);
    }
    let not_text = || Malformed::new(name, "the header is not text");
    joined(head, name).map(Some).ok_or_else(not_text)
}

/// The text of all headers of that name; `None` when one is no text.
pub(super) fn joined(head: &Parts, name: &str) -> Option<String> {
    let values = head.headers.get_all(name).iter();
    let texts: Option<Vec<&str>> = values
        .map(|value| std::str::from_utf8(value.as_bytes()).ok())
        .collect();
    texts.map(|texts| texts.join(", "))
}

/// Whether tokens, each beside the one that was sent, lead to another page.
///
/// # Errors
/// [`Malformed`] at the member `name` when they are all the same as before: going on would never
/// end, and what the pages after this one hold would be missing.
pub fn leads_on<const N: usize>(
    name: &'static str,
    tokens: [(&Option<String>, &Option<String>); N],
) -> Result<bool, Malformed> {
    let is_given = |token: &Option<String>| token.as_ref().is_some_and(|text| !text.is_empty());
    if !tokens.iter().any(|(of_page, _)| is_given(of_page)) {
        return Ok(false);
    }
    let mut changes = tokens
        .iter()
        .map(|(of_page, of_request)| of_page != of_request);
    if changes.any(|is_new| is_new) {
        return Ok(true);
    }
    let problem = "is the one that this page was asked for with; the pages after it cannot be had";
    Err(Malformed::new(name, problem))
}

/// The token of the page after this one, which the member `name` of an answer holds.
///
/// # Errors
/// [`Malformed`] when it is the one that was sent.
pub fn token(
    name: &'static str,
    of_page: &Option<String>,
    of_request: &Option<String>,
) -> Result<Option<String>, Malformed> {
    let is_next = leads_on(name, [(of_page, of_request)])?;
    Ok(of_page.clone().filter(|_| is_next))
}
