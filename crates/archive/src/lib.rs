//! Workflows over the archives of Amazon Kinesis Video Streams, without I/O.
//!
//! - [`Endpoints`] knows where each API of each stream is served; [`Dispatch`] takes an operation
//!   there, and asks when it is not known.
//! - [`Listing`] collects what a stream holds, and puts it in order.
//! - [`Export`] fetches fragments: whole, in order, within bounded memory, and says what is missing.
//! - [`journal`] is how a run tells a later one what it has come to.
//!
//! Each is a machine that says what to send and is told what came of it. The drivers `kvs-ureq` and
//! `kvs-hyper` are the loops around them.
#![forbid(unsafe_code)]

pub mod asynchronous;
mod dispatch;
mod endpoints;
mod export;
pub mod journal;
mod listing;
mod plan;
mod report;
mod selection;

pub use dispatch::{Dispatch, DispatchStep};
pub use endpoints::{Endpoints, Question};
pub use export::{Exchange, Export, ExportOptions, Quota, Spool, SpoolOrder, SpoolOutcome, Step};
pub use kvs_api as api;
pub use kvs_mkv as mkv;
pub use listing::{Listed, Listing};
pub use plan::Plan;
pub use report::{Missing, MissingReason, Planned, Report};
pub use selection::{Selection, TimestampOrigin, Wanted, name_or_arn};
