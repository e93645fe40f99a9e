//! What stands in for the decoder where it was not built.

use kvs_archive::mkv::{Bytes, Track};
use kvs_mp4::Elementary;

use super::located::Located;
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
    pub(super) fn new(_: &Track, _: &Elementary, _: Stills) -> Result<Self, Failure> {
        check().and_then(|()| Err(Failure::new("there is no decoder")))
    }

    pub(super) fn push(&mut self, _: Located, _: &[u8]) -> Result<Vec<(Located, Bytes)>, Failure> {
        match *self {}
    }

    pub(super) fn flush(&mut self) -> Result<Vec<(Located, Bytes)>, Failure> {
        match *self {}
    }

    pub(super) fn take_lost(&mut self) -> Vec<Located> {
        match *self {}
    }

    pub(super) fn extension(&self) -> &'static str {
        match *self {}
    }
}
