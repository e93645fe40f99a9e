//! Points that are spent no faster than the service grants them.

use std::time::{Duration, SystemTime};

/// A rate that was halved never falls below this part of what it was.
const LEAST: f64 = 1.0 / 64.0;
/// What part of the full rate comes back with each second.
const GROWTH: f64 = 1.0 / 20.0;
/// Sums of fractions are not exact.
const ROUNDING: f64 = 1e-6;

/// A token bucket that holds what comes in a second. What costs more than it holds may be had when
/// it is full, and leaves a debt.
#[derive(Debug)]
pub(super) struct Budget {
    /// Points a second that are granted.
    full: f64,
    /// Points a second that are spent.
    rate: f64,
    level: f64,
    at: Option<SystemTime>,
}

impl Budget {
    pub(super) fn new(points_a_second: u32) -> Self {
        let full = f64::from(points_a_second.max(1));
        Self {
            full,
            rate: full,
            level: full,
            at: None,
        }
    }

    /// Spends the points, or says when they can be had.
    pub(super) fn spend(&mut self, points: u32, now: SystemTime) -> Result<(), SystemTime> {
        self.refill(now);
        let points = f64::from(points);
        let lacking = points.min(self.rate) - self.level;
        if lacking > ROUNDING {
            let wait = Duration::from_secs_f64(lacking / self.rate);
            return Err(now.checked_add(wait).unwrap_or(now));
        }
        self.level -= points;
        Ok(())
    }

    /// The service has asked to be called less often.
    pub(super) fn throttled(&mut self, now: SystemTime) {
        self.refill(now);
        self.rate = (self.rate / 2.0).max(self.full * LEAST);
        self.level = self.level.min(0.0);
    }

    fn refill(&mut self, now: SystemTime) {
        let since = self.at.and_then(|at| now.duration_since(at).ok());
        let seconds = since.unwrap_or_default().as_secs_f64();
        self.at = self.at.max(Some(now));
        self.level += seconds * self.rate;
        self.rate = (self.rate + seconds * self.full * GROWTH).min(self.full);
        self.level = self.level.min(self.rate);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: SystemTime = SystemTime::UNIX_EPOCH;

    fn after(seconds: f64) -> SystemTime {
        START + Duration::from_secs_f64(seconds)
    }

    /// When so many requests of so many points have all been sent, in seconds.
    fn time_of(budget: &mut Budget, requests: u32, points: u32) -> f64 {
        let mut now = START;
        for _ in 0..requests {
            while let Err(later) = budget.spend(points, now) {
                assert!(later > now);
                now = later;
            }
        }
        now.duration_since(START).unwrap().as_secs_f64()
    }

    #[test]
    fn a_second_may_be_spent_at_once_and_then_as_it_comes() {
        assert!(time_of(&mut Budget::new(500), 500, 1) < 0.001);
        let took = time_of(&mut Budget::new(500), 5_500, 1);
        assert!((9.99..10.01).contains(&took), "{took}");
    }

    #[test]
    fn what_costs_more_than_a_second_leaves_a_debt() {
        let took = time_of(&mut Budget::new(500), 11, 1_000);
        assert!((19.99..20.01).contains(&took), "{took}");
    }

    #[test]
    fn throttling_halves_the_rate_which_grows_back() {
        let mut budget = Budget::new(100);
        budget.throttled(START);
        let later = budget.spend(50, START).unwrap_err();
        assert_eq!(later, after(1.0));
        (0..20).for_each(|_| budget.throttled(START));
        assert!(budget.spend(1, START).unwrap_err() < after(1.0));
        assert_eq!(budget.spend(100, after(100.0)), Ok(()));
        assert_eq!(budget.spend(100, after(101.0)), Ok(()));
        assert!(budget.spend(100, after(101.5)).is_err());
    }

    #[test]
    fn time_that_runs_backward_grants_nothing() {
        let mut budget = Budget::new(10);
        assert_eq!(budget.spend(10, after(100.0)), Ok(()));
        assert!(budget.spend(10, START).is_err());
        assert!(budget.spend(10, after(100.5)).is_err());
        assert_eq!(budget.spend(10, after(101.0)), Ok(()));
    }
}
