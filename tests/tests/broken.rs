//! Connections that break, stall or lie, under both drivers and over the bridge to the
//! AWS SDK, against a scripted peer.

use kvs_tests::{CLIENTS, Deed, Driver, Peer, each, settings};
use kvs_ureq::api::archived_media::{GetMediaForFragmentList, GetMediaForFragmentListOutput};
use kvs_ureq::api::protocol::{Error, ErrorKind, InterruptionKind};
use kvs_ureq::api::video::{DescribeStream, GetDataEndpoint};

const PAYLOAD: &[u8] = b"0123456789abcdef";

/// Goes to the control service, without discovery.
fn describe() -> DescribeStream {
    DescribeStream {
        stream_name: Some("cam".to_owned()),
        ..DescribeStream::default()
    }
}

/// A payload from a peer that tells its own address as the endpoint.
fn fetch(
    driver: &Driver,
) -> Result<
    kvs_tests::Payload<GetMediaForFragmentListOutput>,
    Error<kvs_ureq::api::archived_media::Exception>,
> {
    driver.open(GetMediaForFragmentList {
        stream_name: Some("cam".to_owned()),
        fragments: Some(vec!["1".to_owned()]),
        ..GetMediaForFragmentList::default()
    })
}

fn with_length(status: &str, length: usize, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n\r\n");
    [head.as_bytes(), body].concat()
}

/// A body in chunks of five bytes, whole.
fn chunked(body: &[u8]) -> Vec<u8> {
    let mut answer = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    for chunk in body.chunks(5) {
        answer.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        answer.extend_from_slice(chunk);
        answer.extend_from_slice(b"\r\n");
    }
    answer.extend_from_slice(b"0\r\n\r\n");
    answer
}

/// Lets a peer do `deed` at the second request; the first asks for the endpoint.
fn after_discovery(deed: impl Fn() -> Deed, test: impl Fn(&Driver, &Peer)) {
    for start in CLIENTS {
        let peer = Peer::start_with(|url| {
            let told = format!("{{\"DataEndpoint\":\"{url}\"}}");
            vec![
                Deed::Answer(with_length("200 OK", told.len(), told.as_bytes())),
                deed(),
            ]
        });
        test(&start(&settings(&peer.url())).0, &peer);
    }
}

#[test]
fn a_whole_body_ends_without_a_word() {
    for answer in [
        with_length("200 OK", PAYLOAD.len(), PAYLOAD),
        chunked(PAYLOAD),
    ] {
        after_discovery(
            || Deed::Answer(answer.clone()),
            |driver, _| {
                let (_, body, end) = fetch(driver).unwrap();
                assert_eq!(body, PAYLOAD);
                assert!(end.is_none(), "{end:?}");
            },
        );
    }
}

#[test]
fn a_body_cut_at_any_byte_never_looks_whole() {
    for whole in [
        with_length("200 OK", PAYLOAD.len(), PAYLOAD),
        chunked(PAYLOAD),
    ] {
        let head = whole.windows(4).position(|w| w == b"\r\n\r\n").unwrap() + 4;
        for cut in head..whole.len() {
            after_discovery(
                || Deed::AnswerAndClose(whole[..cut].to_vec()),
                |driver, _| {
                    let (_, body, end) = fetch(driver).unwrap();
                    assert!(PAYLOAD.starts_with(&body), "{cut}");
                    match end {
                        Some(end) => assert_eq!(end.kind, InterruptionKind::Broken, "{cut}: {end}"),
                        // The last chunk has come; what is cut are trailers, which nobody sends.
                        None => assert!(body == PAYLOAD && cut == whole.len() - 2, "{cut}"),
                    }
                },
            );
        }
    }
}

#[test]
fn a_head_cut_at_any_byte_is_tried_again() {
    let whole = with_length("200 OK", 2, b"{}");
    let head = whole.len() - 2;
    for cut in 0..head {
        let deeds = [
            Deed::AnswerAndClose(whole[..cut].to_vec()),
            Deed::Answer(whole.clone()),
        ];
        for start in CLIENTS {
            let peer = Peer::start(deeds.to_vec());
            let (driver, clock) = start(&settings(&peer.url()));
            driver
                .send(describe())
                .unwrap_or_else(|e| panic!("{cut}: {e}"));
            assert_eq!(peer.requests().len(), 2, "{cut}");
            assert_eq!(clock.sleeps().len(), 1, "{cut}");
        }
    }
}

#[test]
fn a_cut_answer_is_tried_again_and_told_in_the_end() {
    let cut = with_length("200 OK", 100, b"{\"Str");
    let peer = Peer::start([Deed::AnswerAndClose(cut)]);
    each(&peer.url(), |driver, clock| {
        let error = driver.send(describe()).unwrap_err();
        assert_eq!(error.attempts, 3);
        assert_eq!(clock.sleeps().len(), 2);
        let told = "DescribeStream: the connection broke: ";
        assert!(error.to_string().starts_with(told), "{error}");
    });
    assert_eq!(peer.requests().len(), 3 * CLIENTS.len());
}

#[test]
fn a_silent_peer_trips_the_guard() {
    let begun = with_length("200 OK", PAYLOAD.len(), &PAYLOAD[..7]);
    after_discovery(
        || Deed::AnswerAndStall(begun.clone()),
        |driver, _| {
            let (_, body, end) = fetch(driver).unwrap();
            assert_eq!(body, &PAYLOAD[..7]);
            assert_eq!(end.unwrap().kind, InterruptionKind::TimedOut);
        },
    );
}

#[test]
fn a_cut_error_is_told_by_its_status_and_headers() {
    let head = "HTTP/1.1 404 Not Found\r\nx-amzn-errortype: ResourceNotFoundException\r\n\
                x-amzn-requestid: 17\r\ncontent-length: 100\r\n\r\n";
    for said in ["", "{\"Message\":\"no su"] {
        for (name, deed) in [
            (
                "cut",
                Deed::AnswerAndClose([head, said].concat().into_bytes()),
            ),
            (
                "stalled",
                Deed::AnswerAndStall([head, said].concat().into_bytes()),
            ),
        ] {
            let peer = Peer::start([deed]);
            each(&peer.url(), |driver, clock| {
                let error = driver.send(describe()).unwrap_err();
                let refusal = error.refusal().unwrap_or_else(|| panic!("{name}: {error}"));
                assert_eq!(refusal.code, "ResourceNotFoundException");
                assert_eq!(refusal.request_id.as_deref(), Some("17"));
                assert!(clock.sleeps().is_empty());
            });
        }
    }
}

#[test]
fn nobody_there_is_no_connection() {
    // A port that was free a moment ago, and that nobody listens on.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    each(&url, |driver, clock| {
        let error = driver.send(describe()).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("DescribeStream: no connection: "),
            "{error}"
        );
        assert!(error.to_string().ends_with("(after 3 attempts)"), "{error}");
        assert_eq!(clock.sleeps().len(), 2);
    });
}

#[test]
fn a_name_without_address_is_no_connection() {
    // A label is too long for anybody to be asked for it.
    let host = format!("{}.invalid", "nobody".repeat(11));
    each(&format!("http://{host}"), |driver, _| {
        let told = driver.send(describe()).unwrap_err().to_string();
        assert!(
            told.starts_with("DescribeStream: no connection: "),
            "{told}"
        );
        assert!(told.contains(&host), "{told}");
    });
}

#[test]
fn a_server_that_speaks_no_http_is_told() {
    let peer = Peer::start([Deed::AnswerAndClose(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec())]);
    each(&peer.url(), |driver, _| {
        let error = driver.send(describe()).unwrap_err();
        assert!(matches!(error.kind, ErrorKind::Interrupted(_)), "{error}");
    });
}

#[test]
fn a_connection_serves_many_requests() {
    let peer = Peer::start([Deed::Answer(with_length("200 OK", 2, b"{}"))]);
    each(&peer.url(), |driver, _| {
        let before = peer.connections();
        for _ in 0..5 {
            driver.send(describe()).unwrap();
        }
        assert_eq!(peer.connections(), before + 1);
    });
}

#[test]
fn a_connection_that_was_closed_meanwhile_is_replaced() {
    let peer = Peer::start([Deed::AnswerAndClose(with_length("200 OK", 2, b"{}"))]);
    each(&peer.url(), |driver, _| {
        for _ in 0..3 {
            driver.send(describe()).unwrap();
        }
    });
    assert_eq!(peer.connections(), 3 * CLIENTS.len());
}

#[test]
fn an_endless_error_is_read_no_further_than_it_is_worth() {
    let head = "HTTP/1.1 400 Bad Request\r\nx-amzn-errortype: InvalidArgumentException\r\n\
                content-length: 4000000000\r\n\r\n";
    let endless = [head.as_bytes(), &vec![b' '; 1 << 20]].concat();
    let peer = Peer::start([Deed::AnswerAndStall(endless)]);
    each(&peer.url(), |driver, _| {
        let ask = GetDataEndpoint {
            stream_name: Some("cam".to_owned()),
            api_name: Some(kvs_ureq::api::video::ApiName::GetClip),
            ..GetDataEndpoint::default()
        };
        let error = driver.send(ask).unwrap_err();
        assert_eq!(error.refusal().unwrap().code, "InvalidArgumentException");
    });
}
