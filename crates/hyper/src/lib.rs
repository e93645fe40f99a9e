//! Async client for Amazon Kinesis Video Streams archives, on `tokio`, `hyper` and `rustls`.
//!
//! [`Client`] has four verbs: [`send`](Client::send) an operation whose answer is collected,
//! [`open`](Client::open) one whose payload is streamed, walk the [`pages`](Client::pages) of one,
//! and [`download`](Client::download) fragments: all of a range of time, in order, each once and
//! whole, with a report of those that are missing.
//!
//! ```no_run
//! use kvs_hyper::archive::{ExportOptions, Selection, TimestampOrigin};
//! use kvs_hyper::Client;
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::from_env()?;
//! let (from, to) = ("2026-11-24T10:00:00Z".parse()?, "2026-11-24T10:05:00Z".parse()?);
//! let minutes = Selection::between("door", TimestampOrigin::Producer, from, to);
//! let mut download = client.download(minutes, ExportOptions::default());
//! while let Some(fragment) = download.next().await {
//!     let fragment = fragment?;
//!     println!("{:?}: {} frames", fragment.number, fragment.frames.len());
//! }
//! println!("missing: {:?}", download.report().missing);
//! # Ok(())
//! # }
//! ```
//!
//! Region, credentials, endpoints, retries and proxy are taken from where AWS's tools take them
//! ([`Client::from_env`]), or given ([`Settings`], [`Builder`]). Credentials are searched for when the
//! first call needs them, and again before they end.
//!
//! Everything happens in the caller's task: a connection moves on while somebody waits for an answer or
//! the next piece of a body. Files and programs that credentials are in are left to the runtime's
//! threads for what blocks. A [`Client`] needs `tokio`'s I/O and time
//! drivers ([`enable_all`](tokio::runtime::Builder::enable_all)). Dropping a future cancels its
//! request and closes the connection; only [`Download`] goes on where it was.
#![forbid(unsafe_code)]

mod asynchronous;
mod body;
mod client;
mod clock;
mod connect;
mod connection;
mod credentials;
mod dial;
mod exchange;
mod pool;
mod proxy;
mod tls;
mod transport;

pub use body::Body;
pub use client::{Builder, Client, Opened};
pub use clock::{Clock, SystemClock};
pub use dial::{Connect, Connecting, Stream};
pub use kvs_archive as archive;
pub use kvs_archive::api;
pub use kvs_archive::api::protocol::observe;
pub use kvs_archive::api::protocol::{Error, Invalid, MinimumRate, Observer, Settings, Timeouts};
pub use kvs_archive::mkv;
#[cfg(feature = "tracing")]
pub use kvs_host::Tracing;
pub use kvs_host::from_surroundings;

/// The fragments of a selection, in order, each once and whole; see [`Client::download`].
pub type Download = archive::asynchronous::Download<Client>;

/// The pages of an operation; see [`Client::pages`].
pub type Pages<O> = archive::asynchronous::Pages<Client, O>;

#[cfg(test)]
mod tests;
