//! GetDASHStreamingSessionURL.

use kvs_api::archived_media::{
    DashDisplayFragmentNumber, DashDisplayFragmentTimestamp, DashFragmentSelectorType,
    DashPlaybackMode, GetDashStreamingSessionUrl, GetDashStreamingSessionUrlOutput,
};

use super::range::Range;
use super::{Answer, Call};
use crate::catalogue::Catalogue;
use crate::quotas::Quota;
use crate::refusal::Refusal;
use crate::sessions::{Asked, Discontinuities, Mode, Protocol, Session};

pub(super) fn serve(call: &Call<'_>, streams: &mut Catalogue) -> Result<Answer, Refusal> {
    let input: GetDashStreamingSessionUrl = call.input()?;
    let entry = streams.find(input.stream_name.as_deref(), input.stream_arn.as_deref())?;
    call.charge(&entry.arn, Quota::Sessions, 1)?;
    let session = Session::open(Protocol::Dash, &asked(&input)?, entry, call.now)?;
    let mut output = GetDashStreamingSessionUrlOutput::default();
    output.dash_streaming_session_url = Some(format!(
        "{}/dash/v1/getDASHManifest.mpd?SessionToken={}",
        call.origin(),
        session.token()
    ));
    Answer::json(&output)
}

fn asked(input: &GetDashStreamingSessionUrl) -> Result<Asked, Refusal> {
    let mode = match &input.playback_mode {
        None | Some(DashPlaybackMode::Live) => Mode::Live,
        Some(DashPlaybackMode::LiveReplay) => Mode::LiveReplay,
        Some(DashPlaybackMode::OnDemand) => Mode::OnDemand,
        Some(_) => return Err(Mode::unknown()),
    };
    let selector = input.dash_fragment_selector.as_ref();
    let by_server = match selector.and_then(|selector| selector.fragment_selector_type.as_ref()) {
        None | Some(DashFragmentSelectorType::ServerTimestamp) => true,
        Some(DashFragmentSelectorType::ProducerTimestamp) => false,
        Some(_) => return Err(Range::unknown_clock()),
    };
    let range = selector.and_then(|selector| selector.timestamp_range.as_ref());
    let shows_times = match &input.display_fragment_timestamp {
        None | Some(DashDisplayFragmentTimestamp::Never) => false,
        Some(DashDisplayFragmentTimestamp::Always) => true,
        Some(_) => return Err(neither("DisplayFragmentTimestamp")),
    };
    let shows_numbers = match &input.display_fragment_number {
        None | Some(DashDisplayFragmentNumber::Never) => false,
        Some(DashDisplayFragmentNumber::Always) => true,
        Some(_) => return Err(neither("DisplayFragmentNumber")),
    };
    Ok(Asked {
        mode,
        by_server,
        start: range.and_then(|range| range.start_timestamp),
        end: range.and_then(|range| range.end_timestamp),
        expires: input.expires,
        most: input.max_manifest_fragment_results,
        discontinuities: Discontinuities::Never,
        shows_times,
        shows_numbers,
    })
}

fn neither(member: &str) -> Refusal {
    Refusal::invalid_argument(format!("{member} must be ALWAYS or NEVER."))
}
