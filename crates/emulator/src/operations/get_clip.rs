//! GetClip.

use std::collections::VecDeque;

use kvs_api::archived_media::{ClipFragmentSelectorType, GetClip};
use kvs_mkv::Gaps;
use kvs_mp4::{Form, Writer, WriterOptions};

use super::playable::{self, Playable};
use super::range::{LONGEST, Range};
use super::{Answer, Call};
use crate::catalogue::Catalogue;
use crate::quotas::Quota;
use crate::refusal::Refusal;

const MOST_FRAGMENTS: usize = 200;
const MOST_BYTES: usize = 100_000_000;

pub(super) fn serve(call: &Call<'_>, streams: &mut Catalogue) -> Result<Answer, Refusal> {
    let input: GetClip = call.input()?;
    let selector = input
        .clip_fragment_selector
        .ok_or_else(|| Refusal::invalid_argument("ClipFragmentSelector must be given."))?;
    let by_server = match selector.fragment_selector_type {
        Some(ClipFragmentSelectorType::ServerTimestamp) => true,
        Some(ClipFragmentSelectorType::ProducerTimestamp) => false,
        _ => return Err(Range::unknown_clock()),
    };
    let ends = selector.timestamp_range;
    let ends = ends.and_then(|range| range.start_timestamp.zip(range.end_timestamp));
    let range = Range::between(by_server, ends)?;
    range.check_length(LONGEST)?;
    let entry = streams.find(input.stream_name.as_deref(), input.stream_arn.as_deref())?;
    entry.check_retention()?;
    let found = playable::fragments(entry, &range, call.now);
    playable::check_tracks(&found, Playable::Clip)?;
    call.charge(&entry.arn, Quota::Metadata, found.len().min(MOST_FRAGMENTS))?;

    let mut writer = Writer::new(WriterOptions {
        form: Form::Faststart,
        gaps: Gaps::Keep,
    });
    let (mut media, mut bytes, mut written) = (VecDeque::new(), 0_usize, 0);
    for recorded in found.iter().take(MOST_FRAGMENTS) {
        let fragment = recorded.fragment();
        let size: usize = fragment.frames.iter().map(|frame| frame.data.len()).sum();
        if bytes.saturating_add(size) > MOST_BYTES {
            break;
        }
        writer.write(&fragment).map_err(playable::refusal)?;
        bytes = bytes.saturating_add(size);
        written += 1;
        media.extend(writer.take_output());
    }
    let tail = writer.finish().map_err(playable::refusal)?;
    let clip = tail.head.into_iter().chain(media).chain(tail.pieces);
    Ok(Answer::pieces(
        "video/mp4",
        clip.collect(),
        written,
        call.rate,
    ))
}
