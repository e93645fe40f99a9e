//! A clock that records waits instead of waiting.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

/// Tells the system's time, for servers check it, unless it is moved; sleeps are over at once.
#[derive(Debug, Clone, Default)]
pub struct TestClock {
    sleeps: Arc<Mutex<Vec<Duration>>>,
    ahead: Arc<Mutex<Duration>>,
}

impl TestClock {
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
