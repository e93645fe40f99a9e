//! Numbers as people read them.

use std::fmt;
use std::time::Duration;

/// `1 fragment`, `12,345 fragments`.
pub(crate) struct Count(pub(crate) u64, pub(crate) &'static str);

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.0 == 1 { "" } else { "s" };
        write!(f, "{} {}{plural}", Grouped(self.0), self.1)
    }
}

/// A number in groups of three digits.
pub(crate) struct Grouped(pub(crate) u64);

impl fmt::Display for Grouped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        let mut grouped = String::with_capacity(digits.len().saturating_mul(2));
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && digits.len().saturating_sub(place) % 3 == 0 {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        f.pad_integral(true, "", &grouped)
    }
}

/// `27 ms`, `2.0 s`, and from an hour on `1:02:03`.
pub(crate) struct Length(pub(crate) Duration);

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
        match seconds {
            0 => write!(f, "{} ms", self.0.as_millis()),
            3_600.. => write!(f, "{hours}:{minutes:02}:{:02}", seconds % 60),
            _ => write!(f, "{:.1} s", self.0.as_secs_f64()),
        }
    }
}

/// Bytes a second, in megabytes.
pub(crate) struct Rate(pub(crate) u64, pub(crate) Duration);

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        #[expect(clippy::cast_precision_loss, reason = "two digits are shown")]
        let bytes = self.0 as f64;
        write!(
            f,
            "{:.1} MB/s",
            bytes / self.1.as_secs_f64().max(0.001) / 1e6
        )
    }
}

/// `64 kbit/s`, `1.25 Mbit/s`.
pub(crate) struct BitRate(pub(crate) f64);

impl fmt::Display for BitRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            ..999_500.0 => write!(f, "{:.0} kbit/s", self.0 / 1e3),
            _ => write!(f, "{:.2} Mbit/s", self.0 / 1e6),
        }
    }
}

/// Nanoseconds as a length; less than nothing is nothing.
pub(crate) fn nanos(nanos: i128) -> Length {
    let nanos = u64::try_from(nanos.max(0)).unwrap_or(u64::MAX);
    Length(Duration::from_nanos(nanos))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (1_234_567, "1,234,567"),
            (u64::MAX, "18,446,744,073,709,551,615"),
        ] {
            assert_eq!(Grouped(number).to_string(), text);
        }
        assert_eq!(Count(1, "frame").to_string(), "1 frame");
        assert_eq!(Count(0, "frame").to_string(), "0 frames");
    }

    #[test]
    fn lengths_and_rates() {
        assert_eq!(Length(Duration::from_millis(27)).to_string(), "27 ms");
        assert_eq!(Length(Duration::from_millis(1_960)).to_string(), "2.0 s");
        assert_eq!(Length(Duration::from_secs(3_723)).to_string(), "1:02:03");
        assert_eq!(
            Rate(3_000_000, Duration::from_secs(2)).to_string(),
            "1.5 MB/s"
        );
        assert_eq!(Rate(0, Duration::ZERO).to_string(), "0.0 MB/s");
        assert_eq!(BitRate(64_400.0).to_string(), "64 kbit/s");
        assert_eq!(BitRate(999_999.0).to_string(), "1.00 Mbit/s");
        assert_eq!(nanos(-1).to_string(), "0 ms");
        assert_eq!(nanos(12_000_000_000).to_string(), "12.0 s");
    }
}
