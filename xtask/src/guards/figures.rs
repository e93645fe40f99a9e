//! The figures, and the file that they are noted in.

use std::fmt;

use crate::Failure;

/// What was counted, by name and in order.
#[derive(Debug)]
pub(super) struct Figures {
    /// Bytes and instructions are those of one compiler.
    pub(super) compiler: String,
    counts: Vec<(String, Figure)>,
}

/// A count, and how far it may be from what is noted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Figure {
    count: u64,
    leeway: Leeway,
}

#[derive(Debug, Clone, Copy)]
enum Leeway {
    None,
    /// Fewer is fine, and so many are too many in any case.
    Fewer(u64),
    Percent(u64),
}

impl Figure {
    pub(super) fn exactly(count: u64) -> Self {
        let leeway = Leeway::None;
        Self { count, leeway }
    }

    /// As noted, and in no case more than that.
    pub(super) fn at_most(count: u64, most: u64) -> Self {
        let leeway = Leeway::Fewer(most);
        Self { count, leeway }
    }

    pub(super) fn within(count: u64, percent: u64) -> Self {
        let leeway = Leeway::Percent(percent);
        Self { count, leeway }
    }

    fn objection(self, noted: u64) -> Option<String> {
        let Self { count, leeway } = self;
        let off = count.abs_diff(noted);
        let is_off = match leeway {
            Leeway::None => off > 0,
            Leeway::Fewer(most) if count > most => {
                return Some(format!("{count} is more than {most}"));
            }
            Leeway::Fewer(_) => count > noted,
            Leeway::Percent(percent) => off.saturating_mul(100) > noted.saturating_mul(percent),
        };
        let hundredths = off
            .saturating_mul(10_000)
            .checked_div(noted)
            .unwrap_or(10_000);
        let (way, whole, rest) = match count > noted {
            true => ("more", hundredths / 100, hundredths % 100),
            false => ("less", hundredths / 100, hundredths % 100),
        };
        is_off.then(|| format!("{count} is {whole}.{rest:02} % {way} than {noted}"))
    }
}

const COMPILER: &str = "compiler";

impl Figures {
    pub(super) fn new(compiler: String) -> Self {
        let counts = Vec::new();
        Self { compiler, counts }
    }

    pub(super) fn push(&mut self, name: &str, figure: Figure) {
        self.counts.push((name.to_owned(), figure));
    }

    /// Reads the file; leeways are not in it.
    pub(super) fn parse(text: &str) -> Result<Self, Failure> {
        let mut figures = Self::new(String::new());
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            match line.split_once(": ") {
                Some((COMPILER, compiler)) => figures.compiler = compiler.to_owned(),
                Some((name, count)) => {
                    let count = count.trim().parse();
                    let count = count.map_err(|_| format!("`{line}` has no number"))?;
                    figures.push(name, Figure::exactly(count));
                }
                None => return Err(format!("`{line}` is no figure").into()),
            }
        }
        Ok(figures)
    }

    /// In what these are not as noted.
    pub(super) fn against(&self, noted: &Self) -> Vec<String> {
        let of = |figures: &Self, name: &str| {
            let mut counts = figures.counts.iter();
            counts
                .find(|(known, _)| known == name)
                .map(|(_, figure)| figure.count)
        };
        let mut findings = Vec::new();
        for (name, figure) in &self.counts {
            let objection = match of(noted, name) {
                Some(count) => figure.objection(count),
                None => Some("is not noted".to_owned()),
            };
            findings.extend(objection.map(|objection| format!("{name}: {objection}")));
        }
        let gone = noted
            .counts
            .iter()
            .filter(|(name, _)| of(self, name).is_none());
        findings.extend(gone.map(|(name, _)| format!("{name}: is noted, and not counted")));
        findings
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# Written by `cargo xtask guards --update`.")?;
        writeln!(f, "{COMPILER}: {}", self.compiler)?;
        for (name, figure) in &self.counts {
            writeln!(f, "{name}: {}", figure.count)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "what fails in a test fails the test")]

    use super::*;

    fn counted(counts: &[(&str, Figure)]) -> Figures {
        let mut figures = Figures::new("rustc 1".to_owned());
        for (name, figure) in counts {
            figures.push(name, *figure);
        }
        figures
    }

    #[test]
    fn a_file_is_read_as_it_was_written() {
        let figures = counted(&[("a b", Figure::within(7, 5)), ("c", Figure::exactly(1))]);
        let read = Figures::parse(&figures.to_string()).unwrap();
        assert_eq!(read.to_string(), figures.to_string());
        assert!(Figures::parse("a: b").is_err());
        assert!(Figures::parse("a").is_err());
    }

    #[test]
    fn figures_have_their_leeway() {
        let noted = Figures::parse("n: 1000").unwrap();
        let complaints = |figure| counted(&[("n", figure)]).against(&noted);
        for fine in [
            Figure::exactly(1_000),
            Figure::within(1_050, 5),
            Figure::within(950, 5),
            Figure::at_most(1, 2_000),
        ] {
            assert_eq!(complaints(fine), [""; 0]);
        }
        for (figure, complaint) in [
            (Figure::exactly(999), "n: 999 is 0.10 % less than 1000"),
            (Figure::within(1_051, 5), "n: 1051 is 5.10 % more than 1000"),
            (Figure::within(949, 5), "n: 949 is 5.10 % less than 1000"),
            (
                Figure::at_most(1_001, 2_000),
                "n: 1001 is 0.10 % more than 1000",
            ),
            (Figure::at_most(1_000, 999), "n: 1000 is more than 999"),
        ] {
            assert_eq!(complaints(figure), [complaint]);
        }
    }

    #[test]
    fn what_only_one_side_has_is_named() {
        let noted = Figures::parse("old: 1").unwrap();
        let new = counted(&[("new", Figure::exactly(1))]);
        assert_eq!(
            new.against(&noted),
            ["new: is not noted", "old: is noted, and not counted"]
        );
    }
}
