//! The sans-IO core of AWS restJson1 clients.
//!
//! Nothing here opens a socket, reads a clock, draws a random number or sleeps: bytes, time and a
//! seed are passed in. A call is a machine whose transitions consume it, so that a wrong order
//! does not compile; a driver is the loop that carries bytes between the machine and a transport.
//!
//! ```text
//! Call ──sign──▶ Waiting ──head──▶ Streaming(output) │ Collect ──finish──▶ output │ Refused ──finish──▶ error
//!  ▲                │                                                                      │
//!  └──── Retry ◀────┴──────────────── interrupted ◀────────────────────────────────────────┘
//! ```
//!
//! See [`call`] for the machine and a whole run of it.
#![forbid(unsafe_code)]

pub mod blob;
pub mod call;
pub mod check;
pub mod credentials;
pub mod endpoint;
pub mod error;
pub mod number;
pub mod observe;
pub mod operation;
pub mod proxy;
pub mod restjson;
pub mod retry;
pub mod rules;
mod scan;
pub mod sensitive;
pub mod session;
pub mod settings;
pub mod sign;
mod timeouts;
pub mod timestamp;

pub use blob::Blob;
pub use bytes::Bytes;
pub use call::{Call, Collect, Head, Refused, Retry, UploadBody, Waiting};
pub use check::{Rule, Violation};
pub use credentials::Credentials;
pub use endpoint::{Origin, Target};
pub use error::{Error, ErrorKind, Interruption, InterruptionKind, Invalid, Malformed, Refusal};
pub use http;
pub use number::BigNumber;
pub use observe::Observer;
pub use operation::{
    Buffered, Delivery, Operation, Paginated, Route, Service, ServiceError, Streamed, Upload,
};
pub use sensitive::Sensitive;
pub use session::Session;
pub use settings::Settings;
pub use timeouts::{MinimumRate, Throughput, Timeouts};
pub use timestamp::{DateTime, EpochSeconds, HttpDate, Timestamp};

/// A value of whatever shape, where a model leaves the shape open.
pub use serde_json::Value as Document;
