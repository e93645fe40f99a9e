//! Nanoseconds and ticks.

const SECOND: i128 = 1_000_000_000;
/// Finer clocks would count but a few minutes in the 32 bits of a sample's duration.
const FINEST: u32 = 10_000_000;

/// Ticks a second in which times of this TimestampScale are whole numbers, so far as that is not
/// finer than 100 ns.
pub(crate) fn timescale(scale: u64) -> u32 {
    let scale = scale.clamp(1, 1_000_000_000);
    let divisor = gcd(1_000_000_000, scale);
    let ticks = 1_000_000_000_u64.checked_div(divisor).unwrap_or(1);
    u32::try_from(ticks).unwrap_or(FINEST).min(FINEST)
}

fn gcd(a: u64, b: u64) -> u64 {
    match a.checked_rem(b) {
        None => a,
        Some(rest) => gcd(b, rest),
    }
}

/// Nanoseconds in ticks, to the nearest. Each time is rounded by itself, so that rounding does not
/// add up.
pub(crate) fn ticks(nanos: i128, timescale: u32) -> i64 {
    let scaled = nanos.saturating_mul(i128::from(timescale));
    let ticks = scaled.saturating_add(SECOND >> 1).div_euclid(SECOND);
    i64::try_from(ticks).unwrap_or(i64::MAX)
}

/// Ticks of one clock in those of another, to the nearest.
pub(crate) fn convert(ticks: u64, from: u32, to: u32) -> u64 {
    let from = u128::from(from.max(1));
    let scaled = u128::from(ticks).saturating_mul(u128::from(to));
    let raised = scaled.saturating_add(from >> 1);
    u64::try_from(raised.checked_div(from).unwrap_or(0)).unwrap_or(u64::MAX)
}

/// The clock of a track of sound: frames that go on where the former ended, but for the rounding of
/// their timestamps, are put exactly there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cadence {
    rate: u32,
    /// Where the next frame is expected, in samples.
    next: Option<i64>,
}

impl Cadence {
    pub(crate) fn new(rate: u32) -> Self {
        Self { rate, next: None }
    }

    /// The time of a frame in samples. `tolerance` is one tick of its timestamp, in nanoseconds.
    pub(crate) fn place(&mut self, nanos: i128, samples: u32, tolerance: u64) -> i64 {
        let told = ticks(nanos, self.rate);
        let slack = ticks(i128::from(tolerance), self.rate).saturating_add(1);
        let at = match self.next {
            Some(next) if next.abs_diff(told) <= slack.unsigned_abs() => next,
            _ => told,
        };
        self.next = Some(at.saturating_add(i64::from(samples)));
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_hold_what_timestamps_say() {
        assert_eq!(timescale(1_000_000), 1_000);
        assert_eq!(timescale(100_000), 10_000);
        assert_eq!(timescale(1), FINEST);
        assert_eq!(timescale(0), FINEST);
        assert_eq!(timescale(3_000_000), 1_000);
        assert_eq!(ticks(21_000_000, 48_000), 1_008);
        assert_eq!(ticks(-1, 1_000), 0);
        assert_eq!(convert(1_008, 48_000, 1_000), 21);
    }

    #[test]
    fn rounded_timestamps_of_sound_do_not_jitter() {
        let mut cadence = Cadence::new(48_000);
        for index in 0..100_000_i64 {
            let exact = index * 1_024;
            let millis = (exact * 1_000 + 24_000) / 48_000;
            let at = cadence.place(i128::from(millis) * 1_000_000, 1_024, 1_000_000);
            assert_eq!(at, exact);
        }
        let after = cadence.place(5_000_000_000_000, 1_024, 1_000_000);
        assert_eq!(after, 240_000_000, "a pause stays");
    }
}
