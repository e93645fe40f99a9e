//! How fast an answer has to come in.

use std::time::Duration;

use crate::error::{Interruption, InterruptionKind};

/// How fast an answer has to come in, while the caller waits for it.
///
/// ```
/// use std::time::Duration;
///
/// use kvs_protocol::{MinimumRate, Timeouts};
///
/// let timeouts = Timeouts {
///     minimum_rate: MinimumRate {
///         bytes_per_second: 100_000,
///         over: Duration::from_secs(20),
///     },
///     ..Timeouts::default()
/// };
/// # assert_ne!(timeouts, Timeouts::default());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MinimumRate {
    /// 128 by default; with 0 any rate is fast enough.
    pub bytes_per_second: u32,
    /// For how long nothing at all may come, and how much of a lead a fast beginning gives: what came
    /// more than this time ago does not count any more; 60 s by default.
    pub over: Duration,
}

impl Default for MinimumRate {
    fn default() -> Self {
        Self {
            bytes_per_second: 128,
            over: Duration::from_secs(60),
        }
    }
}

/// Whether one answer keeps to a [`MinimumRate`]: told by a driver how long it has waited for the
/// peer and what has come. While nobody waits, nothing is told, and so a slow caller is not taken
/// for a slow peer.
///
/// ```
/// use std::time::Duration;
///
/// use kvs_protocol::{MinimumRate, Throughput};
///
/// let rate = MinimumRate {
///     bytes_per_second: 10,
///     over: Duration::from_secs(60),
/// };
/// let mut throughput = Throughput::new(rate);
/// let mut seconds = 0;
/// while throughput.patience() > Duration::from_secs(1) {
///     throughput.waited(Duration::from_secs(1));
///     throughput.received(1);
///     seconds += 1;
/// }
/// assert_eq!(seconds, 66);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Throughput {
    rate: MinimumRate,
    /// What the answer may still take without another byte.
    credit: Duration,
}

impl Throughput {
    /// That of an answer which begins now.
    pub fn new(rate: MinimumRate) -> Self {
        let credit = match rate.bytes_per_second {
            0 => Duration::MAX,
            _ => rate.over,
        };
        Self { rate, credit }
    }

    /// How long the next byte may be waited for; if none has come then, the answer is
    /// [too slow](Self::too_slow).
    pub fn patience(&self) -> Duration {
        self.credit
    }

    /// So long the peer was waited for, whether or not something came.
    pub fn waited(&mut self, time: Duration) {
        if self.rate.bytes_per_second > 0 {
            self.credit = self.credit.saturating_sub(time);
        }
    }

    /// So many bytes have come.
    pub fn received(&mut self, bytes: usize) {
        let nanos = u64::try_from(bytes).unwrap_or(u64::MAX);
        let nanos = nanos.saturating_mul(1_000_000_000);
        if let Some(nanos) = nanos.checked_div(self.rate.bytes_per_second.into()) {
            let credit = self.credit.saturating_add(Duration::from_nanos(nanos));
            self.credit = credit.min(self.rate.over);
        }
    }

    /// What it ends in when patience does.
    pub fn too_slow(&self) -> Interruption {
        let MinimumRate {
            bytes_per_second,
            over,
        } = self.rate;
        let detail = format!("less than {bytes_per_second} bytes a second came over {over:?}");
        Interruption::new(InterruptionKind::TimedOut, detail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn throughput(bytes_per_second: u32) -> Throughput {
        Throughput::new(MinimumRate {
            bytes_per_second,
            over: 60 * SECOND,
        })
    }

    /// The second in which a body ends that brings so many bytes each second.
    fn ends(throughput: &mut Throughput, bytes: usize) -> Option<u32> {
        (0..100_000).find(|_| {
            let is_over = throughput.patience() < SECOND;
            throughput.waited(SECOND.min(throughput.patience()));
            throughput.received(bytes);
            is_over
        })
    }

    #[test]
    fn a_byte_a_second_is_enough_where_one_is_asked_for() {
        assert_eq!(ends(&mut throughput(1), 1), None);
        assert_eq!(ends(&mut throughput(2), 1), Some(119));
        assert_eq!(ends(&mut throughput(128), 1), Some(60));
        assert_eq!(ends(&mut throughput(0), 0), None);
    }

    #[test]
    fn a_fast_beginning_gives_no_lead_beyond_the_window() {
        let mut fast = throughput(1_000);
        fast.received(usize::MAX);
        assert_eq!(ends(&mut fast, 1), Some(60));
    }

    #[test]
    fn a_slow_while_may_be_made_up_for() {
        let mut fitful = throughput(1_000);
        for _ in 0..1_000 {
            fitful.waited(59 * SECOND);
            fitful.received(59_000);
        }
        assert_eq!(fitful.patience(), 60 * SECOND);
        fitful.waited(45 * SECOND);
        assert_eq!(fitful.patience(), 15 * SECOND);
    }

    #[test]
    fn the_reason_names_what_was_asked_for() {
        let why = throughput(128).too_slow();
        let told = "timed out: less than 128 bytes a second came over 60s";
        assert_eq!(why.to_string(), told);
        assert_eq!(why.kind, InterruptionKind::TimedOut);
    }
}
