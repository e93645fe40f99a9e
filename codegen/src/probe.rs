//! What a text is, before it is read as that.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::error::Error;

/// As deep as the parser follows.
const DEEPEST: usize = 127;

/// What a text seems to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// The model of a restJson1 service; or a broken text, for its reader to tell what is wrong.
    RestJson1 {
        /// How many operations it has.
        operations: usize,
    },
    /// The model of a service with other protocols.
    OtherProtocol,
    /// JSON that is no model.
    Other,
}

#[derive(Deserialize)]
struct Written {
    smithy: Option<IgnoredAny>,
    shapes: Option<BTreeMap<String, Shape>>,
    metadata: Option<Metadata>,
    operations: Option<BTreeMap<String, IgnoredAny>>,
}

#[derive(Deserialize)]
struct Shape {
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    traits: BTreeMap<String, IgnoredAny>,
}

#[derive(Default, Deserialize)]
struct Metadata {
    #[serde(default)]
    protocol: String,
    #[serde(default)]
    protocols: Vec<String>,
}

impl Written {
    fn is_c2j(&self) -> bool {
        self.smithy.is_none() && self.metadata.is_some() && self.operations.is_some()
    }
}

/// Looks at a text as far as is needed to know which reader it is for.
pub fn probe(text: &str) -> Format {
    let written = refuse_deep(text).and_then(|()| {
        serde_json::from_str::<Written>(text).map_err(|e| Error::new(e.to_string()))
    });
    let Ok(written) = written else {
        return Format::RestJson1 { operations: 0 };
    };
    let (speaks, operations) = if written.is_c2j() {
        let metadata = written.metadata.unwrap_or_default();
        let mut names = metadata.protocols.iter().chain([&metadata.protocol]);
        let speaks = names.any(|name| name == crate::c2j::PROTOCOL);
        (speaks, written.operations.map_or(0, |them| them.len()))
    } else if written.smithy.is_some() {
        let shapes = written.shapes.unwrap_or_default();
        let of_kind = |kind: &'static str| {
            let shapes = shapes.values();
            shapes.filter(move |shape| shape.kind.as_deref() == Some(kind))
        };
        let is_ours = |shape: &Shape| shape.traits.contains_key(crate::smithy::PROTOCOL);
        (
            of_kind("service").any(is_ours),
            of_kind("operation").count(),
        )
    } else {
        return Format::Other;
    };
    if speaks {
        Format::RestJson1 { operations }
    } else {
        Format::OtherProtocol
    }
}

/// Refuses what nests deeper than any model, before a parser goes through the whole of it.
pub(crate) fn refuse_deep(text: &str) -> Result<(), Error> {
    let (mut depth, mut line) = (0_usize, 1_usize);
    let (mut in_text, mut is_escaped) = (false, false);
    for byte in text.bytes() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = in_text,
            b'"' => in_text = !in_text,
            b'\n' => line = line.saturating_add(1),
            b'[' | b'{' if !in_text => depth = depth.saturating_add(1),
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            let problem = format!("nests more than {DEEPEST} levels deep in line {line}");
            return Err(Error::new(problem));
        }
    }
    Ok(())
}

/// Whether a text is C2J rather than a Smithy AST; one that is neither is left to that reader.
pub(crate) fn is_c2j(text: &str) -> bool {
    #[derive(Deserialize)]
    struct Keys {
        smithy: Option<IgnoredAny>,
        metadata: Option<IgnoredAny>,
        operations: Option<IgnoredAny>,
    }
    let keys = serde_json::from_str::<Keys>(text);
    keys.is_ok_and(|keys| {
        keys.smithy.is_none() && keys.metadata.is_some() && keys.operations.is_some()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_told_apart() {
        let smithy = |protocol: &str| {
            format!(
                r#"{{"smithy": "2.0", "shapes": {{"a#S": {{"type": "service", "traits": {{"{protocol}": {{}}}}}}}}}}"#
            )
        };
        let c2j = |protocols: &str| format!(r#"{{"metadata": {protocols}, "operations": {{}}}}"#);
        let cases = [
            (
                smithy("aws.protocols#restJson1"),
                Format::RestJson1 { operations: 0 },
            ),
            (smithy("aws.protocols#awsJson1_0"), Format::OtherProtocol),
            (
                c2j(r#"{"protocol": "rest-json"}"#),
                Format::RestJson1 { operations: 0 },
            ),
            (
                c2j(r#"{"protocol": "json", "protocols": ["json", "rest-json"]}"#),
                Format::RestJson1 { operations: 0 },
            ),
            (c2j(r#"{"protocol": "query"}"#), Format::OtherProtocol),
            (r#"{"pagination": {}}"#.to_owned(), Format::Other),
            ("{".to_owned(), Format::RestJson1 { operations: 0 }),
        ];
        for (text, format) in cases {
            assert_eq!(probe(&text), format, "{text}");
        }
    }
}
