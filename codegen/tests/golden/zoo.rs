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
use kvs_protocol::restjson::{self, RequestBuilder};
use kvs_protocol::{
    Blob, Buffered, Bytes, Invalid, Malformed, Operation, Paginated, Route, Sensitive, Service,
    Streamed, Timestamp,
};

/// Facts that the operations of this service share.
pub static SERVICE: Service = Service {
    id: "Example Zoo",
    endpoint_prefix: "zoo",
    signing_name: "zoosigner",
    throttling: &["TooManyVisitors"],
};

kvs_protocol::structure! {
    /// `FeedAnimal`.
    ///
    /// # Errors
    /// [`BadArgumentException`], [`NotHungry`].
    pub struct FeedAnimal {
        /// An animal, with a default of every type.
        pub animal: Option<Animal> = "Animal" [Required],
        /// `Amount`.
        pub amount: Option<i64> = "Amount",
    }
}

impl Operation for FeedAnimal {
    const NAME: &'static str = "FeedAnimal";
    const SERVICE: &'static Service = &SERVICE;
    type Output = FeedAnimalOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::PUT, "/animals/feed").document(self)
    }

    fn decode(_head: &Parts, _body: &[u8]) -> Result<FeedAnimalOutput, Malformed> {
        Ok(FeedAnimalOutput {})
    }
}

kvs_protocol::structure! {
    /// `FeedAnimalOutput`.
    #[non_exhaustive]
    pub struct FeedAnimalOutput {}
}

kvs_protocol::structure! {
    /// Lists animals; [`FeedAnimal`] feeds one. Things worth knowing:
    ///
    /// - A list item that goes on for so long that it has to be wrapped, and then hangs under its
    ///   first line.
    /// - `page_size` bounds a page.
    ///
    /// # Errors
    /// [`BadArgumentException`].
    pub struct ListAnimals one_of("zooARN", "zooID") {
        /// A name that is documented at its shape.
        pub zoo_name: Option<String> = "zooName" [Required, Length(1, 64), Pattern("^[a-z]+$")],
        /// Either this or `zoo_id`.
        pub zoo_arn: Option<String> = "zooARN",
        /// `zooID`.
        pub zoo_id: Option<String> = "zooID",
        /// `kind`.
        pub kind: Option<AnimalKind> = "kind",
        /// `pageSize`.
        pub page_size: Option<i32> = "pageSize" [Range(1.0, 100.0)],
        /// `nextToken`.
        pub next_token: Option<String> = "nextToken",
        /// A structure whose name Rust has taken.
        pub habitat: Option<OptionShape> = "habitat",
    }
}

impl Operation for ListAnimals {
    const NAME: &'static str = "ListAnimals";
    const SERVICE: &'static Service = &SERVICE;
    const ANSWER_LIMIT: usize = 64 << 20;
    type Output = ListAnimalsOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/animals/list").document(self)
    }

    fn route(&self) -> Route<'_> {
        Route::discovered("LIST", [&self.zoo_name, &self.zoo_arn])
    }

    fn decode(head: &Parts, body: &[u8]) -> Result<ListAnimalsOutput, Malformed> {
        let etag = restjson::header(head, "ETag")?;
        Ok(ListAnimalsOutput {
            etag,
            ..restjson::decode(body)?
        })
    }
}

impl Paginated for ListAnimals {
    fn after(&self, page: &ListAnimalsOutput) -> Option<Self> {
        let mut next = self.clone();
        next.next_token = Some(restjson::token(&page.next_token, &self.next_token)?);
        Some(next)
    }
}

kvs_protocol::structure! {
    /// `ListAnimalsResponse`.
    #[non_exhaustive]
    pub struct ListAnimalsOutput {
        /// `animals`.
        pub animals: Option<Vec<Animal>> = "animals",
        /// `nextToken`.
        pub next_token: Option<String> = "nextToken",
        /// `etag`.
        pub etag: Option<String> = "etag" (header),
        /// A cage, with a default of every type.
        pub cage: Option<Cage> = "cage",
    }
}

kvs_protocol::structure! {
    /// Watches an animal.
    pub struct WatchAnimal {
        /// `HTMLPageURL`.
        pub html_page_url: Option<String> = "HTMLPageURL",
    }
}

impl Operation for WatchAnimal {
    const NAME: &'static str = "WatchAnimal";
    const SERVICE: &'static Service = &SERVICE;
    type Output = WatchAnimalOutput;
    type Error = Exception;
    type Delivery = Streamed;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/animals/watch").document(self)
    }

    fn decode(head: &Parts, _body: &[u8]) -> Result<WatchAnimalOutput, Malformed> {
        let content_type = restjson::header(head, "Content-Type")?;
        Ok(WatchAnimalOutput { content_type })
    }
}

kvs_protocol::structure! {
    /// `WatchAnimalOutput`.
    ///
    /// The body is the payload: the moving picture.
    #[non_exhaustive]
    pub struct WatchAnimalOutput {
        /// `ContentType`.
        pub content_type: Option<String> = "ContentType" (header),
    }
}

kvs_protocol::structure! {
    /// An animal, with a default of every type.
    pub struct Animal {
        /// `Id`.
        pub id: Option<i64> = "Id",
        /// `Kind`.
        pub kind: Option<AnimalKind> = "Kind",
        /// `Legs`.
        pub legs: Option<i16> = "Legs",
        /// `Tame`.
        pub tame: Option<bool> = "Tame",
        /// `Rank`.
        pub rank: Option<i8> = "Rank",
        /// `Nickname`.
        pub nickname: Option<String> = "Nickname",
        /// `Keepers`.
        pub keepers: Option<Vec<String>> = "Keepers" [Each(&[Length(1, 64), Pattern("^[a-z]+$")])],
        /// `Weights`.
        pub weights: Option<BTreeMap<AnimalKind, i64>> = "Weights" [Length(0, 3)],
        /// `Relatives`.
        pub relatives: Option<Vec<Animal>> = "Relatives",
        /// `Born`.
        pub born: Option<Timestamp> = "Born",
        /// `Photo`.
        pub photo: Option<Blob> = "Photo",
        /// `Chip`.
        pub chip: Option<Sensitive<String>> = "Chip",
        /// A keyword as a member of [`Animal`]; see also `legs`.
        pub r#type: Option<String> = "Type",
        /// `Self`.
        pub self_: Option<String> = "Self",
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

kvs_protocol::structure! {
    /// A cage, with a default of every type.
    #[non_exhaustive]
    pub struct Cage {
        /// `Id`.
        pub id: i64 = "Id",
        /// `Kind`.
        pub kind: AnimalKind = "Kind" else AnimalKind::from("red panda"),
        /// `Doors`.
        pub doors: i16 = "Doors" else 4,
        /// `Open`.
        pub open: bool = "Open" else true,
        /// `Width`.
        pub width: f64 = "Width" else 2.5,
        /// `Height`.
        pub height: f32 = "Height" else 3.0,
        /// `Name`.
        pub name: String = "Name" else "nameless".to_owned(),
        /// `Code`.
        pub code: Sensitive<String> = "Code" else Sensitive("0000".to_owned()),
        /// `Cleaned`.
        pub cleaned: Timestamp = "Cleaned" else Timestamp::new(1700000000, 0),
        /// `Keepers`.
        pub keepers: Vec<String> = "Keepers",
        /// `Weights`.
        pub weights: BTreeMap<AnimalKind, i64> = "Weights",
        /// `Size`.
        pub size: Option<i64> = "Size",
    }
}

kvs_protocol::structure! {
    /// A structure whose name Rust has taken.
    pub struct OptionShape {
        /// `Indoors`.
        pub indoors: Option<bool> = "Indoors",
        /// `Size`.
        pub size: Option<i64> = "Size",
    }
}

kvs_protocol::exceptions! {
    /// What the service answers with when it refuses a call.
    pub enum Exception {
        /// Status 422. An argument is bad. More words.
        BadArgument(BadArgumentException) = "BadArgumentException",
        /// Status 400. `NotHungry`.
        NotHungry(NotHungry) = "NotHungry" (message),
        /// Status 500. `ZooClosedFault`.
        ZooClosedFault(ZooClosedFault) = "ZooClosedFault",
    }
}

kvs_protocol::structure! {
    /// Status 422. An argument is bad. More words.
    #[non_exhaustive]
    pub struct BadArgumentException {
        /// `Message`.
        pub message: Option<String> = "Message",
        /// Which argument.
        pub argument: Option<String> = "Argument",
    }
}

kvs_protocol::structure! {
    /// Status 500. `ZooClosedFault`.
    #[non_exhaustive]
    pub struct ZooClosedFault {}
}
