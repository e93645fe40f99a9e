//! Blocking client for Amazon Kinesis Video Streams archives, on `ureq` and `rustls`.
//!
//! [`Client`] has four verbs: [`send`](Client::send) an operation whose answer is collected,
//! [`open`](Client::open) one whose payload is streamed, walk the [`pages`](Client::pages) of one,
//! and [`download`](Client::download) fragments: all of a range of time, in order, each once and
//! whole, with a report of those that are missing.
//!
//! ```no_run
//! use kvs_ureq::archive::{ExportOptions, Selection, TimestampOrigin};
//! use kvs_ureq::Client;
//!
//! let client = Client::from_env()?;
//! let (from, to) = ("2026-11-24T10:00:00Z".parse()?, "2026-11-24T10:05:00Z".parse()?);
//! let minutes = Selection::between("door", TimestampOrigin::Producer, from, to);
//! let mut download = client.download(minutes, ExportOptions::default());
//! for fragment in &mut download {
//!     let fragment = fragment?;
//!     println!("{:?}: {} frames", fragment.number, fragment.frames.len());
//! }
//! println!("missing: {:?}", download.report().missing);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Region, credentials, endpoints, retries and proxy are taken from where AWS's tools take them
//! ([`Client::from_env`]), or given ([`Settings`], [`Builder`]). Credentials are searched for when the
//! first call needs them, and again before they end.
//!
//! Nothing runs in the background: the caller's thread does it all, but for the lookup of a name,
//! which can be given a time limit in no other way than in a thread of its own.
#![forbid(unsafe_code)]

mod body;
mod client;
mod clock;
mod connect;
mod credentials;
mod download;
mod pages;
mod spare;
mod threads;
mod tls;
mod transport;
mod unversioned;

pub use body::Body;
pub use client::{Builder, Client, Opened};
pub use clock::{Clock, SystemClock};
pub use connect::Connect;
pub use download::Download;
pub use kvs_archive as archive;
pub use kvs_archive::api;
pub use kvs_archive::api::protocol::observe;
pub use kvs_archive::api::protocol::{Error, Invalid, MinimumRate, Observer, Settings, Timeouts};
pub use kvs_archive::mkv;
#[cfg(feature = "tracing")]
pub use kvs_host::Tracing;
pub use kvs_host::from_surroundings;
pub use pages::Pages;
