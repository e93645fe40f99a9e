//! When the fragments of a session are played.

use super::data::{create, put_request};
use super::playback::{beside, dash, get, hls, open, playlist, text, uris};
use super::*;
use crate::Builder;
use kvs_api::archived_media::{
    DashFragmentSelector, DashFragmentSelectorType, DashPlaybackMode, DashTimestampRange,
    GetDashStreamingSessionUrl, GetHlsStreamingSessionUrl, HlsPlaybackMode,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

/// When the first fragment begins and arrives.
const BEGIN: &str = "2023-11-14T22:13:20Z";
/// A minute later.
const END: &str = "2023-11-14T22:14:20Z";
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

/// An emulator whose clock is moved by hand, in seconds after the first fragment began.
fn clocked(builder: Builder, seconds: u64) -> (Emulator, Client, Arc<AtomicU64>) {
    let passed = Arc::new(AtomicU64::new(seconds));
    let seconds = Arc::clone(&passed);
    let now = move || {
        let seconds = BEGIN_SECONDS + seconds.load(Ordering::SeqCst);
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    };
    let emulator = builder.clock(now.clone()).start().unwrap();
    let mut client = Client::of(&emulator);
    client.now = now();
    (emulator, client, passed)
}

/// The URL of a session of the minute after the beginning, by the clock of the service.
fn open_dash(client: &Client, mode: DashPlaybackMode) -> String {
    let request = GetDashStreamingSessionUrl {
        playback_mode: Some(mode),
        dash_fragment_selector: Some(DashFragmentSelector {
            fragment_selector_type: Some(DashFragmentSelectorType::ServerTimestamp),
            timestamp_range: Some(DashTimestampRange {
                start_timestamp: BEGIN.parse().ok(),
                end_timestamp: END.parse().ok(),
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
    let url = open_dash(&client, DashPlaybackMode::OnDemand);
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
    let stream = recorded(&demo(), &[0, 2_000, 4_000]);
    let (_emulator, client, passed) = clocked(Emulator::builder().stream("cam", stream), 4);
    // The producer pauses after three fragments, and the range goes on for a minute.
    let request = hls(HlsPlaybackMode::LiveReplay, BEGIN, END);
    let master = open(&client, request);
    for (seconds, is_over) in [(9, false), (60, false), (61, true)] {
        passed.store(seconds, Ordering::SeqCst);
        let playlist = playlist(&client, &master);
        assert_eq!(uris(&playlist).len(), 3);
        assert_eq!(playlist.contains("#EXT-X-ENDLIST"), is_over, "{seconds}");
    }
}

/// Eight fragments, of which the second has no sound.
fn silent_for_a_while() -> (Vec<kvs_mkv::Fragment>, Stream) {
    let mut fragments = demo();
    fragments.truncate(8);
    fragments[1].frames.retain(|frame| frame.track == 1);
    let begun: Vec<i64> = (0..8).map(|index| index * 2_000).collect();
    let stream = recorded(&fragments, &begun);
    (fragments, stream)
}

fn ends_with_frames(segment: &[u8], fragment: &kvs_mkv::Fragment, track: u64) -> bool {
    let frames = fragment.frames.iter().filter(|frame| frame.track == track);
    let frames: Vec<u8> = frames.flat_map(|frame| frame.data.to_vec()).collect();
    segment.ends_with(&frames)
}

#[test]
fn a_playlist_has_a_gap_where_its_track_has() {
    let (fragments, stream) = silent_for_a_while();
    let emulator = emulator(stream);
    let client = Client::of(&emulator);
    let master = open(&client, hls(HlsPlaybackMode::OnDemand, BEGIN, END));
    let pictures = playlist(&client, &master);
    assert!(pictures.contains("#EXT-X-VERSION:7\n") && !pictures.contains("#EXT-X-GAP"));
    let names = text(&client, &master);
    let (_, name) = names.split_once("DEFAULT=YES,URI=\"").unwrap();
    let name = name.split('"').next().unwrap();
    let sound = text(&client, &beside(&master, name));
    assert!(sound.contains("#EXT-X-VERSION:8\n"), "{sound}");
    assert_eq!(sound.matches("#EXT-X-MAP").count(), 1);
    let (before, behind) = sound.split_once("#EXT-X-GAP\n").unwrap();
    assert_eq!((uris(before).len(), uris(behind).len()), (1, 7));
    for (uri, fragment) in uris(&sound).iter().zip(&fragments) {
        let answer = get(&client, &beside(&master, uri));
        let is_told = fragment.frames.iter().any(|frame| frame.track == 2);
        assert_eq!(answer.status, if is_told { 200 } else { 404 });
        assert!(!is_told || ends_with_frames(&answer.body, fragment, 2));
    }
}

#[test]
fn a_manifest_leaves_out_what_a_track_lacks() {
    let (mut fragments, stream) = silent_for_a_while();
    fragments.remove(1);
    let (_emulator, client, passed) = clocked(Emulator::builder().stream("cam", stream), 100);
    let url = open_dash(&client, DashPlaybackMode::OnDemand);
    let manifest = text(&client, &url);
    assert_eq!(manifest.matches("<S t=\"2000\"").count(), 1, "{manifest}");
    assert_eq!(manifest.matches("<S ").count(), 8 + 7);
    let media = values(&manifest, "media")[1];
    for (number, fragment) in (1..).zip(&fragments) {
        let segment = segment(&client, &url, media, number);
        assert!(ends_with_frames(&segment, fragment, 2), "{number}");
    }

    // The last five, of which all have sound: numbers stay those of the track.
    let url = open_dash(&client, DashPlaybackMode::LiveReplay);
    passed.store(130, Ordering::SeqCst);
    let manifest = text(&client, &url);
    assert_eq!(manifest.matches("<S ").count(), 10);
    assert_eq!(values(&manifest, "startNumber"), ["4", "3"]);
    let segment = segment(&client, &url, values(&manifest, "media")[1], 3);
    assert!(ends_with_frames(&segment, &fragments[2], 2));
}

#[test]
fn segments_keep_their_numbers_when_others_expire() {
    let (_emulator, mut client, passed) = clocked(Emulator::builder(), 0);
    let at = |seconds, client: &mut Client| {
        passed.store(seconds, Ordering::SeqCst);
        client.now = SystemTime::UNIX_EPOCH + Duration::from_secs(BEGIN_SECONDS + seconds);
    };
    create(&client);
    client.send(&put_request(&client));
    let hls = GetHlsStreamingSessionUrl {
        stream_name: Some("cam".into()),
        expires: Some(43_200),
        ..GetHlsStreamingSessionUrl::default()
    };
    let dash = GetDashStreamingSessionUrl {
        stream_name: Some("cam".into()),
        expires: Some(43_200),
        ..GetDashStreamingSessionUrl::default()
    };
    let master = open(&client, hls);
    let manifest = client.call(dash).unwrap().dash_streaming_session_url;
    let manifest = manifest.unwrap();
    at(3_590, &mut client);
    client.send(&put_request(&client));
    let seen = |client: &Client| {
        let playlist = playlist(client, &master);
        let (_, sequence) = playlist.split_once("#EXT-X-MEDIA-SEQUENCE:").unwrap();
        let sequence: usize = sequence.lines().next().unwrap().parse().unwrap();
        let manifest = text(client, &manifest);
        let [start, _] = values(&manifest, "startNumber")[..] else {
            panic!("{manifest}")
        };
        (sequence, start.parse::<usize>().unwrap())
    };
    let media = text(&client, &manifest);
    let media = values(&media, "media")[0];
    let last = segment(&client, &manifest, media, 30);
    assert_eq!(seen(&client), (25, 26));

    // The first fifteen are kept for an hour.
    at(3_601, &mut client);
    assert_eq!(seen(&client), (25, 26));
    assert!(segment(&client, &manifest, media, 30) == last);
    client.send(&put_request(&client));
    assert_eq!(seen(&client), (40, 41));
    let gone = beside(
        &manifest,
        &media.replace("&amp;", "&").replace("$Number$", "15"),
    );
    assert_eq!(get(&client, &gone).status, 404);
}
