//! What the generator writes for each operation, and nothing more.

use std::fmt;

use bytes::Bytes;
use http::Request;
use http::response::Parts;

use crate::error::{Invalid, Malformed};
use crate::restjson::ErrorReply;
use crate::rules::{BuiltIns, Endpoint, Unresolved};

/// Facts that all operations of one service share.
#[derive(Debug)]
pub struct Service {
    /// Name of the service as AWS's SDKs spell it, for messages and `AWS_ENDPOINT_URL_*`.
    pub id: &'static str,
    /// Where it is, by the rules of its model and the settings of the client alone.
    pub endpoint: fn(BuiltIns<'_>) -> Result<Endpoint, Unresolved>,
    /// Service part of the credential scope.
    pub signing_name: &'static str,
    /// Error codes that mean "slow down" at this service, beside those that mean it everywhere.
    pub throttling: &'static [&'static str],
}

/// One operation of a service: the value is its input, the implementation its wire form.
///
/// Implementations are generated; see `kvs-api`. The shape of a call is in [`Call`](crate::Call).
pub trait Operation {
    /// Name of the operation in the service model.
    const NAME: &'static str;
    /// The service it belongs to.
    const SERVICE: &'static Service;
    /// The longest answer, in bytes, that is read into memory. Streamed payloads have no limit.
    const ANSWER_LIMIT: usize = 16 << 20;
    /// Whether requests are signed.
    const IS_SIGNED: bool = true;
    /// What a successful call gives; for streamed operations what the head alone tells.
    type Output;
    /// The modelled errors of the service.
    type Error: ServiceError;
    /// [`Buffered`] or [`Streamed`].
    type Delivery: Delivery;

    /// Method, path, query, headers and body; no origin yet.
    ///
    /// # Errors
    /// [`Invalid`] names the member without which, or as it is, the request cannot be sent.
    fn encode(&self) -> Result<Request<Bytes>, Invalid>;

    /// As [`encode`](Self::encode), with `token` where the input leaves out what the service knows
    /// a repeat by. All attempts of a call must have the same one.
    ///
    /// # Errors
    /// As [`encode`](Self::encode).
    fn with_token(&self, token: &str) -> Result<Request<Bytes>, Invalid> {
        let _ = token;
        self.encode()
    }

    /// What is put before the host name of the endpoint; mostly nothing.
    ///
    /// # Errors
    /// [`Invalid`] names the member that is part of it, and cannot be.
    fn host_prefix(&self) -> Result<String, Invalid> {
        Ok(String::new())
    }

    /// The endpoint of the service, by the rules of its model and, where they ask for it, by what
    /// the input says.
    ///
    /// # Errors
    /// [`Unresolved`] says which parameter is missing, or why there is no endpoint for them.
    fn endpoint(&self, built_ins: BuiltIns<'_>) -> Result<Endpoint, Unresolved> {
        (Self::SERVICE.endpoint)(built_ins)
    }

    /// Where the operation is served.
    fn route(&self) -> Route<'_> {
        Route::Regional
    }

    /// Reads a successful answer. Streamed operations are given an empty body.
    ///
    /// # Errors
    /// [`Malformed`] says which part of the answer is not what the model promises.
    fn decode(head: &Parts, body: &[u8]) -> Result<Self::Output, Malformed>;
}

/// A borrowed operation is one too: a driver that may have to send it to a second endpoint keeps it.
impl<O: Operation> Operation for &O {
    const NAME: &'static str = O::NAME;
    const SERVICE: &'static Service = O::SERVICE;
    const ANSWER_LIMIT: usize = O::ANSWER_LIMIT;
    const IS_SIGNED: bool = O::IS_SIGNED;
    type Output = O::Output;
    type Error = O::Error;
    type Delivery = O::Delivery;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        O::encode(self)
    }

    fn with_token(&self, token: &str) -> Result<Request<Bytes>, Invalid> {
        O::with_token(self, token)
    }

    fn host_prefix(&self) -> Result<String, Invalid> {
        O::host_prefix(self)
    }

    fn endpoint(&self, built_ins: BuiltIns<'_>) -> Result<Endpoint, Unresolved> {
        O::endpoint(self, built_ins)
    }

    fn route(&self) -> Route<'_> {
        O::route(self)
    }

    fn decode(head: &Parts, body: &[u8]) -> Result<Self::Output, Malformed> {
        O::decode(head, body)
    }
}

/// Where an operation is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route<'a> {
    /// At the service's endpoint in the region.
    Regional,
    /// At an endpoint that the control service tells, for each API and resource another one.
    Discovered {
        /// Name of the API, as the control service spells it.
        api: &'static str,
        /// Name or ARN of the resource; empty where the input names none.
        resource: &'a str,
    },
}

impl<'a> Route<'a> {
    /// An endpoint that is discovered for the first of the resources that is named.
    pub fn discovered<const N: usize>(
        api: &'static str,
        resources: [&'a Option<String>; N],
    ) -> Self {
        let named = resources.into_iter().find_map(Option::as_deref);
        Route::Discovered {
            api,
            resource: named.unwrap_or_default(),
        }
    }
}

/// How the payload of a successful answer reaches the caller.
pub trait Delivery: sealed::Sealed {
    /// Whether the body is handed over as it comes in.
    const STREAMED: bool;
}

/// The answer is collected, then decoded.
#[derive(Debug)]
pub enum Buffered {}

/// The head is decoded; the body is a stream of bytes.
#[derive(Debug)]
pub enum Streamed {}

impl Delivery for Buffered {
    const STREAMED: bool = false;
}

impl Delivery for Streamed {
    const STREAMED: bool = true;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Buffered {}
    impl Sealed for super::Streamed {}
}

/// An operation whose body its caller supplies while it is sent: what is encoded is the head alone.
pub trait Upload: Operation {
    /// Whether the length of the body must be told before it.
    const NEEDS_LENGTH: bool;
}

/// An operation whose answer comes in pages.
pub trait Paginated: Operation + Sized {
    /// The request for the page after `page`; `None` when `page` was the last one.
    ///
    /// # Errors
    /// [`Malformed`] when `page` has the very token that it was asked for with: there is more, and
    /// no way to it.
    fn after(&self, page: &Self::Output) -> Result<Option<Self>, Malformed>;
}

/// The modelled errors of a service.
pub trait ServiceError: fmt::Debug + Sized {
    /// The error that `code` names. A body that does not parse leaves the members unset: the code
    /// alone says what happened.
    fn decode(code: &str, reply: &ErrorReply<'_>) -> Self;
}
