//! Amazon Kinesis Video Streams
//!
//! Manages streams, and tells the endpoints at which their media is written and read.
//!
//! Generated from `model/kinesis-video.json`; change the model or the generator, then run `cargo
//! xtask codegen`.

use std::collections::BTreeMap;

use kvs_protocol::http::response::Parts;
use kvs_protocol::http::{Method, Request};
use kvs_protocol::restjson::{self, RequestBuilder};
use kvs_protocol::{Buffered, Bytes, Invalid, Malformed, Operation, Paginated, Service, Timestamp};

pub mod endpoint;

/// Facts that the operations of this service share.
pub static SERVICE: Service = Service {
    id: "Kinesis Video",
    endpoint: |built_ins| endpoint::resolve(&built_ins.into()),
    signing_name: "kinesisvideo",
    throttling: &["ClientLimitExceededException"],
};

kvs_protocol::rules! {
    RESOURCE_ARN = [Length(1, 1024), Pattern(r"^arn:[a-z\d-]+:kinesisvideo:[a-z0-9-]+:[0-9]+:[a-z]+/[a-zA-Z0-9_.-]+/[0-9]+$")];
    STREAM_NAME = [Length(1, 256), Pattern("^[a-zA-Z0-9_.-]+$")];
}

kvs_protocol::structure! {
    /// Creates a stream.
    ///
    /// The stream is being created when the answer comes; [`DescribeStream`] tells when it is
    /// active.
    ///
    /// # Errors
    /// [`AccountStreamLimitExceededException`], [`ClientLimitExceededException`],
    /// [`DeviceStreamLimitExceededException`], [`InvalidArgumentException`],
    /// [`InvalidDeviceException`], [`ResourceInUseException`],
    /// [`TagsPerResourceExceededLimitException`].
    pub struct CreateStream {
        /// Name of the device that writes to the stream. The service stores it and makes no use of
        /// it.
        pub device_name: Option<String> = "DeviceName"
            [Length(1, 128), Pattern("^[a-zA-Z0-9_.-]+$")],
        /// Name of the stream, unique in account and region.
        pub stream_name: Option<String> = "StreamName" [Required, STREAM_NAME],
        /// Media types of the tracks, such as `video/h264` or `video/h264,audio/aac`, for those who
        /// read the stream.
        pub media_type: Option<String> = "MediaType"
            [Length(1, 128), Pattern(r"^[\w\-\.\+]+/[\w\-\.\+]+(,[\w\-\.\+]+/[\w\-\.\+]+)*$")],
        /// KMS key that encrypts the media; the key that Kinesis Video Streams manages when absent.
        pub kms_key_id: Option<String> = "KmsKeyId" [Length(1, 2048), Pattern("^.+$")],
        /// How long media is kept; 0 when absent, which archives nothing: readers then get only
        /// what is in a buffer of 5 minutes or 200 MB.
        pub data_retention_in_hours: Option<i32> = "DataRetentionInHours" [Range(0.0, f64::MAX)],
        /// Tags of the stream, 1 to 50.
        pub tags: Option<BTreeMap<String, String>> = "Tags"
            [Length(1, 50), Keys(&[Length(1, 128)]), Values(&[Length(0, 256)])],
    }
}

impl Operation for CreateStream {
    const NAME: &'static str = "CreateStream";
    const SERVICE: &'static Service = &SERVICE;
    type Output = CreateStreamOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/createStream").document(self)
    }

    fn decode(_head: &Parts, body: &[u8]) -> Result<CreateStreamOutput, Malformed> {
        restjson::decode(body)
    }
}

kvs_protocol::structure! {
    /// Answer of [`CreateStream`].
    #[non_exhaustive]
    pub struct CreateStreamOutput {
        /// ARN of the new stream.
        pub stream_arn: Option<String> = "StreamARN",
    }
}

kvs_protocol::structure! {
    /// Deletes a stream and its media.
    ///
    /// The media is out of reach at once, and cannot be brought back.
    ///
    /// # Errors
    /// [`ClientLimitExceededException`], [`InvalidArgumentException`], [`NotAuthorizedException`],
    /// [`ResourceInUseException`], [`ResourceNotFoundException`], [`VersionMismatchException`].
    pub struct DeleteStream {
        /// ARN of the stream. The name does not do: a stream created anew under it has another ARN.
        pub stream_arn: Option<String> = "StreamARN" [Required, RESOURCE_ARN],
        /// Version that the stream must still have, as a guard; not checked when absent.
        pub current_version: Option<String> = "CurrentVersion"
            [Length(1, 64), Pattern("^[a-zA-Z0-9]+$")],
    }
}

impl Operation for DeleteStream {
    const NAME: &'static str = "DeleteStream";
    const SERVICE: &'static Service = &SERVICE;
    type Output = DeleteStreamOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/deleteStream").document(self)
    }

    fn decode(_head: &Parts, _body: &[u8]) -> Result<DeleteStreamOutput, Malformed> {
        Ok(DeleteStreamOutput {})
    }
}

kvs_protocol::structure! {
    /// Answer of [`DeleteStream`].
    #[non_exhaustive]
    pub struct DeleteStreamOutput {}
}

kvs_protocol::structure! {
    /// Describes a stream.
    ///
    /// # Errors
    /// [`ClientLimitExceededException`], [`InvalidArgumentException`], [`NotAuthorizedException`],
    /// [`ResourceNotFoundException`].
    pub struct DescribeStream one_of("StreamName", "StreamARN") {
        /// Name of the stream. Either this or `stream_arn` is needed.
        pub stream_name: Option<String> = "StreamName" [STREAM_NAME],
        /// ARN of the stream. Either this or `stream_name` is needed.
        pub stream_arn: Option<String> = "StreamARN" [RESOURCE_ARN],
    }
}

impl Operation for DescribeStream {
    const NAME: &'static str = "DescribeStream";
    const SERVICE: &'static Service = &SERVICE;
    type Output = DescribeStreamOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/describeStream").document(self)
    }

    fn decode(_head: &Parts, body: &[u8]) -> Result<DescribeStreamOutput, Malformed> {
        restjson::decode(body)
    }
}

kvs_protocol::structure! {
    /// Answer of [`DescribeStream`].
    #[non_exhaustive]
    pub struct DescribeStreamOutput {
        /// The stream.
        pub stream_info: Option<StreamInfo> = "StreamInfo",
    }
}

kvs_protocol::structure! {
    /// Tells where one operation on one stream is to be sent.
    ///
    /// The answer may be kept and used again until a call to it fails. Limits are 5 calls a second
    /// for a stream and 300 for an account.
    ///
    /// # Errors
    /// [`ClientLimitExceededException`], [`InvalidArgumentException`], [`NotAuthorizedException`],
    /// [`ResourceNotFoundException`].
    pub struct GetDataEndpoint one_of("StreamName", "StreamARN") {
        /// Name of the stream. Either this or `stream_arn` is needed.
        pub stream_name: Option<String> = "StreamName" [STREAM_NAME],
        /// ARN of the stream. Either this or `stream_name` is needed.
        pub stream_arn: Option<String> = "StreamARN" [RESOURCE_ARN],
        /// The operation to be sent. Each has its own endpoint.
        pub api_name: Option<ApiName> = "APIName" [Required],
    }
}

impl Operation for GetDataEndpoint {
    const NAME: &'static str = "GetDataEndpoint";
    const SERVICE: &'static Service = &SERVICE;
    type Output = GetDataEndpointOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/getDataEndpoint").document(self)
    }

    fn decode(_head: &Parts, body: &[u8]) -> Result<GetDataEndpointOutput, Malformed> {
        restjson::decode(body)
    }
}

kvs_protocol::structure! {
    /// Answer of [`GetDataEndpoint`].
    #[non_exhaustive]
    pub struct GetDataEndpointOutput {
        /// Origin to send to, such as `https://…`; the path of the operation is not part of it.
        pub data_endpoint: Option<String> = "DataEndpoint",
    }
}

kvs_protocol::structure! {
    /// Lists the streams of the account in the region.
    ///
    /// # Errors
    /// [`ClientLimitExceededException`], [`InvalidArgumentException`].
    pub struct ListStreams {
        /// The most streams in one page, 1 to 10,000; 10,000 when absent.
        pub max_results: Option<i32> = "MaxResults" [Range(1.0, 10000.0)],
        /// Where to go on: the token of the page before.
        pub next_token: Option<String> = "NextToken"
            [Length(0, 1024), Pattern("^[a-zA-Z0-9+/=]*$")],
        /// Which streams to list; all when absent.
        pub stream_name_condition: Option<StreamNameCondition> = "StreamNameCondition",
    }
}

impl Operation for ListStreams {
    const NAME: &'static str = "ListStreams";
    const SERVICE: &'static Service = &SERVICE;
    type Output = ListStreamsOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/listStreams").document(self)
    }

    fn decode(_head: &Parts, body: &[u8]) -> Result<ListStreamsOutput, Malformed> {
        restjson::decode(body)
    }
}

impl Paginated for ListStreams {
    fn after(&self, page: &ListStreamsOutput) -> Option<Self> {
        let mut next = self.clone();
        next.next_token = Some(restjson::token(&page.next_token, &self.next_token)?);
        Some(next)
    }
}

kvs_protocol::structure! {
    /// Answer of [`ListStreams`].
    #[non_exhaustive]
    pub struct ListStreamsOutput {
        /// The streams of this page.
        pub stream_info_list: Option<Vec<StreamInfo>> = "StreamInfoList",
        /// Token of the next page; absent after the last one.
        pub next_token: Option<String> = "NextToken",
    }
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

kvs_protocol::structure! {
    /// A stream.
    #[non_exhaustive]
    pub struct StreamInfo {
        /// Name of the device that writes to it.
        pub device_name: Option<String> = "DeviceName"
            [Length(1, 128), Pattern("^[a-zA-Z0-9_.-]+$")],
        /// Its name.
        pub stream_name: Option<String> = "StreamName" [STREAM_NAME],
        /// Its ARN, which ends in the time of its creation.
        pub stream_arn: Option<String> = "StreamARN" [RESOURCE_ARN],
        /// Media types of its tracks, as given when it was created.
        pub media_type: Option<String> = "MediaType"
            [Length(1, 128), Pattern(r"^[\w\-\.\+]+/[\w\-\.\+]+(,[\w\-\.\+]+/[\w\-\.\+]+)*$")],
        /// KMS key that encrypts its media.
        pub kms_key_id: Option<String> = "KmsKeyId" [Length(1, 2048), Pattern("^.+$")],
        /// Its version, which changes with every update of its settings.
        pub version: Option<String> = "Version" [Length(1, 64), Pattern("^[a-zA-Z0-9]+$")],
        /// Whether it can be used.
        pub status: Option<Status> = "Status",
        /// When it was created.
        pub creation_time: Option<Timestamp> = "CreationTime",
        /// How long media is kept, in hours; 0 if nothing is archived.
        pub data_retention_in_hours: Option<i32> = "DataRetentionInHours" [Range(0.0, f64::MAX)],
    }
}

kvs_protocol::structure! {
    /// A condition on the names of streams.
    pub struct StreamNameCondition {
        /// How names are compared.
        pub comparison_operator: Option<ComparisonOperator> = "ComparisonOperator",
        /// What they are compared with.
        pub comparison_value: Option<String> = "ComparisonValue" [STREAM_NAME],
    }
}

kvs_protocol::exceptions! {
    /// What the service answers with when it refuses a call.
    pub enum Exception {
        /// Status 400. The account has as many streams as it may have.
        AccountStreamLimitExceeded(AccountStreamLimitExceededException) = "AccountStreamLimitExceededException" (message),
        /// Status 400. A limit on calls was exceeded. Wait, then try again.
        ClientLimitExceeded(ClientLimitExceededException) = "ClientLimitExceededException" (message),
        /// Status 400. Reserved: the service does not use it.
        DeviceStreamLimitExceeded(DeviceStreamLimitExceededException) = "DeviceStreamLimitExceededException" (message),
        /// Status 400. A parameter is out of its limits, or contradicts another one.
        InvalidArgument(InvalidArgumentException) = "InvalidArgumentException" (message),
        /// Status 400. Reserved: the service does not use it.
        InvalidDevice(InvalidDeviceException) = "InvalidDeviceException" (message),
        /// Status 401. The caller may not do this. In practice status 403 comes too.
        NotAuthorized(NotAuthorizedException) = "NotAuthorizedException" (message),
        /// Status 400. The stream exists already, or is busy: it is not active, or is mapped to a
        /// signaling channel.
        ResourceInUse(ResourceInUseException) = "ResourceInUseException" (message),
        /// Status 404. The stream does not exist.
        ResourceNotFound(ResourceNotFoundException) = "ResourceNotFoundException" (message),
        /// Status 400. The stream would have more than 50 tags.
        TagsPerResourceExceededLimit(TagsPerResourceExceededLimitException) = "TagsPerResourceExceededLimitException" (message),
        /// Status 400. The stream has changed: its version is not the one given.
        VersionMismatch(VersionMismatchException) = "VersionMismatchException" (message),
    }
}
