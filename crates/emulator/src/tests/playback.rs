use super::*;
use http::{Request, StatusCode};
use kvs_api::archived_media::{
    ClipFragmentSelector, ClipFragmentSelectorType, ClipTimestampRange, DashDisplayFragmentNumber,
    DashFragmentSelector, DashFragmentSelectorType, DashPlaybackMode, DashTimestampRange, GetClip,
    GetDashStreamingSessionUrl, GetHlsStreamingSessionUrl, HlsDiscontinuityMode,
    HlsDisplayFragmentTimestamp, HlsFragmentSelector, HlsFragmentSelectorType, HlsPlaybackMode,
    HlsTimestampRange,
};
use kvs_api::video::CreateStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use super::client::Answer;

const START: &str = "2026-01-01T00:00:00Z";
const END: &str = "2026-01-01T00:00:29Z";

fn clip(start: &str, end: &str) -> GetClip {
    GetClip {
        stream_name: Some("cam".into()),
        clip_fragment_selector: Some(ClipFragmentSelector {
            fragment_selector_type: Some(ClipFragmentSelectorType::ProducerTimestamp),
            timestamp_range: Some(ClipTimestampRange {
                start_timestamp: Some(start.parse().unwrap()),
                end_timestamp: Some(end.parse().unwrap()),
            }),
        }),
        ..GetClip::default()
    }
}

pub(super) fn hls(mode: HlsPlaybackMode, start: &str, end: &str) -> GetHlsStreamingSessionUrl {
    GetHlsStreamingSessionUrl {
        stream_name: Some("cam".into()),
        playback_mode: Some(mode),
        hls_fragment_selector: Some(HlsFragmentSelector {
            fragment_selector_type: Some(HlsFragmentSelectorType::ProducerTimestamp),
            timestamp_range: Some(HlsTimestampRange {
                start_timestamp: start.parse().ok(),
                end_timestamp: end.parse().ok(),
            }),
        }),
        ..GetHlsStreamingSessionUrl::default()
    }
}

pub(super) fn dash() -> GetDashStreamingSessionUrl {
    GetDashStreamingSessionUrl {
        stream_name: Some("cam".into()),
        playback_mode: Some(DashPlaybackMode::OnDemand),
        dash_fragment_selector: Some(DashFragmentSelector {
            fragment_selector_type: Some(DashFragmentSelectorType::ProducerTimestamp),
            timestamp_range: Some(DashTimestampRange {
                start_timestamp: START.parse().ok(),
                end_timestamp: END.parse().ok(),
            }),
        }),
        ..GetDashStreamingSessionUrl::default()
    }
}

/// What a player gets: without a signature.
pub(super) fn get(client: &Client, url: &str) -> Answer {
    let path = url.strip_prefix(&format!("http://{}", client.addr));
    let request = Request::get(path.unwrap_or(url))
        .header("host", client.addr.to_string())
        .body(bytes::Bytes::new());
    client.send(&request.unwrap())
}

/// What stands beside the document at `url` under a name of its own.
pub(super) fn beside(url: &str, name: &str) -> String {
    let (folder, _) = url.split_once('?').unwrap().0.rsplit_once('/').unwrap();
    format!("{folder}/{name}")
}

pub(super) fn text(client: &Client, url: &str) -> String {
    let answer = get(client, url);
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    assert_eq!(answer.headers["access-control-allow-origin"], "*");
    answer.text().to_owned()
}

pub(super) fn open(client: &Client, request: GetHlsStreamingSessionUrl) -> String {
    let output = client.call(request).unwrap();
    output.hls_streaming_session_url.unwrap()
}

/// The media playlist of the first track.
pub(super) fn playlist(client: &Client, master: &str) -> String {
    let names = text(client, master);
    let name = names.lines().last().unwrap();
    assert!(name.starts_with("getHLSMediaPlaylist.m3u8?"), "{name}");
    text(client, &beside(master, name))
}

pub(super) fn uris(playlist: &str) -> Vec<&str> {
    playlist
        .lines()
        .filter(|line| !line.starts_with('#'))
        .collect()
}

fn refused<O: kvs_api::protocol::Operation>(client: &Client, operation: O) -> (u16, String) {
    let answer = client.answer(operation);
    (answer.status.as_u16(), answer.code().to_owned())
}

fn invalid() -> (u16, String) {
    (400, "InvalidArgumentException".to_owned())
}

#[test]
fn a_clip_holds_every_frame_of_its_range() {
    let emulator = emulator(Stream::demo());
    let client = Client::of(&emulator);
    let answer = client.answer(clip("2026-01-01T00:00:04Z", "2026-01-01T00:00:07Z"));
    assert_eq!(answer.headers["content-type"], "video/mp4");
    assert_eq!(&answer.body[4..8], b"ftyp");
    let frames: Vec<_> = demo()[2..4].iter().flat_map(|f| f.frames.clone()).collect();
    let media: Vec<u8> = frames
        .iter()
        .flat_map(|frame| frame.data.to_vec())
        .collect();
    assert!(answer.body.ends_with(&media), "all frames in stored order");
    assert!(answer.body.len() < media.len() + 10_000);
}

#[test]
fn a_clip_ends_after_two_hundred_fragments() {
    let emulator = emulator(Stream::demo().repeat(20));
    let client = Client::of(&emulator);
    let whole = client.answer(clip(START, "2026-01-01T12:00:00Z"));
    // The 200th fragment begins after 398 seconds, but for what copies are apart.
    let two_hundred = client.answer(clip(START, "2026-01-01T00:06:38.500Z"));
    assert_eq!(whole.status, 200);
    assert!(whole.body == two_hundred.body);
}

#[test]
fn clips_are_refused_as_the_service_does() {
    let [first, _] = capture(&["1", "2"]).try_into().unwrap();
    let emulator = Emulator::builder()
        .stream("cam", Stream::demo())
        .stream("jpeg", Stream::from_matroska(recoded(&first)).unwrap())
        .start()
        .unwrap();
    let client = Client::of(&emulator);
    let none = clip("2027-01-01T00:00:00Z", "2027-01-01T00:01:00Z");
    assert_eq!(refused(&client, none).0, 404);
    let long = clip(START, "2026-01-02T00:00:01Z");
    assert_eq!(refused(&client, long), invalid());
    let backwards = clip(END, START);
    assert_eq!(refused(&client, backwards), invalid());
    let without = client.signed_body("/getClip", r#"{"StreamName":"cam"}"#);
    assert_eq!(client.send(&without).code(), "InvalidArgumentException");
    let jpeg = GetClip {
        stream_name: Some("jpeg".into()),
        ..clip("2020-01-01T00:00:00Z", "2020-01-01T01:00:00Z")
    };
    let mut jpeg_range = jpeg.clone();
    let selector = jpeg_range.clip_fragment_selector.as_mut().unwrap();
    selector.timestamp_range = Some(ClipTimestampRange {
        start_timestamp: Some("2023-11-14T00:00:00Z".parse().unwrap()),
        end_timestamp: Some("2023-11-15T00:00:00Z".parse().unwrap()),
    });
    assert_eq!(
        refused(&client, jpeg_range),
        (400, "UnsupportedStreamMediaTypeException".to_owned())
    );
    let create = CreateStream {
        stream_name: Some("new".into()),
        ..CreateStream::default()
    };
    client.call(create).unwrap();
    let unkept = GetClip {
        stream_name: Some("new".into()),
        ..clip(START, END)
    };
    assert_eq!(
        refused(&client, unkept),
        (400, "NoDataRetentionException".to_owned())
    );
}

/// The same capture with pictures of another codec.
fn recoded(capture: &[u8]) -> Vec<u8> {
    let (old, new) = (b"V_MPEG4/ISO/AVC", b"V_MPEG4/ISO/XXX");
    let mut capture = capture.to_vec();
    let at = capture.windows(old.len()).position(|w| w == old).unwrap();
    capture[at..at + old.len()].copy_from_slice(new);
    capture
}

#[test]
fn a_playlist_lists_the_range_on_demand() {
    let emulator = emulator(Stream::demo());
    let client = Client::of(&emulator);
    let master = open(&client, hls(HlsPlaybackMode::OnDemand, START, END));
    let names = text(&client, &master);
    for part in [
        "#EXTM3U\n",
        "CODECS=\"avc1.64",
        ",mp4a.40.2\"",
        "RESOLUTION=640x360",
        "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"audio\"",
    ] {
        assert!(names.contains(part), "{part}: {names}");
    }
    let playlist = playlist(&client, &master);
    assert_eq!(uris(&playlist).len(), 15);
    for part in [
        "#EXT-X-TARGETDURATION:2\n",
        "#EXT-X-MEDIA-SEQUENCE:0\n",
        "#EXT-X-PLAYLIST-TYPE:VOD\n",
        "#EXTINF:2.000,\n",
    ] {
        assert!(playlist.contains(part), "{part}: {playlist}");
    }
    assert!(playlist.ends_with("#EXT-X-ENDLIST\n"));
    assert_eq!(
        playlist
            .matches("#EXT-X-MAP:URI=\"getMP4InitFragment.mp4?")
            .count(),
        1
    );
    assert!(!playlist.contains("DISCONTINUITY") && !playlist.contains("PROGRAM-DATE-TIME"));
}

#[test]
fn segments_hold_the_frames_of_their_track() {
    let emulator = emulator(Stream::demo());
    let client = Client::of(&emulator);
    let master = open(&client, hls(HlsPlaybackMode::OnDemand, START, END));
    let playlist = playlist(&client, &master);
    let init = playlist
        .split("URI=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let init = get(&client, &beside(&master, init));
    assert_eq!(
        (init.status.as_u16(), &init.body[4..8]),
        (200, &b"ftyp"[..])
    );
    let source = demo();
    for (uri, source) in uris(&playlist).iter().zip(&source) {
        let answer = get(&client, &beside(&master, uri));
        assert_eq!(answer.headers["content-type"], "video/mp4");
        assert_eq!(&answer.body[4..8], b"moof");
        let pictures = source.frames.iter().filter(|frame| frame.track == 1);
        let pictures: Vec<u8> = pictures.flat_map(|frame| frame.data.to_vec()).collect();
        assert!(answer.body.ends_with(&pictures));
    }
    let sound = uris(&playlist)[0].replace("TrackNumber=1", "TrackNumber=2");
    let sound = get(&client, &beside(&master, &sound));
    assert!(sound.body.len() < 40_000, "sound alone");
    let none = uris(&playlist)[0].replace("TrackNumber=1", "TrackNumber=7");
    assert_eq!(get(&client, &beside(&master, &none)).status, 400);
    let lost = uris(&playlist)[0].replacen("FragmentNumber=", "FragmentNumber=9", 1);
    assert_eq!(get(&client, &beside(&master, &lost)).status, 404);
}

#[test]
fn playlists_are_marked_as_told() {
    let emulator = emulator(Stream::demo());
    let client = Client::of(&emulator);
    let request = GetHlsStreamingSessionUrl {
        discontinuity_mode: Some(HlsDiscontinuityMode::Always),
        display_fragment_timestamp: Some(HlsDisplayFragmentTimestamp::Always),
        max_media_playlist_fragment_results: Some(4),
        ..hls(HlsPlaybackMode::OnDemand, START, END)
    };
    let marked = playlist(&client, &open(&client, request));
    assert_eq!(uris(&marked).len(), 4);
    assert_eq!(marked.matches("#EXT-X-DISCONTINUITY\n").count(), 3);
    assert_eq!(marked.matches("#EXT-X-MAP").count(), 4);
    assert!(
        marked.contains("#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:02Z\n"),
        "{marked}"
    );
}

#[test]
fn real_gaps_are_marked() {
    let mut pieces = capture(&["1", "2", "3"]);
    pieces.remove(1);
    let emulator = emulator(Stream::from_matroska(pieces.concat()).unwrap());
    let client = Client::of(&emulator);
    for (mode, marks) in [
        (HlsDiscontinuityMode::OnDiscontinuity, 1),
        (HlsDiscontinuityMode::Never, 0),
    ] {
        let request = GetHlsStreamingSessionUrl {
            discontinuity_mode: Some(mode),
            ..hls(
                HlsPlaybackMode::OnDemand,
                "2023-11-14T00:00:00Z",
                "2023-11-14T23:59:59Z",
            )
        };
        let marked = playlist(&client, &open(&client, request));
        assert_eq!(uris(&marked).len(), 2);
        assert_eq!(
            marked.matches("#EXT-X-DISCONTINUITY\n").count(),
            marks,
            "{marked}"
        );
    }
}

/// An emulator whose clock is moved by hand.
fn clocked() -> (Emulator, Arc<AtomicU64>) {
    let from: SystemTime = SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000);
    let seconds = Arc::new(AtomicU64::new(0));
    let passed = Arc::clone(&seconds);
    let builder = Emulator::builder()
        .stream("cam", Stream::demo())
        .clock(move || from + Duration::from_secs(passed.load(Ordering::SeqCst)));
    (builder.start().unwrap(), seconds)
}

fn at_its_time(emulator: &Emulator) -> Client {
    let mut client = Client::of(emulator);
    client.now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000);
    client
}

#[test]
fn a_replay_grows_at_the_pace_of_playback() {
    let (emulator, seconds) = clocked();
    let client = at_its_time(&emulator);
    let master = open(&client, hls(HlsPlaybackMode::LiveReplay, START, END));
    let mut seen = Vec::new();
    for passed in [0, 1, 2, 7, 20, 40] {
        seconds.store(passed, Ordering::SeqCst);
        let playlist = playlist(&client, &master);
        let (_, sequence) = playlist.split_once("MEDIA-SEQUENCE:").unwrap();
        let sequence: usize = sequence.lines().next().unwrap().parse().unwrap();
        let ends = playlist.contains("#EXT-X-ENDLIST");
        seen.push((sequence, uris(&playlist).len(), ends));
    }
    let expected = [(0, 1, false), (0, 1, false), (0, 2, false), (0, 4, false)];
    assert_eq!(seen[..4], expected);
    assert_eq!(seen[4..], [(6, 5, false), (10, 5, true)]);
}

#[test]
fn sessions_expire() {
    let (emulator, seconds) = clocked();
    let client = at_its_time(&emulator);
    let request = GetHlsStreamingSessionUrl {
        expires: Some(400),
        ..hls(HlsPlaybackMode::OnDemand, START, END)
    };
    let master = open(&client, request);
    seconds.store(399, Ordering::SeqCst);
    assert_eq!(get(&client, &master).status, 200);
    seconds.store(400, Ordering::SeqCst);
    let answer = get(&client, &master);
    assert_eq!(
        (answer.status.as_u16(), answer.code()),
        (403, "NotAuthorizedException")
    );
}

#[test]
fn bad_sessions_are_refused() {
    let emulator = emulator(Stream::demo());
    let client = Client::of(&emulator);
    let good = hls(HlsPlaybackMode::OnDemand, START, END);
    let bad = [
        hls(HlsPlaybackMode::Live, START, END),
        hls(HlsPlaybackMode::OnDemand, START, ""),
        hls(HlsPlaybackMode::LiveReplay, "", END),
        hls(HlsPlaybackMode::OnDemand, END, START),
        hls(HlsPlaybackMode::OnDemand, START, "2026-01-02T00:00:01Z"),
        GetHlsStreamingSessionUrl {
            expires: Some(299),
            ..good.clone()
        },
        GetHlsStreamingSessionUrl {
            expires: Some(43_201),
            ..good.clone()
        },
        GetHlsStreamingSessionUrl {
            max_media_playlist_fragment_results: Some(5_001),
            ..good.clone()
        },
        GetHlsStreamingSessionUrl {
            playback_mode: Some("MAYBE".into()),
            ..good.clone()
        },
        GetHlsStreamingSessionUrl {
            container_format: Some("MPEG_TS".into()),
            ..good.clone()
        },
        GetHlsStreamingSessionUrl {
            discontinuity_mode: Some("OFTEN".into()),
            ..good.clone()
        },
    ];
    for bad in bad {
        let answer = client.answer(bad.clone());
        assert_eq!(answer.code(), "InvalidArgumentException", "{bad:?}");
    }
    let live = GetHlsStreamingSessionUrl {
        playback_mode: None,
        hls_fragment_selector: None,
        ..good.clone()
    };
    assert_eq!(refused(&client, live).0, 404, "nothing has come in lately");
    let nobody = GetHlsStreamingSessionUrl {
        stream_name: Some("door".into()),
        ..good.clone()
    };
    assert_eq!(refused(&client, nobody).0, 404);

    let master = open(&client, good);
    let dash_token = client
        .call(dash())
        .unwrap()
        .dash_streaming_session_url
        .unwrap();
    let dash_token = dash_token.split_once('=').unwrap().1.to_owned();
    let path = "/hls/v1/getHLSMasterPlaylist.m3u8";
    for bad in [
        "",
        "?SessionToken=5eed",
        &format!("?SessionToken={dash_token}"),
    ] {
        let answer = get(&client, &format!("{path}{bad}"));
        assert_eq!(answer.code(), "InvalidArgumentException", "{bad}");
    }
    let trackless = master.replace("getHLSMasterPlaylist", "getHLSMediaPlaylist");
    assert_eq!(get(&client, &trackless).code(), "InvalidArgumentException");
}

#[test]
fn a_manifest_lists_the_segments_of_all_tracks() {
    let emulator = emulator(Stream::demo());
    let client = Client::of(&emulator);
    let request = GetDashStreamingSessionUrl {
        display_fragment_number: Some(DashDisplayFragmentNumber::Always),
        ..dash()
    };
    let url = client
        .call(request)
        .unwrap()
        .dash_streaming_session_url
        .unwrap();
    let manifest = text(&client, &url);
    for part in [
        "type=\"static\" mediaPresentationDuration=\"PT30.0",
        "mimeType=\"video/mp4\"",
        "mimeType=\"audio/mp4\"",
        "codecs=\"avc1.64",
        "codecs=\"mp4a.40.2\"",
        "<S t=\"4000\" d=\"2000\" kvs:fn=\"9134",
    ] {
        assert!(manifest.contains(part), "{part}: {manifest}");
    }
    assert_eq!(manifest.matches("<S ").count(), 30);
    let media = manifest
        .split("media=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let media = media.replace("&amp;", "&");
    for (number, status) in [("1", 200), ("15", 200), ("16", 404), ("0", 404), ("x", 400)] {
        let answer = get(&client, &beside(&url, &media.replace("$Number$", number)));
        assert_eq!(answer.status.as_u16(), status, "{number}");
    }
}
