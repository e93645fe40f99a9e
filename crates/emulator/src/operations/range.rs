//! The range of time that a request is about.

use std::time::Duration;

use kvs_api::archived_media::{FragmentSelector, FragmentSelectorType};
use kvs_api::protocol::Timestamp;
use serde::{Deserialize, Serialize};

use crate::recording::Recorded;
use crate::refusal::Refusal;

/// The longest range of clips and of sessions on demand.
pub(crate) const LONGEST: Duration = Duration::from_secs(24 * 3_600);

/// A range of time, both ends included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Range {
    pub(crate) by_server: bool,
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
}

impl Range {
    pub(crate) fn of(selector: &FragmentSelector) -> Result<Self, Refusal> {
        let by_server = match &selector.fragment_selector_type {
            Some(FragmentSelectorType::ServerTimestamp) => true,
            Some(FragmentSelectorType::ProducerTimestamp) => false,
            _ => return Err(Self::unknown_clock()),
        };
        let range = selector.timestamp_range.as_ref();
        let ends = range.and_then(|range| range.start_timestamp.zip(range.end_timestamp));
        Self::between(by_server, ends)
    }

    pub(crate) fn unknown_clock() -> Refusal {
        Refusal::invalid_argument(
            "FragmentSelectorType must be SERVER_TIMESTAMP or PRODUCER_TIMESTAMP.",
        )
    }

    pub(crate) fn between(
        by_server: bool,
        ends: Option<(Timestamp, Timestamp)>,
    ) -> Result<Self, Refusal> {
        let (start, end) = ends.ok_or_else(|| {
            Refusal::invalid_argument(
                "TimestampRange must be given with StartTimestamp and EndTimestamp.",
            )
        })?;
        if start > end {
            return Err(Refusal::invalid_argument(
                "StartTimestamp must not be after EndTimestamp.",
            ));
        }
        Ok(Self {
            by_server,
            start,
            end,
        })
    }

    pub(crate) fn check_length(&self, most: Duration) -> Result<(), Refusal> {
        let length = self.end.as_millis().saturating_sub(self.start.as_millis());
        if u128::from(length.unsigned_abs()) <= most.as_millis() {
            return Ok(());
        }
        Err(Refusal::invalid_argument(format!(
            "TimestampRange must not be longer than {} seconds.",
            most.as_secs()
        )))
    }

    /// When a fragment began, by the clock of this range.
    pub(crate) fn time(&self, recorded: &Recorded<'_>) -> Timestamp {
        if self.by_server {
            recorded.server_timestamp()
        } else {
            recorded.producer_timestamp()
        }
    }

    pub(crate) fn holds(&self, recorded: &Recorded<'_>) -> bool {
        (self.start..=self.end).contains(&self.time(recorded))
    }
}
