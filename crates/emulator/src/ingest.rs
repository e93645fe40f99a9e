//! Makes fragments of what a producer sends, without I/O.

use std::sync::Arc;

use bytes::Bytes;
use kvs_mkv::{Decoder, Event, Fragments, State, Tag};
use serde::Serialize;

use crate::load::Stored;

const MOST_BYTES: u64 = 50_000_000;
const LONGEST: i64 = 20_000_000_000;
const MOST_TRACKS: usize = 3;
const MOST_TAGS: usize = 10;
/// Begins the names that producers may not give.
const RESERVED: &str = "AWS";
const MILLI: i64 = 1_000_000;

/// What is wrong with what a producer sends, by the numbers of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    StreamRead = 4000,
    MaxFragmentSize = 4001,
    MaxFragmentDuration = 4002,
    TimecodeLesserThanPrevious = 4004,
    InvalidMkv = 4006,
    InvalidProducerTimestamp = 4007,
    StreamNotActive = 4008,
    MetadataLimit = 4009,
    TrackNumberMismatch = 4010,
    FramesMissing = 4011,
    Archival = 5001,
}

impl Fault {
    fn code(self) -> &'static str {
        match self {
            Self::StreamRead => "STREAM_READ_ERROR",
            Self::MaxFragmentSize => "MAX_FRAGMENT_SIZE_REACHED",
            Self::MaxFragmentDuration => "MAX_FRAGMENT_DURATION_REACHED",
            Self::TimecodeLesserThanPrevious => "FRAGMENT_TIMECODE_LESSER_THAN_PREVIOUS",
            Self::InvalidMkv => "INVALID_MKV_DATA",
            Self::InvalidProducerTimestamp => "INVALID_PRODUCER_TIMESTAMP",
            Self::StreamNotActive => "STREAM_NOT_ACTIVE",
            Self::MetadataLimit => "FRAGMENT_METADATA_LIMIT_REACHED",
            Self::TrackNumberMismatch => "TRACK_NUMBER_MISMATCH",
            Self::FramesMissing => "FRAMES_MISSING_FOR_TRACK",
            Self::Archival => "ARCHIVAL_ERROR",
        }
    }
}

/// What a producer is told: a line of JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Ack {
    event_type: &'static str,
    /// Milliseconds, as the producer counts them.
    #[serde(skip_serializing_if = "Option::is_none")]
    fragment_timecode: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fragment_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_id: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<&'static str>,
}

impl Ack {
    pub(crate) fn of(event_type: &'static str, timecode: Option<i64>) -> Self {
        Self {
            event_type,
            fragment_timecode: timecode,
            fragment_number: None,
            error_id: None,
            error_code: None,
        }
    }

    pub(crate) fn numbered(event_type: &'static str, timecode: i64, number: String) -> Self {
        Self {
            fragment_number: Some(number),
            ..Self::of(event_type, Some(timecode))
        }
    }

    pub(crate) fn error(fault: Fault, timecode: Option<i64>) -> Self {
        Self {
            error_id: Some(fault as u32),
            error_code: Some(fault.code()),
            ..Self::of("ERROR", timecode)
        }
    }

    pub(crate) fn line(&self) -> Bytes {
        let mut line = serde_json::to_vec(self).unwrap_or_default();
        line.push(b'\n');
        Bytes::from(line)
    }
}

/// What has come of the bytes so far.
#[derive(Debug)]
pub(crate) enum Step {
    /// A fragment begins at this timecode.
    Begins(i64),
    /// A fragment is whole.
    Whole {
        fragment: Arc<Stored>,
        timecode: i64,
    },
    /// Nothing more is taken.
    Failed(Fault, Option<i64>),
}

/// The media of one connection.
#[derive(Debug, Default)]
pub(crate) struct Ingest {
    /// Tells when fragments begin.
    events: Decoder,
    fragments: Fragments,
    awaits_frame: bool,
    /// Of the fragment under way.
    bytes: u64,
    latest: Option<i64>,
    has_ended: bool,
    has_failed: bool,
}

impl Ingest {
    /// Takes the next bytes.
    pub(crate) fn push(&mut self, bytes: Bytes) -> Vec<Step> {
        self.bytes = self.bytes.saturating_add(bytes.len() as u64);
        self.events.push(bytes.clone());
        self.fragments.push(bytes);
        let mut steps = self.steps();
        if self.bytes > MOST_BYTES {
            self.fail(Fault::MaxFragmentSize, None, &mut steps);
        }
        steps
    }

    /// Says that no more will come.
    pub(crate) fn finish(&mut self) -> Vec<Step> {
        self.has_ended = true;
        self.events.finish();
        self.fragments.finish();
        self.steps()
    }

    fn steps(&mut self) -> Vec<Step> {
        let mut steps = Vec::new();
        while !self.has_failed
            && let Some(event) = self.events.next_event()
        {
            match event {
                Event::Begin(_) => self.awaits_frame = true,
                Event::Frame(frame) if self.awaits_frame => {
                    self.awaits_frame = false;
                    steps.push(Step::Begins(frame.timestamp.div_euclid(MILLI)));
                }
                Event::End(_) => self.end(&mut steps),
                Event::Damage(damage) => {
                    // Of what is cut short only the end is missing.
                    let fault = match damage.fault {
                        kvs_mkv::Fault::NotMatroska(_) => Fault::InvalidMkv,
                        _ if self.has_ended => Fault::StreamRead,
                        _ => Fault::InvalidMkv,
                    };
                    self.fail(fault, None, &mut steps);
                }
                _ => {}
            }
        }
        steps
    }

    fn end(&mut self, steps: &mut Vec<Step>) {
        self.bytes = 0;
        let Some(Ok(fragment)) = self.fragments.next_fragment() else {
            return self.fail(Fault::InvalidMkv, None, steps);
        };
        let Some(first) = fragment.frames.first() else {
            return;
        };
        let timecode = first.timestamp.div_euclid(MILLI);
        let fragment = Arc::new(Stored::anew(fragment));
        match self.check(&fragment, timecode) {
            Some(fault) => self.fail(fault, Some(timecode), steps),
            None => {
                self.latest = Some(timecode);
                steps.push(Step::Whole { fragment, timecode });
            }
        }
    }

    fn check(&self, stored: &Stored, timecode: i64) -> Option<Fault> {
        let fragment = &stored.fragment;
        let is_described = |track| fragment.tracks.iter().any(|t| t.number == track);
        let has_frames = |track| fragment.frames.iter().any(|frame| frame.track == track);
        let tags = fragment.tags_before.iter().chain(&fragment.tags_after);
        if fragment.state == State::Truncated {
            Some(Fault::StreamRead)
        } else if fragment.bytes > MOST_BYTES {
            Some(Fault::MaxFragmentSize)
        } else if stored.length > LONGEST {
            Some(Fault::MaxFragmentDuration)
        } else if self.latest.is_some_and(|latest| timecode < latest) {
            Some(Fault::TimecodeLesserThanPrevious)
        } else if fragment.tracks.len() > MOST_TRACKS || tags.clone().any(is_reserved) {
            Some(Fault::InvalidMkv)
        } else if tags.count() > MOST_TAGS {
            Some(Fault::MetadataLimit)
        } else if !fragment
            .frames
            .iter()
            .all(|frame| is_described(frame.track))
        {
            Some(Fault::TrackNumberMismatch)
        } else if !fragment.tracks.iter().all(|track| has_frames(track.number)) {
            Some(Fault::FramesMissing)
        } else {
            None
        }
    }

    fn fail(&mut self, fault: Fault, timecode: Option<i64>, steps: &mut Vec<Step>) {
        if !self.has_failed {
            self.has_failed = true;
            steps.push(Step::Failed(fault, timecode));
        }
    }
}

fn is_reserved(tag: &Tag) -> bool {
    tag.name.starts_with(RESERVED)
}

/// When a fragment begins that has this timecode, in nanoseconds since 1970.
pub(crate) fn producer_time(start: Option<i64>, timecode: i64) -> Result<i64, Fault> {
    let millis = start.unwrap_or(0).checked_add(timecode);
    millis
        .filter(|millis| *millis >= 0)
        .and_then(|millis| millis.checked_mul(MILLI))
        .ok_or(Fault::InvalidProducerTimestamp)
}

#[cfg(test)]
mod tests;
