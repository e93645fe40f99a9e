//! Fragments that are asked for and not delivered yet: what each of them has come to.

use std::collections::VecDeque;
use std::time::{Duration, SystemTime};

use kvs_api::archived_media::GetMediaForFragmentList;
use kvs_mkv::{Fragment, FragmentNumber, State};

use crate::plan::Plan;
use crate::report::{Missing, MissingReason, Planned, Report};
use crate::selection;

/// The service's limit on the fragments of a request.
const MOST_FRAGMENTS: usize = 1_000;
/// How many fragments are in the window at most, however small they are.
const MOST_SLOTS: usize = 4_000;
/// What a fragment is taken to weigh whose size is not known.
const UNKNOWN_SIZE: u64 = 2 << 20;

/// How many bytes are asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    pub(super) window: u64,
    /// In one request.
    pub(super) share: u64,
    /// Whether a larger fragment than the window is put aside.
    pub(super) has_spool: bool,
}

impl Sizes {
    fn is_oversized(&self, size: u64) -> bool {
        self.has_spool && size > self.window
    }
}

/// Fragments in the order of delivery.
#[derive(Debug)]
pub(super) struct Window {
    slots: VecDeque<Slot>,
    /// How many slots have left: the index of the first.
    base: u64,
    bytes: u64,
    /// How many may be asked for in one request: fewer, while one of them spoils it.
    most: usize,
}

#[derive(Debug)]
struct Slot {
    size: u64,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Wanted(Wanting),
    /// It waits for those before it. One that is aside has an outline.
    Arrived(Box<Fragment>),
    /// It is on its way to the caller, in parts: its number and size.
    Leaving(Option<FragmentNumber>, u64),
    Missing(Missing),
}

/// A fragment that has not come yet.
#[derive(Debug)]
struct Wanting {
    fragment: Planned,
    is_asked: bool,
    first_asked: Option<SystemTime>,
    /// When it may be asked for again.
    due: Option<SystemTime>,
    tries: u32,
    /// How many requests that began with it broke in a row.
    breaks: u32,
    /// What the last request brought in its place.
    failure: Option<MissingReason>,
}

/// The fragments of one request that are neither there nor given up, in order.
#[derive(Debug, Default)]
pub(super) struct Round {
    open: VecDeque<u64>,
    asked: usize,
    pub(super) has_brought_something: bool,
    pub(super) unasked: usize,
}

impl Round {
    /// Whether it brings again and again what nobody asked for.
    pub(super) fn is_out_of_hand(&self) -> bool {
        self.unasked > self.asked.saturating_add(16)
    }

    pub(super) fn points(&self) -> u32 {
        u32::try_from(self.asked).unwrap_or(u32::MAX)
    }

    pub(super) fn has(&self, index: u64) -> bool {
        self.open.contains(&index)
    }

    pub(super) fn first(&self) -> Option<u64> {
        self.open.front().copied()
    }
}

impl Default for Window {
    fn default() -> Self {
        Self {
            slots: VecDeque::new(),
            base: 0,
            bytes: 0,
            most: MOST_FRAGMENTS,
        }
    }
}

impl Window {
    pub(super) fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// The index of the fragment that is to be delivered next.
    pub(super) fn head(&self) -> u64 {
        self.base
    }

    /// Bytes of fragments that wait for those before them.
    pub(super) fn held(&self) -> u64 {
        let arrived = self.slots.iter().filter_map(|slot| match &slot.content {
            Content::Arrived(fragment) if fragment.part.is_none() => Some(fragment.bytes),
            _ => None,
        });
        arrived.fold(0, u64::saturating_add)
    }

    /// The next fragment, if it has come. Missing ones before it go into the report. One that is
    /// aside stays until it [leaves](Self::leave).
    pub(super) fn deliver(&mut self, report: &mut Report) -> Option<Box<Fragment>> {
        loop {
            let front = self.slots.front_mut()?;
            match &mut front.content {
                Content::Wanted(_) | Content::Leaving(..) => return None,
                Content::Arrived(fragment) if fragment.part.is_some() => {
                    let leaving = Content::Leaving(fragment.number.clone(), fragment.bytes);
                    return match std::mem::replace(&mut front.content, leaving) {
                        Content::Arrived(fragment) => Some(fragment),
                        _ => None,
                    };
                }
                Content::Arrived(_) | Content::Missing(_) => {}
            }
            if let Some(fragment) = self.leave(report) {
                return Some(fragment);
            }
        }
    }

    /// The first one is done with, and tells so in the report.
    pub(super) fn leave(&mut self, report: &mut Report) -> Option<Box<Fragment>> {
        let slot = self.slots.pop_front()?;
        self.base = self.base.saturating_add(1);
        self.bytes = self.bytes.saturating_sub(slot.size);
        report.settled = report.settled.saturating_add(1);
        let (delivered, fragment) = match slot.content {
            Content::Arrived(fragment) => (Some(fragment.bytes), Some(fragment)),
            Content::Leaving(_, bytes) => (Some(bytes), None),
            Content::Missing(missing) => {
                report.missing.push(missing);
                (None, None)
            }
            Content::Wanted(_) => (None, None),
        };
        if let Some(bytes) = delivered {
            report.delivered = report.delivered.saturating_add(1);
            report.delivered_bytes = report.delivered_bytes.saturating_add(bytes);
        }
        fragment
    }

    /// Gives up all that has not come.
    pub(super) fn cancel(&mut self, report: &mut Report) {
        for slot in self.slots.drain(..) {
            let (fragment, tries) = match slot.content {
                Content::Wanted(wanting) => (wanting.fragment, wanting.tries),
                Content::Missing(missing) => {
                    report.missing.push(missing);
                    continue;
                }
                Content::Arrived(fragment) => match fragment.number {
                    Some(number) => (Planned::Named(number), 0),
                    None => continue,
                },
                Content::Leaving(Some(number), _) => (Planned::Named(number), 0),
                Content::Leaving(None, _) => continue,
            };
            report.missing.push(Missing {
                fragment,
                reason: MissingReason::Cancelled,
                tries,
                over: Duration::ZERO,
            });
        }
    }

    /// Who is to be asked for next: again, or for the first time as far as `room` bytes go.
    /// Otherwise the time at which somebody is to be asked for again.
    pub(super) fn round(
        &mut self,
        plan: &mut Plan,
        sizes: Sizes,
        now: SystemTime,
    ) -> Result<Round, Option<SystemTime>> {
        let mut round = Round::default();
        let (mut bytes, mut next_due) = (0_u64, None::<SystemTime>);
        for (slot, index) in self.slots.iter().zip(self.base..) {
            let Content::Wanted(wanting) = &slot.content else {
                continue;
            };
            if wanting.is_asked {
                continue;
            }
            if let Some(due) = wanting.due.filter(|due| *due > now) {
                next_due = Some(next_due.map_or(due, |next| next.min(due)));
                continue;
            }
            if sizes.is_oversized(slot.size) {
                // There is one spool, for the one that is next.
                if index == self.base {
                    round.open.push_back(index);
                    break;
                }
                continue;
            }
            bytes = bytes.saturating_add(slot.size);
            if round.open.len() >= self.most || (bytes > sizes.share && !round.open.is_empty()) {
                break;
            }
            round.open.push_back(index);
        }
        if round.open.is_empty() {
            self.admit(plan, sizes, &mut round);
        }
        round.asked = round.open.len();
        if round.asked == 0 {
            return Err(next_due);
        }
        Ok(round)
    }

    /// Takes from the plan what fits, and one fragment if there is no other.
    fn admit(&mut self, plan: &mut Plan, sizes: Sizes, round: &mut Round) {
        let Sizes { window, share, .. } = sizes;
        let mut room = share.min(window.saturating_sub(self.bytes));
        while round.open.len() < self.most
            && self.slots.len() < MOST_SLOTS
            && let Some(entry) = plan.next()
        {
            let size = entry.bytes().unwrap_or(UNKNOWN_SIZE);
            if size > room && !(self.slots.is_empty() || self.can_begin(round, size, share, window))
            {
                break;
            }
            let Some(fragment) = plan.take() else { break };
            round.open.push_back(self.base.saturating_add(self.len()));
            room = room.saturating_sub(size);
            self.bytes = self.bytes.saturating_add(size);
            let wanting = Wanting {
                fragment,
                is_asked: false,
                first_asked: None,
                due: None,
                tries: 0,
                breaks: 0,
                failure: None,
            };
            let content = Content::Wanted(wanting);
            self.slots.push_back(Slot { size, content });
            if sizes.is_oversized(size) {
                break;
            }
        }
    }

    /// The next one has turned out to be larger than the window.
    pub(super) fn outgrow(&mut self, window: u64) {
        if let Some(slot) = self.slots.front_mut() {
            let size = slot.size.max(window.saturating_add(1));
            self.bytes = self.bytes.saturating_sub(slot.size).saturating_add(size);
            slot.size = size;
        }
    }

    /// Whether a round is of the next fragment alone, which does not fit the window.
    pub(super) fn is_oversized(&self, round: &Round, sizes: Sizes) -> bool {
        let front = self.slots.front();
        round.has(self.base) && front.is_some_and(|slot| sizes.is_oversized(slot.size))
    }

    /// A fragment larger than a share, but not than what is left of the window, is asked for alone.
    fn can_begin(&self, round: &Round, size: u64, share: u64, window: u64) -> bool {
        round.open.is_empty() && size > share && self.bytes.saturating_add(size) <= window
    }

    fn len(&self) -> u64 {
        u64::try_from(self.slots.len()).unwrap_or(u64::MAX)
    }

    /// The request for a round, which is under way from now on.
    pub(super) fn ask(
        &mut self,
        round: &Round,
        stream: &str,
        now: SystemTime,
    ) -> GetMediaForFragmentList {
        let (stream_name, stream_arn) = selection::name_or_arn(stream);
        let mut numbers = Vec::with_capacity(round.asked);
        for index in &round.open {
            if let Some(wanting) = self.wanting(*index) {
                wanting.is_asked = true;
                wanting.first_asked.get_or_insert(now);
                numbers.push(wanting.fragment.number().as_str().to_owned());
            }
        }
        GetMediaForFragmentList {
            stream_name,
            stream_arn,
            fragments: Some(numbers),
        }
    }

    /// A request was accepted.
    pub(super) fn accepted(&mut self) {
        self.most = self.most.saturating_mul(2).min(MOST_FRAGMENTS);
    }

    /// A request was refused for one of its fragments: fewer are asked for next time, until the
    /// one is found.
    pub(super) fn refused(&mut self, round: &Round, reason: MissingReason, now: SystemTime) {
        if let ([only], _) = round.open.as_slices() {
            self.miss(*only, reason, now);
            return;
        }
        self.most = (round.open.len() >> 1).max(1);
        self.release(round, None);
    }

    /// Lets go of the fragments of a request that has ended; they may be asked for again at `due`.
    pub(super) fn release(&mut self, round: &Round, due: Option<SystemTime>) {
        for index in &round.open {
            if let Some(wanting) = self.wanting(*index) {
                wanting.is_asked = false;
                wanting.due = due;
                wanting.failure = None;
            }
        }
    }

    /// Takes what came, or what the end of the body has left of it; false if nobody asked for it, or
    /// it is there already.
    pub(super) fn arrive(&mut self, round: &mut Round, fragment: Fragment, is_last: bool) -> bool {
        let found = match &fragment.number {
            Some(number) => self.position(round, |wanting| wanting.fragment.number() == number),
            // The service answers in order: it speaks of the next one.
            None if matches!(fragment.state, State::Error(_)) => self.position(round, is_untold),
            None => None,
        };
        let Some((at, index)) = found else {
            return false;
        };
        round.has_brought_something = true;
        match &fragment.state {
            State::Error(error) => self.fail(index, MissingReason::InBand(error.clone())),
            State::Truncated => self.fail(index, MissingReason::Damaged),
            // Its media may have got lost on the way.
            State::Empty if self.may_be_larger(index, fragment.bytes, is_last) => {
                self.fail(index, MissingReason::Damaged);
            }
            _ => {
                round.open.remove(at);
                self.fill(index, Content::Arrived(Box::new(fragment)));
            }
        }
        true
    }

    /// Something unreadable came, most likely in place of the next fragment.
    pub(super) fn damaged(&mut self, round: &Round) {
        if let Some((_, index)) = self.position(round, is_untold) {
            self.fail(index, MissingReason::Damaged);
        }
    }

    /// Ends a request. What it did not bring was tried once more, unless a cut took it. The most
    /// tries of a fragment that is to be asked for again.
    pub(super) fn end(
        &mut self,
        round: &mut Round,
        is_cut: bool,
        attempts: u32,
        now: SystemTime,
    ) -> u32 {
        let mut most = 0;
        for index in std::mem::take(&mut round.open) {
            let Some(wanting) = self.wanting(index) else {
                continue;
            };
            let reason = match wanting.failure.take() {
                None if is_cut => {
                    round.open.push_back(index);
                    continue;
                }
                None => MissingReason::NotSent,
                Some(reason) => reason,
            };
            wanting.tries = wanting.tries.saturating_add(1);
            if wanting.tries >= attempts || reason.is_final() {
                self.miss(index, reason, now);
            } else {
                most = most.max(wanting.tries);
                round.open.push_back(index);
            }
        }
        most
    }

    /// A request that began with this fragment brought nothing; how many did so in a row.
    pub(super) fn broke(&mut self, index: u64) -> u32 {
        let Some(wanting) = self.wanting(index) else {
            return 0;
        };
        wanting.breaks = wanting.breaks.saturating_add(1);
        wanting.breaks
    }

    fn position(
        &mut self,
        round: &Round,
        is_it: impl Fn(&Wanting) -> bool,
    ) -> Option<(usize, u64)> {
        let mut open = round.open.iter().copied().enumerate();
        open.find(|(_, index)| self.wanting(*index).is_some_and(|wanting| is_it(wanting)))
    }

    fn slot(&mut self, index: u64) -> Option<&mut Slot> {
        let at = index.checked_sub(self.base)?;
        self.slots.get_mut(usize::try_from(at).ok()?)
    }

    fn wanting(&mut self, index: u64) -> Option<&mut Wanting> {
        match &mut self.slot(index)?.content {
            Content::Wanted(wanting) => Some(wanting),
            _ => None,
        }
    }

    /// Of a fragment whose size nobody has told, only what follows it shows that it has ended.
    fn may_be_larger(&mut self, index: u64, bytes: u64, is_last: bool) -> bool {
        let listed = self.wanting(index).and_then(|w| w.fragment.listed());
        listed.map_or(is_last, |listed| listed.bytes > bytes)
    }

    fn fail(&mut self, index: u64, reason: MissingReason) {
        if let Some(wanting) = self.wanting(index) {
            wanting.failure = Some(reason);
        }
    }

    fn fill(&mut self, index: u64, content: Content) {
        if let Some(slot) = self.slot(index) {
            slot.content = content;
        }
    }

    fn miss(&mut self, index: u64, reason: MissingReason, now: SystemTime) {
        let Some(wanting) = self.wanting(index) else {
            return;
        };
        let since = wanting
            .first_asked
            .and_then(|at| now.duration_since(at).ok());
        let missing = Missing {
            fragment: wanting.fragment.clone(),
            reason,
            tries: wanting.tries.max(1),
            over: since.unwrap_or_default(),
        };
        self.fill(index, Content::Missing(missing));
    }
}

fn is_untold(wanting: &Wanting) -> bool {
    wanting.failure.is_none()
}
