//! Operations of Amazon Kinesis Video Streams, generated from the service models.
//!
//! One module for each service, each a feature:
//!
//! | module | feature | on by default | what for |
//! | --- | --- | --- | --- |
//! | [`archived_media`] | `archived-media` | yes | reads what is stored |
//! | [`video`] | `video` | yes | manages streams and tells where they are read |
//! | `media` | `media` | | reads a stream as it is written |
//! | `signaling` | `signaling` | | tells peers of WebRTC their relays |
//! | `webrtc_storage` | `webrtc-storage` | | stores what such peers send |
//!
//! An operation is a structure of its input; [`Operation`](protocol::Operation) says how it travels
//! and what it gives. Nothing here sends anything: that is the part of a driver, `kvs-ureq` or
//! `kvs-hyper`, or of your own code around [`Call`](protocol::Call).
//!
//! ```
//! use kvs_api::archived_media::{
//!     FragmentSelector, FragmentSelectorType, ListFragments, TimestampRange,
//! };
//! use kvs_api::protocol::Operation;
//!
//! let list = ListFragments {
//!     stream_name: Some("door".into()),
//!     fragment_selector: Some(FragmentSelector {
//!         fragment_selector_type: Some(FragmentSelectorType::ServerTimestamp),
//!         timestamp_range: Some(TimestampRange {
//!             start_timestamp: "2026-11-24T10:00:00Z".parse().ok(),
//!             end_timestamp: "2026-11-24T10:05:00Z".parse().ok(),
//!         }),
//!     }),
//!     ..ListFragments::default()
//! };
//! let request = list.encode()?;
//! assert_eq!(request.uri().path(), "/listFragments");
//! # Ok::<(), kvs_api::protocol::Invalid>(())
//! ```
//!
//! # What may change in a minor version
//! Services grow. Outputs, errors and enumerations are `#[non_exhaustive]`, and an enumeration
//! keeps a value that it does not know. Inputs can be written out in full, and so should end in
//! `..Default::default()`: a new optional member is no reason for a major version.
#![forbid(unsafe_code)]

pub use kvs_protocol as protocol;

#[cfg(feature = "archived-media")]
pub mod archived_media;
#[cfg(feature = "media")]
pub mod media;
#[cfg(feature = "signaling")]
pub mod signaling;
#[cfg(feature = "video")]
pub mod video;
#[cfg(feature = "webrtc-storage")]
pub mod webrtc_storage;

#[cfg(test)]
mod tests;
