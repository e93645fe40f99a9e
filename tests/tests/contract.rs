//! What goes over the wire and what comes of the answers, under both drivers, against wiremock.
#![allow(clippy::unwrap_used, reason = "what fails in a test fails the test")]

use kvs_tests::{Service, in_turn};
use kvs_ureq::api::archived_media::{
    Exception, GetClip, GetMediaForFragmentList, ListFragments, ListFragmentsOutput,
};
use kvs_ureq::api::protocol::{Error, ErrorKind, Operation};
use kvs_ureq::api::video::{self, ApiName, GetDataEndpoint};
use serde_json::{Value, json};
use wiremock::{Request, ResponseTemplate};

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
        fragments: Some(vec![
            "91343852333181432392682062607743920146264330785".to_owned(),
        ]),
        ..GetMediaForFragmentList::default()
    }
}

fn page() -> Value {
    json!({
        "Fragments": [{
            "FragmentNumber": "91343852333181432392682062607743920146264330785",
            "FragmentSizeInBytes": 4242,
            "ProducerTimestamp": 1_524_762_739.123,
            "ServerTimestamp": 1_524_762_740.5,
            "FragmentLengthInMilliseconds": 2000,
        }],
        "NextToken": "more",
    })
}

fn refusal(status: u16, code: &str, message: &str) -> ResponseTemplate {
    ResponseTemplate::new(status)
        .insert_header(
            "x-amzn-ErrorType",
            format!("{code}:http://internal.example/"),
        )
        .insert_header("x-amzn-RequestId", "0af2")
        .set_body_json(json!({ "Message": message }))
}

#[test]
fn a_request_is_what_the_service_expects() {
    let service = Service::start();
    service.on(
        "/listFragments",
        ResponseTemplate::new(200).set_body_json(page()),
    );
    service.run(|driver, _| {
        driver.send(list()).unwrap();
    });
    let (asked, listed) = (
        service.requests("/getDataEndpoint"),
        service.requests("/listFragments"),
    );
    assert_eq!((asked.len(), listed.len()), (2, 2));
    let api = json!({ "StreamName": "cam", "APIName": "LIST_FRAGMENTS" });
    for request in &asked {
        assert_eq!(request.body_json::<Value>().unwrap(), api);
    }
    for request in asked.iter().chain(&listed) {
        let header = |name: &str| request.headers[name].to_str().unwrap();
        assert_eq!(header("content-type"), "application/json");
        assert_eq!(header("host"), service.authority());
        assert_eq!(header("content-length"), request.body.len().to_string());
        assert!(header("user-agent").starts_with("kvs-rs/"), "{request:?}");
        let authorization = header("authorization");
        assert!(authorization.starts_with("AWS4-HMAC-SHA256 Credential=emulator/"));
        assert!(authorization.contains("/eu-west-1/kinesisvideo/aws4_request, "));
        let known = [
            "authorization",
            "content-length",
            "content-type",
            "host",
            "user-agent",
            "x-amz-date",
        ];
        let mut names: Vec<&str> = request.headers.keys().map(|name| name.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, known);
    }
    for request in listed {
        let body = json!({ "StreamName": "cam", "MaxResults": 5 });
        assert_eq!(request.body_json::<Value>().unwrap(), body);
    }
}

#[test]
fn a_page_is_read() {
    let service = Service::start();
    service.on(
        "/listFragments",
        ResponseTemplate::new(200).set_body_json(page()),
    );
    service.run(|driver, clock| {
        let page = driver.send(list()).unwrap();
        assert_eq!(page.next_token.as_deref(), Some("more"));
        let fragment = &page.fragments.unwrap()[0];
        assert_eq!(fragment.fragment_size_in_bytes, 4242);
        assert_eq!(
            fragment.producer_timestamp.unwrap().as_millis(),
            1_524_762_739_123
        );
        assert_eq!(clock.sleeps(), []);
    });
}

#[test]
fn a_payload_is_streamed() {
    let payload: Vec<u8> = (0..300_000_u32).map(|i| (i % 251) as u8).collect();
    let service = Service::start();
    let answer = ResponseTemplate::new(200).set_body_raw(payload.clone(), "video/webm");
    service.on("/getMediaForFragmentList", answer);
    service.run(|driver, _| {
        let (output, body, end) = driver.open(get()).unwrap();
        assert_eq!(output.content_type.as_deref(), Some("video/webm"));
        assert!(end.is_none(), "{end:?}");
        assert!(body == payload, "{} bytes", body.len());
    });
}

#[test]
fn an_endpoint_is_asked_for_once() {
    let service = Service::start();
    service.on(
        "/listFragments",
        ResponseTemplate::new(200).set_body_json(page()),
    );
    service.run(|driver, _| {
        let before = service.requests("/getDataEndpoint").len();
        for _ in 0..3 {
            driver.send(list()).unwrap();
        }
        assert_eq!(service.requests("/getDataEndpoint").len(), before + 1);
        let clip = GetClip {
            stream_name: Some("cam".to_owned()),
            ..GetClip::default()
        };
        driver.open(clip).unwrap_err();
        assert_eq!(
            service.requests("/getDataEndpoint").len(),
            before + 1,
            "never sent"
        );
    });
}

/// Status and code of every error that the models have, and whether it is worth another attempt.
const MODELLED: [(u16, &str, bool); 9] = [
    (400, "ClientLimitExceededException", true),
    (400, "InvalidArgumentException", false),
    (400, "InvalidCodecPrivateDataException", false),
    (400, "InvalidMediaFrameException", false),
    (400, "MissingCodecPrivateDataException", false),
    (400, "NoDataRetentionException", false),
    (401, "NotAuthorizedException", false),
    (404, "ResourceNotFoundException", false),
    (400, "UnsupportedStreamMediaTypeException", false),
];

fn told<O: Operation<Error = Exception>>(error: &Error<Exception>, code: &str, status: u16) {
    let refusal = error.refusal().unwrap();
    assert_eq!(
        (refusal.status.as_u16(), refusal.code.as_str()),
        (status, code)
    );
    assert_eq!(refusal.message, "the reason");
    assert_eq!(refusal.request_id.as_deref(), Some("0af2"));
    assert_eq!(error.operation, O::NAME);
    let variant = format!("{:?}", refusal.error);
    assert!(
        variant.starts_with(code.trim_end_matches("Exception")),
        "{variant}"
    );
    assert!(variant.contains("the reason"), "{variant}");
}

#[test]
fn every_modelled_error_is_told_apart() {
    for (status, code, is_retried) in MODELLED {
        let service = Service::start();
        service.on("/listFragments", refusal(status, code, "the reason"));
        service.on(
            "/getMediaForFragmentList",
            refusal(status, code, "the reason"),
        );
        service.run(|driver, clock| {
            let attempts = if is_retried { 3 } else { 1 };
            let error = driver.send(list()).unwrap_err();
            told::<ListFragments>(&error, code, status);
            assert_eq!(error.attempts, attempts, "{code}");
            let error = driver.open(get()).unwrap_err();
            told::<GetMediaForFragmentList>(&error, code, status);
            assert_eq!(clock.sleeps().len(), 2 * (attempts as usize - 1), "{code}");
        });
    }
}

#[test]
fn errors_of_the_control_service_are_told_apart() {
    for (status, code) in [
        (404, "ResourceNotFoundException"),
        (401, "NotAuthorizedException"),
        (400, "InvalidArgumentException"),
    ] {
        let service = Service::without_discovery();
        service.on("/getDataEndpoint", refusal(status, code, "the reason"));
        service.run(|driver, _| {
            let ask = GetDataEndpoint {
                stream_name: Some("cam".to_owned()),
                api_name: Some(ApiName::GetClip),
                ..GetDataEndpoint::default()
            };
            let error = driver.send(ask).unwrap_err();
            let variant = format!("{:?}", error.refusal().unwrap().error);
            assert!(
                variant.starts_with(code.trim_end_matches("Exception")),
                "{variant}"
            );
            // A call that needed the answer fails alike, in the terms of its own service.
            let error = driver.send(list()).unwrap_err();
            assert_eq!(error.operation, "GetDataEndpoint");
            let variant = format!("{:?}", error.refusal().unwrap().error);
            assert!(
                variant.starts_with(code.trim_end_matches("Exception")),
                "{variant}"
            );
            assert!(variant.contains("the reason"), "{variant}");
        });
    }
}

#[test]
fn a_wrong_endpoint_answers_with_xml_and_is_asked_for_anew() {
    let denied = "<AccessDeniedException>\n<Message>Unable to determine service</Message>\n</AccessDeniedException>";
    let service = Service::start();
    service.on(
        "/listFragments",
        ResponseTemplate::new(403).set_body_raw(denied, "application/xml"),
    );
    service.run(|driver, clock| {
        let before = service.requests("/listFragments").len();
        let error = driver.send(list()).unwrap_err();
        let refusal = error.refusal().unwrap();
        assert_eq!(refusal.code, "AccessDeniedException");
        assert_eq!(refusal.message, "Unable to determine service");
        assert_eq!(
            service.requests("/listFragments").len(),
            before + 1,
            "the endpoint is new"
        );
        // Next time it is remembered, so that it may be out of date.
        driver.send(list()).unwrap_err();
        assert_eq!(service.requests("/listFragments").len(), before + 3);
        assert_eq!(clock.sleeps(), []);
    });
    let asked = service.requests("/getDataEndpoint").len();
    assert_eq!(
        asked, 4,
        "once at first, once after the refusal, for each driver"
    );
}

#[test]
fn two_failures_then_success() {
    let failure = refusal(500, "InternalFailure", "");
    let success = ResponseTemplate::new(200).set_body_json(page());
    let answers = [failure.clone(), failure, success];
    in_turn("/listFragments", &answers, |service, driver, clock| {
        driver.send(list()).unwrap();
        let sleeps = clock.sleeps();
        assert_eq!(sleeps.len(), 2);
        assert!(
            sleeps[0].as_secs_f64() <= 1.0 && sleeps[1].as_secs_f64() <= 2.0,
            "{sleeps:?}"
        );
        let requests = service.requests("/listFragments");
        let signature = |request: &Request| request.headers["authorization"].clone();
        assert_eq!(requests.len(), 3);
        assert!(
            requests
                .iter()
                .all(|r| signature(r).to_str().unwrap().contains("Signature="))
        );
    });
}

#[test]
fn throttling_is_waited_out() {
    let slow_down = refusal(400, "ClientLimitExceededException", "Rate exceeded");
    let success = ResponseTemplate::new(200).set_body_raw("media", "video/webm");
    let answers = [slow_down, success];
    in_turn("/getMediaForFragmentList", &answers, |_, driver, clock| {
        let (_, body, _) = driver.open(get()).unwrap();
        assert_eq!(body, b"media");
        assert_eq!(clock.sleeps().len(), 1);
    });
}

#[test]
fn garbage_is_malformed() {
    for garbage in [
        "<html>login</html>",
        "{\"Fragments\": 7}",
        "{\"Fragments\": [",
    ] {
        let service = Service::start();
        service.on(
            "/listFragments",
            ResponseTemplate::new(200).set_body_raw(garbage, "text/html"),
        );
        service.run(|driver, clock| {
            let error = driver.send(list()).unwrap_err();
            assert!(matches!(error.kind, ErrorKind::Malformed(_)), "{error}");
            let told = "ListFragments: the answer cannot be read: body:";
            assert!(error.to_string().starts_with(told), "{error}");
            assert_eq!(clock.sleeps(), []);
        });
    }
}

#[test]
fn an_answer_larger_than_any_is_refused() {
    let service = Service::start();
    let endless = vec![b' '; ListFragments::ANSWER_LIMIT + 1];
    service.on(
        "/listFragments",
        ResponseTemplate::new(200).set_body_raw(endless, "application/json"),
    );
    service.run(|driver, _| {
        let error = driver.send(list()).unwrap_err();
        let told = "ListFragments: the answer cannot be read: body: is longer than 16777216 bytes";
        assert_eq!(error.to_string(), told);
    });
}

#[test]
fn an_endpoint_that_points_elsewhere_is_refused() {
    for elsewhere in [
        "http://example.com",
        "https://example.com",
        "https://u:p@x.amazonaws.com",
    ] {
        let service = Service::without_discovery();
        let endpoint = json!({ "DataEndpoint": elsewhere });
        service.on(
            "/getDataEndpoint",
            ResponseTemplate::new(200).set_body_json(endpoint),
        );
        service.run(|driver, _| {
            let error = driver.send(list()).unwrap_err();
            assert_eq!(error.operation, "GetDataEndpoint");
            assert!(matches!(error.kind, ErrorKind::Malformed(_)), "{error}");
        });
    }
}

#[test]
fn redirects_are_not_followed() {
    let service = Service::start();
    let moved = ResponseTemplate::new(307).insert_header("location", "/elsewhere");
    service.on("/listFragments", moved);
    service.on(
        "/elsewhere",
        ResponseTemplate::new(200).set_body_json(page()),
    );
    service.run(|driver, _| {
        let error = driver.send(list()).unwrap_err();
        assert_eq!(error.refusal().unwrap().status.as_u16(), 307);
    });
    assert_eq!(service.requests("/elsewhere").len(), 0);
}

#[test]
fn pages_are_walked_to_the_last() {
    let last = json!({ "Fragments": [] });
    let answers = [page(), last].map(|page| ResponseTemplate::new(200).set_body_json(page));
    in_turn("/listFragments", &answers, |service, driver, _| {
        let pages: Vec<ListFragmentsOutput> = driver
            .pages(list())
            .into_iter()
            .map(Result::unwrap)
            .collect();
        assert_eq!(pages.len(), 2);
        let tokens: Vec<Value> = service
            .requests("/listFragments")
            .iter()
            .map(|request| request.body_json::<Value>().unwrap()["NextToken"].clone())
            .collect();
        assert_eq!(tokens, [Value::Null, json!("more")]);
    });
}

#[test]
fn a_token_that_comes_twice_is_an_error_after_its_page() {
    let again = [ResponseTemplate::new(200).set_body_json(page())];
    in_turn("/listFragments", &again, |service, driver, _| {
        let pages = driver.pages(list());
        let [Ok(_), Ok(_), Err(error)] = pages.as_slice() else {
            panic!("{pages:?}")
        };
        let told = "ListFragments: the answer cannot be read: NextToken: is the one that this \
                    page was asked for with; the pages after it cannot be had";
        assert_eq!(error.to_string(), told);
        assert_eq!(service.requests("/listFragments").len(), 2);
    });
}

#[test]
fn what_the_control_service_lists_is_read() {
    let service = Service::start();
    let streams = json!({ "StreamInfoList": [{
        "StreamName": "cam", "Status": "HIBERNATING", "CreationTime": 1.5e9, "DataRetentionInHours": 24,
    }] });
    service.on(
        "/listStreams",
        ResponseTemplate::new(200).set_body_json(streams),
    );
    service.run(|driver, _| {
        let listed = driver.send(video::ListStreams::default()).unwrap();
        let stream = &listed.stream_info_list.unwrap()[0];
        assert_eq!(
            stream.status,
            Some(video::Status::Unknown("HIBERNATING".to_owned()))
        );
        assert_eq!(stream.creation_time.unwrap().seconds(), 1_500_000_000);
    });
}
