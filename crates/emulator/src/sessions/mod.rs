//! Playback sessions. All of a session is in its token, so that nothing is kept of it.

mod dash;
mod hls;
mod media;
mod window;

use std::time::Duration;

use kvs_api::protocol::Timestamp;
use serde::{Deserialize, Serialize};

pub(crate) use dash::manifest;
pub(crate) use hls::{master_playlist, media_playlist};
pub(crate) use media::{Segment, init_segment, media_segment};

use crate::entry::Entry;
use crate::operations::playable::{self, Playable};
use crate::operations::range::{LONGEST, Range};
use crate::recording::Recorded;
use crate::refusal::Refusal;
use crate::token;

/// How old the newest fragment of a live session may be.
const LIVE: Duration = Duration::from_secs(30);
/// When all has been: the end of the year 9999.
const NEVER: Timestamp = Timestamp::new(253_402_300_799, 0);
const SHORTEST_LIFE: i32 = 300;
const LONGEST_LIFE: i32 = 43_200;
const MOST_FRAGMENTS: i64 = 5_000;
const ON_DEMAND_FRAGMENTS: u16 = 1_000;
const LIVE_FRAGMENTS: u16 = 5;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Mode {
    Live,
    LiveReplay,
    OnDemand,
}

impl Mode {
    pub(crate) fn unknown() -> Refusal {
        Refusal::invalid_argument("PlaybackMode must be LIVE, LIVE_REPLAY or ON_DEMAND.")
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Discontinuities {
    Always,
    Never,
    Real,
}

/// What a session is asked for.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) mode: Mode,
    pub(crate) by_server: bool,
    pub(crate) start: Option<Timestamp>,
    pub(crate) end: Option<Timestamp>,
    /// Seconds.
    pub(crate) expires: Option<i32>,
    pub(crate) most: Option<i64>,
    /// HLS only.
    pub(crate) discontinuities: Discontinuities,
    pub(crate) shows_times: bool,
    /// DASH only.
    pub(crate) shows_numbers: bool,
}

/// A session: the content of its token.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) arn: String,
    of: Protocol,
    mode: Mode,
    range: Range,
    most: usize,
    discontinuities: Discontinuities,
    shows_times: bool,
    shows_numbers: bool,
    created: Timestamp,
    expires: Timestamp,
    /// When its time line begins: with its first fragment.
    base: Timestamp,
    /// The ordinal of the first that arrived.
    first: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Protocol {
    Hls,
    Dash,
}

impl Protocol {
    fn playable(self) -> Playable {
        match self {
            Self::Hls => Playable::Hls,
            Self::Dash => Playable::Dash,
        }
    }

    /// What a request calls the number of fragments.
    fn most_member(self) -> &'static str {
        match self {
            Self::Hls => "MaxMediaPlaylistFragmentResults",
            Self::Dash => "MaxManifestFragmentResults",
        }
    }
}

impl Session {
    /// A session that begins now, if there is something to be played.
    pub(crate) fn open(
        of: Protocol,
        asked: &Asked,
        entry: &Entry,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        let life = asked.expires.unwrap_or(SHORTEST_LIFE);
        if !(SHORTEST_LIFE..=LONGEST_LIFE).contains(&life) {
            return Err(Refusal::invalid_argument(format!(
                "Expires must be {SHORTEST_LIFE} to {LONGEST_LIFE} seconds, but is {life}."
            )));
        }
        let range = asked.range(now)?;
        let most = asked.most(of)?;
        entry.check_retention()?;
        // What is live is told by when it arrived, whatever a producer's clock says.
        let chosen = Range {
            by_server: range.by_server || asked.mode == Mode::Live,
            ..range.clone()
        };
        let found = playable::fragments(entry, &chosen, now);
        let newest = match asked.mode {
            Mode::Live => found.len().saturating_sub(most),
            Mode::LiveReplay | Mode::OnDemand => 0,
        };
        let found = found.get(newest..).unwrap_or_default();
        playable::check_tracks(found, of.playable())?;
        for track in found.first().map(Recorded::tracks).unwrap_or_default() {
            media::segments(found, track.number)?;
        }
        let base = found.first().map_or(now, |first| range.time(first));
        let range = Range {
            start: if asked.mode == Mode::Live {
                base
            } else {
                range.start
            },
            ..range
        };
        let all = playable::fragments(entry, &range, now);
        let first = all.iter().map(Recorded::ordinal).min();
        Ok(Self {
            arn: entry.arn.clone(),
            of,
            mode: asked.mode,
            most,
            discontinuities: asked.discontinuities,
            shows_times: asked.shows_times,
            shows_numbers: asked.shows_numbers,
            created: now,
            expires: later(now, i64::from(life).saturating_mul(1_000)),
            base,
            first: first.unwrap_or(0),
            range,
        })
    }

    /// The session that a request goes by, unless it is over.
    pub(crate) fn resume(of: Protocol, token: &str, now: Timestamp) -> Result<Self, Refusal> {
        let session: Option<Self> = token::open(token);
        let session = session
            .filter(|session| session.of == of)
            .ok_or_else(|| Refusal::invalid_argument("SessionToken is not that of a session."))?;
        if now >= session.expires {
            return Err(Refusal::not_authorized("The session has expired."));
        }
        Ok(session)
    }

    pub(crate) fn token(&self) -> String {
        token::seal(self)
    }

    /// How many of its fragments have expired: they keep their places. Fragments do so in the order in
    /// which they arrived, and what arrived meanwhile is taken to be in its range.
    fn expired(&self, entry: &Entry, now: Timestamp) -> usize {
        let kept = entry.stored(now).next();
        let expired = kept.map_or(0, |kept| kept.ordinal().saturating_sub(self.first));
        usize::try_from(expired).unwrap_or(usize::MAX)
    }

    /// Milliseconds from the beginning of the time line to that of a fragment.
    fn since_base(&self, recorded: &Recorded<'_>) -> i64 {
        let at = self.range.time(recorded).as_millis();
        at.saturating_sub(self.base.as_millis())
    }
}

impl Asked {
    fn range(&self, now: Timestamp) -> Result<Range, Refusal> {
        let by_server = self.by_server;
        match (self.mode, self.start, self.end) {
            (Mode::Live, None, None) => Ok(Range {
                by_server,
                start: later(now, -i64::try_from(LIVE.as_millis()).unwrap_or(0)),
                end: NEVER,
            }),
            (Mode::Live, ..) => Err(Refusal::invalid_argument(
                "TimestampRange must not be given for PlaybackMode LIVE.",
            )),
            (Mode::LiveReplay, Some(start), None) => {
                Range::between(by_server, Some((start, NEVER)))
            }
            (_, Some(start), Some(end)) if start < end => {
                let range = Range::between(by_server, Some((start, end)))?;
                range.check_length(LONGEST)?;
                if by_server && end > now && self.mode == Mode::OnDemand {
                    return Err(Refusal::invalid_argument(
                        "EndTimestamp must be in the past.",
                    ));
                }
                Ok(range)
            }
            (_, Some(_), Some(_)) => Err(Refusal::invalid_argument(
                "StartTimestamp must be before EndTimestamp.",
            )),
            (Mode::LiveReplay, None, _) => Err(Refusal::invalid_argument(
                "StartTimestamp must be given for PlaybackMode LIVE_REPLAY.",
            )),
            (Mode::OnDemand, ..) => Err(Refusal::invalid_argument(
                "TimestampRange must be given with StartTimestamp and EndTimestamp for \
                 PlaybackMode ON_DEMAND.",
            )),
        }
    }

    fn most(&self, of: Protocol) -> Result<usize, Refusal> {
        let Some(asked) = self.most else {
            return Ok(usize::from(match self.mode {
                Mode::OnDemand => ON_DEMAND_FRAGMENTS,
                Mode::Live | Mode::LiveReplay => LIVE_FRAGMENTS,
            }));
        };
        let most = Some(asked).filter(|asked| (1..=MOST_FRAGMENTS).contains(asked));
        most.and_then(|most| usize::try_from(most).ok())
            .ok_or_else(|| {
                Refusal::invalid_argument(format!(
                    "{} must be 1 to {MOST_FRAGMENTS}, but is {asked}.",
                    of.most_member()
                ))
            })
    }
}

fn later(at: Timestamp, millis: i64) -> Timestamp {
    Timestamp::from_millis(at.as_millis().saturating_add(millis))
}
