use std::time::Duration;

use kvs_archive::api::protocol::{ErrorKind, Interruption, InterruptionKind};
use tokio::join;
use tokio::time::{Instant, sleep, timeout};

use super::peer::{Peer, chunked, ok, with_length};
use super::{Ask, Fetch, client, settings};
use crate::{Body, Client, Timeouts};

const PAYLOAD: &str = "0123456789abcdef";

/// Opens a body to which a peer says `answer`, and hangs up.
async fn cut(answer: &[u8]) -> Body {
    let peer = Peer::bind().await;
    let (client, _) = client(&peer);
    let (opened, _) = join!(client.open(Fetch), async {
        peer.accept().await.serve(answer).await
    });
    opened.unwrap().body
}

async fn read(body: &mut Body) -> (String, Option<Interruption>) {
    let mut text = String::new();
    loop {
        match body.chunk().await {
            Ok(Some(chunk)) => text.push_str(std::str::from_utf8(&chunk).unwrap()),
            Ok(None) => return (text, None),
            Err(why) => return (text, Some(why)),
        }
    }
}

#[tokio::test]
async fn a_whole_body_ends_cleanly() {
    let until_the_end = format!("HTTP/1.1 200 OK\r\n\r\n{PAYLOAD}");
    let with_trailer = chunked(PAYLOAD).replace("\r\n0\r\n", "\r\n0\r\nx-checksum: 1\r\n");
    for answer in [ok(PAYLOAD), chunked(PAYLOAD), until_the_end, with_trailer] {
        let (text, end) = read(&mut cut(answer.as_bytes()).await).await;
        assert_eq!(text, PAYLOAD);
        assert!(end.is_none(), "{end:?}");
    }
}

#[tokio::test]
async fn a_body_cut_at_any_byte_never_looks_whole() {
    for whole in [ok(PAYLOAD), chunked(PAYLOAD)] {
        let head = whole.find("\r\n\r\n").unwrap() + 4;
        for at in head..whole.len() {
            let mut body = cut(&whole.as_bytes()[..at]).await;
            let (text, end) = read(&mut body).await;
            assert!(PAYLOAD.starts_with(&text), "{at}");
            let end = end.unwrap_or_else(|| panic!("cut at {at} of {}", whole.len()));
            assert_eq!(end.kind, InterruptionKind::Broken, "{at}: {end}");
            assert!(end.detail.contains(": "), "says no reason: {end}");
            // Nor does it later.
            let (text, again) = read(&mut body).await;
            assert_eq!((text.as_str(), again.unwrap().kind), ("", end.kind));
        }
    }
}

#[tokio::test]
async fn a_cut_answer_is_tried_again() {
    let peer = Peer::bind().await;
    let (client, clock) = client(&peer);
    let (answer, ()) = join!(client.send(Ask), async {
        peer.accept()
            .await
            .serve(with_length("200 OK", 3, "y"))
            .await;
        peer.accept().await.serve(ok("yes")).await;
    });
    assert_eq!(answer.unwrap(), b"yes");
    assert_eq!(clock.sleeps().len(), 1);
}

#[tokio::test]
async fn a_cut_refusal_is_told_by_its_head() {
    let peer = Peer::bind().await;
    let (client, _) = client(&peer);
    let refusal = "HTTP/1.1 404 Not Found\r\nx-amzn-errortype: ResourceNotFoundException\r\n\
                   content-length: 100\r\n\r\n{\"Mess";
    let (answer, _) = join!(client.send(Ask), async {
        peer.accept().await.serve(refusal).await
    });
    let error = answer.unwrap_err();
    assert_eq!(error.refusal().unwrap().code, "ResourceNotFoundException");
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_falls_silent_is_given_up() {
    let peer = Peer::bind().await;
    let (client, _) = client(&peer);
    let begun = Instant::now();
    let read = async {
        let mut body = client.open(Fetch).await.unwrap().body;
        read(&mut body).await
    };
    let serve = async {
        let mut talk = peer.accept().await;
        talk.serve(with_length("200 OK", 16, "0123")).await;
        sleep(Duration::from_secs(29)).await;
        talk.say("4567").await;
        talk.hung_up().await;
    };
    let ((text, end), ()) = join!(read, serve);
    assert_eq!(text, "01234567");
    let end = end.unwrap();
    assert_eq!(end.kind, InterruptionKind::TimedOut);
    assert_eq!(end.to_string(), "timed out: nothing came for 30s");
    assert_eq!(begun.elapsed().as_secs(), 29 + 30);
}

#[tokio::test(start_paused = true)]
async fn a_silent_answer_is_tried_again() {
    let peer = Peer::bind().await;
    let (client, clock) = client(&peer);
    let serve = async {
        for _ in 0..3 {
            let mut talk = peer.accept().await;
            talk.serve(with_length("200 OK", 3, "y")).await;
            talk.hung_up().await;
        }
    };
    let (answer, ()) = join!(client.send(Ask), serve);
    let error = answer.unwrap_err();
    let ErrorKind::Interrupted(why) = &error.kind else {
        panic!("{error}")
    };
    assert_eq!((why.kind, error.attempts), (InterruptionKind::TimedOut, 3));
    assert_eq!(clock.sleeps().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_slow_reader_is_never_given_up() {
    let peer = Peer::bind().await;
    let (client, _) = client(&peer);
    let read = async {
        let mut body = client.open(Fetch).await.unwrap().body;
        for piece in ["01234", "56789", "abcde", "f"] {
            sleep(Duration::from_secs(3_600)).await;
            assert_eq!(body.chunk().await.unwrap().unwrap(), piece);
        }
        sleep(Duration::from_secs(3_600)).await;
        body.chunk().await.unwrap()
    };
    let serve = async { peer.accept().await.serve(chunked(PAYLOAD)).await };
    assert_eq!(join!(read, serve).0, None);
}

#[tokio::test(start_paused = true)]
async fn only_the_time_of_waiting_counts_as_silence() {
    let peer = Peer::bind().await;
    let (client, _) = client(&peer);
    let read = async {
        let mut body = client.open(Fetch).await.unwrap().body;
        for looks in 1..100 {
            let glance = Duration::from_millis(900);
            match timeout(glance, body.chunk()).await {
                Err(_) => sleep(Duration::from_secs(100)).await,
                Ok(end) => return (looks, end.unwrap_err().kind),
            }
        }
        panic!("for ever patient")
    };
    let serve = async {
        let mut talk = peer.accept().await;
        talk.serve(with_length("200 OK", 16, "")).await;
        talk.hung_up().await;
    };
    let ((looks, kind), ()) = join!(read, serve);
    assert_eq!((looks, kind), (34, InterruptionKind::TimedOut));
}

#[test]
fn a_runtime_that_ends_cuts_its_bodies() {
    let runtime = || {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        builder.enable_all().build().unwrap()
    };
    for answer in [ok(PAYLOAD), chunked(PAYLOAD)] {
        let first = runtime();
        let opened = first.block_on(async {
            let peer = Peer::bind().await;
            let client = Client::builder(&settings(&peer.url()))
                .timeouts(Timeouts::default())
                .build()
                .unwrap();
            let (opened, _) = join!(client.open(Fetch), async {
                let mut talk = peer.accept().await;
                talk.serve(&answer.as_bytes()[..answer.len() - 12]).await;
                talk
            });
            opened.unwrap()
        });
        drop(first);
        let mut body = opened.body;
        let (_, end) = runtime().block_on(read(&mut body));
        assert_eq!(end.unwrap().kind, InterruptionKind::Broken);
    }
}
