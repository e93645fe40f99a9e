//! Amazon Kinesis Video Streams on this machine, to try and test clients against.
//!
//! A real HTTP service that answers as the cloud's does: fragments in the same Matroska shape and
//! the same odd pieces, listings in no order, pages, errors inside successful answers, and
//! signatures that must be right. Streams are made from captures of the service or from ordinary
//! Matroska files.
//!
//! ```
//! use kvs_emulator::{Emulator, Stream};
//!
//! let emulator = Emulator::builder().stream("cam", Stream::demo()).start()?;
//! // Clients take this for the endpoint, with the key `emulator` and the secret `emulator`.
//! assert!(emulator.url().starts_with("http://127.0.0.1:"));
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! # What is served
//! CreateStream, DeleteStream, DescribeStream, ListStreams and GetDataEndpoint, which answers with
//! the emulator's own address; ListFragments and GetMediaForFragmentList. Any region will do.
//!
//! # What is simpler than in the cloud
//! Streams can be used as soon as they are created, and are gone as soon as they are deleted.
//! Nothing is ingested: a new stream stays empty. The disorder of listings, the sizes of pieces and
//! the numbers of fragments are the same every time. Quotas are not enforced; [`Builder::rate`]
//! slows media down.
#![forbid(unsafe_code)]

mod admin;
mod arrivals;
mod auth;
mod body;
mod catalogue;
mod clock;
mod emulator;
mod entry;
mod faults;
mod ingest;
mod load;
mod log;
mod media;
mod numbering;
mod operations;
mod quotas;
mod recording;
mod refusal;
mod server;
mod sessions;
mod shuffle;
mod store;
mod stream;
#[cfg(feature = "tls")]
mod tls;
mod token;

pub use emulator::{Builder, Emulator};
pub use faults::{BadFaults, Fault, Faults, Rule};
pub use load::LoadError;
pub use log::Access;
pub use stream::{Source, Stream};

#[cfg(test)]
mod tests;
