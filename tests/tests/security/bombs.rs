//! Answers that are larger, deeper or longer than anything that is meant.

use kvs_protocol::{ErrorKind, Operation};
use kvs_tests::{CLIENTS, Deed, Peer, Service, settings};
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::{describe, interruption, list};

fn whole(status: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// What all clients make of these bytes in the place of an answer.
fn answered(bytes: &[u8], check: impl Fn(kvs_protocol::Error<kvs_api::video::Exception>)) {
    for start in CLIENTS {
        let peer = Peer::start([Deed::AnswerAndClose(bytes.to_vec())]);
        let (driver, _) = start(&settings(&peer.url()));
        check(driver.send(describe()).unwrap_err());
    }
}

#[test]
fn a_body_of_a_million_brackets_is_malformed() {
    let deep = "[".repeat(1_000_000);
    let objects = "{\"StreamInfo\":".repeat(100_000);
    for body in [deep, objects] {
        answered(&whole("200 OK", body.as_bytes()), |error| {
            assert!(matches!(error.kind, ErrorKind::Malformed(_)), "{error}");
            assert!(error.to_string().len() < 500, "{error}");
        });
        answered(&whole("400 Bad Request", body.as_bytes()), |error| {
            let refusal = error.refusal().unwrap();
            assert_eq!((refusal.status.as_u16(), refusal.code.as_str()), (400, ""));
            assert!(error.to_string().len() < 500, "{error}");
        });
    }
}

#[test]
fn an_error_that_goes_on_and_on_is_short_when_it_is_told() {
    let message = "word ".repeat(1 << 20);
    for body in [
        message.clone(),
        format!("<html>{message}</html>"),
        format!("<E><Message>{message}</Message></E>"),
    ] {
        answered(&whole("400 Bad Request", body.as_bytes()), |error| {
            assert!(error.refusal().is_some(), "{error}");
            assert!(
                error.to_string().len() < 70_000,
                "{}",
                error.to_string().len()
            );
        });
    }
}

#[test]
fn a_body_that_is_said_to_be_endless_is_read_to_its_limit() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 4398046511104\r\n\r\n";
    let limit = kvs_api::video::DescribeStream::ANSWER_LIMIT;
    let endless = [head.as_bytes(), &vec![b' '; limit + 1]].concat();
    for start in CLIENTS {
        let peer = Peer::start([Deed::AnswerAndStall(endless.clone())]);
        let (driver, _) = start(&settings(&peer.url()));
        let error = driver.send(describe()).unwrap_err();
        let told = "the answer cannot be read: body: is longer than";
        assert!(error.to_string().contains(told), "{error}");
    }
}

#[test]
fn what_is_compressed_unasked_is_not_inflated() {
    // 1 GiB of zeros as gzip has it: nobody asked for it, and nobody unpacks it.
    let service = Service::without_discovery();
    let bomb = [&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3][..], &vec![0; 1 << 20]].concat();
    let answer = ResponseTemplate::new(200)
        .insert_header("content-encoding", "gzip")
        .set_body_raw(bomb, "application/json");
    service.on("/describeStream", answer);
    service.run(|driver, _| {
        let error = driver.send(describe()).unwrap_err();
        assert!(matches!(error.kind, ErrorKind::Malformed(_)), "{error}");
    });
    for request in service.requests("/describeStream") {
        assert!(!request.headers.contains_key("accept-encoding"));
    }
}

#[test]
fn heads_that_do_not_end_are_given_up() {
    let many = "x: y\r\n".repeat(100_000);
    let long = format!("x: {}\r\n", "y".repeat(4 << 20));
    for headers in [many, long] {
        let head = format!("HTTP/1.1 200 OK\r\n{headers}content-length: 2\r\n\r\n{{}}");
        answered(head.as_bytes(), |error| {
            interruption(&error);
            assert!(error.to_string().len() < 1_000);
        });
    }
}

#[test]
fn lengths_that_contradict_each_other_are_refused() {
    for headers in [
        "content-length: 2\r\ncontent-length: 3\r\n",
        "content-length: -1\r\n",
        "content-length: 2, 3\r\n",
        "transfer-encoding: chunked\r\ncontent-length: two\r\n",
    ] {
        let head = format!("HTTP/1.1 200 OK\r\n{headers}\r\n{{}}");
        answered(head.as_bytes(), |error| {
            interruption(&error);
        });
    }
}

#[test]
fn numbers_and_texts_of_any_size_do_no_harm() {
    let service = Service::start();
    for fragment in [
        json!({ "FragmentSizeInBytes": u64::MAX, "FragmentLengthInMilliseconds": -1 }),
        json!({ "ProducerTimestamp": 1e308 }),
        json!({ "ServerTimestamp": -1e308 }),
        json!({ "FragmentNumber": "9".repeat(1 << 20) }),
    ] {
        let page = json!({ "Fragments": [fragment] });
        service.on(
            "/listFragments",
            ResponseTemplate::new(200).set_body_json(page),
        );
        service.run(|driver, _| {
            // Whether it is read or refused: it comes back.
            if let Err(error) = driver.send(list()) {
                assert!(matches!(error.kind, ErrorKind::Malformed(_)), "{error}");
                assert!(error.to_string().len() < 1_000, "{error}");
            }
        });
    }
}
