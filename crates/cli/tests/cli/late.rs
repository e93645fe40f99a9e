//! Fragments that come to light while others are fetched.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

use kvs_emulator::Stream;
use serde_json::Value;

use crate::support::{Bench, Run, TRANSPORTS, decode, serve};

/// A way to a service on which the first page of a listing lacks the first and the last fragment of
/// those that are there. Every other listing is as the service gives it.
fn forgetful(service: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let service = service.strip_prefix("http://").unwrap().to_owned();
    std::thread::spawn(move || {
        let mut is_first = true;
        for client in listener.incoming().map_while(Result::ok) {
            let (request, is_listing) = request(&client);
            let mut upstream = TcpStream::connect(&service).unwrap();
            upstream.write_all(&request).unwrap();
            let mut answer = Vec::new();
            upstream.read_to_end(&mut answer).unwrap();
            if is_listing && std::mem::take(&mut is_first) {
                answer = shortened(&answer);
            }
            // The client may have heard enough.
            let _ = (&client).write_all(&answer);
        }
    });
    url
}

/// A request that is the last of its connection, and whether it asks for a listing.
fn request(client: &TcpStream) -> (Vec<u8>, bool) {
    let mut reader = BufReader::new(client);
    let (mut request, mut length, mut is_listing) = (Vec::new(), 0, false);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        is_listing |= line.starts_with("POST /listFragments");
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line == "\r\n" || line.is_empty() {
            break;
        }
        request.extend(line.into_bytes());
    }
    request.extend(b"connection: close\r\n\r\n");
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    request.extend(body);
    (request, is_listing)
}

fn shortened(answer: &[u8]) -> Vec<u8> {
    let end = answer.windows(4).position(|w| w == b"\r\n\r\n").unwrap() + 4;
    let mut page: Value = serde_json::from_slice(&answer[end..]).unwrap();
    let fragments = page["Fragments"].as_array_mut().unwrap();
    fragments.sort_by_key(|f| f["FragmentNumber"].as_str().unwrap().to_owned());
    fragments.pop();
    fragments.remove(0);
    let page = page.to_string();
    let head = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length:";
    format!("{head} {}\r\n\r\n{page}", page.len()).into_bytes()
}

#[test]
fn settling_delivers_what_goes_behind_and_names_what_comes_too_late() {
    for transport in TRANSPORTS {
        let emulator = serve(Stream::demo());
        let bench = Bench::new(&format!("late_{transport}"));
        let numbers = crate::support::numbers(&bench, emulator.url());
        let get = |options: &str| {
            let line = format!("get cam --transport {transport} -o x.mkv --overwrite {options}");
            let mut get = bench.kvs_at(emulator.url(), &line);
            let through = forgetful(emulator.url());
            Run::of(get.env("AWS_ENDPOINT_URL_KINESIS_VIDEO_ARCHIVED_MEDIA", through))
        };
        get("").well();
        assert_eq!(decode(bench.read("x.mkv")).len(), numbers.len() - 2);

        let run = get("--settle");
        assert_eq!(run.code, 3, "{run:?}");
        let fragments = decode(bench.read("x.mkv"));
        let there = fragments.iter().flat_map(|f| &f.number);
        let there: Vec<String> = there.map(ToString::to_string).collect();
        assert_eq!(there, numbers[1..]);
        let missing = bench.lines("x.mkv.missing.jsonl");
        assert_eq!(missing.len(), 1);
        assert_eq!(missing[0]["number"], *numbers[0]);
        assert_eq!(missing[0]["reason"], "came too late for its place");

        let run = get("--settle --strict");
        run.fails(1, &[&numbers[0], "too late"]);
    }
}

#[test]
fn what_came_too_late_is_named_by_the_run_that_gives_the_names() {
    let emulator = serve(Stream::demo());
    let bench = Bench::new("late_names");
    let numbers = crate::support::numbers(&bench, emulator.url());
    let run = || {
        let mut get = bench.kvs_at(emulator.url(), "get cam --settle -o x.mkv");
        let through = forgetful(emulator.url());
        Run::of(get.env("AWS_ENDPOINT_URL_KINESIS_VIDEO_ARCHIVED_MEDIA", through))
    };
    let list = bench.path("x.mkv.missing.jsonl");
    std::fs::create_dir(&list).unwrap();
    run().fails(1, &["x.mkv.missing.jsonl is a folder"]);
    std::fs::remove_dir(&list).unwrap();
    let run = run();
    assert_eq!(run.code, 3, "{run:?}");
    let told = "x.mkv: goes on after 14 of 14 fragments";
    assert!(run.stderr.starts_with(told), "{run:?}");
    let missing = bench.lines("x.mkv.missing.jsonl");
    assert_eq!(missing.len(), 1);
    assert_eq!(missing[0]["number"], *numbers[0]);
    assert_eq!(bench.names(), ["x.mkv", "x.mkv.missing.jsonl"]);
}
