//! What stands in for the decoder where it was not built.

use kvs_archive::mkv::{Bytes, Frame, Track};
use kvs_mp4::{Elementary, WriteError};

use crate::args::Stills;
use crate::exit::Failure;

/// There is none.
#[derive(Debug)]
pub(super) enum Still {}

pub(super) fn check() -> Result<(), Failure> {
    Err(Failure::usage(
        "this kvs was built without its decoder; `cargo install kvs-cli --features stills` builds one \
         with it, or write --split and decode with another program",
    ))
}

impl Still {
    pub(super) fn new(_: &Track, _: Elementary, _: Stills) -> Result<Self, Failure> {
        check().and_then(|()| Err(Failure::new("there is no decoder")))
    }

    pub(super) fn push(&mut self, _: &Frame) -> Result<Vec<(Frame, Bytes)>, WriteError> {
        match *self {}
    }

    pub(super) fn flush(&mut self) -> Vec<(Frame, Bytes)> {
        match *self {}
    }

    pub(super) fn undecoded(&self) -> u64 {
        match *self {}
    }

    pub(super) fn extension(&self) -> &'static str {
        match *self {}
    }
}
