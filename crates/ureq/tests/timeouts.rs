//! Which silence is whose fault. The operating system measures it, so that these tests do wait: for
//! some tens of milliseconds.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what fails in a test fails the test"
)]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::{Duration, Instant};

use kvs_ureq::api::archived_media::GetMediaForFragmentList;
use kvs_ureq::api::protocol::retry::RetryPolicy;
use kvs_ureq::api::protocol::{Credentials, ErrorKind, Interruption, InterruptionKind};
use kvs_ureq::api::video::DescribeStream;
use kvs_ureq::{Client, Settings, Timeouts};

const SHORT: Duration = Duration::from_millis(30);
const LONG: Duration = Duration::from_secs(60);

/// A peer that answers each request with the same bytes, then waits for the client to go.
fn peer(answer: impl Fn(&str) -> Vec<u8> + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let own = url.clone();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut request = [0; 4_096];
            let read = stream.read(&mut request).unwrap_or(0);
            let is_discovery = request[..read].starts_with(b"POST /getDataEndpoint");
            let body = format!("{{\"DataEndpoint\":\"{own}\"}}");
            let bytes = match is_discovery {
                true => format!(
                    "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
                    body.len()
                )
                .into_bytes(),
                false => answer(&own),
            };
            // The client may be gone already.
            let _ = stream.write_all(&bytes);
            if !is_discovery {
                let _ = std::io::copy(&mut stream, &mut std::io::sink());
            }
        }
    });
    url
}

fn client(url: &str, timeouts: Timeouts) -> Client {
    let mut settings = Settings::new("eu-west-1");
    settings.credentials = Some(Credentials::new("AKID", "secret"));
    settings.endpoint_url = Some(url.parse().unwrap());
    let once = RetryPolicy {
        max_attempts: 1,
        ..RetryPolicy::default()
    };
    let builder = Client::builder(&settings).timeouts(timeouts).retry(once);
    builder.build().unwrap()
}

fn get() -> GetMediaForFragmentList {
    GetMediaForFragmentList {
        stream_name: Some("cam".to_owned()),
        fragments: Some(vec!["1".to_owned()]),
        ..GetMediaForFragmentList::default()
    }
}

fn describe() -> DescribeStream {
    DescribeStream {
        stream_name: Some("cam".to_owned()),
        ..DescribeStream::default()
    }
}

#[test]
fn the_first_byte_has_a_limit_of_its_own() {
    let url = peer(|_| Vec::new());
    let timeouts = Timeouts {
        first_byte: 4 * SHORT,
        stall: SHORT,
        ..Timeouts::default()
    };
    let started = Instant::now();
    let error = client(&url, timeouts).send(describe()).unwrap_err();
    assert!(started.elapsed() >= 4 * SHORT, "the stall guard cut it");
    let ErrorKind::Interrupted(Interruption { kind, .. }) = error.kind else {
        panic!("{error}")
    };
    assert_eq!(kind, InterruptionKind::TimedOut);
}

#[test]
fn a_silent_body_is_cut_though_the_first_byte_may_take_long() {
    let url = peer(|_| b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc".to_vec());
    let timeouts = Timeouts {
        first_byte: LONG,
        stall: SHORT,
        ..Timeouts::default()
    };
    let mut opened = client(&url, timeouts).open(get()).unwrap();
    assert_eq!(opened.body.chunk().unwrap().unwrap(), "abc");
    assert_eq!(
        opened.body.chunk().unwrap_err().kind,
        InterruptionKind::TimedOut
    );
}

#[test]
fn a_slow_consumer_is_nobodys_stall() {
    let large = vec![7; 1 << 20];
    let length = large.len();
    let url = peer(move |_| {
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n");
        [head.as_bytes(), &large].concat()
    });
    let timeouts = Timeouts {
        stall: SHORT,
        ..Timeouts::default()
    };
    let mut opened = client(&url, timeouts).open(get()).unwrap();
    let mut read = opened.body.chunk().unwrap().unwrap().len();
    std::thread::sleep(3 * SHORT);
    while let Some(chunk) = opened.body.chunk().unwrap() {
        read += chunk.len();
    }
    assert_eq!(read, length);
}
