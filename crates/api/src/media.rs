//! Amazon Kinesis Video Streams Media
//!
//! Reads the media of a stream as it is written, or from a point in its past on.
//!
//! Generated from `model/kinesis-video-media.json`; change the model or the generator, then run
//! `cargo xtask codegen`.

use kvs_protocol::http::response::Parts;
use kvs_protocol::http::{Method, Request};
use kvs_protocol::restjson::{self, RequestBuilder};
use kvs_protocol::{Bytes, Invalid, Malformed, Operation, Route, Service, Streamed, Timestamp};

pub use super::endpoint;

/// Facts that the operations of this service share.
pub static SERVICE: Service = Service {
    id: "Kinesis Video Media",
    endpoint: |built_ins| endpoint::resolve(&built_ins.into()),
    signing_name: "kinesisvideo",
    throttling: &[
        "ClientLimitExceededException",
        "ConnectionLimitExceededException",
    ],
};

kvs_protocol::structure! {
    /// Reads the media of a stream from a point on, as Matroska in the form in which it is stored,
    /// without an end.
    ///
    /// Fragments come in the order of their numbers, each a Matroska document of its own, with its
    /// number, timestamps and a continuation token in tags. A failure on the way comes inside the
    /// body, as tags, under status 200. Five calls a second for each stream; a connection gives 25
    /// MB a second.
    ///
    /// # Errors
    /// [`ClientLimitExceededException`], [`ConnectionLimitExceededException`],
    /// [`InvalidArgumentException`], [`InvalidEndpointException`], [`NotAuthorizedException`],
    /// [`ResourceNotFoundException`].
    pub struct GetMedia one_of("StreamName", "StreamARN") {
        /// Name of the stream. Either this or `stream_arn` is needed.
        pub stream_name: Option<String> = "StreamName"
            [Length(1, 256), Pattern("^[a-zA-Z0-9_.-]+$")],
        /// ARN of the stream. Either this or `stream_name` is needed.
        pub stream_arn: Option<String> = "StreamARN"
            [Length(1, 1024), Pattern("^arn:aws:kinesisvideo:[a-z0-9-]+:[0-9]+:[a-z]+/[a-zA-Z0-9_.-]+/[0-9]+$")],
        /// Where to begin.
        pub start_selector: Option<StartSelector> = "StartSelector" [Required],
    }
}

impl Operation for GetMedia {
    const NAME: &'static str = "GetMedia";
    const SERVICE: &'static Service = &SERVICE;
    type Output = GetMediaOutput;
    type Error = Exception;
    type Delivery = Streamed;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/getMedia").document(self)
    }

    fn route(&self) -> Route<'_> {
        Route::discovered("GET_MEDIA", [&self.stream_name, &self.stream_arn])
    }

    fn decode(head: &Parts, _body: &[u8]) -> Result<GetMediaOutput, Malformed> {
        let content_type = restjson::header(head, "Content-Type")?;
        Ok(GetMediaOutput { content_type })
    }
}

kvs_protocol::structure! {
    /// Answer of [`GetMedia`].
    ///
    /// The body is the payload: the fragments, one Matroska document after the other.
    #[non_exhaustive]
    pub struct GetMediaOutput {
        /// Media type of the body.
        pub content_type: Option<String> = "ContentType" (header),
    }
}

kvs_protocol::structure! {
    /// The fragment to begin with.
    pub struct StartSelector {
        /// How the fragment is told; it decides which of the other members is needed.
        pub start_selector_type: Option<StartSelectorType> = "StartSelectorType" [Required],
        /// Begin with the fragment after this one. For `FRAGMENT_NUMBER` alone.
        pub after_fragment_number: Option<String> = "AfterFragmentNumber"
            [Length(1, 128), Pattern("^[0-9]+$")],
        /// Begin with the fragment that holds this moment. For `PRODUCER_TIMESTAMP` and
        /// `SERVER_TIMESTAMP` alone.
        pub start_timestamp: Option<Timestamp> = "StartTimestamp",
        /// Go on where an earlier answer ended, whose last tags held this token. For
        /// `CONTINUATION_TOKEN` alone.
        pub continuation_token: Option<String> = "ContinuationToken"
            [Length(1, 128), Pattern(r"^[a-zA-Z0-9_\.\-]+$")],
    }
}

kvs_protocol::open_enum! {
    /// How the fragment to begin with is told.
    pub enum StartSelectorType {
        /// By the number of the fragment before it.
        FragmentNumber = "FRAGMENT_NUMBER",
        /// By a moment on the service's clock.
        ServerTimestamp = "SERVER_TIMESTAMP",
        /// By a moment on the producer's clock.
        ProducerTimestamp = "PRODUCER_TIMESTAMP",
        /// The latest one.
        Now = "NOW",
        /// The oldest one that is still stored.
        Earliest = "EARLIEST",
        /// By the token of an earlier answer.
        ContinuationToken = "CONTINUATION_TOKEN",
    }
}

kvs_protocol::exceptions! {
    /// What the service answers with when it refuses a call.
    pub enum Exception {
        /// Status 400. A limit on calls was exceeded. Wait, then try again.
        ClientLimitExceeded(ClientLimitExceededException) = "ClientLimitExceededException" (message),
        /// Status 400. A limit on connections was exceeded. End one, or wait, then try again.
        ConnectionLimitExceeded(ConnectionLimitExceededException) = "ConnectionLimitExceededException" (message),
        /// Status 400. A parameter is out of its limits, or contradicts another one.
        InvalidArgument(InvalidArgumentException) = "InvalidArgumentException" (message),
        /// Status 400. The endpoint is not the one of this stream. Ask `GetDataEndpoint` for it
        /// again.
        InvalidEndpoint(InvalidEndpointException) = "InvalidEndpointException" (message),
        /// Status 401. The caller may not read this stream, or the credentials have expired. Often
        /// the endpoint is the wrong one. In practice status 403 comes too.
        NotAuthorized(NotAuthorizedException) = "NotAuthorizedException" (message),
        /// Status 404. There is no such stream.
        ResourceNotFound(ResourceNotFoundException) = "ResourceNotFoundException" (message),
    }
}
