//! What goes over the wire and what comes of the answers, with both drivers and over the bridge to
//! the AWS SDK, against wiremock.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "what fails in a test fails the test"
)]

mod answers;
mod connections;
mod endpoints;
mod errors;
mod requests;
mod retries;
mod table;

use kvs_api::archived_media::{GetMediaForFragmentList, ListFragments};
use serde_json::json;
use wiremock::ResponseTemplate;

fn list() -> ListFragments {
    ListFragments {
        stream_name: Some("cam".to_owned()),
        max_results: Some(5),
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

fn refusal(status: u16, code: &str, message: &str) -> ResponseTemplate {
    ResponseTemplate::new(status)
        .insert_header("x-amzn-ErrorType", code)
        .insert_header("x-amzn-RequestId", "0af2")
        .set_body_json(json!({ "Message": message }))
}
