use bytes::Bytes;
use http::Request;
use kvs_archive::api::protocol::{ErrorKind, InterruptionKind, Settings};
use kvs_archive::api::video::{DescribeStream, ListStreams};
use kvs_archive::{ExportOptions, Selection, TimestampOrigin};
use tokio::join;

use super::peer::{Peer, chunked, ok, with_length};
use super::{Ask, Fetch, client, client_with, settings};
use crate::{Body, Client, Opened};

#[tokio::test]
async fn a_request_goes_out_as_it_was_signed() {
    let peer = Peer::bind().await;
    let (client, clock) = client(&peer);
    let describe = DescribeStream {
        stream_name: Some("cam".to_owned()),
        ..DescribeStream::default()
    };
    let (answer, request) = join!(client.send(describe), async {
        let told = ok(r#"{"StreamInfo":{"StreamName":"cam"}}"#);
        peer.accept().await.serve(told).await
    });
    let told = answer.unwrap().stream_info.unwrap();
    assert_eq!(told.stream_name.as_deref(), Some("cam"));
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert_eq!(body, r#"{"StreamName":"cam"}"#);
    let mut lines = head.lines();
    assert_eq!(lines.next(), Some("POST /describeStream HTTP/1.1"));
    let names: Vec<_> = lines.map(|line| line.split(':').next().unwrap()).collect();
    let once = |name| names.iter().filter(|n| **n == name).count() == 1;
    for name in ["host", "authorization", "x-amz-date", "content-length"] {
        assert!(once(name), "{name} in {head}");
    }
    assert!(!names.contains(&"accept-encoding"), "{head}");
    let host = format!("\r\nhost: {}\r\n", peer.address);
    assert!(head.contains(&host), "{head}");
    assert_eq!(clock.sleeps(), []);
}

#[tokio::test]
async fn a_payload_is_handed_over_piece_by_piece() {
    let peer = Peer::bind().await;
    let (client, _) = client(&peer);
    let answer = chunked("0123456789").replacen("\r\n", "\r\ncontent-type: video/webm\r\n", 1);
    let read = async {
        let Opened { output, mut body } = client.open(Fetch).await.unwrap();
        assert_eq!(output.as_deref(), Some("video/webm"));
        assert_eq!(body.chunk().await.unwrap().unwrap(), "01234");
        assert_eq!(body.chunk().await.unwrap().unwrap(), "56789");
        assert_eq!(body.chunk().await.unwrap(), None);
        assert_eq!(body.chunk().await.unwrap(), None);
    };
    let serve = async { peer.accept().await.serve(answer).await };
    join!(read, serve);
}

#[tokio::test]
async fn a_page_leads_to_the_next() {
    let peer = Peer::bind().await;
    let (client, _) = client(&peer);
    let read = async {
        let mut pages = client.pages(ListStreams::default());
        let mut count = 0;
        while let Some(page) = pages.next().await {
            page.unwrap();
            count += 1;
        }
        count
    };
    let serve = async {
        let mut talk = peer.accept().await;
        talk.serve(ok(r#"{"NextToken":"t"}"#)).await;
        talk.serve(ok("{}")).await
    };
    let (count, second) = join!(read, serve);
    assert_eq!(count, 2);
    assert!(second.ends_with(r#"{"NextToken":"t"}"#), "{second}");
}

#[tokio::test]
async fn a_page_that_nobody_waited_for_is_asked_for_again() {
    let peer = Peer::bind().await;
    let (client, _) = client(&peer);
    let mut pages = client.pages(ListStreams::default());
    tokio::select! {
        biased;
        _ = pages.next() => panic!("nobody has answered"),
        () = async { drop(peer.accept().await.request().await) } => {}
    }
    let (page, _) = join!(pages.next(), async {
        peer.accept().await.serve(ok("{}")).await
    });
    assert!(matches!(page, Some(Ok(_))), "{page:?}");
    assert!(pages.next().await.is_none());
}

#[tokio::test]
async fn a_passing_fault_is_tried_again_on_the_same_connection() {
    let peer = Peer::bind().await;
    let (client, clock) = client(&peer);
    let (answer, ()) = join!(client.send(Ask), async {
        let mut talk = peer.accept().await;
        talk.serve(with_length("503 Service Unavailable", 4, "busy"))
            .await;
        talk.serve(ok("yes")).await;
    });
    assert_eq!(answer.unwrap(), b"yes");
    assert_eq!(clock.sleeps().len(), 1);
}

#[tokio::test]
async fn a_redirection_is_an_error() {
    let peer = Peer::bind().await;
    let (client, _) = client(&peer);
    let moved = "HTTP/1.1 307 Temporary Redirect\r\nlocation: /elsewhere\r\n\
                 content-length: 0\r\n\r\n";
    let (answer, _) = join!(client.send(Ask), async {
        peer.accept().await.serve(moved).await
    });
    let error = answer.unwrap_err();
    assert_eq!(error.refusal().unwrap().status, 307, "{error}");
}

#[tokio::test]
async fn an_answer_over_the_limit_is_not_read() {
    let peer = Peer::bind().await;
    let (client, clock) = client(&peer);
    for (answer, fits) in [
        (ok("12345678"), true),
        (chunked("12345678"), true),
        (ok("123456789"), false),
        (chunked("123456789"), false),
    ] {
        let (answer, ()) = join!(client.send(Ask), async {
            let mut talk = peer.accept().await;
            talk.serve(format!("{answer}HTTP/1.1 200 OK\r\n")).await;
        });
        match answer {
            Ok(body) => assert!(fits && body == b"12345678"),
            Err(error) => {
                assert!(!fits && matches!(error.kind, ErrorKind::Malformed(_)));
                assert!(error.to_string().contains("longer than 8 bytes"), "{error}");
            }
        }
    }
    assert_eq!(clock.sleeps(), []);
}

#[tokio::test]
async fn nobody_there_is_no_connection() {
    let peer = Peer::bind().await;
    let (client, clock) = client(&peer);
    let place = peer.address.to_string();
    // The port was free a moment ago, and now nobody listens on it.
    drop(peer);
    let error = client.send(Ask).await.unwrap_err();
    let ErrorKind::Interrupted(why) = &error.kind else {
        panic!("{error}")
    };
    assert_eq!(why.kind, InterruptionKind::Connect);
    assert!(why.detail.starts_with(&place), "{why}");
    assert_eq!(error.attempts, 3);
    assert_eq!(clock.sleeps().len(), 2);
}

#[tokio::test]
async fn a_peer_that_babbles_is_told_as_such() {
    let peer = Peer::bind().await;
    let (client, _) = client(&peer);
    let serve = async {
        for _ in 0..3 {
            let mut talk = peer.accept().await;
            talk.serve("SSH-2.0-OpenSSH_9.6\r\n\r\n").await;
            talk.hung_up().await;
        }
    };
    let (answer, ()) = join!(client.send(Ask), serve);
    let told = answer.unwrap_err().to_string();
    let expected = "Ask: the connection broke: invalid HTTP version parsed (after 3 attempts)";
    assert_eq!(told, expected);
}

#[tokio::test]
async fn without_credentials_nothing_is_sent() {
    let mut settings: Settings = settings("http://127.0.0.1:1");
    settings.credentials = None;
    let (client, _) = client_with(&settings);
    let error = client.send(Ask).await.unwrap_err();
    assert_eq!(error.attempts, 0);
    assert!(error.to_string().contains("no credentials"), "{error}");
}

#[test]
fn everything_may_be_moved_to_another_thread() {
    fn shared<T: Clone + Send + Sync>() {}
    fn lent<T: Sync>() {}
    fn moved<T: Send>(_: T) {}
    shared::<Client>();
    lent::<Body>();
    let (client, _) = client_with(&settings("http://127.0.0.1:1"));
    let selection = Selection::numbers("cam", vec![]);
    let mut download = client.download(selection, ExportOptions::default());
    moved(client.send(ListStreams::default()));
    moved(client.open(Fetch));
    moved(client.list(
        "cam",
        TimestampOrigin::Server,
        Default::default(),
        Default::default(),
    ));
    moved(client.pages(ListStreams::default()).next());
    moved(download.next());
    moved(download);
    // Never run: there is no body to read.
    let _ = |mut body: Body| moved(async move { body.chunk().await });
}

#[tokio::test]
async fn a_request_that_is_no_call_goes_out_and_comes_back_as_it_is() {
    let peer = Peer::bind().await;
    let (client, clock) = client(&peer);
    let url = format!("http://{}/list.m3u8?SessionToken=t", peer.address);
    let request = || Request::get(&url).body(Bytes::new()).unwrap();
    let read = async {
        let answer = client.exchange(request()).await.unwrap();
        assert_eq!(answer.status(), 500);
        let mut body = answer.into_body();
        assert_eq!(body.chunk().await.unwrap().unwrap(), "oops");
        assert_eq!(body.chunk().await.unwrap(), None);
        // The same connection serves calls.
        client.send(Ask).await.unwrap();
        let astray = Request::get("/list.m3u8").body(Bytes::new()).unwrap();
        let why = client.exchange(astray).await.unwrap_err();
        assert_eq!(why.kind, InterruptionKind::Refused, "{why}");
    };
    let serve = async {
        let mut talk = peer.accept().await;
        let asked = talk.serve(with_length("500 Oops", 4, "oops")).await;
        talk.serve(ok("yes")).await;
        asked
    };
    let ((), asked) = join!(read, serve);
    let sent = format!(
        "GET /list.m3u8?SessionToken=t HTTP/1.1\r\nhost: {}\r\n\r\n",
        peer.address
    );
    assert_eq!(asked, sent);
    assert_eq!(clock.sleeps(), []);
}
