//! Files that play.

use kvs_archive::Plan;
use kvs_archive::mkv::{Fragment, Gaps};
use kvs_file::Recording;

use super::pending::busy;
use super::target::Target;
use super::{Delivery, Hole, Rejected, Sink, name_holes, remove_holes, size_of};
use crate::exit::Failure;
use crate::report::units::Count;

/// One file, and others that go on where the tracks change.
#[derive(Debug)]
pub(super) struct Files {
    target: Target,
    recording: Recording,
    /// How many holes the recording has been told of.
    told: usize,
}

impl Files {
    pub(super) fn create(target: Target, gaps: Gaps) -> Result<Self, Failure> {
        let options = kvs_file::Options {
            gaps,
            overwrite: target.may_replace(),
            restart: false,
        };
        let recording = Recording::create(target.path(), options).map_err(failed)?;
        Ok(Self::recorded(target, recording, 0))
    }

    /// A recording that a later run may go on with, and that knows of so many holes.
    pub(super) fn recorded(target: Target, recording: Recording, told: usize) -> Self {
        Self {
            target,
            recording,
            told,
        }
    }
}

impl Files {
    /// The holes that the recording has not been told of.
    fn untold(&mut self, holes: &[Hole]) -> Result<Vec<String>, Failure> {
        let new = holes.get(self.told..).unwrap_or_default();
        self.told = holes.len();
        let lines: Result<Vec<String>, _> = new.iter().map(serde_json::to_string).collect();
        lines.map_err(Failure::new)
    }
}

impl Sink for Files {
    fn write(&mut self, fragment: &Fragment) -> Result<(), Rejected> {
        self.recording.write(fragment).map_err(|why| match why {
            kvs_file::Rejected::Fragment(why) => Rejected::Fragment(why.into()),
            kvs_file::Rejected::File(error) => Rejected::Output(failed(error)),
            other => Rejected::Output(Failure::new(other)),
        })
    }

    fn settle(&mut self, plan: Option<&Plan>, settled: u64, holes: &[Hole]) -> Result<(), Failure> {
        let new = self.untold(holes)?;
        let settled = self.recording.settle(plan, settled, new);
        settled.map_err(failed)
    }

    fn suspend(self: Box<Self>) -> Option<String> {
        let kept = self.recording.suspend()?;
        Some(format!(
            "{} of {} kept; run the same command again to go on, or with --restart to begin anew",
            Count(kept, "fragment"),
            self.target.path().display()
        ))
    }

    fn finish(mut self: Box<Self>, holes: &[Hole]) -> Result<Delivery, Failure> {
        let sequels = self.recording.sequels().iter();
        let sequels = sequels.map(|sequel| (sequel.path.clone(), sequel.why.clone()));
        let sequels = sequels.collect();
        let new = self.untold(holes)?;
        let whole = self.recording.seal(new).map_err(failed)?;
        let list = name_holes(&self.target, holes)?;
        whole.publish().map_err(failed)?;
        if list.is_none() {
            remove_holes(&self.target)?;
        }
        Ok(Delivery {
            name: self.target.path().display().to_string(),
            size: size_of(self.target.path()),
            holes: list,
            sequels,
            contents: Vec::new(),
        })
    }
}

/// What a person can do about it.
pub(super) fn failed(error: kvs_file::Error) -> Failure {
    use kvs_file::Error;
    match &error {
        Error::Busy(path) => busy(path),
        Error::Exists(_) => Failure::new(format_args!(
            "{error}; add --overwrite to replace it, or give another name"
        )),
        _ if error.is_about_earlier_run() => {
            Failure::new(format_args!("{error}; add --restart to begin anew"))
        }
        _ => Failure::new(error),
    }
}
