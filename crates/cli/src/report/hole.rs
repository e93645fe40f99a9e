//! Fragments that are not in the output, or not whole.

use std::fmt;

use kvs_archive::mkv::{Damage, Fragment, FragmentNumber, State, Timestamp};
use kvs_archive::{Missing, MissingReason, Planned};
use kvs_mp4::WriteError;
use serde::{Deserialize, Serialize};

use super::units::Count;
use super::{fragment as report, rfc3339};
use crate::exit::one_line;

/// A fragment that was asked for and could not be delivered, as a line of JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Hole {
    pub(crate) number: Option<String>,
    producer_timestamp: Option<String>,
    bytes: Option<u64>,
    pub(crate) reason: String,
}

impl Hole {
    /// One that came, but fits into no file.
    pub(crate) fn unwritable(fragment: &Fragment, why: &WriteError) -> Self {
        Self::of(fragment, format!("cannot be written: {why}"))
    }

    /// Whether it was stored too late for its place.
    pub(crate) fn is_late(&self) -> bool {
        self.reason == MissingReason::Late.to_string()
    }

    fn of(fragment: &Fragment, reason: String) -> Self {
        Self {
            number: fragment.number.as_ref().map(ToString::to_string),
            producer_timestamp: fragment.producer_timestamp.map(rfc3339),
            bytes: Some(report::bytes(fragment)),
            reason,
        }
    }

    /// One of a file that was not whole there.
    pub(crate) fn of_state(fragment: &Fragment) -> Option<Self> {
        let reason = match &fragment.state {
            State::Truncated => {
                "cut short or damaged in the file; what there is of it is delivered".to_owned()
            }
            State::Error(error) => MissingReason::InBand(error.clone()).to_string(),
            _ => return None,
        };
        Some(Self::of(fragment, one_line(&reason)))
    }

    /// A place of a file that nothing can be read of.
    pub(crate) fn damage(damage: &Damage) -> Self {
        Self {
            number: None,
            producer_timestamp: None,
            bytes: Some(damage.skipped),
            reason: format!("damaged {damage}"),
        }
    }

    /// One that is there but for some pictures.
    pub(crate) fn undecoded(
        number: Option<&FragmentNumber>,
        recorded: Option<Timestamp>,
        frames: &[String],
    ) -> Self {
        Self {
            number: number.map(ToString::to_string),
            producer_timestamp: recorded.map(rfc3339),
            bytes: None,
            reason: format!(
                "{} cannot be decoded: {}",
                Count(u64::try_from(frames.len()).unwrap_or(u64::MAX), "frame"),
                frames.join(", ")
            ),
        }
    }

    /// A moment of which the service has no image.
    pub(crate) fn no_image(time: &str, why: &str) -> Self {
        Self {
            number: None,
            producer_timestamp: None,
            bytes: None,
            reason: format!("there is no image of {time}: {why}"),
        }
    }
}

impl From<&Missing> for Hole {
    fn from(missing: &Missing) -> Self {
        let listed = missing.fragment.listed();
        Self {
            number: Some(Planned::number(&missing.fragment).to_string()),
            producer_timestamp: listed.map(|listed| listed.producer_timestamp.to_string()),
            bytes: listed.map(|listed| listed.bytes),
            reason: one_line(&missing.reason.to_string()),
        }
    }
}

impl fmt::Display for Hole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.number {
            Some(number) => write!(f, "fragment {number}: {}", self.reason),
            None => write!(f, "a fragment without a number: {}", self.reason),
        }
    }
}
