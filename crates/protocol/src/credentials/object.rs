//! JSON objects, read without a type for each.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

/// An object whose members are read when they are asked for. Errors quote what may be a secret, and
/// are not shown.
pub(super) struct Object<'a>(BTreeMap<String, &'a RawValue>);

impl<'a> Object<'a> {
    /// `None` where `json` is no object.
    pub(super) fn read(json: &'a str) -> Option<Self> {
        serde_json::from_str(json).ok().map(Self)
    }

    /// A member as it is written.
    pub(super) fn value(&self, name: &str) -> Option<&'a RawValue> {
        self.0.get(name).copied()
    }

    /// The text of a member.
    pub(super) fn raw(&self, name: &str) -> Option<&'a str> {
        self.value(name).map(RawValue::get)
    }

    /// All members as they are written.
    pub(super) fn members(&self) -> impl Iterator<Item = (&str, &'a RawValue)> {
        self.0.iter().map(|(name, value)| (name.as_str(), *value))
    }

    /// The value of a member; `None` where there is none of that type.
    pub(super) fn get<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        self.raw(name)
            .and_then(|json| serde_json::from_str(json).ok())
    }

    /// The text of the first member with one of these names, unless it is `null`; `Err` where it is
    /// something else than a text.
    pub(super) fn text(&self, names: &[&str]) -> Result<Option<String>, serde_json::Error> {
        let json = names.iter().find_map(|name| self.raw(name));
        json.map_or(Ok(None), serde_json::from_str)
    }
}
