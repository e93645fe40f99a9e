use super::*;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request};
use kvs_api::media::{GetMedia, StartSelector, StartSelectorType};
use kvs_api::protocol::sign::sha256_hex;
use kvs_api::video::{CreateStream, DeleteStream, DescribeStream};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use super::client::Answer;

const DEMO: &[u8] = include_bytes!("../../demo/demo.mkv");
const NOW: u64 = 1_790_000_000;

/// An emulator whose clock is moved by hand, with an empty stream that keeps an hour.
fn empty() -> (Emulator, Client, Arc<AtomicU64>) {
    let passed = Arc::new(AtomicU64::new(0));
    let clock = Arc::clone(&passed);
    let now =
        move || SystemTime::UNIX_EPOCH + Duration::from_secs(NOW + clock.load(Ordering::SeqCst));
    let emulator = Emulator::builder().clock(now).start().unwrap();
    let mut client = Client::of(&emulator);
    client.now = SystemTime::UNIX_EPOCH + Duration::from_secs(NOW);
    create(&client, "cam", 1);
    (emulator, client, passed)
}

fn create(client: &Client, name: &str, hours: i32) {
    let create = CreateStream {
        stream_name: Some(name.into()),
        data_retention_in_hours: Some(hours),
        ..CreateStream::default()
    };
    client.call(create).unwrap();
}

fn request(client: &Client, headers: &[(&'static str, &str)], body: &[u8]) -> Request<Bytes> {
    let mut request = client.signed_body("/putMedia", "");
    for (name, value) in headers {
        let value = HeaderValue::from_str(value).unwrap();
        request
            .headers_mut()
            .insert(HeaderName::from_static(name), value);
    }
    *request.body_mut() = Bytes::copy_from_slice(body);
    request
}

const RELATIVE: [(&str, &str); 3] = [
    ("x-amzn-stream-name", "cam"),
    ("x-amzn-fragment-timecode-type", "RELATIVE"),
    ("x-amzn-producer-start-timestamp", "1789999000.5"),
];

fn put(client: &Client, body: &[u8]) -> Vec<Value> {
    acks(&client.send(&request(client, &RELATIVE, body)))
}

fn acks(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let lines = answer.text().lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn get_media(by: StartSelectorType) -> GetMedia {
    GetMedia {
        stream_name: Some("cam".into()),
        start_selector: Some(StartSelector {
            start_selector_type: Some(by),
            ..StartSelector::default()
        }),
        ..GetMedia::default()
    }
}

fn numbers(fragments: &[kvs_mkv::Fragment]) -> Vec<String> {
    let numbers = fragments
        .iter()
        .map(|f| f.number.clone().unwrap().to_string());
    numbers.collect()
}

#[test]
fn what_is_put_is_acknowledged_and_archived() {
    let (_emulator, client, _) = empty();
    let acks = put(&client, DEMO);
    assert_eq!(acks.len(), 45);
    let stored = sorted(listed(&client));
    assert_eq!(stored.len(), 15);
    for (index, (acks, stored)) in acks.chunks(3).zip(&stored).enumerate() {
        let timecode = index * 2_000;
        let number = number(stored);
        let expected = [
            json!({"EventType": "BUFFERING", "FragmentTimecode": timecode}),
            json!({"EventType": "RECEIVED", "FragmentTimecode": timecode, "FragmentNumber": number}),
            json!({"EventType": "PERSISTED", "FragmentTimecode": timecode, "FragmentNumber": number}),
        ];
        assert_eq!(acks, expected);
        let producer = stored.producer_timestamp.unwrap().as_millis();
        assert_eq!(
            producer,
            1_789_999_000_500 + i64::try_from(timecode).unwrap()
        );
        assert_eq!(
            stored.server_timestamp.unwrap().seconds().unsigned_abs(),
            NOW
        );
    }
    let wanted: Vec<String> = stored.iter().map(number).collect();
    let served = decode(&client.answer(fetch(&wanted)).body);
    assert_eq!(served.len(), 15);
    for (served, source) in served.iter().zip(demo()) {
        assert_eq!(served.frames, source.frames);
    }
}

/// Producers say of their body, which has no end yet, that it is empty or not signed: some say
/// nothing, which means the first.
#[test]
fn the_signature_covers_no_media() {
    let (_emulator, client, _) = empty();
    let signed = |sum: &str| {
        let sum = [("x-amz-content-sha256", sum)];
        let headers = RELATIVE.iter().chain(&sum).copied();
        let mut request = client.signed("/putMedia", "", &headers.collect::<Vec<_>>());
        *request.body_mut() = Bytes::from_static(DEMO);
        client.send(&request)
    };
    for sum in [
        "UNSIGNED-PAYLOAD",
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        &sha256_hex(b""),
    ] {
        assert_eq!(acks(&signed(sum)).len(), 45, "{sum}");
    }
    for sum in [&sha256_hex(DEMO), "UNSIGNED", ""] {
        let answer = signed(sum);
        assert_eq!(answer.status, 403, "{sum}");
        assert_eq!(answer.code(), "InvalidSignatureException");
        assert!(answer.text().contains("x-amz-content-sha256"));
    }
    assert_eq!(listed(&client).len(), 45);
}

#[test]
fn timecodes_may_be_absolute() {
    let (_emulator, client, _) = empty();
    let headers = [
        ("x-amzn-stream-name", "cam"),
        ("x-amzn-fragment-timecode-type", "ABSOLUTE"),
    ];
    acks(&client.send(&request(&client, &headers, DEMO)));
    let first = sorted(listed(&client)).remove(0);
    assert_eq!(first.producer_timestamp.unwrap().as_millis(), 0);
}

#[test]
fn what_is_wrong_with_media_is_told() {
    let (_emulator, client, _) = empty();
    let told = put(&client, b"GIF89a, and more of it");
    let error = json!({"EventType": "ERROR", "ErrorId": 4006, "ErrorCode": "INVALID_MKV_DATA"});
    assert_eq!(told, [error]);
    let told = put(&client, &DEMO[..200_000]);
    let last = told.last().unwrap();
    assert_eq!(
        (&last["ErrorId"], &last["ErrorCode"]),
        (&json!(4000), &json!("STREAM_READ_ERROR"))
    );
    let whole = told
        .iter()
        .filter(|ack| ack["EventType"] == "PERSISTED")
        .count();
    assert_eq!(listed(&client).len(), whole);
}

#[test]
fn bad_requests_to_put_are_refused() {
    let (_emulator, client, _) = empty();
    let code = |headers: &[(&'static str, &str)]| {
        let answer = client.send(&request(&client, headers, b""));
        (answer.status.as_u16(), answer.code().to_owned())
    };
    let invalid = || (400, "InvalidArgumentException".to_owned());
    let with = |index: usize, value: &'static str| {
        let mut headers = RELATIVE;
        headers[index].1 = value;
        headers
    };
    assert_eq!(code(&RELATIVE[1..]), invalid());
    assert_eq!(code(&RELATIVE[..1]), invalid());
    assert_eq!(code(&with(1, "SIDEREAL")), invalid());
    assert_eq!(code(&with(2, "soon")), invalid());
    let nobody = (404, "ResourceNotFoundException".to_owned());
    assert_eq!(code(&with(0, "door")), nobody);
    let mut unsigned = request(&client, &RELATIVE, b"");
    unsigned.headers_mut().remove("authorization");
    assert_eq!(client.send(&unsigned).status, 403);
}

#[test]
fn media_is_acknowledged_while_it_comes() {
    use std::io::{BufRead, BufReader, Write};
    let (emulator, client, _) = empty();
    let mut head = request(&client, &RELATIVE, b"");
    head.headers_mut()
        .insert("connection", HeaderValue::from_static("close"));
    let length = DEMO.len();
    let mut socket = std::net::TcpStream::connect(emulator.addr()).unwrap();
    let mut wire = "POST /putMedia HTTP/1.1\r\n".to_owned();
    for (name, value) in head.headers() {
        wire += &format!("{name}: {}\r\n", value.to_str().unwrap());
    }
    wire += &format!("content-length: {length}\r\n\r\n");
    socket.write_all(wire.as_bytes()).unwrap();
    let (half, rest) = DEMO.split_at(length / 2);
    socket.write_all(half).unwrap();
    let mut lines = BufReader::new(socket.try_clone().unwrap()).lines();
    let mut until = |wanted: &str| lines.by_ref().any(|line| line.unwrap().contains(wanted));
    assert!(until("PERSISTED"), "before all has been sent");

    // A reader gets what has come, and waits for more.
    let reader = client.sign(get_media(StartSelectorType::Earliest)).0;
    let mut reader = client.open(&reader);
    let mut seen = [0; 40_000];
    std::io::Read::read_exact(&mut reader, &mut seen).unwrap();

    // Meanwhile the stream is live.
    let live = kvs_api::archived_media::GetHlsStreamingSessionUrl {
        stream_name: Some("cam".into()),
        ..Default::default()
    };
    let url = client
        .call(live)
        .unwrap()
        .hls_streaming_session_url
        .unwrap();
    assert!(url.contains("getHLSMasterPlaylist"));

    socket.write_all(rest).unwrap();
    assert!(until(r#""PERSISTED","FragmentTimecode":28000"#));
    let mut received = Vec::new();
    std::io::Read::read_to_end(&mut reader, &mut received).unwrap();
    assert!(
        received.ends_with(b"0\r\n\r\n"),
        "it ends with the producer"
    );
}

#[test]
fn media_is_read_from_where_it_is_told() {
    let emulator = emulator(Stream::demo());
    let client = Client::of(&emulator);
    let whole = decode(&client.answer(get_media(StartSelectorType::Earliest)).body);
    let all = numbers(&whole);
    assert_eq!(all.len(), 15);
    for (served, source) in whole.iter().zip(demo()) {
        assert_eq!(served.frames, source.frames);
        let [behind, token] = &served.tags_after[..] else {
            panic!("{:?}", served.tags_after)
        };
        assert_eq!(behind.name, "AWS_KINESISVIDEO_MILLIS_BEHIND_NOW");
        assert!(behind.value.parse::<u64>().unwrap() > 1_000_000);
        assert_eq!(token.name, "AWS_KINESISVIDEO_CONTINUATION_TOKEN");
    }
    let from = |selector: StartSelector| {
        let mut request = get_media(StartSelectorType::Now);
        request.start_selector = Some(selector);
        numbers(&decode(&client.answer(request).body))
    };
    let by = |by| StartSelector {
        start_selector_type: Some(by),
        ..StartSelector::default()
    };
    assert_eq!(from(by(StartSelectorType::Now)), all[14..]);
    let token = StartSelector {
        continuation_token: Some(whole[3].tags_after[1].value.clone()),
        ..by(StartSelectorType::ContinuationToken)
    };
    assert_eq!(from(token), all[4..]);
    let after = StartSelector {
        after_fragment_number: Some(all[13].clone()),
        ..by(StartSelectorType::FragmentNumber)
    };
    assert_eq!(from(after), all[14..]);
    let moment = StartSelector {
        start_timestamp: "2026-01-01T00:00:05Z".parse().ok(),
        ..by(StartSelectorType::ProducerTimestamp)
    };
    assert_eq!(from(moment), all[2..]);
    let moment = StartSelector {
        start_timestamp: "2026-01-01T00:00:04.1Z".parse().ok(),
        ..by(StartSelectorType::ServerTimestamp)
    };
    assert_eq!(from(moment), all[1..]);
}

#[test]
fn bad_starts_are_refused() {
    let emulator = emulator(Stream::demo());
    let client = Client::of(&emulator);
    for selector in [
        json!({}),
        json!({"StartSelectorType": "SOON"}),
        json!({"StartSelectorType": "FRAGMENT_NUMBER"}),
        json!({"StartSelectorType": "FRAGMENT_NUMBER", "AfterFragmentNumber": "7"}),
        json!({"StartSelectorType": "CONTINUATION_TOKEN", "ContinuationToken": "x"}),
        json!({"StartSelectorType": "SERVER_TIMESTAMP"}),
        Value::Null,
    ] {
        let body = json!({"StreamName": "cam", "StartSelector": selector}).to_string();
        let answer = client.send(&client.signed_body("/getMedia", &body));
        assert_eq!(answer.code(), "InvalidArgumentException", "{body}");
    }
}

#[test]
fn what_has_expired_is_gone() {
    let (_emulator, mut client, passed) = empty();
    put(&client, DEMO);
    let wanted: Vec<String> = listed(&client).iter().map(number).collect();
    let at = |client: &mut Client, seconds: u64| {
        passed.store(seconds, Ordering::SeqCst);
        client.now = SystemTime::UNIX_EPOCH + Duration::from_secs(NOW + seconds);
    };
    at(&mut client, 3_599);
    assert_eq!(listed(&client).len(), 15);
    at(&mut client, 3_600);
    assert_eq!(listed(&client).len(), 0);
    let served = decode(&client.answer(fetch(&wanted)).body);
    assert!(served.iter().all(|f| f.frames.is_empty()), "errors alone");
    let media = client.answer(get_media(StartSelectorType::Earliest));
    assert_eq!((media.status.as_u16(), media.body.len()), (200, 0));
    // New numbers go on after those that are gone.
    put(&client, DEMO);
    let anew: Vec<String> = listed(&client).iter().map(number).collect();
    assert_eq!(anew.len(), 15);
    assert!(anew.iter().min() > wanted.iter().max());
}

#[test]
fn what_is_not_archived_can_be_read_for_a_while() {
    let (_emulator, mut client, passed) = empty();
    create(&client, "brief", 0);
    let mut headers = RELATIVE;
    headers[0].1 = "brief";
    let told = acks(&client.send(&request(&client, &headers, DEMO)));
    assert!(told.iter().all(|ack| ack["EventType"] != "PERSISTED"));
    let of_brief = || {
        let mut request = get_media(StartSelectorType::Earliest);
        request.stream_name = Some("brief".into());
        request
    };
    assert_eq!(decode(&client.answer(of_brief()).body).len(), 15);
    let mut list = list_all();
    list.stream_name = Some("brief".into());
    assert_eq!(client.call(list).unwrap().fragments.unwrap().len(), 0);
    passed.store(300, Ordering::SeqCst);
    client.now = SystemTime::UNIX_EPOCH + Duration::from_secs(NOW + 300);
    assert_eq!(client.answer(of_brief()).body.len(), 0);
}

#[test]
fn a_listing_is_of_what_there_was_when_it_began() {
    let (_emulator, client, _) = empty();
    put(&client, DEMO);
    let first = ListFragments {
        max_results: Some(10),
        ..list_all()
    };
    let page = client.call(first.clone()).unwrap();
    put(&client, DEMO);
    let rest = client.call(first.after(&page).unwrap().unwrap()).unwrap();
    assert_eq!(rest.fragments.unwrap().len(), 5);
    assert_eq!(rest.next_token, None);
    assert_eq!(listed(&client).len(), 30);
}

#[test]
fn a_stream_that_is_deleted_takes_no_more() {
    let (_emulator, client, _) = empty();
    let describe = DescribeStream {
        stream_name: Some("cam".into()),
        ..DescribeStream::default()
    };
    let info = client.call(describe).unwrap().stream_info.unwrap();
    let delete = DeleteStream {
        stream_arn: info.stream_arn,
        ..DeleteStream::default()
    };
    client.call(delete).unwrap();
    let answer = client.send(&request(&client, &RELATIVE, DEMO));
    assert_eq!(answer.code(), "ResourceNotFoundException");
}

#[test]
fn a_live_session_moves_with_what_arrives() {
    use kvs_api::archived_media::{
        GetHlsStreamingSessionUrl, HlsFragmentSelector, HlsFragmentSelectorType,
    };
    let (emulator, mut client, passed) = empty();
    // A producer whose clock begins in 1970.
    let headers = [
        ("x-amzn-stream-name", "cam"),
        ("x-amzn-fragment-timecode-type", "ABSOLUTE"),
    ];
    acks(&client.send(&request(&client, &headers, DEMO)));
    let live = |by: HlsFragmentSelectorType| GetHlsStreamingSessionUrl {
        stream_name: Some("cam".into()),
        hls_fragment_selector: Some(HlsFragmentSelector {
            fragment_selector_type: Some(by),
            timestamp_range: None,
        }),
        ..GetHlsStreamingSessionUrl::default()
    };
    let get = |url: &str| {
        let path = url.strip_prefix(emulator.url()).unwrap();
        let request = Request::get(path).header("host", emulator.addr().to_string());
        let client = Client::of(&emulator);
        client.send(&request.body(Bytes::new()).unwrap())
    };
    let by_producer = client.call(live(HlsFragmentSelectorType::ProducerTimestamp));
    let url = by_producer.unwrap().hls_streaming_session_url.unwrap();
    let media = url.replace("getHLSMasterPlaylist", "getHLSMediaPlaylist") + "&TrackNumber=1";
    let playlist = get(&media);
    assert_eq!(playlist.text().matches("#EXTINF:2.000,").count(), 5);
    assert!(
        playlist.text().contains("#EXT-X-MEDIA-SEQUENCE:0\n"),
        "{}",
        playlist.text()
    );
    assert!(!playlist.text().contains("#EXT-X-ENDLIST"));

    let by_server = client.call(live(HlsFragmentSelectorType::ServerTimestamp));
    let url = by_server.unwrap().hls_streaming_session_url.unwrap();
    let media = url.replace("getHLSMasterPlaylist", "getHLSMediaPlaylist") + "&TrackNumber=1";
    let sequence = || {
        let playlist = get(&media);
        let (_, sequence) = playlist
            .text()
            .split_once("#EXT-X-MEDIA-SEQUENCE:")
            .unwrap();
        sequence.lines().next().unwrap().parse::<usize>().unwrap()
    };
    let before = sequence();
    acks(&client.send(&request(&client, &headers, DEMO)));
    assert_eq!(sequence(), before + 15);

    passed.store(31, Ordering::SeqCst);
    client.now = SystemTime::UNIX_EPOCH + Duration::from_secs(NOW + 31);
    let stale = client.answer(live(HlsFragmentSelectorType::ServerTimestamp));
    assert_eq!(stale.status, 404, "nothing has arrived lately");
}
