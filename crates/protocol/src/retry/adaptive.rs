//! Slowing down: the rate at which a client sends, in adaptive mode.
//!
//! After the algorithm that AWS's SDKs share. The first answer that says "too often" sets the rate to
//! seven tenths of what was measured; every other answer raises it again along a cubic curve that is
//! flat around the rate at which it went wrong.

use std::time::{Duration, SystemTime};

/// What is left of a rate after a throttling answer.
const BETA: f64 = 0.7;
/// How steep the curve is.
const SCALE: f64 = 0.4;
/// How much of the measured rate is of the last half second.
const SMOOTH: f64 = 0.8;
/// Requests a second; slower is never sent.
const SLOWEST: f64 = 0.5;
/// Tokens that may always be saved up.
const LEAST_CAPACITY: f64 = 1.0;

/// A bucket of tokens, one for each request, that is filled at the rate the service can take.
#[derive(Debug, Default)]
pub(crate) struct RateLimiter {
    /// `None` until the first throttling answer: until then nothing is slowed down.
    bucket: Option<Bucket>,
    measured: Measured,
    /// Rate and time of the last throttling answer.
    last_max_rate: f64,
    last_throttled: f64,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    rate: f64,
    capacity: f64,
    tokens: f64,
    filled_at: f64,
}

/// How many requests a second were answered.
#[derive(Debug, Default)]
struct Measured {
    rate: f64,
    /// In half seconds since 1970.
    since: Option<f64>,
    answers: f64,
}

impl RateLimiter {
    /// Takes leave for one request; gives how long to wait before it is sent. Where that is more than
    /// there is time for, there is no leave.
    pub(crate) fn acquire(&mut self, now: SystemTime, most: Option<Duration>) -> Option<Duration> {
        let Some(bucket) = &mut self.bucket else {
            return Some(Duration::ZERO);
        };
        bucket.fill(seconds(now));
        let tokens = bucket.tokens - 1.0;
        let wait = (-tokens / bucket.rate).max(0.0);
        let wait = Duration::try_from_secs_f64(wait).unwrap_or_default();
        if most.is_some_and(|most| most <= wait && !wait.is_zero()) {
            return None;
        }
        bucket.tokens = tokens;
        Some(wait)
    }

    /// Learns from an answer.
    pub(crate) fn answered(&mut self, throttled: bool, now: SystemTime) {
        let now = seconds(now);
        // What a clock that was set back has yet to come to has been.
        self.last_throttled = self.last_throttled.min(now);
        let measured = self.measured.count(now);
        let calculated = if throttled {
            let rate = self.bucket.map_or(measured, |b| b.rate.min(measured));
            (self.last_max_rate, self.last_throttled) = (rate, now);
            rate * BETA
        } else {
            self.recovered(now)
        };
        let rate = calculated.min(2.0 * measured);
        match &mut self.bucket {
            Some(bucket) => bucket.change(rate, now),
            None if throttled => self.bucket = Some(Bucket::new(rate, now)),
            None => {}
        }
    }

    /// The rate so long after it went wrong.
    fn recovered(&self, now: f64) -> f64 {
        let flat_after = (self.last_max_rate * (1.0 - BETA) / SCALE).cbrt();
        let since = now - self.last_throttled;
        SCALE * (since - flat_after).powi(3) + self.last_max_rate
    }
}

impl Bucket {
    fn new(rate: f64, now: f64) -> Self {
        let mut bucket = Self {
            rate: 0.0,
            capacity: 0.0,
            tokens: 0.0,
            filled_at: now,
        };
        bucket.change(rate, now);
        bucket
    }

    fn fill(&mut self, now: f64) {
        // A clock that was set back fills nothing.
        let passed = (now - self.filled_at).max(0.0);
        self.tokens = (self.tokens + passed * self.rate).min(self.capacity);
        self.filled_at = now;
    }

    fn change(&mut self, rate: f64, now: f64) {
        self.fill(now);
        self.rate = rate.max(SLOWEST);
        self.capacity = rate.max(LEAST_CAPACITY);
        self.tokens = self.tokens.min(self.capacity);
    }
}

impl Measured {
    /// Counts an answer; gives the rate.
    fn count(&mut self, now: f64) -> f64 {
        let halves = (now * 2.0).floor() / 2.0;
        let since = self.since.get_or_insert(halves);
        *since = since.min(halves);
        let since = *since;
        self.answers += 1.0;
        if halves > since {
            let current = self.answers / (halves - since);
            self.rate = current * SMOOTH + self.rate * (1.0 - SMOOTH);
            (self.answers, self.since) = (0.0, Some(halves));
        }
        self.rate
    }
}

fn seconds(at: SystemTime) -> f64 {
    let since = at.duration_since(SystemTime::UNIX_EPOCH);
    since.unwrap_or_default().as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: f64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs_f64(seconds)
    }

    fn near(ours: f64, theirs: f64) {
        assert!((ours - theirs).abs() < 1e-5, "{ours} {theirs}");
    }

    #[test]
    fn the_rate_recovers_along_the_curve() {
        let limiter = RateLimiter {
            last_max_rate: 10.0,
            last_throttled: 5.0,
            ..RateLimiter::default()
        };
        // The figures that AWS's SDKs are tested with.
        for (now, rate) in [
            (5.0, 7.0),
            (6.0, 9.648_936_0),
            (7.0, 10.000_030_8),
            (8.0, 10.453_284_5),
            (9.0, 13.408_697_0),
            (10.0, 21.266_268_3),
            (11.0, 36.425_998_5),
        ] {
            near(limiter.recovered(now), rate);
        }
    }

    #[test]
    fn a_course_of_answers_as_the_sdks_have_it() {
        let mut limiter = RateLimiter::default();
        limiter.measured.since = Some(0.0);
        for (throttled, now, measured, rate) in [
            (false, 0.2, 0.0, None),
            (false, 0.4, 0.0, None),
            (false, 0.6, 4.8, None),
            (false, 0.8, 4.8, None),
            (false, 1.0, 4.16, None),
            (false, 1.2, 4.16, None),
            (false, 1.4, 4.16, None),
            (false, 1.6, 5.632, None),
            (false, 1.8, 5.632, None),
            (true, 2.0, 4.3264, Some(3.028_48)),
            (false, 2.2, 4.3264, Some(3.486_639)),
            (false, 2.4, 4.3264, Some(3.821_874)),
            (false, 2.6, 5.665_28, Some(4.053_386)),
            (false, 2.8, 5.665_28, Some(4.200_373)),
            (false, 3.0, 4.333_056, Some(4.282_037)),
            (true, 3.2, 4.333_056, Some(2.997_426)),
            (false, 3.4, 4.333_056, Some(3.452_226)),
        ] {
            limiter.answered(throttled, at(now));
            near(limiter.measured.rate, measured);
            match (limiter.bucket, rate) {
                (Some(bucket), Some(rate)) => near(bucket.rate, rate),
                (None, None) => {}
                (bucket, _) => panic!("{now}: {bucket:?}"),
            }
        }
    }

    #[test]
    fn requests_wait_for_their_tokens_once_it_has_gone_wrong() {
        let mut limiter = RateLimiter::default();
        for _ in 0..1_000 {
            limiter.answered(false, at(1_000.0));
            assert_eq!(limiter.acquire(at(1_000.0), None), Some(Duration::ZERO));
        }
        limiter.answered(true, at(1_000.0));
        let mut acquire = |now, most: Option<f64>| {
            let wait = limiter.acquire(at(now), most.map(Duration::from_secs_f64));
            wait.map(|wait| wait.as_secs_f64())
        };
        let waits = [(); 3].map(|()| acquire(1_000.0, None));
        let expected = [Some(2.0), Some(4.0), Some(6.0)];
        assert_eq!(waits, expected, "one in two seconds is the slowest");
        assert_eq!(acquire(1_000.0, Some(8.0)), None, "no time for that");
        assert_eq!(acquire(1_000.0, Some(8.1)), Some(8.0), "which took nothing");
        assert_eq!(acquire(900.0, None), Some(10.0), "a clock set back");
        assert_eq!(acquire(2_000.0, Some(0.0)), Some(0.0));
    }

    #[test]
    fn a_clock_that_is_set_back_does_not_slow_down() {
        let mut limiter = RateLimiter::default();
        let mut answer = |throttled, from: f64| {
            for tenth in 0..50 {
                limiter.answered(throttled && tenth == 25, at(from + f64::from(tenth) / 10.0));
            }
            limiter.bucket.unwrap().rate
        };
        answer(true, 10_000.0);
        let rate = answer(false, 6_400.0);
        assert!(rate > 5.0, "{rate} a second, of ten");
    }
}
