//! Moments as services write them.

use std::fmt;
use std::time::{Duration, SystemTime};

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

mod formats;
mod text;
mod wire;

pub use formats::{DateTime, EpochSeconds, HttpDate};
pub use text::BadTimestamp;

const NANOS_PER_SECOND: u32 = 1_000_000_000;

/// A moment in UTC: seconds since 1970 and the nanoseconds that follow them.
///
/// In JSON it is a number of seconds with a fraction, restJson1's default. Services keep
/// milliseconds, and a JSON number near today's date has room for microseconds: what is read is
/// rounded to them, so that `1700000000.123` is exactly 123 ms.
///
/// ```
/// use kvs_protocol::Timestamp;
///
/// let t: Timestamp = serde_json::from_str("1700000000.123")?;
/// assert_eq!(t.as_millis(), 1_700_000_000_123);
/// assert_eq!(t.to_string(), "2023-11-14T22:13:20.123Z");
/// assert_eq!("2023-11-14T22:13:20.123Z".parse(), Ok(t));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp {
    seconds: i64,
    nanos: u32,
}

impl Timestamp {
    /// The moment `seconds` after 1970 (before it, if negative) and `nanos` nanoseconds later;
    /// whole seconds in `nanos` are carried over.
    pub const fn new(seconds: i64, nanos: u32) -> Self {
        let carried = (nanos / NANOS_PER_SECOND) as i64;
        Self {
            seconds: seconds.saturating_add(carried),
            nanos: nanos % NANOS_PER_SECOND,
        }
    }

    /// The moment `millis` milliseconds after 1970.
    pub fn from_millis(millis: i64) -> Self {
        let nanos = u32::try_from(millis.rem_euclid(1_000)).unwrap_or_default() * 1_000_000;
        Self {
            seconds: millis.div_euclid(1_000),
            nanos,
        }
    }

    /// Milliseconds since 1970, rounded down; saturates some 292 million years from it.
    pub fn as_millis(self) -> i64 {
        self.seconds
            .saturating_mul(1_000)
            .saturating_add(i64::from(self.nanos / 1_000_000))
    }

    /// Whole seconds since 1970, rounded down.
    pub fn seconds(self) -> i64 {
        self.seconds
    }

    /// Nanoseconds that follow [`seconds`](Self::seconds).
    pub fn nanos(self) -> u32 {
        self.nanos
    }

    /// Rounds to what a double holds at that distance from 1970: microseconds up to the year
    /// 2106, milliseconds beyond it.
    #[inline]
    fn from_seconds_f64(value: f64) -> Option<Self> {
        const MICROS_END: f64 = 4_294_967_296.0;
        // i64::MAX is not a double; 2^63 is the first one beyond it.
        if !(-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&value) {
            return None;
        }
        let units: u32 = if value.abs() < MICROS_END {
            1_000_000
        } else {
            1_000
        };
        // `floor` and `round` are calls of functions where processors need not have them.
        #[expect(clippy::cast_possible_truncation, reason = "in range")]
        let mut seconds = value as i64;
        #[expect(clippy::cast_precision_loss, reason = "it came from a double")]
        let mut fraction = value - seconds as f64;
        if fraction < 0.0 {
            seconds = seconds.saturating_sub(1);
            fraction += 1.0;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "not negative, and at most as many as there are"
        )]
        let fraction = (fraction * f64::from(units) + 0.5) as u32;
        Some(Self::new(seconds, fraction * (NANOS_PER_SECOND / units)))
    }
}

impl From<SystemTime> for Timestamp {
    fn from(at: SystemTime) -> Self {
        let clamp = |d: Duration| i64::try_from(d.as_secs()).unwrap_or(i64::MAX);
        match at.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => Self::new(clamp(after), after.subsec_nanos()),
            Err(before) => {
                let before = before.duration();
                match before.subsec_nanos() {
                    0 => Self::new(-clamp(before), 0),
                    nanos => {
                        Self::new((-clamp(before)).saturating_sub(1), NANOS_PER_SECOND - nanos)
                    }
                }
            }
        }
    }
}

impl TryFrom<Timestamp> for SystemTime {
    type Error = BadTimestamp;

    /// Fails where the operating system's clock cannot tell that moment.
    fn try_from(t: Timestamp) -> Result<Self, BadTimestamp> {
        let whole = Duration::from_secs(t.seconds.unsigned_abs());
        let base = if t.seconds < 0 {
            Self::UNIX_EPOCH.checked_sub(whole)
        } else {
            Self::UNIX_EPOCH.checked_add(whole)
        };
        base.and_then(|base| base.checked_add(Duration::from_nanos(t.nanos.into())))
            .ok_or(BadTimestamp(
                "this system's clock does not reach that moment",
            ))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.nanos == 0 {
            return serializer.serialize_i64(self.seconds);
        }
        #[expect(clippy::cast_precision_loss, reason = "the format is a JSON number")]
        let seconds = self.seconds as f64 + f64::from(self.nanos) / f64::from(NANOS_PER_SECOND);
        serializer.serialize_f64(seconds)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Moment)
    }
}

struct Moment;

impl Visitor<'_> for Moment {
    type Value = Timestamp;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("seconds since 1970")
    }

    fn visit_i64<E: de::Error>(self, seconds: i64) -> Result<Timestamp, E> {
        Ok(Timestamp::new(seconds, 0))
    }

    fn visit_u64<E: de::Error>(self, seconds: u64) -> Result<Timestamp, E> {
        i64::try_from(seconds).map_or_else(
            |_| Err(E::custom("a moment out of range")),
            |s| self.visit_i64(s),
        )
    }

    fn visit_f64<E: de::Error>(self, seconds: f64) -> Result<Timestamp, E> {
        Timestamp::from_seconds_f64(seconds).ok_or_else(|| E::custom("a moment out of range"))
    }

    /// Some services write the default format's moments as text, here and there.
    fn visit_str<E: de::Error>(self, text: &str) -> Result<Timestamp, E> {
        Timestamp::parse_any(text).map_err(E::custom)
    }
}

#[cfg(test)]
mod tests;
