use super::*;
use crate::error::{InterruptionKind, Invalid};
use crate::operation::{Buffered, Service, Streamed};
use crate::restjson::{self, RequestBuilder};
use http::{Method, Response};

static SERVICE: Service = Service {
    id: "Test",
    endpoint: |built_ins| crate::rules::by_prefix("test", built_ins),
    signing_name: "test",
    throttling: &["ClientLimitExceededException"],
};

#[derive(Debug, PartialEq)]
enum Exception {
    NotFound,
    Unmodelled,
}

impl ServiceError for Exception {
    fn decode(code: &str, _: &ErrorReply<'_>) -> Self {
        if code == "NotFoundException" {
            Self::NotFound
        } else {
            Self::Unmodelled
        }
    }
}

#[derive(Debug, serde::Serialize)]
struct Fetch {
    name: &'static str,
}

impl Operation for Fetch {
    const NAME: &'static str = "Fetch";
    const SERVICE: &'static Service = &SERVICE;
    const ANSWER_LIMIT: usize = 100;
    type Output = u32;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        if self.name.is_empty() {
            return Err(Invalid::new("Name", "is required but was not given"));
        }
        RequestBuilder::new(Method::POST, "/fetch").json(self)
    }

    fn decode(_: &Parts, body: &[u8]) -> Result<u32, Malformed> {
        restjson::decode(body)
    }
}

#[derive(Debug)]
struct Stream;

impl Operation for Stream {
    const NAME: &'static str = "Stream";
    const SERVICE: &'static Service = &SERVICE;
    type Output = String;
    type Error = Exception;
    type Delivery = Streamed;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/stream").json(&())
    }

    fn decode(head: &Parts, _: &[u8]) -> Result<String, Malformed> {
        Ok(restjson::header(head, "content-type")?.unwrap_or_default())
    }
}

const NOW: SystemTime = SystemTime::UNIX_EPOCH;

struct Scenario {
    session: Session,
    target: Arc<Target>,
}

impl Scenario {
    fn new() -> Self {
        let target = Target::new(
            "https://test.example".parse().unwrap(),
            "eu-west-1",
            &SERVICE,
        );
        Self {
            session: Session::new(1),
            target: Arc::new(target),
        }
    }

    fn call(&self) -> Call<Fetch> {
        Call::new(Fetch { name: "x" }, Arc::clone(&self.target)).unwrap()
    }

    fn send<O: Operation>(&mut self, call: Call<O>) -> (Request<Bytes>, Waiting<O>) {
        call.sign(&Credentials::new("AKID", "secret"), &mut self.session, NOW)
    }

    /// Sends the call and answers with a refusal.
    fn refuse(
        &mut self,
        call: Call<Fetch>,
        response: http::response::Builder,
        body: &str,
    ) -> Result<Retry<Fetch>, Error<Exception>> {
        let (_, waiting) = self.send(call);
        let (head, ()) = response.body(()).unwrap().into_parts();
        let Head::Refused(refused) = waiting.head(head, &mut self.session, NOW).unwrap() else {
            panic!("not a refusal")
        };
        refused.finish(body.as_bytes(), &mut self.session)
    }
}

fn status(status: u16) -> http::response::Builder {
    Response::builder().status(status)
}

#[test]
fn the_request_carries_origin_host_and_signature() {
    let mut scenario = Scenario::new();
    let (request, _) = scenario.send(scenario.call());
    assert_eq!(request.uri(), "https://test.example/fetch");
    assert_eq!(request.headers()["host"], "test.example");
    assert_eq!(request.headers()["content-type"], "application/json");
    assert!(
        request.headers()["authorization"]
            .to_str()
            .unwrap()
            .contains("AKID/19700101/eu-west-1/test/")
    );
    assert_eq!(request.body(), r#"{"name":"x"}"#);
}

#[test]
fn an_invalid_input_never_becomes_a_call() {
    let scenario = Scenario::new();
    let error = Call::new(Fetch { name: "" }, scenario.target).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Fetch: Name is required but was not given"
    );
    assert_eq!(error.attempts, 0);
}

#[test]
fn collects_and_decodes() {
    let mut scenario = Scenario::new();
    let (_, waiting) = scenario.send(scenario.call());
    let (head, ()) = Response::new(()).into_parts();
    let Ok(Head::Collect(collect)) = waiting.head(head, &mut scenario.session, NOW) else {
        panic!()
    };
    assert_eq!(collect.limit(), 101);
    assert_eq!(collect.finish(b"17").unwrap(), 17);
}

#[test]
fn an_answer_that_is_too_long_is_malformed() {
    for (length, told) in [(100, "line 1"), (101, "is longer than 100 bytes")] {
        let mut scenario = Scenario::new();
        let (_, waiting) = scenario.send(scenario.call());
        let (head, ()) = Response::new(()).into_parts();
        let Ok(Head::Collect(collect)) = waiting.head(head, &mut scenario.session, NOW) else {
            panic!()
        };
        let error = collect.finish(&vec![b'['; length]).unwrap_err();
        assert!(error.to_string().contains(told), "{error}");
    }
}

#[test]
fn a_garbage_answer_is_malformed_and_not_retried() {
    let mut scenario = Scenario::new();
    let (_, waiting) = scenario.send(scenario.call());
    let (head, ()) = Response::new(()).into_parts();
    let Ok(Head::Collect(collect)) = waiting.head(head, &mut scenario.session, NOW) else {
        panic!()
    };
    let error = collect.finish(b"<html>").unwrap_err();
    assert!(matches!(error.kind, ErrorKind::Malformed(_)));
    assert!(
        error
            .to_string()
            .starts_with("Fetch: the answer cannot be read: body:"),
        "{error}"
    );
}

#[test]
fn a_streamed_answer_gives_its_head() {
    let mut scenario = Scenario::new();
    let call = Call::new(Stream, Arc::clone(&scenario.target)).unwrap();
    let (_, waiting) = scenario.send(call);
    let (head, ()) = Response::builder()
        .header("content-type", "video/webm")
        .body(())
        .unwrap()
        .into_parts();
    let Ok(Head::Streaming(content_type)) = waiting.head(head, &mut scenario.session, NOW) else {
        panic!()
    };
    assert_eq!(content_type, "video/webm");
}

#[test]
fn transient_errors_are_tried_three_times() {
    let mut scenario = Scenario::new();
    let first = scenario.refuse(scenario.call(), status(500), "").unwrap();
    assert!(first.after <= Duration::from_secs(1) && first.reason == Reason::Transient);
    let second = scenario.refuse(first.call, status(503), "").unwrap();
    assert!(second.after <= Duration::from_secs(2));
    let error = scenario
        .refuse(second.call, status(500), r#"{"message":"boom"}"#)
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "Fetch: HTTP 500 Internal Server Error: boom (after 3 attempts)"
    );
}

#[test]
fn throttling_by_the_services_own_code_is_retried() {
    let mut scenario = Scenario::new();
    let answer = status(400).header("x-amzn-ErrorType", "ClientLimitExceededException");
    let retry = scenario.refuse(scenario.call(), answer, "{}").unwrap();
    assert_eq!(retry.reason, Reason::Throttled);
}

#[test]
fn a_modelled_error_is_told_whole() {
    let mut scenario = Scenario::new();
    let answer = status(404)
        .header("x-amzn-ErrorType", "NotFoundException")
        .header("x-amzn-RequestId", "r-1");
    let error = scenario
        .refuse(scenario.call(), answer, r#"{"Message":"no such thing"}"#)
        .unwrap_err();
    assert_eq!(error.refusal().unwrap().error, Exception::NotFound);
    assert_eq!(
        error.to_string(),
        "Fetch: NotFoundException (HTTP 404): no such thing [request r-1]"
    );
}

#[test]
fn redirects_are_refusals() {
    let mut scenario = Scenario::new();
    let answer = status(307).header("location", "https://elsewhere.example/");
    let error = scenario.refuse(scenario.call(), answer, "").unwrap_err();
    assert_eq!(error.refusal().unwrap().status, 307);
}

#[test]
fn a_wrong_clock_is_corrected_once() {
    let mut scenario = Scenario::new();
    let skewed = || status(403).header("date", "Tue, 29 Apr 2014 18:30:38 GMT");
    let body = r#"{"__type":"InvalidSignatureException"}"#;
    let retry = scenario.refuse(scenario.call(), skewed(), body).unwrap();
    assert_eq!(
        (retry.reason, retry.after),
        (Reason::ClockSkew, Duration::ZERO)
    );
    let (request, waiting) = scenario.send(retry.call);
    assert_eq!(request.headers()["x-amz-date"], "20140429T183038Z");
    drop(waiting);

    let retry = Scenario::new().refuse(scenario.call(), status(403), body);
    assert!(retry.is_err(), "no date to learn from");
    let retry = scenario.refuse(scenario.call(), skewed(), body);
    assert!(
        retry.is_err(),
        "the clock is known, so that the signature is wrong for another reason"
    );
}

#[test]
fn calls_that_are_under_way_together_learn_the_clock_together() {
    let mut scenario = Scenario::new();
    let calls = [scenario.call(), scenario.call()];
    let waiting = calls.map(|call| scenario.send(call).1);
    for waiting in waiting {
        let response = status(403).header("date", "Tue, 29 Apr 2014 18:30:38 GMT");
        let (head, ()) = response.body(()).unwrap().into_parts();
        let Head::Refused(refused) = waiting.head(head, &mut scenario.session, NOW).unwrap() else {
            panic!("not a refusal")
        };
        let body = br#"{"__type":"InvalidSignatureException"}"#;
        let retry = refused.finish(body, &mut scenario.session).unwrap();
        let (request, _) = scenario.send(retry.call);
        assert_eq!(request.headers()["x-amz-date"], "20140429T183038Z");
    }
}

#[test]
fn expired_credentials_are_renewed_once() {
    let mut scenario = Scenario::new();
    let body = r#"{"code":"ExpiredTokenException"}"#;
    let retry = scenario.refuse(scenario.call(), status(403), body).unwrap();
    assert!(retry.refresh_credentials && retry.after.is_zero());
    assert!(scenario.refuse(retry.call, status(403), body).is_err());
}

#[test]
fn no_attempt_comes_after_the_deadline() {
    let mut scenario = Scenario::new();
    let mut target = Target::clone(&scenario.target);
    target.deadline = Some(Duration::from_secs(10));
    scenario.target = Arc::new(target);
    for (passed, wait, retried) in [
        (0, "9", true),
        (0, "10", false),
        (8, "1", true),
        (9, "1", false),
    ] {
        let (_, waiting) = scenario.send(scenario.call());
        let now = NOW + Duration::from_secs(passed);
        let left = Duration::from_secs(10 - passed);
        assert_eq!(waiting.time_left(now), Some(left));
        let (head, ()) = status(503)
            .header("retry-after", wait)
            .body(())
            .unwrap()
            .into_parts();
        let Ok(Head::Refused(refused)) = waiting.head(head, &mut scenario.session, now) else {
            panic!()
        };
        let outcome = refused.finish(b"", &mut scenario.session);
        assert_eq!(outcome.is_ok(), retried, "after {passed} s, {wait} s");
    }
}

#[test]
fn the_service_says_when_to_come_back() {
    let mut scenario = Scenario::new();
    for (header, value, least) in [
        ("retry-after", "30", 30_000),
        ("x-amz-retry-after", "2500", 2_500),
    ] {
        let answer = status(503).header(header, value);
        let retry = scenario.refuse(scenario.call(), answer, "").unwrap();
        assert_eq!(retry.after, Duration::from_millis(least));
    }
    let answer = status(503).header("retry-after", "0");
    let retry = scenario.refuse(scenario.call(), answer, "").unwrap();
    assert!(!retry.after.is_zero(), "others come back, too");
}

#[test]
fn interruptions_are_retried_unless_it_cannot_help() {
    for (kind, retried) in [
        (InterruptionKind::Connect, true),
        (InterruptionKind::TimedOut, true),
        (InterruptionKind::Broken, true),
        (InterruptionKind::Refused, false),
    ] {
        let mut scenario = Scenario::new();
        let (_, waiting) = scenario.send(scenario.call());
        let outcome =
            waiting.interrupted(Interruption::new(kind, "why"), &mut scenario.session, NOW);
        assert_eq!(outcome.is_ok(), retried, "{kind:?}");
    }
}

#[test]
fn a_body_that_breaks_off_is_asked_for_again() {
    let mut scenario = Scenario::new();
    let (_, waiting) = scenario.send(scenario.call());
    let (head, ()) = Response::new(()).into_parts();
    let Ok(Head::Collect(collect)) = waiting.head(head, &mut scenario.session, NOW) else {
        panic!()
    };
    let broken = Interruption::new(InterruptionKind::Broken, "reset");
    assert!(
        collect
            .interrupted(broken, &mut scenario.session, NOW)
            .is_ok()
    );
}

#[test]
fn success_gives_the_retry_tokens_back() {
    let mut scenario = Scenario::new();
    for _ in 0..300 {
        let retry = scenario.refuse(scenario.call(), status(500), "").unwrap();
        let (_, waiting) = scenario.send(retry.call);
        let (head, ()) = Response::new(()).into_parts();
        waiting.head(head, &mut scenario.session, NOW).unwrap();
    }
}

/// An operation with everything that few have.
#[derive(Clone, Debug)]
struct Odd;

impl Operation for Odd {
    const NAME: &'static str = "Odd";
    const SERVICE: &'static Service = &SERVICE;
    const IS_SIGNED: bool = false;
    type Output = ();
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        self.with_token("none")
    }

    fn with_token(&self, token: &str) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::PUT, "/odd")
            .header("x-token", &Some(token.to_owned()))?
            .streamed("text/plain")
    }

    fn host_prefix(&self) -> Result<String, Invalid> {
        Ok("odd.".to_owned())
    }

    fn decode(_: &Parts, _: &[u8]) -> Result<(), Malformed> {
        Ok(())
    }
}

#[derive(Debug)]
struct Put;

impl Operation for Put {
    const NAME: &'static str = "Put";
    const SERVICE: &'static Service = &SERVICE;
    type Output = ();
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::PUT, "/put").streamed("text/plain")
    }

    fn decode(_: &Parts, _: &[u8]) -> Result<(), Malformed> {
        Ok(())
    }
}

impl Upload for Put {
    const NEEDS_LENGTH: bool = true;
}

fn odd_target() -> Arc<Target> {
    let origin = "https://test.example".parse().unwrap();
    Arc::new(Target::new(origin, "eu-west-1", &SERVICE))
}

#[test]
fn operations_that_are_open_are_not_signed_and_have_their_host_and_token() {
    let call = Call::with_token(&Odd, odd_target(), "t-1").unwrap();
    let credentials = Credentials::new("AKID", "secret");
    let (request, _) = call.sign(&credentials, &mut Session::new(1), SystemTime::UNIX_EPOCH);
    assert!(!request.headers().contains_key("authorization"));
    assert_eq!(request.headers()["x-token"], "t-1");
    assert_eq!(request.headers()["host"], "odd.test.example");
    assert_eq!(request.uri().host(), Some("odd.test.example"));
}

#[test]
fn uploads_are_signed_by_their_head() {
    let credentials = Credentials::new("AKID", "secret");
    let sign = |body: UploadBody| {
        let call = Call::new(Put, odd_target()).unwrap();
        let mut session = Session::new(1);
        let signed = call.sign_upload(&body, &credentials, &mut session, SystemTime::UNIX_EPOCH);
        signed.map(|(request, _)| request)
    };
    let problem = sign(UploadBody::default()).unwrap_err().to_string();
    assert_eq!(problem, "body must be of a length that is known beforehand");
    let length = Some(4);
    let unsigned = sign(UploadBody {
        length,
        sha256: None,
    })
    .unwrap();
    assert_eq!(
        unsigned.headers()["x-amz-content-sha256"],
        "UNSIGNED-PAYLOAD"
    );
    assert_eq!(unsigned.headers()["content-length"], "4");
    let signed = sign(UploadBody {
        length,
        sha256: Some([7; 32]),
    })
    .unwrap();
    assert_eq!(signed.headers()["x-amz-content-sha256"], "07".repeat(32));
    assert_ne!(
        signed.headers()["authorization"],
        unsigned.headers()["authorization"]
    );
}
