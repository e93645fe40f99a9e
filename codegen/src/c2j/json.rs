//! C2J as it is written: `service-2.json`, and `paginators-1.json` beside it.
//!
//! Deserialized strictly, as the Smithy AST is: a property that is not known here might change what
//! a shape means. Those that are known and change nothing are read as [`Ignored`].

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::context;
use crate::smithy::Ordered;

type Ignored = Option<IgnoredAny>;

#[derive(Debug, Deserialize)]
pub(crate) struct Model {
    pub(crate) metadata: Metadata,
    pub(crate) operations: Ordered<Operation>,
    #[serde(default)]
    pub(crate) shapes: Ordered<Shape>,
    #[serde(default)]
    pub(crate) documentation: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Metadata {
    #[serde(default)]
    pub(crate) api_version: String,
    pub(crate) protocol: String,
    #[serde(default)]
    pub(crate) protocols: Vec<String>,
    pub(crate) endpoint_prefix: String,
    pub(crate) service_full_name: Option<String>,
    pub(crate) service_id: String,
    pub(crate) signing_name: Option<String>,
    pub(crate) signature_version: Option<String>,
    #[serde(default)]
    pub(crate) auth: Vec<String>,
}

impl Metadata {
    /// What a suite of protocol cases leaves to the reader's imagination.
    pub(crate) fn of_suite(protocol: String) -> Self {
        Self {
            api_version: String::new(),
            protocol,
            protocols: Vec::new(),
            endpoint_prefix: "suite".to_owned(),
            service_full_name: None,
            service_id: "Suite".to_owned(),
            signing_name: None,
            signature_version: None,
            auth: Vec::new(),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Operation {
    pub(crate) http: Http,
    pub(crate) input: Option<Reference>,
    pub(crate) output: Option<Reference>,
    #[serde(default)]
    pub(crate) errors: Vec<Reference>,
    #[serde(default)]
    pub(crate) documentation: String,
    pub(crate) authtype: Option<String>,
    pub(crate) auth: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) unsigned_payload: bool,
    pub(crate) endpoint: Option<Endpoint>,
    #[serde(default)]
    pub(crate) http_checksum_required: bool,
    #[serde(default)]
    pub(crate) requestcompression: Compression,
    #[serde(rename = "name")]
    _name: Ignored,
    #[serde(rename = "idempotent")]
    _idempotent: Ignored,
    #[serde(rename = "readonly")]
    _readonly: Ignored,
    #[serde(rename = "deprecated")]
    _deprecated: Ignored,
    #[serde(rename = "deprecatedMessage")]
    _deprecated_message: Ignored,
    #[serde(rename = "deprecatedSince")]
    _deprecated_since: Ignored,
    #[serde(rename = "documentationUrl")]
    _documentation_url: Ignored,
    #[serde(default)]
    pub(crate) static_context_params: BTreeMap<String, context::Static>,
    #[serde(default)]
    pub(crate) operation_context_params: BTreeMap<String, context::InInput>,
    #[serde(default)]
    pub(crate) http_checksum: Checksum,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Http {
    pub(crate) method: String,
    pub(crate) request_uri: String,
    #[serde(default = "ok")]
    pub(crate) response_code: u16,
}

fn ok() -> u16 {
    200
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Endpoint {
    pub(crate) host_prefix: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Checksum {
    #[serde(default)]
    pub(crate) request_checksum_required: bool,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Compression {
    #[serde(default)]
    pub(crate) encodings: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Reference {
    pub(crate) shape: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Shape {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) members: Ordered<Member>,
    pub(crate) required: Vec<String>,
    pub(crate) member: Option<Member>,
    pub(crate) key: Option<Member>,
    pub(crate) value: Option<Member>,
    pub(crate) payload: Option<String>,
    pub(crate) documentation: String,
    pub(crate) sensitive: bool,
    pub(crate) min: Option<f64>,
    pub(crate) max: Option<f64>,
    pub(crate) pattern: Option<String>,
    #[serde(rename = "enum")]
    pub(crate) values: Vec<String>,
    pub(crate) exception: bool,
    pub(crate) fault: bool,
    pub(crate) error: Option<ErrorFacts>,
    pub(crate) union: bool,
    pub(crate) document: bool,
    pub(crate) eventstream: bool,
    pub(crate) streaming: bool,
    pub(crate) requires_length: bool,
    pub(crate) sparse: bool,
    pub(crate) timestamp_format: Option<String>,
    #[serde(rename = "box")]
    _is_boxed: Ignored,
    #[serde(rename = "event")]
    _event: Ignored,
    #[serde(rename = "synthetic")]
    _synthetic: Ignored,
    #[serde(rename = "retryable")]
    _retryable: Ignored,
    #[serde(rename = "wrapper")]
    _wrapper: Ignored,
    #[serde(rename = "flattened")]
    _flattened: Ignored,
    #[serde(rename = "locationName")]
    _location_name: Ignored,
    #[serde(rename = "xmlNamespace")]
    _xml_namespace: Ignored,
    #[serde(rename = "deprecated")]
    _deprecated: Ignored,
    #[serde(rename = "deprecatedMessage")]
    _deprecated_message: Ignored,
    #[serde(rename = "deprecatedSince")]
    _deprecated_since: Ignored,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ErrorFacts {
    pub(crate) http_status_code: Option<u16>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Member {
    pub(crate) shape: String,
    pub(crate) documentation: String,
    pub(crate) location: Option<String>,
    pub(crate) location_name: Option<String>,
    pub(crate) idempotency_token: bool,
    pub(crate) host_label: bool,
    pub(crate) jsonvalue: bool,
    pub(crate) streaming: bool,
    pub(crate) timestamp_format: Option<String>,
    #[serde(rename = "box")]
    _is_boxed: Ignored,
    #[serde(rename = "enum")]
    _enum: Ignored,
    pub(crate) context_param: Option<context::OfMember>,
    #[serde(rename = "eventpayload")]
    _event_payload: Ignored,
    #[serde(rename = "eventheader")]
    _event_header: Ignored,
    #[serde(rename = "xmlNamespace")]
    _xml_namespace: Ignored,
    #[serde(rename = "flattened")]
    _flattened: Ignored,
    #[serde(rename = "deprecated")]
    _deprecated: Ignored,
    #[serde(rename = "deprecatedMessage")]
    _deprecated_message: Ignored,
    #[serde(rename = "deprecatedSince")]
    _deprecated_since: Ignored,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Paginators {
    #[serde(default)]
    pub(crate) pagination: BTreeMap<String, Paginator>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Paginator {
    pub(crate) input_token: Names,
    pub(crate) output_token: Names,
    pub(crate) result_key: Option<Names>,
    pub(crate) limit_key: Option<String>,
}

/// A name, or several.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Names {
    One(String),
    Several(Vec<String>),
}

impl Names {
    pub(crate) fn all(&self) -> &[String] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Several(names) => names,
        }
    }
}
