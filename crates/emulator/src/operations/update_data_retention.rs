//! UpdateDataRetention.

use kvs_api::video::{UpdateDataRetention, UpdateDataRetentionOperation};
use serde_json::json;

use super::{Answer, Call};
use crate::catalogue::Catalogue;
use crate::refusal::Refusal;

/// Ten years.
const LONGEST: i32 = 87_600;

pub(super) fn serve(call: &Call<'_>, streams: &mut Catalogue) -> Result<Answer, Refusal> {
    let input: UpdateDataRetention = call.input()?;
    let change = input.data_retention_change_in_hours.unwrap_or(0);
    if change < 1 {
        return Err(Refusal::invalid_argument(
            "DataRetentionChangeInHours must be 1 or more.",
        ));
    }
    let entry = streams.find_mut(input.stream_name.as_deref(), input.stream_arn.as_deref())?;
    let hours = entry.retention_hours();
    let hours = match input.operation {
        Some(UpdateDataRetentionOperation::IncreaseDataRetention) => hours.saturating_add(change),
        Some(UpdateDataRetentionOperation::DecreaseDataRetention) => hours.saturating_sub(change),
        _ => {
            return Err(Refusal::invalid_argument(
                "Operation must be INCREASE_DATA_RETENTION or DECREASE_DATA_RETENTION.",
            ));
        }
    };
    if !(0..=LONGEST).contains(&hours) {
        return Err(Refusal::invalid_argument(format!(
            "The data retention would be {hours} hours; it is 0 to {LONGEST}."
        )));
    }
    entry.update(|entry| {
        entry.change(input.current_version.as_deref(), |info| {
            info.data_retention_in_hours = Some(hours);
        })
    })?;
    Answer::json(&json!({}))
}
