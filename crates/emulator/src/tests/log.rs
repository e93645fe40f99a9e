use super::*;
use crate::Access;
use kvs_api::video::ListStreams;
use std::io::Read;
use std::net::TcpListener;
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

/// Long enough for any machine; the test fails when it passes.
const PATIENCE: Duration = Duration::from_secs(60);

fn logged(stream: Stream) -> (Emulator, Receiver<Access>) {
    let (tell, told) = mpsc::channel();
    let builder = Emulator::builder().stream("cam", stream);
    let builder = builder.log(move |access| drop(tell.send(access.clone())));
    (builder.start().unwrap(), told)
}

#[test]
fn each_request_is_a_line() {
    let (emulator, told) = logged(Stream::demo());
    let client = Client::of(&emulator);
    let line = || told.recv_timeout(PATIENCE).unwrap().to_string();

    let answer = client.answer(list_all());
    let bytes = answer.body.len();
    let expected =
        format!(r#"{{"operation":"ListFragments","fragments":15,"bytes":{bytes},"status":200}}"#);
    assert_eq!(line(), expected);

    let page: ListFragmentsOutput = serde_json::from_slice(&answer.body).unwrap();
    let numbers: Vec<String> = page.fragments.unwrap().iter().map(number).collect();
    let bytes = client.answer(fetch(&numbers[..4])).body.len();
    let expected = format!(
        r#"{{"operation":"GetMediaForFragmentList","fragments":4,"bytes":{bytes},"status":200}}"#
    );
    assert_eq!(line(), expected);

    let bytes = client.answer(ListStreams::default()).body.len();
    let expected =
        format!(r#"{{"operation":"ListStreams","fragments":0,"bytes":{bytes},"status":200}}"#);
    assert_eq!(line(), expected);

    let bytes = client.answer(fetch(&[])).body.len();
    let expected = format!(
        r#"{{"operation":"GetMediaForFragmentList","fragments":0,"bytes":{bytes},"status":400}}"#
    );
    assert_eq!(line(), expected);

    let bytes = client.send(&client.signed_body("/nowhere", "")).body.len();
    let expected = format!(r#"{{"operation":null,"fragments":0,"bytes":{bytes},"status":404}}"#);
    assert_eq!(line(), expected);
}

/// Some 720 MB, which no socket buffer takes: a body that is under way until somebody hangs up.
fn endless(client: &Client) -> (std::net::TcpStream, u64) {
    let page = ListFragments {
        max_results: Some(1_000),
        ..list_all()
    };
    let page = client.call(page).unwrap().fragments.unwrap();
    let numbers: Vec<String> = page.iter().map(number).collect();
    let sizes = page.iter().map(|f| f.fragment_size_in_bytes.unsigned_abs());
    (client.open(&client.sign(fetch(&numbers)).0), sizes.sum())
}

#[test]
fn a_client_that_hangs_up_is_logged_with_what_it_was_sent() {
    let (emulator, told) = logged(Stream::demo().repeat(1_000));
    let client = Client::of(&emulator);
    let (mut socket, whole) = endless(&client);
    assert_eq!(told.recv_timeout(PATIENCE).unwrap().fragments, 1_000);
    let mut received = vec![0; 1 << 20];
    socket.read_exact(&mut received).unwrap();
    drop(socket);
    let access = told.recv_timeout(PATIENCE).unwrap();
    assert_eq!((access.fragments, access.status), (1_000, 200));
    // Of the megabyte a part was heads of the answer and of chunks, a line each.
    assert!(access.bytes > 900_000 && access.bytes < whole, "{access}");
}

#[test]
fn stopping_cuts_connections_and_frees_the_port() {
    let (emulator, told) = logged(Stream::demo().repeat(1_000));
    let client = Client::of(&emulator);
    let (mut socket, whole) = endless(&client);
    let mut first = [0; 15];
    socket.read_exact(&mut first).unwrap();
    assert_eq!(first, *b"HTTP/1.1 200 OK");
    emulator.stop();
    let mut rest = Vec::new();
    // Either the end or a reset, as the system likes it.
    let _ = socket.read_to_end(&mut rest);
    assert!((rest.len() as u64) < whole);
    assert_eq!(
        told.iter().count(),
        2,
        "what was under way is logged as well"
    );
    TcpListener::bind(emulator.addr()).unwrap();
    emulator.wait();
    emulator.stop();
}

#[test]
fn a_port_that_is_taken_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = taken.local_addr().unwrap();
    let error = Emulator::builder().listen(addr).start().unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
    assert!(error.to_string().contains(&addr.to_string()), "{error}");
}

#[test]
fn connections_are_kept_for_more_requests() {
    let emulator = emulator(Stream::demo());
    let client = Client::of(&emulator);
    let first = client.sign(ListStreams::default()).0;
    let mut last = first.clone();
    last.headers_mut()
        .insert("connection", "close".parse().unwrap());
    let mut received = String::new();
    let mut socket = client.connect(&[first, last]);
    socket.read_to_string(&mut received).unwrap();
    assert_eq!(received.matches("HTTP/1.1 200 OK").count(), 2, "{received}");
}
