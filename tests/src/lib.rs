//! What the contract tests share: all clients behind one face, a clock that does not wait, and
//! peers that misbehave as they are told.
#![forbid(unsafe_code)]
#![allow(
    clippy::expect_used,
    reason = "a harness that cannot start is a test that fails"
)]

mod clock;
mod connector;
mod discreet;
mod driver;
mod peer;
mod service;
pub mod simulate;
mod verifier;

pub use clock::TestClock;
pub use connector::Connector;
pub use discreet::SECRET;
pub use driver::{
    CLIENTS, DRIVERS, DRIVERS_IN, Driver, Payload, Start, StartIn, UNCHECKED, Variables, each,
    settings, watched, with_deadline,
};
pub use peer::{Deed, Peer};
pub use service::{Service, in_turn};
pub use verifier::{Signed, verify};

/// Compiles the examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
