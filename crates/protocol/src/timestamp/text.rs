//! RFC 3339, the HTTP date, and the compact form of signatures.

use std::fmt;
use std::str::FromStr;

use super::Timestamp;

const DAY: i64 = 86_400;
pub(super) const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// A text that is no moment, or a moment that cannot be told; the field says which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadTimestamp(pub(super) &'static str);

impl fmt::Display for BadTimestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for BadTimestamp {}

/// A moment by the calendar, in UTC.
pub(super) struct Civil {
    pub(super) year: i64,
    pub(super) month: u8,
    pub(super) day: u8,
    pub(super) hour: u8,
    pub(super) minute: u8,
    pub(super) second: u8,
}

impl Timestamp {
    /// `20150830T123600Z`: ISO 8601 without separators, as signatures carry it.
    pub fn basic_format(self) -> String {
        let c = self.civil();
        format!(
            "{:04}{:02}{:02}T{:02}{:02}{:02}Z",
            c.year, c.month, c.day, c.hour, c.minute, c.second
        )
    }

    /// Reads [`basic_format`](Self::basic_format).
    ///
    /// # Errors
    /// [`BadTimestamp`] when the text has another form or names no real moment.
    pub fn parse_basic_format(text: &str) -> Result<Self, BadTimestamp> {
        let mut rest = Cursor(text);
        let civil = Civil {
            year: rest.digits(4)?,
            month: rest.small(2)?,
            day: rest.small(2)?,
            hour: {
                rest.literal("T")?;
                rest.small(2)?
            },
            minute: rest.small(2)?,
            second: rest.small(2)?,
        };
        rest.literal("Z")?;
        rest.end()?;
        Ok(Self::new(civil.seconds()?, 0))
    }

    /// Reads the fixed-length HTTP date: `Tue, 29 Apr 2014 18:30:38 GMT`, with or without a fraction.
    ///
    /// # Errors
    /// [`BadTimestamp`] when the text has another form or names no real moment.
    pub fn parse_http_date(text: &str) -> Result<Self, BadTimestamp> {
        let (_weekday, rest) = text
            .split_once(", ")
            .ok_or(BadTimestamp("an HTTP date begins with a weekday"))?;
        let mut rest = Cursor(rest);
        let day = rest.small(2)?;
        rest.literal(" ")?;
        let name = rest.take(3)?;
        let month = MONTHS
            .iter()
            .zip(1..)
            .find(|(m, _)| **m == name)
            .ok_or(BadTimestamp("no such month"))?
            .1;
        rest.literal(" ")?;
        let year = rest.digits(4)?;
        rest.literal(" ")?;
        let (hour, minute, second) = rest.clock()?;
        let nanos = rest.fraction()?;
        rest.literal(" GMT")?;
        rest.end()?;
        Ok(Self::new(
            Civil {
                year,
                month,
                day,
                hour,
                minute,
                second,
            }
            .seconds()?,
            nanos,
        ))
    }

    /// Whole days since 1970, rounded down.
    pub(super) fn days(self) -> i64 {
        self.seconds().div_euclid(DAY)
    }

    pub(super) fn civil(self) -> Civil {
        let of_day = self.seconds().rem_euclid(DAY);
        // Days are counted from 1 March of year 0, so that the leap day ends its year: the
        // Gregorian calendar then repeats every 146,097 days.
        let shifted = self.days() + 719_468;
        let era = shifted.div_euclid(146_097);
        let of_era = shifted.rem_euclid(146_097);
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * of_year + 2) / 153;
        let month = if month_from_march < 10 {
            month_from_march + 3
        } else {
            month_from_march - 9
        };
        let small = |value: i64| u8::try_from(value).unwrap_or_default();
        Civil {
            year: year_of_era + era * 400 + i64::from(month <= 2),
            month: small(month),
            day: small(of_year - (153 * month_from_march + 2) / 5 + 1),
            hour: small(of_day / 3_600),
            minute: small(of_day / 60 % 60),
            second: small(of_day % 60),
        }
    }
}

impl Civil {
    fn seconds(&self) -> Result<i64, BadTimestamp> {
        let leap = self.year % 4 == 0 && (self.year % 100 != 0 || self.year % 400 == 0);
        let days_in_month = match self.month {
            2 => 28 + u8::from(leap),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return Err(BadTimestamp("no such month")),
        };
        if self.day == 0 || self.day > days_in_month {
            return Err(BadTimestamp("no such day in that month"));
        }
        if self.hour > 23 || self.minute > 59 || self.second > 60 {
            return Err(BadTimestamp("no such time of day"));
        }
        let (year, month) = (
            self.year - i64::from(self.month <= 2),
            i64::from(self.month),
        );
        let month_from_march = if month > 2 { month - 3 } else { month + 9 };
        let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let of_year = (153 * month_from_march + 2) / 5 + i64::from(self.day) - 1;
        let of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year;
        let days = era * 146_097 + of_era - 719_468;
        let of_day =
            i64::from(self.hour) * 3_600 + i64::from(self.minute) * 60 + i64::from(self.second);
        Ok(days * DAY + of_day)
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC, with milliseconds or finer where there are any.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let c = self.civil();
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
            c.year, c.month, c.day, c.hour, c.minute, c.second
        )?;
        match self.nanos() {
            0 => {}
            n if n % 1_000_000 == 0 => write!(f, ".{:03}", n / 1_000_000)?,
            n if n % 1_000 == 0 => write!(f, ".{:06}", n / 1_000)?,
            n => write!(f, ".{n:09}")?,
        }
        f.write_str("Z")
    }
}

impl FromStr for Timestamp {
    type Err = BadTimestamp;

    /// RFC 3339: `2026-11-24T10:00:00Z`, with a fraction or an offset where need be.
    fn from_str(text: &str) -> Result<Self, BadTimestamp> {
        let mut rest = Cursor(text);
        let year = rest.digits(4)?;
        rest.literal("-")?;
        let month = rest.small(2)?;
        rest.literal("-")?;
        let day = rest.small(2)?;
        match rest.take(1)? {
            "T" | "t" | " " => {}
            _ => return Err(BadTimestamp("expected T between date and time")),
        }
        let (hour, minute, second) = rest.clock()?;
        let nanos = rest.fraction()?;
        let offset = rest.offset()?;
        rest.end()?;
        let local = Civil {
            year,
            month,
            day,
            hour,
            minute,
            second,
        }
        .seconds()?;
        Ok(Self::new(local - offset, nanos))
    }
}

/// What is left of a text that is read from its beginning.
struct Cursor<'a>(&'a str);

impl<'a> Cursor<'a> {
    fn take(&mut self, length: usize) -> Result<&'a str, BadTimestamp> {
        let (head, tail) = self
            .0
            .split_at_checked(length)
            .ok_or(BadTimestamp("the time is cut short"))?;
        self.0 = tail;
        Ok(head)
    }

    fn literal(&mut self, expected: &str) -> Result<(), BadTimestamp> {
        self.0 = self
            .0
            .strip_prefix(expected)
            .ok_or(BadTimestamp("not of the form 2026-11-24T10:00:00Z"))?;
        Ok(())
    }

    fn digits(&mut self, count: usize) -> Result<i64, BadTimestamp> {
        let text = self.take(count)?;
        let all_digits = text.bytes().all(|b| b.is_ascii_digit());
        let value = all_digits.then(|| text.parse().ok()).flatten();
        value.ok_or(BadTimestamp("expected digits"))
    }

    fn small(&mut self, count: usize) -> Result<u8, BadTimestamp> {
        u8::try_from(self.digits(count)?).map_err(|_| BadTimestamp("a number too large"))
    }

    fn clock(&mut self) -> Result<(u8, u8, u8), BadTimestamp> {
        let hour = self.small(2)?;
        self.literal(":")?;
        let minute = self.small(2)?;
        self.literal(":")?;
        Ok((hour, minute, self.small(2)?))
    }

    /// Digits beyond nanoseconds are read and dropped.
    fn fraction(&mut self) -> Result<u32, BadTimestamp> {
        let Some(rest) = self.0.strip_prefix('.') else {
            return Ok(0);
        };
        let count = rest.bytes().take_while(u8::is_ascii_digit).count();
        if count == 0 {
            return Err(BadTimestamp("expected digits after the point"));
        }
        self.0 = rest;
        let digits = self.take(count)?;
        let value = digits.chars().chain(std::iter::repeat('0')).take(9);
        Ok(value
            .filter_map(|c| c.to_digit(10))
            .fold(0, |n, digit| n * 10 + digit))
    }

    fn offset(&mut self) -> Result<i64, BadTimestamp> {
        let sign = match self.take(1)? {
            "Z" | "z" => return Ok(0),
            "+" => 1,
            "-" => -1,
            _ => return Err(BadTimestamp("a time needs Z or an offset such as +01:00")),
        };
        let hours = self.digits(2)?;
        self.literal(":")?;
        let minutes = self.digits(2)?;
        if hours > 23 || minutes > 59 {
            return Err(BadTimestamp("no such offset"));
        }
        Ok(sign * (hours * 3_600 + minutes * 60))
    }

    fn end(&self) -> Result<(), BadTimestamp> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(BadTimestamp("there is more after the time"))
        }
    }
}
