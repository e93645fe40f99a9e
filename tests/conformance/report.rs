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

    /// Counts the case `id`, which must pass unless there is an argument against it. What passes
    /// all the same is a failure: the argument no longer holds.
    pub(crate) fn count(
        &mut self,
        id: &str,
        result: Result<(), String>,
        argument: Option<&'static str>,
    ) {
        match (result, argument) {
            (Ok(()), None) => self.passed += 1,
            (Err(_), Some(reason)) => *self.argued.entry(reason).or_default() += 1,
            (Err(why), None) => self.failures.push(format!("{id}: {why}")),
            (Ok(()), Some(reason)) => self
                .failures
                .push(format!("{id}: passes, though it is argued that {reason}")),
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
        report.count("sirius", Ok(()), None);
        report.count("venus", Err("moves".into()), Some("it is a planet"));
        assert_eq!(
            report.to_string(),
            "stars: 1 of 2 passed, 1 argued\n  1 argued: it is a planet"
        );
        assert!(report.is_fine());
        report.count("vega", Err("is dark".into()), None);
        report.count("mars", Ok(()), Some("it is red"));
        assert_eq!(
            report.to_string(),
            "stars: 1 of 4 passed, 1 argued\n  vega: is dark\n  \
             mars: passes, though it is argued that it is red\n  1 argued: it is a planet"
        );
        assert!(!report.is_fine());
    }
}
