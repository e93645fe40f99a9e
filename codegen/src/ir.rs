//! A service as the emitters see it, whatever format its model was written in.
//!
//! Plain data: two readers that are given the same service must give equal values. Shapes are
//! named without their namespace, and refer to each other by name.

use std::collections::BTreeMap;

use crate::error::Error;
use crate::rules::RuleSet;

/// A service with everything that its operations reach.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// What the service is called in prose.
    pub title: String,
    /// Name by which SDKs know the service.
    pub sdk_id: String,
    /// First label of the regional host name.
    pub endpoint_prefix: String,
    /// Service part of the credential scope.
    pub signing_name: String,
    /// Version of the API, a date.
    pub version: String,
    /// Documentation, in Markdown.
    pub docs: String,
    /// Name of the generated module; from the overlay, or made of the SDK id.
    pub module: String,
    /// Error codes that mean "slow down"; from the overlay.
    pub throttling: Vec<String>,
    /// How its endpoint is found, if the model says so.
    pub endpoint_rules: Option<RuleSet>,
    /// Errors that any operation may answer with.
    pub errors: Vec<String>,
    /// Operations in the order of their names.
    pub operations: Vec<Operation>,
    /// Operations that the generator leaves out, and why.
    pub left_out: Vec<LeftOut>,
    /// Everything that the operations reach.
    pub shapes: BTreeMap<String, Shape>,
}

impl Service {
    /// The shape of that name.
    ///
    /// # Errors
    /// When the model does not have it.
    pub fn shape(&self, name: &str) -> Result<&Shape, Error> {
        let missing = || Error::new(format!("refers to `{name}`, which the model does not have"));
        self.shapes.get(name).ok_or_else(missing)
    }

    /// The structure of that name.
    ///
    /// # Errors
    /// When the model does not have it, or has something else under that name.
    pub fn structure(&self, name: &str) -> Result<&Structure, Error> {
        match &self.shape(name)?.kind {
            Kind::Structure(structure) => Ok(structure),
            _ => Err(Error::new(format!(
                "refers to `{name}`, which must be a structure"
            ))),
        }
    }

    /// Every error that an operation of the service may answer with, in the order of their names.
    pub fn all_errors(&self) -> Vec<&str> {
        let of_operations = self
            .operations
            .iter()
            .flat_map(|operation| &operation.errors);
        let mut errors: Vec<&str> = self
            .errors
            .iter()
            .chain(of_operations)
            .map(String::as_str)
            .collect();
        errors.sort_unstable();
        errors.dedup();
        errors
    }
}

/// An operation that the generator leaves out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Name of the operation.
    pub operation: String,
    /// What it needs that the generator does not have.
    pub reason: String,
}

/// One operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// Name in the model.
    pub name: String,
    /// Documentation, in Markdown.
    pub docs: String,
    /// HTTP method.
    pub method: String,
    /// Path, and query where it has a constant one.
    pub uri: String,
    /// Status of a successful answer.
    pub status: u16,
    /// Structure of the input.
    pub input: String,
    /// Structure of the output.
    pub output: String,
    /// Errors that it may answer with.
    pub errors: Vec<String>,
    /// How requests are signed.
    pub auth: Auth,
    /// What the host name of its endpoint begins with, labels in braces.
    pub host_prefix: Option<String>,
    /// Whether requests carry a sum of their body.
    pub checksum: bool,
    /// Whether the service takes bodies compressed with gzip.
    pub compression: bool,
    /// What it adds to the parameters of the endpoint rules, by name.
    pub endpoint_parameters: BTreeMap<String, EndpointParameter>,
    /// How its pages follow each other, if it has pages.
    pub pagination: Option<Pagination>,
    /// Groups of input members of each of which at least one is needed; from the overlay.
    pub one_of: Vec<Vec<String>>,
    /// The longest answer to be read, in MiB, where the runtime's limit is too low; from the overlay.
    pub answer_limit_mib: Option<u32>,
    /// How its endpoint is found, if it is not the service's; from the overlay.
    pub discovered: Option<Discovered>,
}

/// What an operation sets a parameter of the endpoint rules to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EndpointParameter {
    /// True or false, whatever the input is.
    Boolean(bool),
    /// A text, whatever the input is.
    Text(String),
    /// The value of a member of the input.
    Member(String),
}

/// How requests are signed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Auth {
    /// As a whole.
    #[default]
    Signed,
    /// But for the body.
    UnsignedPayload,
    /// Not at all.
    Unsigned,
    /// In a way that has this name, and is not supported.
    Other(String),
}

/// An endpoint that another operation tells, for each resource another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discovered {
    /// What the operation is called there.
    pub api: String,
    /// Input members that name the resource, the first one that is given.
    pub resource: Vec<String>,
}

/// How the pages of an answer follow each other.
#[derive(Clone, Debug, PartialEq)]
pub struct Pagination {
    /// What leads from one page to the next, mostly one token.
    pub tokens: Vec<Token>,
    /// Output member with the items of a page.
    pub items: Option<String>,
    /// Input member that bounds a page.
    pub page_size: Option<String>,
}

/// A text that is passed on from a page to the request for the next one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Input member that takes it.
    pub input: String,
    /// Output member that gives it.
    pub output: String,
}

/// A type of the model.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// Documentation, in Markdown.
    pub docs: String,
    /// Whether its values must not show in logs.
    pub sensitive: bool,
    /// What its values must keep to.
    pub constraints: Constraints,
    /// What it is.
    pub kind: Kind,
}

/// What a shape is.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// True or false.
    Boolean,
    /// A signed integer of so many bits.
    Integer(u8),
    /// A floating-point number of so many bits.
    Float(u8),
    /// A number of whatever size.
    BigNumber,
    /// Text.
    String,
    /// Bytes.
    Blob {
        /// Whether they are handed over as they come in.
        streaming: bool,
        /// Whether the length of a stream must be told before it.
        needs_length: bool,
    },
    /// A moment.
    Timestamp(Option<TimestampFormat>),
    /// A sequence.
    List {
        /// Shape of its elements.
        element: String,
        /// Whether `null` is an element.
        sparse: bool,
    },
    /// Values by text keys.
    Map {
        /// Shape of its keys.
        key: String,
        /// Shape of its values.
        value: String,
        /// Whether `null` is a value.
        sparse: bool,
    },
    /// Named members.
    Structure(Structure),
    /// One of several named values.
    Union(Vec<Member>),
    /// Text out of a list that may grow.
    Enum(Vec<EnumValue>),
    /// Numbers, with names for those that are known.
    IntEnum(Vec<IntEnumValue>),
    /// A value of whatever shape.
    Document,
    /// Messages, one after the other.
    EventStream,
}

impl Kind {
    /// The members of a structure or union.
    pub fn members(&self) -> &[Member] {
        match self {
            Self::Structure(structure) => &structure.members,
            Self::Union(members) => members,
            _ => &[],
        }
    }
}

/// How a moment is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimestampFormat {
    /// Seconds since 1970.
    EpochSeconds,
    /// RFC 3339.
    DateTime,
    /// The date of HTTP.
    HttpDate,
}

/// Members, and whether they describe an error.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Structure {
    /// Members in the model's order.
    pub members: Vec<Member>,
    /// What makes it an error.
    pub error: Option<ErrorFacts>,
}

impl Structure {
    /// The member of that name.
    pub fn member(&self, name: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.name == name)
    }
}

/// A member of a structure.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// Name in the model.
    pub name: String,
    /// Name in JSON.
    pub wire_name: String,
    /// Its shape.
    pub target: String,
    /// Documentation, in Markdown.
    pub docs: String,
    /// Whether a value must be given.
    pub required: bool,
    /// What an absent value means.
    pub default: Option<Literal>,
    /// What its values must keep to, beside the constraints of its shape.
    pub constraints: Constraints,
    /// Where it travels.
    pub binding: Binding,
    /// How a moment is written, where the member says it.
    pub timestamp_format: Option<TimestampFormat>,
    /// The media type of a text or a blob, where member or shape say it.
    pub media_type: Option<String>,
    /// Whether a random value stands for an absent one, so that the service knows a repeat.
    pub idempotency_token: bool,
    /// Whether it is part of the host name as well.
    pub host_label: bool,
}

/// Where a member travels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Binding {
    /// In the JSON document.
    Body,
    /// In the header of that name.
    Header(String),
    /// In the headers whose names begin so.
    PrefixHeaders(String),
    /// In the query, under that name.
    Query(String),
    /// In the query, under the names that are its keys.
    QueryMap,
    /// In the path, in the place of the label of that name.
    Label(String),
    /// As the whole body.
    Payload,
    /// As the status of the answer.
    Status,
}

/// A default value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Literal {
    /// True or false.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// Another number, as the model writes it.
    Float(String),
    /// Text, or a value of an enumeration.
    String(String),
    /// An empty list.
    EmptyList,
    /// An empty map.
    EmptyMap,
}

/// A value of an enumeration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnumValue {
    /// The text on the wire.
    pub value: String,
    /// Documentation, in Markdown.
    pub docs: String,
}

/// A value of an enumeration of numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntEnumValue {
    /// Its name in the model.
    pub name: String,
    /// The number on the wire.
    pub value: i32,
    /// Documentation, in Markdown.
    pub docs: String,
}

/// What makes a structure an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorFacts {
    /// HTTP status.
    pub status: u16,
    /// Whose fault it is.
    pub fault: Fault,
}

/// Whose fault an error is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The caller's.
    Client,
    /// The service's.
    Server,
}

/// What values must keep to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Constraints {
    /// Bounds of a length: characters, bytes or entries.
    pub length: Option<Bounds<u64>>,
    /// Bounds of a number.
    pub range: Option<Bounds<f64>>,
    /// Regular expression that a text must match.
    pub pattern: Option<String>,
}

/// Bounds, both inclusive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds<T> {
    /// The least value.
    pub min: Option<T>,
    /// The greatest value.
    pub max: Option<T>,
}
