//! Jobs, each done by all who can, in turns.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use super::build::Programs;
use super::table::{Table, Unit};
use super::{Scale, Who};
use crate::{Failure, process};

/// The server under load; it ends when this is dropped.
#[derive(Debug)]
pub(super) struct Load {
    server: Child,
    /// With lengths, in large chunks, in small ones.
    origins: [String; 3],
    /// An answer of ListFragments.
    page: PathBuf,
}

impl Load {
    pub(super) fn start(programs: &Programs, count: u64, bytes: u64) -> Result<Self, Failure> {
        let page = programs.folder.join("page.json");
        let mut server = Command::new(&programs.server)
            .args([count.to_string(), bytes.to_string()])
            .arg(&page)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let output = server.stdout.take().ok_or("the server says nothing")?;
        let mut lines = BufReader::new(output).lines();
        let mut origin = || {
            lines
                .next()
                .ok_or("the server has ended")?
                .map_err(Failure::from)
        };
        let origins = [origin()?, origin()?, origin()?];
        Ok(Self {
            server,
            origins,
            page,
        })
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        drop(self.server.stdin.take());
        // It has nobody left to serve.
        let _ = self.server.wait();
    }
}

/// What a program has used.
#[derive(Debug, Clone, Copy)]
pub(super) struct Used {
    /// Seconds from its start to its end.
    wall: f64,
    /// Seconds of processors.
    pub(super) cpu: f64,
    /// MiB at most.
    memory: f64,
}

impl Used {
    /// Of a run of `measure`.
    pub(super) fn of(measure: &mut Command) -> Result<Self, Failure> {
        let output = measure.stdin(Stdio::null()).output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            return Err(format!("`{}`: {said}", process::line(measure)).into());
        }
        let last = said.lines().last().unwrap_or_default();
        let numbers: Vec<f64> = last
            .split(' ')
            .filter_map(|word| word.parse().ok())
            .collect();
        match numbers.as_slice() {
            [wall, user, system, memory] => Ok(Self {
                wall: wall / 1e6,
                cpu: (user + system) / 1e6,
                memory: memory / 1024.0,
            }),
            _ => Err(format!("`{last}` is no measure").into()),
        }
    }
}

/// All who can do what is measured.
#[derive(Debug)]
pub(super) struct Bench<'a> {
    programs: &'a Programs,
    scale: Scale,
}

const LISTING: [Who; 5] = [
    Who::KvsUreq,
    Who::KvsHyper,
    Who::Sdk,
    Who::BareUreq,
    Who::Boto3,
];
const BUILDING: [Who; 4] = [Who::KvsUreq, Who::Sdk, Who::BareUreq, Who::Boto3];
const FETCHING: [Who; 7] = [
    Who::KvsUreq,
    Who::KvsHyper,
    Who::Sdk,
    Who::BareUreq,
    Who::BareHyper,
    Who::Curl,
    Who::Boto3,
];
const WRITING: [Who; 5] = [Who::KvsUreq, Who::KvsHyper, Who::Sdk, Who::Curl, Who::Boto3];

impl<'a> Bench<'a> {
    pub(super) fn new(programs: &'a Programs, scale: Scale) -> Self {
        Self { programs, scale }
    }

    /// Calls, and what they are made of.
    pub(super) fn small(&self, load: &Load, table: &mut Table) -> Result<(), Failure> {
        let [origin, ..] = &load.origins;
        let page = load.page.display().to_string();
        let times = self.scale.times;
        self.turns(&LISTING, |who| {
            let cold = self.used(who, &["list", origin, "1"])?;
            let row = "ListFragments of 1,000, cold: the whole process, wall";
            table.push(row, Unit::Millis, who, cold.wall * 1e3);
            table.push(
                "ListFragments of 1,000, cold, most memory",
                Unit::Mebibytes,
                who,
                cold.memory,
            );
            let warm = self.median(who, &["list", origin, times])?;
            let row = "ListFragments of 1,000, warm, wall";
            table.push(row, Unit::Micros, who, warm);
            Ok(())
        })?;
        self.turns(&BUILDING, |who| {
            let parse = self.median(who, &["parse", times, &page])?;
            table.push("parse of 1,000 fragments", Unit::Micros, who, parse);
            for (fragments, row) in [
                ("1", "build and sign, 1 fragment"),
                ("1000", "build and sign, 1,000 fragments"),
            ] {
                let sign = self.median(who, &["sign", times, fragments])?;
                table.push(row, Unit::Micros, who, sign);
            }
            Ok(())
        })?;
        let row = "JSON text of 1,000 fragments, and its SHA-256";
        self.turns(&[Who::BareUreq], |who| {
            let hash = self.median(who, &["hash", times, "1000"])?;
            table.push(row, Unit::Micros, who, hash);
            Ok(())
        })
    }

    /// Media that is fetched and forgotten.
    pub(super) fn bodies(&self, load: &Load, table: &mut Table) -> Result<(), Failure> {
        let rows = [
            "1 GiB with its length, CPU",
            "1 GiB in chunks of 64 KiB, CPU",
            "1 GiB in chunks of 1 KiB, CPU",
        ];
        for (origin, row) in load.origins.iter().zip(rows) {
            self.turns(&FETCHING, |who| {
                let used = self.used(who, &["body", origin])?;
                table.push(row, Unit::Millis, who, used.cpu * 1e3);
                Ok(())
            })?;
        }
        Ok(())
    }

    /// The job that people have. The peers write what comes, as it comes.
    pub(super) fn whole(&self, load: &Load, table: &mut Table) -> Result<(), Failure> {
        let [_, origin, _] = &load.origins;
        let file = self.programs.folder.join("whole.mkv");
        let path = file.display().to_string();
        self.turns(&WRITING, |who| {
            let used = self.used(who, &["file", origin, &path])?;
            fs::remove_file(&file)?;
            table.push(
                "the whole job, 1 GiB, CPU",
                Unit::Millis,
                who,
                used.cpu * 1e3,
            );
            table.push(
                "the whole job, 1 GiB, wall",
                Unit::Millis,
                who,
                used.wall * 1e3,
            );
            let row = "the whole job, 1 GiB, most memory";
            table.push(row, Unit::Mebibytes, who, used.memory);
            Ok(())
        })
    }

    /// Memory, where there is far more than fits.
    pub(super) fn huge(&self, load: &Load, table: &mut Table) -> Result<(), Failure> {
        let [_, origin, _] = &load.origins;
        for who in [Who::KvsUreq, Who::KvsHyper] {
            let used = self.used(who, &["file", origin, "/dev/null"])?;
            let row = "the whole job, 16 GiB, most memory";
            table.push(row, Unit::Mebibytes, who, used.memory);
        }
        Ok(())
    }

    /// Lets one after the other do it, so often that a noisy moment hits all alike.
    fn turns(
        &self,
        who: &[Who],
        mut measure: impl FnMut(Who) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        for _ in 0..self.scale.runs {
            for who in who.iter().filter(|who| self.takes_part(**who)) {
                measure(*who)?;
            }
        }
        Ok(())
    }

    fn takes_part(&self, who: Who) -> bool {
        !Who::BUILT.contains(&who) || self.programs.built.contains_key(&who)
    }

    fn command(&self, who: Who, words: &[&str]) -> Command {
        let mut measure = Command::new(&self.programs.measure);
        match (who, words) {
            (Who::Curl, ["file", origin, path]) => {
                measure.args(["curl", "--silent", "--fail", "--output", path]);
                measure.arg(format!("{origin}/media"));
            }
            (Who::Curl, [_, origin, ..]) => {
                measure.args(["curl", "--silent", "--fail", "--output", "/dev/null"]);
                measure.arg(format!("{origin}/media"));
            }
            (Who::Boto3, _) => {
                measure
                    .args([&self.programs.python, &self.programs.script])
                    .args(words);
            }
            _ => {
                measure.args(self.programs.built.get(&who)).args(words);
            }
        }
        measure
    }

    fn used(&self, who: Who, words: &[&str]) -> Result<Used, Failure> {
        Used::of(&mut self.command(who, words))
    }

    /// The median of the nanoseconds that a program prints, but for the first, in microseconds.
    fn median(&self, who: Who, words: &[&str]) -> Result<f64, Failure> {
        let text = process::text(&mut self.command(who, words))?;
        let times = text.lines().skip(1).map(str::parse);
        let mut times: Vec<f64> = times.collect::<Result<_, _>>()?;
        times.sort_unstable_by(f64::total_cmp);
        let median = times.get(times.len() / 2).ok_or("no times")?;
        Ok(median / 1e3)
    }
}
