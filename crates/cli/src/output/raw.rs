//! The bytes as the service sent them.

use kvs_archive::mkv::Fragment;

use super::{Delivery, Hole, Pending, Rejected, Sink, Target, publish, size_of};
use crate::exit::Failure;

/// Fragments after each other, each with its own headers.
#[derive(Debug)]
pub(super) struct File(Pending);

impl File {
    pub(super) fn create(target: Target) -> Result<Self, Failure> {
        Pending::create(target).map(Self)
    }
}

impl Sink for File {
    fn write(&mut self, fragment: &Fragment) -> Result<(), Rejected> {
        Ok(self.0.write(&fragment.raw)?)
    }

    fn finish(self: Box<Self>, holes: &[Hole]) -> Result<Delivery, Failure> {
        let file = self.0.seal()?;
        let target = file.target().clone();
        Ok(Delivery {
            name: target.path().display().to_string(),
            sequels: Vec::new(),
            contents: Vec::new(),
            holes: publish(&target, vec![file], holes)?,
            size: size_of(target.path()),
        })
    }
}
