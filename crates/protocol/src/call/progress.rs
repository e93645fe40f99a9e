//! What a call carries along from attempt to attempt.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::header::DATE;
use http::response::Parts;

use crate::endpoint::Target;
use crate::observe::{Event, Happening};
use crate::operation::Operation;
use crate::retry::{Reason, RetryMode};
use crate::session::Session;

/// What a call carries along from attempt to attempt.
#[derive(Debug)]
pub(super) struct Progress {
    pub(super) target: Arc<Target>,
    pub(super) attempts: u32,
    /// What the last retry took from the session's tokens.
    pub(super) last_cost: Option<u32>,
    started: Option<SystemTime>,
    clock_corrected: bool,
    credentials_renewed: bool,
}

impl Progress {
    pub(super) fn new(target: Arc<Target>) -> Self {
        Self {
            target,
            attempts: 0,
            last_cost: None,
            started: None,
            clock_corrected: false,
            credentials_renewed: false,
        }
    }

    /// Tells whoever watches.
    pub(super) fn tell<O: Operation>(&self, what: Happening<'_>) {
        if let Some(observer) = &self.target.observer {
            let host = self.target.origin.host();
            observer.observe(&Event::new(O::NAME, host, self.attempts, what));
        }
    }

    /// The time that the deadline counts from.
    pub(super) fn start(&mut self, now: SystemTime) {
        self.started.get_or_insert(now);
    }

    /// What is left until the deadline.
    pub(super) fn time_left(&self, now: SystemTime) -> Option<Duration> {
        let (deadline, started) = (self.target.deadline?, self.started?);
        // A clock that was set back gives no time.
        let passed = now.duration_since(started).unwrap_or_default();
        Some(deadline.saturating_sub(passed))
    }

    pub(super) fn is_adaptive(&self) -> bool {
        self.target.retry.mode == RetryMode::Adaptive
    }

    /// Learns from an answer how often the service wants to be called.
    pub(super) fn answered(&self, throttled: bool, session: &mut Session, now: SystemTime) {
        if self.is_adaptive() {
            session.limiter.answered(throttled, now);
        }
    }

    /// A wrong clock is corrected once, and credentials are renewed once; doing it again would not
    /// change the answer.
    pub(super) fn admits(
        &mut self,
        reason: Reason,
        head: &Parts,
        session: &mut Session,
        at: SystemTime,
    ) -> bool {
        match reason {
            Reason::ClockSkew => {
                let date = head
                    .headers
                    .get(DATE)
                    .and_then(|date| date.to_str().ok())
                    .unwrap_or_default();
                !std::mem::replace(&mut self.clock_corrected, true) && session.learn_clock(date, at)
            }
            Reason::ExpiredCredentials => !std::mem::replace(&mut self.credentials_renewed, true),
            Reason::Transient | Reason::TimedOut | Reason::Throttled => true,
        }
    }
}
