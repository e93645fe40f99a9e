//! Error answers, in every spelling that services are known to use.

use std::collections::BTreeMap;

use http::HeaderMap;
use http::response::Parts;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::answer;
use super::text::{Place, Text};
use super::xml;

const CODE_HEADERS: [&str; 2] = ["x-amzn-errortype", "x-amz-errortype"];
const CODE_MEMBERS: [&str; 3] = ["code", "Code", "__type"];
const MESSAGE_MEMBERS: [&str; 3] = ["message", "Message", "errorMessage"];
const REQUEST_ID_HEADERS: [&str; 3] = ["x-amzn-requestid", "x-amz-requestid", "x-amz-request-id"];
/// How much of a body that is neither JSON nor XML is worth showing to a person.
const EXCERPT: usize = 200;

/// An answer whose status is not a success.
///
/// The code is looked for in the headers, then in the body (`code`, then `__type`, also nested
/// under `Output`, or XML); the message in the body alone.
#[derive(Debug)]
pub struct ErrorReply<'a> {
    head: &'a Parts,
    body: Body,
}

#[derive(Debug)]
enum Body {
    Json(Value),
    Xml(xml::ErrorBody),
    Other(String),
}

impl<'a> ErrorReply<'a> {
    /// Reads what there is; `body` may be cut short or be anything at all.
    pub fn new(head: &'a Parts, body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let body = match serde_json::from_str::<Value>(&text) {
            Ok(mut json) => match json.get_mut("Output").map(Value::take) {
                Some(nested @ Value::Object(_)) => Body::Json(in_both_spellings(nested)),
                _ => Body::Json(in_both_spellings(json)),
            },
            Err(_) => xml::read(&text).map_or_else(|| Body::Other(excerpt(&text)), Body::Xml),
        };
        Self { head, body }
    }

    /// The bare error code, such as `ResourceNotFoundException`; empty when there is none.
    pub fn code(&self) -> &str {
        let from_header = first_header(&self.head.headers, &CODE_HEADERS);
        let from_body = || match &self.body {
            Body::Json(json) => first_member(json, &CODE_MEMBERS),
            Body::Xml(xml) => xml.code.as_deref(),
            Body::Other(_) => None,
        };
        bare(from_header.or_else(from_body).unwrap_or_default())
    }

    /// The service's own words; empty when there are none.
    pub fn message(&self) -> &str {
        match &self.body {
            Body::Json(json) => first_member(json, &MESSAGE_MEMBERS).unwrap_or_default(),
            Body::Xml(xml) => xml.message.as_deref().unwrap_or_default(),
            Body::Other(text) => text,
        }
    }

    /// The service's name for the request.
    pub fn request_id(&self) -> Option<&str> {
        request_id(&self.head.headers)
    }

    /// The modelled members of an error; unset where the body does not have them.
    pub fn body<T: DeserializeOwned + Default>(&self) -> T {
        match &self.body {
            Body::Json(json) => T::deserialize(json).unwrap_or_default(),
            Body::Xml(xml) => {
                let members = serde_json::json!({ "message": xml.message, "Message": xml.message });
                T::deserialize(members).unwrap_or_default()
            }
            Body::Other(_) => T::default(),
        }
    }

    /// The member `message` of an error that has no other; unset where there is none.
    #[doc(hidden)]
    pub fn told(&self) -> Option<String> {
        match &self.body {
            Body::Json(json) => first_member(json, &["message"]).map(str::to_owned),
            Body::Xml(xml) => xml.message.clone(),
            Body::Other(_) => None,
        }
    }

    /// A modelled member that travels in a header; unset where there is none that can be read.
    pub fn header<T: Text>(&self, name: &str) -> Option<T> {
        let is_there = self.head.headers.contains_key(name);
        let text = answer::joined(self.head, name).filter(|_| is_there)?;
        T::from_text(&text, Place::Header)
    }

    /// A modelled member that all headers with such names make up; unset where one cannot be read.
    pub fn prefix_headers<T: Text>(&self, prefix: &'static str) -> Option<BTreeMap<String, T>> {
        answer::prefix_headers(self.head, prefix).ok().flatten()
    }

    /// A modelled member that is the status.
    pub fn status<T: From<u16>>(&self) -> Option<T> {
        Some(self.head.status.as_u16().into())
    }

    /// A modelled member that is the whole body; unset where the body is no such value.
    pub fn payload<T: DeserializeOwned>(&self) -> Option<T> {
        match &self.body {
            Body::Json(json) => T::deserialize(json).ok(),
            Body::Xml(_) | Body::Other(_) => None,
        }
    }
}

/// The service's name for a request, from the head of its answer.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<&str> {
    first_header(headers, &REQUEST_ID_HEADERS)
}

/// Services spell the message of an error as they like, whatever their model says.
fn in_both_spellings(mut json: Value) -> Value {
    let said = first_member(&json, &MESSAGE_MEMBERS).map(Value::from);
    if let (Value::Object(members), Some(said)) = (&mut json, said) {
        for name in ["message", "Message"] {
            let member = members.entry(name).or_insert(Value::Null);
            if !member.is_string() {
                *member = said.clone();
            }
        }
    }
    json
}

fn first_header<'a>(headers: &'a HeaderMap, names: &[&str]) -> Option<&'a str> {
    names
        .iter()
        .find_map(|name| std::str::from_utf8(headers.get(*name)?.as_bytes()).ok())
        .filter(|text| !text.is_empty())
}

fn first_member<'a>(json: &'a Value, names: &[&str]) -> Option<&'a str> {
    names.iter().find_map(|name| json.get(name)?.as_str())
}

/// `aws.protocoltests#FooError:http://internal.amazon.com/…` is `FooError`.
fn bare(code: &str) -> &str {
    let head = code.split(':').next().unwrap_or_default();
    head.rsplit('#').next().unwrap_or_default().trim()
}

fn excerpt(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words
        .join(" ")
        .chars()
        .filter(|c| !c.is_control())
        .take(EXCERPT)
        .collect()
}
