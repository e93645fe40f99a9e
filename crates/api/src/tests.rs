//! What the generated text means on the wire.
#![cfg(all(feature = "archived-media", feature = "video"))]

use kvs_protocol::http::response::Parts;
use kvs_protocol::http::{Method, Response};
use kvs_protocol::restjson::ErrorReply;
use kvs_protocol::{Operation, Paginated, Route, ServiceError, Timestamp};

use crate::archived_media::*;

#[cfg(all(feature = "media", feature = "signaling", feature = "webrtc-storage"))]
mod family;

fn head(headers: &[(&str, &str)]) -> Parts {
    let mut response = Response::builder();
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    response.body(()).unwrap().into_parts().0
}

fn list() -> ListFragments {
    ListFragments {
        stream_name: Some("door".into()),
        max_results: Some(1_000),
        fragment_selector: Some(FragmentSelector {
            fragment_selector_type: Some(FragmentSelectorType::ServerTimestamp),
            timestamp_range: Some(TimestampRange {
                start_timestamp: Some(Timestamp::from_millis(1_700_000_000_000)),
                end_timestamp: Some(Timestamp::from_millis(1_700_000_060_500)),
            }),
        }),
        ..ListFragments::default()
    }
}

#[test]
fn a_request_is_exact() {
    let request = list().encode().unwrap();
    assert_eq!(request.method(), Method::POST);
    assert_eq!(request.uri(), "/listFragments");
    let body = concat!(
        r#"{"StreamName":"door","MaxResults":1000,"FragmentSelector":{"#,
        r#""FragmentSelectorType":"SERVER_TIMESTAMP","TimestampRange":{"#,
        r#""StartTimestamp":1700000000,"EndTimestamp":1700000060.5}}}"#
    );
    assert_eq!(request.body(), body);
    assert_eq!(serde_json::from_str::<ListFragments>(body).unwrap(), list());
}

#[test]
fn acronyms_keep_their_spelling() {
    let arn = "arn:aws:kinesisvideo:eu-west-1:1:stream/door/1".to_owned();
    let session = GetHlsStreamingSessionUrl {
        stream_arn: Some(arn.clone()),
        hls_fragment_selector: Some(HlsFragmentSelector::default()),
        ..GetHlsStreamingSessionUrl::default()
    };
    let body = format!(r#"{{"StreamARN":"{arn}","HLSFragmentSelector":{{}}}}"#);
    assert_eq!(session.encode().unwrap().body(), &body);
    let answer = br#"{"HLSStreamingSessionURL":"https://example.test/?token=t"}"#;
    let answer = GetHlsStreamingSessionUrl::decode(&head(&[]), answer).unwrap();
    assert_eq!(
        answer.hls_streaming_session_url.unwrap(),
        "https://example.test/?token=t"
    );
}

#[test]
fn each_operation_has_its_endpoint_for_each_stream() {
    let route = Route::Discovered {
        api: "LIST_FRAGMENTS",
        resource: "door",
    };
    assert_eq!(list().route(), route);
    let streams = crate::video::ListStreams::default();
    assert_eq!(streams.route(), Route::Regional);
}

#[test]
fn what_is_needed_is_asked_for() {
    let neither = ListFragments {
        stream_name: None,
        ..list()
    };
    let problem = neither.encode().unwrap_err().to_string();
    assert_eq!(
        problem,
        "StreamName or StreamARN is required but was not given"
    );
    let no_numbers = GetMediaForFragmentList {
        stream_name: Some("door".into()),
        ..GetMediaForFragmentList::default()
    };
    let problem = no_numbers.encode().unwrap_err().to_string();
    assert_eq!(problem, "Fragments is required but was not given");
}

#[test]
fn an_answer_is_read_and_leads_to_the_next_page() {
    let body =
        br#"{"Fragments":[{"FragmentNumber":"91343852333181432392682062607743920146264211482",
        "FragmentSizeInBytes":16384,"ProducerTimestamp":1.7e9,"ServerTimestamp":1700000000.25,
        "FragmentLengthInMilliseconds":2000,"Mood":"new"},{}],"NextToken":"b"}"#;
    let page = ListFragments::decode(&head(&[]), body).unwrap();
    let [fragment, empty] = page.fragments.as_deref().unwrap() else {
        panic!("{page:?}")
    };
    assert_eq!(fragment.fragment_size_in_bytes, 16_384);
    assert_eq!(
        fragment.server_timestamp,
        Some(Timestamp::from_millis(1_700_000_000_250))
    );
    assert_eq!(*empty, Fragment::default());

    let next = list().after(&page).unwrap().unwrap();
    assert_eq!(
        next,
        ListFragments {
            next_token: Some("b".into()),
            ..list()
        }
    );
    let again = next.after(&page).unwrap_err();
    assert_eq!(again.part, "NextToken", "a repeated token would never end");
    assert_eq!(list().after(&ListFragmentsOutput::default()), Ok(None));
}

#[test]
fn the_head_of_a_streamed_answer_is_its_output() {
    let head = head(&[("content-type", "video/webm")]);
    let output = GetMediaForFragmentList::decode(&head, b"").unwrap();
    assert_eq!(output.content_type.as_deref(), Some("video/webm"));
}

#[test]
fn values_that_are_new_are_kept() {
    let body = br#"{"Images":[{"TimeStamp":1,"Error":"TOO_DARK"}]}"#;
    let page = GetImages::decode(&head(&[]), body).unwrap();
    let error = page.images.unwrap().remove(0).error;
    assert_eq!(error, Some(ImageError::Unknown("TOO_DARK".into())));
}

#[test]
fn errors_are_told_apart_by_code() {
    let head = head(&[]);
    let reply = ErrorReply::new(&head, br#"{"message":"no such stream"}"#);
    let error = Exception::decode("ResourceNotFoundException", &reply);
    let Exception::ResourceNotFound(not_found) = error else {
        panic!("{error:?}")
    };
    assert_eq!(not_found.message.as_deref(), Some("no such stream"));
    assert_eq!(
        Exception::decode("TeapotException", &reply),
        Exception::Unmodelled
    );
}
