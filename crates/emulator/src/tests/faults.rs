use super::*;
use crate::{Access, Fault, Faults, Rule};
use bytes::Bytes;
use http::Request;
use kvs_api::archived_media::Exception;
use kvs_mkv::State;
use std::io::Read;
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

/// Long enough for any machine; the test fails when it passes.
const PATIENCE: Duration = Duration::from_secs(60);

fn always(operation: &str, fault: Fault) -> Faults {
    Faults {
        seed: 1,
        faults: vec![Rule {
            operation: Some(operation.to_owned()),
            share: 1.0,
            fault,
        }],
    }
}

fn faulty(faults: Faults) -> (Emulator, Receiver<Access>) {
    let (tell, told) = mpsc::channel();
    let builder = Emulator::builder()
        .stream("cam", Stream::demo())
        .faults(faults)
        .log(move |access| drop(tell.send(access.clone())));
    (builder.start().unwrap(), told)
}

fn numbers(client: &Client) -> Vec<String> {
    sorted(listed(client)).iter().map(number).collect()
}

/// Numbers of the fragments that media of these fragments holds; errors are marked.
fn served(client: &Client, wanted: &[String]) -> Vec<(String, bool)> {
    let fragments = decode(&client.answer(fetch(wanted)).body);
    let told = fragments.into_iter().map(|fragment| {
        let is_error = matches!(fragment.state, State::Error(_));
        (fragment.number.unwrap().to_string(), is_error)
    });
    told.collect()
}

#[test]
fn requests_are_refused_as_told() {
    let status = Fault::Status {
        status: 503,
        code: Some("ServiceUnavailable".to_owned()),
    };
    let (emulator, _) = faulty(always("ListFragments", status));
    let client = Client::of(&emulator);
    let answer = client.answer(list_all());
    assert_eq!(
        (answer.status.as_u16(), answer.code()),
        (503, "ServiceUnavailable")
    );
    assert_eq!(client.answer(fetch(&["1".to_owned()])).status, 200);

    emulator
        .set_faults(always("ListFragments", Fault::Throttle))
        .unwrap();
    let error = client.call(list_all()).err().unwrap();
    assert!(matches!(
        error.refusal().unwrap().error,
        Exception::ClientLimitExceeded(_)
    ));

    emulator.set_faults(Faults::default()).unwrap();
    assert_eq!(listed(&client).len(), 15);
}

#[test]
fn bodies_are_cut_where_told() {
    const MEDIA: &str = "GetMediaForFragmentList";
    let (emulator, told) = faulty(Faults::default());
    let client = Client::of(&emulator);
    let wanted = numbers(&client);
    told.recv_timeout(PATIENCE).unwrap();
    for after in [0, 1, 4_096, 300_000] {
        emulator
            .set_faults(always(MEDIA, Fault::Cut { after }))
            .unwrap();
        let mut received = Vec::new();
        client
            .open(&client.sign(fetch(&wanted)).0)
            .read_to_end(&mut received)
            .unwrap();
        assert!(received.starts_with(b"HTTP/1.1 200 OK"));
        assert!(!received.ends_with(b"0\r\n\r\n"), "no last chunk");
        assert_eq!(told.recv_timeout(PATIENCE).unwrap().bytes, after);
    }
    // What has a length keeps it, and is shorter.
    emulator
        .set_faults(always("ListFragments", Fault::Cut { after: 5 }))
        .unwrap();
    let mut received = String::new();
    client
        .open(&client.sign(list_all()).0)
        .read_to_string(&mut received)
        .unwrap();
    assert!(received.ends_with("\r\n\r\n{\"Fra"), "{received}");
}

#[test]
fn bodies_stall_where_told() {
    let (emulator, told) = faulty(Faults::default());
    let client = Client::of(&emulator);
    let wanted = numbers(&client);
    told.recv_timeout(PATIENCE).unwrap();
    let stall = Fault::Stall { after: 1 };
    emulator
        .set_faults(always("GetMediaForFragmentList", stall))
        .unwrap();
    let mut socket = client.open(&client.sign(fetch(&wanted)).0);
    let mut received = Vec::new();
    while !received.ends_with(b"\r\n1\r\n\x1A\r\n") {
        let mut byte = [0];
        socket.read_exact(&mut byte).unwrap();
        received.extend(byte);
    }
    assert!(told.try_recv().is_err(), "it goes on");
    drop(socket);
    assert_eq!(told.recv_timeout(PATIENCE).unwrap().bytes, 1);
}

#[test]
fn fragments_are_disturbed_as_told() {
    const MEDIA: &str = "GetMediaForFragmentList";
    let (emulator, _) = faulty(Faults::default());
    let client = Client::of(&emulator);
    let wanted = numbers(&client);
    let in_order: Vec<(String, bool)> = wanted.iter().map(|n| (n.clone(), false)).collect();
    assert_eq!(served(&client, &wanted), in_order);

    emulator.set_faults(always(MEDIA, Fault::Shuffled)).unwrap();
    let mut shuffled = served(&client, &wanted);
    assert_ne!(shuffled, in_order);
    shuffled.sort();
    assert_eq!(shuffled, in_order);

    emulator
        .set_faults(always(MEDIA, Fault::Duplicated))
        .unwrap();
    let mut twice = served(&client, &wanted);
    assert_eq!(twice.len(), 16);
    twice.dedup();
    assert_eq!(twice, in_order);

    let error = Fault::InBandError {
        code: "FRAGMENT_NOT_FOUND".to_owned(),
        id: 3_000,
    };
    emulator.set_faults(always(MEDIA, error)).unwrap();
    let errors = served(&client, &wanted);
    assert_eq!(errors.iter().filter(|(_, is_error)| *is_error).count(), 1);
    assert!(errors.iter().map(|(number, _)| number).eq(&wanted));
}

#[test]
fn a_skewed_clock_is_told_by_its_date() {
    let skew = Fault::SkewedClock { seconds: -3_600 };
    let (emulator, _) = faulty(always("ListFragments", skew));
    let mut client = Client::of(&emulator);
    let answer = client.answer(list_all());
    assert_eq!(
        (answer.status.as_u16(), answer.code()),
        (403, "InvalidSignatureException")
    );
    let date = answer.headers["date"].to_str().unwrap();
    let told = kvs_api::protocol::Timestamp::parse_http_date(date).unwrap();
    client.now = told.try_into().unwrap();
    assert_eq!(client.answer(list_all()).status, 200);
}

fn admin(client: &Client, method: &str, body: &str) -> (u16, serde_json::Value) {
    let request = Request::builder()
        .method(method)
        .uri("/emulator/faults")
        .header("host", client.addr.to_string())
        .body(Bytes::copy_from_slice(body.as_bytes()));
    let answer = client.send(&request.unwrap());
    let body = serde_json::from_slice(&answer.body).unwrap();
    (answer.status.as_u16(), body)
}

#[test]
fn faults_are_set_and_cleared_while_it_runs() {
    let emulator = emulator(Stream::demo());
    let client = Client::of(&emulator);
    let none = serde_json::json!({ "seed": 0, "faults": [] });
    assert_eq!(admin(&client, "GET", ""), (200, none.clone()));
    let json =
        r#"{"seed":3,"faults":[{"operation":"ListFragments","share":1.0,"fault":"throttle"}]}"#;
    let set = serde_json::from_str(json).unwrap();
    assert_eq!(admin(&client, "PUT", json), (200, set));
    assert_eq!(client.answer(list_all()).status, 400);
    assert_eq!(admin(&client, "DELETE", ""), (200, none));
    assert_eq!(client.answer(list_all()).status, 200);
    assert_eq!(admin(&client, "POST", "").0, 405);
}

#[test]
fn bad_faults_are_refused_in_words() {
    let emulator = emulator(Stream::demo());
    let client = Client::of(&emulator);
    for (json, complaint) in [
        ("", "line 1"),
        ("{\"faults\":[{}]}", "missing field `fault`"),
        ("{\"fault\":[]}", "unknown field `fault`"),
        (
            r#"{"faults":[{"operation":"GetPie","fault":"throttle"}]}"#,
            "faults[0]: there is no operation GetPie; there are CreateStream",
        ),
        (
            r#"{"faults":[{"share":1.5,"fault":"throttle"}]}"#,
            "share is from 0 to 1, not 1.5",
        ),
        (
            r#"{"faults":[{"fault":{"status":{"status":200}}}]}"#,
            "status is from 400 to 599",
        ),
        (
            r#"{"faults":[{"fault":{"status":{"status":500,"code":"a b"}}}]}"#,
            "code is a name, not \"a b\"",
        ),
        (
            r#"{"faults":[{"fault":{"cut":{}}}]}"#,
            "missing field `after`",
        ),
        (
            r#"{"faults":[{"fault":"explode"}]}"#,
            "unknown variant `explode`",
        ),
    ] {
        let (status, told) = admin(&client, "PUT", json);
        assert_eq!(status, 400, "{json}");
        let told = told["message"].as_str().unwrap();
        assert!(told.contains(complaint), "{told}");
        let error = Faults::from_json(json).unwrap_err().to_string();
        assert!(error.contains(complaint), "{error}");
    }
    let unknown = always("GetPie", Fault::Throttle);
    let builder = Emulator::builder().faults(unknown);
    assert!(builder.start().unwrap_err().to_string().contains("GetPie"));
    assert_eq!(client.answer(list_all()).status, 200, "all is as before");
}
