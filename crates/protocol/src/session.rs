//! What the calls of one client share.

use std::time::{Duration, SystemTime};

use crate::retry::{RateLimiter, Reason, RetryPolicy};
use crate::sign::SigningKeys;
use crate::timestamp::Timestamp;

/// Retries that a client may have outstanding before it stops trying: when everything fails,
/// a hundred retries are enough to know.
const FULL: u32 = 500;
const COST: u32 = 5;
const COST_OF_TIMEOUT: u32 = 10;
/// Refilled by each call that succeeds at once.
const REFILL: u32 = 1;
/// Services accept five minutes of skew; less than this is not what they complained about.
const NOTABLE_SKEW: Duration = Duration::from_secs(60);

/// Clock skew, retry tokens, the rate, jitter and the signing key: kept by a driver behind a lock, and never
/// across an await.
///
/// The seed makes everything that looks random here repeatable.
#[derive(Debug)]
pub struct Session {
    tokens: u32,
    skew: Skew,
    jitter: Jitter,
    pub(crate) limiter: RateLimiter,
    pub(crate) keys: SigningKeys,
}

/// How far the service's clock is from ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Skew {
    Ahead(Duration),
    Behind(Duration),
}

impl Skew {
    const NONE: Self = Self::Ahead(Duration::ZERO);

    fn between(ours: SystemTime, theirs: SystemTime) -> Self {
        match theirs.duration_since(ours) {
            Ok(ahead) => Self::Ahead(ahead),
            Err(behind) => Self::Behind(behind.duration()),
        }
    }

    /// What the service's clock shows when ours shows `now`.
    fn applied(self, now: SystemTime) -> SystemTime {
        match self {
            Self::Ahead(by) => now.checked_add(by),
            Self::Behind(by) => now.checked_sub(by),
        }
        .unwrap_or(now)
    }
}

impl Session {
    /// A session whose jitter is drawn from `seed`.
    pub fn new(seed: u64) -> Self {
        Self {
            tokens: FULL,
            skew: Skew::NONE,
            jitter: Jitter(seed),
            limiter: RateLimiter::default(),
            keys: SigningKeys::default(),
        }
    }

    /// What the service's clock shows when ours shows `now`, as far as is known.
    pub fn service_time(&self, now: SystemTime) -> SystemTime {
        self.skew.applied(now)
    }

    pub(crate) fn skew(&self) -> Skew {
        self.skew
    }

    /// A token by which a service knows a repeat: a UUID of version 4, drawn from the seed.
    pub fn token(&mut self) -> String {
        let (high, low) = (self.jitter.bits(), self.jitter.bits());
        let version = (high & !0xf000) | 0x4000;
        let variant = (low & (u64::MAX >> 2)) | (1 << 63);
        format!(
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            version >> 32,
            version >> 16 & 0xffff,
            version & 0xffff,
            variant >> 48,
            variant & 0xffff_ffff_ffff
        )
    }

    /// Learns the service's clock from a `Date` header. True when what was `signed` with an earlier
    /// skew would be signed otherwise now: calls that were under way together learn it once.
    pub(crate) fn learn_clock(&mut self, date: &str, signed: Skew, now: SystemTime) -> bool {
        let parsed = Timestamp::parse_http_date(date)
            .ok()
            .and_then(|t| SystemTime::try_from(t).ok());
        if let Some(theirs) = parsed
            && is_notable(theirs, self.service_time(now))
        {
            self.skew = Skew::between(now, theirs);
        }
        is_notable(self.service_time(now), signed.applied(now))
    }

    /// The wait before the next attempt; `None` when there is to be none.
    pub(crate) fn allow_retry(&mut self, policy: &RetryPolicy, failed: Failed) -> Option<Permit> {
        if failed.attempts >= policy.max_attempts {
            return None;
        }
        let after = match failed.reason {
            Reason::ClockSkew | Reason::ExpiredCredentials => Duration::ZERO,
            Reason::Transient | Reason::TimedOut | Reason::Throttled => {
                let drawn = policy.backoff(failed.attempts, self.jitter.draw());
                drawn.max(failed.hint.unwrap_or_default())
            }
        };
        // Waiting for an attempt that comes too late is of no use.
        if failed.left.is_some_and(|left| left <= after) {
            return None;
        }
        let cost = if failed.reason == Reason::TimedOut {
            COST_OF_TIMEOUT
        } else {
            COST
        };
        self.tokens = self.tokens.checked_sub(cost)?;
        Some(Permit { after, cost })
    }

    /// Gives back what the last retry of a call took, or a little when it needed none.
    pub(crate) fn succeeded(&mut self, last_cost: Option<u32>) {
        self.tokens = self
            .tokens
            .saturating_add(last_cost.unwrap_or(REFILL))
            .min(FULL);
    }
}

fn is_notable(one: SystemTime, other: SystemTime) -> bool {
    let apart = one.duration_since(other).unwrap_or_else(|e| e.duration());
    apart >= NOTABLE_SKEW
}

/// An attempt that failed, and may be worth another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Failed {
    /// How many were sent so far.
    pub(crate) attempts: u32,
    pub(crate) reason: Reason,
    /// How long the service asks to wait.
    pub(crate) hint: Option<Duration>,
    /// How long the call may still take.
    pub(crate) left: Option<Duration>,
}

/// Leave for one more attempt.
#[derive(Debug)]
pub(crate) struct Permit {
    pub(crate) after: Duration,
    pub(crate) cost: u32,
}

/// SplitMix64: small, even, and good enough to spread waits.
#[derive(Debug)]
struct Jitter(u64);

impl Jitter {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 up to 1.
    fn draw(&mut self) -> f64 {
        #[expect(
            clippy::cast_precision_loss,
            reason = "53 bits are what a double holds"
        )]
        let draw = (self.bits() >> 11) as f64 / (1u64 << 53) as f64;
        draw
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn learns_a_clock_in_either_direction() {
        // 29 April 2014, 18:30:38.
        let (date, theirs) = ("Tue, 29 Apr 2014 18:30:38 GMT", 1_398_796_238);
        for ours in [theirs - 3_600, theirs + 3_600] {
            let mut session = Session::new(0);
            let first = session.skew();
            assert!(session.learn_clock(date, first, at(ours)));
            assert_eq!(session.service_time(at(ours)), at(theirs));
            let known = session.skew();
            assert!(!session.learn_clock(date, known, at(ours)), "known already");
            // It was under way when another call learned it.
            assert!(session.learn_clock(date, first, at(ours)));
            assert!(session.learn_clock("no date", first, at(ours)));
            assert_eq!(session.skew(), known);
        }
        let mut session = Session::new(0);
        let skew = session.skew();
        let slightly = at(theirs + 30);
        assert!(
            !session.learn_clock(date, skew, slightly),
            "too little to matter"
        );
        assert!(!session.learn_clock("no date", skew, at(0)));
    }

    #[test]
    fn tokens_run_out_and_come_back() {
        let policy = RetryPolicy {
            max_attempts: u32::MAX,
            ..RetryPolicy::default()
        };
        let mut session = Session::new(7);
        let failed = |reason| Failed {
            attempts: 1,
            reason,
            hint: None,
            left: None,
        };
        let granted = (0..1_000)
            .take_while(|_| {
                let failed = failed(Reason::Transient);
                session.allow_retry(&policy, failed).is_some()
            })
            .count();
        assert_eq!(granted, 100);
        session.succeeded(Some(COST));
        assert!(
            session
                .allow_retry(&policy, failed(Reason::Throttled))
                .is_some()
        );
        for _ in 0..COST_OF_TIMEOUT {
            session.succeeded(None);
        }
        assert!(
            session
                .allow_retry(&policy, failed(Reason::TimedOut))
                .is_some()
        );
        assert!(
            session
                .allow_retry(&policy, failed(Reason::TimedOut))
                .is_none()
        );
    }

    #[test]
    fn tokens_are_uuids_and_come_from_the_seed() {
        let mut session = Session::new(7);
        let (one, other) = (session.token(), session.token());
        assert_eq!(Session::new(7).token(), one);
        assert_ne!(one, other);
        let lengths: Vec<usize> = one.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12]);
        assert_eq!(one.chars().nth(14), Some('4'));
        assert!(one.chars().nth(19).is_some_and(|c| "89ab".contains(c)));
    }

    #[test]
    fn the_seed_decides_the_jitter() {
        let draws = |seed| {
            let mut jitter = Jitter(seed);
            (0..1_000).map(|_| jitter.draw()).collect::<Vec<_>>()
        };
        assert_eq!(draws(1), draws(1));
        assert_ne!(draws(1), draws(2));
        let mean = draws(3).iter().sum::<f64>() / 1_000.0;
        assert!(draws(3).iter().all(|d| (0.0..1.0).contains(d)) && (0.45..0.55).contains(&mean));
    }
}
