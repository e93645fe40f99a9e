//! Time, as the client sees it.

use std::fmt;
use std::time::{Duration, SystemTime};

/// Tells the time and waits. Tests put one in that records waits instead of waiting.
pub trait Clock: fmt::Debug + Send + Sync {
    /// The time now.
    fn now(&self) -> SystemTime;

    /// Returns when `duration` has passed.
    fn sleep(&self, duration: Duration);
}

/// The operating system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, duration: Duration) {
        std::thread::sleep(duration);
    }
}
