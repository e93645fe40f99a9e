//! A clock that records waits instead of waiting.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use aws_smithy_async::rt::sleep::{AsyncSleep, Sleep};
use aws_smithy_async::time::TimeSource;

/// How long a peer may be silent in these tests: the one limit that is waited for, since it is the
/// operating system that measures it.
pub(crate) const SILENCE: Duration = Duration::from_millis(40);
/// The limits of a client over the bridge: between pieces of an answer, in these tests and by
/// default, and before its head.
const LIMITS: [Duration; 3] = [SILENCE, Duration::from_secs(30), Duration::from_secs(70)];

/// Tells the system's time, for servers check it, unless it is moved; sleeps are over at once.
#[derive(Debug, Clone, Default)]
pub struct TestClock {
    sleeps: Arc<Mutex<Vec<Duration>>>,
    ahead: Arc<Mutex<Duration>>,
    deadline: Option<Duration>,
}

impl TestClock {
    /// For a client whose calls have a deadline.
    pub(crate) fn with_deadline(deadline: Duration) -> Self {
        Self {
            deadline: Some(deadline),
            ..Self::default()
        }
    }

    /// Whether a sleep is a limit to something else: one of those that are always the same, or what
    /// is left until the deadline, which is nearly all of it, since nobody really waits.
    fn is_limit(&self, duration: Duration) -> bool {
        let is_left = |deadline: Duration| duration <= deadline && duration > deadline * 3 / 4;
        LIMITS.contains(&duration) || self.deadline.is_some_and(is_left)
    }

    /// All waits so far.
    pub fn sleeps(&self) -> Vec<Duration> {
        let sleeps = self.sleeps.lock().unwrap_or_else(PoisonError::into_inner);
        sleeps.clone()
    }

    /// Lets time pass.
    pub fn advance(&self, by: Duration) {
        let mut ahead = self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        *ahead = ahead.saturating_add(by);
    }

    fn time(&self) -> SystemTime {
        let ahead = self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        SystemTime::now() + *ahead
    }

    fn record(&self, duration: Duration) {
        let sleeps = self.sleeps.lock();
        sleeps
            .unwrap_or_else(PoisonError::into_inner)
            .push(duration);
    }
}

impl TimeSource for TestClock {
    fn now(&self) -> SystemTime {
        self.time()
    }
}

impl AsyncSleep for TestClock {
    /// The SDK has one sleep for waits and for limits, such as `SILENCE` is one. What is limited is
    /// raced with it, and would always lose.
    fn sleep(&self, duration: Duration) -> Sleep {
        if self.is_limit(duration) {
            return Sleep::new(tokio::time::sleep(duration));
        }
        self.record(duration);
        Sleep::new(std::future::ready(()))
    }
}

impl kvs_ureq::Clock for TestClock {
    fn now(&self) -> SystemTime {
        self.time()
    }

    fn sleep(&self, duration: Duration) {
        self.record(duration);
    }
}

impl kvs_hyper::Clock for TestClock {
    fn now(&self) -> SystemTime {
        self.time()
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.record(duration);
        Box::pin(std::future::ready(()))
    }
}
