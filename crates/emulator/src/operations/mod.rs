//! The operations: which there are, and what each answers.

mod create_stream;
mod delete_stream;
mod describe_stream;
mod get_data_endpoint;
mod get_media_for_fragment_list;
mod list_fragments;
mod list_streams;
mod range;

use bytes::Bytes;
use http::{Method, StatusCode};
use kvs_api::archived_media::{GetMediaForFragmentList, ListFragments};
use kvs_api::protocol::{Operation, Timestamp, restjson};
use kvs_api::video::{CreateStream, DeleteStream, DescribeStream, GetDataEndpoint, ListStreams};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::body::{Content, Media};
use crate::catalogue::Catalogue;
use crate::refusal::Refusal;

/// Where an operation is found, and what serves it.
pub(crate) struct Route {
    path: &'static str,
    pub(crate) name: &'static str,
    pub(crate) serve: fn(&Call<'_>, &mut Catalogue) -> Result<Answer, Refusal>,
}

const ROUTES: [Route; 7] = [
    route::<CreateStream>("/createStream", create_stream::serve),
    route::<DeleteStream>("/deleteStream", delete_stream::serve),
    route::<DescribeStream>("/describeStream", describe_stream::serve),
    route::<GetDataEndpoint>("/getDataEndpoint", get_data_endpoint::serve),
    route::<ListStreams>("/listStreams", list_streams::serve),
    route::<ListFragments>("/listFragments", list_fragments::serve),
    route::<GetMediaForFragmentList>(
        "/getMediaForFragmentList",
        get_media_for_fragment_list::serve,
    ),
];

const fn route<O: Operation>(
    path: &'static str,
    serve: fn(&Call<'_>, &mut Catalogue) -> Result<Answer, Refusal>,
) -> Route {
    Route {
        path,
        name: O::NAME,
        serve,
    }
}

impl Route {
    /// The names of all operations.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        ROUTES.iter().map(|route| route.name)
    }

    /// The operation that a request is for.
    pub(crate) fn of(method: &Method, path: &str) -> Result<&'static Self, Refusal> {
        const TABLE: &[Route] = &ROUTES;
        let found = TABLE.iter().find(|route| route.path == path);
        found.filter(|_| method == Method::POST).ok_or_else(|| {
            Refusal::unknown_operation(format!("No operation is served at {method} {path}."))
        })
    }
}

/// A request that may be served.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    /// The `Host` that it was sent to.
    pub(crate) host: &'a str,
    pub(crate) body: &'a [u8],
    pub(crate) now: Timestamp,
    /// Bytes a second at which media is sent.
    pub(crate) rate: Option<u64>,
}

impl Call<'_> {
    /// The input that the body holds; an empty one where there is no body.
    fn input<I: DeserializeOwned>(&self) -> Result<I, Refusal> {
        // Read as an object first: an array would pass for a structure.
        let object: Map<String, Value> =
            restjson::decode(self.body).map_err(|malformed| unreadable(malformed.problem))?;
        I::deserialize(Value::Object(object)).map_err(|error| unreadable(error.to_string()))
    }
}

/// A successful answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) content_type: &'static str,
    pub(crate) content: Content,
    /// Fragments that it is about, for the log.
    pub(crate) fragments: u64,
}

impl Answer {
    pub(crate) fn json(output: &impl Serialize) -> Result<Self, Refusal> {
        let json =
            serde_json::to_vec(output).map_err(|error| internal_failure(error.to_string()))?;
        Ok(Self {
            content_type: "application/json",
            content: Content::Whole(Bytes::from(json)),
            fragments: 0,
        })
    }

    fn media(media: Media, fragments: usize) -> Self {
        Self {
            content_type: "video/webm",
            content: Content::Media(media),
            fragments: fragments as u64,
        }
    }
}

fn unreadable(problem: String) -> Refusal {
    Refusal::common(StatusCode::BAD_REQUEST, "SerializationException", problem)
}

fn internal_failure(message: impl Into<String>) -> Refusal {
    Refusal::common(
        StatusCode::INTERNAL_SERVER_ERROR,
        "InternalFailure",
        message,
    )
}

/// How many results go into a page, 1 to `most`.
fn page_size(asked: Option<i64>, default: u16, most: u16) -> Result<usize, Refusal> {
    let Some(asked) = asked else {
        return Ok(default.into());
    };
    let page = u16::try_from(asked).ok();
    let page = page.filter(|page| (1..=most).contains(page));
    page.map(usize::from).ok_or_else(|| {
        Refusal::invalid_argument(format!("MaxResults must be 1 to {most}, but is {asked}."))
    })
}

fn bad_token() -> Refusal {
    Refusal::invalid_argument("NextToken is not one that this request was answered with.")
}
