//! The operations: which there are, and what each answers.

mod create_stream;
mod delete_stream;
mod describe_stream;
mod get_clip;
mod get_dash_streaming_session_url;
mod get_data_endpoint;
mod get_hls_streaming_session_url;
mod get_images;
mod get_media;
mod get_media_for_fragment_list;
mod list_fragments;
mod list_streams;
mod list_tags_for_stream;
pub(crate) mod playable;
mod playback;
pub(crate) mod put_media;
pub(crate) mod range;
mod tag_stream;
mod untag_stream;
mod update_data_retention;
mod update_stream;

use std::collections::VecDeque;

use bytes::Bytes;
use http::{Method, StatusCode};
use kvs_api::archived_media::{
    GetClip, GetDashStreamingSessionUrl, GetHlsStreamingSessionUrl, GetImages,
    GetMediaForFragmentList, ListFragments,
};
use kvs_api::media::GetMedia;
use kvs_api::protocol::{Operation, Timestamp, restjson};
use kvs_api::video::{
    CreateStream, DeleteStream, DescribeStream, GetDataEndpoint, ListStreams, ListTagsForStream,
    TagStream, UntagStream, UpdateDataRetention, UpdateStream,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use tokio::sync::mpsc;

use crate::body::Content;
use crate::catalogue::Catalogue;
use crate::clock::Clock;
use crate::media::Media;
use crate::quotas::{self, Quota, Quotas};
use crate::refusal::Refusal;

/// Where an operation is found, and what serves it.
pub(crate) struct Route {
    method: Method,
    path: &'static str,
    pub(crate) name: &'static str,
    pub(crate) serve: Serve,
}

/// How an operation is served.
pub(crate) enum Serve {
    /// Out of the whole request.
    Whole(Answers),
    /// PutMedia, which answers while the request goes on.
    Ingest,
}

pub(crate) type Answers = fn(&Call<'_>, &mut Catalogue) -> Result<Answer, Refusal>;

static ROUTES: [Route; 25] = [
    route::<CreateStream>("/createStream", create_stream::serve),
    route::<DeleteStream>("/deleteStream", delete_stream::serve),
    route::<DescribeStream>("/describeStream", describe_stream::serve),
    route::<GetDataEndpoint>("/getDataEndpoint", get_data_endpoint::serve),
    route::<ListStreams>("/listStreams", list_streams::serve),
    route::<ListTagsForStream>("/listTagsForStream", list_tags_for_stream::serve),
    route::<TagStream>("/tagStream", tag_stream::serve),
    route::<UntagStream>("/untagStream", untag_stream::serve),
    route::<UpdateDataRetention>("/updateDataRetention", update_data_retention::serve),
    route::<UpdateStream>("/updateStream", update_stream::serve),
    route::<GetClip>("/getClip", get_clip::serve),
    route::<GetDashStreamingSessionUrl>(
        "/getDASHStreamingSessionURL",
        get_dash_streaming_session_url::serve,
    ),
    route::<GetHlsStreamingSessionUrl>(
        "/getHLSStreamingSessionURL",
        get_hls_streaming_session_url::serve,
    ),
    route::<GetImages>("/getImages", get_images::serve),
    route::<GetMedia>("/getMedia", get_media::serve),
    Route {
        method: Method::POST,
        path: "/putMedia",
        name: "PutMedia",
        serve: Serve::Ingest,
    },
    route::<GetMediaForFragmentList>(
        "/getMediaForFragmentList",
        get_media_for_fragment_list::serve,
    ),
    route::<ListFragments>("/listFragments", list_fragments::serve),
    playback(
        "GetHLSMasterPlaylist",
        "/hls/v1/getHLSMasterPlaylist.m3u8",
        playback::hls_master_playlist,
    ),
    playback(
        "GetHLSMediaPlaylist",
        "/hls/v1/getHLSMediaPlaylist.m3u8",
        playback::hls_media_playlist,
    ),
    playback(
        "GetMP4InitFragment",
        "/hls/v1/getMP4InitFragment.mp4",
        playback::hls_init,
    ),
    playback(
        "GetMP4MediaFragment",
        "/hls/v1/getMP4MediaFragment.mp4",
        playback::hls_media,
    ),
    playback(
        "GetDASHManifest",
        "/dash/v1/getDASHManifest.mpd",
        playback::dash_manifest,
    ),
    playback(
        "GetMP4InitFragment",
        "/dash/v1/getMP4InitFragment.mp4",
        playback::dash_init,
    ),
    playback(
        "GetMP4MediaFragment",
        "/dash/v1/getMP4MediaFragment.mp4",
        playback::dash_media,
    ),
];

const fn route<O: Operation>(path: &'static str, serve: Answers) -> Route {
    Route {
        method: Method::POST,
        path,
        name: O::NAME,
        serve: Serve::Whole(serve),
    }
}

/// What a player fetches: the token in the URL is all it has.
const fn playback(name: &'static str, path: &'static str, serve: Answers) -> Route {
    Route {
        method: Method::GET,
        path,
        name,
        serve: Serve::Whole(serve),
    }
}

impl Route {
    /// The names of all operations.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        ROUTES.iter().map(|route| route.name)
    }

    /// Whether requests are signed.
    pub(crate) fn is_signed(&self) -> bool {
        self.method == Method::POST
    }

    /// The operation that a request is for.
    pub(crate) fn of(method: &Method, path: &str) -> Result<&'static Self, Refusal> {
        let found = ROUTES.iter().find(|route| route.path == path);
        found.filter(|route| method == route.method).ok_or_else(|| {
            Refusal::unknown_operation(format!("No operation is served at {method} {path}."))
        })
    }
}

/// A request that may be served.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) scheme: &'static str,
    /// The `Host` that it was sent to.
    pub(crate) host: &'a str,
    /// What stands behind the path.
    pub(crate) query: &'a str,
    pub(crate) body: &'a [u8],
    pub(crate) now: Timestamp,
    pub(crate) clock: &'a Clock,
    /// Bytes a second at which media is sent.
    pub(crate) rate: Option<u64>,
    pub(crate) quotas: Option<&'a Quotas>,
}

impl Call<'_> {
    /// Where this service is, as the client has it.
    fn origin(&self) -> String {
        format!("{}://{}", self.scheme, self.host)
    }

    /// Takes points of a quota, where there are any.
    fn charge(&self, arn: &str, quota: Quota, points: usize) -> Result<(), Refusal> {
        let quotas = self
            .quotas
            .map(|quotas| quotas.charge(arn, quota, points, self.now));
        quotas.unwrap_or(Ok(()))
    }

    /// Bytes a second of a connection that the quotas are for.
    fn limited_rate(&self) -> Option<u64> {
        let limit = self.quotas.map(|_| quotas::BANDWIDTH);
        [self.rate, limit].into_iter().flatten().min()
    }

    /// A parameter of the query.
    fn parameter(&self, name: &str) -> Result<&str, Refusal> {
        let pairs = self
            .query
            .split('&')
            .filter_map(|pair| pair.split_once('='));
        let mut values = pairs.filter_map(|(key, value)| (key == name).then_some(value));
        values
            .next()
            .ok_or_else(|| Refusal::invalid_argument(format!("{name} must be given.")))
    }

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

    fn text(content_type: &'static str, text: String) -> Self {
        Self {
            content_type,
            content: Content::Whole(Bytes::from(text)),
            fragments: 0,
        }
    }

    /// Media that is written already, out of so many fragments.
    fn pieces(
        content_type: &'static str,
        pieces: VecDeque<Bytes>,
        fragments: u64,
        rate: Option<u64>,
    ) -> Self {
        Self {
            content_type,
            content: Content::Media(Media::written(pieces, rate)),
            fragments,
        }
    }

    /// What is sent while it goes on.
    fn sent(
        content_type: &'static str,
        pieces: mpsc::Receiver<Vec<Bytes>>,
        rate: Option<u64>,
    ) -> Self {
        Self {
            content_type,
            content: Content::Media(Media::sent(pieces, rate)),
            fragments: 0,
        }
    }

    /// What is told while the request goes on, or when it is there.
    fn told(lines: mpsc::Receiver<Vec<Bytes>>) -> Self {
        Self {
            content_type: "application/json",
            content: Content::Media(Media::told(lines)),
            fragments: 0,
        }
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
