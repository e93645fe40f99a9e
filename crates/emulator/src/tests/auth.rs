use super::*;
use bytes::Bytes;
use http::{Method, Request};
use kvs_api::protocol::Credentials;
use kvs_api::protocol::sign::sha256_hex;
use std::time::Duration;

use super::client::Answer;

fn request(client: &Client) -> Request<Bytes> {
    client.sign(list_all()).0
}

fn assert_refused(answer: &Answer, status: u16, code: &str, message: &str) {
    assert_eq!(
        (answer.status.as_u16(), answer.code()),
        (status, code),
        "{}",
        answer.text()
    );
    let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    let told = match &body["Output"] {
        serde_json::Value::Null => &body["message"],
        wrapped => {
            assert_eq!(
                wrapped["__type"],
                format!("com.amazon.coral.service#{code}")
            );
            &wrapped["message"]
        }
    };
    let told = told.as_str().unwrap();
    assert!(told.contains(message), "{told}");
    assert!(answer.headers.contains_key("x-amzn-requestid"));
    assert!(answer.headers.contains_key("date"), "tells the clock");
}

#[test]
fn a_signature_is_good_in_any_region() {
    let emulator = emulator(Stream::demo());
    let mut client = Client::of(&emulator);
    for region in ["us-east-1", "cn-north-1", "nowhere"] {
        client.region = region;
        assert_eq!(client.send(&request(&client)).status, 200, "{region}");
    }
}

#[test]
fn temporary_credentials_are_taken() {
    let emulator = emulator(Stream::demo());
    let mut client = Client::of(&emulator);
    client.credentials = client.credentials.with_session_token("t0ken");
    assert_eq!(client.send(&request(&client)).status, 200);
}

#[test]
fn other_credentials_can_be_set() {
    let emulator = Emulator::builder()
        .credentials("AKID", "s3cret")
        .stream("cam", Stream::demo())
        .start()
        .unwrap();
    let mut client = Client::of(&emulator);
    client.credentials = Credentials::new("AKID", "s3cret");
    assert_eq!(client.send(&request(&client)).status, 200);
    client.credentials = Credentials::new("emulator", "emulator");
    let answer = client.send(&request(&client));
    assert_refused(&answer, 403, "InvalidClientTokenId", "is invalid");
}

#[test]
fn unsigned_requests_are_refused() {
    let emulator = emulator(Stream::demo());
    let client = Client::of(&emulator);
    let mut request = request(&client);
    request.headers_mut().remove("authorization");
    let answer = client.send(&request);
    assert_refused(
        &answer,
        403,
        "MissingAuthenticationTokenException",
        "Missing",
    );
}

#[test]
fn what_is_not_as_it_was_signed_is_refused() {
    let emulator = emulator(Stream::demo());
    let client = Client::of(&emulator);
    let tampered: [fn(&mut Request<Bytes>); 5] = [
        |r| *r.body_mut() = Bytes::from([r.body(), &b" "[..]].concat()),
        |r| *r.uri_mut() = "/getMediaForFragmentList".parse().unwrap(),
        |r| *r.uri_mut() = "/listFragments?a=b".parse().unwrap(),
        |r| {
            drop(
                r.headers_mut()
                    .insert("content-type", "text/json".parse().unwrap()),
            )
        },
        |r| drop(r.headers_mut().insert("host", "elsewhere".parse().unwrap())),
    ];
    for tamper in tampered {
        let mut request = request(&client);
        assert_eq!(client.send(&request).status, 200);
        tamper(&mut request);
        let answer = client.send(&request);
        assert_refused(&answer, 403, "InvalidSignatureException", "does not match");
    }
}

/// What a client says of the body is signed, and is not believed: the body may be another.
#[test]
fn bodies_are_hashed_whatever_is_said_of_them() {
    let emulator = emulator(Stream::demo());
    let client = Client::of(&emulator);
    let told = |body: &str, sum: &str| {
        client.signed("/listStreams", body, &[("x-amz-content-sha256", sum)])
    };
    let sum = sha256_hex(b"{}");
    let mut request = told("{}", &sum);
    assert_eq!(client.send(&request).status, 200);
    *request.body_mut() = Bytes::from_static(b"{ }");
    let code = "InvalidSignatureException";
    assert_refused(&client.send(&request), 403, code, "x-amz-content-sha256");
    for lie in [
        &sum.replace(|_| true, "0"),
        "UNSIGNED-PAYLOAD",
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        &sha256_hex(b""),
        &sum.to_uppercase(),
        "",
    ] {
        let answer = client.send(&told("{}", lie));
        assert_refused(&answer, 403, code, "x-amz-content-sha256");
    }
}

#[test]
fn another_secret_is_refused() {
    let emulator = emulator(Stream::demo());
    let mut client = Client::of(&emulator);
    client.credentials = Credentials::new("emulator", "emulatoR");
    let answer = client.send(&request(&client));
    assert_refused(&answer, 403, "InvalidSignatureException", "does not match");
    assert!(!answer.text().contains("emulator"), "no secrets in errors");
}

#[test]
fn clocks_may_be_off_by_minutes() {
    let emulator = emulator(Stream::demo());
    let mut client = Client::of(&emulator);
    let now = client.now;
    let minutes = |n: u64| Duration::from_secs(60 * n);
    for near in [now - minutes(4), now + minutes(4)] {
        client.now = near;
        assert_eq!(client.send(&request(&client)).status, 200);
    }
    for (far, complaint) in [
        (now - minutes(6), "Signature expired"),
        (now + minutes(6), "Signature not yet current"),
        (now - minutes(60 * 24 * 400), "Signature expired"),
    ] {
        client.now = far;
        let answer = client.send(&request(&client));
        assert_refused(&answer, 403, "InvalidSignatureException", complaint);
    }
}

fn with_header(name: &'static str, change: impl Fn(&str) -> String) -> Answer {
    let emulator = emulator(Stream::demo());
    let client = Client::of(&emulator);
    let mut request = request(&client);
    let changed = change(request.headers()[name].to_str().unwrap());
    request.headers_mut().insert(name, changed.parse().unwrap());
    client.send(&request)
}

#[test]
fn the_scope_must_fit() {
    let other_service = with_header("authorization", |a| a.replace("/kinesisvideo/", "/s3/"));
    let code = "InvalidSignatureException";
    assert_refused(&other_service, 403, code, "'kinesisvideo'");
    let day = |a: &str| {
        let (head, tail) = a.split_once("/20").unwrap();
        format!("{head}/19{tail}")
    };
    let other_day = with_header("authorization", day);
    assert_refused(&other_day, 403, code, "Credential scope");
    let other_region = with_header("authorization", |a| a.replace("eu-west-1", "eu-west-2"));
    assert_refused(&other_region, 403, code, "does not match");
}

#[test]
fn what_matters_must_be_signed() {
    let no_host = with_header("authorization", |a| a.replace(";host;", ";"));
    assert_refused(&no_host, 403, "InvalidSignatureException", "'host'");
    let no_date = with_header("authorization", |a| a.replace(";x-amz-date,", ","));
    assert_refused(&no_date, 403, "InvalidSignatureException", "'x-amz-date'");
    let absent = with_header("authorization", |a| {
        a.replace("=content", "=absent;content")
    });
    assert_refused(&absent, 403, "InvalidSignatureException", "does not match");
}

#[test]
fn what_is_no_signature_is_refused() {
    let code = "IncompleteSignature";
    for bad in [
        "Bearer token",
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 Credential=emulator/20260101/aws4_request, SignedHeaders=host, Signature=0",
        "AWS4-HMAC-SHA256 Credential=emulator/20260101/r/kinesisvideo/aws5_request, SignedHeaders=host, Signature=0",
        "AWS4-HMAC-SHA256 Credential=emulator/20260101/r/kinesisvideo/aws4_request, Signature=0",
    ] {
        let answer = with_header("authorization", |_| bad.to_owned());
        assert_refused(&answer, 400, code, "Authorization needs");
    }
    let answer = with_header("x-amz-date", |_| "yesterday".to_owned());
    assert_refused(&answer, 400, code, "X-Amz-Date");
}

#[test]
fn only_known_operations_are_served() {
    let emulator = emulator(Stream::demo());
    let client = Client::of(&emulator);
    for path in [
        "/",
        "/listFragment",
        "/listFragments/",
        "/getPie",
        "/LISTFRAGMENTS",
    ] {
        let mut request = request(&client);
        *request.uri_mut() = path.parse().unwrap();
        let answer = client.send(&request);
        assert_refused(&answer, 404, "UnknownOperationException", path);
    }
    let mut request = request(&client);
    *request.method_mut() = Method::GET;
    let answer = client.send(&request);
    assert_refused(
        &answer,
        404,
        "UnknownOperationException",
        "GET /listFragments",
    );
}

#[test]
fn what_is_no_json_is_refused() {
    let emulator = emulator(Stream::demo());
    let client = Client::of(&emulator);
    for bad in ["{", "[]", "{\"MaxResults\":\"many\"}", "\u{0}"] {
        let answer = client.send(&client.signed_body("/listFragments", bad));
        assert_refused(&answer, 400, "SerializationException", "");
    }
}

#[test]
fn requests_have_a_limit() {
    let emulator = emulator(Stream::demo());
    let client = Client::of(&emulator);
    let most = format!("{{}}{}", " ".repeat((1 << 20) - 2));
    let answer = client.send(&client.signed_body("/listStreams", &most));
    assert_eq!(answer.status, 200);
    let more = client.signed_body("/listStreams", &format!("{most} "));
    let answer = client.send(&more);
    assert_refused(
        &answer,
        413,
        "RequestEntityTooLargeException",
        "cannot be read",
    );
}
