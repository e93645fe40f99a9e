//! What the contract tests share: both drivers behind one face, a clock that does not wait, and
//! peers that misbehave as they are told.
#![forbid(unsafe_code)]
#![allow(
    clippy::expect_used,
    reason = "a harness that cannot start is a test that fails"
)]

mod clock;
mod driver;
mod peer;
mod service;
pub mod simulate;

pub use clock::TestClock;
pub use driver::{
    DRIVERS, DRIVERS_IN, Driver, Payload, Start, StartIn, UNCHECKED, Variables, both, settings,
};
pub use peer::{Deed, Peer};
pub use service::{Service, in_turn};

/// Compiles the examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
