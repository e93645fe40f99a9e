//! One call as a machine: each state owns its data, and its transitions consume it.
//!
//! | state | what a driver does | next |
//! | --- | --- | --- |
//! | [`Call`] | waits as [`pace`](Call::pace) says, asks for credentials and the time, then [`sign`](Call::sign)s | [`Waiting`] |
//! | [`Waiting`] | sends the request and gives the head of the answer, or [`interrupted`](Waiting::interrupted) | [`Head`], [`Retry`] |
//! | [`Head::Streaming`] | hands the body to the caller | – |
//! | [`Collect`] | reads the body up to [`limit`](Collect::limit), then [`finish`](Collect::finish)es | the output, [`Retry`] |
//! | [`Refused`] | reads what it can of the body up to [`limit`](Refused::limit), then [`finish`](Refused::finish)es | [`Retry`], the error |
//! | [`Retry`] | waits | [`Call`] |
//!
//! A whole run, with the bytes made up:
//!
//! ```
//! # use kvs_protocol::*;
//! # use kvs_protocol::http::{Method, Request, Response, response::Parts};
//! # use kvs_protocol::restjson::{ErrorReply, RequestBuilder};
//! # use std::{sync::Arc, time::SystemTime};
//! # static SERVICE: Service = Service { id: "Demo", endpoint: |built_ins| kvs_protocol::rules::by_prefix("demo", built_ins), signing_name: "demo", throttling: &[] };
//! # #[derive(serde::Serialize)]
//! # struct Greet {}
//! # #[derive(serde::Deserialize, Debug, PartialEq)]
//! # struct Greeting { text: String }
//! # #[derive(Debug)]
//! # enum Exception { Unmodelled }
//! # impl ServiceError for Exception { fn decode(_: &str, _: &ErrorReply<'_>) -> Self { Self::Unmodelled } }
//! # impl Operation for Greet {
//! #     const NAME: &'static str = "Greet";
//! #     const SERVICE: &'static Service = &SERVICE;
//! #     type Output = Greeting;
//! #     type Error = Exception;
//! #     type Delivery = Buffered;
//! #     fn encode(&self) -> Result<Request<Bytes>, Invalid> { RequestBuilder::new(Method::POST, "/greet").json(self) }
//! #     fn decode(_: &Parts, body: &[u8]) -> Result<Greeting, Malformed> { restjson::decode(body) }
//! # }
//! let origin = "https://demo.eu-west-1.amazonaws.com".parse()?;
//! let target = Arc::new(Target::new(origin, "eu-west-1", &SERVICE));
//! let mut session = Session::new(42);
//! let now = SystemTime::UNIX_EPOCH;
//!
//! let call = Call::new(Greet {}, target)?;
//! let (request, waiting) = call.sign(&Credentials::new("AKID", "secret"), &mut session, now);
//! assert_eq!(request.uri(), "https://demo.eu-west-1.amazonaws.com/greet");
//!
//! let (head, body) = Response::new(br#"{"text":"hello"}"#).into_parts();
//! let Head::Collect(collect) = waiting.head(head, &mut session, now)? else { unreachable!() };
//! assert_eq!(collect.finish(body)?, Greeting { text: "hello".into() });
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod progress;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HeaderValue};
use http::response::Parts;
use http::{Request, StatusCode};

use crate::check::Violation;
use crate::credentials::Credentials;
use crate::endpoint::Target;
use crate::error::{Error, ErrorKind, Interruption, InterruptionKind, Invalid, Malformed, Refusal};
use crate::observe::Happening;
use crate::operation::{Delivery, Operation, ServiceError, Upload};
use crate::restjson::{ErrorReply, Violations};
use crate::retry::{self, Reason};
use crate::session::Session;
use crate::sign;
use progress::Progress;

/// How much of an error's body is read: enough for every message that a person would read.
const REFUSAL_LIMIT: usize = 64 << 10;

/// A call that is ready to be signed and sent.
#[derive(Debug)]
pub struct Call<O> {
    progress: Progress,
    request: Request<Bytes>,
    operation: O,
}

/// What is known beforehand of a body that is sent as it comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UploadBody {
    /// Its length in bytes; without it the transport sends chunks.
    pub length: Option<u64>,
    /// Its SHA-256 sum; without it the signature leaves the body out.
    pub sha256: Option<[u8; 32]>,
}

impl<O: Operation> Call<O> {
    /// Encodes `operation` for `target`.
    ///
    /// # Errors
    /// When the request cannot be sent as it is; nothing has left the machine.
    pub fn new(operation: O, target: Arc<Target>) -> Result<Self, Error<O::Error>> {
        Self::encoded(operation, target, O::encode)
    }

    /// As [`new`](Self::new), with `token` where the operation leaves out what the service knows a
    /// repeat by; [`Session::token`] draws one.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_token(
        operation: O,
        target: Arc<Target>,
        token: &str,
    ) -> Result<Self, Error<O::Error>> {
        Self::encoded(operation, target, |operation| operation.with_token(token))
    }

    fn encoded(
        operation: O,
        target: Arc<Target>,
        encode: impl FnOnce(&O) -> Result<Request<Bytes>, Invalid>,
    ) -> Result<Self, Error<O::Error>> {
        let progress = Progress::new(target, O::NAME);
        let encode = || progress.address(encode(&operation)?, &operation.host_prefix()?);
        let request = encode().map_err(|invalid| error::<O>(0, ErrorKind::Invalid(invalid)))?;
        Ok(Self {
            progress,
            request,
            operation,
        })
    }

    /// The input.
    pub fn operation(&self) -> &O {
        &self.operation
    }

    /// What the model objects to in the input, although it can be sent. The service may have
    /// loosened its limits since: whether to send it nevertheless is for the driver to say.
    pub fn violations(&self) -> &[Violation] {
        let found = self.request.extensions().get::<Violations>();
        found.map_or(&[], |violations| &violations.0)
    }

    /// The call, unless there are [`violations`](Self::violations).
    ///
    /// # Errors
    /// [`ErrorKind::Violations`] with all of them.
    pub fn checked(self) -> Result<Self, Error<O::Error>> {
        match self.violations() {
            [] => Ok(self),
            found => Err(self.failed(ErrorKind::Violations(found.to_vec()))),
        }
    }

    /// How many attempts were sent so far.
    pub fn attempts(&self) -> u32 {
        self.progress.attempts
    }

    /// How long to wait before the next attempt, so that the client sends no more than the service
    /// can take; nothing, except in [adaptive mode](crate::retry::RetryMode). Asked once for each
    /// attempt, and before its credentials are: the [deadline](Target::deadline) counts from the
    /// first time.
    ///
    /// # Errors
    /// [`ErrorKind::Interrupted`] where the wait would end after the deadline.
    pub fn pace(
        &mut self,
        session: &mut Session,
        now: SystemTime,
    ) -> Result<Duration, Error<O::Error>> {
        self.progress.pace(session, now).ok_or_else(|| {
            let why = "the client has to slow down beyond the deadline of the call";
            let why = Interruption::new(InterruptionKind::TimedOut, why);
            self.failed(ErrorKind::Interrupted(why))
        })
    }

    /// Signs as of `now`. Every attempt is signed afresh, with the credentials that the driver has
    /// just asked for, and which pass their [`check`](Credentials::check).
    pub fn sign(
        mut self,
        credentials: &Credentials,
        session: &mut Session,
        now: SystemTime,
    ) -> (Request<Bytes>, Waiting<O>) {
        let credentials = O::IS_SIGNED.then_some(credentials);
        let request = self
            .progress
            .attempt(&self.request, credentials, session, now);
        (request, Waiting { call: self })
    }

    /// Signs the head of a request whose body follows. What the driver then sends must be `body`
    /// as announced; for another attempt it must have it again.
    ///
    /// # Errors
    /// When the service needs the length, and it is not known.
    pub fn sign_upload(
        mut self,
        body: &UploadBody,
        credentials: &Credentials,
        session: &mut Session,
        now: SystemTime,
    ) -> Result<(Request<()>, Waiting<O>), Invalid>
    where
        O: Upload,
    {
        if O::NEEDS_LENGTH && body.length.is_none() {
            let problem = "must be of a length that is known beforehand";
            return Err(Invalid::new("body", problem));
        }
        let headers = self.request.headers_mut();
        let sum = body
            .sha256
            .map_or("UNSIGNED-PAYLOAD".to_owned(), |sum| sign::hex(&sum));
        if let Ok(sum) = HeaderValue::from_str(&sum) {
            headers.insert("x-amz-content-sha256", sum);
        }
        if let Some(length) = body.length {
            headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
        }
        let (request, waiting) = self.sign(credentials, session, now);
        Ok((request.map(drop), waiting))
    }

    /// A retry where there is a reason for one and the session allows it; else the error.
    fn again(
        mut self,
        reason: Option<Reason>,
        hint: Option<Duration>,
        session: &mut Session,
        now: SystemTime,
        otherwise: impl FnOnce() -> ErrorKind<O::Error>,
    ) -> Result<Retry<O>, Error<O::Error>> {
        let Some((reason, after)) = self.progress.permit(reason, hint, session, now) else {
            return Err(self.failed(otherwise()));
        };
        Ok(Retry {
            after,
            reason,
            refresh_credentials: reason == Reason::ExpiredCredentials,
            call: self,
        })
    }

    fn interrupted(
        self,
        why: Interruption,
        session: &mut Session,
        now: SystemTime,
    ) -> Result<Retry<O>, Error<O::Error>> {
        let reason = retry::classify_interruption(why.kind);
        self.progress.tell(Happening::Interrupted {
            kind: why.kind,
            detail: &why.detail,
        });
        self.again(reason, None, session, now, || ErrorKind::Interrupted(why))
    }

    fn failed(&self, kind: ErrorKind<O::Error>) -> Error<O::Error> {
        let error = error::<O>(self.progress.attempts, kind);
        self.progress.tell(Happening::Failed { error: &error });
        error
    }
}

fn error<O: Operation>(attempts: u32, kind: ErrorKind<O::Error>) -> Error<O::Error> {
    Error {
        operation: O::NAME,
        attempts,
        kind,
    }
}

/// A request that is under way.
#[derive(Debug)]
pub struct Waiting<O> {
    call: Call<O>,
}

impl<O: Operation> Waiting<O> {
    /// What is left at `now` until the [deadline](Target::deadline) of the call. The payload of a
    /// streamed answer may take longer; for all else, the answer has to be there.
    pub fn time_left(&self, now: SystemTime) -> Option<Duration> {
        self.call.progress.time_left(now)
    }

    /// Takes the head of the answer, which decides what the body is and how much of it is read.
    ///
    /// # Errors
    /// When the head of a streamed answer is not what the model promises.
    pub fn head(
        self,
        head: Parts,
        session: &mut Session,
        now: SystemTime,
    ) -> Result<Head<O>, Error<O::Error>> {
        if !self.call.progress.succeeds(&head, session, now) {
            return Ok(Head::Refused(Refused {
                call: self.call,
                head,
                at: now,
            }));
        }
        if !<O::Delivery as Delivery>::STREAMED {
            return Ok(Head::Collect(Collect {
                call: self.call,
                head,
            }));
        }
        match O::decode(&head, &[]) {
            Ok(output) => Ok(Head::Streaming(output)),
            Err(malformed) => Err(self.call.failed(ErrorKind::Malformed(malformed))),
        }
    }

    /// The transport gave up before a head came.
    ///
    /// # Errors
    /// When another attempt is of no use or not allowed.
    pub fn interrupted(
        self,
        why: Interruption,
        session: &mut Session,
        now: SystemTime,
    ) -> Result<Retry<O>, Error<O::Error>> {
        self.call.interrupted(why, session, now)
    }
}

/// What the head of an answer leads to.
#[derive(Debug)]
pub enum Head<O: Operation> {
    /// Success; the body is the payload, and the caller's to read.
    Streaming(O::Output),
    /// Success; the body holds the output.
    Collect(Collect<O>),
    /// The service refused; the body says why.
    Refused(Refused<O>),
}

/// An answer whose body is to be collected.
#[derive(Debug)]
pub struct Collect<O> {
    call: Call<O>,
    head: Parts,
}

impl<O: Operation> Collect<O> {
    /// How many bytes of the body are to be read at most: one more than is accepted, so that what is
    /// too long shows.
    pub fn limit(&self) -> usize {
        O::ANSWER_LIMIT.saturating_add(1)
    }

    /// Decodes the body: all of it, or what was read up to the [`limit`](Self::limit).
    ///
    /// # Errors
    /// When it is not what the model promises, or too long.
    pub fn finish(self, body: &[u8]) -> Result<O::Output, Error<O::Error>> {
        let output = if body.len() > O::ANSWER_LIMIT {
            let problem = format!("is longer than {} bytes", O::ANSWER_LIMIT);
            Err(Malformed::new("body", problem))
        } else {
            O::decode(&self.head, body)
        };
        output.map_err(|malformed| self.call.failed(ErrorKind::Malformed(malformed)))
    }

    /// The body broke off.
    ///
    /// # Errors
    /// When another attempt is of no use or not allowed.
    pub fn interrupted(
        self,
        why: Interruption,
        session: &mut Session,
        now: SystemTime,
    ) -> Result<Retry<O>, Error<O::Error>> {
        self.call.interrupted(why, session, now)
    }
}

/// An error answer whose body is still to be read.
#[derive(Debug)]
pub struct Refused<O> {
    call: Call<O>,
    head: Parts,
    at: SystemTime,
}

impl<O: Operation> Refused<O> {
    /// How many bytes of body are worth reading. More may be left unread.
    pub fn limit(&self) -> usize {
        REFUSAL_LIMIT
    }

    /// Status of the answer.
    pub fn status(&self) -> StatusCode {
        self.head.status
    }

    /// Decides what follows. `prefix` may be cut short: the error is then told by status and headers.
    ///
    /// # Errors
    /// The service's refusal, when another attempt is of no use or not allowed.
    pub fn finish(self, prefix: &[u8], session: &mut Session) -> Result<Retry<O>, Error<O::Error>> {
        let Self { mut call, head, at } = self;
        let reply = ErrorReply::new(&head, prefix);
        let progress = &mut call.progress;
        let (reason, hint) = progress.refused(&head, &reply, O::SERVICE, session, at);
        call.again(reason, hint, session, at, || {
            ErrorKind::Refused(Box::new(Refusal {
                error: O::Error::decode(reply.code(), &reply),
                status: head.status,
                code: reply.code().to_owned(),
                message: reply.message().to_owned(),
                request_id: reply.request_id().map(str::to_owned),
            }))
        })
    }
}

/// Leave to try again, after a wait.
#[derive(Debug)]
pub struct Retry<O> {
    /// How long to wait.
    pub after: Duration,
    /// Why the last attempt failed.
    pub reason: Reason,
    /// Whether new credentials are to be asked for: the service no longer honours the last ones.
    pub refresh_credentials: bool,
    /// The call, ready to be signed again.
    pub call: Call<O>,
}

#[cfg(test)]
mod tests;
