//! What is wrong with a model, and where.

use std::fmt;

/// A model that cannot be generated from: the place, and what to do about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Error {
    /// Path of the model or overlay, as it was given.
    pub file: String,
    /// Shape in which the problem is.
    pub shape: Option<String>,
    /// Member of that shape.
    pub member: Option<String>,
    /// Trait of that shape or member.
    pub trait_id: Option<String>,
    /// What is wrong, and what to do.
    pub problem: String,
}

impl Error {
    /// A problem whose place is still to be told.
    pub fn new(problem: impl Into<String>) -> Self {
        Self {
            problem: problem.into(),
            ..Self::default()
        }
    }

    /// Something that is right in a model, and that the generator cannot do yet.
    pub fn unsupported(what: impl fmt::Display) -> Self {
        Self::new(format!(
            "{what} is not supported yet: teach the generator, or leave it out"
        ))
    }

    /// Places the problem in a file; one that is placed already stays there.
    #[must_use]
    pub fn in_file(mut self, file: &str) -> Self {
        if self.file.is_empty() {
            self.file = file.to_owned();
        }
        self
    }

    /// Places the problem in a shape.
    #[must_use]
    pub fn in_shape(mut self, shape: &str) -> Self {
        self.shape.get_or_insert_with(|| shape.to_owned());
        self
    }

    /// Places the problem in a member.
    #[must_use]
    pub fn in_member(mut self, member: &str) -> Self {
        self.member.get_or_insert_with(|| member.to_owned());
        self
    }

    /// Places the problem in a trait.
    #[must_use]
    pub fn in_trait(mut self, trait_id: &str) -> Self {
        self.trait_id.get_or_insert_with(|| trait_id.to_owned());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = [
            ("shape", &self.shape),
            ("member", &self.member),
            ("trait", &self.trait_id),
        ];
        let places: Vec<String> = places
            .iter()
            .filter_map(|(kind, name)| Some(format!("{kind} `{}`", name.as_ref()?)))
            .collect();
        write!(f, "{}: ", self.file)?;
        if !places.is_empty() {
            write!(f, "{}: ", places.join(", "))?;
        }
        f.write_str(&self.problem)
    }
}

impl std::error::Error for Error {}
