//! Traits are taken out one by one; what is left over was understood by nobody.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::ast::Ordered;
use crate::c2j::markdown::from_html;
use crate::error::Error;
use crate::ir::{Bounds, Constraints};

/// Traits that do not change what is generated, each with the reason why.
const IGNORED: &[(&str, &str)] = &[
    (
        "aws.protocols#restJson1",
        "the reader has made sure that it is there; its settings are about HTTP versions",
    ),
    (
        "smithy.api#input",
        "the operation says which structure its input is",
    ),
    (
        "smithy.api#output",
        "the operation says which structure its output is",
    ),
    ("smithy.api#xmlNamespace", "restJson1 writes no XML"),
    ("smithy.rules#endpointTests", "they test the rule set"),
    (
        "smithy.rules#clientContextParams",
        "the rule set names it among its parameters, which callers may set",
    ),
    (
        "smithy.rules#contextParam",
        "the operations take it from the members of their input",
    ),
    (
        "smithy.api#auth",
        "of the service: signing is what the core does unless an operation says otherwise",
    ),
    (
        "smithy.api#suppress",
        "about the remarks of Smithy's own linter",
    ),
    ("smithy.api#cors", "about browsers"),
    (
        "smithy.api#externalDocumentation",
        "documentation elsewhere",
    ),
    ("smithy.api#examples", "documentation"),
    ("smithy.api#deprecated", "documentation"),
    ("smithy.api#since", "documentation"),
    ("smithy.api#tags", "documentation"),
    ("smithy.api#title", "documentation"),
    ("smithy.api#references", "about resources"),
    ("smithy.api#resourceIdentifier", "about resources"),
    ("smithy.api#nestedProperties", "about resources"),
    ("smithy.api#property", "about resources"),
    ("smithy.api#notProperty", "about resources"),
    (
        "smithy.api#uniqueItems",
        "services refuse what stands twice, and a set would lose the order",
    ),
    (
        "smithy.api#clientOptional",
        "every member is optional here as it is",
    ),
    (
        "smithy.api#addedDefault",
        "about the compatibility of defaults",
    ),
    ("smithy.api#box", "about the compatibility of defaults"),
    ("smithy.api#idempotent", "the policy repeats every call"),
    ("smithy.api#readonly", "the policy repeats every call"),
    (
        "smithy.api#retryable",
        "the policy knows the codes of throttling, and repeats what the status allows",
    ),
    ("smithy.api#xmlName", "restJson1 writes no XML"),
    ("smithy.api#xmlFlattened", "restJson1 writes no XML"),
    ("smithy.api#xmlAttribute", "restJson1 writes no XML"),
    (
        "smithy.waiters#waitable",
        "a loop around an operation, not part of it",
    ),
    ("smithy.test#smokeTests", "they test the service"),
    ("aws.api#arn", "about resources"),
    ("aws.api#arnReference", "about resources"),
    ("aws.api#taggable", "about resources"),
    ("aws.api#tagEnabled", "about resources"),
    ("aws.api#controlPlane", "about who calls it"),
    ("aws.api#dataPlane", "about who calls it"),
    ("aws.api#data", "about what may be logged where"),
    ("aws.iam#actionName", "about permissions"),
    ("aws.iam#iamAction", "about permissions"),
    ("aws.iam#conditionKeys", "about permissions"),
    ("aws.iam#defineConditionKeys", "about permissions"),
    ("aws.iam#requiredActions", "about permissions"),
    ("aws.iam#supportedPrincipalTypes", "about permissions"),
    (
        "aws.endpoints#standardRegionalEndpoints",
        "the rule set says the same",
    ),
    (
        "aws.endpoints#dualStackOnlyEndpoints",
        "the rule set says the same",
    ),
    ("aws.cloudformation#cfnResource", "about another service"),
];

/// The traits of one shape or member.
pub(super) struct Traits<'m> {
    left: Vec<(&'m str, &'m Value)>,
}

impl<'m> Traits<'m> {
    pub(super) fn new(traits: &'m Ordered<Value>) -> Self {
        Self {
            left: traits
                .0
                .iter()
                .map(|(id, value)| (id.as_str(), value))
                .collect(),
        }
    }

    /// The value of a trait, which counts as understood from now on.
    pub(super) fn take(&mut self, id: &str) -> Option<&'m Value> {
        let at = self.left.iter().position(|(left, _)| *left == id)?;
        Some(self.left.remove(at).1)
    }

    /// The value of a trait as a `T`.
    pub(super) fn decode<T: DeserializeOwned>(&mut self, id: &str) -> Result<Option<T>, Error> {
        let Some(value) = self.take(id) else {
            return Ok(None);
        };
        match T::deserialize(value) {
            Ok(decoded) => Ok(Some(decoded)),
            Err(e) => Err(Error::new(format!("{e}, in `{value}`")).in_trait(id)),
        }
    }

    /// The value of a trait without which the shape cannot be understood.
    pub(super) fn need<T: DeserializeOwned>(&mut self, id: &str) -> Result<T, Error> {
        let missing = || {
            Error::new("the trait is missing, and without it nothing can be generated").in_trait(id)
        };
        self.decode(id)?.ok_or_else(missing)
    }

    /// Whether a trait without a value is there.
    pub(super) fn flag(&mut self, id: &str) -> bool {
        self.take(id).is_some()
    }

    /// AWS's own models hold HTML; what begins with a tag is taken for it.
    pub(super) fn docs(&mut self) -> Result<String, Error> {
        let docs: String = self.decode("smithy.api#documentation")?.unwrap_or_default();
        let is_html = docs.trim_start().starts_with('<');
        Ok(if is_html { from_html(&docs) } else { docs })
    }

    pub(super) fn constraints(&mut self) -> Result<Constraints, Error> {
        Ok(Constraints {
            length: self
                .decode::<WrittenBounds<u64>>("smithy.api#length")?
                .map(Into::into),
            range: self
                .decode::<WrittenBounds<f64>>("smithy.api#range")?
                .map(Into::into),
            pattern: self.decode("smithy.api#pattern")?,
        })
    }

    /// Names what nobody has taken and nobody may ignore.
    pub(super) fn not_understood(self) -> impl Iterator<Item = &'m str> {
        let ignored = |id: &str| IGNORED.iter().any(|(known, _)| *known == id);
        self.left
            .into_iter()
            .map(|(id, _)| id)
            .filter(move |id| !ignored(id))
    }
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenBounds<T> {
    min: Option<T>,
    max: Option<T>,
}

impl<T> From<WrittenBounds<T>> for Bounds<T> {
    fn from(written: WrittenBounds<T>) -> Self {
        Self {
            min: written.min,
            max: written.max,
        }
    }
}
