//! `kvs get`.

use std::time::Instant;

use kvs_archive::{ExportOptions, Report, Selection};

use super::selection::{in_words, wanted};
use crate::args::{Format, Get, Global};
use crate::exit::{Failure, Outcome, say};
use crate::output::{self, Delivery, Options, Rejected, Sink};
use crate::progress::Progress;
use crate::report::Hole;
use crate::report::units::{Count, Length, Rate};
use crate::source::{self, Download, explain};

pub(super) fn run(get: &Get, global: &Global) -> Result<Outcome, Failure> {
    let selection = wanted(&get.stream, &get.which)?;
    let options = ExportOptions {
        attempts: source::attempts()?,
        keep_raw: get.format == Format::Raw,
        ..ExportOptions::default()
    };
    let sink = output::open(
        &get.output,
        &Options {
            format: get.format,
            gaps: get.gaps.into(),
            overwrite: get.overwrite,
        },
    )?;
    deliver(selection, options, sink, get.strict, global)
}

/// Fetches fragments into a sink, and says what has come of it.
pub(super) fn deliver(
    selection: Selection,
    options: ExportOptions,
    mut sink: Box<dyn Sink>,
    strict: bool,
    global: &Global,
) -> Result<Outcome, Failure> {
    let what = in_words(&selection);
    let source = source::open(global)?;
    let started = Instant::now();
    let mut download = source.download(selection, options);
    let progress = Progress::start(global.verbose);
    let tally = fetch(&mut *download, &mut *sink, strict, &progress)?;
    tally.check(download.report(), &what)?;
    let delivery = sink.finish(&tally.holes)?;
    progress.end();
    summarize(&tally, &delivery, started);
    Ok(if tally.holes.is_empty() && delivery.holes.is_none() {
        Outcome::Whole
    } else {
        Outcome::Holes
    })
}

/// What has come of the fragments.
#[derive(Debug, Default)]
struct Tally {
    written: u64,
    bytes: u64,
    /// In the order in which they would have come.
    holes: Vec<Hole>,
    /// How many of the report's missing fragments are among the holes.
    reported: usize,
}

impl Tally {
    fn take_missing(&mut self, report: &Report) {
        let new = report.missing.get(self.reported..).unwrap_or_default();
        self.holes.extend(new.iter().map(Hole::from));
        self.reported = report.missing.len();
    }

    fn check_strict(&self) -> Result<(), Failure> {
        match self.holes.first() {
            Some(hole) => Err(Failure::new(format_args!(
                "{hole}; without --strict the others are delivered"
            ))),
            None => Ok(()),
        }
    }

    /// Whether there is something to deliver.
    fn check(&self, report: &Report, what: &str) -> Result<(), Failure> {
        match (self.written, self.holes.as_slice()) {
            (0, []) => Err(Failure::new(format_args!(
                "no fragments {what}; `kvs list` shows what there is"
            ))),
            (0, [only]) => Err(Failure::new(format_args!(
                "{only}; `kvs list` shows what there is"
            ))),
            (0, [first, ..]) => Err(Failure::new(format_args!(
                "none of the {} could be had; {first}",
                Count(report.planned, "fragment")
            ))),
            _ => Ok(()),
        }
    }
}

/// Takes fragments from where they come to where they go.
fn fetch(
    download: &mut dyn Download,
    sink: &mut dyn Sink,
    strict: bool,
    progress: &Progress,
) -> Result<Tally, Failure> {
    let mut tally = Tally::default();
    while let Some(next) = download.next() {
        let fragment = next.map_err(explain)?;
        tally.take_missing(download.report());
        match sink.write(&fragment) {
            Ok(()) => {
                tally.written = tally.written.saturating_add(1);
                tally.bytes = tally.bytes.saturating_add(fragment.bytes);
            }
            Err(Rejected::Fragment(why)) => tally.holes.push(Hole::unwritable(&fragment, &why)),
            Err(Rejected::Output(failure)) => return Err(failure),
        }
        if strict {
            tally.check_strict()?;
        }
        progress.fragment(&fragment, download.report());
    }
    tally.take_missing(download.report());
    if strict {
        tally.check_strict()?;
    }
    Ok(tally)
}

fn summarize(tally: &Tally, delivery: &Delivery, started: Instant) {
    let took = started.elapsed();
    say(format_args!(
        "{}: {}, {} in {} ({})",
        delivery.name,
        Count(tally.written, "fragment"),
        Count(tally.bytes, "byte"),
        Length(took),
        Rate(tally.bytes, took)
    ));
    delivery.tell();
    if tally.holes.is_empty() {
        if let Some(file) = &delivery.holes {
            say(format_args!("{} tells which, and why", file.display()));
        }
        return;
    }
    let count = u64::try_from(tally.holes.len()).unwrap_or(u64::MAX);
    let named = match &delivery.holes {
        Some(file) => format!("{} tells which, and why", file.display()),
        None => "they are told above".to_owned(),
    };
    say(format_args!(
        "missing: {}; {named}",
        Count(count, "fragment")
    ));
}
