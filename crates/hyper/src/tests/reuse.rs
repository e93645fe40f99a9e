use std::time::Duration;

use tokio::join;
use tokio::time::advance;

use super::peer::{Peer, chunked, ok};
use super::{Ask, Fetch, client};

#[tokio::test]
async fn a_connection_serves_one_request_after_the_other() {
    let peer = Peer::bind().await;
    let (client, _) = client(&peer);
    let send = async {
        client.send(Ask).await.unwrap();
        let mut body = client.open(Fetch).await.unwrap().body;
        while body.chunk().await.unwrap().is_some() {}
        client.clone().send(Ask).await.unwrap();
    };
    let serve = async {
        let mut talk = peer.accept().await;
        talk.serve(ok("yes")).await;
        talk.serve(chunked("0123456789")).await;
        talk.serve(ok("yes")).await;
    };
    join!(send, serve);
}

#[tokio::test]
async fn requests_at_the_same_time_have_connections_of_their_own() {
    let peer = Peer::bind().await;
    let (client, _) = client(&peer);
    let serve = async {
        let (mut one, mut two) = (peer.accept().await, peer.accept().await);
        one.serve(ok("1")).await;
        two.serve(ok("2")).await;
        (one, two)
    };
    let (a, b, _talks) = join!(client.send(Ask), client.send(Ask), serve);
    let mut answers = [a.unwrap(), b.unwrap()];
    answers.sort();
    assert_eq!(answers, [b"1", b"2"]);
}

#[tokio::test]
async fn a_connection_that_was_closed_meanwhile_is_replaced() {
    for reads_the_second in [false, true] {
        let peer = Peer::bind().await;
        let (client, clock) = client(&peer);
        let mut talk = {
            let (answer, talk) = join!(client.send(Ask), async {
                let mut talk = peer.accept().await;
                talk.serve(ok("1")).await;
                talk
            });
            assert_eq!(answer.unwrap(), b"1");
            talk
        };
        let (answer, ()) = join!(client.send(Ask), async {
            if reads_the_second {
                talk.request().await;
            }
            drop(talk);
            peer.accept().await.serve(ok("2")).await;
        });
        assert_eq!(answer.unwrap(), b"2");
        // It was no attempt.
        assert_eq!(clock.sleeps(), [], "{reads_the_second}");
    }
}

#[tokio::test]
async fn a_new_connection_that_is_closed_at_once_counts() {
    let peer = Peer::bind().await;
    let (client, clock) = client(&peer);
    let (answer, ()) = join!(client.send(Ask), async {
        peer.accept().await.request().await;
        peer.accept().await.serve(ok("2")).await;
    });
    assert_eq!(answer.unwrap(), b"2");
    assert_eq!(clock.sleeps().len(), 1);
}

#[tokio::test]
async fn a_connection_that_the_peer_will_close_is_not_used_again() {
    let peer = Peer::bind().await;
    let (client, clock) = client(&peer);
    let closing = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 1\r\n\r\n1";
    let send = async {
        client.send(Ask).await.unwrap();
        client.send(Ask).await.unwrap()
    };
    let serve = async {
        let mut first = peer.accept().await;
        first.serve(closing).await;
        peer.accept().await.serve(ok("2")).await;
        first.hung_up().await;
    };
    let (answer, ()) = join!(send, serve);
    assert_eq!(answer, b"2");
    assert_eq!(clock.sleeps(), []);
}

#[tokio::test]
async fn a_body_that_is_dropped_closes_its_connection() {
    let peer = Peer::bind().await;
    let (client, _) = client(&peer);
    let send = async {
        let mut body = client.open(Fetch).await.unwrap().body;
        assert_eq!(body.chunk().await.unwrap().unwrap(), "01234");
        drop(body);
        client.send(Ask).await.unwrap()
    };
    let serve = async {
        let mut talk = peer.accept().await;
        let whole = chunked("0123456789");
        talk.serve(&whole.as_bytes()[..whole.len() - 15]).await;
        talk.hung_up().await;
        peer.accept().await.serve(ok("2")).await;
    };
    assert_eq!(join!(send, serve).0, b"2");
}

#[tokio::test]
async fn a_request_that_is_dropped_closes_its_connection() {
    let peer = Peer::bind().await;
    let (client, _) = client(&peer);
    let mut talk = tokio::select! {
        answer = client.send(Ask) => panic!("{answer:?}"),
        talk = peer.accept() => talk,
    };
    let (answer, ()) = join!(client.send(Ask), async {
        let _ = &mut talk;
        talk.hung_up().await;
        peer.accept().await.serve(ok("2")).await;
    });
    assert_eq!(answer.unwrap(), b"2");
}

#[tokio::test(start_paused = true)]
async fn a_connection_is_kept_for_a_minute() {
    let peer = Peer::bind().await;
    let (client, clock) = client(&peer);
    let (_, mut talk) = join!(client.send(Ask), async {
        let mut talk = peer.accept().await;
        talk.serve(ok("1")).await;
        talk
    });
    advance(Duration::from_secs(59)).await;
    let (answer, _) = join!(client.send(Ask), talk.serve(ok("2")));
    assert_eq!(answer.unwrap(), b"2");
    advance(Duration::from_secs(60)).await;
    let (answer, ()) = join!(client.send(Ask), async {
        talk.hung_up().await;
        peer.accept().await.serve(ok("3")).await;
    });
    assert_eq!(answer.unwrap(), b"3");
    assert_eq!(clock.sleeps(), []);
}

#[tokio::test]
async fn a_place_keeps_eight_connections() {
    let peer = Peer::bind().await;
    let (client, _) = client(&peer);
    let requests: Vec<_> = (0..9)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.send(Ask).await })
        })
        .collect();
    let mut talks = Vec::new();
    for _ in 0..9 {
        talks.push(peer.accept().await);
    }
    for talk in &mut talks {
        talk.serve(ok("1")).await;
    }
    for request in requests {
        request.await.unwrap().unwrap();
    }
    // The ninth is closed, whichever that is; the others wait.
    let ends = talks.into_iter().map(|talk| tokio::spawn(talk.hung_up()));
    let ends: Vec<_> = ends.collect();
    while !ends.iter().any(tokio::task::JoinHandle::is_finished) {
        tokio::task::yield_now().await;
    }
    let closed = ends.iter().filter(|end| end.is_finished()).count();
    assert_eq!(closed, 1);
}
