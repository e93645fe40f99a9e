//! Fragments that are fetched together: what each of them has come to, and who is to be asked for.

use std::collections::VecDeque;

use kvs_api::archived_media::GetMediaForFragmentList;
use kvs_mkv::{Fragment, State};

use crate::report::{Missing, MissingReason, Planned, Report};
use crate::selection;

/// The service's limit on the fragments of a request.
const MOST_FRAGMENTS: usize = 1_000;
/// What a fragment is taken to weigh whose size is not known.
const UNKNOWN_SIZE: u64 = 2 << 20;

/// Fragments in the order of delivery.
#[derive(Debug)]
pub(super) struct Batch {
    slots: Vec<Slot>,
    /// The first that is neither delivered nor reported missing.
    next: usize,
    /// How many may be asked for in one request: fewer, while one of them spoils it.
    most: usize,
}

#[derive(Debug)]
enum Slot {
    Wanted(Wanting),
    /// It waits for those before it.
    Arrived(Box<Fragment>),
    Missing(Missing),
    Delivered,
}

/// A fragment that has not come yet.
#[derive(Debug)]
struct Wanting {
    fragment: Planned,
    tries: u32,
    /// What the last request brought in its place.
    failure: Option<MissingReason>,
}

/// The fragments of one request.
#[derive(Debug, Default)]
pub(super) struct Round {
    slots: Vec<usize>,
    has_brought_something: bool,
}

impl Round {
    pub(super) fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Whether a fragment came, or an error in place of one.
    pub(super) fn has_brought_something(&self) -> bool {
        self.has_brought_something
    }
}

impl Default for Batch {
    fn default() -> Self {
        Self {
            slots: Vec::new(),
            next: 0,
            most: MOST_FRAGMENTS,
        }
    }
}

impl Batch {
    /// Takes from the plan what fits the window, and one fragment at least.
    pub(super) fn fill(plan: &mut VecDeque<Planned>, window: u64) -> Self {
        let mut batch = Self::default();
        let mut room = window;
        while batch.slots.len() < MOST_FRAGMENTS
            && let Some(fragment) = plan.pop_front()
        {
            let size = fragment.listed().map_or(UNKNOWN_SIZE, |l| l.bytes);
            if size > room && !batch.slots.is_empty() {
                plan.push_front(fragment);
                break;
            }
            room = room.saturating_sub(size);
            batch.slots.push(Slot::Wanted(Wanting {
                fragment,
                tries: 0,
                failure: None,
            }));
        }
        batch
    }

    pub(super) fn is_settled(&self) -> bool {
        self.next == self.slots.len()
    }

    /// The next fragment, if it has come. Missing ones before it go into the report.
    pub(super) fn deliver(&mut self, report: &mut Report) -> Option<Box<Fragment>> {
        loop {
            let slot = self.slots.get_mut(self.next)?;
            if matches!(slot, Slot::Wanted(_)) {
                return None;
            }
            self.next = self.next.saturating_add(1);
            match std::mem::replace(slot, Slot::Delivered) {
                Slot::Arrived(fragment) => {
                    report.delivered = report.delivered.saturating_add(1);
                    report.delivered_bytes = report.delivered_bytes.saturating_add(fragment.bytes);
                    return Some(fragment);
                }
                Slot::Missing(missing) => report.missing.push(missing),
                Slot::Wanted(_) | Slot::Delivered => {}
            }
        }
    }

    /// Who is to be asked for next.
    pub(super) fn round(&self) -> Round {
        let wanted = self.slots.iter().enumerate();
        let wanted = wanted.filter(|(_, slot)| matches!(slot, Slot::Wanted(_)));
        Round {
            slots: wanted.map(|(index, _)| index).take(self.most).collect(),
            has_brought_something: false,
        }
    }

    pub(super) fn request(&self, round: &Round, stream: &str) -> GetMediaForFragmentList {
        let (stream_name, stream_arn) = selection::name_or_arn(stream);
        let slots = round.slots.iter().filter_map(|index| self.wanting(*index));
        let numbers = slots.map(|wanting| wanting.fragment.number().as_str().to_owned());
        GetMediaForFragmentList {
            stream_name,
            stream_arn,
            fragments: Some(numbers.collect()),
        }
    }

    /// A request was accepted.
    pub(super) fn accepted(&mut self) {
        self.most = self.most.saturating_mul(2).min(MOST_FRAGMENTS);
    }

    /// A request was refused for one of its fragments: fewer are asked for next time, until the
    /// one is found.
    pub(super) fn refused(&mut self, round: &Round, reason: MissingReason) {
        match round.slots.as_slice() {
            [only] => self.miss(*only, reason),
            many => self.most = (many.len() >> 1).max(1),
        }
    }

    /// Takes what came; false if nobody asked for it, or it is there already.
    pub(super) fn arrive(&mut self, round: &mut Round, fragment: Fragment) -> bool {
        let index = match &fragment.number {
            Some(number) => self.asked(round, |wanting| wanting.fragment.number() == number),
            // The service answers in order: it speaks of the next one.
            None if matches!(fragment.state, State::Error(_)) => self.asked(round, is_untold),
            None => None,
        };
        let Some(index) = index else { return false };
        round.has_brought_something = true;
        match &fragment.state {
            State::Error(error) => self.fail(index, MissingReason::InBand(error.clone())),
            State::Truncated => self.fail(index, MissingReason::Damaged),
            // Its media may have got lost on the way.
            State::Empty if self.is_listed_larger(index, fragment.bytes) => {
                self.fail(index, MissingReason::Damaged);
            }
            _ => {
                if let Some(slot) = self.slots.get_mut(index) {
                    *slot = Slot::Arrived(Box::new(fragment));
                }
            }
        }
        true
    }

    /// Something unreadable came, most likely in place of the next fragment.
    pub(super) fn damaged(&mut self, round: &Round) {
        if let Some(index) = self.asked(round, is_untold) {
            self.fail(index, MissingReason::Damaged);
        }
    }

    /// Ends a request. What it did not bring was tried once more, unless a cut took it. The most
    /// tries of a fragment that is to be asked for again.
    pub(super) fn end(&mut self, round: &Round, is_cut: bool, attempts: u32) -> u32 {
        let mut most = 0;
        for index in &round.slots {
            let Some(Slot::Wanted(wanting)) = self.slots.get_mut(*index) else {
                continue;
            };
            let reason = match wanting.failure.take() {
                None if is_cut => continue,
                None => MissingReason::NotSent,
                Some(reason) => reason,
            };
            wanting.tries = wanting.tries.saturating_add(1);
            if wanting.tries >= attempts {
                self.miss(*index, reason);
            } else {
                most = most.max(wanting.tries);
            }
        }
        most
    }

    fn asked(&self, round: &Round, is_it: impl Fn(&Wanting) -> bool) -> Option<usize> {
        let mut indices = round.slots.iter().copied();
        indices.find(|index| self.wanting(*index).is_some_and(&is_it))
    }

    fn wanting(&self, index: usize) -> Option<&Wanting> {
        match self.slots.get(index) {
            Some(Slot::Wanted(wanting)) => Some(wanting),
            _ => None,
        }
    }

    fn is_listed_larger(&self, index: usize, bytes: u64) -> bool {
        let listed = self.wanting(index).and_then(|w| w.fragment.listed());
        listed.is_some_and(|listed| listed.bytes > bytes)
    }

    fn fail(&mut self, index: usize, reason: MissingReason) {
        if let Some(Slot::Wanted(wanting)) = self.slots.get_mut(index) {
            wanting.failure = Some(reason);
        }
    }

    fn miss(&mut self, index: usize, reason: MissingReason) {
        let Some(slot) = self.slots.get_mut(index) else {
            return;
        };
        *slot = match std::mem::replace(slot, Slot::Delivered) {
            Slot::Wanted(Wanting { fragment, .. }) => Slot::Missing(Missing { fragment, reason }),
            other => other,
        };
    }
}

fn is_untold(wanting: &Wanting) -> bool {
    wanting.failure.is_none()
}
