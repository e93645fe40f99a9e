use std::time::Duration;

use kvs_archive::api::protocol::proxy::Proxy;
use kvs_archive::api::protocol::{ErrorKind, InterruptionKind};
use tokio::join;
use tokio::time::{Instant, sleep};

use super::peer::{Peer, ok};
use super::{Ask, client, client_with, settings};

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
