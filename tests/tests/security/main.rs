//! Servers, proxies and names that mean harm, with all clients.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what fails in a test fails the test"
)]

mod bombs;
mod elsewhere;
mod injection;
mod proxies;
mod tls;

use kvs_api::archived_media::{GetMediaForFragmentList, ListFragments};
use kvs_api::video::DescribeStream;
use kvs_protocol::{Error, ErrorKind, InterruptionKind};

fn describe() -> DescribeStream {
    DescribeStream {
        stream_name: Some("cam".to_owned()),
        ..DescribeStream::default()
    }
}

fn list() -> ListFragments {
    ListFragments {
        stream_name: Some("cam".to_owned()),
        ..ListFragments::default()
    }
}

fn get() -> GetMediaForFragmentList {
    GetMediaForFragmentList {
        stream_name: Some("cam".to_owned()),
        fragments: Some(vec!["1".to_owned()]),
        ..GetMediaForFragmentList::default()
    }
}

/// How often it was tried, and what the transport says.
fn interruption<E: std::fmt::Debug>(error: &Error<E>) -> (u32, InterruptionKind, String) {
    match &error.kind {
        ErrorKind::Interrupted(why) => (error.attempts, why.kind, why.to_string()),
        _ => panic!("{error}"),
    }
}
