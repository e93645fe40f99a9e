//! Watching calls: what happens to each, as it happens.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use http::StatusCode;

use crate::error::InterruptionKind;
use crate::retry::Reason;

/// Is told what happens to the calls of a client. Nothing that it is told is secret.
///
/// It is told in the middle of a call, by whoever drives it, and other calls may wait meanwhile: it
/// is to be quick, and to make no calls of its own.
///
/// ```
/// use kvs_protocol::observe::{Event, Happening, Observer};
///
/// #[derive(Debug)]
/// struct Retries;
///
/// impl Observer for Retries {
///     fn observe(&self, event: &Event<'_>) {
///         if let Happening::Retrying { reason, after, .. } = event.what {
///             eprintln!("{} again in {after:?}: {reason:?}", event.operation);
///         }
///     }
/// }
/// ```
pub trait Observer: fmt::Debug + Send + Sync {
    /// Takes an event.
    fn observe(&self, event: &Event<'_>);

    /// Takes what has gone wrong beside the calls, which go on; by default it is passed over.
    fn notice(&self, notice: &Notice) {
        let _ = notice;
    }
}

/// What has gone wrong and stops no call yet, but may do so later: somebody should see to it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Notice {
    /// The token of a person who has signed in could not be renewed; it serves until it ends.
    NotRenewed {
        /// Why, for a person; no secrets.
        why: String,
    },
    /// A file could not be written; what belongs into it is in use, and is lost with the process.
    NotStored {
        /// The file.
        path: PathBuf,
        /// Why, for a person.
        why: String,
    },
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotRenewed { why } => {
                write!(f, "the token of single sign-on is not renewed: {why}")
            }
            Self::NotStored { path, why } => write!(f, "{} {why}", path.display()),
        }
    }
}

/// What has happened, and to which call.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Event<'a> {
    /// Name of the operation.
    pub operation: &'static str,
    /// The host that it is sent to.
    pub host: &'a str,
    /// Which attempt it is, from 1.
    pub attempt: u32,
    /// What has happened.
    pub what: Happening<'a>,
}

impl<'a> Event<'a> {
    pub(crate) fn new(
        operation: &'static str,
        host: &'a str,
        attempt: u32,
        what: Happening<'a>,
    ) -> Self {
        Self {
            operation,
            host,
            attempt,
            what,
        }
    }
}

/// What happens to a call: it is [`Sent`](Self::Sent), then [`Answered`](Self::Answered) or
/// [`Interrupted`](Self::Interrupted). An answer may turn out to be [`Refused`](Self::Refused), or
/// interrupted after all. What was no success is followed by [`Retrying`](Self::Retrying) or
/// [`Failed`](Self::Failed).
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Happening<'a> {
    /// The client slows down before this attempt.
    Pacing {
        /// How long it waits.
        wait: Duration,
    },
    /// The request is signed and about to be sent.
    Sent,
    /// The head of an answer is there.
    Answered {
        /// Its status.
        status: StatusCode,
        /// The service's name for the request.
        request_id: Option<&'a str>,
    },
    /// No whole answer came.
    Interrupted {
        /// What kind of thing went wrong.
        kind: InterruptionKind,
        /// The transport's words.
        detail: &'a str,
    },
    /// The answer is an error.
    Refused {
        /// The service's error code; empty where it names none.
        code: &'a str,
        /// The service's words; empty where it has none.
        message: &'a str,
    },
    /// There is to be another attempt.
    Retrying {
        /// Why the last one failed.
        reason: Reason,
        /// How long is waited before it.
        after: Duration,
    },
    /// There is to be none.
    Failed {
        /// The error that the caller gets.
        error: &'a dyn std::error::Error,
    },
}
