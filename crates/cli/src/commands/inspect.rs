//! `kvs inspect`.

use std::sync::Arc;

use kvs_archive::mkv::{Damage, Fault, Fragment, Fragments, Track};

use super::input::Input;
use super::stdout::Lines;
use crate::args::Inspect;
use crate::exit::{Failure, Outcome, say};
use crate::output;
use crate::report::units::{self, Count};
use crate::report::{Column, FragmentLine, Survey, Table, Timeline, describe, tracks};

pub(super) fn run(inspect: &Inspect) -> Result<Outcome, Failure> {
    let mut input = Input::open(&inspect.file)?;
    let timeline = inspect.timeline.as_deref();
    let timeline = timeline.map(|path| output::Document::create(path, inspect.overwrite));
    let timeline = timeline.transpose()?;
    let mut fragments = Fragments::new();
    let out = match &timeline {
        Some(_) => Lines::new().beside(),
        None => Lines::new(),
    };
    let mut found = Found::new(inspect, out);
    while let Some(piece) = input.piece()? {
        found.bytes = found.bytes.saturating_add(piece.len() as u64);
        fragments.push(piece);
        found.take(&mut fragments)?;
    }
    fragments.finish();
    found.take(&mut fragments)?;
    let survey = found.end()?;
    if let Some(document) = timeline {
        let title = inspect.file.display().to_string();
        document.publish(Timeline::draw(&survey, &title))?;
    }
    Ok(Outcome::Whole)
}

/// What has been found so far.
struct Found<'a> {
    inspect: &'a Inspect,
    out: Lines,
    table: Table<8>,
    survey: Survey,
    tracks: Option<Arc<[Track]>>,
    /// Bytes read.
    bytes: u64,
    fragments: u64,
    frames: u64,
    /// What stands where Matroska should begin.
    not_matroska: Option<Damage>,
}

impl<'a> Found<'a> {
    fn new(inspect: &'a Inspect, out: Lines) -> Self {
        let table = Table::new([
            Column::Left("NUMBER"),
            Column::Left("PRODUCER TIME"),
            Column::Right("LENGTH"),
            Column::Right("BYTES"),
            Column::Right("BIT RATE"),
            Column::Right("FRAMES"),
            Column::Right("KEYFRAMES"),
            Column::Left("STATE"),
        ]);
        Self {
            inspect,
            out,
            table,
            survey: Survey::default(),
            tracks: None,
            bytes: 0,
            fragments: 0,
            frames: 0,
            not_matroska: None,
        }
    }

    fn take(&mut self, fragments: &mut Fragments) -> Result<(), Failure> {
        while let Some(next) = fragments.next_fragment() {
            match next {
                Ok(fragment) => self.fragment(&fragment)?,
                Err(damage) => self.damage(damage),
            }
        }
        Ok(())
    }

    fn fragment(&mut self, fragment: &Fragment) -> Result<(), Failure> {
        let frames = u64::try_from(fragment.frames.len()).unwrap_or(u64::MAX);
        self.fragments = self.fragments.saturating_add(1);
        self.frames = self.frames.saturating_add(frames);
        if !self.inspect.json || self.inspect.timeline.is_some() {
            self.survey.add(fragment);
        }
        let line = FragmentLine::from(fragment);
        if self.inspect.json {
            self.out.json(&line)?;
            // Whoever watches a pipe wants to see what has come.
            return self.out.flush();
        }
        if self.tracks.as_ref() != Some(&fragment.tracks) && !fragment.tracks.is_empty() {
            self.rows()?;
            self.out.text(describe(&fragment.tracks))?;
            self.tracks = Some(Arc::clone(&fragment.tracks));
        }
        if let Some(gap) = self.survey.stretches.last().and_then(|stretch| stretch.gap) {
            self.table
                .note(format!("-- nothing for {} --", units::nanos(gap)));
        }
        self.table.add(line.cells());
        Ok(())
    }

    fn damage(&mut self, damage: Damage) {
        if matches!(damage.fault, Fault::NotMatroska(_)) {
            self.not_matroska = Some(damage);
            return;
        }
        say(format_args!(
            "warning: {}: {damage}",
            self.inspect.file.display()
        ));
    }

    /// Writes the table of the fragments that share their tracks.
    fn rows(&mut self) -> Result<(), Failure> {
        if self.table.is_empty() {
            return Ok(());
        }
        let lines = self.table.lines();
        self.table.clear();
        lines.iter().try_for_each(|line| self.out.text(line))
    }

    fn end(mut self) -> Result<Survey, Failure> {
        let file = self.inspect.file.display();
        if self.fragments == 0 && self.bytes == 0 {
            return Err(Failure::new(format_args!("{file} is empty")));
        }
        match &self.not_matroska {
            Some(damage) if self.fragments == 0 => {
                return Err(Failure::new(format_args!(
                    "{file} is {}; give a Matroska or WebM file",
                    damage.fault
                )));
            }
            Some(damage) => say(format_args!("warning: {file}: {damage}")),
            None => {}
        }
        if !self.inspect.json {
            self.rows()?;
            self.totals()?;
        }
        self.out.flush()?;
        Ok(self.survey)
    }

    fn totals(&mut self) -> Result<(), Failure> {
        if !self.survey.tracks.is_empty() {
            self.out.text("")?;
            for line in tracks(&self.survey.tracks) {
                self.out.text(line)?;
            }
        }
        let gaps = match self.survey.gaps() {
            (0, _) => "no gaps".to_owned(),
            (count, length) => {
                format!("{} of {} in all", Count(count, "gap"), units::nanos(length))
            }
        };
        self.out.text("")?;
        self.out.text(format_args!(
            "{}, {}, {}, {}, {gaps}",
            Count(self.fragments, "fragment"),
            Count(self.frames, "frame"),
            Count(self.bytes, "byte"),
            units::nanos(self.survey.length())
        ))
    }
}
