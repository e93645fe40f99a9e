//! How calls are sent again, and how a client slows down, under both drivers and over the
//! bridge to the AWS SDK.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what fails in a test fails the test"
)]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use kvs_tests::{
    CLIENTS, Deed, Driver, Peer, Service, TestClock, settings, watched, with_deadline,
};
use kvs_ureq::api::protocol::observe::{Event, Happening, Observer};
use kvs_ureq::api::protocol::retry::RetryMode;
use kvs_ureq::api::protocol::{Error, ErrorKind, InterruptionKind, Settings};
use kvs_ureq::api::video::{DescribeStream, Exception};
use wiremock::ResponseTemplate;

const AT: &str = "/describeStream";

fn describe(driver: &Driver) -> Result<(), Error<Exception>> {
    let operation = DescribeStream {
        stream_name: Some("cam".to_owned()),
        ..DescribeStream::default()
    };
    driver.send(operation).map(drop)
}

fn refusal(code: &str) -> ResponseTemplate {
    let body = serde_json::json!({ "__type": code, "Message": "why" });
    ResponseTemplate::new(400)
        .set_body_json(body)
        .insert_header("x-amzn-requestid", "r-1")
}

fn fine() -> ResponseTemplate {
    ResponseTemplate::new(200)
        .set_body_string("{}")
        .insert_header("x-amzn-requestid", "r-2")
}

/// Runs a test with each client, against a service of its own that answers in turn.
fn each(
    answers: &[ResponseTemplate],
    set: impl Fn(&mut Settings),
    test: impl Fn(&Service, &Driver, &TestClock),
) {
    for start in CLIENTS {
        let service = Service::start();
        service.on_in_turn(AT, answers);
        let mut settings = settings(&service.url());
        set(&mut settings);
        let (driver, clock) = start(&settings);
        test(&service, &driver, &clock);
    }
}

#[test]
fn the_settings_say_how_often() {
    let answers = [refusal("ThrottlingException")];
    let four = |settings: &mut Settings| settings.retry.max_attempts = 4;
    each(&answers, four, |service, driver, _| {
        assert_eq!(describe(driver).unwrap_err().attempts, 4);
        assert_eq!(service.requests(AT).len(), 4);
    });
}

#[test]
fn nobody_comes_back_earlier_than_the_service_says() {
    let answers = [
        ResponseTemplate::new(503).insert_header("retry-after", "25"),
        ResponseTemplate::new(503).insert_header("x-amz-retry-after", "12000"),
        fine(),
    ];
    each(
        &answers,
        |_| {},
        |_, driver, clock| {
            describe(driver).unwrap();
            assert_eq!(clock.sleeps(), [25, 12].map(Duration::from_secs));
        },
    );
}

#[test]
fn adaptive_clients_slow_down_after_the_first_complaint() {
    let answers = [refusal("ThrottlingException"), fine()];
    let adaptive = |settings: &mut Settings| settings.retry.mode = RetryMode::Adaptive;
    each(&answers, adaptive, |_, driver, clock| {
        for _ in 0..3 {
            describe(driver).unwrap();
        }
        let sleeps = clock.sleeps();
        // The wait before the second attempt, then one for each request that needs a token.
        assert_eq!(sleeps.len(), 4, "{sleeps:?}");
        for pace in &sleeps[1..] {
            assert!(*pace > Duration::from_secs(1), "{sleeps:?}");
        }
    });
    each(
        &answers,
        |_| {},
        |_, driver, clock| {
            for _ in 0..3 {
                describe(driver).unwrap();
            }
            assert_eq!(clock.sleeps().len(), 1);
        },
    );
}

#[test]
fn nobody_waits_for_an_attempt_after_the_deadline() {
    let service = Service::start();
    let busy = ResponseTemplate::new(503).insert_header("retry-after", "25");
    service.on(AT, busy);
    for (driver, clock) in with_deadline(&settings(&service.url()), Duration::from_secs(20)) {
        let error = describe(&driver).unwrap_err();
        assert_eq!(error.attempts, 1);
        assert_eq!(error.refusal().unwrap().status, 503);
        assert!(clock.sleeps().is_empty());
    }
    for (driver, clock) in with_deadline(&settings(&service.url()), Duration::from_secs(60)) {
        assert_eq!(describe(&driver).unwrap_err().attempts, 3);
        assert_eq!(clock.sleeps().len(), 2);
    }
}

#[test]
fn nobody_slows_down_beyond_the_deadline() {
    let service = Service::start();
    service.on(AT, refusal("ThrottlingException"));
    let mut settings = settings(&service.url());
    settings.retry.mode = RetryMode::Adaptive;
    settings.retry.max_attempts = 1;
    // After the first complaint there is one request in two seconds.
    for (driver, clock) in with_deadline(&settings, Duration::from_secs(1)) {
        let sent = service.requests(AT).len();
        assert!(describe(&driver).unwrap_err().refusal().is_some());
        let error = describe(&driver).unwrap_err();
        assert!(
            error.to_string().contains("slow down beyond the deadline"),
            "{error}"
        );
        assert_eq!((error.attempts, clock.sleeps().len()), (0, 0), "{error}");
        assert_eq!(service.requests(AT).len(), sent + 1);
    }
}

#[test]
fn an_answer_has_to_be_there_at_the_deadline() {
    let part = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{}";
    for answer in ["", part] {
        for client in 0..CLIENTS.len() {
            let peer = Peer::start([Deed::AnswerAndStall(answer.into())]);
            let clients = with_deadline(&settings(&peer.url()), Duration::from_millis(40));
            let (driver, _) = &clients[client];
            let error = describe(driver).unwrap_err();
            assert_eq!(error.attempts, 1, "{error}");
            let ErrorKind::Interrupted(why) = &error.kind else {
                panic!("{error}")
            };
            assert_eq!(why.kind, InterruptionKind::TimedOut, "{why}");
        }
    }
}

/// Writes down what it is told.
#[derive(Debug, Clone, Default)]
struct Notes(Arc<Mutex<Vec<String>>>);

impl Observer for Notes {
    fn observe(&self, event: &Event<'_>) {
        let what = match event.what {
            Happening::Sent => "sent".to_owned(),
            Happening::Answered { status, request_id } => {
                format!("answered {} {}", status.as_u16(), request_id.unwrap_or("-"))
            }
            Happening::Refused { code, message } => format!("refused {code:?} {message:?}"),
            Happening::Interrupted { kind, .. } => format!("interrupted {kind:?}"),
            Happening::Retrying { reason, .. } => format!("retrying {reason:?}"),
            Happening::Failed { error } => format!("failed {error}"),
            _ => format!("{:?}", event.what),
        };
        let note = format!("{} {} {what}", event.operation, event.attempt);
        self.0.lock().unwrap().push(note);
    }
}

#[test]
fn whoever_watches_is_told_of_every_step() {
    for index in 0..CLIENTS.len() {
        let service = Service::start();
        let refusal = refusal("ThrottlingException");
        service.on_in_turn(AT, &[refusal, fine(), ResponseTemplate::new(404)]);
        let notes = Notes::default();
        let driver = &watched(&settings(&service.url()), &notes)[index];
        describe(driver).unwrap();
        describe(driver).unwrap_err();
        assert_eq!(
            *notes.0.lock().unwrap(),
            [
                "DescribeStream 1 sent",
                "DescribeStream 1 answered 400 r-1",
                "DescribeStream 1 refused \"ThrottlingException\" \"why\"",
                "DescribeStream 1 retrying Throttled",
                "DescribeStream 2 sent",
                "DescribeStream 2 answered 200 r-2",
                "DescribeStream 1 sent",
                "DescribeStream 1 answered 404 -",
                "DescribeStream 1 refused \"\" \"\"",
                "DescribeStream 1 failed DescribeStream: HTTP 404 Not Found",
            ]
        );
    }
}

#[test]
fn whoever_watches_is_told_of_broken_connections() {
    for index in 0..CLIENTS.len() {
        let whole = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
        let cut = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{";
        let peer = Peer::start([
            Deed::AnswerAndClose(cut.into()),
            Deed::AnswerAndClose(whole.into()),
        ]);
        let notes = Notes::default();
        describe(&watched(&settings(&peer.url()), &notes)[index]).unwrap();
        assert_eq!(
            *notes.0.lock().unwrap(),
            [
                "DescribeStream 1 sent",
                "DescribeStream 1 answered 200 -",
                "DescribeStream 1 interrupted Broken",
                "DescribeStream 1 retrying Transient",
                "DescribeStream 2 sent",
                "DescribeStream 2 answered 200 -",
            ]
        );
    }
}
