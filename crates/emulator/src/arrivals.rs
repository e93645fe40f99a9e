//! What arrives while the emulator runs.

use std::collections::VecDeque;
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
    arrivals: VecDeque<Arrival>,
    forgotten: u64,
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

    /// Of those, how many are forgotten.
    pub(crate) fn first(&self) -> u64 {
        self.kept().forgotten
    }

    pub(crate) fn get(&self, index: u64) -> Option<Arrival> {
        let kept = self.kept();
        let index = usize::try_from(index.checked_sub(kept.forgotten)?).ok()?;
        kept.arrivals.get(index).cloned()
    }

    /// Adds one; its place among all is told.
    pub(crate) fn push(&self, arrival: Arrival) -> u64 {
        let mut kept = self.kept();
        kept.arrivals.push_back(arrival);
        let index = self.state.borrow().arrived;
        drop(kept);
        self.state
            .send_modify(|state| state.arrived = index.saturating_add(1));
        index
    }

    /// Drops those that arrived then or earlier.
    pub(crate) fn forget(&self, then: i64) {
        let mut kept = self.kept();
        while kept
            .arrivals
            .front()
            .is_some_and(|first| first.server <= then)
        {
            kept.arrivals.pop_front();
            kept.forgotten = kept.forgotten.saturating_add(1);
        }
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
