//! `kvs get`.

use std::time::Instant;

use kvs_archive::mkv::Fragment;
use kvs_archive::{ExportOptions, MissingReason, Report, Selection};
use kvs_file::TemporaryFile;

use super::request::Request;
use super::selection::{in_words, wanted};
use crate::args::{Format, Get, Global};
use crate::exit::{Failure, Outcome, say};
use crate::output::{self, Delivery, Earlier, Guarded, Options, Rejected, Resumable, Sink};
use crate::progress::Progress;
use crate::report::Hole;
use crate::report::units::{Count, Grouped, Length, Rate};
use crate::source::{self, Download, explain};

pub(super) fn run(get: &Get, global: &Global) -> Result<Outcome, Failure> {
    let selection = wanted(&get.stream, &get.which)?;
    let options = ExportOptions {
        attempts: source::attempts()?,
        keep_raw: get.format == Format::Raw,
        settle: get.settle,
        window: u64::from(get.window) << 20,
        ..ExportOptions::default()
    };
    if get.format == Format::Mkv && get.output.as_os_str() != "-" {
        return resumable(get, selection, options, global);
    }
    let sink = output::open(
        &get.output,
        &Options {
            format: get.format,
            gaps: get.gaps.into(),
            overwrite: get.overwrite,
        },
    )?;
    let spool = output::spool(&get.output);
    deliver(selection, (options, spool), sink, get.strict, global)
}

/// Fetches fragments into a sink, and says what has come of it.
pub(super) fn deliver(
    selection: Selection,
    (options, spool): (ExportOptions, TemporaryFile),
    sink: Box<dyn Sink>,
    strict: bool,
    global: &Global,
) -> Result<Outcome, Failure> {
    let source = source::open(global)?;
    let what = in_words(&selection);
    let progress = Progress::start(global.verbose);
    let download = source.download(selection, None, options, spool);
    Delivering {
        download,
        sink,
        progress,
        strict,
    }
    .run(Tally::default(), &what)
}

/// The same into a file that a later run goes on with, or an earlier one has begun.
fn resumable(
    get: &Get,
    selection: Selection,
    mut options: ExportOptions,
    global: &Global,
) -> Result<Outcome, Failure> {
    let source = source::open(global)?;
    let request = Request::new(get, &selection, global, &*source);
    let what = in_words(&selection);
    let output = Resumable::open(&get.output, get.gaps.into(), get.overwrite, get.restart)?;
    let (selection, request) = match output.request() {
        None => (selection, request.to_text()?),
        Some(text) => {
            let earlier = Request::parse(text);
            let earlier = earlier.ok_or_else(|| output.other("for a request of another form"))?;
            if let Some(difference) = request.difference(&earlier) {
                return Err(output.other(&difference));
            }
            let meant = earlier.meant(selection);
            let meant = meant.ok_or_else(|| output.other("for a range of another form"))?;
            (meant, text.to_owned())
        }
    };
    // What is whole cannot take what would be found.
    options.settle &= !output.is_complete();
    let (sink, earlier) = output.go_on(&request)?;
    let (plan, tally) = match earlier {
        None => (None, Tally::default()),
        Some(earlier) => {
            say(format_args!(
                "{}: goes on after {} of {}",
                get.output.display(),
                Grouped(earlier.settled),
                Count(earlier.plan.len(), "fragment")
            ));
            let tally = Tally::after(&earlier);
            (Some(earlier.plan), tally)
        }
    };
    let progress = Progress::start(global.verbose);
    let bar = progress.bar();
    let sink = Box::new(Guarded::new(sink, move || bar.finish_and_clear())?);
    let spool = output::spool(&get.output);
    let download = source.download(selection, plan, options, spool);
    Delivering {
        download,
        sink,
        progress,
        strict: get.strict,
    }
    .run(tally, &what)
}

/// Fragments on their way from a stream to an output.
struct Delivering<'a> {
    download: Box<dyn Download + 'a>,
    sink: Box<dyn Sink>,
    progress: Progress,
    /// Whether one hole is one too many.
    strict: bool,
}

impl Delivering<'_> {
    fn run(mut self, mut tally: Tally, what: &str) -> Result<Outcome, Failure> {
        let started = Instant::now();
        let fetched = self.fetch(&mut tally);
        let fetched = fetched.and_then(|()| tally.check(self.download.report(), what));
        if let Err(failure) = fetched {
            return Err(match self.sink.suspend() {
                Some(kept) => failure.and(kept),
                None => failure,
            });
        }
        tally.holes.append(&mut tally.late);
        let delivery = self.sink.finish(&tally.holes)?;
        self.progress.end();
        summarize(&tally, &delivery, started);
        Ok(if tally.holes.is_empty() && delivery.holes.is_none() {
            Outcome::Whole
        } else {
            Outcome::Holes
        })
    }

    fn fetch(&mut self, tally: &mut Tally) -> Result<(), Failure> {
        let mut refused = None;
        while let Some(next) = self.download.next() {
            let fragment = next.map_err(explain)?;
            self.look(tally)?;
            if fragment.begins() {
                refused = None;
            }
            // With one of its parts all that follow are refused.
            if refused.is_none() {
                match self.sink.write(&fragment) {
                    Ok(()) => tally.take(&fragment),
                    Err(Rejected::Fragment(why)) => {
                        refused = Some(Hole::unwritable(&fragment, &why));
                    }
                    Err(Rejected::Output(failure)) => return Err(failure),
                }
            }
            // Told before it is settled, a run that goes on here would find it once more.
            if let Some(hole) = refused.take_if(|_| fragment.ends()) {
                tally.holes.push(hole);
                self.check_strict(tally)?;
            }
            self.settle(tally)?;
            self.progress.fragment(&fragment, self.download.report());
        }
        self.look(tally)?;
        self.settle(tally)
    }

    /// Looks what has turned out to be missing.
    fn look(&self, tally: &mut Tally) -> Result<(), Failure> {
        tally.take_missing(self.download.report());
        self.check_strict(tally)
    }

    fn check_strict(&self, tally: &Tally) -> Result<(), Failure> {
        let mut all = tally.holes.iter().chain(&tally.late);
        match all.next().filter(|_| self.strict) {
            Some(hole) => Err(Failure::new(format_args!(
                "{hole}; without --strict the others are delivered"
            ))),
            None => Ok(()),
        }
    }

    fn settle(&mut self, tally: &Tally) -> Result<(), Failure> {
        let settled = self.download.report().settled;
        let settled = tally.earlier.saturating_add(settled);
        let plan = self.download.plan();
        self.sink.settle(plan, settled, &tally.holes)
    }
}

/// What has come of the fragments.
#[derive(Debug, Default)]
struct Tally {
    written: u64,
    bytes: u64,
    /// In the order in which they would have come.
    holes: Vec<Hole>,
    /// Those that were stored too late for their place: no part of the plan.
    late: Vec<Hole>,
    /// How many of the report's missing fragments are among the holes.
    reported: usize,
    /// How many fragments an earlier run has settled.
    earlier: u64,
}

impl Tally {
    fn after(earlier: &Earlier) -> Self {
        let holes = u64::try_from(earlier.holes.len()).unwrap_or(u64::MAX);
        let mut tally = Self {
            written: earlier.settled.saturating_sub(holes),
            holes: earlier.holes.clone(),
            earlier: earlier.settled,
            ..Self::default()
        };
        tally.add_late(earlier.late.iter().cloned());
        tally
    }

    fn take(&mut self, fragment: &Fragment) {
        self.written = self.written.saturating_add(u64::from(fragment.ends()));
        self.bytes = self.bytes.saturating_add(fragment.bytes);
    }

    fn take_missing(&mut self, report: &Report) {
        let new = report.missing.get(self.reported..).unwrap_or_default();
        for missing in new {
            match missing.reason {
                MissingReason::Late => self.add_late([missing.into()]),
                _ => self.holes.push(missing.into()),
            }
        }
        self.reported = report.missing.len();
    }

    /// An earlier run may have found them as well.
    fn add_late(&mut self, late: impl IntoIterator<Item = Hole>) {
        for hole in late {
            if self.late.iter().all(|known| known.number != hole.number) {
                self.late.push(hole);
            }
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

fn summarize(tally: &Tally, delivery: &Delivery, started: Instant) {
    let took = started.elapsed();
    // What comes over the wire is another number: each fragment has a header of its own there.
    let size = delivery
        .size
        .map(|size| format!(", {}", Count(size, "byte")));
    say(format_args!(
        "{}: {}{}; {} received in {} ({})",
        delivery.name,
        Count(tally.written, "fragment"),
        size.unwrap_or_default(),
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

#[cfg(test)]
mod tests;
