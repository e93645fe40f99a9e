//! Workflows over the archives of Amazon Kinesis Video Streams, without I/O.
//!
//! - [`Endpoints`] knows where each API of each stream is served, and what to ask when it does not.
//! - [`Listing`] collects what a stream holds, and puts it in order.
//! - [`Export`] fetches fragments: whole, in order, within bounded memory, and says what is missing.
//! - [`journal`] is how a run tells a later one what it has come to.
//!
//! Each is a machine that says what to send and is told what came of it. The drivers `kvs-ureq` and
//! `kvs-hyper` are the loops around them.
#![forbid(unsafe_code)]

mod endpoints;
mod export;
pub mod journal;
mod listing;
mod plan;
mod report;
mod selection;

pub use endpoints::{Endpoints, Location, Question};
pub use export::{Exchange, Export, ExportOptions, Quota, Step};
pub use kvs_api as api;
pub use kvs_mkv as mkv;
pub use listing::{Listed, Listing};
pub use plan::Plan;
pub use report::{Missing, MissingReason, Planned, Report};
pub use selection::{Selection, TimestampOrigin, Wanted};
