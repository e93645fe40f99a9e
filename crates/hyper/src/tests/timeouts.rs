use std::time::Duration;

use kvs_archive::api::protocol::proxy::Proxy;
use kvs_archive::api::protocol::{ErrorKind, InterruptionKind};
use tokio::join;
use tokio::time::{Instant, sleep};

use super::peer::{Peer, ok, with_length};
use super::{Ask, Fetch, client, client_with, settings};
use crate::{Client, Timeouts};

#[tokio::test(start_paused = true)]
async fn a_peer_that_never_answers_is_given_up() {
    let peer = Peer::bind().await;
    let (client, clock) = client(&peer);
    let begun = Instant::now();
    let serve = async {
        for _ in 0..3 {
            let mut talk = peer.accept().await;
            talk.request().await;
            talk.hung_up().await;
        }
    };
    let (answer, ()) = join!(client.send(Ask), serve);
    let error = answer.unwrap_err();
    let told = "Ask: timed out: no answer within 60s (after 3 attempts)";
    assert_eq!(error.to_string(), told);
    assert_eq!(clock.sleeps().len(), 2);
    assert_eq!(begun.elapsed().as_secs(), 180);
}

#[tokio::test(start_paused = true)]
async fn a_peer_may_take_its_time() {
    let peer = Peer::bind().await;
    let (client, clock) = client(&peer);
    let (answer, ()) = join!(client.send(Ask), async {
        let mut talk = peer.accept().await;
        talk.request().await;
        sleep(Duration::from_secs(59)).await;
        talk.say(ok("yes")).await;
    });
    assert_eq!(answer.unwrap(), b"yes");
    assert_eq!(clock.sleeps(), []);
}

#[tokio::test(start_paused = true)]
async fn silence_counts_on_a_used_connection_too() {
    let peer = Peer::bind().await;
    let (client, clock) = client(&peer);
    let begun = Instant::now();
    let send = async {
        client.send(Ask).await.unwrap();
        client.send(Ask).await.unwrap()
    };
    let serve = async {
        let mut talk = peer.accept().await;
        talk.serve(ok("1")).await;
        talk.request().await;
        talk.hung_up().await;
        peer.accept().await.serve(ok("2")).await;
    };
    let (answer, ()) = join!(send, serve);
    assert_eq!(answer, b"2");
    assert_eq!(clock.sleeps().len(), 1);
    assert_eq!(begun.elapsed().as_secs(), 60);
}

/// A host that does not answer cannot be had on loopback; a proxy that does not is as good.
#[tokio::test(start_paused = true)]
async fn a_connection_that_takes_too_long_is_given_up() {
    let peer = Peer::bind().await;
    let mut settings = settings("https://service.test");
    settings.proxy = Some(Proxy::new(&peer.url(), "").unwrap());
    let (client, clock) = client_with(&settings);
    let begun = Instant::now();
    let serve = async {
        for _ in 0..3 {
            let mut talk = peer.accept().await;
            talk.request().await;
            talk.hung_up().await;
        }
    };
    let (answer, ()) = join!(client.send(Ask), serve);
    let error = answer.unwrap_err();
    let ErrorKind::Interrupted(why) = &error.kind else {
        panic!("{error}")
    };
    assert_eq!(why.kind, InterruptionKind::Connect);
    assert_eq!(
        why.to_string(),
        "no connection: service.test:443: none within 10s"
    );
    assert_eq!((error.attempts, clock.sleeps().len()), (3, 2));
    assert_eq!(begun.elapsed().as_secs(), 30);
}

#[tokio::test(start_paused = true)]
async fn a_byte_a_second_ends_as_the_minimum_rate_says() {
    let peer = Peer::bind().await;
    let (client, _) = client(&peer);
    let begun = Instant::now();
    let read = async {
        let mut body = client.open(Fetch).await.unwrap().body;
        loop {
            match body.chunk().await {
                Ok(piece) => assert_eq!(piece.unwrap(), "0"),
                Err(why) => return why,
            }
        }
    };
    let serve = async {
        let mut talk = peer.accept().await;
        talk.serve(with_length("200 OK", 1_000, "")).await;
        for _ in 0..60 {
            sleep(Duration::from_secs(1)).await;
            talk.say("0").await;
        }
        talk.hung_up().await;
    };
    let (why, ()) = join!(read, serve);
    assert_eq!(why.kind, InterruptionKind::TimedOut);
    let told = "timed out: less than 128 bytes a second came over 60s";
    assert_eq!(why.to_string(), told);
    assert_eq!(begun.elapsed().as_secs(), 60);
}

#[tokio::test(start_paused = true)]
async fn a_stall_of_45_seconds_trips_a_guard_of_less_and_none_of_more() {
    for (limit, trips) in [(44, true), (46, false)] {
        let peer = Peer::bind().await;
        let stall = Duration::from_secs(limit);
        let client = Client::builder(&settings(&peer.url())).timeouts(Timeouts {
            stall,
            ..Timeouts::default()
        });
        let client = client.build().unwrap();
        let read = async {
            let mut body = client.open(Fetch).await.unwrap().body;
            assert_eq!(body.chunk().await.unwrap().unwrap(), "0123");
            body.chunk().await
        };
        let serve = async {
            let mut talk = peer.accept().await;
            talk.serve(with_length("200 OK", 8, "0123")).await;
            // Gone before it may speak again, or after it has.
            match trips {
                true => talk.hung_up().await,
                false => {
                    sleep(Duration::from_secs(45)).await;
                    talk.say("4567").await;
                }
            }
        };
        let (read, ()) = join!(read, serve);
        match read {
            Ok(piece) => assert!(!trips && piece.unwrap() == "4567"),
            Err(why) => assert_eq!((trips, why.kind), (true, InterruptionKind::TimedOut)),
        }
    }
}
