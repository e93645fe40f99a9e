//! Outputs that a later run goes on with.

use std::path::Path;

use kvs_archive::Plan;
use kvs_archive::mkv::Gaps;
use kvs_file::Opened;

use super::matroska::{Files, failed};
use super::target::{Kind, Target};
use super::{Hole, Sink};
use crate::exit::Failure;

/// A Matroska file that nobody else writes, and perhaps an earlier run has begun.
#[derive(Debug)]
pub(crate) struct Resumable {
    target: Target,
    opened: Opened,
}

/// What an earlier run has done.
#[derive(Debug)]
pub(crate) struct Earlier {
    /// All that is to be fetched, and what of it is done.
    pub(crate) plan: Plan,
    pub(crate) settled: u64,
    pub(crate) holes: Vec<Hole>,
    /// Those beside the plan, if it had come to its end.
    pub(crate) late: Vec<Hole>,
}

impl Resumable {
    /// The output, and what an earlier run tells of it.
    ///
    /// # Errors
    /// When the output exists and may not be replaced, another process writes it, or what an
    /// earlier run has left cannot be read. With `restart` that does not matter.
    pub(crate) fn open(
        path: &Path,
        gaps: Gaps,
        overwrite: bool,
        restart: bool,
    ) -> Result<Self, Failure> {
        let target = Target::named(path, Kind::File, overwrite)?;
        let options = kvs_file::Options {
            gaps,
            overwrite,
            restart,
        };
        match kvs_file::open(target.path(), options) {
            Ok(opened) => Ok(Self { target, opened }),
            // It knows what to do about a name that is taken.
            Err(error) => Err(target.check_free().err().unwrap_or_else(|| failed(error))),
        }
    }

    /// What an earlier run was asked for, if one has left something to go on with.
    pub(crate) fn request(&self) -> Option<&str> {
        self.opened.request()
    }

    /// Whether an earlier run has written all.
    pub(crate) fn is_complete(&self) -> bool {
        self.opened.is_complete()
    }

    /// That the earlier run was another one.
    pub(crate) fn other(&self, difference: &str) -> Failure {
        Failure::new(format_args!(
            "{} is half fetched, but {difference}; run the same command as then to go on, or add \
             --restart to begin anew",
            self.target.path().display()
        ))
    }

    /// Begins, or goes on where the earlier run was, which had the same request.
    pub(crate) fn go_on(
        self,
        request: &str,
    ) -> Result<(Box<dyn Sink + Send>, Option<Earlier>), Failure> {
        let (recording, earlier) = self.opened.go_on(request).map_err(failed)?;
        let settled = recording.settled();
        let Some(earlier) = earlier else {
            let files = Files::recorded(self.target, recording, 0);
            return Ok((Box::new(files), None));
        };
        let holes = earlier.missing.iter();
        let holes: Result<Vec<Hole>, _> = holes.map(|hole| serde_json::from_str(hole)).collect();
        let holes = holes.map_err(Failure::new)?;
        let (late, holes): (Vec<_>, Vec<_>) = holes.into_iter().partition(Hole::is_late);
        let files = Files::recorded(self.target, recording, holes.len());
        let earlier = Earlier {
            plan: earlier.plan,
            settled,
            holes,
            late,
        };
        Ok((Box::new(files), Some(earlier)))
    }
}
