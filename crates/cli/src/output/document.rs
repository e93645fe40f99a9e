//! A file that is written at once.

use std::path::Path;

use super::pending::Pending;
use super::target::{Kind, Target};
use crate::exit::Failure;

/// A name that is free, for what is known later.
#[derive(Debug)]
pub(crate) struct Document(Target);

impl Document {
    /// # Errors
    /// When it exists and may not be replaced.
    pub(crate) fn create(path: &Path, overwrite: bool) -> Result<Self, Failure> {
        Target::check(path, Kind::File, overwrite).map(Self)
    }

    /// Puts a text under the name.
    pub(crate) fn publish(self, text: String) -> Result<(), Failure> {
        let mut file = Pending::create(self.0)?;
        file.write(&[text.into()])?;
        file.seal()?.publish()
    }
}
