//! What both drivers refuse to send, and what they fill in.
#![allow(clippy::unwrap_used, reason = "what fails in a test fails the test")]

use kvs_tests::{DRIVERS, Service, UNCHECKED};
use kvs_ureq::api::archived_media::{Exception, GetMediaForFragmentList, ListFragments};
use kvs_ureq::api::protocol::check::Rule;
use kvs_ureq::api::protocol::http::response::Parts;
use kvs_ureq::api::protocol::http::{self, Method};
use kvs_ureq::api::protocol::restjson::{self, RequestBuilder};
use kvs_ureq::api::protocol::{
    Buffered, Bytes, ErrorKind, Invalid, Malformed, Operation, Route, structure,
};
use kvs_ureq::api::video::CreateStream;
use serde_json::{Value, json};
use wiremock::{Request, ResponseTemplate};

/// Breaks a range, a pattern and a length, and could be sent nevertheless.
fn objectionable() -> ListFragments {
    ListFragments {
        stream_name: Some("my cam".to_owned()),
        max_results: Some(1_001),
        next_token: Some(String::new()),
        ..ListFragments::default()
    }
}

#[test]
fn what_the_model_objects_to_is_not_sent() {
    let service = Service::start();
    service.run(|driver, _| {
        let error = driver.send(objectionable()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "ListFragments: StreamName must match ^[a-zA-Z0-9_.-]+$, but is \"my cam\"; \
             MaxResults must be 1 to 1000, but is 1001; \
             NextToken must be 1 to 4096 long, but is 0 long; \
             NextToken must match ^[a-zA-Z0-9+/]+={0,2}$, but is \"\""
        );
        assert_eq!(error.attempts, 0);
        let ErrorKind::Violations(violations) = error.kind else {
            panic!("{error}")
        };
        let max_results = &violations[1];
        assert_eq!(max_results.path, "MaxResults");
        assert_eq!(max_results.rule, Rule::Range(1.0, 1_000.0));
        assert_eq!(max_results.value, "1001");
        // Streamed ones too.
        let get = GetMediaForFragmentList {
            stream_name: Some("cam".to_owned()),
            fragments: Some(vec!["7".to_owned(), "seven".to_owned()]),
            ..GetMediaForFragmentList::default()
        };
        let error = driver.open(get).unwrap_err().to_string();
        assert!(
            error.contains("Fragments[1] must match ^[0-9]+$, but is \"seven\""),
            "{error}"
        );
    });
    // Not even the question where to send it to.
    assert_eq!(service.requests("/getDataEndpoint").len(), 0);
    assert_eq!(service.requests("/listFragments").len(), 0);
}

#[test]
fn an_operation_that_needs_no_discovery_is_checked_alike() {
    let service = Service::start();
    service.run(|driver, _| {
        let create = CreateStream {
            stream_name: Some("cam".to_owned()),
            data_retention_in_hours: Some(-1),
            ..CreateStream::default()
        };
        let error = driver.send(create).unwrap_err().to_string();
        assert_eq!(
            error,
            "CreateStream: DataRetentionInHours must be 0 or more, but is -1"
        );
    });
    assert_eq!(service.requests("/createStream").len(), 0);
}

#[test]
fn the_check_can_be_switched_off() {
    let service = Service::start();
    service.on(
        "/listFragments",
        ResponseTemplate::new(200).set_body_json(json!({})),
    );
    for start in UNCHECKED {
        service.run_with(start, |driver, _| {
            driver.send(objectionable()).unwrap();
            // What cannot be sent is refused nevertheless.
            let error = driver.send(ListFragments::default()).unwrap_err();
            assert!(matches!(error.kind, ErrorKind::Invalid(_)), "{error}");
            let told = "ListFragments: StreamName or StreamARN is required but was not given";
            assert_eq!(error.to_string(), told);
        });
    }
    for request in service.requests("/listFragments") {
        let body = request.body_json::<Value>().unwrap();
        let sent = json!({ "StreamName": "my cam", "MaxResults": 1001, "NextToken": "" });
        assert_eq!(body, sent);
    }
    assert_eq!(service.requests("/listFragments").len(), 2);
}

structure! {
    /// Records something once, however often it is sent.
    struct Record {
        /// By which a repeat is known.
        pub token: Option<String> = "Token" [Length(36, 36)],
    }
}

impl Operation for Record {
    const NAME: &'static str = "Record";
    const SERVICE: &'static kvs_ureq::api::protocol::Service = ListFragments::SERVICE;
    type Output = ();
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<http::Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/record").document(self)
    }

    fn with_token(&self, token: &str) -> Result<http::Request<Bytes>, Invalid> {
        let mut filled = self.clone();
        filled.token.get_or_insert_with(|| token.to_owned());
        filled.encode()
    }

    fn route(&self) -> Route<'_> {
        Route::Discovered {
            api: "RECORD",
            resource: "cam",
        }
    }

    fn decode(_head: &Parts, body: &[u8]) -> Result<(), Malformed> {
        restjson::decode::<Record>(body).map(drop)
    }
}

#[test]
fn a_token_stays_the_same_through_all_attempts_and_endpoints() {
    // A driver by itself: it succeeds, and then its endpoint goes out of date.
    for start in DRIVERS {
        let service = Service::start();
        let answers = [200, 500, 403, 200].map(ResponseTemplate::new);
        let answers = answers.map(|answer| answer.set_body_json(json!({})));
        service.on_in_turn("/record", &answers);
        service.run_with(start, |driver, _| {
            driver.send(Record::default()).unwrap();
            driver.send(Record::default()).unwrap();
            let token = Some("6f1c2b8e-0000-4000-8000-5d4c3b2a1908".to_owned());
            driver.send(Record { token }).unwrap();
        });
        let sent = |request: &Request| request.body_json::<Value>().unwrap()["Token"].clone();
        let tokens: Vec<Value> = service.requests("/record").iter().map(sent).collect();
        let [first, failed, misplaced, repeated, own] = &tokens[..] else {
            panic!("{tokens:?}")
        };
        assert_ne!(first, failed, "another call");
        assert_eq!([failed, failed], [misplaced, repeated]);
        assert_eq!(own, "6f1c2b8e-0000-4000-8000-5d4c3b2a1908");
        assert_eq!(first.as_str().map(str::len), Some(36));
    }
}
