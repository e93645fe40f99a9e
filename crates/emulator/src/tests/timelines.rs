//! When the fragments of a session are played.

use super::playback::{beside, dash, get, hls, open, playlist, text, uris};
use super::*;
use kvs_api::archived_media::{
    DashFragmentSelector, DashFragmentSelectorType, DashTimestampRange, GetDashStreamingSessionUrl,
    HlsPlaybackMode,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

/// When the first fragment begins and arrives.
const BEGIN: &str = "2023-11-14T22:13:20Z";
const BEGIN_SECONDS: u64 = 1_700_000_000;

/// A capture of these fragments, that began and arrived so many milliseconds after the first.
fn recorded(fragments: &[kvs_mkv::Fragment], millis: &[i64]) -> Stream {
    let numbered = (1_u64..).zip(fragments.iter().zip(millis));
    let payloads = numbered.map(|(number, (fragment, millis))| {
        let at = Timestamp::from_millis(1_700_000_000_000 + millis);
        let options = PayloadOptions {
            number: number.into(),
            server_timestamp: at,
            producer_timestamp: at,
            shift: 0,
        };
        payload::encode(fragment, &options).concat()
    });
    Stream::from_matroska(payloads.collect::<Vec<_>>().concat()).unwrap()
}

/// The URL of a session on demand of the minute after the beginning, by the clock of the service.
fn open_dash(client: &Client) -> String {
    let request = GetDashStreamingSessionUrl {
        dash_fragment_selector: Some(DashFragmentSelector {
            fragment_selector_type: Some(DashFragmentSelectorType::ServerTimestamp),
            timestamp_range: Some(DashTimestampRange {
                start_timestamp: BEGIN.parse().ok(),
                end_timestamp: "2023-11-14T22:14:20Z".parse().ok(),
            }),
        }),
        ..dash()
    };
    let output = client.call(request).unwrap();
    output.dash_streaming_session_url.unwrap()
}

/// The value of an attribute wherever it stands in a manifest.
fn values<'a>(manifest: &'a str, attribute: &str) -> Vec<&'a str> {
    let begin = format!(" {attribute}=\"");
    let parts = manifest.split(begin.as_str()).skip(1);
    parts.map(|part| part.split('"').next().unwrap()).collect()
}

/// What a player fetches as the segment with this number of a representation.
fn segment(client: &Client, url: &str, media: &str, number: usize) -> Vec<u8> {
    let name = media.replace("&amp;", "&");
    let name = name.replace("$Number$", &number.to_string());
    let answer = get(client, &beside(url, &name));
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.body
}

/// When the first sample of a segment is decoded.
fn decoded(segment: &[u8]) -> i64 {
    let at = segment.windows(4).position(|kind| kind == b"tfdt").unwrap();
    assert_eq!(segment[at + 4], 1, "of eight bytes");
    i64::from_be_bytes(segment[at + 8..at + 16].try_into().unwrap())
}

#[test]
fn segments_begin_when_those_before_have_ended() {
    let arrived = [0, 1_900, 3_700, 6_020, 9_000];
    let emulator = emulator(recorded(&demo(), &arrived));
    let client = Client::of(&emulator);
    let url = open_dash(&client);
    let manifest = text(&client, &url);
    let numbers = |attribute| {
        let values = values(&manifest, attribute).into_iter();
        let numbers = values.map(|value| value.parse::<i64>().unwrap());
        // Those of the pictures; the sound's are the same.
        numbers.take(arrived.len()).collect::<Vec<_>>()
    };
    let (starts, lengths) = (numbers("t"), numbers("d"));
    // The demo's fragments last a little longer than two seconds.
    assert_eq!(starts, [0, 2_005, 4_015, 6_020, 9_000]);
    let ends = starts
        .iter()
        .zip(&lengths)
        .map(|(start, length)| start + length);
    assert!(
        ends.zip(&starts[1..]).all(|(end, next)| end <= *next),
        "{manifest}"
    );
    let media = values(&manifest, "media")[0];
    for (number, start) in (1..).zip(starts) {
        assert_eq!(decoded(&segment(&client, &url, media, number)), start);
    }
}

#[test]
fn a_replay_is_over_when_its_range_is() {
    let passed = Arc::new(AtomicU64::new(4));
    let seconds = Arc::clone(&passed);
    let now = move || {
        let seconds = BEGIN_SECONDS + seconds.load(Ordering::SeqCst);
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    };
    let emulator = Emulator::builder()
        .stream("cam", recorded(&demo(), &[0, 2_000, 4_000]))
        .clock(now.clone())
        .start()
        .unwrap();
    let mut client = Client::of(&emulator);
    client.now = now();
    // The producer pauses after three fragments, and the range goes on for a minute.
    let request = hls(HlsPlaybackMode::LiveReplay, BEGIN, "2023-11-14T22:14:20Z");
    let master = open(&client, request);
    for (seconds, is_over) in [(9, false), (60, false), (61, true)] {
        passed.store(seconds, Ordering::SeqCst);
        let playlist = playlist(&client, &master);
        assert_eq!(uris(&playlist).len(), 3);
        assert_eq!(playlist.contains("#EXT-X-ENDLIST"), is_over, "{seconds}");
    }
}
