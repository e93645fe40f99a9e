//! Amazon Kinesis Video Streams
//!
//! Manages streams, and tells the endpoints at which their media is written and read.
//!
//! Generated from `model/kinesis-video.json`; change the model or the generator, then run `cargo
//! xtask codegen`.

use std::collections::BTreeMap;

use kvs_protocol::http::response::Parts;
use kvs_protocol::http::{Method, Request};
use kvs_protocol::restjson::{self, ErrorReply, RequestBuilder};
use kvs_protocol::{
    Buffered, Bytes, Invalid, Malformed, Operation, Paginated, Service, ServiceError, Timestamp,
};
use serde::{Deserialize, Serialize};

pub mod endpoint;

/// Facts that the operations of this service share.
pub static SERVICE: Service = Service {
    id: "Kinesis Video",
    endpoint: |built_ins| endpoint::resolve(&built_ins.into()),
    signing_name: "kinesisvideo",
    throttling: &["ClientLimitExceededException"],
};

/// Creates a stream.
///
/// The stream is being created when the answer comes; [`DescribeStream`] tells when it is active.
///
/// # Errors
/// [`AccountStreamLimitExceededException`], [`ClientLimitExceededException`],
/// [`DeviceStreamLimitExceededException`], [`InvalidArgumentException`],
/// [`InvalidDeviceException`], [`ResourceInUseException`],
/// [`TagsPerResourceExceededLimitException`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CreateStream {
    /// Name of the device that writes to the stream. The service stores it and makes no use of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_name: Option<String>,
    /// Name of the stream, unique in account and region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream_name: Option<String>,
    /// Media types of the tracks, such as `video/h264` or `video/h264,audio/aac`, for those who
    /// read the stream.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// KMS key that encrypts the media; the key that Kinesis Video Streams manages when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kms_key_id: Option<String>,
    /// How long media is kept; 0 when absent, which archives nothing: readers then get only what is
    /// in a buffer of 5 minutes or 200 MB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_retention_in_hours: Option<i32>,
    /// Tags of the stream, 1 to 50.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<BTreeMap<String, String>>,
}

impl Operation for CreateStream {
    const NAME: &'static str = "CreateStream";
    const SERVICE: &'static Service = &SERVICE;
    type Output = CreateStreamOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/createStream")
            .require("StreamName", self.stream_name.is_some())?
            .json(self)
    }

    fn decode(_head: &Parts, body: &[u8]) -> Result<CreateStreamOutput, Malformed> {
        restjson::decode(body)
    }
}

/// Answer of [`CreateStream`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default)]
pub struct CreateStreamOutput {
    /// ARN of the new stream.
    #[serde(rename = "StreamARN", skip_serializing_if = "Option::is_none")]
    pub stream_arn: Option<String>,
}

/// Deletes a stream and its media.
///
/// The media is out of reach at once, and cannot be brought back.
///
/// # Errors
/// [`ClientLimitExceededException`], [`InvalidArgumentException`], [`NotAuthorizedException`],
/// [`ResourceInUseException`], [`ResourceNotFoundException`], [`VersionMismatchException`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeleteStream {
    /// ARN of the stream. The name does not do: a stream created anew under it has another ARN.
    #[serde(rename = "StreamARN", skip_serializing_if = "Option::is_none")]
    pub stream_arn: Option<String>,
    /// Version that the stream must still have, as a guard; not checked when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current_version: Option<String>,
}

impl Operation for DeleteStream {
    const NAME: &'static str = "DeleteStream";
    const SERVICE: &'static Service = &SERVICE;
    type Output = DeleteStreamOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/deleteStream")
            .require("StreamARN", self.stream_arn.is_some())?
            .json(self)
    }

    fn decode(_head: &Parts, _body: &[u8]) -> Result<DeleteStreamOutput, Malformed> {
        Ok(DeleteStreamOutput {})
    }
}

/// Answer of [`DeleteStream`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeleteStreamOutput {}

/// Describes a stream.
///
/// # Errors
/// [`ClientLimitExceededException`], [`InvalidArgumentException`], [`NotAuthorizedException`],
/// [`ResourceNotFoundException`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DescribeStream {
    /// Name of the stream. Either this or `stream_arn` is needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream_name: Option<String>,
    /// ARN of the stream. Either this or `stream_name` is needed.
    #[serde(rename = "StreamARN", skip_serializing_if = "Option::is_none")]
    pub stream_arn: Option<String>,
}

impl Operation for DescribeStream {
    const NAME: &'static str = "DescribeStream";
    const SERVICE: &'static Service = &SERVICE;
    type Output = DescribeStreamOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/describeStream")
            .one_of(&[
                ("StreamName", self.stream_name.is_some()),
                ("StreamARN", self.stream_arn.is_some()),
            ])?
            .json(self)
    }

    fn decode(_head: &Parts, body: &[u8]) -> Result<DescribeStreamOutput, Malformed> {
        restjson::decode(body)
    }
}

/// Answer of [`DescribeStream`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "PascalCase", default)]
pub struct DescribeStreamOutput {
    /// The stream.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream_info: Option<StreamInfo>,
}

/// Tells where one operation on one stream is to be sent.
///
/// The answer may be kept and used again until a call to it fails. Limits are 5 calls a second for
/// a stream and 300 for an account.
///
/// # Errors
/// [`ClientLimitExceededException`], [`InvalidArgumentException`], [`NotAuthorizedException`],
/// [`ResourceNotFoundException`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetDataEndpoint {
    /// Name of the stream. Either this or `stream_arn` is needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream_name: Option<String>,
    /// ARN of the stream. Either this or `stream_name` is needed.
    #[serde(rename = "StreamARN", skip_serializing_if = "Option::is_none")]
    pub stream_arn: Option<String>,
    /// The operation to be sent. Each has its own endpoint.
    #[serde(rename = "APIName", skip_serializing_if = "Option::is_none")]
    pub api_name: Option<ApiName>,
}

impl Operation for GetDataEndpoint {
    const NAME: &'static str = "GetDataEndpoint";
    const SERVICE: &'static Service = &SERVICE;
    type Output = GetDataEndpointOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/getDataEndpoint")
            .one_of(&[
                ("StreamName", self.stream_name.is_some()),
                ("StreamARN", self.stream_arn.is_some()),
            ])?
            .require("APIName", self.api_name.is_some())?
            .json(self)
    }

    fn decode(_head: &Parts, body: &[u8]) -> Result<GetDataEndpointOutput, Malformed> {
        restjson::decode(body)
    }
}

/// Answer of [`GetDataEndpoint`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "PascalCase", default)]
pub struct GetDataEndpointOutput {
    /// Origin to send to, such as `https://…`; the path of the operation is not part of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_endpoint: Option<String>,
}

/// Lists the streams of the account in the region.
///
/// # Errors
/// [`ClientLimitExceededException`], [`InvalidArgumentException`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListStreams {
    /// The most streams in one page, 1 to 10,000; 10,000 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_results: Option<i32>,
    /// Where to go on: the token of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
    /// Which streams to list; all when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream_name_condition: Option<StreamNameCondition>,
}

impl Operation for ListStreams {
    const NAME: &'static str = "ListStreams";
    const SERVICE: &'static Service = &SERVICE;
    type Output = ListStreamsOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/listStreams").json(self)
    }

    fn decode(_head: &Parts, body: &[u8]) -> Result<ListStreamsOutput, Malformed> {
        restjson::decode(body)
    }
}

impl Paginated for ListStreams {
    fn after(&self, page: &ListStreamsOutput) -> Option<Self> {
        let next_token = restjson::token(page.next_token.as_deref(), self.next_token.as_deref())?;
        Some(Self {
            next_token: Some(next_token),
            ..self.clone()
        })
    }
}

/// Answer of [`ListStreams`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "PascalCase", default)]
pub struct ListStreamsOutput {
    /// The streams of this page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream_info_list: Option<Vec<StreamInfo>>,
    /// Token of the next page; absent after the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

kvs_protocol::open_enum! {
    /// An operation that has an endpoint for each stream.
    pub enum ApiName {
        /// PutMedia, which ingests.
        PutMedia = "PUT_MEDIA",
        /// GetMedia, which follows a stream.
        GetMedia = "GET_MEDIA",
        /// ListFragments.
        ListFragments = "LIST_FRAGMENTS",
        /// GetMediaForFragmentList.
        GetMediaForFragmentList = "GET_MEDIA_FOR_FRAGMENT_LIST",
        /// GetHLSStreamingSessionURL.
        GetHlsStreamingSessionUrl = "GET_HLS_STREAMING_SESSION_URL",
        /// GetDASHStreamingSessionURL.
        GetDashStreamingSessionUrl = "GET_DASH_STREAMING_SESSION_URL",
        /// GetClip.
        GetClip = "GET_CLIP",
        /// GetImages.
        GetImages = "GET_IMAGES",
    }
}

kvs_protocol::open_enum! {
    /// How a stream's name is compared.
    pub enum ComparisonOperator {
        /// The name begins with the value.
        BeginsWith = "BEGINS_WITH",
    }
}

kvs_protocol::open_enum! {
    /// State of a stream.
    pub enum Status {
        /// Being created; not usable yet.
        Creating = "CREATING",
        /// Ready.
        Active = "ACTIVE",
        /// Its settings are being changed.
        Updating = "UPDATING",
        /// Being deleted; its media is out of reach.
        Deleting = "DELETING",
    }
}

/// A stream.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "PascalCase", default)]
pub struct StreamInfo {
    /// Name of the device that writes to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_name: Option<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream_name: Option<String>,
    /// Its ARN, which ends in the time of its creation.
    #[serde(rename = "StreamARN", skip_serializing_if = "Option::is_none")]
    pub stream_arn: Option<String>,
    /// Media types of its tracks, as given when it was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// KMS key that encrypts its media.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kms_key_id: Option<String>,
    /// Its version, which changes with every update of its settings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Whether it can be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// When it was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub creation_time: Option<Timestamp>,
    /// How long media is kept, in hours; 0 if nothing is archived.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_retention_in_hours: Option<i32>,
}

/// A condition on the names of streams.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct StreamNameCondition {
    /// How names are compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comparison_operator: Option<ComparisonOperator>,
    /// What they are compared with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comparison_value: Option<String>,
}

/// What the service answers with when it refuses a call.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Exception {
    /// The account has as many streams as it may have.
    AccountStreamLimitExceeded(AccountStreamLimitExceededException),
    /// A limit on calls was exceeded.
    ClientLimitExceeded(ClientLimitExceededException),
    /// Reserved: the service does not use it.
    DeviceStreamLimitExceeded(DeviceStreamLimitExceededException),
    /// A parameter is out of its limits, or contradicts another one.
    InvalidArgument(InvalidArgumentException),
    /// Reserved: the service does not use it.
    InvalidDevice(InvalidDeviceException),
    /// The caller may not do this.
    NotAuthorized(NotAuthorizedException),
    /// The stream exists already, or is busy: it is not active, or is mapped to a signaling
    /// channel.
    ResourceInUse(ResourceInUseException),
    /// The stream does not exist.
    ResourceNotFound(ResourceNotFoundException),
    /// The stream would have more than 50 tags.
    TagsPerResourceExceededLimit(TagsPerResourceExceededLimitException),
    /// The stream has changed: its version is not the one given.
    VersionMismatch(VersionMismatchException),
    /// An error that the model does not have; the refusal tells its code and message.
    Unmodelled,
}

impl ServiceError for Exception {
    fn decode(code: &str, reply: &ErrorReply<'_>) -> Self {
        match code {
            "AccountStreamLimitExceededException" => Self::AccountStreamLimitExceeded(reply.body()),
            "ClientLimitExceededException" => Self::ClientLimitExceeded(reply.body()),
            "DeviceStreamLimitExceededException" => Self::DeviceStreamLimitExceeded(reply.body()),
            "InvalidArgumentException" => Self::InvalidArgument(reply.body()),
            "InvalidDeviceException" => Self::InvalidDevice(reply.body()),
            "NotAuthorizedException" => Self::NotAuthorized(reply.body()),
            "ResourceInUseException" => Self::ResourceInUse(reply.body()),
            "ResourceNotFoundException" => Self::ResourceNotFound(reply.body()),
            "TagsPerResourceExceededLimitException" => {
                Self::TagsPerResourceExceededLimit(reply.body())
            }
            "VersionMismatchException" => Self::VersionMismatch(reply.body()),
            _ => Self::Unmodelled,
        }
    }
}

/// Status 400. The account has as many streams as it may have.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "PascalCase", default)]
pub struct AccountStreamLimitExceededException {
    /// The service's explanation, for people to read.
    #[serde(alias = "message", skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// Status 400. A limit on calls was exceeded. Wait, then try again.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "PascalCase", default)]
pub struct ClientLimitExceededException {
    /// The service's explanation, for people to read.
    #[serde(alias = "message", skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// Status 400. Reserved: the service does not use it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "PascalCase", default)]
pub struct DeviceStreamLimitExceededException {
    /// The service's explanation, for people to read.
    #[serde(alias = "message", skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// Status 400. A parameter is out of its limits, or contradicts another one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "PascalCase", default)]
pub struct InvalidArgumentException {
    /// The service's explanation, for people to read.
    #[serde(alias = "message", skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// Status 400. Reserved: the service does not use it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "PascalCase", default)]
pub struct InvalidDeviceException {
    /// The service's explanation, for people to read.
    #[serde(alias = "message", skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// Status 401. The caller may not do this. In practice status 403 comes too.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "PascalCase", default)]
pub struct NotAuthorizedException {
    /// The service's explanation, for people to read.
    #[serde(alias = "message", skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// Status 400. The stream exists already, or is busy: it is not active, or is mapped to a signaling
/// channel.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "PascalCase", default)]
pub struct ResourceInUseException {
    /// The service's explanation, for people to read.
    #[serde(alias = "message", skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// Status 404. The stream does not exist.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "PascalCase", default)]
pub struct ResourceNotFoundException {
    /// The service's explanation, for people to read.
    #[serde(alias = "message", skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// Status 400. The stream would have more than 50 tags.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "PascalCase", default)]
pub struct TagsPerResourceExceededLimitException {
    /// The service's explanation, for people to read.
    #[serde(alias = "message", skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// Status 400. The stream has changed: its version is not the one given.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "PascalCase", default)]
pub struct VersionMismatchException {
    /// The service's explanation, for people to read.
    #[serde(alias = "message", skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}
