use std::time::SystemTime;

use http::StatusCode;
use kvs_api::archived_media::{self, ListFragments};
use kvs_api::protocol::{Credentials, Interruption, InterruptionKind, Refusal, Settings};
use kvs_api::video;

use super::*;

const HOST: &str = "b-1.kinesisvideo.eu-west-1.amazonaws.com";

fn list(stream: &str) -> ListFragments {
    ListFragments {
        stream_name: Some(stream.to_owned()),
        ..ListFragments::default()
    }
}

fn endpoints() -> Endpoints {
    Endpoints::new(&Settings::new("eu-west-1"))
}

fn told(endpoint: &str) -> GetDataEndpointOutput {
    let mut answer = GetDataEndpointOutput::default();
    answer.data_endpoint = Some(endpoint.to_owned());
    answer
}

fn refusal<E>(operation: &'static str, status: StatusCode, error: E) -> Error<E> {
    let refusal = Refusal {
        error,
        status,
        code: "NotAuthorizedException".to_owned(),
        message: String::new(),
        request_id: None,
    };
    Error {
        operation,
        attempts: 1,
        kind: ErrorKind::Refused(Box::new(refusal)),
    }
}

fn forbidden() -> Error<archived_media::Exception> {
    let error = archived_media::Exception::Unmodelled;
    refusal("ListFragments", StatusCode::FORBIDDEN, error)
}

fn question<O: Operation + std::fmt::Debug>(
    dispatch: &mut Dispatch<'_, O>,
    endpoints: &Endpoints,
) -> Question {
    match dispatch.step(endpoints) {
        Ok(DispatchStep::Ask { question, call }) => {
            assert_eq!(call.operation(), question.operation());
            question
        }
        other => panic!("{other:?}"),
    }
}

fn host<O: Operation>(dispatch: &mut Dispatch<'_, O>, endpoints: &Endpoints) -> String {
    let Ok(DispatchStep::Send(call)) = dispatch.step(endpoints) else {
        panic!("not sent")
    };
    let credentials = Credentials::new("AKID", "secret");
    let mut session = Session::new(1);
    let (request, _) = call.sign(&credentials, &mut session, SystemTime::UNIX_EPOCH);
    request.uri().host().unwrap_or_default().to_owned()
}

#[test]
fn an_operation_moves_from_an_endpoint_of_earlier_but_not_from_a_new_one() {
    let mut endpoints = endpoints();
    let mut session = Session::new(1);
    let operation = list("door");

    let mut first = Dispatch::new(&operation, &mut session);
    let asked = question(&mut first, &endpoints);
    let answer = Ok(told(&format!("https://{HOST}")));
    first.learn(asked, answer, &mut endpoints).unwrap();
    assert_eq!(host(&mut first, &endpoints), HOST);
    assert!(!first.is_to_move(&forbidden(), &mut endpoints));

    let mut second = Dispatch::new(&operation, &mut session);
    assert_eq!(host(&mut second, &endpoints), HOST);
    let lost = Interruption::new(InterruptionKind::Broken, "reset");
    let lost = Error::unsent("ListFragments", ErrorKind::Interrupted(lost));
    assert!(!second.is_to_move(&lost, &mut endpoints));
    assert!(second.is_to_move(&forbidden(), &mut endpoints));
    question(&mut second, &endpoints);
}

#[test]
fn operations_that_share_an_endpoint_move_together() {
    let (old, new) = (HOST, "b-2.kinesisvideo.eu-west-1.amazonaws.com");
    let mut endpoints = endpoints();
    let mut session = Session::new(1);
    let operation = list("door");
    let mut first = Dispatch::new(&operation, &mut session);
    let asked = question(&mut first, &endpoints);
    let answer = Ok(told(&format!("https://{old}")));
    first.learn(asked, answer, &mut endpoints).unwrap();

    let mut together = [(); 3].map(|()| Dispatch::new(&operation, &mut session));
    for dispatch in &mut together {
        assert_eq!(host(dispatch, &endpoints), old);
    }
    let [asks, waits, late] = &mut together;
    assert!(asks.is_to_move(&forbidden(), &mut endpoints));
    let asked = question(asks, &endpoints);
    // Fails while the question is under way: it asks as well.
    assert!(waits.is_to_move(&forbidden(), &mut endpoints));
    question(waits, &endpoints);
    let answer = Ok(told(&format!("https://{new}")));
    asks.learn(asked, answer, &mut endpoints).unwrap();
    // Fails after the answer, which it leaves alone.
    assert!(late.is_to_move(&forbidden(), &mut endpoints));
    for dispatch in &mut together {
        assert_eq!(host(dispatch, &endpoints), new);
        assert!(!dispatch.is_to_move(&forbidden(), &mut endpoints), "again");
    }
    let mut next = Dispatch::new(&operation, &mut session);
    assert_eq!(host(&mut next, &endpoints), new);
}

#[test]
fn what_cannot_be_sent_is_not_located() {
    let endpoints = endpoints();
    let mut operation = list("door");
    operation.max_results = Some(-1);
    let mut checked = Dispatch::new(&operation, &mut Session::new(1));
    let error = checked.step(&endpoints).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::Violations(_)), "{error}");
    assert_eq!(error.attempts, 0);

    let unchecked = Dispatch::new(&operation, &mut Session::new(1));
    question(&mut unchecked.with_input_checked(false), &endpoints);
}

#[test]
fn a_question_that_fails_ends_the_operation() {
    let operation = list("door");
    let refused = refusal(
        "GetDataEndpoint",
        StatusCode::UNAUTHORIZED,
        Exception::Unmodelled,
    );
    for (answer, said) in [
        (Err(refused), "NotAuthorizedException"),
        (
            Ok(told("https://evil.example")),
            "neither HTTPS at a domain of AWS",
        ),
        (Ok(GetDataEndpointOutput::default()), "is missing"),
    ] {
        let mut endpoints = endpoints();
        let mut dispatch = Dispatch::new(&operation, &mut Session::new(1));
        let asked = question(&mut dispatch, &endpoints);
        let error = dispatch.learn(asked, answer, &mut endpoints).unwrap_err();
        assert_eq!(error.operation, "GetDataEndpoint");
        assert!(error.to_string().contains(said), "{error}");
        question(&mut dispatch, &endpoints);
    }
}

#[test]
fn an_operation_of_the_control_service_goes_to_its_region() {
    let streams = video::ListStreams::default();
    let mut dispatch = Dispatch::new(&streams, &mut Session::new(1));
    let host = host(&mut dispatch, &endpoints());
    assert_eq!(host, "kinesisvideo.eu-west-1.amazonaws.com");
}
