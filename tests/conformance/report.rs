//! What a suite has found.

use std::collections::BTreeMap;
use std::fmt;

/// The cases of a suite. Its text is one line, then every failure, then what is argued, and why.
#[derive(Debug)]
pub(crate) struct Report {
    name: &'static str,
    passed: usize,
    /// Id of each case that failed, and how.
    failures: Vec<String>,
    /// How many cases ought not to pass, by the reason.
    argued: BTreeMap<&'static str, usize>,
}

impl Report {
    pub(crate) fn new(name: &'static str) -> Self {
        Self {
            name,
            passed: 0,
            failures: Vec::new(),
            argued: BTreeMap::new(),
        }
    }

    /// Counts the case `id`, which must pass.
    pub(crate) fn count(&mut self, id: &str, result: Result<(), String>) {
        match result {
            Ok(()) => self.passed += 1,
            Err(why) => self.failures.push(format!("{id}: {why}")),
        }
    }

    /// Counts the case `id`, which for `reason` must not pass; `amended` is what comes of it as it
    /// ought to be, and must.
    pub(crate) fn argue(
        &mut self,
        id: &str,
        result: Result<(), String>,
        amended: Result<(), String>,
        reason: &'static str,
    ) {
        match (result, amended) {
            (Err(_), Ok(())) => *self.argued.entry(reason).or_default() += 1,
            (Ok(()), _) => self
                .failures
                .push(format!("{id}: passes, though it is argued that {reason}")),
            (Err(_), Err(why)) => self.failures.push(format!("{id}, amended: {why}")),
        }
    }

    pub(crate) fn is_fine(&self) -> bool {
        self.failures.is_empty() && self.cases() > 0
    }

    fn cases(&self) -> usize {
        self.passed + self.failures.len() + self.argued.values().sum::<usize>()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let argued: usize = self.argued.values().sum();
        write!(
            f,
            "{}: {} of {} passed, {argued} argued",
            self.name,
            self.passed,
            self.cases()
        )?;
        for failure in &self.failures {
            write!(f, "\n  {failure}")?;
        }
        for (reason, cases) in &self.argued {
            write!(f, "\n  {cases} argued: {reason}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case_counts_once() {
        let mut report = Report::new("stars");
        assert!(!report.is_fine(), "a suite without cases proves nothing");
        report.count("sirius", Ok(()));
        report.argue("venus", Err("moves".into()), Ok(()), "it is a planet");
        assert_eq!(
            report.to_string(),
            "stars: 1 of 2 passed, 1 argued\n  1 argued: it is a planet"
        );
        assert!(report.is_fine());
        report.count("vega", Err("is dark".into()));
        report.argue("mars", Ok(()), Ok(()), "it is red");
        report.argue(
            "moon",
            Err("moves".into()),
            Err("is new".into()),
            "it is near",
        );
        assert_eq!(
            report.to_string(),
            "stars: 1 of 5 passed, 1 argued\n  vega: is dark\n  \
             mars: passes, though it is argued that it is red\n  moon, amended: is new\n  \
             1 argued: it is a planet"
        );
        assert!(!report.is_fine());
    }
}
