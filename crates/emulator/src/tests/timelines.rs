//! When the fragments of a session are played.

use super::playback::{hls, open, playlist, uris};
use super::*;
use kvs_api::archived_media::HlsPlaybackMode;
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
