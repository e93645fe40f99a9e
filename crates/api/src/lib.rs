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
//! Services grow: new operations, members, errors, values of enumerations and variants of unions
//! are no reason for a major version. A caller compiles before and after, who
//!
//! - ends an input that he writes out in `..Default::default()`. One who names every member instead
//!   is told by the compiler when there is another;
//! - only reads outputs: they are `#[non_exhaustive]`, can be made by decoding alone, and are taken
//!   apart with `..`;
//! - has an arm for everything else where he matches an enumeration, a union or an error: they are
//!   `#[non_exhaustive]` too. A value or variant that this version does not know is kept.
//!
//! `cargo xtask semver` compiles such callers, and others, with a service before and after it has
//! grown.
#![forbid(unsafe_code)]

pub use kvs_protocol as protocol;

#[cfg(feature = "archived-media")]
pub mod archived_media;
pub mod endpoint;
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
