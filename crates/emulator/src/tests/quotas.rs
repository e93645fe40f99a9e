use super::*;
use kvs_api::archived_media::GetHlsStreamingSessionUrl;
use kvs_api::video::{ApiName, GetDataEndpoint};
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

const NOW: u64 = 1_790_000_000_000;

/// An emulator that keeps quotas by a clock that is moved by hand.
fn limited() -> (Emulator, Client, Arc<AtomicU64>) {
    let millis = Arc::new(AtomicU64::new(NOW));
    let clock = Arc::clone(&millis);
    let now = move || SystemTime::UNIX_EPOCH + Duration::from_millis(clock.load(Ordering::SeqCst));
    let builder = Emulator::builder().stream("cam", Stream::demo().repeat(100));
    let emulator = builder.clock(now).quotas().start().unwrap();
    let mut client = Client::of(&emulator);
    client.now = SystemTime::UNIX_EPOCH + Duration::from_millis(NOW);
    (emulator, client, millis)
}

/// How many of these calls are answered before one is throttled.
fn allowed<O: kvs_api::protocol::Operation + Clone>(client: &Client, operation: &O) -> usize {
    let answers = std::iter::repeat_with(|| client.answer(operation.clone()));
    answers
        .take(1_000)
        .take_while(|answer| {
            let is_throttled = answer.code() == "ClientLimitExceededException";
            assert!(is_throttled || answer.status != 403, "{}", answer.text());
            !is_throttled
        })
        .count()
}

#[test]
fn calls_are_throttled_by_the_second() {
    let (_emulator, client, millis) = limited();
    let endpoint = GetDataEndpoint {
        stream_name: Some("cam".into()),
        api_name: Some(ApiName::ListFragments),
        ..GetDataEndpoint::default()
    };
    assert_eq!(allowed(&client, &endpoint), 5);
    let list = ListFragments {
        max_results: Some(1_000),
        ..list_all()
    };
    assert_eq!(allowed(&client, &list), 10);
    let media = fetch(&vec!["1".to_owned(); 100]);
    assert_eq!(allowed(&client, &media), 5);
    let live = GetHlsStreamingSessionUrl {
        stream_name: Some("cam".into()),
        ..GetHlsStreamingSessionUrl::default()
    };
    assert_eq!(allowed(&client, &live), 25);
    millis.store(NOW + 1_000, Ordering::SeqCst);
    assert_eq!(allowed(&client, &list), 10);
    assert_eq!(allowed(&client, &endpoint), 5);
}

#[test]
fn a_stream_has_five_connections() {
    let (_emulator, client, millis) = limited();
    let page = ListFragments {
        max_results: Some(1_000),
        ..list_all()
    };
    let page = client.call(page).unwrap().fragments.unwrap();
    let numbers: Vec<String> = page.iter().map(number).collect();
    let mut later = 0;
    let mut open = || {
        // Points are not what is short.
        later += 2_000;
        millis.store(NOW + later, Ordering::SeqCst);
        let mut socket = client.open(&client.sign(fetch(&numbers)).0);
        let mut first = [0; 15];
        socket.read_exact(&mut first).unwrap();
        (String::from_utf8(first.to_vec()).unwrap(), socket)
    };
    let sockets: Vec<_> = (0..5).map(|_| open()).collect();
    assert!(
        sockets
            .iter()
            .all(|(status, _)| status == "HTTP/1.1 200 OK")
    );
    assert_eq!(open().0, "HTTP/1.1 400 Ba");
}

/// A call costs 400 points and one for each image, whatever becomes of that.
#[cfg(feature = "stills")]
#[test]
fn images_cost_points_of_the_listings() {
    use kvs_api::archived_media::{Format, GetImages, ImageSelectorType};
    use kvs_api::protocol::Timestamp;
    let (_emulator, client, millis) = limited();
    let images = |count: i64| GetImages {
        stream_name: Some("cam".into()),
        image_selector_type: Some(ImageSelectorType::ServerTimestamp),
        start_timestamp: Some(Timestamp::from_millis(0)),
        end_timestamp: Some(Timestamp::from_millis((count - 1) * 200)),
        sampling_interval: Some(200),
        format: Some(Format::Jpeg),
        ..GetImages::default()
    };
    assert_eq!(allowed(&client, &images(25)), 24);
    millis.store(NOW + 1_000, Ordering::SeqCst);
    assert_eq!(allowed(&client, &images(1)), 25);
}
