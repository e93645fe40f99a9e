//! Times as people type them.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use kvs_archive::api::protocol::Timestamp;

/// A moment as it is written on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    At(Timestamp),
    Ago(Duration),
}

impl Moment {
    /// The moment that is meant; `None` where no calendar reaches.
    pub(crate) fn resolve(self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::At(at) => Some(at),
            Self::Ago(ago) => {
                let seconds = i64::try_from(ago.as_secs()).ok()?;
                let at = now.seconds().checked_sub(seconds)?;
                Some(Timestamp::new(at, now.nanos()))
            }
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(at) => at.fmt(f),
            Self::Ago(ago) => {
                let seconds = ago.as_secs();
                let units = [(86_400, "d"), (3_600, "h"), (60, "m")];
                let fits = |(unit, _): &(u64, _)| seconds.is_multiple_of(*unit);
                let (unit, name) = units.into_iter().find(fits).unwrap_or((1, "s"));
                write!(f, "-{}{name}", seconds.checked_div(unit).unwrap_or(seconds))
            }
        }
    }
}

/// A text that names no moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BadMoment(String);

impl fmt::Display for BadMoment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}; write a time as 2026-11-24T10:00:00Z, as '2026-11-24 10:00' (UTC), or as how long \
             ago it was: -2h, -30m, -90s, -1d",
            self.0
        )
    }
}

impl std::error::Error for BadMoment {}

impl FromStr for Moment {
    type Err = BadMoment;

    fn from_str(text: &str) -> Result<Self, BadMoment> {
        if let Some(ago) = text.strip_prefix('-') {
            let ago = duration(ago).ok_or_else(|| BadMoment("not a length of time".to_owned()))?;
            return Ok(Self::Ago(ago));
        }
        completed(text)
            .parse()
            .map(Self::At)
            .map_err(|bad| BadMoment(format!("{bad}")))
    }
}

/// Digits and a unit.
pub(crate) fn duration(text: &str) -> Option<Duration> {
    let split = text.len().checked_sub(1)?;
    let (digits, unit) = text.split_at_checked(split)?;
    let unit: u64 = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return None,
    };
    count(digits)?.checked_mul(unit).map(Duration::from_secs)
}

/// Digits alone.
pub(crate) fn count(digits: &str) -> Option<u64> {
    let is_number = digits.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| digits.parse().ok()).flatten()
}

/// RFC 3339 wants seconds and a zone; people leave them out.
fn completed(text: &str) -> String {
    let clock = text.get("2026-11-24T".len()..).unwrap_or_default();
    if clock.contains(['Z', 'z', '+', '-']) {
        return text.to_owned();
    }
    match clock.matches(':').count() {
        1 => format!("{text}:00Z"),
        _ => format!("{text}Z"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> String {
        match text.parse() {
            Ok(Moment::At(at)) => at.to_string(),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn a_time_may_leave_out_what_goes_without_saying() {
        for same in [
            "2026-11-24T10:00:00Z",
            "2026-11-24 10:00:00Z",
            "2026-11-24T11:00:00+01:00",
            "2026-11-24 10:00",
            "2026-11-24 10:00:00",
            "2026-11-24T10:00",
            "2026-11-24T10:00:00",
        ] {
            assert_eq!(at(same), "2026-11-24T10:00:00Z", "{same}");
        }
        assert_eq!(at("2026-11-24 10:00:00.25"), "2026-11-24T10:00:00.250Z");
    }

    #[test]
    fn how_long_ago_counts_from_now() {
        let now = Timestamp::new(1_000_000, 5);
        for (text, seconds) in [
            ("-90s", 90),
            ("-30m", 1_800),
            ("-2h", 7_200),
            ("-1d", 86_400),
        ] {
            let moment: Moment = text.parse().unwrap();
            let expected = Timestamp::new(1_000_000 - seconds, 5);
            assert_eq!(moment.resolve(now), Some(expected), "{text}");
        }
        let long: Moment = "-18446744073709551615s".parse().unwrap();
        assert_eq!(long.resolve(now), None);
    }

    #[test]
    fn what_is_no_time_is_told_with_the_forms_that_are() {
        for bad in [
            "",
            "-",
            "-h",
            "-2",
            "-2w",
            "-2é",
            "--2h",
            "-+2h",
            "-99999999999999999999h",
            "yesterday",
            "2026-13-01 10:00",
            "2026-02-30 10:00",
            "2026-11-24",
            "2026-11-24 10",
            "2026-11-24 25:00",
            "10:00",
            "ééééééééé",
        ] {
            let error = bad.parse::<Moment>().unwrap_err().to_string();
            for form in ["2026-11-24T10:00:00Z", "'2026-11-24 10:00' (UTC)", "-2h"] {
                assert!(error.contains(form), "{bad}: {error}");
            }
        }
    }
}
