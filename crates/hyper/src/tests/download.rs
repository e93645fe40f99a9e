use std::time::Duration;

use kvs_archive::api::protocol::{Error, Timestamp};
use kvs_archive::mkv::payload::{self, PayloadOptions};
use kvs_archive::mkv::{self, Fragments, InBandError};
use kvs_archive::{ExportOptions, Selection, TimestampOrigin};
use tokio::join;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

use super::peer::{Peer, Talk, ok, with_length};
use super::{client, settings};
use crate::{Client, Download};

/// How long the peer takes for each piece, and how long the caller waits for one.
const SLOW: Duration = Duration::from_millis(10);
const IMPATIENT: Duration = Duration::from_millis(3);

/// A recording of one frame, by hand.
const RECORDED: &[u8] = b"\x1A\x45\xDF\xA3\x8B\x42\x82\x88matroska\x18\x53\x80\x67\x93\
    \x1F\x43\xB6\x75\x8E\xE7\x81\x05\xA3\x89\x81\x00\x00\x80frame";

/// A fragment as the service sends it.
pub(super) fn media(number: &str) -> Vec<u8> {
    let mut recording = Fragments::new();
    recording.push(RECORDED.into());
    recording.finish();
    let fragment = recording.next_fragment().unwrap().unwrap();
    let options = PayloadOptions {
        number: number.parse().unwrap(),
        server_timestamp: mkv::Timestamp::from_millis(1_000),
        producer_timestamp: mkv::Timestamp::from_millis(1_000),
        shift: 0,
    };
    payload::encode(&fragment, &options).concat()
}

fn not_found(number: &str) -> Vec<u8> {
    let error = InBandError {
        code: Some("FRAGMENT_NOT_FOUND".to_owned()),
        id: Some(3000),
        message: None,
    };
    payload::error(&number.parse().unwrap(), &error).concat()
}

fn endpoint(peer: &Peer) -> String {
    ok(&format!(r#"{{"DataEndpoint":"{}"}}"#, peer.url()))
}

pub(super) fn listed(numbers: [&str; 2]) -> String {
    let listed = numbers.map(|number| {
        format!(
            r#"{{"FragmentNumber":"{number}","FragmentSizeInBytes":100,"ProducerTimestamp":{number}}}"#
        )
    });
    ok(&format!(r#"{{"Fragments":[{}]}}"#, listed.join(",")))
}

pub(super) fn everything() -> Selection {
    let to = Timestamp::new(4_000_000_000, 0);
    Selection::between("cam", TimestampOrigin::Producer, Timestamp::default(), to)
}

/// Answers in small pieces, with a wait before each.
async fn serve_slowly(talk: &mut Talk<TcpStream>, body: &[u8]) -> String {
    let request = talk.request().await;
    sleep(SLOW).await;
    talk.say(with_length("200 OK", body.len(), "")).await;
    for piece in body.chunks(50) {
        sleep(SLOW).await;
        talk.say(piece).await;
    }
    request
}

async fn number_of_next(download: &mut Download) -> Option<String> {
    let fragment = download.next().await?.unwrap();
    assert_eq!(fragment.frames[0].data, "frame");
    fragment.number.map(|number| number.to_string())
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_stops_waiting_loses_nothing() {
    let peer = Peer::bind().await;
    let client = Client::new(&settings(&peer.url())).unwrap();
    let begun = Instant::now();
    let read = async {
        let mut download = client.download(everything(), ExportOptions::default());
        let (mut numbers, mut given_up) = (vec![], 0);
        loop {
            match timeout(IMPATIENT, number_of_next(&mut download)).await {
                Ok(Some(number)) => numbers.push(number),
                Ok(None) => break,
                Err(_) => given_up += 1,
            }
        }
        assert_eq!(numbers, ["5", "7"]);
        assert_eq!(
            (download.report().planned, download.report().delivered),
            (2, 2)
        );
        given_up
    };
    let serve = async {
        let mut talk = peer.accept().await;
        let mut requests = vec![];
        for answer in [endpoint(&peer), listed(["7", "5"]), endpoint(&peer)] {
            let (_, body) = answer.split_once("\r\n\r\n").unwrap();
            requests.push(serve_slowly(&mut talk, body.as_bytes()).await);
        }
        for media in [[media("5"), not_found("7")].concat(), media("7")] {
            requests.push(serve_slowly(&mut talk, &media).await);
        }
        requests
    };
    let (given_up, requests) = join!(read, serve);
    let paths: Vec<_> = requests
        .iter()
        .filter_map(|r| r.split(' ').nth(1))
        .collect();
    let (endpoint, media) = ("/getDataEndpoint", "/getMediaForFragmentList");
    let expected = [endpoint, "/listFragments", endpoint, media, media];
    assert_eq!(paths, expected);
    assert!(requests[3].ends_with(r#""Fragments":["5","7"]}"#));
    assert!(requests[4].ends_with(r#""Fragments":["7"]}"#));
    // The wait before the second try, too, went on where it was.
    let took = begun.elapsed();
    assert!((1_000..1_500).contains(&took.as_millis()), "{took:?}");
    assert!(given_up > 300, "{given_up}");
}

#[tokio::test]
async fn what_came_before_a_cut_is_kept() {
    let peer = Peer::bind().await;
    let (client, clock) = client(&peer);
    let selection = Selection::numbers("cam", vec!["5".parse().unwrap(), "7".parse().unwrap()]);
    let read = async {
        let mut download = client.download(selection, ExportOptions::default());
        let mut numbers = vec![];
        while let Some(number) = number_of_next(&mut download).await {
            numbers.push(number);
        }
        assert!(download.report().missing.is_empty());
        numbers
    };
    let serve = async {
        let (first, second) = (media("5"), media("7"));
        let mut talk = peer.accept().await;
        talk.serve(endpoint(&peer)).await;
        let whole = first.len() + second.len();
        talk.serve(with_length("200 OK", whole, "")).await;
        talk.say(&first).await;
        talk.say(&second[..second.len() - 1]).await;
        drop(talk);
        let mut talk = peer.accept().await;
        let asked = talk.serve(with_length("200 OK", second.len(), "")).await;
        talk.say(&second).await;
        asked
    };
    let (numbers, asked) = join!(read, serve);
    assert_eq!(numbers, ["5", "7"]);
    assert!(asked.ends_with(r#""Fragments":["7"]}"#), "{asked}");
    assert_eq!(clock.sleeps(), []);
}

#[tokio::test]
async fn an_error_is_the_end() {
    let peer = Peer::bind().await;
    let (client, _) = client(&peer);
    let mut download = client.download(everything(), ExportOptions::default());
    let refusal = "HTTP/1.1 404 Not Found\r\nx-amzn-errortype: ResourceNotFoundException\r\n\
                   content-length: 0\r\n\r\n";
    let (next, _) = join!(download.next(), async {
        peer.accept().await.serve(refusal).await
    });
    let error: Error<_> = next.unwrap().unwrap_err();
    assert_eq!(error.operation, "GetDataEndpoint");
    assert!(download.next().await.is_none());
}
