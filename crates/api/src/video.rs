//! Amazon Kinesis Video Streams
//!
//! Manages streams and signaling channels, and tells the endpoints at which they are used.
//!
//! Generated from `model/kinesis-video.json`; change the model or the generator, then run `cargo
//! xtask codegen`.

use std::collections::BTreeMap;

use kvs_protocol::http::response::Parts;
use kvs_protocol::http::{Method, Request};
use kvs_protocol::restjson::{self, RequestBuilder};
use kvs_protocol::{
    Buffered, Bytes, Invalid, Malformed, Operation, Paginated, Sensitive, Service, Timestamp,
};

pub use super::endpoint;

/// Facts that the operations of this service share.
pub static SERVICE: Service = Service {
    id: "Kinesis Video",
    endpoint: |built_ins| endpoint::resolve(&built_ins.into()),
    signing_name: "kinesisvideo",
    throttling: &["ClientLimitExceededException"],
};

kvs_protocol::rules! {
    CHANNEL_NAME = [Length(1, 256), Pattern("^[a-zA-Z0-9_.-]+$")];
    DESTINATION_URI = [Length(1, 255), Pattern("^[a-zA-Z_0-9]+:(//)?([^/]+)/?([^*]*)$")];
    DEVICE_NAME = [Length(1, 128), Pattern("^[a-zA-Z0-9_.-]+$")];
    HUB_DEVICE_ARN = [Length(1, 1024), Pattern(r"^arn:[a-z\d-]+:iot:[a-z0-9-]+:[0-9]+:thing/[a-zA-Z0-9_.-]+$")];
    MEDIA_TYPE = [Length(1, 128), Pattern(r"^[\w\-\.\+]+/[\w\-\.\+]+(,[\w\-\.\+]+/[\w\-\.\+]+)*$")];
    NEXT_TOKEN = [Length(0, 1024), Pattern("^[a-zA-Z0-9+/=]*$")];
    RESOURCE_ARN = [Length(1, 1024), Pattern(r"^arn:[a-z\d-]+:kinesisvideo:[a-z0-9-]+:[0-9]+:[a-z]+/[a-zA-Z0-9_.-]+/[0-9]+$")];
    STREAM_NAME = [Length(1, 256), Pattern("^[a-zA-Z0-9_.-]+$")];
    VERSION = [Length(1, 64), Pattern("^[a-zA-Z0-9]+$")];
}

kvs_protocol::structure! {
    /// Creates a signaling channel, by which peers of WebRTC find each other. It takes some time
    /// until its status is `ACTIVE`.
    ///
    /// # Errors
    /// [`AccessDeniedException`], [`AccountChannelLimitExceededException`],
    /// [`ClientLimitExceededException`], [`InvalidArgumentException`], [`ResourceInUseException`],
    /// [`TagsPerResourceExceededLimitException`].
    pub struct CreateSignalingChannel {
        /// Name of the channel, unique in account and region.
        pub channel_name: Option<String> = "ChannelName" [Required, CHANNEL_NAME],
        /// Who may talk to whom. `SINGLE_MASTER` is the only kind so far.
        pub channel_type: Option<ChannelType> = "ChannelType",
        /// Settings of a channel with one master.
        pub single_master_configuration: Option<SingleMasterConfiguration> = "SingleMasterConfiguration",
        /// Tags for the channel, 50 at most.
        pub tags: Option<Vec<Tag>> = "Tags" [Length(0, 50)],
    }
}

impl Operation for CreateSignalingChannel {
    const NAME: &'static str = "CreateSignalingChannel";
    const SERVICE: &'static Service = &SERVICE;
    type Output = CreateSignalingChannelOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/createSignalingChannel").document(self)
    }

    fn decode(_head: &Parts, body: &[u8]) -> Result<CreateSignalingChannelOutput, Malformed> {
        restjson::decode(body)
    }
}

kvs_protocol::structure! {
    /// Answer of [`CreateSignalingChannel`].
    #[non_exhaustive]
    pub struct CreateSignalingChannelOutput {
        /// ARN of the channel.
        pub channel_arn: Option<String> = "ChannelARN",
    }
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
        pub device_name: Option<String> = "DeviceName" [DEVICE_NAME],
        /// Name of the stream, unique in account and region.
        pub stream_name: Option<String> = "StreamName" [Required, STREAM_NAME],
        /// Media types of the tracks, such as `video/h264` or `video/h264,audio/aac`, for those who
        /// read the stream.
        pub media_type: Option<String> = "MediaType" [MEDIA_TYPE],
        /// KMS key that encrypts the media; the key that Kinesis Video Streams manages when absent.
        pub kms_key_id: Option<String> = "KmsKeyId" [Length(1, 2048), Pattern("^.+$")],
        /// How long media is kept; 0 when absent, which archives nothing: readers then get only
        /// what is in a buffer of 5 minutes or 200 MB.
        pub data_retention_in_hours: Option<i32> = "DataRetentionInHours" [Range(0.0, f64::MAX)],
        /// Tags of the stream, 1 to 50.
        pub tags: Option<BTreeMap<String, String>> = "Tags"
            [Length(1, 50), Keys(&[Length(1, 128)]), Values(&[Length(0, 256)])],
        /// Where the media is stored.
        pub stream_storage_configuration: Option<StreamStorageConfiguration> = "StreamStorageConfiguration",
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
    /// Deletes a stream's edge configuration, and its media on the edge agent. It takes some time;
    /// [`DescribeEdgeConfiguration`] tells how far it is.
    ///
    /// # Errors
    /// [`AccessDeniedException`], [`ClientLimitExceededException`], [`InvalidArgumentException`],
    /// [`ResourceNotFoundException`], [`StreamEdgeConfigurationNotFoundException`].
    pub struct DeleteEdgeConfiguration one_of("StreamName", "StreamARN") {
        /// Name of the stream. Either this or `stream_arn` is needed.
        pub stream_name: Option<String> = "StreamName" [STREAM_NAME],
        /// ARN of the stream. Either this or `stream_name` is needed.
        pub stream_arn: Option<String> = "StreamARN" [RESOURCE_ARN],
    }
}

impl Operation for DeleteEdgeConfiguration {
    const NAME: &'static str = "DeleteEdgeConfiguration";
    const SERVICE: &'static Service = &SERVICE;
    type Output = DeleteEdgeConfigurationOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/deleteEdgeConfiguration").document(self)
    }

    fn decode(_head: &Parts, _body: &[u8]) -> Result<DeleteEdgeConfigurationOutput, Malformed> {
        Ok(DeleteEdgeConfigurationOutput {})
    }
}

kvs_protocol::structure! {
    /// Answer of [`DeleteEdgeConfiguration`].
    #[non_exhaustive]
    pub struct DeleteEdgeConfigurationOutput {}
}

kvs_protocol::structure! {
    /// Deletes a signaling channel. It takes some time.
    ///
    /// # Errors
    /// [`AccessDeniedException`], [`ClientLimitExceededException`], [`InvalidArgumentException`],
    /// [`ResourceInUseException`], [`ResourceNotFoundException`], [`VersionMismatchException`].
    pub struct DeleteSignalingChannel {
        /// ARN of the channel.
        pub channel_arn: Option<String> = "ChannelARN" [Required, RESOURCE_ARN],
        /// Version of the channel, as [`DescribeSignalingChannel`] and [`ListSignalingChannels`]
        /// tell it; a change in between is then refused. Absent: whatever the version is.
        pub current_version: Option<String> = "CurrentVersion" [VERSION],
    }
}

impl Operation for DeleteSignalingChannel {
    const NAME: &'static str = "DeleteSignalingChannel";
    const SERVICE: &'static Service = &SERVICE;
    type Output = DeleteSignalingChannelOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/deleteSignalingChannel").document(self)
    }

    fn decode(_head: &Parts, _body: &[u8]) -> Result<DeleteSignalingChannelOutput, Malformed> {
        Ok(DeleteSignalingChannelOutput {})
    }
}

kvs_protocol::structure! {
    /// Answer of [`DeleteSignalingChannel`].
    #[non_exhaustive]
    pub struct DeleteSignalingChannelOutput {}
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
        pub current_version: Option<String> = "CurrentVersion" [VERSION],
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
    /// Tells a stream's edge configuration, and how recording and upload went last.
    ///
    /// # Errors
    /// [`AccessDeniedException`], [`ClientLimitExceededException`], [`InvalidArgumentException`],
    /// [`ResourceNotFoundException`], [`StreamEdgeConfigurationNotFoundException`].
    pub struct DescribeEdgeConfiguration one_of("StreamName", "StreamARN") {
        /// Name of the stream. Either this or `stream_arn` is needed.
        pub stream_name: Option<String> = "StreamName" [STREAM_NAME],
        /// ARN of the stream. Either this or `stream_name` is needed.
        pub stream_arn: Option<String> = "StreamARN" [RESOURCE_ARN],
    }
}

impl Operation for DescribeEdgeConfiguration {
    const NAME: &'static str = "DescribeEdgeConfiguration";
    const SERVICE: &'static Service = &SERVICE;
    type Output = DescribeEdgeConfigurationOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/describeEdgeConfiguration").document(self)
    }

    fn decode(_head: &Parts, body: &[u8]) -> Result<DescribeEdgeConfigurationOutput, Malformed> {
        restjson::decode(body)
    }
}

kvs_protocol::structure! {
    /// Answer of [`DescribeEdgeConfiguration`].
    #[non_exhaustive]
    pub struct DescribeEdgeConfigurationOutput {
        /// Name of the stream.
        pub stream_name: Option<String> = "StreamName",
        /// ARN of the stream.
        pub stream_arn: Option<String> = "StreamARN",
        /// When the configuration was first made.
        pub creation_time: Option<Timestamp> = "CreationTime",
        /// When it was last changed.
        pub last_updated_time: Option<Timestamp> = "LastUpdatedTime",
        /// Whether the edge agent has it already.
        pub sync_status: Option<SyncStatus> = "SyncStatus",
        /// What went wrong, for people to read.
        pub failed_status_details: Option<String> = "FailedStatusDetails",
        /// The configuration.
        pub edge_config: Option<EdgeConfig> = "EdgeConfig",
        /// How recording and upload went last.
        pub edge_agent_status: Option<EdgeAgentStatus> = "EdgeAgentStatus",
    }
}

kvs_protocol::structure! {
    /// Tells which images of a stream are made and where they go.
    ///
    /// # Errors
    /// [`AccessDeniedException`], [`ClientLimitExceededException`], [`InvalidArgumentException`],
    /// [`ResourceNotFoundException`].
    pub struct DescribeImageGenerationConfiguration one_of("StreamName", "StreamARN") {
        /// Name of the stream. Either this or `stream_arn` is needed.
        pub stream_name: Option<String> = "StreamName" [STREAM_NAME],
        /// ARN of the stream. Either this or `stream_name` is needed.
        pub stream_arn: Option<String> = "StreamARN" [RESOURCE_ARN],
    }
}

impl Operation for DescribeImageGenerationConfiguration {
    const NAME: &'static str = "DescribeImageGenerationConfiguration";
    const SERVICE: &'static Service = &SERVICE;
    type Output = DescribeImageGenerationConfigurationOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/describeImageGenerationConfiguration").document(self)
    }

    fn decode(
        _head: &Parts,
        body: &[u8],
    ) -> Result<DescribeImageGenerationConfigurationOutput, Malformed> {
        restjson::decode(body)
    }
}

kvs_protocol::structure! {
    /// Answer of [`DescribeImageGenerationConfiguration`].
    #[non_exhaustive]
    pub struct DescribeImageGenerationConfigurationOutput {
        /// The configuration. Absent: there is none.
        pub image_generation_configuration: Option<ImageGenerationConfiguration> = "ImageGenerationConfiguration",
    }
}

kvs_protocol::structure! {
    /// Tells the signaling channel that stores its media in a stream.
    ///
    /// # Errors
    /// [`AccessDeniedException`], [`ClientLimitExceededException`], [`InvalidArgumentException`],
    /// [`ResourceNotFoundException`].
    pub struct DescribeMappedResourceConfiguration one_of("StreamName", "StreamARN") {
        /// Name of the stream. Either this or `stream_arn` is needed.
        pub stream_name: Option<String> = "StreamName" [STREAM_NAME],
        /// ARN of the stream. Either this or `stream_name` is needed.
        pub stream_arn: Option<String> = "StreamARN" [RESOURCE_ARN],
        /// How many to tell: 1 is all there can be.
        pub max_results: Option<i32> = "MaxResults" [Range(1.0, 1.0)],
        /// Where the answer before ended. Absent: begin with the first.
        pub next_token: Option<String> = "NextToken" [NEXT_TOKEN],
    }
}

impl Operation for DescribeMappedResourceConfiguration {
    const NAME: &'static str = "DescribeMappedResourceConfiguration";
    const SERVICE: &'static Service = &SERVICE;
    type Output = DescribeMappedResourceConfigurationOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/describeMappedResourceConfiguration").document(self)
    }

    fn decode(
        _head: &Parts,
        body: &[u8],
    ) -> Result<DescribeMappedResourceConfigurationOutput, Malformed> {
        restjson::decode(body)
    }
}

impl Paginated for DescribeMappedResourceConfiguration {
    fn after(
        &self,
        page: &DescribeMappedResourceConfigurationOutput,
    ) -> Result<Option<Self>, Malformed> {
        let token = restjson::token("NextToken", &page.next_token, &self.next_token)?;
        Ok(token.map(|token| {
            let mut next = self.clone();
            next.next_token = Some(token);
            next
        }))
    }
}

kvs_protocol::structure! {
    /// Answer of [`DescribeMappedResourceConfiguration`].
    #[non_exhaustive]
    pub struct DescribeMappedResourceConfigurationOutput {
        /// The channel, if there is one.
        pub mapped_resource_configuration_list: Option<Vec<MappedResourceConfigurationListItem>> = "MappedResourceConfigurationList",
        /// Where this answer ends, for the next call. Absent: there is no more.
        pub next_token: Option<String> = "NextToken",
    }
}

kvs_protocol::structure! {
    /// Tells the stream in which a channel stores its media.
    ///
    /// # Errors
    /// [`AccessDeniedException`], [`ClientLimitExceededException`], [`InvalidArgumentException`],
    /// [`ResourceNotFoundException`].
    pub struct DescribeMediaStorageConfiguration one_of("ChannelName", "ChannelARN") {
        /// Name of the channel. Either this or `channel_arn` is needed.
        pub channel_name: Option<String> = "ChannelName" [CHANNEL_NAME],
        /// ARN of the channel. Either this or `channel_name` is needed.
        pub channel_arn: Option<String> = "ChannelARN" [RESOURCE_ARN],
    }
}

impl Operation for DescribeMediaStorageConfiguration {
    const NAME: &'static str = "DescribeMediaStorageConfiguration";
    const SERVICE: &'static Service = &SERVICE;
    type Output = DescribeMediaStorageConfigurationOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/describeMediaStorageConfiguration").document(self)
    }

    fn decode(
        _head: &Parts,
        body: &[u8],
    ) -> Result<DescribeMediaStorageConfigurationOutput, Malformed> {
        restjson::decode(body)
    }
}

kvs_protocol::structure! {
    /// Answer of [`DescribeMediaStorageConfiguration`].
    #[non_exhaustive]
    pub struct DescribeMediaStorageConfigurationOutput {
        /// The stream, and whether it is in use.
        pub media_storage_configuration: Option<MediaStorageConfiguration> = "MediaStorageConfiguration",
    }
}

kvs_protocol::structure! {
    /// Tells where the notices of a stream go.
    ///
    /// # Errors
    /// [`AccessDeniedException`], [`ClientLimitExceededException`], [`InvalidArgumentException`],
    /// [`ResourceNotFoundException`].
    pub struct DescribeNotificationConfiguration one_of("StreamName", "StreamARN") {
        /// Name of the stream. Either this or `stream_arn` is needed.
        pub stream_name: Option<String> = "StreamName" [STREAM_NAME],
        /// ARN of the stream. Either this or `stream_name` is needed.
        pub stream_arn: Option<String> = "StreamARN" [RESOURCE_ARN],
    }
}

impl Operation for DescribeNotificationConfiguration {
    const NAME: &'static str = "DescribeNotificationConfiguration";
    const SERVICE: &'static Service = &SERVICE;
    type Output = DescribeNotificationConfigurationOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/describeNotificationConfiguration").document(self)
    }

    fn decode(
        _head: &Parts,
        body: &[u8],
    ) -> Result<DescribeNotificationConfigurationOutput, Malformed> {
        restjson::decode(body)
    }
}

kvs_protocol::structure! {
    /// Answer of [`DescribeNotificationConfiguration`].
    #[non_exhaustive]
    pub struct DescribeNotificationConfigurationOutput {
        /// The configuration. Absent: there is none.
        pub notification_configuration: Option<NotificationConfiguration> = "NotificationConfiguration",
    }
}

kvs_protocol::structure! {
    /// Tells what is known of a signaling channel.
    ///
    /// # Errors
    /// [`AccessDeniedException`], [`ClientLimitExceededException`], [`InvalidArgumentException`],
    /// [`ResourceNotFoundException`].
    pub struct DescribeSignalingChannel one_of("ChannelName", "ChannelARN") {
        /// Name of the channel. Either this or `channel_arn` is needed.
        pub channel_name: Option<String> = "ChannelName" [CHANNEL_NAME],
        /// ARN of the channel. Either this or `channel_name` is needed.
        pub channel_arn: Option<String> = "ChannelARN" [RESOURCE_ARN],
    }
}

impl Operation for DescribeSignalingChannel {
    const NAME: &'static str = "DescribeSignalingChannel";
    const SERVICE: &'static Service = &SERVICE;
    type Output = DescribeSignalingChannelOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/describeSignalingChannel").document(self)
    }

    fn decode(_head: &Parts, body: &[u8]) -> Result<DescribeSignalingChannelOutput, Malformed> {
        restjson::decode(body)
    }
}

kvs_protocol::structure! {
    /// Answer of [`DescribeSignalingChannel`].
    #[non_exhaustive]
    pub struct DescribeSignalingChannelOutput {
        /// The channel.
        pub channel_info: Option<ChannelInfo> = "ChannelInfo",
    }
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
    /// Tells what a stream's storage is made for.
    ///
    /// # Errors
    /// [`AccessDeniedException`], [`ClientLimitExceededException`], [`InvalidArgumentException`],
    /// [`ResourceNotFoundException`].
    pub struct DescribeStreamStorageConfiguration one_of("StreamName", "StreamARN") {
        /// Name of the stream. Either this or `stream_arn` is needed.
        pub stream_name: Option<String> = "StreamName" [STREAM_NAME],
        /// ARN of the stream. Either this or `stream_name` is needed.
        pub stream_arn: Option<String> = "StreamARN" [RESOURCE_ARN],
    }
}

impl Operation for DescribeStreamStorageConfiguration {
    const NAME: &'static str = "DescribeStreamStorageConfiguration";
    const SERVICE: &'static Service = &SERVICE;
    type Output = DescribeStreamStorageConfigurationOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/describeStreamStorageConfiguration").document(self)
    }

    fn decode(
        _head: &Parts,
        body: &[u8],
    ) -> Result<DescribeStreamStorageConfigurationOutput, Malformed> {
        restjson::decode(body)
    }
}

kvs_protocol::structure! {
    /// Answer of [`DescribeStreamStorageConfiguration`].
    #[non_exhaustive]
    pub struct DescribeStreamStorageConfigurationOutput {
        /// Name of the stream.
        pub stream_name: Option<String> = "StreamName",
        /// ARN of the stream.
        pub stream_arn: Option<String> = "StreamARN",
        /// The configuration.
        pub stream_storage_configuration: Option<StreamStorageConfiguration> = "StreamStorageConfiguration",
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
    /// Tells the endpoints at which a channel is used, one for each protocol asked for.
    ///
    /// # Errors
    /// [`AccessDeniedException`], [`ClientLimitExceededException`], [`InvalidArgumentException`],
    /// [`ResourceInUseException`], [`ResourceNotFoundException`].
    pub struct GetSignalingChannelEndpoint {
        /// ARN of the channel.
        pub channel_arn: Option<String> = "ChannelARN" [Required, RESOURCE_ARN],
        /// Which endpoints are wanted, of a channel with one master.
        pub single_master_channel_endpoint_configuration: Option<SingleMasterChannelEndpointConfiguration> = "SingleMasterChannelEndpointConfiguration",
    }
}

impl Operation for GetSignalingChannelEndpoint {
    const NAME: &'static str = "GetSignalingChannelEndpoint";
    const SERVICE: &'static Service = &SERVICE;
    type Output = GetSignalingChannelEndpointOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/getSignalingChannelEndpoint").document(self)
    }

    fn decode(_head: &Parts, body: &[u8]) -> Result<GetSignalingChannelEndpointOutput, Malformed> {
        restjson::decode(body)
    }
}

kvs_protocol::structure! {
    /// Answer of [`GetSignalingChannelEndpoint`].
    #[non_exhaustive]
    pub struct GetSignalingChannelEndpointOutput {
        /// The endpoints.
        pub resource_endpoint_list: Option<Vec<ResourceEndpointListItem>> = "ResourceEndpointList",
    }
}

kvs_protocol::structure! {
    /// Lists the edge configurations of an edge agent.
    ///
    /// # Errors
    /// [`ClientLimitExceededException`], [`InvalidArgumentException`], [`NotAuthorizedException`].
    pub struct ListEdgeAgentConfigurations {
        /// ARN of the IoT thing on which the agent runs.
        pub hub_device_arn: Option<String> = "HubDeviceArn" [Required, HUB_DEVICE_ARN],
        /// How many to tell at most, 1 to 10. Absent: 5.
        pub max_results: Option<i32> = "MaxResults" [Range(1.0, 10.0)],
        /// Where the answer before ended. Absent: begin with the first.
        pub next_token: Option<String> = "NextToken" [NEXT_TOKEN],
    }
}

impl Operation for ListEdgeAgentConfigurations {
    const NAME: &'static str = "ListEdgeAgentConfigurations";
    const SERVICE: &'static Service = &SERVICE;
    type Output = ListEdgeAgentConfigurationsOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/listEdgeAgentConfigurations").document(self)
    }

    fn decode(_head: &Parts, body: &[u8]) -> Result<ListEdgeAgentConfigurationsOutput, Malformed> {
        restjson::decode(body)
    }
}

impl Paginated for ListEdgeAgentConfigurations {
    fn after(&self, page: &ListEdgeAgentConfigurationsOutput) -> Result<Option<Self>, Malformed> {
        let token = restjson::token("NextToken", &page.next_token, &self.next_token)?;
        Ok(token.map(|token| {
            let mut next = self.clone();
            next.next_token = Some(token);
            next
        }))
    }
}

kvs_protocol::structure! {
    /// Answer of [`ListEdgeAgentConfigurations`].
    #[non_exhaustive]
    pub struct ListEdgeAgentConfigurationsOutput {
        /// The configurations.
        pub edge_configs: Option<Vec<ListEdgeAgentConfigurationsEdgeConfig>> = "EdgeConfigs",
        /// Where this answer ends, for the next call. Absent: there is no more.
        pub next_token: Option<String> = "NextToken",
    }
}

kvs_protocol::structure! {
    /// Lists the signaling channels of the account in this region, or those whose names begin
    /// alike.
    ///
    /// # Errors
    /// [`AccessDeniedException`], [`ClientLimitExceededException`], [`InvalidArgumentException`].
    pub struct ListSignalingChannels {
        /// How many to tell at most. Absent: 500.
        pub max_results: Option<i32> = "MaxResults" [Range(1.0, 10000.0)],
        /// Where the answer before ended. Absent: begin with the first.
        pub next_token: Option<String> = "NextToken" [NEXT_TOKEN],
        /// Which names are wanted. Absent: all.
        pub channel_name_condition: Option<ChannelNameCondition> = "ChannelNameCondition",
    }
}

impl Operation for ListSignalingChannels {
    const NAME: &'static str = "ListSignalingChannels";
    const SERVICE: &'static Service = &SERVICE;
    type Output = ListSignalingChannelsOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/listSignalingChannels").document(self)
    }

    fn decode(_head: &Parts, body: &[u8]) -> Result<ListSignalingChannelsOutput, Malformed> {
        restjson::decode(body)
    }
}

impl Paginated for ListSignalingChannels {
    fn after(&self, page: &ListSignalingChannelsOutput) -> Result<Option<Self>, Malformed> {
        let token = restjson::token("NextToken", &page.next_token, &self.next_token)?;
        Ok(token.map(|token| {
            let mut next = self.clone();
            next.next_token = Some(token);
            next
        }))
    }
}

kvs_protocol::structure! {
    /// Answer of [`ListSignalingChannels`].
    #[non_exhaustive]
    pub struct ListSignalingChannelsOutput {
        /// The channels.
        pub channel_info_list: Option<Vec<ChannelInfo>> = "ChannelInfoList",
        /// Where this answer ends, for the next call. Absent: there is no more.
        pub next_token: Option<String> = "NextToken",
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
        pub next_token: Option<String> = "NextToken" [NEXT_TOKEN],
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
    fn after(&self, page: &ListStreamsOutput) -> Result<Option<Self>, Malformed> {
        let token = restjson::token("NextToken", &page.next_token, &self.next_token)?;
        Ok(token.map(|token| {
            let mut next = self.clone();
            next.next_token = Some(token);
            next
        }))
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

kvs_protocol::structure! {
    /// Lists the tags of a signaling channel.
    ///
    /// # Errors
    /// [`AccessDeniedException`], [`ClientLimitExceededException`], [`InvalidArgumentException`],
    /// [`ResourceNotFoundException`].
    pub struct ListTagsForResource {
        /// Where the answer before ended. Absent: begin with the first.
        pub next_token: Option<String> = "NextToken" [NEXT_TOKEN],
        /// ARN of the channel.
        pub resource_arn: Option<String> = "ResourceARN" [Required, RESOURCE_ARN],
    }
}

impl Operation for ListTagsForResource {
    const NAME: &'static str = "ListTagsForResource";
    const SERVICE: &'static Service = &SERVICE;
    type Output = ListTagsForResourceOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/ListTagsForResource").document(self)
    }

    fn decode(_head: &Parts, body: &[u8]) -> Result<ListTagsForResourceOutput, Malformed> {
        restjson::decode(body)
    }
}

kvs_protocol::structure! {
    /// Answer of [`ListTagsForResource`].
    #[non_exhaustive]
    pub struct ListTagsForResourceOutput {
        /// Where this answer ends, for the next call. Absent: there is no more.
        pub next_token: Option<String> = "NextToken",
        /// The tags.
        pub tags: Option<BTreeMap<String, String>> = "Tags",
    }
}

kvs_protocol::structure! {
    /// Lists the tags of a stream.
    ///
    /// # Errors
    /// [`ClientLimitExceededException`], [`InvalidArgumentException`],
    /// [`InvalidResourceFormatException`], [`NotAuthorizedException`],
    /// [`ResourceNotFoundException`].
    pub struct ListTagsForStream one_of("StreamName", "StreamARN") {
        /// Where the answer before ended. Absent: begin with the first.
        pub next_token: Option<String> = "NextToken" [NEXT_TOKEN],
        /// ARN of the stream. Either this or `stream_name` is needed.
        pub stream_arn: Option<String> = "StreamARN" [RESOURCE_ARN],
        /// Name of the stream. Either this or `stream_arn` is needed.
        pub stream_name: Option<String> = "StreamName" [STREAM_NAME],
    }
}

impl Operation for ListTagsForStream {
    const NAME: &'static str = "ListTagsForStream";
    const SERVICE: &'static Service = &SERVICE;
    type Output = ListTagsForStreamOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/listTagsForStream").document(self)
    }

    fn decode(_head: &Parts, body: &[u8]) -> Result<ListTagsForStreamOutput, Malformed> {
        restjson::decode(body)
    }
}

kvs_protocol::structure! {
    /// Answer of [`ListTagsForStream`].
    #[non_exhaustive]
    pub struct ListTagsForStreamOutput {
        /// Where this answer ends, for the next call. Absent: there is no more.
        pub next_token: Option<String> = "NextToken",
        /// The tags.
        pub tags: Option<BTreeMap<String, String>> = "Tags",
    }
}

kvs_protocol::structure! {
    /// Sets a stream's edge configuration, and begins to bring it to the edge agent.
    /// [`DescribeEdgeConfiguration`] tells how far it is.
    ///
    /// # Errors
    /// [`AccessDeniedException`], [`ClientLimitExceededException`], [`InvalidArgumentException`],
    /// [`NoDataRetentionException`], [`ResourceInUseException`], [`ResourceNotFoundException`].
    pub struct StartEdgeConfigurationUpdate one_of("StreamName", "StreamARN") {
        /// Name of the stream. Either this or `stream_arn` is needed.
        pub stream_name: Option<String> = "StreamName" [STREAM_NAME],
        /// ARN of the stream. Either this or `stream_name` is needed.
        pub stream_arn: Option<String> = "StreamARN" [RESOURCE_ARN],
        /// The configuration.
        pub edge_config: Option<EdgeConfig> = "EdgeConfig" [Required],
    }
}

impl Operation for StartEdgeConfigurationUpdate {
    const NAME: &'static str = "StartEdgeConfigurationUpdate";
    const SERVICE: &'static Service = &SERVICE;
    type Output = StartEdgeConfigurationUpdateOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/startEdgeConfigurationUpdate").document(self)
    }

    fn decode(_head: &Parts, body: &[u8]) -> Result<StartEdgeConfigurationUpdateOutput, Malformed> {
        restjson::decode(body)
    }
}

kvs_protocol::structure! {
    /// Answer of [`StartEdgeConfigurationUpdate`].
    #[non_exhaustive]
    pub struct StartEdgeConfigurationUpdateOutput {
        /// Name of the stream.
        pub stream_name: Option<String> = "StreamName",
        /// ARN of the stream.
        pub stream_arn: Option<String> = "StreamARN",
        /// When the configuration was first made.
        pub creation_time: Option<Timestamp> = "CreationTime",
        /// When it was last changed.
        pub last_updated_time: Option<Timestamp> = "LastUpdatedTime",
        /// Whether the edge agent has it already: `SYNCING`, at this point.
        pub sync_status: Option<SyncStatus> = "SyncStatus",
        /// What went wrong, for people to read.
        pub failed_status_details: Option<String> = "FailedStatusDetails",
        /// The configuration.
        pub edge_config: Option<EdgeConfig> = "EdgeConfig",
    }
}

kvs_protocol::structure! {
    /// Adds tags to a signaling channel, or gives those that it has other values. It has 50 at
    /// most.
    ///
    /// # Errors
    /// [`AccessDeniedException`], [`ClientLimitExceededException`], [`InvalidArgumentException`],
    /// [`ResourceNotFoundException`], [`TagsPerResourceExceededLimitException`].
    pub struct TagResource {
        /// ARN of the channel.
        pub resource_arn: Option<String> = "ResourceARN" [Required, RESOURCE_ARN],
        /// The tags.
        pub tags: Option<Vec<Tag>> = "Tags" [Required, Length(1, 50)],
    }
}

impl Operation for TagResource {
    const NAME: &'static str = "TagResource";
    const SERVICE: &'static Service = &SERVICE;
    type Output = TagResourceOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/TagResource").document(self)
    }

    fn decode(_head: &Parts, _body: &[u8]) -> Result<TagResourceOutput, Malformed> {
        Ok(TagResourceOutput {})
    }
}

kvs_protocol::structure! {
    /// Answer of [`TagResource`].
    #[non_exhaustive]
    pub struct TagResourceOutput {}
}

kvs_protocol::structure! {
    /// Adds tags to a stream, or gives those that it has other values. It has 50 at most.
    ///
    /// # Errors
    /// [`ClientLimitExceededException`], [`InvalidArgumentException`],
    /// [`InvalidResourceFormatException`], [`NotAuthorizedException`],
    /// [`ResourceNotFoundException`], [`TagsPerResourceExceededLimitException`].
    pub struct TagStream one_of("StreamName", "StreamARN") {
        /// ARN of the stream. Either this or `stream_name` is needed.
        pub stream_arn: Option<String> = "StreamARN" [RESOURCE_ARN],
        /// Name of the stream. Either this or `stream_arn` is needed.
        pub stream_name: Option<String> = "StreamName" [STREAM_NAME],
        /// The tags.
        pub tags: Option<BTreeMap<String, String>> = "Tags"
            [Required, Length(1, 50), Keys(&[Length(1, 128)]), Values(&[Length(0, 256)])],
    }
}

impl Operation for TagStream {
    const NAME: &'static str = "TagStream";
    const SERVICE: &'static Service = &SERVICE;
    type Output = TagStreamOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/tagStream").document(self)
    }

    fn decode(_head: &Parts, _body: &[u8]) -> Result<TagStreamOutput, Malformed> {
        Ok(TagStreamOutput {})
    }
}

kvs_protocol::structure! {
    /// Answer of [`TagStream`].
    #[non_exhaustive]
    pub struct TagStreamOutput {}
}

kvs_protocol::structure! {
    /// Takes tags from a signaling channel. Keys that it does not have do no harm.
    ///
    /// # Errors
    /// [`AccessDeniedException`], [`ClientLimitExceededException`], [`InvalidArgumentException`],
    /// [`ResourceNotFoundException`].
    pub struct UntagResource {
        /// ARN of the channel.
        pub resource_arn: Option<String> = "ResourceARN" [Required, RESOURCE_ARN],
        /// Keys of the tags.
        pub tag_key_list: Option<Vec<String>> = "TagKeyList"
            [Required, Length(1, 50), Each(&[Length(1, 128)])],
    }
}

impl Operation for UntagResource {
    const NAME: &'static str = "UntagResource";
    const SERVICE: &'static Service = &SERVICE;
    type Output = UntagResourceOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/UntagResource").document(self)
    }

    fn decode(_head: &Parts, _body: &[u8]) -> Result<UntagResourceOutput, Malformed> {
        Ok(UntagResourceOutput {})
    }
}

kvs_protocol::structure! {
    /// Answer of [`UntagResource`].
    #[non_exhaustive]
    pub struct UntagResourceOutput {}
}

kvs_protocol::structure! {
    /// Takes tags from a stream. Keys that it does not have do no harm.
    ///
    /// # Errors
    /// [`ClientLimitExceededException`], [`InvalidArgumentException`],
    /// [`InvalidResourceFormatException`], [`NotAuthorizedException`],
    /// [`ResourceNotFoundException`].
    pub struct UntagStream one_of("StreamName", "StreamARN") {
        /// ARN of the stream. Either this or `stream_name` is needed.
        pub stream_arn: Option<String> = "StreamARN" [RESOURCE_ARN],
        /// Name of the stream. Either this or `stream_arn` is needed.
        pub stream_name: Option<String> = "StreamName" [STREAM_NAME],
        /// Keys of the tags.
        pub tag_key_list: Option<Vec<String>> = "TagKeyList"
            [Required, Length(1, 50), Each(&[Length(1, 128)])],
    }
}

impl Operation for UntagStream {
    const NAME: &'static str = "UntagStream";
    const SERVICE: &'static Service = &SERVICE;
    type Output = UntagStreamOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/untagStream").document(self)
    }

    fn decode(_head: &Parts, _body: &[u8]) -> Result<UntagStreamOutput, Malformed> {
        Ok(UntagStreamOutput {})
    }
}

kvs_protocol::structure! {
    /// Answer of [`UntagStream`].
    #[non_exhaustive]
    pub struct UntagStreamOutput {}
}

kvs_protocol::structure! {
    /// Makes a stream keep its media for longer or shorter. It takes some time.
    ///
    /// Longer holds for what is stored already as well. Shorter deletes what is then too old.
    ///
    /// # Errors
    /// [`ClientLimitExceededException`], [`InvalidArgumentException`], [`NotAuthorizedException`],
    /// [`ResourceInUseException`], [`ResourceNotFoundException`], [`VersionMismatchException`].
    pub struct UpdateDataRetention one_of("StreamName", "StreamARN") {
        /// Name of the stream. Either this or `stream_arn` is needed.
        pub stream_name: Option<String> = "StreamName" [STREAM_NAME],
        /// ARN of the stream. Either this or `stream_name` is needed.
        pub stream_arn: Option<String> = "StreamARN" [RESOURCE_ARN],
        /// Version of the stream, as [`DescribeStream`] and [`ListStreams`] tell it; a change in
        /// between is then refused.
        pub current_version: Option<String> = "CurrentVersion" [Required, VERSION],
        /// Longer or shorter.
        pub operation: Option<UpdateDataRetentionOperation> = "Operation" [Required],
        /// By how many hours. The sum is 0 to 87,600, which are ten years.
        pub data_retention_change_in_hours: Option<i32> = "DataRetentionChangeInHours"
            [Required, Range(1.0, f64::MAX)],
    }
}

impl Operation for UpdateDataRetention {
    const NAME: &'static str = "UpdateDataRetention";
    const SERVICE: &'static Service = &SERVICE;
    type Output = UpdateDataRetentionOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/updateDataRetention").document(self)
    }

    fn decode(_head: &Parts, _body: &[u8]) -> Result<UpdateDataRetentionOutput, Malformed> {
        Ok(UpdateDataRetentionOutput {})
    }
}

kvs_protocol::structure! {
    /// Answer of [`UpdateDataRetention`].
    #[non_exhaustive]
    pub struct UpdateDataRetentionOutput {}
}

kvs_protocol::structure! {
    /// Sets which images of a stream are made and where they go.
    ///
    /// # Errors
    /// [`AccessDeniedException`], [`ClientLimitExceededException`], [`InvalidArgumentException`],
    /// [`NoDataRetentionException`], [`ResourceInUseException`], [`ResourceNotFoundException`].
    pub struct UpdateImageGenerationConfiguration one_of("StreamName", "StreamARN") {
        /// Name of the stream. Either this or `stream_arn` is needed.
        pub stream_name: Option<String> = "StreamName" [STREAM_NAME],
        /// ARN of the stream. Either this or `stream_name` is needed.
        pub stream_arn: Option<String> = "StreamARN" [RESOURCE_ARN],
        /// The configuration. Absent: the one there is gets deleted.
        pub image_generation_configuration: Option<ImageGenerationConfiguration> = "ImageGenerationConfiguration",
    }
}

impl Operation for UpdateImageGenerationConfiguration {
    const NAME: &'static str = "UpdateImageGenerationConfiguration";
    const SERVICE: &'static Service = &SERVICE;
    type Output = UpdateImageGenerationConfigurationOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/updateImageGenerationConfiguration").document(self)
    }

    fn decode(
        _head: &Parts,
        _body: &[u8],
    ) -> Result<UpdateImageGenerationConfigurationOutput, Malformed> {
        Ok(UpdateImageGenerationConfigurationOutput {})
    }
}

kvs_protocol::structure! {
    /// Answer of [`UpdateImageGenerationConfiguration`].
    #[non_exhaustive]
    pub struct UpdateImageGenerationConfigurationOutput {}
}

kvs_protocol::structure! {
    /// Sets the stream in which a channel stores its media. While that is on, peers talk through
    /// the service alone.
    ///
    /// # Errors
    /// [`AccessDeniedException`], [`ClientLimitExceededException`], [`InvalidArgumentException`],
    /// [`NoDataRetentionException`], [`ResourceInUseException`], [`ResourceNotFoundException`].
    pub struct UpdateMediaStorageConfiguration {
        /// ARN of the channel.
        pub channel_arn: Option<String> = "ChannelARN" [Required, RESOURCE_ARN],
        /// The stream, and whether it is in use.
        pub media_storage_configuration: Option<MediaStorageConfiguration> = "MediaStorageConfiguration"
            [Required],
    }
}

impl Operation for UpdateMediaStorageConfiguration {
    const NAME: &'static str = "UpdateMediaStorageConfiguration";
    const SERVICE: &'static Service = &SERVICE;
    type Output = UpdateMediaStorageConfigurationOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/updateMediaStorageConfiguration").document(self)
    }

    fn decode(
        _head: &Parts,
        _body: &[u8],
    ) -> Result<UpdateMediaStorageConfigurationOutput, Malformed> {
        Ok(UpdateMediaStorageConfigurationOutput {})
    }
}

kvs_protocol::structure! {
    /// Answer of [`UpdateMediaStorageConfiguration`].
    #[non_exhaustive]
    pub struct UpdateMediaStorageConfigurationOutput {}
}

kvs_protocol::structure! {
    /// Sets where the notices of a stream go.
    ///
    /// # Errors
    /// [`AccessDeniedException`], [`ClientLimitExceededException`], [`InvalidArgumentException`],
    /// [`NoDataRetentionException`], [`ResourceInUseException`], [`ResourceNotFoundException`].
    pub struct UpdateNotificationConfiguration one_of("StreamName", "StreamARN") {
        /// Name of the stream. Either this or `stream_arn` is needed.
        pub stream_name: Option<String> = "StreamName" [STREAM_NAME],
        /// ARN of the stream. Either this or `stream_name` is needed.
        pub stream_arn: Option<String> = "StreamARN" [RESOURCE_ARN],
        /// The configuration. Absent: the one there is gets deleted.
        pub notification_configuration: Option<NotificationConfiguration> = "NotificationConfiguration",
    }
}

impl Operation for UpdateNotificationConfiguration {
    const NAME: &'static str = "UpdateNotificationConfiguration";
    const SERVICE: &'static Service = &SERVICE;
    type Output = UpdateNotificationConfigurationOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/updateNotificationConfiguration").document(self)
    }

    fn decode(
        _head: &Parts,
        _body: &[u8],
    ) -> Result<UpdateNotificationConfigurationOutput, Malformed> {
        Ok(UpdateNotificationConfigurationOutput {})
    }
}

kvs_protocol::structure! {
    /// Answer of [`UpdateNotificationConfiguration`].
    #[non_exhaustive]
    pub struct UpdateNotificationConfigurationOutput {}
}

kvs_protocol::structure! {
    /// Changes the settings of a signaling channel. It takes some time, during which the channel's
    /// status is `UPDATING`; messages that come later go by the new settings.
    ///
    /// # Errors
    /// [`AccessDeniedException`], [`ClientLimitExceededException`], [`InvalidArgumentException`],
    /// [`ResourceInUseException`], [`ResourceNotFoundException`], [`VersionMismatchException`].
    pub struct UpdateSignalingChannel {
        /// ARN of the channel.
        pub channel_arn: Option<String> = "ChannelARN" [Required, RESOURCE_ARN],
        /// Version of the channel, as [`DescribeSignalingChannel`] and [`ListSignalingChannels`]
        /// tell it; a change in between is then refused.
        pub current_version: Option<String> = "CurrentVersion" [Required, VERSION],
        /// Settings of a channel with one master.
        pub single_master_configuration: Option<SingleMasterConfiguration> = "SingleMasterConfiguration",
    }
}

impl Operation for UpdateSignalingChannel {
    const NAME: &'static str = "UpdateSignalingChannel";
    const SERVICE: &'static Service = &SERVICE;
    type Output = UpdateSignalingChannelOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/updateSignalingChannel").document(self)
    }

    fn decode(_head: &Parts, _body: &[u8]) -> Result<UpdateSignalingChannelOutput, Malformed> {
        Ok(UpdateSignalingChannelOutput {})
    }
}

kvs_protocol::structure! {
    /// Answer of [`UpdateSignalingChannel`].
    #[non_exhaustive]
    pub struct UpdateSignalingChannelOutput {}
}

kvs_protocol::structure! {
    /// Changes what is told of a stream: the device that writes it, and its media type. It takes
    /// some time.
    ///
    /// # Errors
    /// [`ClientLimitExceededException`], [`InvalidArgumentException`], [`NotAuthorizedException`],
    /// [`ResourceInUseException`], [`ResourceNotFoundException`], [`VersionMismatchException`].
    pub struct UpdateStream one_of("StreamName", "StreamARN") {
        /// Name of the stream. Either this or `stream_arn` is needed.
        pub stream_name: Option<String> = "StreamName" [STREAM_NAME],
        /// ARN of the stream. Either this or `stream_name` is needed.
        pub stream_arn: Option<String> = "StreamARN" [RESOURCE_ARN],
        /// Version of the stream, as [`DescribeStream`] and [`ListStreams`] tell it; a change in
        /// between is then refused.
        pub current_version: Option<String> = "CurrentVersion" [Required, VERSION],
        /// Name of the device that writes. The service makes no use of it.
        pub device_name: Option<String> = "DeviceName" [DEVICE_NAME],
        /// Media type of the stream, such as `video/h264`.
        pub media_type: Option<String> = "MediaType" [MEDIA_TYPE],
    }
}

impl Operation for UpdateStream {
    const NAME: &'static str = "UpdateStream";
    const SERVICE: &'static Service = &SERVICE;
    type Output = UpdateStreamOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/updateStream").document(self)
    }

    fn decode(_head: &Parts, _body: &[u8]) -> Result<UpdateStreamOutput, Malformed> {
        Ok(UpdateStreamOutput {})
    }
}

kvs_protocol::structure! {
    /// Answer of [`UpdateStream`].
    #[non_exhaustive]
    pub struct UpdateStreamOutput {}
}

kvs_protocol::structure! {
    /// Changes what a stream's storage is made for. It takes some time.
    ///
    /// # Errors
    /// [`AccessDeniedException`], [`ClientLimitExceededException`], [`InvalidArgumentException`],
    /// [`ResourceInUseException`], [`ResourceNotFoundException`], [`VersionMismatchException`].
    pub struct UpdateStreamStorageConfiguration one_of("StreamName", "StreamARN") {
        /// Name of the stream. Either this or `stream_arn` is needed.
        pub stream_name: Option<String> = "StreamName" [STREAM_NAME],
        /// ARN of the stream. Either this or `stream_name` is needed.
        pub stream_arn: Option<String> = "StreamARN" [RESOURCE_ARN],
        /// Version of the stream, as [`DescribeStream`] and [`ListStreams`] tell it; a change in
        /// between is then refused.
        pub current_version: Option<String> = "CurrentVersion" [Required, VERSION],
        /// The configuration.
        pub stream_storage_configuration: Option<StreamStorageConfiguration> = "StreamStorageConfiguration"
            [Required],
    }
}

impl Operation for UpdateStreamStorageConfiguration {
    const NAME: &'static str = "UpdateStreamStorageConfiguration";
    const SERVICE: &'static Service = &SERVICE;
    type Output = UpdateStreamStorageConfigurationOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/updateStreamStorageConfiguration").document(self)
    }

    fn decode(
        _head: &Parts,
        _body: &[u8],
    ) -> Result<UpdateStreamStorageConfigurationOutput, Malformed> {
        Ok(UpdateStreamStorageConfigurationOutput {})
    }
}

kvs_protocol::structure! {
    /// Answer of [`UpdateStreamStorageConfiguration`].
    #[non_exhaustive]
    pub struct UpdateStreamStorageConfigurationOutput {}
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

kvs_protocol::structure! {
    /// What is known of a signaling channel.
    #[non_exhaustive]
    pub struct ChannelInfo {
        /// Name of the channel.
        pub channel_name: Option<String> = "ChannelName" [CHANNEL_NAME],
        /// ARN of the channel.
        pub channel_arn: Option<String> = "ChannelARN" [RESOURCE_ARN],
        /// Who may talk to whom.
        pub channel_type: Option<ChannelType> = "ChannelType",
        /// Whether it can be used yet, or still.
        pub channel_status: Option<Status> = "ChannelStatus",
        /// When it was created.
        pub creation_time: Option<Timestamp> = "CreationTime",
        /// Settings of a channel with one master.
        pub single_master_configuration: Option<SingleMasterConfiguration> = "SingleMasterConfiguration",
        /// Version of these facts; a change has to name it.
        pub version: Option<String> = "Version" [VERSION],
    }
}

kvs_protocol::structure! {
    /// Which names of channels are wanted.
    pub struct ChannelNameCondition {
        /// How a name is compared. `BEGINS_WITH` is the only way.
        pub comparison_operator: Option<ComparisonOperator> = "ComparisonOperator",
        /// What the name is compared with.
        pub comparison_value: Option<String> = "ComparisonValue" [CHANNEL_NAME],
    }
}

kvs_protocol::open_enum! {
    /// What is spoken at an endpoint of a channel.
    pub enum ChannelProtocol {
        /// WebSocket, for the signaling itself.
        Wss = "WSS",
        /// HTTPS, for the signaling service.
        Https = "HTTPS",
        /// HTTPS, for the WebRTC storage service.
        Webrtc = "WEBRTC",
    }
}

kvs_protocol::open_enum! {
    /// Part of a peer in a channel.
    pub enum ChannelRole {
        /// Takes offers from all viewers, and answers each.
        Master = "MASTER",
        /// Talks to the master alone.
        Viewer = "VIEWER",
    }
}

kvs_protocol::open_enum! {
    /// Who may talk to whom in a channel.
    pub enum ChannelType {
        /// One master, and viewers who talk to it.
        SingleMaster = "SINGLE_MASTER",
        /// Each with each.
        FullMesh = "FULL_MESH",
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
    /// Whether something is switched on.
    pub enum ConfigurationStatus {
        /// It is on.
        Enabled = "ENABLED",
        /// It is off.
        Disabled = "DISABLED",
    }
}

kvs_protocol::open_enum! {
    /// What storage is made for.
    pub enum DefaultStorageTier {
        /// Frequent reads, without delay.
        Hot = "HOT",
        /// Reads now and then, at a lower price.
        Warm = "WARM",
    }
}

kvs_protocol::structure! {
    /// When an edge agent deletes media from its disk.
    pub struct DeletionConfig {
        /// How many hours media stays. Absent: 720, which are 30 days.
        pub edge_retention_in_hours: Option<i32> = "EdgeRetentionInHours" [Range(1.0, 720.0)],
        /// How much media stays.
        pub local_size_config: Option<LocalSizeConfig> = "LocalSizeConfig",
        /// Whether media may go once it is uploaded. True if absent: then see to it that the upload
        /// comes before the other limits.
        pub delete_after_upload: Option<bool> = "DeleteAfterUpload",
    }
}

kvs_protocol::structure! {
    /// How the jobs of an edge agent went last.
    #[non_exhaustive]
    pub struct EdgeAgentStatus {
        /// How recording went.
        pub last_recorder_status: Option<LastRecorderStatus> = "LastRecorderStatus",
        /// How the upload went.
        pub last_uploader_status: Option<LastUploaderStatus> = "LastUploaderStatus",
    }
}

kvs_protocol::structure! {
    /// What an edge agent, a component of IoT Greengrass, does for a stream.
    pub struct EdgeConfig {
        /// ARN of the IoT thing on which the agent runs.
        pub hub_device_arn: Option<String> = "HubDeviceArn" [Required, HUB_DEVICE_ARN],
        /// What it records, and when.
        pub recorder_config: Option<RecorderConfig> = "RecorderConfig" [Required],
        /// When it uploads.
        pub uploader_config: Option<UploaderConfig> = "UploaderConfig",
        /// When it deletes.
        pub deletion_config: Option<DeletionConfig> = "DeletionConfig",
    }
}

kvs_protocol::open_enum! {
    /// A format of images.
    pub enum Format {
        /// JPEG.
        Jpeg = "JPEG",
        /// PNG.
        Png = "PNG",
    }
}

kvs_protocol::open_enum! {
    /// Name of a setting.
    pub enum FormatConfigKey {
        /// Quality of JPEG, from 1 to 100. 80 if absent.
        JpegQuality = "JPEGQuality",
    }
}

kvs_protocol::structure! {
    /// Which images of a stream are made, and where they go.
    pub struct ImageGenerationConfiguration {
        /// Whether images are made.
        pub status: Option<ConfigurationStatus> = "Status" [Required],
        /// Whose clock times the images.
        pub image_selector_type: Option<ImageSelectorType> = "ImageSelectorType" [Required],
        /// Where images go.
        pub destination_config: Option<ImageGenerationDestinationConfig> = "DestinationConfig"
            [Required],
        /// Milliseconds from image to image, 200 at least.
        pub sampling_interval: Option<i32> = "SamplingInterval" [Required],
        /// Format of the images.
        pub format: Option<Format> = "Format" [Required],
        /// Settings of the format: `JPEGQuality`, for JPEG alone.
        pub format_config: Option<BTreeMap<FormatConfigKey, String>> = "FormatConfig"
            [Length(1, 1), Values(&[Length(0, 256), Pattern("^[a-zA-Z_0-9]+$")])],
        /// Width of the images. With `height_pixels` absent the proportions are kept.
        pub width_pixels: Option<i32> = "WidthPixels" [Range(1.0, 3840.0)],
        /// Height of the images. With `width_pixels` absent the proportions are kept.
        pub height_pixels: Option<i32> = "HeightPixels" [Range(1.0, 2160.0)],
    }
}

kvs_protocol::structure! {
    /// Where images go.
    pub struct ImageGenerationDestinationConfig {
        /// The bucket of S3, and the beginning of the keys.
        pub uri: Option<String> = "Uri" [Required, DESTINATION_URI],
        /// Region of the bucket; it has to be the stream's.
        pub destination_region: Option<String> = "DestinationRegion"
            [Required, Length(9, 14), Pattern("^[a-z]+(-[a-z]+)?-[a-z]+-[0-9]$")],
    }
}

kvs_protocol::open_enum! {
    /// Whose clock times the images.
    pub enum ImageSelectorType {
        /// The service's.
        ServerTimestamp = "SERVER_TIMESTAMP",
        /// The producer's.
        ProducerTimestamp = "PRODUCER_TIMESTAMP",
    }
}

kvs_protocol::structure! {
    /// How recording went last.
    #[non_exhaustive]
    pub struct LastRecorderStatus {
        /// How it went, for people to read.
        pub job_status_details: Option<String> = "JobStatusDetails",
        /// When media was last written to disk.
        pub last_collected_time: Option<Timestamp> = "LastCollectedTime",
        /// When this status was last renewed.
        pub last_updated_time: Option<Timestamp> = "LastUpdatedTime",
        /// Whether it went well.
        pub recorder_status: Option<RecorderStatus> = "RecorderStatus",
    }
}

kvs_protocol::structure! {
    /// How the upload went last.
    #[non_exhaustive]
    pub struct LastUploaderStatus {
        /// How it went, for people to read.
        pub job_status_details: Option<String> = "JobStatusDetails",
        /// When media was last uploaded.
        pub last_collected_time: Option<Timestamp> = "LastCollectedTime",
        /// When this status was last renewed.
        pub last_updated_time: Option<Timestamp> = "LastUpdatedTime",
        /// Whether it went well.
        pub uploader_status: Option<UploaderStatus> = "UploaderStatus",
    }
}

kvs_protocol::structure! {
    /// The edge configuration of a stream.
    #[non_exhaustive]
    pub struct ListEdgeAgentConfigurationsEdgeConfig {
        /// Name of the stream.
        pub stream_name: Option<String> = "StreamName" [STREAM_NAME],
        /// ARN of the stream.
        pub stream_arn: Option<String> = "StreamARN" [RESOURCE_ARN],
        /// When the configuration was first made.
        pub creation_time: Option<Timestamp> = "CreationTime",
        /// When it was last changed.
        pub last_updated_time: Option<Timestamp> = "LastUpdatedTime",
        /// Whether the edge agent has it already.
        pub sync_status: Option<SyncStatus> = "SyncStatus",
        /// What went wrong, for people to read.
        pub failed_status_details: Option<String> = "FailedStatusDetails",
        /// The configuration.
        pub edge_config: Option<EdgeConfig> = "EdgeConfig",
    }
}

kvs_protocol::structure! {
    /// How much media an edge agent keeps.
    pub struct LocalSizeConfig {
        /// Size of the media of a stream, in MB.
        pub max_local_media_size_in_mb: Option<i32> = "MaxLocalMediaSizeInMB"
            [Range(64.0, 2000000.0)],
        /// What gives way at that size.
        pub strategy_on_full_size: Option<StrategyOnFullSize> = "StrategyOnFullSize",
    }
}

kvs_protocol::structure! {
    /// Something that stores its media in a stream.
    #[non_exhaustive]
    pub struct MappedResourceConfigurationListItem {
        /// What kind of thing it is.
        pub r#type: Option<String> = "Type",
        /// ARN of the thing.
        pub arn: Option<String> = "ARN" [RESOURCE_ARN],
    }
}

kvs_protocol::structure! {
    /// The camera, or the file, that is recorded.
    pub struct MediaSourceConfig {
        /// ARN of the secret, in Secrets Manager, that holds address and password of the camera, or
        /// the place of the file.
        pub media_uri_secret_arn: Option<Sensitive<String>> = "MediaUriSecretArn"
            [Required, Length(20, 2048), Pattern(r"^arn:[a-z\d-]+:secretsmanager:[a-z0-9-]+:[0-9]+:secret:[a-zA-Z0-9_.-]+$")],
        /// Kind of the address.
        pub media_uri_type: Option<MediaUriType> = "MediaUriType" [Required],
    }
}

kvs_protocol::structure! {
    /// The stream in which a channel stores its media.
    pub struct MediaStorageConfiguration {
        /// ARN of the stream; its retention must be above 0. Not needed to switch storing off.
        pub stream_arn: Option<String> = "StreamARN" [RESOURCE_ARN],
        /// Whether the media is stored.
        pub status: Option<MediaStorageConfigurationStatus> = "Status" [Required],
    }
}

kvs_protocol::open_enum! {
    /// Whether media is stored.
    pub enum MediaStorageConfigurationStatus {
        /// It is. Peers then talk through the service.
        Enabled = "ENABLED",
        /// It is not. Peers talk to each other.
        Disabled = "DISABLED",
    }
}

kvs_protocol::open_enum! {
    /// Kind of an address of media.
    pub enum MediaUriType {
        /// A camera, over RTSP.
        RtspUri = "RTSP_URI",
        /// A file on the disk.
        FileUri = "FILE_URI",
    }
}

kvs_protocol::structure! {
    /// Where the notices of a stream go.
    pub struct NotificationConfiguration {
        /// Whether notices are sent.
        pub status: Option<ConfigurationStatus> = "Status" [Required],
        /// Where they go.
        pub destination_config: Option<NotificationDestinationConfig> = "DestinationConfig"
            [Required],
    }
}

kvs_protocol::structure! {
    /// Where notices go.
    pub struct NotificationDestinationConfig {
        /// A topic of SNS.
        pub uri: Option<String> = "Uri" [Required, DESTINATION_URI],
    }
}

kvs_protocol::structure! {
    /// What an edge agent records, and when.
    pub struct RecorderConfig {
        /// The camera, or the file.
        pub media_source_config: Option<MediaSourceConfig> = "MediaSourceConfig" [Required],
        /// When. Absent: all the time.
        pub schedule_config: Option<ScheduleConfig> = "ScheduleConfig",
    }
}

kvs_protocol::open_enum! {
    /// How a recording went.
    pub enum RecorderStatus {
        /// Well.
        Success = "SUCCESS",
        /// It failed for a reason of the configuration.
        UserError = "USER_ERROR",
        /// It failed for a reason of the agent.
        SystemError = "SYSTEM_ERROR",
    }
}

kvs_protocol::structure! {
    /// Where a channel is used.
    #[non_exhaustive]
    pub struct ResourceEndpointListItem {
        /// What is spoken there.
        pub protocol: Option<ChannelProtocol> = "Protocol",
        /// The endpoint, as a URL.
        pub resource_endpoint: Option<String> = "ResourceEndpoint",
    }
}

kvs_protocol::structure! {
    /// When a job of an edge agent runs.
    pub struct ScheduleConfig {
        /// When it begins: a cron expression in the form of Quartz.
        pub schedule_expression: Option<String> = "ScheduleExpression"
            [Required, Length(11, 100), Pattern(r"^[^\n]{11,100}$")],
        /// How long it goes on, 60 to 3,600 seconds.
        pub duration_in_seconds: Option<i32> = "DurationInSeconds" [Required, Range(60.0, 3600.0)],
    }
}

kvs_protocol::structure! {
    /// Which endpoints are wanted, of a channel with one master.
    pub struct SingleMasterChannelEndpointConfiguration {
        /// One endpoint for each of these. `WEBRTC` only for a channel that stores its media.
        pub protocols: Option<Vec<ChannelProtocol>> = "Protocols" [Length(1, 5)],
        /// For whom: a master and a viewer use different ones.
        pub role: Option<ChannelRole> = "Role",
    }
}

kvs_protocol::structure! {
    /// Settings of a channel with one master.
    pub struct SingleMasterConfiguration {
        /// How long a message waits for its receiver, 5 to 120 seconds.
        pub message_ttl_seconds: Option<i32> = "MessageTtlSeconds" [Range(5.0, 120.0)],
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

kvs_protocol::open_enum! {
    /// What gives way when the disk is full.
    pub enum StrategyOnFullSize {
        /// The oldest media.
        DeleteOldestMedia = "DELETE_OLDEST_MEDIA",
        /// What comes in.
        DenyNewMedia = "DENY_NEW_MEDIA",
    }
}

kvs_protocol::structure! {
    /// A stream.
    #[non_exhaustive]
    pub struct StreamInfo {
        /// Name of the device that writes to it.
        pub device_name: Option<String> = "DeviceName" [DEVICE_NAME],
        /// Its name.
        pub stream_name: Option<String> = "StreamName" [STREAM_NAME],
        /// Its ARN, which ends in the time of its creation.
        pub stream_arn: Option<String> = "StreamARN" [RESOURCE_ARN],
        /// Media types of its tracks, as given when it was created.
        pub media_type: Option<String> = "MediaType" [MEDIA_TYPE],
        /// KMS key that encrypts its media.
        pub kms_key_id: Option<String> = "KmsKeyId" [Length(1, 2048), Pattern("^.+$")],
        /// Its version, which changes with every update of its settings.
        pub version: Option<String> = "Version" [VERSION],
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

kvs_protocol::structure! {
    /// What a stream's storage is made for.
    pub struct StreamStorageConfiguration {
        /// The tier of what is written from now on.
        pub default_storage_tier: Option<DefaultStorageTier> = "DefaultStorageTier" [Required],
    }
}

kvs_protocol::open_enum! {
    /// How far a configuration has come on its way to the edge agent.
    pub enum SyncStatus {
        /// It is on its way.
        Syncing = "SYNCING",
        /// The agent has taken it.
        Acknowledged = "ACKNOWLEDGED",
        /// The agent goes by it.
        InSync = "IN_SYNC",
        /// It did not get there.
        SyncFailed = "SYNC_FAILED",
        /// It is to be deleted.
        Deleting = "DELETING",
        /// It could not be deleted.
        DeleteFailed = "DELETE_FAILED",
        /// The agent knows that it is to be deleted.
        DeletingAcknowledged = "DELETING_ACKNOWLEDGED",
    }
}

kvs_protocol::structure! {
    /// A tag of a signaling channel.
    pub struct Tag {
        /// Its key.
        pub key: Option<String> = "Key" [Required, Length(1, 128)],
        /// Its value.
        pub value: Option<String> = "Value" [Required, Length(0, 256)],
    }
}

kvs_protocol::open_enum! {
    /// Longer or shorter.
    pub enum UpdateDataRetentionOperation {
        /// Longer.
        IncreaseDataRetention = "INCREASE_DATA_RETENTION",
        /// Shorter.
        DecreaseDataRetention = "DECREASE_DATA_RETENTION",
    }
}

kvs_protocol::structure! {
    /// When an edge agent uploads.
    pub struct UploaderConfig {
        /// When.
        pub schedule_config: Option<ScheduleConfig> = "ScheduleConfig" [Required],
    }
}

kvs_protocol::open_enum! {
    /// How an upload went.
    pub enum UploaderStatus {
        /// Well.
        Success = "SUCCESS",
        /// It failed for a reason of the configuration.
        UserError = "USER_ERROR",
        /// It failed for a reason of the agent.
        SystemError = "SYSTEM_ERROR",
    }
}

kvs_protocol::exceptions! {
    /// What the service answers with when it refuses a call.
    pub enum Exception {
        /// Status 401. The caller may not do this.
        AccessDenied(AccessDeniedException) = "AccessDeniedException" (message),
        /// Status 400. The account has as many active channels in this region as it may have.
        AccountChannelLimitExceeded(AccountChannelLimitExceededException) = "AccountChannelLimitExceededException" (message),
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
        /// Status 400. The ARN is not one of a stream.
        InvalidResourceFormat(InvalidResourceFormatException) = "InvalidResourceFormatException" (message),
        /// Status 400. The stream keeps nothing: its retention is 0 hours.
        NoDataRetention(NoDataRetentionException) = "NoDataRetentionException" (message),
        /// Status 401. The caller may not do this. In practice status 403 comes too.
        NotAuthorized(NotAuthorizedException) = "NotAuthorizedException" (message),
        /// Status 400. The stream exists already, or is busy: it is not active, or is mapped to a
        /// signaling channel.
        ResourceInUse(ResourceInUseException) = "ResourceInUseException" (message),
        /// Status 404. The stream does not exist.
        ResourceNotFound(ResourceNotFoundException) = "ResourceNotFoundException" (message),
        /// Status 404. The stream has no edge configuration.
        StreamEdgeConfigurationNotFound(StreamEdgeConfigurationNotFoundException) = "StreamEdgeConfigurationNotFoundException" (message),
        /// Status 400. The stream would have more than 50 tags.
        TagsPerResourceExceededLimit(TagsPerResourceExceededLimitException) = "TagsPerResourceExceededLimitException" (message),
        /// Status 400. The stream has changed: its version is not the one given.
        VersionMismatch(VersionMismatchException) = "VersionMismatchException" (message),
    }
}
