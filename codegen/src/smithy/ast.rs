//! The Smithy 2.0 JSON AST as it is written.
//!
//! Deserialized strictly: a property that is not known here might change what a shape means.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Model {
    pub(super) smithy: String,
    /// Settings of Smithy's own tools.
    #[serde(default, rename = "metadata")]
    _metadata: Option<IgnoredAny>,
    pub(super) shapes: Ordered<Shape>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Shape {
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) traits: Ordered<Value>,
    #[serde(default)]
    pub(super) members: Ordered<Member>,
    pub(super) member: Option<Member>,
    pub(super) key: Option<Member>,
    pub(super) value: Option<Member>,
    pub(super) version: Option<String>,
    #[serde(default)]
    pub(super) operations: Vec<Reference>,
    pub(super) input: Option<Reference>,
    pub(super) output: Option<Reference>,
    #[serde(default)]
    pub(super) errors: Vec<Reference>,
    #[serde(default)]
    pub(super) resources: Vec<Reference>,
    #[serde(default, rename = "collectionOperations")]
    pub(super) collection_operations: Vec<Reference>,
    pub(super) create: Option<Reference>,
    pub(super) put: Option<Reference>,
    pub(super) read: Option<Reference>,
    pub(super) update: Option<Reference>,
    pub(super) delete: Option<Reference>,
    pub(super) list: Option<Reference>,
    /// What a resource is known by and has; its operations say so themselves.
    #[serde(default, rename = "identifiers")]
    _identifiers: Option<IgnoredAny>,
    #[serde(default, rename = "properties")]
    _properties: Option<IgnoredAny>,
}

impl Shape {
    /// The operations that a service or resource lists.
    pub(super) fn all_operations(&self) -> impl Iterator<Item = &Reference> {
        let of_life = [
            &self.create,
            &self.put,
            &self.read,
            &self.update,
            &self.delete,
            &self.list,
        ];
        let listed = self.operations.iter().chain(&self.collection_operations);
        listed.chain(of_life.into_iter().flatten())
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Member {
    pub(super) target: String,
    #[serde(default)]
    pub(super) traits: Ordered<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reference {
    pub(super) target: String,
}

/// An object whose order counts, and whose keys must differ.
#[derive(Debug)]
pub(crate) struct Ordered<T>(pub(crate) Vec<(String, T)>);

impl<T> Default for Ordered<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Ordered<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(OrderedVisitor(PhantomData))
    }
}

struct OrderedVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for OrderedVisitor<T> {
    type Value = Ordered<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut seen = std::collections::HashSet::new();
        let mut entries = Vec::new();
        while let Some((key, value)) = map.next_entry::<String, T>()? {
            if !seen.insert(key.clone()) {
                return Err(Error::custom(format!("`{key}` stands here twice")));
            }
            entries.push((key, value));
        }
        Ok(Ordered(entries))
    }
}
