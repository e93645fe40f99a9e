//! Reader of C2J, the format of botocore: `service-2.json` and `paginators-1.json`.
//!
//! It says less than the Smithy AST: enumerations of numbers are numbers, a text of JSON is all that
//! is left of media types, and absent values have no default.

pub(crate) mod json;
pub(crate) mod markdown;

use std::collections::{BTreeMap, BTreeSet};

use self::json::Member as Written;
use crate::context;
use crate::error::Error;
use crate::ir::{
    Auth, Binding, Bounds, Constraints, EndpointParameter, EnumValue, ErrorFacts, Fault, Kind,
    Member, Operation, Pagination, Service, Shape, Structure, TimestampFormat, Token,
};
use crate::names;

/// What C2J calls restJson1.
pub(crate) const PROTOCOL: &str = "rest-json";

const SIGV4: &str = "aws.auth#sigv4";
const NO_AUTH: &str = "smithy.api#noAuth";

/// Reads a service.
///
/// # Errors
/// When the text is no such model, is broken, or needs what the generator does not support.
pub(crate) fn read(text: &str) -> Result<Service, Error> {
    let model: json::Model = serde_json::from_str(text)
        .map_err(|e| Error::new(format!("this is not a C2J model: {e}")))?;
    lower(&model)
}

/// From a model as it is written to the service that it is.
pub(crate) fn lower(model: &json::Model) -> Result<Service, Error> {
    let metadata = &model.metadata;
    if metadata.protocol != PROTOCOL && !metadata.protocols.iter().any(|name| name == PROTOCOL) {
        let protocol = &metadata.protocol;
        let problem = format!("a protocol other than `{PROTOCOL}`, here `{protocol}`,");
        return Err(Error::unsupported(problem));
    }
    let signing_name = metadata.signing_name.as_ref();
    let mut service = Service {
        title: metadata
            .service_full_name
            .clone()
            .unwrap_or_else(|| metadata.service_id.clone()),
        sdk_id: metadata.service_id.clone(),
        endpoint_prefix: metadata.endpoint_prefix.clone(),
        signing_name: signing_name.unwrap_or(&metadata.endpoint_prefix).clone(),
        version: metadata.api_version.clone(),
        docs: markdown::from_html(&model.documentation),
        module: names::snake(&metadata.service_id),
        throttling: Vec::new(),
        endpoint_rules: None,
        errors: Vec::new(),
        operations: Vec::new(),
        left_out: Vec::new(),
        shapes: BTreeMap::new(),
    };
    let mut reader = Reader::new(model);
    for (name, written) in &model.operations.0 {
        let operation = reader
            .operation(name, written)
            .map_err(|e| e.in_shape(name))?;
        service.operations.push(operation);
    }
    service.operations.sort_by(|a, b| a.name.cmp(&b.name));
    service.shapes = reader.finish()?;
    Ok(service)
}

/// Adds how pages follow each other.
///
/// # Errors
/// When the text is not `paginators-1.json`, or tokens in it have no counterparts.
pub(crate) fn add_paginators(service: &mut Service, text: &str) -> Result<(), Error> {
    let written: json::Paginators = serde_json::from_str(text)
        .map_err(|e| Error::new(format!("this is not C2J's paginators: {e}")))?;
    for operation in &mut service.operations {
        let Some(paginator) = written.pagination.get(&operation.name) else {
            continue;
        };
        let inputs = paginator.input_token.all();
        let outputs = paginator.output_token.all();
        if inputs.len() != outputs.len() {
            let problem = "must have as many tokens in its answer as in its input";
            return Err(Error::new(problem).in_shape(&operation.name));
        }
        let tokens = inputs.iter().cloned().zip(outputs.iter().cloned());
        let items = paginator.result_key.as_ref().map(json::Names::all);
        operation.pagination = Some(Pagination {
            tokens: tokens
                .map(|(input, output)| Token { input, output })
                .collect(),
            // The first of several is the one that bounds of a page are about.
            items: items.and_then(<[String]>::first).cloned(),
            page_size: paginator.limit_key.clone(),
        });
    }
    Ok(())
}

struct Reader<'m> {
    metadata: &'m json::Metadata,
    shapes: BTreeMap<&'m str, &'m json::Shape>,
    /// Blobs that members say to stream.
    streams: BTreeSet<&'m str>,
    /// Named, but not lowered yet.
    pending: Vec<&'m str>,
    seen: BTreeSet<&'m str>,
    lowered: BTreeMap<String, Shape>,
}

impl<'m> Reader<'m> {
    fn new(model: &'m json::Model) -> Self {
        let shapes = model.shapes.0.iter();
        let members = shapes.clone().flat_map(|(_, shape)| &shape.members.0);
        let streams = members.filter(|(_, member)| member.streaming);
        Self {
            metadata: &model.metadata,
            shapes: shapes.map(|(name, shape)| (name.as_str(), shape)).collect(),
            streams: streams.map(|(_, member)| member.shape.as_str()).collect(),
            pending: Vec::new(),
            seen: BTreeSet::new(),
            lowered: BTreeMap::new(),
        }
    }

    fn operation(&mut self, name: &str, written: &'m json::Operation) -> Result<Operation, Error> {
        let errors = written.errors.iter().map(|error| self.target(&error.shape));
        let mut errors = errors.collect::<Result<Vec<_>, _>>()?;
        // The formats list them in different orders.
        errors.sort_unstable();
        Ok(Operation {
            name: name.to_owned(),
            docs: markdown::from_html(&written.documentation),
            method: written.http.method.clone(),
            uri: written.http.request_uri.clone(),
            status: written.http.response_code,
            errors,
            input: self.end(written.input.as_ref(), name, "Input")?,
            output: self.end(written.output.as_ref(), name, "Output")?,
            auth: auth(written, self.metadata),
            host_prefix: written
                .endpoint
                .as_ref()
                .map(|endpoint| endpoint.host_prefix.clone()),
            checksum: written.http_checksum_required
                || written.http_checksum.request_checksum_required,
            compression: written
                .requestcompression
                .encodings
                .iter()
                .any(|name| name == "gzip"),
            endpoint_parameters: self.endpoint_parameters(written)?,
            pagination: None,
            one_of: Vec::new(),
            answer_limit_mib: None,
            discovered: None,
        })
    }

    fn endpoint_parameters(
        &self,
        written: &json::Operation,
    ) -> Result<BTreeMap<String, EndpointParameter>, Error> {
        let input = written.input.as_ref();
        let input = input.and_then(|input| self.shapes.get(input.shape.as_str()));
        let members = input.into_iter().flat_map(|input| &input.members.0);
        let of_members = members.filter_map(|(name, member)| {
            let parameter = member.context_param.as_ref()?;
            Some((parameter.name.as_str(), name.as_str()))
        });
        context::parameters(
            &written.static_context_params,
            &written.operation_context_params,
            of_members,
        )
    }

    /// Input or output of an operation: none stands for one without members.
    fn end(
        &mut self,
        reference: Option<&'m json::Reference>,
        operation: &str,
        suffix: &str,
    ) -> Result<String, Error> {
        if let Some(reference) = reference {
            return self.target(&reference.shape);
        }
        let name = format!("{operation}{suffix}");
        let kind = Kind::Structure(Structure::default());
        let docs = String::new();
        let shape = Shape {
            docs,
            sensitive: false,
            constraints: Constraints::default(),
            kind,
        };
        self.lowered.insert(name.clone(), shape);
        Ok(name)
    }

    fn target(&mut self, name: &'m str) -> Result<String, Error> {
        if !self.shapes.contains_key(name) {
            let problem = format!(
                "refers to `{name}`, which is not in the model: add it, or correct the name"
            );
            return Err(Error::new(problem));
        }
        if self.seen.insert(name) {
            self.pending.push(name);
        }
        Ok(name.to_owned())
    }

    fn finish(mut self) -> Result<BTreeMap<String, Shape>, Error> {
        while let Some(name) = self.pending.pop() {
            if let Some(shape) = self.shapes.get(name).copied() {
                let shape = self.lower(name, shape).map_err(|e| e.in_shape(name))?;
                self.lowered.insert(name.to_owned(), shape);
            }
        }
        Ok(self.lowered)
    }

    fn lower(&mut self, name: &'m str, shape: &'m json::Shape) -> Result<Shape, Error> {
        let kind = self.kind(name, shape)?;
        Ok(Shape {
            docs: markdown::from_html(&shape.documentation),
            sensitive: shape.sensitive,
            constraints: constraints(shape, &kind),
            kind,
        })
    }

    fn kind(&mut self, name: &'m str, shape: &'m json::Shape) -> Result<Kind, Error> {
        Ok(match shape.kind.as_str() {
            "boolean" => Kind::Boolean,
            "byte" => Kind::Integer(8),
            "short" => Kind::Integer(16),
            "integer" => Kind::Integer(32),
            "long" => Kind::Integer(64),
            "float" => Kind::Float(32),
            "double" => Kind::Float(64),
            "biginteger" | "bigdecimal" => Kind::BigNumber,
            "string" | "character" if shape.values.is_empty() => Kind::String,
            "string" => Kind::Enum(shape.values.iter().map(|value| enum_value(value)).collect()),
            "blob" => Kind::Blob {
                streaming: shape.streaming || self.streams.contains(name),
                needs_length: shape.requires_length,
            },
            "timestamp" => Kind::Timestamp(timestamp_format(shape.timestamp_format.as_deref())?),
            "list" | "set" => Kind::List {
                element: self.part("member", shape.member.as_ref())?,
                sparse: shape.sparse,
            },
            "map" => Kind::Map {
                key: self.part("key", shape.key.as_ref())?,
                value: self.part("value", shape.value.as_ref())?,
                sparse: shape.sparse,
            },
            "structure" if shape.document => Kind::Document,
            "structure" if shape.eventstream => Kind::EventStream,
            "structure" if shape.union => Kind::Union(self.members(shape)?),
            "structure" => {
                let members = self.members(shape)?;
                Kind::Structure(Structure {
                    members,
                    error: error_facts(shape),
                })
            }
            other => return Err(Error::unsupported(format!("a shape of type `{other}`"))),
        })
    }

    fn part(&mut self, role: &str, part: Option<&'m Written>) -> Result<String, Error> {
        let missing = || Error::new("is missing: a list needs a `member`, a map `key` and `value`");
        let part = part.ok_or_else(|| missing().in_member(role))?;
        self.target(&part.shape).map_err(|e| e.in_member(role))
    }

    fn members(&mut self, shape: &'m json::Shape) -> Result<Vec<Member>, Error> {
        let known: BTreeSet<&str> = shape
            .members
            .0
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        for name in shape.required.iter().chain(&shape.payload) {
            if !known.contains(name.as_str()) {
                return Err(Error::new("is required or the payload, but no member").in_member(name));
            }
        }
        let members = shape.members.0.iter();
        let member = |(name, member): &'m (String, Written)| {
            self.member(shape, name, member)
                .map_err(|e| e.in_member(name))
        };
        members.map(member).collect()
    }

    fn member(
        &mut self,
        shape: &'m json::Shape,
        name: &'m str,
        written: &'m Written,
    ) -> Result<Member, Error> {
        let location_name = written
            .location_name
            .clone()
            .unwrap_or_else(|| name.to_owned());
        let target = self.shapes.get(written.shape.as_str());
        let is_map = target.is_some_and(|target| target.kind == "map");
        let binding = match written.location.as_deref() {
            _ if shape.payload.as_deref() == Some(name) => Binding::Payload,
            None => Binding::Body,
            Some("header") => Binding::Header(location_name.clone()),
            Some("headers") => Binding::PrefixHeaders(location_name.clone()),
            Some("querystring") if is_map => Binding::QueryMap,
            Some("querystring") => Binding::Query(location_name.clone()),
            Some("uri") => Binding::Label(location_name.clone()),
            Some("statusCode") => Binding::Status,
            Some(other) => return Err(Error::unsupported(format!("the location `{other}`"))),
        };
        let in_document = binding == Binding::Body;
        Ok(Member {
            name: name.to_owned(),
            wire_name: if in_document {
                location_name
            } else {
                name.to_owned()
            },
            target: self.target(&written.shape)?,
            docs: markdown::from_html(&written.documentation),
            required: shape.required.iter().any(|required| required == name),
            default: None,
            constraints: Constraints::default(),
            binding,
            timestamp_format: timestamp_format(written.timestamp_format.as_deref())?,
            media_type: written.jsonvalue.then(|| "application/json".to_owned()),
            idempotency_token: written.idempotency_token,
            host_label: written.host_label,
        })
    }
}

/// How an operation is signed: as it says itself, or as its service says.
fn auth(written: &json::Operation, metadata: &json::Metadata) -> Auth {
    let schemes = written.auth.as_ref();
    if schemes.is_some_and(|schemes| schemes.iter().all(|id| id == NO_AUTH)) {
        return Auth::Unsigned;
    }
    let is_of_body = written.unsigned_payload;
    match (written.authtype.as_deref(), &metadata.signature_version) {
        (Some("none"), _) => return Auth::Unsigned,
        (Some("v4-unsigned-body"), _) => return Auth::UnsignedPayload,
        (Some("v4"), _) | (None, None) => {}
        (None, Some(version)) if version == "v4" => {}
        (Some(other), _) => return Auth::Other(other.to_owned()),
        (None, Some(other)) => return Auth::Other(other.clone()),
    }
    match schemes.unwrap_or(&metadata.auth).as_slice() {
        schemes if schemes.is_empty() || schemes.iter().any(|id| id == SIGV4) => {
            if is_of_body {
                Auth::UnsignedPayload
            } else {
                Auth::Signed
            }
        }
        others => Auth::Other(others.join(", ")),
    }
}

fn enum_value(value: &str) -> EnumValue {
    EnumValue {
        value: value.to_owned(),
        docs: String::new(),
    }
}

fn error_facts(shape: &json::Shape) -> Option<ErrorFacts> {
    if !shape.exception && shape.error.is_none() {
        return None;
    }
    let (fault, usual) = if shape.fault {
        (Fault::Server, 500)
    } else {
        (Fault::Client, 400)
    };
    let status = shape
        .error
        .as_ref()
        .and_then(|error| error.http_status_code);
    Some(ErrorFacts {
        status: status.unwrap_or(usual),
        fault,
    })
}

fn timestamp_format(written: Option<&str>) -> Result<Option<TimestampFormat>, Error> {
    Ok(Some(match written {
        None => return Ok(None),
        Some("unixTimestamp") => TimestampFormat::EpochSeconds,
        Some("iso8601") => TimestampFormat::DateTime,
        Some("rfc822") => TimestampFormat::HttpDate,
        Some(other) => {
            return Err(Error::unsupported(format!(
                "the timestamp format `{other}`"
            )));
        }
    }))
}

/// The least and the greatest are a length or a number, as the type has it.
fn constraints(shape: &json::Shape, kind: &Kind) -> Constraints {
    let mut constraints = Constraints {
        pattern: shape.pattern.clone(),
        ..Constraints::default()
    };
    let (min, max) = (shape.min, shape.max);
    if min.is_none() && max.is_none() {
        return constraints;
    }
    if matches!(kind, Kind::Integer(_) | Kind::Float(_) | Kind::BigNumber) {
        constraints.range = Some(Bounds { min, max });
    } else {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "casts of floats saturate, and lengths are whole numbers"
        )]
        let whole = |bound: f64| bound as u64;
        constraints.length = Some(Bounds {
            min: min.map(whole),
            max: max.map(whole),
        });
    }
    constraints
}
