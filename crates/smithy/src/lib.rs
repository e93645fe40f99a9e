//! Amazon Kinesis Video Streams archives for programs that already hold an AWS SDK configuration.
//!
//! A [`Client`] [`send`](Client::send)s the operations of [`api`], [`open`](Client::open)s streamed
//! payloads and [`download`](Client::download)s fragments: all of a range of time, in order, each once
//! and whole, with a report of those that are missing. It does so over the HTTP client, with the
//! credentials, the region, the clock and the timeouts of an [`SdkConfig`], as `aws-config` loads it.
//! So a proxy, an assumed role or a recorded connector that is set up for other services serves this
//! one too.
//!
//! ```no_run
//! use kvs_smithy::Client;
//! use kvs_smithy::api::video::ListStreams;
//!
//! # async fn run(config: aws_types::SdkConfig) -> Result<(), Box<dyn std::error::Error>> {
//! // let config = aws_config::load_from_env().await;
//! let client = Client::new(&config)?;
//! for stream in client.send(ListStreams::default()).await?.stream_info_list.unwrap_or_default() {
//!     println!("{}", stream.stream_name.unwrap_or_default());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! What goes the other way: [`SdkError`] gives an error of ours the traits by which the SDK's errors
//! are read, [`RetryClassifier`] lets the SDK retry what we would, and [`convert`] turns timestamps
//! and blobs into the SDK's and back.
//!
//! [`SdkConfig`]: aws_types::SdkConfig
#![forbid(unsafe_code)]

mod asynchronous;
mod body;
mod classify;
mod client;
mod components;
mod config;
pub mod convert;
mod credentials;
mod error;
mod transport;

pub use body::Body;
pub use classify::RetryClassifier;
pub use client::{Builder, Client, Opened};
pub use error::SdkError;
pub use kvs_archive as archive;
pub use kvs_archive::api;
pub use kvs_archive::api::protocol::observe;
pub use kvs_archive::api::protocol::{Error, Invalid, MinimumRate, Observer, Timeouts};
pub use kvs_archive::mkv;

/// The fragments of a selection, in order, each once and whole; see [`Client::download`].
pub type Download = archive::asynchronous::Download<Client>;

/// The pages of an operation; see [`Client::pages`].
pub type Pages<O> = archive::asynchronous::Pages<Client, O>;

#[cfg(test)]
mod tests;
