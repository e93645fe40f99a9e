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
use kvs_protocol::restjson::{self, RequestBuilder};
use kvs_protocol::{
    Buffered, Bytes, Invalid, Malformed, Operation, Paginated, Route, Service, Streamed, Timestamp,
};

pub use super::endpoint;

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

kvs_protocol::rules! {
    NEXT_TOKEN = [Length(1, 4096), Pattern("^[a-zA-Z0-9+/]+={0,2}$")];
    RESOURCE_ARN = [Length(1, 1024), Pattern(r"^arn:[a-z\d-]+:kinesisvideo:[a-z0-9-]+:[0-9]+:[a-z]+/[a-zA-Z0-9_.-]+/[0-9]+$")];
    STREAM_NAME = [Length(1, 256), Pattern("^[a-zA-Z0-9_.-]+$")];
}

kvs_protocol::structure! {
    /// Cuts a range of time out of the archive, as one MP4 file.
    ///
    /// The clip ends, without a word, after the first 100 MB or 200 fragments. The stream needs
    /// data retention, H.264 or H.265 video on track 1 and, if there is sound, AAC or G.711 on
    /// track 2, with the codec private data in every fragment.
    ///
    /// # Errors
    /// [`ClientLimitExceededException`], [`InvalidArgumentException`],
    /// [`InvalidCodecPrivateDataException`], [`InvalidMediaFrameException`],
    /// [`MissingCodecPrivateDataException`], [`NoDataRetentionException`],
    /// [`NotAuthorizedException`], [`ResourceNotFoundException`],
    /// [`UnsupportedStreamMediaTypeException`].
    pub struct GetClip one_of("StreamName", "StreamARN") {
        /// Name of the stream. Either this or `stream_arn` is needed.
        pub stream_name: Option<String> = "StreamName" [STREAM_NAME],
        /// ARN of the stream. Either this or `stream_name` is needed.
        pub stream_arn: Option<String> = "StreamARN" [RESOURCE_ARN],
        /// The range of time to cut out, at most 24 hours.
        pub clip_fragment_selector: Option<ClipFragmentSelector> = "ClipFragmentSelector"
            [Required],
    }
}

impl Operation for GetClip {
    const NAME: &'static str = "GetClip";
    const SERVICE: &'static Service = &SERVICE;
    type Output = GetClipOutput;
    type Error = Exception;
    type Delivery = Streamed;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/getClip").document(self)
    }

    fn route(&self) -> Route<'_> {
        Route::discovered("GET_CLIP", [&self.stream_name, &self.stream_arn])
    }

    fn decode(head: &Parts, _body: &[u8]) -> Result<GetClipOutput, Malformed> {
        let content_type = restjson::header(head, "Content-Type")?;
        Ok(GetClipOutput { content_type })
    }
}

kvs_protocol::structure! {
    /// Answer of [`GetClip`].
    ///
    /// The body is the payload: the clip, an ordinary MP4 file.
    #[non_exhaustive]
    pub struct GetClipOutput {
        /// Media type of the clip.
        pub content_type: Option<String> = "ContentType" (header),
    }
}

kvs_protocol::structure! {
    /// Opens an MPEG-DASH session and returns the URL of its manifest, for a media player.
    ///
    /// The URL carries a session token that opens the media to whoever holds it: keep it as you
    /// would keep credentials. The stream needs data retention, H.264 or H.265 video on track 1
    /// and, if there is sound, AAC or G.711 on track 2, with the codec private data in every
    /// fragment. A fragment whose codec private data differs from the first one's cannot be played.
    ///
    /// # Errors
    /// [`ClientLimitExceededException`], [`InvalidArgumentException`],
    /// [`InvalidCodecPrivateDataException`], [`MissingCodecPrivateDataException`],
    /// [`NoDataRetentionException`], [`NotAuthorizedException`], [`ResourceNotFoundException`],
    /// [`UnsupportedStreamMediaTypeException`].
    pub struct GetDashStreamingSessionUrl one_of("StreamName", "StreamARN") {
        /// Name of the stream. Either this or `stream_arn` is needed.
        pub stream_name: Option<String> = "StreamName" [STREAM_NAME],
        /// ARN of the stream. Either this or `stream_name` is needed.
        pub stream_arn: Option<String> = "StreamARN" [RESOURCE_ARN],
        /// Which fragments the manifest lists; live when absent.
        pub playback_mode: Option<DashPlaybackMode> = "PlaybackMode",
        /// Whether each `S` element carries the fragment's start as `kvs:ts`; never when absent.
        /// The manifest's own timeline is bent around gaps and does not tell wall-clock time.
        pub display_fragment_timestamp: Option<DashDisplayFragmentTimestamp> = "DisplayFragmentTimestamp",
        /// Whether each `S` element carries the fragment number as `kvs:fn`; never when absent.
        pub display_fragment_number: Option<DashDisplayFragmentNumber> = "DisplayFragmentNumber",
        /// Range and clock. Needed on demand and for live replay; a live session may give the
        /// clock.
        pub dash_fragment_selector: Option<DashFragmentSelector> = "DASHFragmentSelector",
        /// Life of the session in seconds, 300 to 43,200; 300 when absent.
        pub expires: Option<i32> = "Expires" [Range(300.0, 43200.0)],
        /// The most fragments in the manifest: the newest of a live session, the oldest on demand.
        /// When absent, 1,000 on demand and 5 otherwise. For live playback 3 to 10 serve best.
        pub max_manifest_fragment_results: Option<i64> = "MaxManifestFragmentResults"
            [Range(1.0, 5000.0)],
    }
}

impl Operation for GetDashStreamingSessionUrl {
    const NAME: &'static str = "GetDASHStreamingSessionURL";
    const SERVICE: &'static Service = &SERVICE;
    type Output = GetDashStreamingSessionUrlOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/getDASHStreamingSessionURL").document(self)
    }

    fn route(&self) -> Route<'_> {
        Route::discovered(
            "GET_DASH_STREAMING_SESSION_URL",
            [&self.stream_name, &self.stream_arn],
        )
    }

    fn decode(_head: &Parts, body: &[u8]) -> Result<GetDashStreamingSessionUrlOutput, Malformed> {
        restjson::decode(body)
    }
}

kvs_protocol::structure! {
    /// Answer of [`GetDashStreamingSessionUrl`].
    #[non_exhaustive]
    pub struct GetDashStreamingSessionUrlOutput {
        /// URL of the manifest, with the session token in it.
        pub dash_streaming_session_url: Option<String> = "DASHStreamingSessionURL",
    }
}

kvs_protocol::structure! {
    /// Opens an HLS session and returns the URL of its master playlist, for a media player.
    ///
    /// The URL carries a session token that opens the media to whoever holds it: keep it as you
    /// would keep credentials. Players must not share it, either: a shared session may be
    /// throttled. The stream needs data retention, H.264 or H.265 video on track 1 and, if there is
    /// sound, AAC on track 2, with the codec private data in every fragment. AAC alone, on track 1,
    /// works as well. Codec private data may change 500 times in a session, tracks and codecs
    /// never.
    ///
    /// # Errors
    /// [`ClientLimitExceededException`], [`InvalidArgumentException`],
    /// [`InvalidCodecPrivateDataException`], [`MissingCodecPrivateDataException`],
    /// [`NoDataRetentionException`], [`NotAuthorizedException`], [`ResourceNotFoundException`],
    /// [`UnsupportedStreamMediaTypeException`].
    pub struct GetHlsStreamingSessionUrl one_of("StreamName", "StreamARN") {
        /// Name of the stream. Either this or `stream_arn` is needed.
        pub stream_name: Option<String> = "StreamName" [STREAM_NAME],
        /// ARN of the stream. Either this or `stream_name` is needed.
        pub stream_arn: Option<String> = "StreamARN" [RESOURCE_ARN],
        /// Which fragments the media playlists list; live when absent.
        pub playback_mode: Option<HlsPlaybackMode> = "PlaybackMode",
        /// Range and clock. Needed on demand and for live replay; a live session may give the
        /// clock.
        pub hls_fragment_selector: Option<HlsFragmentSelector> = "HLSFragmentSelector",
        /// Packaging; fragmented MP4 when absent. MPEG-TS, for old players, takes 5 to 25 % more
        /// bytes.
        pub container_format: Option<ContainerFormat> = "ContainerFormat",
        /// Where the playlists mark that the timeline starts anew. When absent, always by the
        /// server's clock and never by the producer's.
        pub discontinuity_mode: Option<HlsDiscontinuityMode> = "DiscontinuityMode",
        /// Whether playlists tell when fragments began, for wall-clock time; never when absent.
        pub display_fragment_timestamp: Option<HlsDisplayFragmentTimestamp> = "DisplayFragmentTimestamp",
        /// Life of the session in seconds, 300 to 43,200; 300 when absent.
        pub expires: Option<i32> = "Expires" [Range(300.0, 43200.0)],
        /// The most fragments in a media playlist: the newest of a live session, the oldest on
        /// demand. When absent, 1,000 on demand and 5 otherwise. For live playback 3 to 10 serve
        /// best.
        pub max_media_playlist_fragment_results: Option<i64> = "MaxMediaPlaylistFragmentResults"
            [Range(1.0, 5000.0)],
    }
}

impl Operation for GetHlsStreamingSessionUrl {
    const NAME: &'static str = "GetHLSStreamingSessionURL";
    const SERVICE: &'static Service = &SERVICE;
    type Output = GetHlsStreamingSessionUrlOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/getHLSStreamingSessionURL").document(self)
    }

    fn route(&self) -> Route<'_> {
        Route::discovered(
            "GET_HLS_STREAMING_SESSION_URL",
            [&self.stream_name, &self.stream_arn],
        )
    }

    fn decode(_head: &Parts, body: &[u8]) -> Result<GetHlsStreamingSessionUrlOutput, Malformed> {
        restjson::decode(body)
    }
}

kvs_protocol::structure! {
    /// Answer of [`GetHlsStreamingSessionUrl`].
    #[non_exhaustive]
    pub struct GetHlsStreamingSessionUrlOutput {
        /// URL of the master playlist, with the session token in it.
        pub hls_streaming_session_url: Option<String> = "HLSStreamingSessionURL",
    }
}

kvs_protocol::structure! {
    /// Extracts still images from a range of time, one for each sampling interval.
    ///
    /// Answers come in pages of at most 25 images unless fewer are asked for, and up to 100 images
    /// or 100 MB in all.
    ///
    /// # Errors
    /// [`ClientLimitExceededException`], [`InvalidArgumentException`],
    /// [`NoDataRetentionException`], [`NotAuthorizedException`], [`ResourceNotFoundException`].
    pub struct GetImages one_of("StreamName", "StreamARN") {
        /// Name of the stream. Either this or `stream_arn` is needed.
        pub stream_name: Option<String> = "StreamName" [STREAM_NAME],
        /// ARN of the stream. Either this or `stream_name` is needed.
        pub stream_arn: Option<String> = "StreamARN" [RESOURCE_ARN],
        /// The clock that the range is measured by.
        pub image_selector_type: Option<ImageSelectorType> = "ImageSelectorType" [Required],
        /// Start of the range, and time of the first image.
        pub start_timestamp: Option<Timestamp> = "StartTimestamp" [Required],
        /// End of the range, at most 300 seconds after the start.
        pub end_timestamp: Option<Timestamp> = "EndTimestamp" [Required],
        /// Milliseconds between images, at least 200; if longer than the range, only the first
        /// comes.
        pub sampling_interval: Option<i32> = "SamplingInterval",
        /// Encoding of the images.
        pub format: Option<Format> = "Format" [Required],
        /// Setting for the encoder: `JPEGQuality` from 1 (small) to 100 (best); 80 when absent.
        pub format_config: Option<BTreeMap<FormatConfigKey, String>> = "FormatConfig"
            [Length(1, 1), Values(&[Length(0, 256), Pattern("^[a-zA-Z_0-9]+$")])],
        /// Width, 1 to 3,840. With `height_pixels` the image is stretched to fit; width alone is
        /// refused; with neither it keeps its size.
        pub width_pixels: Option<i32> = "WidthPixels" [Range(1.0, 3840.0)],
        /// Height, 1 to 2,160. Without `width_pixels` the image keeps its proportions.
        pub height_pixels: Option<i32> = "HeightPixels" [Range(1.0, 2160.0)],
        /// The most images in one answer, 1 to 100; above 25, and when absent, pages of 25 come.
        pub max_results: Option<i64> = "MaxResults" [Range(1.0, 100.0)],
        /// Where to go on: the token of the page before.
        pub next_token: Option<String> = "NextToken" [NEXT_TOKEN],
    }
}

impl Operation for GetImages {
    const NAME: &'static str = "GetImages";
    const SERVICE: &'static Service = &SERVICE;
    const ANSWER_LIMIT: usize = 160 << 20;
    type Output = GetImagesOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/getImages").document(self)
    }

    fn route(&self) -> Route<'_> {
        Route::discovered("GET_IMAGES", [&self.stream_name, &self.stream_arn])
    }

    fn decode(_head: &Parts, body: &[u8]) -> Result<GetImagesOutput, Malformed> {
        restjson::decode(body)
    }
}

impl Paginated for GetImages {
    fn after(&self, page: &GetImagesOutput) -> Result<Option<Self>, Malformed> {
        let token = restjson::token("NextToken", &page.next_token, &self.next_token)?;
        Ok(token.map(|token| {
            let mut next = self.clone();
            next.next_token = Some(token);
            next
        }))
    }
}

kvs_protocol::structure! {
    /// Answer of [`GetImages`].
    #[non_exhaustive]
    pub struct GetImagesOutput {
        /// The images. Where none could be made there is an entry with an error instead.
        pub images: Option<Vec<Image>> = "Images",
        /// Token of the next page; absent after the last one.
        pub next_token: Option<String> = "NextToken",
    }
}

kvs_protocol::structure! {
    /// Fetches fragments by number, as Matroska in the form in which they are stored.
    ///
    /// Each fragment is a Matroska document of its own, with its number and timestamps in tags:
    /// most players stop after the first. A failure on the way comes inside the body, as tags,
    /// under status 200. A call costs its number of fragments out of 500 a second for the stream,
    /// and holds one of 5 connections.
    ///
    /// # Errors
    /// [`ClientLimitExceededException`], [`InvalidArgumentException`], [`NotAuthorizedException`],
    /// [`ResourceNotFoundException`].
    pub struct GetMediaForFragmentList one_of("StreamName", "StreamARN") {
        /// Name of the stream. Either this or `stream_arn` is needed.
        pub stream_name: Option<String> = "StreamName" [STREAM_NAME],
        /// ARN of the stream. Either this or `stream_name` is needed.
        pub stream_arn: Option<String> = "StreamARN" [RESOURCE_ARN],
        /// Numbers of the fragments, 1 to 1,000, as [`ListFragments`] tells them.
        pub fragments: Option<Vec<String>> = "Fragments"
            [Required, Length(1, 1000), Each(&[Length(1, 128), Pattern("^[0-9]+$")])],
    }
}

impl Operation for GetMediaForFragmentList {
    const NAME: &'static str = "GetMediaForFragmentList";
    const SERVICE: &'static Service = &SERVICE;
    type Output = GetMediaForFragmentListOutput;
    type Error = Exception;
    type Delivery = Streamed;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/getMediaForFragmentList").document(self)
    }

    fn route(&self) -> Route<'_> {
        Route::discovered(
            "GET_MEDIA_FOR_FRAGMENT_LIST",
            [&self.stream_name, &self.stream_arn],
        )
    }

    fn decode(head: &Parts, _body: &[u8]) -> Result<GetMediaForFragmentListOutput, Malformed> {
        let content_type = restjson::header(head, "Content-Type")?;
        Ok(GetMediaForFragmentListOutput { content_type })
    }
}

kvs_protocol::structure! {
    /// Answer of [`GetMediaForFragmentList`].
    ///
    /// The body is the payload: the fragments, one Matroska document after the other.
    #[non_exhaustive]
    pub struct GetMediaForFragmentListOutput {
        /// Media type of the body.
        pub content_type: Option<String> = "ContentType" (header),
    }
}

kvs_protocol::structure! {
    /// Lists the fragments that are stored for a range of time.
    ///
    /// Fragments come in no order, even across pages: sort them. A fragment may show up a second or
    /// so after the producer was told that it is stored. A call costs its `max_results` out of
    /// 10,000 a second for the stream.
    ///
    /// # Errors
    /// [`ClientLimitExceededException`], [`InvalidArgumentException`], [`NotAuthorizedException`],
    /// [`ResourceNotFoundException`].
    pub struct ListFragments one_of("StreamName", "StreamARN") {
        /// Name of the stream. Either this or `stream_arn` is needed.
        pub stream_name: Option<String> = "StreamName" [STREAM_NAME],
        /// ARN of the stream. Either this or `stream_name` is needed.
        pub stream_arn: Option<String> = "StreamARN" [RESOURCE_ARN],
        /// The most fragments in one page, 1 to 1,000.
        pub max_results: Option<i64> = "MaxResults" [Range(1.0, 1000.0)],
        /// Where to go on: the token of the page before.
        pub next_token: Option<String> = "NextToken" [NEXT_TOKEN],
        /// The range of time to list. Needed for the first page: without it and without
        /// `next_token` the service fails internally.
        pub fragment_selector: Option<FragmentSelector> = "FragmentSelector",
    }
}

impl Operation for ListFragments {
    const NAME: &'static str = "ListFragments";
    const SERVICE: &'static Service = &SERVICE;
    type Output = ListFragmentsOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/listFragments").document(self)
    }

    fn route(&self) -> Route<'_> {
        Route::discovered("LIST_FRAGMENTS", [&self.stream_name, &self.stream_arn])
    }

    fn decode(_head: &Parts, body: &[u8]) -> Result<ListFragmentsOutput, Malformed> {
        restjson::decode(body)
    }
}

impl Paginated for ListFragments {
    fn after(&self, page: &ListFragmentsOutput) -> Result<Option<Self>, Malformed> {
        let token = restjson::token("NextToken", &page.next_token, &self.next_token)?;
        Ok(token.map(|token| {
            let mut next = self.clone();
            next.next_token = Some(token);
            next
        }))
    }
}

kvs_protocol::structure! {
    /// Answer of [`ListFragments`].
    #[non_exhaustive]
    pub struct ListFragmentsOutput {
        /// The fragments of this page, in no order.
        pub fragments: Option<Vec<Fragment>> = "Fragments",
        /// Token of the next page; absent after the last one.
        pub next_token: Option<String> = "NextToken",
    }
}

kvs_protocol::structure! {
    /// A range of time, and the clock that it is measured by.
    ///
    /// Of fragments with equal producer timestamps one is used. Where whole recordings overlap, the
    /// one ingested first is taken.
    pub struct ClipFragmentSelector {
        /// The clock of the range.
        pub fragment_selector_type: Option<ClipFragmentSelectorType> = "FragmentSelectorType"
            [Required],
        /// The range.
        pub timestamp_range: Option<ClipTimestampRange> = "TimestampRange" [Required],
    }
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

kvs_protocol::structure! {
    /// A range of time that fragments must start in, both ends included.
    pub struct ClipTimestampRange {
        /// Start of the range. Fragments that began earlier are left out, even if they last into
        /// it.
        pub start_timestamp: Option<Timestamp> = "StartTimestamp" [Required],
        /// End of the range: after the start, by at most 24 hours, and in the past if measured by
        /// the server's clock. A fragment that starts before the end is included whole.
        pub end_timestamp: Option<Timestamp> = "EndTimestamp" [Required],
    }
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

kvs_protocol::structure! {
    /// The range of time that a DASH session covers, and the clock that it is measured by.
    pub struct DashFragmentSelector {
        /// The clock of the range; the server's when absent. A live session takes the newest
        /// fragments by server time whatever is given here, and plays them with the timestamps of
        /// this clock.
        pub fragment_selector_type: Option<DashFragmentSelectorType> = "FragmentSelectorType",
        /// The range. Needed on demand and for live replay, not allowed for a live session.
        pub timestamp_range: Option<DashTimestampRange> = "TimestampRange",
    }
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

kvs_protocol::structure! {
    /// A range of time that fragments must start in, both ends included.
    pub struct DashTimestampRange {
        /// Start of the range, needed if there is one. Fragments that began earlier are left out.
        pub start_timestamp: Option<Timestamp> = "StartTimestamp",
        /// End of the range: after the start, by at most 24 hours, and in the past if measured by
        /// the server's clock. Needed on demand; a live replay without it goes on with new
        /// fragments until the session expires.
        pub end_timestamp: Option<Timestamp> = "EndTimestamp",
    }
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

kvs_protocol::structure! {
    /// A stored fragment: some seconds of media, the unit in which everything is fetched.
    #[non_exhaustive]
    pub struct Fragment {
        /// Number of the fragment, unique in its stream; greater for what was ingested later. Some
        /// 47 digits: compare as numbers, not as text.
        pub fragment_number: Option<String> = "FragmentNumber"
            [Length(1, 128), Pattern("^[0-9]+$")],
        /// Size of the fragment with all that describes it.
        pub fragment_size_in_bytes: i64 = "FragmentSizeInBytes",
        /// When it began, by the camera's clock.
        pub producer_timestamp: Option<Timestamp> = "ProducerTimestamp",
        /// When it arrived, by the service's clock.
        pub server_timestamp: Option<Timestamp> = "ServerTimestamp",
        /// How long it plays.
        pub fragment_length_in_milliseconds: i64 = "FragmentLengthInMilliseconds",
    }
}

kvs_protocol::structure! {
    /// A range of time, and the clock that it is measured by.
    pub struct FragmentSelector {
        /// The clock of the range.
        pub fragment_selector_type: Option<FragmentSelectorType> = "FragmentSelectorType"
            [Required],
        /// The range.
        pub timestamp_range: Option<TimestampRange> = "TimestampRange" [Required],
    }
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

kvs_protocol::structure! {
    /// The range of time that an HLS session covers, and the clock that it is measured by.
    pub struct HlsFragmentSelector {
        /// The clock of the range; the server's when absent. A live session takes the newest
        /// fragments by server time whatever is given here, and plays them with the timestamps of
        /// this clock.
        pub fragment_selector_type: Option<HlsFragmentSelectorType> = "FragmentSelectorType",
        /// The range. Needed on demand and for live replay, not allowed for a live session.
        pub timestamp_range: Option<HlsTimestampRange> = "TimestampRange",
    }
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

kvs_protocol::structure! {
    /// A range of time that fragments must start in, both ends included.
    pub struct HlsTimestampRange {
        /// Start of the range, needed if there is one. Fragments that began earlier are left out.
        pub start_timestamp: Option<Timestamp> = "StartTimestamp",
        /// End of the range: after the start, by at most 24 hours, and in the past if measured by
        /// the server's clock. Needed on demand; a live replay without it goes on with new
        /// fragments until the session expires.
        pub end_timestamp: Option<Timestamp> = "EndTimestamp",
    }
}

kvs_protocol::structure! {
    /// An image, or the reason why there is none.
    #[non_exhaustive]
    pub struct Image {
        /// The time that was asked for.
        pub time_stamp: Option<Timestamp> = "TimeStamp",
        /// Why there is no image for this time.
        pub error: Option<ImageError> = "Error",
        /// The encoded image, in Base64.
        pub image_content: Option<String> = "ImageContent" [Length(1, 6291456)],
    }
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

kvs_protocol::structure! {
    /// A range of time that fragments must start in, both ends included.
    pub struct TimestampRange {
        /// Start of the range. Fragments that began earlier are left out, even if they last into
        /// it.
        pub start_timestamp: Option<Timestamp> = "StartTimestamp" [Required],
        /// End of the range. A fragment that starts before it is included whole.
        pub end_timestamp: Option<Timestamp> = "EndTimestamp" [Required],
    }
}

kvs_protocol::exceptions! {
    /// What the service answers with when it refuses a call.
    pub enum Exception {
        /// Status 400. A limit on calls or connections was exceeded. Wait, then try again.
        ClientLimitExceeded(ClientLimitExceededException) = "ClientLimitExceededException" (message),
        /// Status 400. A parameter is out of its limits, not supported here, or contradicts another
        /// one.
        InvalidArgument(InvalidArgumentException) = "InvalidArgumentException" (message),
        /// Status 400. The codec private data of a track is broken.
        InvalidCodecPrivateData(InvalidCodecPrivateDataException) = "InvalidCodecPrivateDataException" (message),
        /// Status 400. A frame is not what its codec allows.
        InvalidMediaFrame(InvalidMediaFrameException) = "InvalidMediaFrameException" (message),
        /// Status 400. A track has no codec private data.
        MissingCodecPrivateData(MissingCodecPrivateDataException) = "MissingCodecPrivateDataException" (message),
        /// Status 400. The stream keeps nothing: its retention is 0 hours.
        NoDataRetention(NoDataRetentionException) = "NoDataRetentionException" (message),
        /// Status 401. The caller may not do this to this stream, or the credentials have expired.
        /// Often the endpoint is the wrong one. In practice status 403 comes too.
        NotAuthorized(NotAuthorizedException) = "NotAuthorizedException" (message),
        /// Status 404. The stream does not exist; or a playback session found no fragments in its
        /// range, or, live, in the last 30 seconds.
        ResourceNotFound(ResourceNotFoundException) = "ResourceNotFoundException" (message),
        /// Status 400. The codecs of the tracks are not supported by this operation, or not
        /// recognised.
        UnsupportedStreamMediaType(UnsupportedStreamMediaTypeException) = "UnsupportedStreamMediaTypeException" (message),
    }
}
