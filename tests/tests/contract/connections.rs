//! Connections: how many there are, and what becomes of one that is left in the middle.

use std::pin::pin;

use kvs_tests::{CLIENTS, Deed, Driver, Peer, settings};

use crate::{get, list};

fn with_length(length: usize, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{body}").into_bytes()
}

fn ok(body: &str) -> Vec<u8> {
    with_length(body.len(), body)
}

/// A peer that tells its own address as the endpoint, and then does these deeds.
fn peer(deeds: &[Deed]) -> Peer {
    Peer::start_with(|url| {
        let endpoint = ok(&format!(r#"{{"DataEndpoint":"{url}"}}"#));
        [&[Deed::Answer(endpoint)], deeds].concat()
    })
}

fn each(deeds: &[Deed], test: impl Fn(&Driver, &Peer)) {
    for start in CLIENTS {
        let peer = peer(deeds);
        test(&start(&settings(&peer.url())).0, &peer);
    }
}

#[test]
fn one_connection_serves_one_request_after_the_other() {
    // The endpoint passes for a page, and for media, too.
    each(&[], |driver, peer| {
        for _ in 0..5 {
            driver.send(list()).unwrap();
            let (_, body, end) = driver.open(get()).unwrap();
            assert!(body.starts_with(b"{") && end.is_none());
        }
        // Where lists are served, where media is, and five of each.
        assert_eq!((peer.requests().len(), peer.connections()), (12, 1));
    });
}

#[test]
fn a_refusal_leaves_the_connection_open() {
    let body = r#"{"__type":"InvalidArgumentException"}"#;
    let refused = format!(
        "HTTP/1.1 400 Bad Request\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    each(&[Deed::Answer(refused.into_bytes())], |driver, peer| {
        for _ in 0..5 {
            driver.send(list()).unwrap_err();
        }
        assert_eq!((peer.requests().len(), peer.connections()), (6, 1));
    });
}

#[test]
fn a_body_that_is_left_in_the_middle_takes_its_connection_along() {
    let deeds = [
        Deed::AnswerAndStall(with_length(10, "01234")),
        Deed::Answer(ok("{}")),
    ];
    // The peer serves one connection at a time: it would not answer if the first stayed open.
    each(&deeds, |driver, peer| {
        match driver {
            Driver::Ureq(client) => {
                let mut body = client.open(get()).unwrap().body;
                assert_eq!(body.chunk().unwrap().unwrap(), "01234");
            }
            Driver::Hyper(runtime, client) => runtime.block_on(async {
                let mut body = client.open(get()).await.unwrap().body;
                assert_eq!(body.chunk().await.unwrap().unwrap(), "01234");
            }),
            Driver::Smithy(runtime, client) => runtime.block_on(async {
                let mut body = client.open(get()).await.unwrap().body;
                assert_eq!(body.chunk().await.unwrap().unwrap(), "01234");
            }),
        }
        let (_, body, end) = driver.open(get()).unwrap();
        assert!(body == b"{}" && end.is_none());
        assert_eq!(peer.connections(), 2);
    });
}

/// Drops a call once the peer has so many requests.
async fn dropped_at<T: std::fmt::Debug>(
    requests: usize,
    call: impl Future<Output = T>,
    peer: &Peer,
) {
    let mut call = pin!(call);
    while peer.requests().len() < requests {
        tokio::select! {
            biased;
            done = &mut call => panic!("{done:?}"),
            () = tokio::task::yield_now() => {}
        }
    }
}

#[test]
fn a_call_that_is_dropped_takes_its_connection_along() {
    let deeds = [Deed::AnswerAndStall(Vec::new()), Deed::Answer(ok("{}"))];
    each(&deeds, |driver, peer| {
        match driver {
            // Blocking calls cannot be left.
            Driver::Ureq(_) => return,
            Driver::Hyper(runtime, client) => {
                runtime.block_on(dropped_at(2, client.send(list()), peer));
            }
            Driver::Smithy(runtime, client) => {
                runtime.block_on(dropped_at(2, client.send(list()), peer));
            }
        }
        driver.send(list()).unwrap();
        assert_eq!((peer.connections(), peer.requests().len()), (2, 3));
    });
}
