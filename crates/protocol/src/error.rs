//! Everything that can go wrong with a call, said so that a person can act on it.

use std::fmt;

use http::StatusCode;

use crate::check::Violation;
use crate::operation::ServiceError;
use crate::restjson::ErrorReply;

/// Why a call failed.
#[derive(Debug)]
pub struct Error<E> {
    /// Name of the operation.
    pub operation: &'static str,
    /// How many attempts were sent; 0 when none left the machine.
    pub attempts: u32,
    /// What happened at the last of them.
    pub kind: ErrorKind<E>,
}

/// What ended a call.
#[derive(Debug)]
#[non_exhaustive]
pub enum ErrorKind<E> {
    /// The request cannot be sent as it is.
    Invalid(Invalid),
    /// The request could be sent, but breaks rules of the service's model: these.
    Violations(Vec<Violation>),
    /// The service answered with an error.
    Refused(Box<Refusal<E>>),
    /// No whole answer came back.
    Interrupted(Interruption),
    /// An answer came back that is not what the model promises.
    Malformed(Malformed),
    /// There is nothing to sign with.
    Credentials(String),
    /// What has to be kept on this machine cannot be.
    Storage(String),
}

impl<E> Error<E> {
    /// What ended a call of `operation` before its first attempt, or outside of any.
    pub fn unsent(operation: &'static str, kind: ErrorKind<E>) -> Self {
        Self {
            operation,
            attempts: 0,
            kind,
        }
    }

    /// The same error in the terms of another service: what a control service refused, for a call
    /// that had to ask it first. The services of a family share their error codes.
    pub fn for_service<F: ServiceError>(self) -> Error<F> {
        let kind = match self.kind {
            ErrorKind::Invalid(invalid) => ErrorKind::Invalid(invalid),
            ErrorKind::Violations(violations) => ErrorKind::Violations(violations),
            ErrorKind::Refused(refusal) => ErrorKind::Refused(Box::new(refusal.for_service())),
            ErrorKind::Interrupted(interruption) => ErrorKind::Interrupted(interruption),
            ErrorKind::Malformed(malformed) => ErrorKind::Malformed(malformed),
            ErrorKind::Credentials(why) => ErrorKind::Credentials(why),
            ErrorKind::Storage(why) => ErrorKind::Storage(why),
        };
        Error {
            operation: self.operation,
            attempts: self.attempts,
            kind,
        }
    }

    /// The service's refusal, where that is what happened.
    pub fn refusal(&self) -> Option<&Refusal<E>> {
        match &self.kind {
            ErrorKind::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }
}

impl<E> fmt::Display for Error<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.operation, self.kind)?;
        if self.attempts > 1 {
            write!(f, " (after {} attempts)", self.attempts)?;
        }
        Ok(())
    }
}

impl<E> fmt::Display for ErrorKind<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(invalid) => invalid.fmt(f),
            Self::Violations(violations) => {
                let all: Vec<String> = violations.iter().map(Violation::to_string).collect();
                f.write_str(&all.join("; "))
            }
            Self::Refused(refusal) => refusal.fmt(f),
            Self::Interrupted(interruption) => interruption.fmt(f),
            Self::Malformed(malformed) => malformed.fmt(f),
            Self::Credentials(why) | Self::Storage(why) => f.write_str(why),
        }
    }
}

impl<E: fmt::Debug> std::error::Error for Error<E> {}

/// An error that the service answered with.
#[derive(Debug, Clone)]
pub struct Refusal<E> {
    /// The modelled error, or the service's "unmodelled" variant.
    pub error: E,
    /// HTTP status of the answer.
    pub status: StatusCode,
    /// Bare error code, such as `ResourceNotFoundException`; empty where the answer names none.
    pub code: String,
    /// The service's own words; empty where it has none.
    pub message: String,
    /// The service's name for this request, to be quoted in a support case.
    pub request_id: Option<String>,
}

impl<E> Refusal<E> {
    fn for_service<F: ServiceError>(self) -> Refusal<F> {
        let body = serde_json::json!({ "message": self.message }).to_string();
        let (head, body) = http::Response::new(body).into_parts();
        Refusal {
            error: F::decode(&self.code, &ErrorReply::new(&head, body.as_bytes())),
            status: self.status,
            code: self.code,
            message: self.message,
            request_id: self.request_id,
        }
    }
}

impl<E> fmt::Display for Refusal<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code.as_str() {
            "" => write!(f, "HTTP {}", self.status)?,
            code => write!(f, "{code} (HTTP {})", self.status.as_u16())?,
        }
        if !self.message.is_empty() {
            write!(f, ": {}", self.message)?;
        }
        if let Some(id) = &self.request_id {
            write!(f, " [request {id}]")?;
        }
        Ok(())
    }
}

/// A request that cannot be sent: which member, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    /// Path of the member, as the service spells it; several are joined by ` or `.
    pub member: String,
    /// What is wrong with it.
    pub problem: String,
}

impl Invalid {
    /// The member called `member` cannot be sent; `problem` completes the sentence.
    pub fn new(member: impl Into<String>, problem: impl Into<String>) -> Self {
        Self {
            member: member.into(),
            problem: problem.into(),
        }
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.member, self.problem)
    }
}

impl std::error::Error for Invalid {}

/// An answer that is not what the model promises.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// Which part of the answer: `body`, or the name of a header.
    pub part: &'static str,
    /// What is wrong with it.
    pub problem: String,
}

impl Malformed {
    /// The part called `part` of an answer cannot be read.
    pub fn new(part: &'static str, problem: impl Into<String>) -> Self {
        Self {
            part,
            problem: problem.into(),
        }
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the answer cannot be read: {}: {}",
            self.part, self.problem
        )
    }
}

impl std::error::Error for Malformed {}

/// What a transport reports when no whole answer came back.
#[derive(Debug)]
pub struct Interruption {
    /// What the retry policy needs to know.
    pub kind: InterruptionKind,
    /// What a person needs to know, in the transport's words.
    pub detail: String,
}

/// The few kinds of transport failure that matter to a retry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum InterruptionKind {
    /// No connection could be made; nothing was sent.
    Connect,
    /// The peer was silent for longer than allowed.
    TimedOut,
    /// The connection broke after it was made.
    Broken,
    /// Trying again cannot help: an untrusted certificate, a proxy that refuses, an address that is none.
    Refused,
}

impl Interruption {
    /// An interruption of `kind`, told in the transport's words.
    pub fn new(kind: InterruptionKind, detail: impl fmt::Display) -> Self {
        Self {
            kind,
            detail: detail.to_string(),
        }
    }
}

impl fmt::Display for Interruption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            InterruptionKind::Connect => "no connection",
            InterruptionKind::TimedOut => "timed out",
            InterruptionKind::Broken => "the connection broke",
            InterruptionKind::Refused => "the transport refused",
        };
        write!(f, "{what}: {}", self.detail)
    }
}

impl std::error::Error for Interruption {}
