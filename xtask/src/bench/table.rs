//! The table, and what of it was to be reached.

use std::fmt;

use super::Who;

/// What a row is in.
#[derive(Debug, Clone, Copy)]
pub(super) enum Unit {
    Count,
    Seconds,
    Millis,
    Micros,
    Mebibytes,
}

impl Unit {
    fn name(self) -> &'static str {
        match self {
            Self::Count => "",
            Self::Seconds => " s",
            Self::Millis => " ms",
            Self::Micros => " µs",
            Self::Mebibytes => " MiB",
        }
    }
}

/// Samples, by row and by who they are of, in the order in which they came first.
#[derive(Debug, Default)]
pub(super) struct Table {
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    name: &'static str,
    unit: Unit,
    samples: Vec<(Who, Vec<f64>)>,
}

impl Table {
    pub(super) fn push(&mut self, name: &'static str, unit: Unit, who: Who, sample: f64) {
        let at = self.rows.iter().position(|row| row.name == name);
        let at = at.unwrap_or_else(|| {
            let samples = Vec::new();
            self.rows.push(Row {
                name,
                unit,
                samples,
            });
            self.rows.len().saturating_sub(1)
        });
        let Some(row) = self.rows.get_mut(at) else {
            return;
        };
        match row.samples.iter_mut().find(|(known, _)| *known == who) {
            Some((_, samples)) => samples.push(sample),
            None => row.samples.push((who, vec![sample])),
        }
    }

    fn median(&self, name: &str, who: Who) -> Option<f64> {
        let row = self.rows.iter().find(|row| row.name == name)?;
        let (_, samples) = row.samples.iter().find(|(known, _)| *known == who)?;
        spread(samples).map(|(_, median, _)| median)
    }
}

/// The least, the median, the most.
fn spread(samples: &[f64]) -> Option<(f64, f64, f64)> {
    let mut samples = samples.to_vec();
    samples.sort_unstable_by(f64::total_cmp);
    let median = samples.get(samples.len() / 2)?;
    Some((*samples.first()?, *median, *samples.last()?))
}

/// A goal: a row of ours against a number, or against somebody else's times a number.
struct Goal {
    row: &'static str,
    who: Who,
    most: f64,
    of: Option<(&'static str, Who)>,
}

const fn goal(row: &'static str, who: Who, most: f64) -> Goal {
    let of = None;
    Goal { row, who, most, of }
}

const fn ratio(row: &'static str, who: Who, most: f64, of: Who) -> Goal {
    let of = Some((row, of));
    Goal { row, who, most, of }
}

const GOALS: [Goal; 17] = [
    goal("crates in the tree, root included", Who::KvsUreq, 50.0),
    goal("clean release build, CPU", Who::KvsUreq, 80.0),
    ratio("clean release build, CPU", Who::KvsUreq, 0.2, Who::Sdk),
    // 2.2 MB.
    goal("stripped, LTO, `z`", Who::KvsUreq, 2.2e6 / 1_048_576.0),
    ratio(
        "ListFragments of 1,000, cold: the whole process, wall",
        Who::KvsUreq,
        0.5,
        Who::Sdk,
    ),
    ratio(
        "ListFragments of 1,000, warm, wall",
        Who::KvsUreq,
        0.35,
        Who::Sdk,
    ),
    goal("parse of 1,000 fragments", Who::KvsUreq, 200.0),
    Goal {
        row: "build and sign, 1,000 fragments",
        who: Who::KvsUreq,
        most: 1.1,
        of: Some((
            "JSON text of 1,000 fragments, and its SHA-256",
            Who::BareUreq,
        )),
    },
    ratio(
        "1 GiB in chunks of 64 KiB, CPU",
        Who::KvsHyper,
        1.05,
        Who::BareHyper,
    ),
    ratio(
        "1 GiB in chunks of 1 KiB, CPU",
        Who::KvsHyper,
        1.05,
        Who::BareHyper,
    ),
    ratio(
        "1 GiB in chunks of 64 KiB, CPU",
        Who::KvsUreq,
        0.6,
        Who::BareUreq,
    ),
    ratio(
        "1 GiB in chunks of 1 KiB, CPU",
        Who::KvsUreq,
        0.6,
        Who::BareUreq,
    ),
    ratio("the whole job, 1 GiB, CPU", Who::KvsUreq, 1.5, Who::Curl),
    ratio("the whole job, 1 GiB, CPU", Who::KvsHyper, 1.5, Who::Curl),
    // 16 MiB, and a window of 32.
    goal("the whole job, 1 GiB, most memory", Who::KvsUreq, 48.0),
    goal("the whole job, 16 GiB, most memory", Who::KvsUreq, 48.0),
    goal("the whole job, 16 GiB, most memory", Who::KvsHyper, 48.0),
];

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| what | who | median | least to most | of kvs-ureq |")?;
        writeln!(f, "| --- | --- | ---: | ---: | ---: |")?;
        for row in &self.rows {
            let ours = self.median(row.name, Who::KvsUreq);
            for (index, (who, samples)) in row.samples.iter().enumerate() {
                let Some((least, median, most)) = spread(samples) else {
                    continue;
                };
                let name = if index == 0 { row.name } else { "" };
                let unit = row.unit.name();
                write!(f, "| {name} | {} | {}{unit} | ", who.name(), Short(median))?;
                match samples.len() {
                    1 => write!(f, "once | ")?,
                    _ => write!(f, "{} to {} | ", Short(least), Short(most))?,
                }
                match ours {
                    Some(ours) if ours > 0.0 => writeln!(f, "{:.2} |", median / ours)?,
                    _ => writeln!(f, "|")?,
                }
            }
        }
        Ok(())
    }
}

/// What was to be reached, and is or is not.
#[derive(Debug)]
pub(super) struct Goals<'a>(pub(super) &'a Table);

impl fmt::Display for Goals<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(table) = self;
        writeln!(f, "| goal | who | at most | is | |")?;
        writeln!(f, "| --- | --- | ---: | ---: | --- |")?;
        for Goal { row, who, most, of } in GOALS {
            let Some(mut is) = table.median(row, who) else {
                continue;
            };
            let mut limit = Short(most).to_string();
            if let Some((base, of)) = of {
                let Some(base) = table.median(base, of) else {
                    continue;
                };
                is /= base;
                limit.push_str(" of ");
                limit.push_str(of.name());
            }
            let verdict = if is <= most { "reached" } else { "**missed**" };
            writeln!(
                f,
                "| {row} | {} | {limit} | {} | {verdict} |",
                who.name(),
                Short(is)
            )?;
        }
        Ok(())
    }
}

/// A number with three digits that count.
struct Short(f64);

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(number) = self;
        match number.abs() {
            large if large >= 100.0 || number.fract() == 0.0 => write!(f, "{number:.0}"),
            medium if medium >= 10.0 => write!(f, "{number:.1}"),
            _ => write!(f, "{number:.2}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_shows_everybody_and_goals_are_judged() {
        let mut table = Table::default();
        let row = "1 GiB in chunks of 64 KiB, CPU";
        for sample in [300.0, 100.0, 200.0] {
            table.push(row, Unit::Millis, Who::KvsUreq, sample);
        }
        table.push(row, Unit::Millis, Who::BareUreq, 250.0);
        let text = format!("{table}{}", Goals(&table));
        assert!(text.contains(&format!(
            "| {row} | kvs-ureq | 200 ms | 100 to 300 | 1.00 |"
        )));
        assert!(text.contains("|  | bare ureq | 250 ms | once | 1.25 |"));
        let judged = format!("| {row} | kvs-ureq | 0.60 of bare ureq | 0.80 | **missed** |");
        assert!(text.contains(&judged), "{text}");
    }
}
