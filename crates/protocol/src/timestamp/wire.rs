//! The three forms in which restJson1 writes moments, to the letter.

use super::text::{BadTimestamp, Civil, MONTHS};
use super::{NANOS_PER_SECOND, Timestamp};

/// From the day of the week that 1 January 1970 was.
const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];

impl Timestamp {
    /// `2023-11-14T22:13:20.5Z`: Smithy's `date-time`, to the microsecond, without zeros at the end
    /// of the fraction. [`Display`](std::fmt::Display) writes the same moment for people, in whole.
    ///
    /// # Errors
    /// [`BadTimestamp`] when the year has not four digits.
    pub fn to_date_time(self) -> Result<String, BadTimestamp> {
        let c = self.four_digit_year()?;
        Ok(format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}Z",
            c.year,
            c.month,
            c.day,
            c.hour,
            c.minute,
            c.second,
            fraction(self.nanos() / 1_000 * 1_000),
        ))
    }

    /// `Tue, 14 Nov 2023 22:13:20 GMT`: Smithy's `http-date`, to the second.
    ///
    /// # Errors
    /// [`BadTimestamp`] when the year has not four digits.
    pub fn to_http_date(self) -> Result<String, BadTimestamp> {
        let c = self.four_digit_year()?;
        let name = |names: &[&'static str], at: i64| {
            let name = usize::try_from(at).ok().and_then(|at| names.get(at));
            name.copied()
                .ok_or(BadTimestamp("no such day of the calendar"))
        };
        Ok(format!(
            "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
            name(&WEEKDAYS, self.days().rem_euclid(7))?,
            c.day,
            name(&MONTHS, i64::from(c.month) - 1)?,
            c.year,
            c.hour,
            c.minute,
            c.second,
        ))
    }

    /// `1700000000.5`: Smithy's `epoch-seconds`, exact, where a number in JSON has room for
    /// microseconds.
    pub fn to_epoch_seconds(self) -> String {
        let (seconds, nanos) = (i128::from(self.seconds()), i128::from(self.nanos()));
        let total = seconds * i128::from(NANOS_PER_SECOND) + nanos;
        let sign = if total < 0 { "-" } else { "" };
        let whole = total.unsigned_abs() / u128::from(NANOS_PER_SECOND);
        let rest = total.unsigned_abs() % u128::from(NANOS_PER_SECOND);
        format!(
            "{sign}{whole}{}",
            fraction(u32::try_from(rest).unwrap_or_default())
        )
    }

    /// Reads [`to_epoch_seconds`](Self::to_epoch_seconds). Digits beyond nanoseconds are dropped.
    ///
    /// # Errors
    /// [`BadTimestamp`] when the text has another form, or the number is out of range.
    pub fn parse_epoch_seconds(text: &str) -> Result<Self, BadTimestamp> {
        const FORM: BadTimestamp = BadTimestamp("not of the form 1700000000.123");
        const RANGE: BadTimestamp = BadTimestamp("a moment out of range");
        let (whole, fraction) = match text.split_once('.') {
            Some((whole, fraction)) if !fraction.is_empty() => (whole, fraction),
            Some(_) => return Err(FORM),
            None => (text, ""),
        };
        let digits = whole.strip_prefix('-').unwrap_or(whole);
        let is_number = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if digits.is_empty() || !is_number(digits) || !is_number(fraction) {
            return Err(FORM);
        }
        let seconds: i64 = whole.parse().map_err(|_| RANGE)?;
        let digits = fraction.chars().chain(std::iter::repeat('0')).take(9);
        let nanos = digits
            .filter_map(|digit| digit.to_digit(10))
            .fold(0, |n, digit| n * 10 + digit);
        if nanos == 0 || !whole.starts_with('-') {
            return Ok(Self::new(seconds, nanos));
        }
        let before = seconds.checked_sub(1).ok_or(RANGE)?;
        Ok(Self::new(before, NANOS_PER_SECOND - nanos))
    }

    fn four_digit_year(self) -> Result<Civil, BadTimestamp> {
        let civil = self.civil();
        if (0..=9_999).contains(&civil.year) {
            Ok(civil)
        } else {
            Err(BadTimestamp("only years from 0 to 9999 can be written"))
        }
    }
}

/// The point and the digits after it, if there are any.
fn fraction(nanos: u32) -> String {
    if nanos == 0 {
        return String::new();
    }
    format!(".{nanos:09}").trim_end_matches('0').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn writes_each_form() {
        for (seconds, nanos, epoch, date_time, http_date) in [
            (
                0,
                0,
                "0",
                "1970-01-01T00:00:00Z",
                "Thu, 01 Jan 1970 00:00:00 GMT",
            ),
            (
                -1,
                500_000_000,
                "-0.5",
                "1969-12-31T23:59:59.5Z",
                "Wed, 31 Dec 1969 23:59:59 GMT",
            ),
            (
                951_782_400,
                123_456_789,
                "951782400.123456789",
                "2000-02-29T00:00:00.123456Z",
                "Tue, 29 Feb 2000 00:00:00 GMT",
            ),
            (
                253_402_300_799,
                999,
                "253402300799.000000999",
                "9999-12-31T23:59:59Z",
                "Fri, 31 Dec 9999 23:59:59 GMT",
            ),
        ] {
            let at = Timestamp::new(seconds, nanos);
            assert_eq!(at.to_epoch_seconds(), epoch);
            assert_eq!(at.to_date_time().unwrap(), date_time);
            assert_eq!(at.to_http_date().unwrap(), http_date);
        }
    }

    #[test]
    fn years_have_four_digits() {
        for (seconds, works) in [
            (-62_167_219_201, false),
            (-62_167_219_200, true),
            (253_402_300_799, true),
            (253_402_300_800, false),
            (i64::MIN, false),
            (i64::MAX, false),
        ] {
            let at = Timestamp::new(seconds, 0);
            assert_eq!(at.to_date_time().is_ok(), works, "{seconds}");
            assert_eq!(at.to_http_date().is_ok(), works, "{seconds}");
        }
    }

    #[test]
    fn reads_seconds() {
        for (text, seconds, nanos) in [
            ("0", 0, 0),
            ("-0", 0, 0),
            ("1700000000.000", 1_700_000_000, 0),
            ("1.0000000019", 1, 1),
            ("-0.25", -1, 750_000_000),
            ("-3.000000001", -4, 999_999_999),
            ("-9223372036854775808", i64::MIN, 0),
        ] {
            let read = Timestamp::parse_epoch_seconds(text);
            assert_eq!(read, Ok(Timestamp::new(seconds, nanos)), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_number_of_seconds() {
        for text in [
            "", "-", ".5", "1.", "1.5.5", "1e9", "+1", "--1", "1.-5", " 1", "NaN", "0x1",
        ] {
            let refused = Timestamp::parse_epoch_seconds(text).unwrap_err();
            assert_eq!(refused.to_string(), "not of the form 1700000000.123");
        }
        for text in ["9223372036854775808", "-9223372036854775808.1"] {
            let refused = Timestamp::parse_epoch_seconds(text).unwrap_err();
            assert_eq!(refused.to_string(), "a moment out of range");
        }
    }

    proptest! {
        #[test]
        fn seconds_round_trip(seconds: i64, nanos in 0u32..1_000_000_000) {
            let at = Timestamp::new(seconds, nanos);
            prop_assert_eq!(Timestamp::parse_epoch_seconds(&at.to_epoch_seconds()), Ok(at));
        }

        #[test]
        fn the_calendar_round_trips(seconds in -62_167_219_200i64..253_402_300_800, micros in 0u32..1_000_000) {
            let at = Timestamp::new(seconds, micros * 1_000);
            prop_assert_eq!(at.to_date_time().unwrap().parse(), Ok(at));
            let whole = Timestamp::new(seconds, 0);
            prop_assert_eq!(Timestamp::parse_http_date(&at.to_http_date().unwrap()), Ok(whole));
        }
    }
}
