use kvs_archive::api::archived_media::{GetMediaForFragmentList, ListFragments};
use kvs_archive::api::protocol::ErrorKind;
use tokio::join;

use super::client;
use super::peer::{Peer, ok, with_length};

fn get() -> GetMediaForFragmentList {
    GetMediaForFragmentList {
        stream_name: Some("cam".to_owned()),
        fragments: Some(vec!["7".to_owned()]),
        ..GetMediaForFragmentList::default()
    }
}

fn endpoint(peer: &Peer) -> String {
    ok(&format!(r#"{{"DataEndpoint":"{}"}}"#, peer.url()))
}

fn forbidden() -> String {
    let denied = "<AccessDeniedException><Message>no</Message></AccessDeniedException>";
    with_length("403 Forbidden", denied.len(), denied)
}

#[tokio::test]
async fn an_endpoint_is_asked_for_once() {
    let peer = Peer::bind().await;
    let (client, _) = client(&peer);
    let open = async {
        for _ in 0..2 {
            let mut body = client.open(get()).await.unwrap().body;
            assert_eq!(body.chunk().await.unwrap().unwrap(), "mkv");
            assert_eq!(body.chunk().await.unwrap(), None);
        }
    };
    let serve = async {
        let mut talk = peer.accept().await;
        let asked = talk.serve(endpoint(&peer)).await;
        assert!(asked.starts_with("POST /getDataEndpoint "), "{asked}");
        let api = r#""APIName":"GET_MEDIA_FOR_FRAGMENT_LIST""#;
        assert!(asked.contains(api), "{asked}");
        for _ in 0..2 {
            let asked = talk.serve(ok("mkv")).await;
            assert!(asked.starts_with("POST /getMediaForFragmentList "));
        }
    };
    join!(open, serve);
}

#[tokio::test]
async fn an_endpoint_that_is_out_of_date_is_asked_for_anew_once() {
    let peer = Peer::bind().await;
    let (client, clock) = client(&peer);
    let open = async {
        client
            .open(get())
            .await
            .unwrap()
            .body
            .chunk()
            .await
            .unwrap();
        let opened = client.open(get()).await;
        opened.unwrap().body.chunk().await.unwrap();
        client.open(get()).await.unwrap_err()
    };
    let serve = async {
        let mut requests = Vec::new();
        for answers in [
            vec![endpoint(&peer), ok("mkv")],
            vec![forbidden(), endpoint(&peer), ok("mkv")],
            vec![forbidden(), endpoint(&peer), forbidden()],
        ] {
            // Bodies that are not read to their end take their connection along.
            let mut talk = peer.accept().await;
            for answer in answers {
                requests.push(talk.serve(answer).await);
            }
        }
        requests
    };
    let (error, requests) = join!(open, serve);
    assert_eq!(error.refusal().unwrap().status, 403);
    let asked = |path| requests.iter().filter(|r| r.contains(path)).count();
    assert_eq!(asked("/getDataEndpoint "), 3);
    assert_eq!(asked("/getMediaForFragmentList "), 5);
    assert_eq!(clock.sleeps(), []);
}

#[tokio::test]
async fn a_refusal_of_the_control_service_is_told_as_its_own() {
    let peer = Peer::bind().await;
    let (client, _) = client(&peer);
    let list = ListFragments {
        stream_name: Some("nobody".to_owned()),
        ..ListFragments::default()
    };
    let refusal = r#"{"Message":"no such stream"}"#;
    let refusal = format!(
        "HTTP/1.1 404 Not Found\r\nx-amzn-errortype: ResourceNotFoundException\r\n\
         content-length: {}\r\n\r\n{refusal}",
        refusal.len()
    );
    let (answer, _) = join!(client.send(list), async {
        peer.accept().await.serve(refusal).await
    });
    let told = answer.unwrap_err().to_string();
    let expected = "GetDataEndpoint: ResourceNotFoundException (HTTP 404): no such stream";
    assert_eq!(told, expected);
}

#[tokio::test]
async fn an_endpoint_elsewhere_is_not_trusted() {
    let peer = Peer::bind().await;
    let (client, _) = client(&peer);
    let elsewhere = ok(r#"{"DataEndpoint":"https://service.test"}"#);
    let (answer, _) = join!(client.open(get()), async {
        peer.accept().await.serve(elsewhere).await
    });
    let error = answer.unwrap_err();
    assert!(matches!(error.kind, ErrorKind::Malformed(_)), "{error}");
}
