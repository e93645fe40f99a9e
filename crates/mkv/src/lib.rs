//! Matroska as Amazon Kinesis Video Streams writes it, without I/O.
//!
//! - [`Fragments`] takes the bytes of an answer in pieces of any size and gives whole
//!   [`Fragment`]s; [`Decoder`] below it gives events.
//! - [`Writer`] turns many fragments into one playable file; [`Timeline`] says when their frames
//!   are shown in it.
//! - [`payload`] writes a fragment in the service's own shape.
#![forbid(unsafe_code)]
#![warn(clippy::arithmetic_side_effects)]

mod decode;
mod ebml;
mod fragment;
mod number;
pub mod payload;
mod timestamp;
mod track;
mod writer;

pub use bytes::Bytes;
pub use decode::{
    ChangedInput, Damage, Decoder, Event, Fault, FragmentBegin, FragmentEnd, Fragments, Limits,
    Parts,
};
pub use ebml::crc::Crc32;
pub use fragment::{BlockAddition, Fragment, Frame, FrameHead, InBandError, Part, State, Tag};
pub use number::{BadFragmentNumber, FragmentNumber};
pub use timestamp::{BadTimestamp, Timestamp};
pub use track::{Audio, Track, TrackKind, Video};
pub use writer::{
    BadCheckpoint, Form, Gaps, Patch, Place, Tail, Timeline, TrackChange, TracksChanged,
    WriteError, Writer, WriterOptions,
};
