//! The names that a rule may use, and what they are in Rust.

use std::fmt;

use super::problem::Problem;
use crate::names;

/// Type of a value, leaving aside whether it may be absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Boolean,
    Integer,
    /// A `&str`.
    Text,
    /// A `String`.
    OwnedText,
    Texts,
    Partition,
    Arn,
    Url,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Boolean => "a boolean",
            Self::Integer => "a number",
            Self::Text | Self::OwnedText => "a text",
            Self::Texts => "a list of texts",
            Self::Partition => "a partition",
            Self::Arn => "an ARN",
            Self::Url => "a URL",
        })
    }
}

/// What a name stands for.
#[derive(Clone, Debug)]
pub(super) struct Variable {
    name: String,
    pub(super) kind: Kind,
    pub(super) optional: bool,
    /// A local variable; or a literal, where nothing else is possible.
    pub(super) code: String,
    /// Tells apart what is called the same, such as a parameter before and after it was tested.
    pub(super) id: usize,
}

/// The names of a rule and of those around it; the last of a name counts.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    variables: Vec<Variable>,
}

impl Scope {
    pub(super) fn find(&self, name: &str) -> Result<&Variable, Problem> {
        let is_it = |variable: &&Variable| variable.name == name;
        let unknown = || Problem::new(format!("nothing is called `{name}` here"));
        self.variables.iter().rev().find(is_it).ok_or_else(unknown)
    }

    /// Adds what lies in that local variable.
    pub(super) fn add(&mut self, name: &str, kind: Kind, optional: bool, code: &str) -> usize {
        let id = self.variables.len();
        self.variables.push(Variable {
            name: name.to_owned(),
            kind,
            optional,
            code: code.to_owned(),
            id,
        });
        id
    }

    /// A local variable for a name that must be new.
    pub(super) fn local(&self, name: &str) -> Result<String, Problem> {
        if self.find(name).is_ok() {
            return Err(Problem::new(format!(
                "`{name}` stands for something already: assign to another name"
            )));
        }
        Ok(self.free(&names::field(name)))
    }

    /// `name`, or the first of `name2`, `name3` and so on that is free.
    pub(super) fn free(&self, name: &str) -> String {
        let is_free = |code: &String| self.variables.iter().all(|v| v.code != *code);
        let numbered = (2..).map(|number| format!("{name}{number}"));
        let mut names = std::iter::once(name.to_owned()).chain(numbered);
        names.find(is_free).unwrap_or_default()
    }
}
