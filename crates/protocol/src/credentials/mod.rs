//! What a request is signed with, and where it is found.
//!
//! [`Sources`] say where to look, in the order of AWS's SDKs: environment, profile, web identity,
//! the IoT credential provider, container, instance metadata. A [`Search`] does the looking, and no
//! I/O: it says what it needs to know, one thing after the other, and is told what came of it. Its
//! transitions consume it, so that nothing is answered that was not asked. Where it has renewed a
//! person's token, it asks for that to be stored. [`Cache`] decides when to search again.
//!
//! ```
//! use std::time::SystemTime;
//! use kvs_protocol::credentials::{Answer, Ask, Sources, Step};
//!
//! let now = SystemTime::UNIX_EPOCH;
//! let mut step = Sources::new("eu-west-1").search(now);
//! let found = loop {
//!     step = match step {
//!         Step::Done(found) => break found,
//!         Step::Ask(Ask::Env(name), search) => {
//!             let value = match name {
//!                 "AWS_ACCESS_KEY_ID" => Answer::text("AKID"),
//!                 "AWS_SECRET_ACCESS_KEY" => Answer::text("secret"),
//!                 _ => Answer::Nothing,
//!             };
//!             search.answer(value, now)
//!         }
//!         Step::Ask(other, _) => unreachable!("{other:?} is of no use to this example"),
//!     };
//! };
//! assert_eq!(found?.access_key_id(), "AKID");
//! # Ok::<(), kvs_protocol::credentials::NoCredentials>(())
//! ```

mod asker;
mod cache;
mod chain;
pub mod container;
mod document;
pub mod imds;
mod iot;
mod keys;
mod object;
mod places;
pub mod plan;
mod process;
mod profile;
mod search;
mod sha1;
mod sso;
mod sts;

pub use cache::{Cache, Standing, Ticket};
pub use chain::{NoCredentials, Sources, Tried};
pub use keys::Credentials;
pub use plan::Plan;
pub use search::{Answer, Ask, Identity, Search, Step};

#[cfg(test)]
mod tests;
