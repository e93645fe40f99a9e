//! Timestamps: what each of Smithy's three forms has to say of a moment, and the other way round.

use std::fs;
use std::path::Path;

use kvs_protocol::Timestamp;
use kvs_protocol::timestamp::BadTimestamp;
use serde_json::Value;

use crate::Failure;
use crate::report::Report;

/// -0.5 is the number of seconds half a second before 1970, to JSON and to Smithy's specification.
const BELOW_ZERO: &str = "below zero a number's fraction leads further down, \
                          and these cases add it to the whole seconds";

type Format = fn(Timestamp) -> Result<String, BadTimestamp>;
type Parse = fn(&str) -> Result<Timestamp, BadTimestamp>;

const FORMATS: [(&str, Format); 3] = [
    ("epoch_seconds", |at| Ok(at.to_epoch_seconds())),
    ("http_date", Timestamp::to_http_date),
    ("date_time", Timestamp::to_date_time),
];
const PARSERS: [(&str, Parse); 3] = [
    ("epoch_seconds", Timestamp::parse_epoch_seconds),
    ("http_date", Timestamp::parse_http_date),
    ("date_time", str::parse),
];

pub(crate) fn suite(file: &Path) -> Result<Report, Failure> {
    let text = fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
    let data: Value = serde_json::from_str(&text)?;
    let mut report = Report::new("timestamps");
    for (form, format) in FORMATS {
        count(&mut report, &data, "format", form, |case| {
            case.check_format(format)
        })?;
    }
    for (form, parse) in PARSERS {
        count(&mut report, &data, "parse", form, |case| {
            case.check_parse(parse)
        })?;
    }
    Ok(report)
}

fn count(
    report: &mut Report,
    data: &Value,
    way: &str,
    form: &str,
    check: impl Fn(&Case<'_>) -> Result<(), String>,
) -> Result<(), Failure> {
    let section = format!("{way}_{form}");
    let cases = data.get(&section).and_then(Value::as_array);
    let cases = cases.ok_or_else(|| format!("there is no list {section}"))?;
    for (index, case) in cases.iter().enumerate() {
        let place = || format!("{section}[{index}]");
        let case = Case::read(case).ok_or_else(|| format!("{} is no case", place()))?;
        let id = format!("{} {}", place(), case.moment);
        if form == "epoch_seconds" && case.is_fraction_below_zero() {
            let amended = check(&case.with_fraction_downwards());
            report.argue(&id, check(&case), amended, BELOW_ZERO);
        } else {
            report.count(&id, check(&case));
        }
    }
    Ok(())
}

struct Case<'a> {
    /// The moment for people.
    moment: &'a str,
    at: Timestamp,
    /// The form's text; none where the form has none for the moment.
    text: Option<&'a str>,
}

impl<'a> Case<'a> {
    fn read(case: &'a Value) -> Option<Self> {
        let text = |name: &str| case.get(name).and_then(Value::as_str);
        let nanos = case.get("canonical_nanos")?.as_u64()?;
        Some(Self {
            moment: text("iso8601")?,
            at: Timestamp::new(
                text("canonical_seconds")?.parse().ok()?,
                u32::try_from(nanos).ok()?,
            ),
            text: if case.get("error")?.as_bool()? {
                None
            } else {
                Some(text("smithy_format_value")?)
            },
        })
    }

    fn is_fraction_below_zero(&self) -> bool {
        self.at.seconds() < 0 && self.at.nanos() > 0
    }

    fn with_fraction_downwards(&self) -> Self {
        let (seconds, nanos) = (self.at.seconds(), self.at.nanos());
        Self {
            at: Timestamp::new(seconds.saturating_sub(1), 1_000_000_000 - nanos),
            ..*self
        }
    }

    fn check_format(&self, format: Format) -> Result<(), String> {
        match (format(self.at), self.text) {
            (Ok(ours), Some(theirs)) if ours == theirs => Ok(()),
            (Err(_), None) => Ok(()),
            (ours, theirs) => Err(format!("ours {ours:?}, theirs {theirs:?}")),
        }
    }

    fn check_parse(&self, parse: Parse) -> Result<(), String> {
        let text = self.text.ok_or("a text to refuse is not in the case")?;
        match parse(text) {
            Ok(ours) if ours == self.at => Ok(()),
            ours => Err(format!("{text:?}: ours {ours:?}, theirs {:?}", self.at)),
        }
    }
}
