//! Server and producer timestamps.

use std::fmt;
use std::str::FromStr;

const NANOS_PER_SECOND: i64 = 1_000_000_000;

/// A moment in nanoseconds since 1970, as fragments carry it: `seconds.millis` in a tag.
///
/// ```
/// use kvs_mkv::Timestamp;
///
/// let t: Timestamp = "1524762739.123".parse()?;
/// assert_eq!(t.as_millis(), 1_524_762_739_123);
/// assert_eq!(t.to_string(), "1524762739.123");
/// # Ok::<(), kvs_mkv::BadTimestamp>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The moment that many nanoseconds after 1970.
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// The moment that many milliseconds after 1970; saturates in the year 2262.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis.saturating_mul(1_000_000))
    }

    /// Nanoseconds since 1970.
    pub const fn as_nanos(self) -> i64 {
        self.0
    }

    /// Milliseconds since 1970, rounded down.
    pub const fn as_millis(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }
}

/// A text that is not of the form `seconds` or `seconds.fraction`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadTimestamp;

impl fmt::Display for BadTimestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a timestamp of the form seconds.millis")
    }
}

impl std::error::Error for BadTimestamp {}

impl FromStr for Timestamp {
    type Err = BadTimestamp;

    /// Reads decimal digits, never a float: `1524762739.123` has no exact double.
    fn from_str(text: &str) -> Result<Self, BadTimestamp> {
        let (negative, unsigned) = text
            .strip_prefix('-')
            .map_or((false, text), |rest| (true, rest));
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(fraction) {
            return Err(BadTimestamp);
        }
        let seconds: i64 = whole.parse().map_err(|_| BadTimestamp)?;
        let padded: String = fraction
            .chars()
            .chain(std::iter::repeat('0'))
            .take(9)
            .collect();
        let nanos: i64 = padded.parse().map_err(|_| BadTimestamp)?;
        let total = seconds
            .checked_mul(NANOS_PER_SECOND)
            .and_then(|s| s.checked_add(nanos))
            .ok_or(BadTimestamp)?;
        Ok(Self(if negative {
            total.saturating_neg()
        } else {
            total
        }))
    }
}

impl fmt::Display for Timestamp {
    /// `seconds.millis`, with more digits where there are finer parts.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let magnitude = self.0.unsigned_abs();
        let sign = if self.0 < 0 { "-" } else { "" };
        let (seconds, nanos) = (magnitude / 1_000_000_000, magnitude % 1_000_000_000);
        if nanos % 1_000_000 == 0 {
            write!(f, "{sign}{seconds}.{:03}", nanos / 1_000_000)
        } else {
            write!(f, "{sign}{seconds}.{nanos:09}")
        }
    }
}
