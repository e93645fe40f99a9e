//! The fragments that a session shows at a moment.

use kvs_api::protocol::Timestamp;

use super::{Mode, Session};
use crate::entry::Entry;
use crate::operations::playable;
use crate::recording::Recorded;

/// What gaps and overlaps are more than rounding, in milliseconds.
const TOLERANCE: i64 = 50;

/// Some fragments in a row, of all that the session comes by.
#[derive(Debug)]
pub(super) struct Window<'a> {
    /// How many have expired.
    pub(super) expired: usize,
    /// Those between, in their places too.
    pub(super) before: Vec<Shown<'a>>,
    pub(super) shown: Vec<Shown<'a>>,
    /// Whether no more will follow.
    pub(super) is_over: bool,
}

/// A fragment in its place.
#[derive(Debug)]
pub(super) struct Shown<'a> {
    pub(super) recorded: Recorded<'a>,
    /// How many came before it in this session, those that have expired among them.
    pub(super) index: usize,
    /// When it begins on the time line of the session, in milliseconds.
    pub(super) start: i64,
    /// How long it lasts, up to the one behind it if that follows.
    pub(super) duration: i64,
    /// Whether it follows the one before without a gap.
    pub(super) follows: bool,
    /// Real gaps in the session up to it.
    pub(super) gaps: usize,
}

impl Session {
    pub(super) fn window<'a>(&self, entry: &'a Entry, now: Timestamp) -> Window<'a> {
        let mut all = self.placed(entry, now);
        let elapsed = now.as_millis().saturating_sub(self.created.as_millis());
        let reached = match self.mode {
            Mode::OnDemand | Mode::Live => all.len(),
            Mode::LiveReplay => all
                .iter()
                .take_while(|shown| shown.start <= elapsed)
                .count(),
        };
        let is_over = match self.mode {
            Mode::OnDemand => true,
            // Up to the end of its range more may arrive, even if nothing has for a while.
            Mode::LiveReplay => self.range.end < now && reached == all.len(),
            Mode::Live => false,
        };
        let (skipped, taken) = match self.mode {
            Mode::OnDemand => (0, self.most.min(reached)),
            Mode::Live | Mode::LiveReplay => (reached.saturating_sub(self.most), self.most),
        };
        let mut shown = all.split_off(skipped);
        shown.truncate(taken.min(reached));
        Window {
            expired: self.expired(entry, now),
            before: all,
            shown,
            is_over,
        }
    }

    /// All fragments of the session, in their places: none begins before the one in front of it ends,
    /// though by the clock of the service it may have arrived earlier than that.
    pub(super) fn placed<'a>(&self, entry: &'a Entry, now: Timestamp) -> Vec<Shown<'a>> {
        let all = playable::fragments(entry, &self.range, now);
        let times = all.iter().map(|recorded| self.since_base(recorded));
        let times: Vec<i64> = times.collect();
        let nexts = times.iter().copied().skip(1).map(Some).chain([None]);
        let expired = self.expired(entry, now);
        let (mut follows, mut gaps, mut end) = (true, 0, i64::MIN);
        let mut placed = Vec::with_capacity(all.len());
        for (index, ((recorded, time), next)) in all.into_iter().zip(&times).zip(nexts).enumerate()
        {
            let length = recorded.length_in_millis();
            let distance = |from: i64| next.map(|next| next.saturating_sub(from));
            let is_whole = |distance: &i64| distance.saturating_sub(length).abs() <= TOLERANCE;
            let start = end.max(*time);
            let duration = distance(start).filter(is_whole).unwrap_or(length).max(1);
            end = start.saturating_add(duration);
            placed.push(Shown {
                recorded,
                index: index.saturating_add(expired),
                start,
                duration,
                follows,
                gaps,
            });
            follows = distance(*time).as_ref().is_some_and(is_whole);
            if !follows {
                gaps += 1;
            }
        }
        placed
    }
}
