//! `kvs streams`.

use kvs_archive::api::video::{Status, StreamInfo};
use serde::Serialize;

use super::stdout::Lines;
use crate::args::{Global, Streams};
use crate::exit::{Failure, Outcome};
use crate::report::units::Count;
use crate::report::{Column, Table};
use crate::source;

#[derive(Debug, Serialize)]
struct Line<'a> {
    name: Option<&'a str>,
    arn: Option<&'a str>,
    status: Option<&'a str>,
    retention_hours: Option<i32>,
    media_type: Option<&'a str>,
    created: Option<String>,
}

impl<'a> From<&'a StreamInfo> for Line<'a> {
    fn from(stream: &'a StreamInfo) -> Self {
        Self {
            name: stream.stream_name.as_deref(),
            arn: stream.stream_arn.as_deref(),
            status: stream.status.as_ref().map(Status::as_str),
            retention_hours: stream.data_retention_in_hours,
            media_type: stream.media_type.as_deref(),
            created: stream.creation_time.map(|at| at.to_string()),
        }
    }
}

impl Line<'_> {
    fn cells(&self) -> [String; 5] {
        let text = |text: Option<&str>| text.unwrap_or("-").to_owned();
        [
            text(self.name),
            text(self.status),
            self.retention_hours
                .map_or("-".to_owned(), |hours| hours.to_string()),
            text(self.created.as_deref()),
            text(self.arn),
        ]
    }
}

pub(super) fn run(streams: &Streams, global: &Global) -> Result<Outcome, Failure> {
    let found = source::open(global)?.streams()?;
    let mut out = Lines::new();
    if streams.json {
        for stream in &found {
            out.json(&Line::from(stream))?;
        }
    } else {
        table(&found, &mut out)?;
    }
    out.flush()?;
    Ok(Outcome::Whole)
}

fn table(found: &[StreamInfo], out: &mut Lines) -> Result<(), Failure> {
    let mut table = Table::new([
        Column::Left("NAME"),
        Column::Left("STATUS"),
        Column::Right("HOURS KEPT"),
        Column::Left("CREATED"),
        Column::Left("ARN"),
    ]);
    for stream in found {
        table.add(Line::from(stream).cells());
    }
    for line in table.lines() {
        out.text(line)?;
    }
    let count = u64::try_from(found.len()).unwrap_or(u64::MAX);
    out.text(Count(count, "stream"))
}
