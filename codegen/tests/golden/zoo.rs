//! Example Zoo
//!
//! A model that uses every trait that the generator supports.
//!
//! Start with [`ListAnimals`].
//!
//! Generated from `codegen/tests/golden/zoo.json`; change the model or the generator, then run
//! `cargo xtask codegen`.

use std::collections::BTreeMap;

use kvs_protocol::http::response::Parts;
use kvs_protocol::http::{Method, Request};
use kvs_protocol::restjson::{self, ErrorReply, RequestBuilder};
use kvs_protocol::{
    Blob, Buffered, Bytes, Invalid, Malformed, Operation, Paginated, Route, Sensitive, Service,
    ServiceError, Streamed, Timestamp, rules,
};
use serde::{Deserialize, Serialize};

/// Facts that the operations of this service share.
pub static SERVICE: Service = Service {
    id: "Example Zoo",
    endpoint: |built_ins| rules::by_prefix("zoo", built_ins),
    signing_name: "zoosigner",
    throttling: &["TooManyVisitors"],
};

/// `FeedAnimal`.
///
/// # Errors
/// [`BadArgumentException`], [`NotHungry`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct FeedAnimal {
    /// An animal, with a default of every type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub animal: Option<Animal>,
    /// `Amount`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<i64>,
}

impl Operation for FeedAnimal {
    const NAME: &'static str = "FeedAnimal";
    const SERVICE: &'static Service = &SERVICE;
    type Output = FeedAnimalOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::PUT, "/animals/feed")
            .require("Animal", self.animal.is_some())?
            .json(self)
    }

    fn decode(_head: &Parts, _body: &[u8]) -> Result<FeedAnimalOutput, Malformed> {
        Ok(FeedAnimalOutput {})
    }
}

/// `FeedAnimalOutput`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FeedAnimalOutput {}

/// Lists animals; [`FeedAnimal`] feeds one. Things worth knowing:
///
/// - A list item that goes on for so long that it has to be wrapped, and then hangs under its first
///   line.
/// - `page_size` bounds a page.
///
/// # Errors
/// [`BadArgumentException`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ListAnimals {
    /// A name that is documented at its shape.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zoo_name: Option<String>,
    /// Either this or `zoo_id`.
    #[serde(rename = "zooARN", skip_serializing_if = "Option::is_none")]
    pub zoo_arn: Option<String>,
    /// `zooID`.
    #[serde(rename = "zooID", skip_serializing_if = "Option::is_none")]
    pub zoo_id: Option<String>,
    /// `kind`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<AnimalKind>,
    /// `pageSize`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_size: Option<i32>,
    /// `nextToken`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
    /// A structure whose name Rust has taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub habitat: Option<OptionShape>,
}

impl Operation for ListAnimals {
    const NAME: &'static str = "ListAnimals";
    const SERVICE: &'static Service = &SERVICE;
    const ANSWER_LIMIT: usize = 64 << 20;
    type Output = ListAnimalsOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/animals/list")
            .one_of(&[
                ("zooARN", self.zoo_arn.is_some()),
                ("zooID", self.zoo_id.is_some()),
            ])?
            .require("zooName", self.zoo_name.is_some())?
            .json(self)
    }

    fn route(&self) -> Route<'_> {
        let resource = self
            .zoo_name
            .as_deref()
            .or(self.zoo_arn.as_deref())
            .unwrap_or_default();
        Route::Discovered {
            api: "LIST",
            resource,
        }
    }

    fn decode(head: &Parts, body: &[u8]) -> Result<ListAnimalsOutput, Malformed> {
        Ok(ListAnimalsOutput {
            etag: restjson::header(head, "ETag")?,
            ..restjson::decode(body)?
        })
    }
}

impl Paginated for ListAnimals {
    fn after(&self, page: &ListAnimalsOutput) -> Option<Self> {
        let next_token = restjson::token(page.next_token.as_deref(), self.next_token.as_deref())?;
        Some(Self {
            next_token: Some(next_token),
            ..self.clone()
        })
    }
}

/// `ListAnimalsResponse`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "camelCase", default)]
pub struct ListAnimalsOutput {
    /// `animals`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub animals: Option<Vec<Animal>>,
    /// `nextToken`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
    /// `etag`.
    #[serde(skip)]
    pub etag: Option<String>,
}

/// Watches an animal.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct WatchAnimal {
    /// `HTMLPageURL`.
    #[serde(rename = "HTMLPageURL", skip_serializing_if = "Option::is_none")]
    pub html_page_url: Option<String>,
}

impl Operation for WatchAnimal {
    const NAME: &'static str = "WatchAnimal";
    const SERVICE: &'static Service = &SERVICE;
    type Output = WatchAnimalOutput;
    type Error = Exception;
    type Delivery = Streamed;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/animals/watch").json(self)
    }

    fn decode(head: &Parts, _body: &[u8]) -> Result<WatchAnimalOutput, Malformed> {
        Ok(WatchAnimalOutput {
            content_type: restjson::header(head, "Content-Type")?,
        })
    }
}

/// `WatchAnimalOutput`.
///
/// The body is the payload: the moving picture.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct WatchAnimalOutput {
    /// `ContentType`.
    pub content_type: Option<String>,
}

/// An animal, with a default of every type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Animal {
    /// `Id`.
    pub id: i64,
    /// `Kind`.
    pub kind: AnimalKind,
    /// `Legs`.
    pub legs: i16,
    /// `Tame`.
    pub tame: bool,
    /// `Rank`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rank: Option<i8>,
    /// `Nickname`.
    pub nickname: String,
    /// `Keepers`.
    pub keepers: Vec<String>,
    /// `Weights`.
    pub weights: BTreeMap<AnimalKind, i64>,
    /// `Relatives`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relatives: Option<Vec<Animal>>,
    /// `Born`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub born: Option<Timestamp>,
    /// `Photo`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub photo: Option<Blob>,
    /// `Chip`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chip: Option<Sensitive<String>>,
    /// A keyword as a member of [`Animal`]; see also `legs`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#type: Option<String>,
    /// `Self`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub self_: Option<String>,
}

impl Default for Animal {
    fn default() -> Self {
        Self {
            id: 0,
            kind: AnimalKind::from("red panda"),
            legs: 4,
            tame: true,
            rank: None,
            nickname: "nobody".to_owned(),
            keepers: Default::default(),
            weights: Default::default(),
            relatives: None,
            born: None,
            photo: None,
            chip: None,
            r#type: None,
            self_: None,
        }
    }
}

kvs_protocol::open_enum! {
    /// `AnimalKind`.
    pub enum AnimalKind {
        /// A cat.
        Lion = "LION",
        /// `red panda`.
        RedPanda = "red panda",
        /// `RED-PANDA`.
        RedPanda2 = "RED-PANDA",
        /// `UNKNOWN`.
        UnknownValue = "UNKNOWN",
        /// `4legs`.
        _4legs = "4legs",
        /// `""`.
        Empty = "",
    }
}

/// A structure whose name Rust has taken.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct OptionShape {
    /// `Indoors`.
    pub indoors: bool,
    /// `Size`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<i64>,
}

/// What the service answers with when it refuses a call.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Exception {
    /// An argument is bad.
    BadArgument(BadArgumentException),
    /// [`NotHungry`].
    NotHungry(NotHungry),
    /// [`ZooClosedFault`].
    ZooClosedFault(ZooClosedFault),
    /// An error that the model does not have; the refusal tells its code and message.
    Unmodelled,
}

impl ServiceError for Exception {
    fn decode(code: &str, reply: &ErrorReply<'_>) -> Self {
        match code {
            "BadArgumentException" => Self::BadArgument(reply.body()),
            "NotHungry" => Self::NotHungry(reply.body()),
            "ZooClosedFault" => Self::ZooClosedFault(reply.body()),
            _ => Self::Unmodelled,
        }
    }
}

/// Status 422. An argument is bad. More words.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "PascalCase", default)]
pub struct BadArgumentException {
    /// `Message`.
    #[serde(alias = "message", skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Which argument.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub argument: Option<String>,
}

/// Status 400. `NotHungry`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default)]
pub struct NotHungry {
    /// `message`.
    #[serde(alias = "Message", skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// Status 500. `ZooClosedFault`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ZooClosedFault {}
