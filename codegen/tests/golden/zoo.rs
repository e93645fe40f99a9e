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
use kvs_protocol::rules::{BuiltIns, Endpoint, Unresolved};
use kvs_protocol::{
    Blob, Buffered, Bytes, DateTime, EpochSeconds, HttpDate, Invalid, Malformed, Operation,
    Paginated, Route, Sensitive, Service, Streamed, Timestamp, Upload,
};

pub mod endpoint;

/// Facts that the operations of this service share.
pub static SERVICE: Service = Service {
    id: "Example Zoo",
    endpoint: |built_ins| endpoint::resolve(&built_ins.into()),
    signing_name: "zoosigner",
    throttling: &["TooManyVisitors"],
};

kvs_protocol::rules! {
    NAME = [Length(1, 64), Pattern("^[a-z]+$")];
}

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
    /// Finds an animal, with what travels outside of the document.
    ///
    /// # Errors
    /// [`LostError`].
    pub struct FindAnimal {
        /// A name that is documented at its shape.
        pub zoo: Option<String> = "zoo" (label) [Required, NAME],
        /// `path`.
        pub path: Option<String> = "path" (label) [Required],
        /// `kinds`.
        pub kinds: Option<Vec<AnimalKind>> = "kinds" (query),
        /// `bornAfter`.
        pub born_after: Option<Timestamp> = "bornAfter" (query),
        /// `more`.
        pub more: Option<BTreeMap<String, String>> = "more" (query),
        /// `since`.
        pub since: Option<Timestamp> = "since" (header),
        /// `until`.
        pub until: Option<EpochSeconds> = "until" (header),
        /// `names`.
        pub names: Option<Vec<String>> = "names" (header) [Each(&[NAME])],
        /// `filter`.
        pub filter: Option<String> = "filter" (header),
        /// `meta`.
        pub meta: Option<BTreeMap<String, String>> = "meta" (header),
    }
}

impl Operation for FindAnimal {
    const NAME: &'static str = "FindAnimal";
    const SERVICE: &'static Service = &SERVICE;
    const IS_SIGNED: bool = false;
    type Output = FindAnimalOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::GET, "/zoos/{zoo}/animals/{path+}?find&sort=name")
            .checked(self)?
            .label("zoo", &self.zoo)?
            .label("path", &self.path)?
            .query("kind", &self.kinds)
            .query("born", &self.born_after)
            .header("If-Modified-Since", &self.since)?
            .header("X-Until", &self.until)?
            .header("X-Names", &self.names)?
            .base64_header("X-Filter", &self.filter)?
            .prefix_headers("X-Meta-", &self.meta)?
            .query_map(&self.more)
            .no_body()
    }

    fn host_prefix(&self) -> Result<String, Invalid> {
        restjson::host_prefix("find.{zoo}.", &[("zoo", self.zoo.as_deref())])
    }

    fn decode(head: &Parts, body: &[u8]) -> Result<FindAnimalOutput, Malformed> {
        let status = Some(head.status.as_u16().into());
        let meta = restjson::prefix_headers(head, "X-Meta-")?;
        let age = restjson::header(head, "Age")?.unwrap_or(7);
        let filter = restjson::base64_header(head, "X-Filter")?;
        let found = restjson::payload(body)?;
        Ok(FindAnimalOutput {
            status,
            meta,
            age,
            filter,
            found,
        })
    }
}

kvs_protocol::structure! {
    /// `FindAnimalOutput`.
    #[non_exhaustive]
    pub struct FindAnimalOutput {
        /// `status`.
        pub status: Option<i32> = "status" (status),
        /// `meta`.
        pub meta: Option<BTreeMap<String, String>> = "meta" (header),
        /// `age`.
        pub age: i32 = "age" (header) else 7,
        /// `filter`.
        pub filter: Option<String> = "filter" (header),
        /// `found`.
        pub found: Option<Finding> = "found" (payload),
    }
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
        pub zoo_name: Option<String> = "zooName" [Required, NAME],
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

    fn endpoint(&self, built_ins: BuiltIns<'_>) -> Result<Endpoint, Unresolved> {
        endpoint::resolve(&endpoint::Parameters {
            indoors: true,
            season: self.zoo_id.as_deref().unwrap_or("summer"),
            zoo: self.zoo_name.as_deref(),
            ..built_ins.into()
        })
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
    fn after(&self, page: &ListAnimalsOutput) -> Result<Option<Self>, Malformed> {
        let token = restjson::token("nextToken", &page.next_token, &self.next_token)?;
        Ok(token.map(|token| {
            let mut next = self.clone();
            next.next_token = Some(token);
            next
        }))
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
    /// Stores a film while it is made.
    ///
    /// The body is the payload: the film.
    pub struct PutFilm {
        /// `title`.
        pub title: Option<String> = "title" (header),
    }
}

impl Operation for PutFilm {
    const NAME: &'static str = "PutFilm";
    const SERVICE: &'static Service = &SERVICE;
    type Output = PutFilmOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/films")
            .checked(self)?
            .header("X-Title", &self.title)?
            .streamed("application/octet-stream")
    }

    fn decode(_head: &Parts, _body: &[u8]) -> Result<PutFilmOutput, Malformed> {
        Ok(PutFilmOutput {})
    }
}

impl Upload for PutFilm {
    const NEEDS_LENGTH: bool = true;
}

kvs_protocol::structure! {
    /// `PutFilmOutput`.
    #[non_exhaustive]
    pub struct PutFilmOutput {}
}

kvs_protocol::structure! {
    /// Stores a picture, by what few operations have.
    pub struct PutPicture {
        /// `token`.
        pub token: Option<String> = "token" (header),
        /// `picture`.
        pub picture: Option<Blob> = "picture" (payload),
    }
}

impl Operation for PutPicture {
    const NAME: &'static str = "PutPicture";
    const SERVICE: &'static Service = &SERVICE;
    type Output = PutPictureOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::PUT, "/pictures")
            .header("X-Token", &self.token)?
            .unsigned_payload()
            .checksum()
            .compressed()
            .bytes("image/png", &self.picture)
    }

    fn with_token(&self, token: &str) -> Result<Request<Bytes>, Invalid> {
        let mut filled = self.clone();
        filled.token.get_or_insert_with(|| token.to_owned());
        filled.encode()
    }

    fn decode(_head: &Parts, body: &[u8]) -> Result<PutPictureOutput, Malformed> {
        let text = restjson::text(body)?;
        Ok(PutPictureOutput { text })
    }
}

kvs_protocol::structure! {
    /// `PutPictureOutput`.
    #[non_exhaustive]
    pub struct PutPictureOutput {
        /// `text`.
        pub text: Option<String> = "text" (payload),
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
        pub keepers: Option<Vec<String>> = "Keepers" [Each(&[NAME])],
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
    /// `Finding`.
    #[non_exhaustive]
    pub struct Finding {
        /// `name`.
        pub name: Option<String> = "Nome",
        /// `mother`.
        pub mother: Option<Box<Finding>> = "mother",
        /// What an animal is known by.
        pub known: Option<Box<KnownBy>> = "known",
        /// `hunger`.
        pub hunger: Option<Hunger> = "hunger",
        /// `seen`.
        pub seen: Option<Vec<DateTime>> = "seen",
        /// `fed`.
        pub fed: Option<HttpDate> = "fed",
        /// `weight`.
        pub weight: Option<f64> = "weight",
        /// `hairs`.
        pub hairs: Option<kvs_protocol::BigNumber> = "hairs",
        /// `notes`.
        pub notes: Option<kvs_protocol::Document> = "notes",
        /// `holes`.
        pub holes: Option<Vec<Option<String>>> = "holes",
        /// `gaps`.
        pub gaps: Option<BTreeMap<String, Option<i32>>> = "gaps",
    }
}

kvs_protocol::int_enum! {
    /// `Hunger`.
    pub enum Hunger {
        /// `FED`.
        Fed = 0,
        /// Feed it.
        Hungry = 5,
    }
}

kvs_protocol::union! {
    /// What an animal is known by.
    pub enum KnownBy {
        /// A name that is documented at its shape.
        Name(String) = "name" [NAME],
        /// `number`.
        Number(i32) = "nr",
        /// `finding`.
        Finding(Box<Finding>) = "finding",
        /// `nothing`.
        Nothing(Unit) = "nothing",
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

kvs_protocol::structure! {
    /// `smithy.api#Unit`.
    #[non_exhaustive]
    pub struct Unit {}
}

kvs_protocol::exceptions! {
    /// What the service answers with when it refuses a call.
    pub enum Exception {
        /// Status 422. An argument is bad. More words.
        BadArgument(BadArgumentException) = "BadArgumentException",
        /// Status 409. `EscapedException`.
        Escaped(EscapedException) = "EscapedException" { animal: payload, seen: ("X-Seen-"), status: status },
        /// Status 503. `LostError`.
        LostError(LostError) = "LostError" { retry_after: "Retry-After" },
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
    /// Status 409. `EscapedException`.
    #[non_exhaustive]
    pub struct EscapedException {
        /// An animal, with a default of every type.
        pub animal: Option<Animal> = "animal" (payload),
        /// `seen`.
        pub seen: Option<BTreeMap<String, String>> = "seen" (header),
        /// `status`.
        pub status: Option<i32> = "status" (status),
    }
}

kvs_protocol::structure! {
    /// Status 503. `LostError`.
    #[non_exhaustive]
    pub struct LostError {
        /// `message`.
        pub message: Option<String> = "message",
        /// `retryAfter`.
        pub retry_after: Option<i32> = "retryAfter" (header),
    }
}

kvs_protocol::structure! {
    /// Status 500. `ZooClosedFault`.
    #[non_exhaustive]
    pub struct ZooClosedFault {}
}
