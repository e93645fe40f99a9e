use std::path::{Path, PathBuf};
use std::time::Duration;

use kvs_archive::api::archived_media::ListFragments;
use kvs_archive::api::protocol::proxy::Proxy;
use kvs_archive::api::protocol::{ErrorKind, InterruptionKind, Settings};
use kvs_archive::api::video::Exception;
use tokio::join;
use tokio::runtime::Handle;
use tokio::time::timeout;

use super::peer::{Peer, ok};
use super::{Ask, TestClock, client_with, settings};
use crate::{Client, Error};

fn data(file: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    folder.join("src/tests/data").join(file)
}

fn trusting(url: &str) -> Settings {
    let mut settings = settings(url);
    settings.ca_bundle = Some(data("certificate.pem"));
    settings
}

/// What an error says that no other attempt can help against.
fn refused(error: &Error<Exception>) -> &str {
    match &error.kind {
        ErrorKind::Interrupted(why) if why.kind == InterruptionKind::Refused => {
            assert_eq!(error.attempts, 1);
            &why.detail
        }
        _ => panic!("{error}"),
    }
}

#[tokio::test]
async fn a_service_is_known_by_its_address() {
    let peer = Peer::bind().await;
    let (client, _) = client_with(&trusting(&format!("https://{}", peer.address)));
    let send = async {
        client.send(Ask).await.unwrap();
        client.send(Ask).await.unwrap()
    };
    let serve = async {
        let mut talk = peer.accept().await.secure().await.unwrap();
        talk.serve(ok("1")).await;
        talk.serve(ok("2")).await
    };
    let (answer, request) = join!(send, serve);
    assert_eq!(answer, b"2");
    assert!(request.starts_with("POST /ask HTTP/1.1\r\n"), "{request}");
}

#[tokio::test]
async fn a_service_is_known_by_its_name_through_a_tunnel() {
    let peer = Peer::bind().await;
    let mut settings = trusting("https://service.test");
    let url = format!("http://us%65r:p%40ss:w@{}", peer.address);
    settings.proxy = Some(Proxy::new(&url, "elsewhere.test").unwrap());
    let (client, _) = client_with(&settings);
    let serve = async {
        let mut talk = peer.accept().await;
        let asked = talk.serve("HTTP/1.1 200 Go ahead\r\n\r\n").await;
        let mut talk = talk.secure().await.unwrap();
        talk.serve(ok("yes")).await;
        asked
    };
    let (answer, asked) = join!(client.send(Ask), serve);
    assert_eq!(answer.unwrap(), b"yes");
    let expected = "CONNECT service.test:443 HTTP/1.1\r\nHost: service.test:443\r\n\
                    Proxy-Authorization: Basic dXNlcjpwQHNzOnc=\r\n\r\n";
    assert_eq!(asked, expected);
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_does_not_listen_keeps_no_connection_open() {
    let peer = Peer::bind().await;
    let settings = trusting(&format!("https://{}", peer.address));
    // The flood is longer than the model has it.
    let client = Client::builder(&settings).check_inputs(false);
    let client = client.clock(TestClock::default()).build().unwrap();
    let flood = ListFragments {
        stream_name: Some("cam".to_owned()),
        next_token: Some("x".repeat(8 << 20)),
        ..ListFragments::default()
    };
    let serve = async {
        let mut talk = peer.accept().await.secure().await.unwrap();
        let told = format!(r#"{{"DataEndpoint":"https://{}"}}"#, peer.address);
        talk.serve(ok(&told)).await;
        talk
    };
    let send = timeout(Duration::from_secs(10), client.send(flood));
    let (given_up, talk) = join!(send, serve);
    assert!(given_up.is_err(), "{given_up:?}");
    // Nor any task that would have to notice.
    assert_eq!(Handle::current().metrics().num_alive_tasks(), 0);
    talk.hung_up().await;
}

#[tokio::test]
async fn a_service_that_nobody_vouches_for_is_not_spoken_to() {
    let peer = Peer::bind().await;
    let url = format!("https://{}", peer.address);
    let (client, clock) = client_with(&settings(&url));
    let serve = async { peer.accept().await.secure().await.map(drop) };
    let (answer, served) = join!(client.send(Ask), serve);
    let error = answer.unwrap_err();
    let expected = format!("{}: invalid peer certificate: UnknownIssuer", peer.address);
    assert_eq!(refused(&error), expected);
    assert!(served.is_err());
    assert_eq!(clock.sleeps(), []);
}

#[tokio::test]
async fn a_service_under_another_name_is_not_spoken_to() {
    let peer = Peer::bind().await;
    let mut settings = trusting("https://other.test");
    settings.proxy = Some(Proxy::new(&peer.url(), "").unwrap());
    let (client, _) = client_with(&settings);
    let serve = async {
        let mut talk = peer.accept().await;
        talk.serve("HTTP/1.1 200 OK\r\n\r\n").await;
        talk.secure().await.map(drop)
    };
    let (answer, served) = join!(client.send(Ask), serve);
    let error = answer.unwrap_err();
    assert!(refused(&error).contains("not valid for name"), "{error}");
    assert!(served.is_err());
}

#[tokio::test]
async fn a_peer_without_tls_is_told_as_such() {
    let peer = Peer::bind().await;
    let (client, _) = client_with(&trusting(&format!("https://{}", peer.address)));
    let serve = async {
        let mut talk = peer.accept().await;
        talk.say("HTTP/1.1 400 Bad Request\r\n\r\n").await;
        talk.hung_up().await;
    };
    let (answer, ()) = join!(client.send(Ask), serve);
    let error = answer.unwrap_err();
    let expected = format!("{}: received corrupt message", peer.address);
    assert!(refused(&error).starts_with(&expected), "{error}");
}

#[tokio::test]
async fn a_proxy_that_refuses_is_final() {
    let peer = Peer::bind().await;
    let mut settings = trusting("https://service.test");
    settings.proxy = Some(Proxy::new(&peer.url(), "").unwrap());
    let (client, clock) = client_with(&settings);
    let serve = async {
        let mut talk = peer.accept().await;
        let answer = "HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 3\r\n\r\nno!";
        talk.serve(answer).await
    };
    let (answer, asked) = join!(client.send(Ask), serve);
    let error = answer.unwrap_err();
    let expected = "the proxy refused: 407 Proxy Authentication Required";
    assert_eq!(refused(&error), expected);
    assert!(!asked.contains("Authorization"), "{asked}");
    assert_eq!(clock.sleeps(), []);
}

#[tokio::test]
async fn plain_requests_and_bypassed_hosts_go_without_the_proxy() {
    let (proxy, service) = (Peer::bind().await, Peer::bind().await);
    let secure = format!("https://{}", service.address);
    for (url, bypass) in [(service.url(), ""), (secure, "127.0.0.1")] {
        let mut settings = trusting(&url);
        settings.proxy = Some(Proxy::new(&proxy.url(), bypass).unwrap());
        let (client, _) = client_with(&settings);
        let serve = async {
            let mut talk = service.accept().await;
            if url.starts_with("https") {
                talk.secure().await.unwrap().serve(ok("yes")).await
            } else {
                talk.serve(ok("yes")).await
            }
        };
        let (answer, _) = join!(client.send(Ask), serve);
        assert_eq!(answer.unwrap(), b"yes");
    }
}

#[test]
fn a_bundle_that_is_none_is_told_with_its_path() {
    for (file, problem) in [
        (data("nothing.pem"), "nothing.pem: No such file"),
        (data("key.pem"), "key.pem: holds no PEM certificate"),
    ] {
        let mut settings = settings("https://service.test");
        settings.ca_bundle = Some(file);
        let invalid = Client::new(&settings).unwrap_err();
        assert_eq!(invalid.member, "AWS_CA_BUNDLE");
        assert!(invalid.problem.contains(problem), "{invalid}");
    }
}
