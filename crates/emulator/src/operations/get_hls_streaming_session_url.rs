//! GetHLSStreamingSessionURL.

use kvs_api::archived_media::{
    ContainerFormat, GetHlsStreamingSessionUrl, GetHlsStreamingSessionUrlOutput,
    HlsDiscontinuityMode, HlsDisplayFragmentTimestamp, HlsFragmentSelectorType, HlsPlaybackMode,
};

use super::range::Range;
use super::{Answer, Call};
use crate::catalogue::Catalogue;
use crate::quotas::Quota;
use crate::refusal::Refusal;
use crate::sessions::{Asked, Discontinuities, Mode, Protocol, Session};

pub(super) fn serve(call: &Call<'_>, streams: &mut Catalogue) -> Result<Answer, Refusal> {
    let input: GetHlsStreamingSessionUrl = call.input()?;
    let entry = streams.find(input.stream_name.as_deref(), input.stream_arn.as_deref())?;
    call.charge(&entry.arn, Quota::Sessions, 1)?;
    let session = Session::open(Protocol::Hls, &asked(&input)?, entry, call.now)?;
    let mut output = GetHlsStreamingSessionUrlOutput::default();
    output.hls_streaming_session_url = Some(format!(
        "{}/hls/v1/getHLSMasterPlaylist.m3u8?SessionToken={}",
        call.origin(),
        session.token()
    ));
    Answer::json(&output)
}

fn asked(input: &GetHlsStreamingSessionUrl) -> Result<Asked, Refusal> {
    match &input.container_format {
        None | Some(ContainerFormat::FragmentedMp4) => {}
        Some(ContainerFormat::MpegTs) => {
            return Err(Refusal::invalid_argument(
                "The emulator makes no MPEG-TS: ContainerFormat must be FRAGMENTED_MP4, or be left out.",
            ));
        }
        Some(_) => {
            return Err(Refusal::invalid_argument(
                "ContainerFormat must be FRAGMENTED_MP4 or MPEG_TS.",
            ));
        }
    }
    let mode = match &input.playback_mode {
        None | Some(HlsPlaybackMode::Live) => Mode::Live,
        Some(HlsPlaybackMode::LiveReplay) => Mode::LiveReplay,
        Some(HlsPlaybackMode::OnDemand) => Mode::OnDemand,
        Some(_) => return Err(Mode::unknown()),
    };
    let selector = input.hls_fragment_selector.as_ref();
    let by_server = match selector.and_then(|selector| selector.fragment_selector_type.as_ref()) {
        None | Some(HlsFragmentSelectorType::ServerTimestamp) => true,
        Some(HlsFragmentSelectorType::ProducerTimestamp) => false,
        Some(_) => return Err(Range::unknown_clock()),
    };
    let range = selector.and_then(|selector| selector.timestamp_range.as_ref());
    let discontinuities = match &input.discontinuity_mode {
        None if by_server => Discontinuities::Always,
        None | Some(HlsDiscontinuityMode::Never) => Discontinuities::Never,
        Some(HlsDiscontinuityMode::Always) => Discontinuities::Always,
        Some(HlsDiscontinuityMode::OnDiscontinuity) => Discontinuities::Real,
        Some(_) => {
            return Err(Refusal::invalid_argument(
                "DiscontinuityMode must be ALWAYS, NEVER or ON_DISCONTINUITY.",
            ));
        }
    };
    let shows_times = match &input.display_fragment_timestamp {
        None | Some(HlsDisplayFragmentTimestamp::Never) => false,
        Some(HlsDisplayFragmentTimestamp::Always) => true,
        Some(_) => {
            return Err(Refusal::invalid_argument(
                "DisplayFragmentTimestamp must be ALWAYS or NEVER.",
            ));
        }
    };
    Ok(Asked {
        mode,
        by_server,
        start: range.and_then(|range| range.start_timestamp),
        end: range.and_then(|range| range.end_timestamp),
        expires: input.expires,
        most: input.max_media_playlist_fragment_results,
        discontinuities,
        shows_times,
        shows_numbers: false,
    })
}
