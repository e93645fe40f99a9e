//! What is wrong with a rule set, and where in it.

use crate::error::Error;

pub(super) const TRAIT: &str = "smithy.rules#endpointRuleSet";

/// A problem on its way out of the rules: each level adds where it was.
#[derive(Debug)]
pub(super) struct Problem {
    /// From the innermost place outwards.
    steps: Vec<String>,
    what: String,
}

impl Problem {
    pub(super) fn new(what: impl Into<String>) -> Self {
        Self {
            steps: Vec::new(),
            what: what.into(),
        }
    }

    /// Says that the problem is at that place within what is looked at.
    pub(super) fn at(mut self, step: impl Into<String>) -> Self {
        self.steps.push(step.into());
        self
    }

    /// The problem as one of a model.
    pub(super) fn into_error(self) -> Error {
        let Self { mut steps, what } = self;
        steps.reverse();
        let place = steps.join(".");
        let problem = if place.is_empty() {
            what
        } else {
            format!("{place}: {what}")
        };
        Error::new(problem).in_trait(TRAIT)
    }
}
