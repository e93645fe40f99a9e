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
//! - Of the control service: CreateStream, DeleteStream, DescribeStream, ListStreams, UpdateStream,
//!   UpdateDataRetention, TagStream, UntagStream, ListTagsForStream, and GetDataEndpoint, which
//!   answers with the emulator's own address. Any region will do.
//! - Of archived media: ListFragments, GetMediaForFragmentList, GetClip, GetHLSStreamingSessionURL
//!   and GetDASHStreamingSessionURL, with all that their URLs lead to; and GetImages with the feature
//!   `stills`, whose decoder is in C++ and is built from its source.
//! - PutMedia, with acks and the numbers of errors, and GetMedia.
//!
//! [`Builder::faults`] lets things go wrong, [`Builder::quotas`] keeps the published quotas,
//! [`Builder::data`] keeps streams in a folder, [`Builder::clock`] sets the time; HTTPS is a feature,
//! `tls`.
//!
//! # What is simpler than in the cloud
//! - Streams can be used as soon as they are created, and are gone as soon as they are deleted.
//! - The disorder of listings, the sizes of pieces and the numbers of fragments are the same every
//!   time.
//! - HLS comes as fragmented MP4 only; MPEG-TS is refused.
//! - GetImages makes pictures of H.264 alone: those of another codec are `MEDIA_ERROR`s. Where no
//!   SamplingInterval is given it is 3,000 milliseconds.
//! - GetMedia ends at the last fragment, unless a producer is connected that may bring more.
//! - What is loaded from a file counts as stored when the emulator starts, so that it does not
//!   expire before a test begins.
//! - A session is known by its token alone. Whoever knows how they are made can make one.
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
mod scenes;
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
