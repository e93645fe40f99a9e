//! From shapes of the AST to shapes of the IR.

use serde::Deserialize;
use serde_json::Value;

use super::ast;
use super::traits::Traits;
use super::{PRELUDE, Reader, local};
use crate::error::Error;
use crate::ir::{
    Binding, Constraints, EnumValue, ErrorFacts, Fault, IntEnumValue, Kind, Literal, Member, Shape,
    Structure, TimestampFormat,
};

/// What an operation without input or output has in its place.
pub(super) fn empty_structure() -> Shape {
    plain(Kind::Structure(Structure::default()))
}

fn plain(kind: Kind) -> Shape {
    Shape {
        docs: String::new(),
        sensitive: false,
        constraints: Constraints::default(),
        kind,
    }
}

/// The simple types that have the same name, but for its case, in the prelude and as shape types.
fn simple(kind: &str) -> Option<Kind> {
    Some(match kind {
        "boolean" => Kind::Boolean,
        "byte" => Kind::Integer(8),
        "short" => Kind::Integer(16),
        "integer" => Kind::Integer(32),
        "long" => Kind::Integer(64),
        "float" => Kind::Float(32),
        "double" => Kind::Float(64),
        "biginteger" | "bigdecimal" => Kind::BigNumber,
        "string" => Kind::String,
        "blob" => Kind::Blob {
            streaming: false,
            needs_length: false,
        },
        "timestamp" => Kind::Timestamp(None),
        "document" => Kind::Document,
        "unit" => Kind::Structure(Structure::default()),
        _ => return None,
    })
}

impl<'m> Reader<'m> {
    pub(super) fn lower(&mut self, id: &'m str) -> Result<Shape, Error> {
        if let Some(name) = id.strip_prefix(PRELUDE) {
            let unsupported = || Error::unsupported(format!("the prelude's `{id}`"));
            let name = name.strip_prefix("Primitive").unwrap_or(name);
            return simple(&name.to_lowercase())
                .map(plain)
                .ok_or_else(unsupported);
        }
        let Some(shape) = self.shapes.get(id).copied() else {
            return Err(Error::new("is not in the model"));
        };
        let mut traits = Traits::new(&shape.traits);
        let lowered = Shape {
            docs: traits.docs()?,
            sensitive: traits.flag("smithy.api#sensitive"),
            constraints: traits.constraints()?,
            kind: self.kind(id, shape, &mut traits)?,
        };
        // Members carry these themselves; see `member`.
        traits.take("smithy.api#default");
        traits.take("smithy.api#mediaType");
        self.finish(local(id), None, traits);
        Ok(lowered)
    }

    fn kind(
        &mut self,
        id: &'m str,
        shape: &'m ast::Shape,
        traits: &mut Traits<'m>,
    ) -> Result<Kind, Error> {
        Ok(match shape.kind.as_str() {
            "blob" => Kind::Blob {
                streaming: traits.flag("smithy.api#streaming"),
                needs_length: traits.flag("smithy.api#requiresLength"),
            },
            "timestamp" => Kind::Timestamp(timestamp_format(traits)?),
            "list" | "set" => Kind::List {
                element: self.part(id, "member", shape.member.as_ref())?,
                sparse: traits.flag("smithy.api#sparse"),
            },
            "map" => Kind::Map {
                key: self.part(id, "key", shape.key.as_ref())?,
                value: self.part(id, "value", shape.value.as_ref())?,
                sparse: traits.flag("smithy.api#sparse"),
            },
            "structure" => Kind::Structure(self.structure(id, shape, traits)?),
            "union" if traits.flag("smithy.api#streaming") => Kind::EventStream,
            "union" => Kind::Union(self.members(id, shape)?),
            "enum" => Kind::Enum(self.enumeration(id, shape)?),
            "intEnum" => Kind::IntEnum(self.int_enumeration(id, shape)?),
            other => simple(&other.to_lowercase())
                .ok_or_else(|| Error::unsupported(format!("a shape of type `{other}`")))?,
        })
    }

    /// Element of a list, key or value of a map.
    fn part(
        &mut self,
        id: &'m str,
        role: &str,
        member: Option<&'m ast::Member>,
    ) -> Result<String, Error> {
        let missing = || Error::new("is missing: a list needs a `member`, a map `key` and `value`");
        let member = member.ok_or_else(|| missing().in_member(role))?;
        let mut traits = Traits::new(&member.traits);
        // There is no place in Rust's types for what a list says about its elements.
        traits.take("smithy.api#documentation");
        self.finish(local(id), Some(role), traits);
        self.target(&member.target).map_err(|e| e.in_member(role))
    }

    fn structure(
        &mut self,
        id: &'m str,
        shape: &'m ast::Shape,
        traits: &mut Traits<'m>,
    ) -> Result<Structure, Error> {
        let error = error_facts(traits)?;
        let members = self.members(id, shape)?;
        Ok(Structure { members, error })
    }

    fn members(&mut self, id: &'m str, shape: &'m ast::Shape) -> Result<Vec<Member>, Error> {
        let member = |(name, member): &'m (String, ast::Member)| {
            self.member(id, name, member).map_err(|e| e.in_member(name))
        };
        shape.members.0.iter().map(member).collect()
    }

    fn member(
        &mut self,
        id: &'m str,
        name: &'m str,
        written: &'m ast::Member,
    ) -> Result<Member, Error> {
        let mut traits = Traits::new(&written.traits);
        let target = self.shapes.get(written.target.as_str());
        let of_target = |trait_id: &str| {
            let traits = &target?.traits.0;
            traits
                .iter()
                .find(|(id, _)| id == trait_id)
                .map(|(_, value)| value)
        };
        // `null` takes back what the target says.
        let default = traits.take("smithy.api#default");
        let default = default.or_else(|| of_target("smithy.api#default"));
        let media_type = traits.take("smithy.api#mediaType");
        let media_type = media_type.or_else(|| of_target("smithy.api#mediaType"));
        let json_name = traits.decode("smithy.api#jsonName")?;
        let member = Member {
            name: name.to_owned(),
            wire_name: json_name.unwrap_or_else(|| name.to_owned()),
            target: self.target(&written.target)?,
            docs: traits.docs()?,
            required: traits.flag("smithy.api#required"),
            default: default.map(literal).transpose()?.flatten(),
            constraints: traits.constraints()?,
            binding: binding(name, &mut traits)?,
            timestamp_format: timestamp_format(&mut traits)?,
            media_type: media_type.and_then(Value::as_str).map(str::to_owned),
            idempotency_token: traits.flag("smithy.api#idempotencyToken"),
            host_label: traits.flag("smithy.api#hostLabel"),
        };
        self.finish(local(id), Some(name), traits);
        Ok(member)
    }

    /// Values are known by the text on the wire: other formats have no names for them.
    fn enumeration(&mut self, id: &'m str, shape: &'m ast::Shape) -> Result<Vec<EnumValue>, Error> {
        let value = |(name, member): &'m (String, ast::Member)| {
            let mut traits = Traits::new(&member.traits);
            let value = traits
                .decode("smithy.api#enumValue")?
                .unwrap_or_else(|| name.clone());
            let docs = traits.docs()?;
            self.finish(local(id), Some(name), traits);
            Ok(EnumValue { value, docs })
        };
        shape.members.0.iter().map(value).collect()
    }

    fn int_enumeration(
        &mut self,
        id: &'m str,
        shape: &'m ast::Shape,
    ) -> Result<Vec<IntEnumValue>, Error> {
        let value = |(name, member): &'m (String, ast::Member)| {
            let mut traits = Traits::new(&member.traits);
            let value = traits
                .need("smithy.api#enumValue")
                .map_err(|e| e.in_member(name))?;
            let docs = traits.docs()?;
            self.finish(local(id), Some(name), traits);
            let name = name.clone();
            Ok(IntEnumValue { name, value, docs })
        };
        shape.members.0.iter().map(value).collect()
    }
}

fn timestamp_format(traits: &mut Traits<'_>) -> Result<Option<TimestampFormat>, Error> {
    #[derive(Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum Written {
        EpochSeconds,
        DateTime,
        HttpDate,
    }
    let written = traits.decode("smithy.api#timestampFormat")?;
    Ok(written.map(|written| match written {
        Written::EpochSeconds => TimestampFormat::EpochSeconds,
        Written::DateTime => TimestampFormat::DateTime,
        Written::HttpDate => TimestampFormat::HttpDate,
    }))
}

fn error_facts(traits: &mut Traits<'_>) -> Result<Option<ErrorFacts>, Error> {
    #[derive(Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Written {
        Client,
        Server,
    }
    let status = traits.decode("smithy.api#httpError")?;
    let Some(written) = traits.decode("smithy.api#error")? else {
        return Ok(None);
    };
    let (fault, usual) = match written {
        Written::Client => (Fault::Client, 400),
        Written::Server => (Fault::Server, 500),
    };
    Ok(Some(ErrorFacts {
        status: status.unwrap_or(usual),
        fault,
    }))
}

fn binding(name: &str, traits: &mut Traits<'_>) -> Result<Binding, Error> {
    if let Some(name) = traits.decode("smithy.api#httpHeader")? {
        return Ok(Binding::Header(name));
    }
    if let Some(prefix) = traits.decode("smithy.api#httpPrefixHeaders")? {
        return Ok(Binding::PrefixHeaders(prefix));
    }
    if let Some(name) = traits.decode("smithy.api#httpQuery")? {
        return Ok(Binding::Query(name));
    }
    let flags = [
        ("smithy.api#httpQueryParams", Binding::QueryMap),
        ("smithy.api#httpLabel", Binding::Label(name.to_owned())),
        ("smithy.api#httpPayload", Binding::Payload),
        ("smithy.api#httpResponseCode", Binding::Status),
    ];
    let found = flags.into_iter().find(|(id, _)| traits.flag(id));
    Ok(found.map_or(Binding::Body, |(_, binding)| binding))
}

fn literal(value: &Value) -> Result<Option<Literal>, Error> {
    Ok(Some(match value {
        Value::Null => return Ok(None),
        Value::Bool(value) => Literal::Boolean(*value),
        Value::String(text) => Literal::String(text.clone()),
        Value::Array(elements) if elements.is_empty() => Literal::EmptyList,
        Value::Object(entries) if entries.is_empty() => Literal::EmptyMap,
        Value::Number(number) if number.is_i64() => {
            Literal::Integer(number.as_i64().unwrap_or_default())
        }
        Value::Number(number) => Literal::Float(number.to_string()),
        other => {
            let problem = Error::unsupported(format!("the default `{other}`"));
            return Err(problem.in_trait("smithy.api#default"));
        }
    }))
}
