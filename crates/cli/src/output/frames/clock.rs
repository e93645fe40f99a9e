//! When frames are shown, and when they were recorded.

use kvs_archive::mkv::{Fragment, Frame, Gaps, Timeline, Timestamp};
use kvs_mp4::WriteError;

use crate::report::rfc3339;

/// The time line of an output: the same as that of a file that plays.
#[derive(Debug)]
pub(super) struct Clock(Timeline);

/// Where a fragment is on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    shift: i128,
    /// The earliest frame's own time.
    own: i64,
    /// When that was recorded.
    recorded: Option<Timestamp>,
}

impl Clock {
    pub(super) fn new(gaps: Gaps) -> Self {
        Self(Timeline::new(gaps))
    }

    /// `None` for a fragment without frames.
    pub(super) fn place(&mut self, fragment: &Fragment) -> Result<Option<Place>, WriteError> {
        let earliest = fragment.heads().map(|head| head.timestamp).min();
        let Some(own) = earliest else {
            return Ok(None);
        };
        let place = self.0.place(fragment).map_err(WriteError::Fragment)?;
        Ok(Some(Place {
            shift: place.shift(),
            own,
            recorded: fragment.producer_timestamp,
        }))
    }
}

impl Place {
    /// Milliseconds from the beginning of the output.
    #[expect(clippy::cast_precision_loss, reason = "exact for 100 days")]
    pub(super) fn position_ms(&self, frame: &Frame) -> f64 {
        let nanos = i128::from(frame.timestamp).saturating_add(self.shift);
        nanos as f64 / 1e6
    }

    /// When the frame was recorded, by the producer's clock.
    pub(super) fn recorded(&self, frame: &Frame) -> Option<String> {
        let into = frame.timestamp.saturating_sub(self.own);
        let at = self.recorded?.as_nanos().saturating_add(into);
        Some(rfc3339(Timestamp::from_nanos(at)))
    }

    /// When the fragment was recorded, by the producer's clock.
    pub(super) fn fragment_recorded(&self) -> Option<Timestamp> {
        self.recorded
    }

    /// The time as part of a file's name: no system minds its characters.
    pub(super) fn in_name(&self, frame: &Frame) -> String {
        match self.recorded(frame) {
            Some(time) => time.replace(['-', ':'], ""),
            None => format!("{:.3}s", self.position_ms(frame) / 1e3),
        }
    }
}
