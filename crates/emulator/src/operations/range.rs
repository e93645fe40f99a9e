//! The range of time that a request is about.

use kvs_api::archived_media::{FragmentSelector, FragmentSelectorType};
use kvs_api::protocol::Timestamp;

use crate::recording::Recorded;
use crate::refusal::Refusal;

/// A range of time, both ends included.
#[derive(Debug)]
pub(crate) struct Range {
    by_server: bool,
    start: Timestamp,
    end: Timestamp,
}

impl Range {
    pub(crate) fn of(selector: &FragmentSelector) -> Result<Self, Refusal> {
        let by_server = match &selector.fragment_selector_type {
            Some(FragmentSelectorType::ServerTimestamp) => true,
            Some(FragmentSelectorType::ProducerTimestamp) => false,
            _ => {
                return Err(Refusal::invalid_argument(
                    "FragmentSelectorType must be SERVER_TIMESTAMP or PRODUCER_TIMESTAMP.",
                ));
            }
        };
        let range = selector.timestamp_range.as_ref();
        let ends = range.and_then(|range| range.start_timestamp.zip(range.end_timestamp));
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

    pub(crate) fn holds(&self, recorded: &Recorded<'_>) -> bool {
        let at = if self.by_server {
            recorded.server_timestamp()
        } else {
            recorded.producer_timestamp()
        };
        (self.start..=self.end).contains(&at)
    }
}
