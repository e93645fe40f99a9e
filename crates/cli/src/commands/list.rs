//! `kvs list`.

use std::time::Duration;

use kvs_archive::Listed;
use serde::Serialize;

use super::selection::Resolved;
use super::stdout::Lines;
use crate::args::{Global, List};
use crate::exit::{Failure, Outcome};
use crate::report::units::{Count, Grouped, Length};
use crate::report::{Column, Table};
use crate::source;

#[derive(Debug, Serialize)]
struct Line<'a> {
    number: &'a str,
    bytes: u64,
    producer_timestamp: String,
    server_timestamp: String,
    duration_ms: u64,
}

impl<'a> From<&'a Listed> for Line<'a> {
    fn from(listed: &'a Listed) -> Self {
        Self {
            number: listed.number.as_str(),
            bytes: listed.bytes,
            producer_timestamp: listed.producer_timestamp.to_string(),
            server_timestamp: listed.server_timestamp.to_string(),
            duration_ms: listed.duration_ms,
        }
    }
}

pub(super) fn run(list: &List, global: &Global) -> Result<Outcome, Failure> {
    let Resolved { by, from, to } = Resolved::new(&list.range)?;
    let listed = source::open(global)?.list(&list.stream, by, from, to)?;
    let mut out = Lines::new();
    if list.json {
        for listed in &listed {
            out.json(&Line::from(listed))?;
        }
    } else {
        table(&listed, &mut out)?;
    }
    out.flush()?;
    Ok(Outcome::Whole)
}

fn table(listed: &[Listed], out: &mut Lines) -> Result<(), Failure> {
    let mut table = Table::new([
        Column::Left("NUMBER"),
        Column::Left("PRODUCER TIME"),
        Column::Left("SERVER TIME"),
        Column::Right("LENGTH"),
        Column::Right("BYTES"),
    ]);
    for listed in listed {
        let line = Line::from(listed);
        table.add([
            line.number.to_owned(),
            line.producer_timestamp,
            line.server_timestamp,
            Length(Duration::from_millis(line.duration_ms)).to_string(),
            Grouped(line.bytes).to_string(),
        ]);
    }
    for line in table.lines() {
        out.text(line)?;
    }
    out.text(total(listed))
}

fn total(listed: &[Listed]) -> String {
    let sum = |of: fn(&Listed) -> u64| listed.iter().map(of).fold(0, u64::saturating_add);
    let count = u64::try_from(listed.len()).unwrap_or(u64::MAX);
    let length = Duration::from_millis(sum(|listed| listed.duration_ms));
    format!(
        "{}, {}, {}",
        Count(count, "fragment"),
        Length(length),
        Count(sum(|listed| listed.bytes), "byte")
    )
}
