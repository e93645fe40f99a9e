//! What is left of a run that was killed, or whose machine lost its power.

use std::collections::BTreeMap;

use kvs_ureq::archive::journal::{Journal, Mark, MarkKind, Reader};
use kvs_ureq::archive::{Export, Missing, MissingReason, Plan, Report};
use kvs_ureq::mkv::{Crc32, Fragment};

use super::dice::Dice;

/// A file of fragments, and the journal beside it.
#[derive(Debug, Default)]
pub(super) struct Disk {
    pub(super) file: Vec<Fragment>,
    /// Whether parts are missing of the last.
    pub(super) is_inside: bool,
    journal: Vec<u8>,
    /// How much of both is there after the power has failed.
    synced: (usize, usize),
    /// What the numbers in the journal stand for.
    missing: BTreeMap<String, Missing>,
}

/// What one run knows of the journal.
#[derive(Debug)]
pub(super) struct Record {
    journal: Journal,
    planned: Option<u64>,
    checksum: Crc32,
    /// What an earlier run has settled.
    before: u64,
    /// How many of the report's missing ones are told.
    reported: usize,
}

/// What earlier runs have done.
#[derive(Debug)]
pub(super) struct Earlier {
    pub(super) plan: Plan,
    pub(super) is_complete: bool,
    settled: u64,
    delivered: u64,
    missing: Vec<Missing>,
}

impl Disk {
    /// What a new run finds.
    pub(super) fn open(&mut self) -> Result<(Record, Option<Earlier>), String> {
        let mut reader = Reader::default();
        let read = reader.push(&self.journal);
        read.map_err(|bad| format!("the journal is {bad}"))?;
        let Some(past) = reader.finish() else {
            let (journal, text) = Journal::begin("this");
            *self = Self {
                journal: text.into(),
                missing: std::mem::take(&mut self.missing),
                ..Self::default()
            };
            return Ok((Record::new(journal, 0), None));
        };
        let marks = self.agreeing(&past.marks)?;
        let held = &past.marks[..marks];
        let (length, settled) = held
            .last()
            .map_or((0, 0), |last| (last.length, last.settled));
        let numbers = held.iter().flat_map(|mark| &mark.missing);
        let missing = numbers.map(|number| self.missing[number].clone()).collect();
        self.file.truncate(length as usize);
        self.is_inside = false;
        let mut record = Record::new(past.journal(marks), settled);
        record.planned = Some(past.planned(marks));
        self.file.iter().for_each(|one| record.add(one));
        self.journal.truncate(record.journal.len() as usize);
        let earlier = Earlier {
            is_complete: past.is_complete(),
            plan: past.into_plan(marks),
            settled,
            delivered: length,
            missing,
        };
        Ok((record, Some(earlier)))
    }

    /// How many marks the file agrees with.
    fn agreeing(&self, marks: &[Mark]) -> Result<usize, String> {
        let (mut checksum, mut at) = (Crc32::new(), 0);
        for (index, mark) in marks.iter().enumerate() {
            let more = self.file.get(at..mark.length as usize);
            let more = more.into_iter().flatten();
            more.for_each(|one| checksum.update(&one.raw.concat()));
            at = mark.length as usize;
            if at > self.file.len() || checksum.value() != mark.checksum {
                let mut lost = marks[index..].iter();
                return match lost.any(|mark| mark.kind != MarkKind::Written) {
                    true => Err("what the disk had is gone".to_owned()),
                    false => Ok(index),
                };
            }
        }
        Ok(marks.len())
    }

    /// Leaves out the last one, if parts of it are missing.
    pub(super) fn give_up(&mut self) {
        if std::mem::take(&mut self.is_inside) {
            self.file.pop();
        }
    }

    /// What was not synced may be gone, any part of it.
    pub(super) fn lose_power(&mut self, dice: &mut Dice) {
        let (file, journal) = self.synced;
        let rest = |all: usize, synced: usize| all.saturating_sub(synced) + 1;
        self.file
            .truncate(file + dice.index(rest(self.file.len(), file)));
        let kept = journal + dice.index(rest(self.journal.len(), journal));
        self.journal.truncate(kept);
    }
}

impl Record {
    fn new(journal: Journal, before: u64) -> Self {
        Self {
            journal,
            planned: None,
            checksum: Crc32::new(),
            before,
            reported: 0,
        }
    }

    fn add(&mut self, fragment: &Fragment) {
        self.checksum.update(&fragment.raw.concat());
    }

    /// Writes a fragment behind the others, which does not count before there is a mark, or the next
    /// part of the last one.
    pub(super) fn write(&mut self, mut part: Fragment, disk: &mut Disk) {
        self.add(&part);
        disk.is_inside = !part.ends();
        match disk.file.last_mut() {
            Some(last) if !part.begins() => last.raw.append(&mut part.raw),
            _ => disk.file.push(part),
        }
    }

    pub(super) fn mark(&mut self, kind: MarkKind, export: &Export, disk: &mut Disk) {
        let Some(plan) = export.plan() else { return };
        let told = self.planned.replace(plan.len());
        if told != self.planned {
            let lines = self.journal.addition(plan, told.unwrap_or(0));
            disk.journal.extend(lines.collect::<String>().bytes());
        }
        let report = export.report();
        let mut missing = Vec::new();
        for (at, one) in report.missing.iter().enumerate() {
            // What is late is no part of the plan; a run that goes on finds it again.
            let is_told = match one.reason {
                MissingReason::Late => kind != MarkKind::Sealed,
                _ => at < self.reported,
            };
            if !is_told {
                let number = one.fragment.number().to_string();
                disk.missing.insert(number.clone(), one.clone());
                missing.push(number);
            }
        }
        self.reported = report.missing.len();
        let text = self.journal.mark(&Mark {
            kind,
            settled: self.before + report.settled,
            length: disk.file.len() as u64,
            checksum: self.checksum.value(),
            state: vec![],
            missing,
        });
        disk.journal.extend(text.bytes());
        if kind != MarkKind::Written {
            disk.synced = (disk.file.len(), disk.journal.len());
        }
    }
}

impl Earlier {
    /// The numbers of what is settled.
    pub(super) fn settled(&self) -> impl Iterator<Item = String> {
        let settled = self.plan.iter().take(self.settled as usize);
        settled.map(|planned| planned.number().to_string())
    }

    /// What this run and the earlier ones have done together.
    pub(super) fn complete(self, report: &mut Report) {
        report.planned += self.settled;
        report.delivered += self.delivered;
        for missing in self.missing {
            let is_late = missing.reason == MissingReason::Late;
            let mut again = report.missing.iter();
            if is_late && again.any(|one| one.fragment.number() == missing.fragment.number()) {
                continue;
            }
            report.planned += u64::from(is_late);
            report.missing.push(missing);
        }
    }
}
