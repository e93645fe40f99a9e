//! The dice.

use std::time::{Duration, SystemTime};

use http::StatusCode;
use kvs_mkv::InBandError;

use super::{Fault, Faults};
use crate::refusal::Refusal;
use crate::shuffle::Random;

/// Throws for each request.
#[derive(Debug)]
pub(crate) struct Planner {
    faults: Faults,
    dice: Random,
}

impl Planner {
    pub(crate) fn new(faults: Faults) -> Self {
        Self {
            dice: Random::new(faults.seed),
            faults,
        }
    }

    pub(crate) fn faults(&self) -> &Faults {
        &self.faults
    }

    /// What happens to the next request, which is for `operation`.
    pub(crate) fn plan(&mut self, operation: &str) -> Plan {
        let mut plan = Plan::default();
        for rule in &self.faults.faults {
            if rule.operation.as_ref().is_some_and(|of| of != operation) {
                continue;
            }
            if chance(&mut self.dice) < rule.share {
                plan.add(&rule.fault);
            }
        }
        if plan.disturbs() {
            plan.dice = self.dice.draw();
        }
        plan
    }
}

/// From 0 to 1, 1 left out.
#[expect(clippy::cast_precision_loss, reason = "53 bits are what fits")]
fn chance(dice: &mut Random) -> f64 {
    (dice.draw() >> 11) as f64 / (1_u64 << 53) as f64
}

/// What happens to one request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) refusal: Option<Refusal>,
    pub(crate) delay: Duration,
    pub(crate) breaks: Option<Breaks>,
    pub(crate) in_band: Option<InBandError>,
    pub(crate) shuffled: bool,
    pub(crate) duplicated: bool,
    /// Seconds.
    skew: i64,
    /// For what disturbs fragments.
    pub(crate) dice: u64,
}

/// Where a body breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Breaks {
    pub(crate) after: u64,
    /// Whether the connection ends there.
    pub(crate) ends: bool,
}

impl Plan {
    fn add(&mut self, fault: &Fault) {
        match fault {
            Fault::Status { status, code } => {
                let status = StatusCode::from_u16(*status);
                let code = code.clone().unwrap_or_else(|| "InternalFailure".to_owned());
                self.refusal = Some(Refusal::common(
                    status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
                    code,
                    "This fault was asked for.",
                ));
            }
            Fault::Throttle => self.refusal = Some(Refusal::throttled("Rate exceeded.")),
            Fault::Delay { milliseconds } => {
                let delay = Duration::from_millis(*milliseconds);
                self.delay = self.delay.saturating_add(delay);
            }
            Fault::Stall { after } => self.break_at(*after, false),
            Fault::Cut { after } => self.break_at(*after, true),
            Fault::InBandError { code, id } => {
                self.in_band = Some(InBandError {
                    code: Some(code.clone()),
                    id: Some(*id),
                    message: None,
                });
            }
            Fault::Shuffled => self.shuffled = true,
            Fault::Duplicated => self.duplicated = true,
            Fault::SkewedClock { seconds } => self.skew = self.skew.saturating_add(*seconds),
        }
    }

    /// What breaks first decides.
    fn break_at(&mut self, after: u64, ends: bool) {
        if self.breaks.is_none_or(|breaks| after < breaks.after) {
            self.breaks = Some(Breaks { after, ends });
        }
    }

    /// Whether it makes the fragments of an answer others.
    pub(crate) fn disturbs(&self) -> bool {
        self.shuffled || self.duplicated || self.in_band.is_some()
    }

    pub(crate) fn skews(&self) -> bool {
        self.skew != 0
    }

    /// The time as this request sees it.
    pub(crate) fn clock(&self, now: SystemTime) -> SystemTime {
        let off = Duration::from_secs(self.skew.unsigned_abs());
        let skewed = if self.skew < 0 {
            now.checked_sub(off)
        } else {
            now.checked_add(off)
        };
        skewed.unwrap_or(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::Rule;

    fn planner(seed: u64, share: f64) -> Planner {
        Planner::new(Faults {
            seed,
            faults: vec![Rule {
                operation: Some("ListFragments".to_owned()),
                share,
                fault: Fault::Throttle,
            }],
        })
    }

    fn refused(seed: u64, share: f64) -> Vec<bool> {
        let mut planner = planner(seed, share);
        let plans = (0..1_000).map(|_| planner.plan("ListFragments").refusal.is_some());
        plans.collect()
    }

    #[test]
    fn a_share_of_requests_is_met_the_same_every_time() {
        for share in [0.0, 0.3, 1.0] {
            let count = refused(1, share)
                .into_iter()
                .filter(|refused| *refused)
                .count();
            let expected = share * 1_000.0;
            assert!(
                (count as f64 - expected).abs() < 50.0,
                "{count} of {expected}"
            );
        }
        assert_eq!(refused(1, 0.3), refused(1, 0.3));
        assert_ne!(refused(1, 0.3), refused(2, 0.3));
    }

    #[test]
    fn other_operations_are_left_alone() {
        assert_eq!(planner(1, 1.0).plan("GetClip"), Plan::default());
    }

    #[test]
    fn the_first_break_decides() {
        let mut plan = Plan::default();
        plan.add(&Fault::Stall { after: 9 });
        plan.add(&Fault::Cut { after: 5 });
        plan.add(&Fault::Stall { after: 7 });
        assert_eq!(
            plan.breaks,
            Some(Breaks {
                after: 5,
                ends: true
            })
        );
    }
}
