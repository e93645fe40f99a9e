//! What arrives while the emulator runs.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::load::Stored;

/// A fragment that has arrived, and when, in nanoseconds since 1970.
#[derive(Clone)]
pub(crate) struct Arrival {
    pub(crate) stored: Arc<Stored>,
    pub(crate) producer: i64,
    pub(crate) server: i64,
}

/// Fragments that have arrived and are not forgotten.
#[derive(Default)]
pub(crate) struct Arrived {
    kept: Mutex<Kept>,
    state: watch::Sender<State>,
}

#[derive(Default)]
struct Kept {
    /// By their places among all that have arrived.
    arrivals: BTreeMap<u64, Arrival>,
}

/// What a reader waits for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct State {
    /// How many fragments have arrived in all.
    pub(crate) arrived: u64,
    /// How many producers may bring more.
    pub(crate) producers: u32,
}

impl Arrived {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many have arrived in all.
    pub(crate) fn len(&self) -> u64 {
        self.state.borrow().arrived
    }

    /// The place of the first that is not forgotten.
    pub(crate) fn first(&self) -> u64 {
        let first = self.kept().arrivals.keys().next().copied();
        first.unwrap_or_else(|| self.len())
    }

    pub(crate) fn get(&self, index: u64) -> Option<Arrival> {
        self.kept().arrivals.get(&index).cloned()
    }

    /// Adds one; its place among all is told.
    pub(crate) fn push(&self, arrival: Arrival) -> u64 {
        let mut kept = self.kept();
        let index = self.len();
        kept.arrivals.insert(index, arrival);
        drop(kept);
        self.state
            .send_modify(|state| state.arrived = index.saturating_add(1));
        index
    }

    /// What had arrived before, `had` of them at least.
    pub(crate) fn restore(&self, arrivals: BTreeMap<u64, Arrival>, had: u64) {
        let last = arrivals.keys().next_back();
        let had = last.map_or(had, |last| last.saturating_add(1).max(had));
        self.kept().arrivals = arrivals;
        self.state.send_modify(|state| state.arrived = had);
    }

    /// Drops those that arrived then or earlier; their places are told.
    pub(crate) fn forget(&self, then: i64) -> Vec<u64> {
        let mut kept = self.kept();
        let mut forgotten = Vec::new();
        while let Some(first) = kept.arrivals.first_entry()
            && first.get().server <= then
        {
            forgotten.push(*first.key());
            first.remove();
        }
        forgotten
    }

    pub(crate) fn watch(&self) -> watch::Receiver<State> {
        self.state.subscribe()
    }

    /// Counts a producer that comes or goes.
    pub(crate) fn producer(&self, comes: bool) {
        self.state.send_modify(|state| {
            state.producers = if comes {
                state.producers.saturating_add(1)
            } else {
                state.producers.saturating_sub(1)
            };
        });
    }
}
