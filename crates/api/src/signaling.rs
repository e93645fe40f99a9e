//! Amazon Kinesis Video Signaling Channels
//!
//! What the peers of a signaling channel ask over HTTPS: relays for their connection, and an answer
//! to an offer of Alexa.
//!
//! The endpoint is the one that the control service tells for the channel and the protocol `HTTPS`.
//!
//! Generated from `model/kinesis-video-signaling.json`; change the model or the generator, then run
//! `cargo xtask codegen`.

use kvs_protocol::http::response::Parts;
use kvs_protocol::http::{Method, Request};
use kvs_protocol::restjson::{self, RequestBuilder};
use kvs_protocol::{Buffered, Bytes, Invalid, Malformed, Operation, Service};

pub use super::endpoint;

/// Facts that the operations of this service share.
pub static SERVICE: Service = Service {
    id: "Kinesis Video Signaling",
    endpoint: |built_ins| endpoint::resolve(&built_ins.into()),
    signing_name: "kinesisvideo",
    throttling: &["ClientLimitExceededException"],
};

kvs_protocol::rules! {
    CLIENT_ID = [Length(1, 256), Pattern("^[a-zA-Z0-9_.-]+$")];
    RESOURCE_ARN = [Length(1, 1024), Pattern("^arn:aws:kinesisvideo:[a-z0-9-]+:[0-9]+:[a-z]+/[a-zA-Z0-9_.-]+/[0-9]+$")];
}

kvs_protocol::structure! {
    /// Tells the relays (TURN servers) that help peers who cannot reach each other, and short-lived
    /// credentials for them.
    ///
    /// # Errors
    /// [`ClientLimitExceededException`], [`InvalidArgumentException`], [`InvalidClientException`],
    /// [`NotAuthorizedException`], [`ResourceNotFoundException`], [`SessionExpiredException`].
    pub struct GetIceServerConfig {
        /// ARN of the channel by which the peers find each other.
        pub channel_arn: Option<String> = "ChannelARN" [Required, RESOURCE_ARN],
        /// The viewer, unique in the channel.
        pub client_id: Option<String> = "ClientId" [CLIENT_ID],
        /// Kind of relay. `TURN` is the only one so far.
        pub service: Option<ServiceShape> = "Service",
        /// A name to make part of the credentials.
        pub username: Option<String> = "Username" [Length(1, 256), Pattern("^[a-zA-Z0-9_.-]+$")],
    }
}

impl Operation for GetIceServerConfig {
    const NAME: &'static str = "GetIceServerConfig";
    const SERVICE: &'static Service = &SERVICE;
    type Output = GetIceServerConfigOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/v1/get-ice-server-config").document(self)
    }

    fn decode(_head: &Parts, body: &[u8]) -> Result<GetIceServerConfigOutput, Malformed> {
        restjson::decode(body)
    }
}

kvs_protocol::structure! {
    /// Answer of [`GetIceServerConfig`].
    #[non_exhaustive]
    pub struct GetIceServerConfigOutput {
        /// The relays, each with its credentials.
        pub ice_server_list: Option<Vec<IceServer>> = "IceServerList",
    }
}

kvs_protocol::structure! {
    /// Hands the offer of an Alexa display to the channel's master, and gives back the master's
    /// answer.
    ///
    /// If the master is not connected the offer is handed over as soon as it is, until the message
    /// expires.
    ///
    /// # Errors
    /// [`ClientLimitExceededException`], [`InvalidArgumentException`], [`NotAuthorizedException`],
    /// [`ResourceNotFoundException`].
    pub struct SendAlexaOfferToMaster {
        /// ARN of the channel of Alexa and master.
        pub channel_arn: Option<String> = "ChannelARN" [Required, RESOURCE_ARN],
        /// The client that makes the offer.
        pub sender_client_id: Option<String> = "SenderClientId" [Required, CLIENT_ID],
        /// The SDP offer, in Base64.
        pub message_payload: Option<String> = "MessagePayload"
            [Required, Length(1, 10000), Pattern("^[a-zA-Z0-9+/=]+$")],
    }
}

impl Operation for SendAlexaOfferToMaster {
    const NAME: &'static str = "SendAlexaOfferToMaster";
    const SERVICE: &'static Service = &SERVICE;
    type Output = SendAlexaOfferToMasterOutput;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/v1/send-alexa-offer-to-master").document(self)
    }

    fn decode(_head: &Parts, body: &[u8]) -> Result<SendAlexaOfferToMasterOutput, Malformed> {
        restjson::decode(body)
    }
}

kvs_protocol::structure! {
    /// Answer of [`SendAlexaOfferToMaster`].
    #[non_exhaustive]
    pub struct SendAlexaOfferToMasterOutput {
        /// The SDP answer, in Base64.
        pub answer: Option<String> = "Answer",
    }
}

kvs_protocol::structure! {
    /// A relay, and what it lets in.
    #[non_exhaustive]
    pub struct IceServer {
        /// Addresses of the relay, such as `turn:host:443?transport=udp`: one for each way to reach
        /// it.
        pub uris: Option<Vec<String>> = "Uris" [Each(&[Length(1, 256)])],
        /// Name to log in with.
        pub username: Option<String> = "Username" [Length(1, 256), Pattern("^[a-zA-Z0-9_.-]+$")],
        /// Password to log in with.
        pub password: Option<String> = "Password" [Length(1, 256), Pattern("^[a-zA-Z0-9_.-]+$")],
        /// How long name and password are good, in seconds.
        pub ttl: Option<i32> = "Ttl" [Range(30.0, 86400.0)],
    }
}

kvs_protocol::open_enum! {
    /// Kind of relay.
    pub enum ServiceShape {
        /// A relay by RFC 8656.
        Turn = "TURN",
    }
}

kvs_protocol::exceptions! {
    /// What the service answers with when it refuses a call.
    pub enum Exception {
        /// Status 400. A limit on calls was exceeded. Wait, then try again.
        ClientLimitExceeded(ClientLimitExceededException) = "ClientLimitExceededException" (message),
        /// Status 400. A parameter is out of its limits.
        InvalidArgument(InvalidArgumentException) = "InvalidArgumentException" (message),
        /// Status 400. There is no such client.
        InvalidClient(InvalidClientException) = "InvalidClientException" (message),
        /// Status 401. The caller may not do this.
        NotAuthorized(NotAuthorizedException) = "NotAuthorizedException" (message),
        /// Status 404. There is no such channel.
        ResourceNotFound(ResourceNotFoundException) = "ResourceNotFoundException" (message),
        /// Status 400. The client's session, good for 45 minutes, is over. Connect to the channel
        /// anew.
        SessionExpired(SessionExpiredException) = "SessionExpiredException" (message),
    }
}
