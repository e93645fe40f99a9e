//! JSON text of requests.
//!
//! It is the text that `serde_json` makes, which looks at the bytes of each text one by one: with a
//! thousand fragments to ask for, that was half of the time that a request takes.

use serde::Serialize;

use super::structure::{Members, Structure};
use super::wire::Wire;
use crate::scan;

/// What comes of a value on its way into a text.
#[doc(hidden)]
pub type Appended = Result<(), serde_json::Error>;

/// A text of JSON that grows.
#[doc(hidden)]
#[derive(Debug, Default)]
pub struct Json(Vec<u8>);

impl Json {
    pub(super) fn text(&mut self, text: &str) -> Appended {
        let is_plain = scan::all(text.as_bytes(), |byte| {
            (byte >= b' ') & (byte != b'"') & (byte != b'\\')
        });
        if !is_plain {
            return self.other(text);
        }
        self.0.reserve(text.len().saturating_add(3));
        self.0.push(b'"');
        self.0.extend_from_slice(text.as_bytes());
        self.0.push(b'"');
        Ok(())
    }

    pub(super) fn list<T: Wire>(&mut self, list: &[T]) -> Appended {
        self.0.push(b'[');
        for (index, element) in list.iter().enumerate() {
            if index > 0 {
                self.0.push(b',');
            }
            element.append(self)?;
        }
        self.0.push(b']');
        Ok(())
    }

    #[doc(hidden)]
    pub fn structure<T: Structure>(&mut self, structure: &T) -> Appended {
        self.0.push(b'{');
        let mut members = InJson {
            json: self,
            is_first: true,
        };
        structure.put(&mut members)?;
        self.0.push(b'}');
        Ok(())
    }

    pub(super) fn null(&mut self) {
        self.0.extend_from_slice(b"null");
    }

    /// Whatever else there is, as `serde_json` has it.
    pub(super) fn other<T: Serialize + ?Sized>(&mut self, value: &T) -> Appended {
        serde_json::to_writer(&mut self.0, value)
    }
}

impl From<Json> for Vec<u8> {
    fn from(json: Json) -> Self {
        json.0
    }
}

/// Members on their way into a text.
struct InJson<'a> {
    json: &'a mut Json,
    is_first: bool,
}

impl Members for InJson<'_> {
    type Error = serde_json::Error;

    fn put<T: Wire>(&mut self, name: &'static str, value: &T) -> Appended {
        self.begin(name)?;
        value.append(self.json)
    }
}

impl InJson<'_> {
    fn begin(&mut self, name: &str) -> Appended {
        if !std::mem::take(&mut self.is_first) {
            self.json.0.push(b',');
        }
        self.json.text(name)?;
        self.json.0.push(b':');
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "what fails in a test fails the test")]

    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::Json;
    use crate::restjson::Wire;
    use crate::{BigNumber, Sensitive, Timestamp};

    crate::structure! {
        /// Whatever a structure may have.
        struct Any {
            /// A text.
            pub text: Option<String> = "Text\"é",
            /// Texts.
            pub texts: Option<Vec<Option<String>>> = "Texts",
            /// More of it.
            pub nested: Option<Box<Any>> = "Nested",
            /// By name.
            pub map: Option<BTreeMap<String, Sensitive<String>>> = "Map",
            /// A number.
            pub float: f64 = "Float",
            /// A moment.
            pub moment: Option<Timestamp> = "Moment",
            /// A big number.
            pub number: Option<BigNumber> = "Number",
        }
    }

    proptest! {
        #[test]
        fn the_text_is_that_of_serde_json(
            text in ".*",
            texts in proptest::collection::vec(proptest::option::of("[\\x00-\\x7f]*"), 0..4),
            float: f64,
            millis in -9_000_000_000_000i64..9_000_000_000_000,
        ) {
            let map = [(text.clone(), Sensitive(text.clone()))].into();
            let nested = Any { text: Some(text.clone()), ..Any::default() };
            let any = Any {
                text: Some(text),
                texts: Some(texts),
                nested: Some(Box::new(nested)),
                map: Some(map),
                float,
                moment: Some(Timestamp::from_millis(millis)),
                number: BigNumber::new("12345678901234567890123.5"),
            };
            let mut json = Json::default();
            any.append(&mut json).unwrap();
            prop_assert_eq!(Vec::from(json), serde_json::to_vec(&any).unwrap());
        }
    }
}
