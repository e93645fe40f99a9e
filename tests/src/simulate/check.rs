//! What must hold of every export.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::time::SystemTime;

use kvs_ureq::api::archived_media::{Exception, GetMediaForFragmentList, ListFragments};
use kvs_ureq::api::protocol::ErrorKind;
use kvs_ureq::archive::{ExportOptions, Missing, MissingReason};
use kvs_ureq::mkv::Fragment;

use super::world::{MOST_FRAME, MOST_PIECE, World};
use super::{Outcome, Run};

/// More steps than any of these exports needs.
const MOST_STEPS: u64 = 1_000_000;

/// What was sent, and when.
#[derive(Debug, Default)]
pub(super) struct Trace {
    steps: u64,
    media: Vec<(SystemTime, u64)>,
    metadata: Vec<(SystemTime, u64)>,
    /// What earlier runs have settled.
    pub(super) settled: BTreeSet<String>,
}

impl Trace {
    pub(super) fn step(&mut self) -> Result<(), String> {
        self.steps += 1;
        let goes_on = self.steps < MOST_STEPS;
        goes_on
            .then_some(())
            .ok_or_else(|| "does not end".to_owned())
    }

    pub(super) fn listed(&mut self, request: &ListFragments, now: SystemTime) {
        let points = request.max_results.unwrap_or(1);
        self.metadata.push((now, points.unsigned_abs()));
    }

    pub(super) fn opened(
        &mut self,
        request: &GetMediaForFragmentList,
        now: SystemTime,
    ) -> Result<(), String> {
        let asked = request.fragments.as_deref().unwrap_or_default();
        self.media.push((now, asked.len() as u64));
        match asked.iter().find(|number| self.settled.contains(*number)) {
            Some(number) => Err(format!("asks for fragment {number}, which is settled")),
            None => Ok(()),
        }
    }
}

/// The first rule that is broken, else what the export has come to.
pub(super) fn check(run: &Run, world: &World) -> Result<Outcome, String> {
    for trace in &run.traces {
        budget("media", &trace.media, run.options.quota.media)?;
        budget("metadata", &trace.metadata, run.options.quota.metadata)?;
    }
    memory(run, world)?;
    let delivered = delivered(run, world)?;
    accounted(run, world, &delivered)?;
    for missing in &run.report.missing {
        truthful(missing, run, world)?;
    }
    let mut faults = world.faults.clone();
    let late = world
        .stored
        .values()
        .filter(|one| one.listed_from > 0)
        .count();
    faults.insert("fragment listed late", late as u64);
    let understated = world.stored.values().filter(|one| one.understated > 1);
    faults.insert("fragment understated", understated.count() as u64);
    let ending = match (
        &run.failure,
        run.was_cancelled,
        run.report.missing.is_empty(),
    ) {
        (Some(error), _, _) if world.faults.is_empty() => {
            return Err(format!("failed without a fault: {error}"));
        }
        // No fault of this world makes a request that cannot be sent, or an answer to be misread.
        (Some(error), _, _) if !is_foreseen(&error.kind) => {
            return Err(format!("failed by its own fault: {error}"));
        }
        (Some(_), _, _) => "failed",
        (None, true, _) => "cancelled",
        (None, false, true) => "whole",
        (None, false, false) => "with holes",
    };
    Ok(Outcome { ending, faults })
}

fn is_foreseen(kind: &ErrorKind<Exception>) -> bool {
    matches!(kind, ErrorKind::Refused(_) | ErrorKind::Interrupted(_))
}

/// In no stretch of time is more spent than comes in, beside what a second holds and one request.
fn budget(name: &str, spent: &[(SystemTime, u64)], rate: u32) -> Result<(), String> {
    let largest = spent.iter().map(|(_, points)| *points).max().unwrap_or(0);
    for (from, (begin, _)) in spent.iter().enumerate() {
        let mut sum = 0;
        for (end, points) in &spent[from..] {
            sum += points;
            let seconds = end.duration_since(*begin).unwrap_or_default().as_secs_f64();
            let most = f64::from(rate) * (seconds + 1.0) + largest as f64 + 0.01;
            if sum as f64 > most {
                return Err(format!("spent {sum} points for {name} in {seconds} s"));
            }
        }
    }
    Ok(())
}

fn memory(run: &Run, world: &World) -> Result<(), String> {
    let largest = world.stored.values().map(|one| one.payload.len() as u64);
    let largest = largest.max().unwrap_or(0);
    let connections = u64::from(run.options.connections.map_or(1, std::num::NonZeroU8::get));
    let (window, piece) = (run.options.window, MOST_PIECE as u64);
    let most = match run.has_spool {
        // A piece is kept as long as any part of it, and so is the frame that it ends in.
        true => window + window / 4 + (connections + 1) * 2 * (piece + MOST_FRAME as u64),
        // Repeats and strangers are in no plan.
        false => window + 3 * (connections + 1) * largest + 2 * piece * connections,
    };
    let peak = world.peak.load(Ordering::Relaxed);
    if peak > most {
        return Err(format!("kept {peak} bytes, where {most} are allowed"));
    }
    match world.live.load(Ordering::Relaxed) {
        0 => Ok(()),
        left => Err(format!("left {left} bytes behind")),
    }
}

/// What comes back of a fragment is a part of the window, and the frame that it ends in.
pub(super) fn part(fragment: &Fragment, options: &ExportOptions) -> Result<(), String> {
    let most = options.window / 2 + 2 * MOST_FRAME as u64;
    match fragment.part.is_some() && fragment.bytes > most {
        true => Err(format!("a part has {} bytes", fragment.bytes)),
        false => Ok(()),
    }
}

/// Everything that was delivered is as it was stored, in order, and comes once.
fn delivered(run: &Run, world: &World) -> Result<BTreeSet<u64>, String> {
    let mut seen = BTreeSet::new();
    let mut former = None;
    let mut traces = run.traces.iter();
    let is_listed = traces.any(|trace| !trace.metadata.is_empty());
    for fragment in &run.fragments {
        let number = fragment.number.as_ref().map(ToString::to_string);
        let number: u64 = number
            .and_then(|n| n.parse().ok())
            .ok_or("delivered no number")?;
        let stored = world
            .stored
            .get(&number)
            .ok_or("delivered what nobody has")?;
        // Noise behind a fragment may stay with it; its frames are whole.
        let raw = fragment.raw.concat();
        let rest = raw.strip_prefix(stored.payload.as_ref());
        if !rest.is_some_and(|rest| rest.iter().all(|byte| *byte == 0)) {
            return Err(format!("fragment {number} is altered"));
        }
        if !seen.insert(number) {
            return Err(format!("fragment {number} came twice"));
        }
        let order = (if is_listed { stored.producer } else { 0 }, number);
        if former.is_some_and(|former| former > order) {
            return Err(format!("fragment {number} is out of order"));
        }
        former = Some(order);
    }
    Ok(seen)
}

/// Each fragment is delivered or missing, and nothing is both.
fn accounted(run: &Run, world: &World, delivered: &BTreeSet<u64>) -> Result<(), String> {
    let report = &run.report;
    if report.delivered != run.fragments.len() as u64 {
        return Err("the report counts wrongly".to_owned());
    }
    let was_planned = report.planned > 0 || world.stored.is_empty();
    if !was_planned && (run.failure.is_some() || run.was_cancelled) {
        return Ok(());
    }
    let missing: BTreeSet<u64> = report.missing.iter().filter_map(number).collect();
    if missing.len() != report.missing.len() || !missing.is_disjoint(delivered) {
        return Err("a fragment is reported twice, or delivered too".to_owned());
    }
    let all = (missing.len() + delivered.len()) as u64;
    if report.planned != all {
        return Err(format!(
            "{all} of {} fragments are accounted for",
            report.planned
        ));
    }
    let from_the_start = world.stored.iter().filter(|(_, one)| one.listed_from == 0);
    let from_the_start = from_the_start.map(|(number, _)| number);
    // The last listing is the one that settles, if one does.
    let is_over = run.failure.is_none() && !run.was_cancelled;
    let listed = world.listings.last().filter(|_| is_over);
    for number in from_the_start.chain(listed.into_iter().flatten()) {
        if !missing.contains(number) && !delivered.contains(number) {
            return Err(format!("fragment {number} is lost"));
        }
    }
    Ok(())
}

fn number(missing: &Missing) -> Option<u64> {
    missing.fragment.number().as_str().parse().ok()
}

/// What is reported missing could not be had, and was asked for as often as is said.
fn truthful(missing: &Missing, run: &Run, world: &World) -> Result<(), String> {
    let stored = number(missing).and_then(|number| world.stored.get(&number));
    let (Some(stored), tries) = (stored, missing.tries) else {
        return Ok(());
    };
    let attempts = run.options.attempts;
    let is_true = match &missing.reason {
        MissingReason::Cancelled => run.failure.is_some() || run.was_cancelled,
        MissingReason::Late => stored.listed_from > 0,
        MissingReason::InBand(error) if error.id == Some(4500) => stored.harm >= 1,
        _ => tries == attempts && stored.harm >= tries,
    };
    let what = || format!("not true of {missing:?}, harmed {} times", stored.harm);
    is_true.then_some(()).ok_or_else(what)
}
