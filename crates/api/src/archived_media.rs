//! Amazon Kinesis Video Streams Archived Media
//!
//! Reads the media that Kinesis Video Streams has stored: lists fragments, fetches them as they
//! were ingested, cuts MP4 clips, extracts images, opens HLS and DASH playback sessions.
//!
//! Each operation of each stream has an endpoint of its own, which `GetDataEndpoint` of the control
//! service tells. The wrong endpoint answers with status 403.
//!
//! Generated from `model/kinesis-video-archived-media.json`; change the model or the generator,
//! then run `cargo xtask codegen`.

use std::collections::BTreeMap;

use kvs_protocol::http::response::Parts;
use kvs_protocol::http::{Method, Request};
use kvs_protocol::restjson::{self, ErrorReply, RequestBuilder};
use kvs_protocol::{
    Buffered, Bytes, Invalid, Malformed, Operation, Paginated, Route, Service, ServiceError,
    Streamed, Timestamp,
};
use serde::{Deserialize, Serialize};

pub mod endpoint;

/// Facts that the operations of this service share.
pub static SERVICE: Service = Service {
    id: "Kinesis Video Archived Media",
    endpoint: |built_ins| endpoint::resolve(&built_ins.into()),
    signing_name: "kinesisvideo",
    throttling: &[
        "ClientLimitExceededException",
        "ConnectionLimitExceededException",
        "FragmentLimitExceededException",
    ],
};

/// Cuts a range of time out of the archive, as one MP4 file.
///
/// The clip ends, without a word, after the first 100 MB or 200 fragments. The stream needs data
/// retention, H.264 or H.265 video on track 1 and, if there is sound, AAC or G.711 on track 2, with
/// the codec private data in every fragment.
///
/// # Errors
/// [`ClientLimitExceededException`], [`InvalidArgumentException`],
/// [`InvalidCodecPrivateDataException`], [`InvalidMediaFrameException`],
/// [`MissingCodecPrivateDataException`], [`NoDataRetentionException`], [`NotAuthorizedException`],
/// [`ResourceNotFoundException`], [`UnsupportedStreamMediaTypeException`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetClip {
    /// Name of the stream. Either this or `stream_arn` is needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream_name: Option<String>,
    /// ARN of the stream. Either this or `stream_name` is needed.
    #[serde(rename = "StreamARN", skip_serializing_if = "Option::is_none")]
    pub stream_arn: Option<String>,
    /// The range of time to cut out, at most 24 hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clip_fragment_selector: Option<ClipFragmentSelector>,
}

impl Operation for GetClip {
    const NAME: &'static str = "GetClip";
    const SERVICE: &'static Service = &SERVICE;
    type Output = GetClipOutput;
    type Error = Exception;
    type Delivery = Streamed;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/getClip")
            .one_of(&[
                ("StreamName", self.stream_name.is_some()),
                ("StreamARN", self.stream_arn.is_some()),
            ])?
            .require(
                "ClipFragmentSelector",
                self.clip_fragment_selector.is_some(),
            )?
            .json(self)
    }

    fn route(&self) -> Route<'_> {
        let resource = self
            .stream_name
            .as_deref()
            .or(self.stream_arn.as_deref())
            .unwrap_or_default();
        Route::Discovered {
            api: "GET_CLIP",
            resource,
        }
    }

    fn decode(head: &Parts, _body: &[u8]) -> Result<GetClipOutput, Malformed> {
        Ok(GetClipOutput {
            content_type: restjson::header(head, "Content-Type")?,
        })
    }
}

/// Answer of [`GetClip`].
///
/// The body is the payload: the clip, an ordinary MP4 file.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct GetClipOutput {
    /// Media type of the clip.
    pub content_type: Option<String>,
}

/// Opens an MPEG-DASH session and returns the URL of its manifest, for a media player.
///
/// The URL carries a session token that opens the media to whoever holds it: keep it as you would
/// keep credentials. The stream needs data retention, H.264 or H.265 video on track 1 and, if there
/// is sound, AAC or G.711 on track 2, with the codec private data in every fragment. A fragment
/// whose codec private data differs from the first one's cannot be played.
///
/// # Errors
/// [`ClientLimitExceededException`], [`InvalidArgumentException`],
/// [`InvalidCodecPrivateDataException`], [`MissingCodecPrivateDataException`],
/// [`NoDataRetentionException`], [`NotAuthorizedException`], [`ResourceNotFoundException`],
/// [`UnsupportedStreamMediaTypeException`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetDashStreamingSessionUrl {
    /// Name of the stream. Either this or `stream_arn` is needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream_name: Option<String>,
    /// ARN of the stream. Either this or `stream_name` is needed.
    #[serde(rename = "StreamARN", skip_serializing_if = "Option::is_none")]
    pub stream_arn: Option<String>,
    /// Which fragments the manifest lists; live when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub playback_mode: Option<DashPlaybackMode>,
    /// Whether each `S` element carries the fragment's start as `kvs:ts`; never when absent. The
    /// manifest's own timeline is bent around gaps and does not tell wall-clock time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_fragment_timestamp: Option<DashDisplayFragmentTimestamp>,
    /// Whether each `S` element carries the fragment number as `kvs:fn`; never when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_fragment_number: Option<DashDisplayFragmentNumber>,
    /// Range and clock. Needed on demand and for live replay; a live session may give the clock.
    #[serde(
        rename = "DASHFragmentSelector",
        skip_serializing_if = "Option::is_none"
    )]
    pub dash_fragment_selector: Option<DashFragmentSelector>,
    /// Life of the session in seconds, 300 to 43,200; 300 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<i32>,
    /// The most fragments in the manifest: the newest of a live session, the oldest on demand. When
    /// absent, 1,000 on demand and 5 otherwise. For live playback 3 to 10 serve best.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_manifest_fragment_results: Option<i64>,
}

impl Operation for GetDashStreamingSessionUrl {
    const NAME: &'static str = "GetDASHStreamingSessionURL";
    const SERVICE: &'static Service = &SERVICE;
    type Output = GetDashStreamingSessionUrlOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/getDASHStreamingSessionURL")
            .one_of(&[
                ("StreamName", self.stream_name.is_some()),
                ("StreamARN", self.stream_arn.is_some()),
            ])?
            .json(self)
    }

    fn route(&self) -> Route<'_> {
        let resource = self
            .stream_name
            .as_deref()
            .or(self.stream_arn.as_deref())
            .unwrap_or_default();
        Route::Discovered {
            api: "GET_DASH_STREAMING_SESSION_URL",
            resource,
        }
    }

    fn decode(_head: &Parts, body: &[u8]) -> Result<GetDashStreamingSessionUrlOutput, Malformed> {
        restjson::decode(body)
    }
}

/// Answer of [`GetDashStreamingSessionUrl`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default)]
pub struct GetDashStreamingSessionUrlOutput {
    /// URL of the manifest, with the session token in it.
    #[serde(
        rename = "DASHStreamingSessionURL",
        skip_serializing_if = "Option::is_none"
    )]
    pub dash_streaming_session_url: Option<String>,
}

/// Opens an HLS session and returns the URL of its master playlist, for a media player.
///
/// The URL carries a session token that opens the media to whoever holds it: keep it as you would
/// keep credentials. Players must not share it, either: a shared session may be throttled. The
/// stream needs data retention, H.264 or H.265 video on track 1 and, if there is sound, AAC on
/// track 2, with the codec private data in every fragment. AAC alone, on track 1, works as well.
/// Codec private data may change 500 times in a session, tracks and codecs never.
///
/// # Errors
/// [`ClientLimitExceededException`], [`InvalidArgumentException`],
/// [`InvalidCodecPrivateDataException`], [`MissingCodecPrivateDataException`],
/// [`NoDataRetentionException`], [`NotAuthorizedException`], [`ResourceNotFoundException`],
/// [`UnsupportedStreamMediaTypeException`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetHlsStreamingSessionUrl {
    /// Name of the stream. Either this or `stream_arn` is needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream_name: Option<String>,
    /// ARN of the stream. Either this or `stream_name` is needed.
    #[serde(rename = "StreamARN", skip_serializing_if = "Option::is_none")]
    pub stream_arn: Option<String>,
    /// Which fragments the media playlists list; live when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub playback_mode: Option<HlsPlaybackMode>,
    /// Range and clock. Needed on demand and for live replay; a live session may give the clock.
    #[serde(
        rename = "HLSFragmentSelector",
        skip_serializing_if = "Option::is_none"
    )]
    pub hls_fragment_selector: Option<HlsFragmentSelector>,
    /// Packaging; fragmented MP4 when absent. MPEG-TS, for old players, takes 5 to 25 % more bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container_format: Option<ContainerFormat>,
    /// Where the playlists mark that the timeline starts anew. When absent, always by the server's
    /// clock and never by the producer's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discontinuity_mode: Option<HlsDiscontinuityMode>,
    /// Whether playlists tell when fragments began, for wall-clock time; never when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_fragment_timestamp: Option<HlsDisplayFragmentTimestamp>,
    /// Life of the session in seconds, 300 to 43,200; 300 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<i32>,
    /// The most fragments in a media playlist: the newest of a live session, the oldest on demand.
    /// When absent, 1,000 on demand and 5 otherwise. For live playback 3 to 10 serve best.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_media_playlist_fragment_results: Option<i64>,
}

impl Operation for GetHlsStreamingSessionUrl {
    const NAME: &'static str = "GetHLSStreamingSessionURL";
    const SERVICE: &'static Service = &SERVICE;
    type Output = GetHlsStreamingSessionUrlOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/getHLSStreamingSessionURL")
            .one_of(&[
                ("StreamName", self.stream_name.is_some()),
                ("StreamARN", self.stream_arn.is_some()),
            ])?
            .json(self)
    }

    fn route(&self) -> Route<'_> {
        let resource = self
            .stream_name
            .as_deref()
            .or(self.stream_arn.as_deref())
            .unwrap_or_default();
        Route::Discovered {
            api: "GET_HLS_STREAMING_SESSION_URL",
            resource,
        }
    }

    fn decode(_head: &Parts, body: &[u8]) -> Result<GetHlsStreamingSessionUrlOutput, Malformed> {
        restjson::decode(body)
    }
}

/// Answer of [`GetHlsStreamingSessionUrl`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default)]
pub struct GetHlsStreamingSessionUrlOutput {
    /// URL of the master playlist, with the session token in it.
    #[serde(
        rename = "HLSStreamingSessionURL",
        skip_serializing_if = "Option::is_none"
    )]
    pub hls_streaming_session_url: Option<String>,
}

/// Extracts still images from a range of time, one for each sampling interval.
///
/// Answers come in pages of at most 25 images unless fewer are asked for, and up to 100 images or
/// 100 MB in all.
///
/// # Errors
/// [`ClientLimitExceededException`], [`InvalidArgumentException`], [`NoDataRetentionException`],
/// [`NotAuthorizedException`], [`ResourceNotFoundException`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetImages {
    /// Name of the stream. Either this or `stream_arn` is needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream_name: Option<String>,
    /// ARN of the stream. Either this or `stream_name` is needed.
    #[serde(rename = "StreamARN", skip_serializing_if = "Option::is_none")]
    pub stream_arn: Option<String>,
    /// The clock that the range is measured by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_selector_type: Option<ImageSelectorType>,
    /// Start of the range, and time of the first image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_timestamp: Option<Timestamp>,
    /// End of the range, at most 300 seconds after the start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_timestamp: Option<Timestamp>,
    /// Milliseconds between images, at least 200; if longer than the range, only the first comes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sampling_interval: Option<i32>,
    /// Encoding of the images.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
    /// Setting for the encoder: `JPEGQuality` from 1 (small) to 100 (best); 80 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format_config: Option<BTreeMap<FormatConfigKey, String>>,
    /// Width, 1 to 3,840. With `height_pixels` the image is stretched to fit; width alone is
    /// refused; with neither it keeps its size.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width_pixels: Option<i32>,
    /// Height, 1 to 2,160. Without `width_pixels` the image keeps its proportions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height_pixels: Option<i32>,
    /// The most images in one answer, 1 to 100; above 25, and when absent, pages of 25 come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_results: Option<i64>,
    /// Where to go on: the token of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

impl Operation for GetImages {
    const NAME: &'static str = "GetImages";
    const SERVICE: &'static Service = &SERVICE;
    const ANSWER_LIMIT: usize = 160 << 20;
    type Output = GetImagesOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/getImages")
            .one_of(&[
                ("StreamName", self.stream_name.is_some()),
                ("StreamARN", self.stream_arn.is_some()),
            ])?
            .require("ImageSelectorType", self.image_selector_type.is_some())?
            .require("StartTimestamp", self.start_timestamp.is_some())?
            .require("EndTimestamp", self.end_timestamp.is_some())?
            .require("Format", self.format.is_some())?
            .json(self)
    }

    fn route(&self) -> Route<'_> {
        let resource = self
            .stream_name
            .as_deref()
            .or(self.stream_arn.as_deref())
            .unwrap_or_default();
        Route::Discovered {
            api: "GET_IMAGES",
            resource,
        }
    }

    fn decode(_head: &Parts, body: &[u8]) -> Result<GetImagesOutput, Malformed> {
        restjson::decode(body)
    }
}

impl Paginated for GetImages {
    fn after(&self, page: &GetImagesOutput) -> Option<Self> {
        let next_token = restjson::token(page.next_token.as_deref(), self.next_token.as_deref())?;
        Some(Self {
            next_token: Some(next_token),
            ..self.clone()
        })
    }
}

/// Answer of [`GetImages`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "PascalCase", default)]
pub struct GetImagesOutput {
    /// The images. Where none could be made there is an entry with an error instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub images: Option<Vec<Image>>,
    /// Token of the next page; absent after the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

/// Fetches fragments by number, as Matroska in the form in which they are stored.
///
/// Each fragment is a Matroska document of its own, with its number and timestamps in tags: most
/// players stop after the first. A failure on the way comes inside the body, as tags, under
/// status 200. A call costs its number of fragments out of 500 a second for the stream, and holds
/// one of 5 connections.
///
/// # Errors
/// [`ClientLimitExceededException`], [`InvalidArgumentException`], [`NotAuthorizedException`],
/// [`ResourceNotFoundException`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetMediaForFragmentList {
    /// Name of the stream. Either this or `stream_arn` is needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream_name: Option<String>,
    /// ARN of the stream. Either this or `stream_name` is needed.
    #[serde(rename = "StreamARN", skip_serializing_if = "Option::is_none")]
    pub stream_arn: Option<String>,
    /// Numbers of the fragments, 1 to 1,000, as [`ListFragments`] tells them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fragments: Option<Vec<String>>,
}

impl Operation for GetMediaForFragmentList {
    const NAME: &'static str = "GetMediaForFragmentList";
    const SERVICE: &'static Service = &SERVICE;
    type Output = GetMediaForFragmentListOutput;
    type Error = Exception;
    type Delivery = Streamed;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/getMediaForFragmentList")
            .one_of(&[
                ("StreamName", self.stream_name.is_some()),
                ("StreamARN", self.stream_arn.is_some()),
            ])?
            .require("Fragments", self.fragments.is_some())?
            .json(self)
    }

    fn route(&self) -> Route<'_> {
        let resource = self
            .stream_name
            .as_deref()
            .or(self.stream_arn.as_deref())
            .unwrap_or_default();
        Route::Discovered {
            api: "GET_MEDIA_FOR_FRAGMENT_LIST",
            resource,
        }
    }

    fn decode(head: &Parts, _body: &[u8]) -> Result<GetMediaForFragmentListOutput, Malformed> {
        Ok(GetMediaForFragmentListOutput {
            content_type: restjson::header(head, "Content-Type")?,
        })
    }
}

/// Answer of [`GetMediaForFragmentList`].
///
/// The body is the payload: the fragments, one Matroska document after the other.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct GetMediaForFragmentListOutput {
    /// Media type of the body.
    pub content_type: Option<String>,
}

/// Lists the fragments that are stored for a range of time.
///
/// Fragments come in no order, even across pages: sort them. A fragment may show up a second or so
/// after the producer was told that it is stored. A call costs its `max_results` out of 10,000 a
/// second for the stream.
///
/// # Errors
/// [`ClientLimitExceededException`], [`InvalidArgumentException`], [`NotAuthorizedException`],
/// [`ResourceNotFoundException`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListFragments {
    /// Name of the stream. Either this or `stream_arn` is needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream_name: Option<String>,
    /// ARN of the stream. Either this or `stream_name` is needed.
    #[serde(rename = "StreamARN", skip_serializing_if = "Option::is_none")]
    pub stream_arn: Option<String>,
    /// The most fragments in one page, 1 to 1,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_results: Option<i64>,
    /// Where to go on: the token of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
    /// The range of time to list. Needed for the first page: without it and without `next_token`
    /// the service fails internally.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fragment_selector: Option<FragmentSelector>,
}

impl Operation for ListFragments {
    const NAME: &'static str = "ListFragments";
    const SERVICE: &'static Service = &SERVICE;
    type Output = ListFragmentsOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/listFragments")
            .one_of(&[
                ("StreamName", self.stream_name.is_some()),
                ("StreamARN", self.stream_arn.is_some()),
            ])?
            .json(self)
    }

    fn route(&self) -> Route<'_> {
        let resource = self
            .stream_name
            .as_deref()
            .or(self.stream_arn.as_deref())
            .unwrap_or_default();
        Route::Discovered {
            api: "LIST_FRAGMENTS",
            resource,
        }
    }

    fn decode(_head: &Parts, body: &[u8]) -> Result<ListFragmentsOutput, Malformed> {
        restjson::decode(body)
    }
}

impl Paginated for ListFragments {
    fn after(&self, page: &ListFragmentsOutput) -> Option<Self> {
        let next_token = restjson::token(page.next_token.as_deref(), self.next_token.as_deref())?;
        Some(Self {
            next_token: Some(next_token),
            ..self.clone()
        })
    }
}

/// Answer of [`ListFragments`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "PascalCase", default)]
pub struct ListFragmentsOutput {
    /// The fragments of this page, in no order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fragments: Option<Vec<Fragment>>,
    /// Token of the next page; absent after the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

/// A range of time, and the clock that it is measured by.
///
/// Of fragments with equal producer timestamps one is used. Where whole recordings overlap, the one
/// ingested first is taken.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ClipFragmentSelector {
    /// The clock of the range.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fragment_selector_type: Option<ClipFragmentSelectorType>,
    /// The range.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp_range: Option<ClipTimestampRange>,
}

kvs_protocol::open_enum! {
    /// The clock that a range of time is measured by.
    pub enum ClipFragmentSelectorType {
        /// The clock of the camera.
        ProducerTimestamp = "PRODUCER_TIMESTAMP",
        /// The clock of the service: when the fragment arrived.
        ServerTimestamp = "SERVER_TIMESTAMP",
    }
}

/// A range of time that fragments must start in, both ends included.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ClipTimestampRange {
    /// Start of the range. Fragments that began earlier are left out, even if they last into it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_timestamp: Option<Timestamp>,
    /// End of the range: after the start, by at most 24 hours, and in the past if measured by the
    /// server's clock. A fragment that starts before the end is included whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_timestamp: Option<Timestamp>,
}

kvs_protocol::open_enum! {
    /// The packaging of HLS media.
    pub enum ContainerFormat {
        /// Fragmented MP4, also called CMAF.
        FragmentedMp4 = "FRAGMENTED_MP4",
        /// MPEG transport stream.
        MpegTs = "MPEG_TS",
    }
}

kvs_protocol::open_enum! {
    /// Whether the manifest tells the number of each fragment.
    pub enum DashDisplayFragmentNumber {
        /// Told for every fragment.
        Always = "ALWAYS",
        /// Not told.
        Never = "NEVER",
    }
}

kvs_protocol::open_enum! {
    /// Whether the manifest tells when each fragment began.
    pub enum DashDisplayFragmentTimestamp {
        /// Told for every fragment.
        Always = "ALWAYS",
        /// Not told.
        Never = "NEVER",
    }
}

/// The range of time that a DASH session covers, and the clock that it is measured by.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DashFragmentSelector {
    /// The clock of the range; the server's when absent. A live session takes the newest fragments
    /// by server time whatever is given here, and plays them with the timestamps of this clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fragment_selector_type: Option<DashFragmentSelectorType>,
    /// The range. Needed on demand and for live replay, not allowed for a live session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp_range: Option<DashTimestampRange>,
}

kvs_protocol::open_enum! {
    /// The clock that a range of time is measured by.
    pub enum DashFragmentSelectorType {
        /// The clock of the camera. Of fragments that start at one time, one is used.
        ProducerTimestamp = "PRODUCER_TIMESTAMP",
        /// The clock of the service: when the fragment arrived.
        ServerTimestamp = "SERVER_TIMESTAMP",
    }
}

kvs_protocol::open_enum! {
    /// Which fragments the manifest lists.
    pub enum DashPlaybackMode {
        /// The newest fragments, as they arrive. A fragment that arrives late is left out for good.
        Live = "LIVE",
        /// Fragments from a start time on, one by one at the pace of playback.
        LiveReplay = "LIVE_REPLAY",
        /// All fragments of a range, up to the largest number allowed.
        OnDemand = "ON_DEMAND",
    }
}

/// A range of time that fragments must start in, both ends included.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DashTimestampRange {
    /// Start of the range, needed if there is one. Fragments that began earlier are left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_timestamp: Option<Timestamp>,
    /// End of the range: after the start, by at most 24 hours, and in the past if measured by the
    /// server's clock. Needed on demand; a live replay without it goes on with new fragments until
    /// the session expires.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_timestamp: Option<Timestamp>,
}

kvs_protocol::open_enum! {
    /// Encoding of an image.
    pub enum Format {
        /// JPEG.
        Jpeg = "JPEG",
        /// PNG.
        Png = "PNG",
    }
}

kvs_protocol::open_enum! {
    /// A setting of an image encoder.
    pub enum FormatConfigKey {
        /// Quality of a JPEG image, 1 to 100.
        JpegQuality = "JPEGQuality",
    }
}

/// A stored fragment: some seconds of media, the unit in which everything is fetched.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "PascalCase", default)]
pub struct Fragment {
    /// Number of the fragment, unique in its stream; greater for what was ingested later. Some 47
    /// digits: compare as numbers, not as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fragment_number: Option<String>,
    /// Size of the fragment with all that describes it.
    pub fragment_size_in_bytes: i64,
    /// When it began, by the camera's clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub producer_timestamp: Option<Timestamp>,
    /// When it arrived, by the service's clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_timestamp: Option<Timestamp>,
    /// How long it plays.
    pub fragment_length_in_milliseconds: i64,
}

/// A range of time, and the clock that it is measured by.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct FragmentSelector {
    /// The clock of the range.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fragment_selector_type: Option<FragmentSelectorType>,
    /// The range.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp_range: Option<TimestampRange>,
}

kvs_protocol::open_enum! {
    /// The clock that a range of time is measured by.
    pub enum FragmentSelectorType {
        /// The clock of the camera.
        ProducerTimestamp = "PRODUCER_TIMESTAMP",
        /// The clock of the service: when the fragment arrived.
        ServerTimestamp = "SERVER_TIMESTAMP",
    }
}

kvs_protocol::open_enum! {
    /// Where an HLS playlist has discontinuity marks, at which a player resets its timeline.
    pub enum HlsDiscontinuityMode {
        /// Between all fragments; for inexact timestamps.
        Always = "ALWAYS",
        /// Nowhere; the timeline follows the timestamps, gaps and overlaps included.
        Never = "NEVER",
        /// Where fragments gap or overlap by more than 50 ms; right for most uses.
        OnDiscontinuity = "ON_DISCONTINUITY",
    }
}

kvs_protocol::open_enum! {
    /// Whether the media playlist tells when each fragment began.
    pub enum HlsDisplayFragmentTimestamp {
        /// Told for every fragment.
        Always = "ALWAYS",
        /// Not told.
        Never = "NEVER",
    }
}

/// The range of time that an HLS session covers, and the clock that it is measured by.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct HlsFragmentSelector {
    /// The clock of the range; the server's when absent. A live session takes the newest fragments
    /// by server time whatever is given here, and plays them with the timestamps of this clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fragment_selector_type: Option<HlsFragmentSelectorType>,
    /// The range. Needed on demand and for live replay, not allowed for a live session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp_range: Option<HlsTimestampRange>,
}

kvs_protocol::open_enum! {
    /// The clock that a range of time is measured by.
    pub enum HlsFragmentSelectorType {
        /// The clock of the camera. Of fragments that start at one time, one is used.
        ProducerTimestamp = "PRODUCER_TIMESTAMP",
        /// The clock of the service: when the fragment arrived.
        ServerTimestamp = "SERVER_TIMESTAMP",
    }
}

kvs_protocol::open_enum! {
    /// Which fragments the media playlist lists.
    pub enum HlsPlaybackMode {
        /// The newest fragments, as they arrive. A fragment that arrives late is left out for good.
        Live = "LIVE",
        /// Fragments from a start time on, one by one at the pace of playback.
        LiveReplay = "LIVE_REPLAY",
        /// All fragments of a range, up to the largest number allowed.
        OnDemand = "ON_DEMAND",
    }
}

/// A range of time that fragments must start in, both ends included.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct HlsTimestampRange {
    /// Start of the range, needed if there is one. Fragments that began earlier are left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_timestamp: Option<Timestamp>,
    /// End of the range: after the start, by at most 24 hours, and in the past if measured by the
    /// server's clock. Needed on demand; a live replay without it goes on with new fragments until
    /// the session expires.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_timestamp: Option<Timestamp>,
}

/// An image, or the reason why there is none.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "PascalCase", default)]
pub struct Image {
    /// The time that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_stamp: Option<Timestamp>,
    /// Why there is no image for this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ImageError>,
    /// The encoded image, in Base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_content: Option<String>,
}

kvs_protocol::open_enum! {
    /// Why there is no image.
    pub enum ImageError {
        /// No media is stored for that time.
        NoMedia = "NO_MEDIA",
        /// The media gives no image: it is sound alone, or broken.
        MediaError = "MEDIA_ERROR",
    }
}

kvs_protocol::open_enum! {
    /// The clock that a range of time is measured by.
    pub enum ImageSelectorType {
        /// The clock of the camera.
        ProducerTimestamp = "PRODUCER_TIMESTAMP",
        /// The clock of the service: when the fragment arrived.
        ServerTimestamp = "SERVER_TIMESTAMP",
    }
}

/// A range of time that fragments must start in, both ends included.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct TimestampRange {
    /// Start of the range. Fragments that began earlier are left out, even if they last into it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_timestamp: Option<Timestamp>,
    /// End of the range. A fragment that starts before it is included whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_timestamp: Option<Timestamp>,
}

/// What the service answers with when it refuses a call.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Exception {
    /// A limit on calls or connections was exceeded.
    ClientLimitExceeded(ClientLimitExceededException),
    /// A parameter is out of its limits, not supported here, or contradicts another one.
    InvalidArgument(InvalidArgumentException),
    /// The codec private data of a track is broken.
    InvalidCodecPrivateData(InvalidCodecPrivateDataException),
    /// A frame is not what its codec allows.
    InvalidMediaFrame(InvalidMediaFrameException),
    /// A track has no codec private data.
    MissingCodecPrivateData(MissingCodecPrivateDataException),
    /// The stream keeps nothing: its retention is 0 hours.
    NoDataRetention(NoDataRetentionException),
    /// The caller may not do this to this stream, or the credentials have expired.
    NotAuthorized(NotAuthorizedException),
    /// The stream does not exist; or a playback session found no fragments in its range, or, live,
    /// in the last 30 seconds.
    ResourceNotFound(ResourceNotFoundException),
    /// The codecs of the tracks are not supported by this operation, or not recognised.
    UnsupportedStreamMediaType(UnsupportedStreamMediaTypeException),
    /// An error that the model does not have; the refusal tells its code and message.
    Unmodelled,
}

impl ServiceError for Exception {
    fn decode(code: &str, reply: &ErrorReply<'_>) -> Self {
        match code {
            "ClientLimitExceededException" => Self::ClientLimitExceeded(reply.body()),
            "InvalidArgumentException" => Self::InvalidArgument(reply.body()),
            "InvalidCodecPrivateDataException" => Self::InvalidCodecPrivateData(reply.body()),
            "InvalidMediaFrameException" => Self::InvalidMediaFrame(reply.body()),
            "MissingCodecPrivateDataException" => Self::MissingCodecPrivateData(reply.body()),
            "NoDataRetentionException" => Self::NoDataRetention(reply.body()),
            "NotAuthorizedException" => Self::NotAuthorized(reply.body()),
            "ResourceNotFoundException" => Self::ResourceNotFound(reply.body()),
            "UnsupportedStreamMediaTypeException" => Self::UnsupportedStreamMediaType(reply.body()),
            _ => Self::Unmodelled,
        }
    }
}

/// Status 400. A limit on calls or connections was exceeded. Wait, then try again.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "PascalCase", default)]
pub struct ClientLimitExceededException {
    /// The service's explanation, for people to read.
    #[serde(alias = "message", skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// Status 400. A parameter is out of its limits, not supported here, or contradicts another one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "PascalCase", default)]
pub struct InvalidArgumentException {
    /// The service's explanation, for people to read.
    #[serde(alias = "message", skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// Status 400. The codec private data of a track is broken.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "PascalCase", default)]
pub struct InvalidCodecPrivateDataException {
    /// The service's explanation, for people to read.
    #[serde(alias = "message", skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// Status 400. A frame is not what its codec allows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "PascalCase", default)]
pub struct InvalidMediaFrameException {
    /// The service's explanation, for people to read.
    #[serde(alias = "message", skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// Status 400. A track has no codec private data.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "PascalCase", default)]
pub struct MissingCodecPrivateDataException {
    /// The service's explanation, for people to read.
    #[serde(alias = "message", skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// Status 400. The stream keeps nothing: its retention is 0 hours.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "PascalCase", default)]
pub struct NoDataRetentionException {
    /// The service's explanation, for people to read.
    #[serde(alias = "message", skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// Status 401. The caller may not do this to this stream, or the credentials have expired. Often
/// the endpoint is the wrong one. In practice status 403 comes too.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "PascalCase", default)]
pub struct NotAuthorizedException {
    /// The service's explanation, for people to read.
    #[serde(alias = "message", skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// Status 404. The stream does not exist; or a playback session found no fragments in its range,
/// or, live, in the last 30 seconds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "PascalCase", default)]
pub struct ResourceNotFoundException {
    /// The service's explanation, for people to read.
    #[serde(alias = "message", skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// Status 400. The codecs of the tracks are not supported by this operation, or not recognised.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "PascalCase", default)]
pub struct UnsupportedStreamMediaTypeException {
    /// The service's explanation, for people to read.
    #[serde(alias = "message", skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}
