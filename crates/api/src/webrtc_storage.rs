//! Amazon Kinesis Video WebRTC Storage
//!
//! Lets peers join the session that stores what a signaling channel carries.
//!
//! The endpoint is the one that the control service tells for the channel and the protocol
//! `WEBRTC`.
//!
//! Generated from `model/kinesis-video-webrtc-storage.json`; change the model or the generator,
//! then run `cargo xtask codegen`.

use kvs_protocol::http::response::Parts;
use kvs_protocol::http::{Method, Request};
use kvs_protocol::restjson::RequestBuilder;
use kvs_protocol::{Buffered, Bytes, Invalid, Malformed, Operation, Service};

pub use super::endpoint;

/// Facts that the operations of this service share.
pub static SERVICE: Service = Service {
    id: "Kinesis Video WebRTC Storage",
    endpoint: |built_ins| endpoint::resolve(&built_ins.into()),
    signing_name: "kinesisvideo",
    throttling: &["ClientLimitExceededException"],
};

kvs_protocol::rules! {
    CHANNEL_ARN = [Pattern("^arn:(aws[a-zA-Z-]*):kinesisvideo:[a-z0-9-]+:[0-9]+:[a-z]+/[a-zA-Z0-9_.-]+/[0-9]+$")];
}

kvs_protocol::structure! {
    /// Joins the channel's session, or begins one, as the device that makes the video: the service
    /// then sends it an offer.
    ///
    /// Video (H.264) and audio (Opus) are both needed; they are stored as H.264 and AAC in the
    /// stream that belongs to the channel. One device makes the video: the latest to join. Each
    /// call makes another offer, so that a repeat is not harmless.
    ///
    /// # Errors
    /// [`AccessDeniedException`], [`ClientLimitExceededException`], [`InvalidArgumentException`],
    /// [`ResourceNotFoundException`].
    pub struct JoinStorageSession {
        /// ARN of the channel.
        pub channel_arn: Option<String> = "channelArn" [Required, CHANNEL_ARN],
    }
}

impl Operation for JoinStorageSession {
    const NAME: &'static str = "JoinStorageSession";
    const SERVICE: &'static Service = &SERVICE;
    type Output = JoinStorageSessionOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/joinStorageSession").document(self)
    }

    fn decode(_head: &Parts, _body: &[u8]) -> Result<JoinStorageSessionOutput, Malformed> {
        Ok(JoinStorageSessionOutput {})
    }
}

kvs_protocol::structure! {
    /// `JoinStorageSessionOutput`.
    #[non_exhaustive]
    pub struct JoinStorageSessionOutput {}
}

kvs_protocol::structure! {
    /// Joins the channel's session, or begins one, as a viewer, who may send audio alone: the
    /// service then sends an offer.
    ///
    /// What is said is stored with the video in the stream that belongs to the channel. Of two
    /// viewers of one name the later stays.
    ///
    /// # Errors
    /// [`AccessDeniedException`], [`ClientLimitExceededException`], [`InvalidArgumentException`],
    /// [`ResourceNotFoundException`].
    pub struct JoinStorageSessionAsViewer {
        /// ARN of the channel.
        pub channel_arn: Option<String> = "channelArn" [Required, CHANNEL_ARN],
        /// The viewer, unique in the channel.
        pub client_id: Option<String> = "clientId"
            [Required, Length(1, 256), Pattern("^[a-zA-Z0-9_.-]+$")],
    }
}

impl Operation for JoinStorageSessionAsViewer {
    const NAME: &'static str = "JoinStorageSessionAsViewer";
    const SERVICE: &'static Service = &SERVICE;
    type Output = JoinStorageSessionAsViewerOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/joinStorageSessionAsViewer").document(self)
    }

    fn decode(_head: &Parts, _body: &[u8]) -> Result<JoinStorageSessionAsViewerOutput, Malformed> {
        Ok(JoinStorageSessionAsViewerOutput {})
    }
}

kvs_protocol::structure! {
    /// `JoinStorageSessionAsViewerOutput`.
    #[non_exhaustive]
    pub struct JoinStorageSessionAsViewerOutput {}
}

kvs_protocol::exceptions! {
    /// What the service answers with when it refuses a call.
    pub enum Exception {
        /// Status 403. The caller may not do this.
        AccessDenied(AccessDeniedException) = "AccessDeniedException" (message),
        /// Status 400. A limit on calls was exceeded. Wait, then try again.
        ClientLimitExceeded(ClientLimitExceededException) = "ClientLimitExceededException" (message),
        /// Status 400. A parameter is out of its limits.
        InvalidArgument(InvalidArgumentException) = "InvalidArgumentException" (message),
        /// Status 404. There is no such channel.
        ResourceNotFound(ResourceNotFoundException) = "ResourceNotFoundException" (message),
    }
}
