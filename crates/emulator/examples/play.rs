//! Serves the demo, and prints URLs that players open for five minutes.
//!
//! ```sh
//! cargo run -p kvs-emulator --example play
//! ```
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, reason = "a command speaks to a person")]

use std::error::Error;

use kvs_emulator::{Emulator, Stream};
use kvs_ureq::api::archived_media::{
    DashFragmentSelector, DashFragmentSelectorType, DashPlaybackMode, DashTimestampRange,
    GetDashStreamingSessionUrl, GetHlsStreamingSessionUrl, HlsFragmentSelector,
    HlsFragmentSelectorType, HlsPlaybackMode, HlsTimestampRange,
};
use kvs_ureq::api::protocol::{Credentials, Timestamp};
use kvs_ureq::{Client, Settings};

fn main() -> Result<(), Box<dyn Error>> {
    let emulator = Emulator::builder().stream("demo", Stream::demo()).start()?;
    let mut settings = Settings::new("us-east-1");
    settings.credentials = Some(Credentials::new("emulator", "emulator"));
    settings.endpoint_url = Some(emulator.url().parse()?);
    let client = Client::builder(&settings).build()?;
    let (start, end): (Timestamp, Timestamp) = (
        "2026-01-01T00:00:00Z".parse()?,
        "2026-01-01T00:01:00Z".parse()?,
    );

    let hls = client.send(GetHlsStreamingSessionUrl {
        stream_name: Some("demo".to_owned()),
        playback_mode: Some(HlsPlaybackMode::OnDemand),
        hls_fragment_selector: Some(HlsFragmentSelector {
            fragment_selector_type: Some(HlsFragmentSelectorType::ProducerTimestamp),
            timestamp_range: Some(HlsTimestampRange {
                start_timestamp: Some(start),
                end_timestamp: Some(end),
            }),
        }),
        ..GetHlsStreamingSessionUrl::default()
    })?;
    let dash = client.send(GetDashStreamingSessionUrl {
        stream_name: Some("demo".to_owned()),
        playback_mode: Some(DashPlaybackMode::OnDemand),
        dash_fragment_selector: Some(DashFragmentSelector {
            fragment_selector_type: Some(DashFragmentSelectorType::ProducerTimestamp),
            timestamp_range: Some(DashTimestampRange {
                start_timestamp: Some(start),
                end_timestamp: Some(end),
            }),
        }),
        ..GetDashStreamingSessionUrl::default()
    })?;
    println!("{}", hls.hls_streaming_session_url.ok_or("no URL")?);
    println!("{}", dash.dash_streaming_session_url.ok_or("no URL")?);
    emulator.wait();
    Ok(())
}
