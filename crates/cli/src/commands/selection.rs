//! Which fragments the command line means.

use std::io::{self, Read};
use std::path::Path;
use std::time::SystemTime;

use kvs_archive::api::protocol::Timestamp;
use kvs_archive::mkv::FragmentNumber;
use kvs_archive::{Selection, TimestampOrigin, Wanted};
use serde::Deserialize;

use crate::args::{By, Numbers, Range, Which};
use crate::exit::Failure;
use crate::time::Moment;

/// Producers' clocks may be ahead of ours.
const AHEAD: i64 = 86_400;

/// A range of time whose ends are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Resolved {
    pub(super) by: TimestampOrigin,
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
}

impl Resolved {
    pub(super) fn new(range: &Range) -> Result<Self, Failure> {
        // The service keeps milliseconds.
        let now = Timestamp::from(SystemTime::now()).as_millis();
        Self::at(range, Timestamp::from_millis(now))
    }

    fn at(range: &Range, now: Timestamp) -> Result<Self, Failure> {
        let end = |option, moment: Option<Moment>, otherwise| match moment {
            None => Ok(otherwise),
            Some(moment) => resolve(option, moment, now),
        };
        let latest = match range.by {
            By::Producer => Timestamp::new(now.seconds().saturating_add(AHEAD), 0),
            By::Server => now,
        };
        let from = end("--from", range.from, Timestamp::default())?;
        let to = end("--to", range.to, latest.max(from))?;
        check_order(from, to)?;
        Ok(Self {
            by: range.by.into(),
            from,
            to,
        })
    }
}

/// The moment that an option names.
pub(super) fn resolve(option: &str, moment: Moment, now: Timestamp) -> Result<Timestamp, Failure> {
    moment.resolve(now).ok_or_else(|| {
        Failure::usage(format_args!(
            "{option} is before all times; give a later one"
        ))
    })
}

/// Refuses a range that ends before it begins.
pub(super) fn check_order(from: Timestamp, to: Timestamp) -> Result<(), Failure> {
    if from > to {
        return Err(Failure::usage(format_args!(
            "--from ({from}) is after --to ({to}); exchange them"
        )));
    }
    Ok(())
}

/// What is to be fetched of a stream.
pub(super) fn wanted(stream: &str, which: &Which) -> Result<Selection, Failure> {
    let numbers = match &which.fragments {
        None => {
            let Resolved { by, from, to } = Resolved::new(&which.range)?;
            return Ok(Selection::between(stream, by, from, to));
        }
        Some(Numbers::These(numbers)) => numbers.clone(),
        Some(Numbers::In(file)) => read_numbers(file)?,
    };
    Ok(Selection::numbers(stream, numbers))
}

/// A selection in words, to complete "no fragments".
pub(super) fn in_words(selection: &Selection) -> String {
    let stream = &selection.stream;
    match &selection.wanted {
        Wanted::Between { by, from, to } => {
            let whose = match by {
                TimestampOrigin::Producer => "producer",
                TimestampOrigin::Server => "server",
            };
            format!("in {stream:?} from {from} to {to} by {whose} time")
        }
        Wanted::Numbers(numbers) => format!("in {stream:?} with these {} numbers", numbers.len()),
    }
}

fn read_numbers(file: &Path) -> Result<Vec<FragmentNumber>, Failure> {
    let text = if file.as_os_str() == "-" {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(file)
    };
    let shown = file.display();
    let text = text.map_err(|error| Failure::io(format_args!("read {shown}"), &error))?;
    let numbers = parse_numbers(&text).map_err(|(line, problem)| {
        Failure::usage(format_args!("{shown}, line {line}: {problem}"))
    })?;
    if numbers.is_empty() {
        return Err(Failure::usage(format_args!(
            "{shown} holds no fragment number; write one on each line"
        )));
    }
    Ok(numbers)
}

/// A line of what `kvs list --json` writes, and of a list of missing fragments.
#[derive(Debug, Deserialize)]
struct Line {
    number: String,
}

/// Numbers on lines, several to a line with commas, or JSON Lines that have a `number`.
fn parse_numbers(text: &str) -> Result<Vec<FragmentNumber>, (usize, String)> {
    let mut numbers = Vec::new();
    for (line, count) in text.lines().map(str::trim).zip(1..) {
        if line.starts_with('{') {
            let line: Line = serde_json::from_str(line)
                .map_err(|error| (count, format!("not JSON with a `number`: {error}")))?;
            numbers.push(
                line.number
                    .parse()
                    .map_err(|bad| (count, format!("{bad}")))?,
            );
            continue;
        }
        let words = line.split([',', ' ', '\t']).filter(|word| !word.is_empty());
        for word in words {
            numbers.push(word.parse().map_err(|bad| (count, format!("{bad}")))?);
        }
    }
    Ok(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(from: Option<&str>, to: Option<&str>, by: By) -> Range {
        let moment = |text: &str| text.parse().unwrap();
        Range {
            from: from.map(moment),
            to: to.map(moment),
            by,
        }
    }

    fn resolved(range: &Range) -> (String, String) {
        let now = "2026-11-24T10:00:00Z".parse().unwrap();
        let resolved = Resolved::at(range, now).unwrap();
        (resolved.from.to_string(), resolved.to.to_string())
    }

    #[test]
    fn a_range_that_is_not_given_is_everything() {
        let (from, to) = resolved(&range(None, None, By::Producer));
        assert_eq!(from, "1970-01-01T00:00:00Z");
        assert_eq!(to, "2026-11-25T10:00:00Z");
        let (_, to) = resolved(&range(None, None, By::Server));
        assert_eq!(to, "2026-11-24T10:00:00Z");
    }

    #[test]
    fn both_ends_count_from_the_same_now() {
        let (from, to) = resolved(&range(Some("-2h"), Some("-30m"), By::Server));
        assert_eq!(from, "2026-11-24T08:00:00Z");
        assert_eq!(to, "2026-11-24T09:30:00Z");
    }

    #[test]
    fn a_range_that_ends_before_it_begins_is_refused() {
        let range = range(Some("-1h"), Some("-2h"), By::Producer);
        let failure = Resolved::at(&range, Timestamp::new(1_000_000, 0)).unwrap_err();
        assert_eq!(failure.code(), 2);
        assert!(failure.line().contains("is after --to"), "{failure:?}");
    }

    #[test]
    fn numbers_are_read_in_the_forms_in_which_they_are_at_hand() {
        let text = "1,2 3\n\n  4  \n{\"number\":\"5\",\"bytes\":7}\r\n";
        let numbers = parse_numbers(text).unwrap();
        let numbers: Vec<&str> = numbers.iter().map(FragmentNumber::as_str).collect();
        assert_eq!(numbers, ["1", "2", "3", "4", "5"]);
        for (bad, line) in [
            ("1\nx", 2),
            ("{}", 1),
            ("{\"number\":\"x\"}", 1),
            ("1\n2;3", 2),
        ] {
            assert_eq!(parse_numbers(bad).unwrap_err().0, line, "{bad}");
        }
    }
}
