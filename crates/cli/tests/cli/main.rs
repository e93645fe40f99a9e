//! The real command against the emulator, as a person runs it.
#![forbid(unsafe_code)]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what is not there fails the test"
)]

mod captures;
mod deliver;
mod emulator;
mod failures;
mod frames;
mod gaps;
mod holes;
mod hostile;
mod images;
mod inspect;
mod large;
mod late;
mod overlap;
mod resume;
mod show;
mod stills;
mod support;
