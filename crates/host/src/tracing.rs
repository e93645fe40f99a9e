//! What happens to calls, for `tracing`.

use kvs_archive::api::protocol::observe::{Event, Happening, Notice, Observer};
use tracing::{debug, warn};

/// Tells `tracing` what happens to calls: that they are sent again, or slowed down, as warnings, and
/// all else for debugging. What goes wrong beside them is a warning too.
///
/// A client is given it as its observer:
///
/// ```
/// use std::sync::Arc;
///
/// use kvs_archive::Endpoints;
/// use kvs_archive::api::protocol::Settings;
/// use kvs_host::Tracing;
///
/// let endpoints = Endpoints::new(&Settings::new("eu-west-1")).with_observer(Arc::new(Tracing));
/// assert!(endpoints.observer().is_some());
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Tracing;

impl Observer for Tracing {
    fn observe(&self, event: &Event<'_>) {
        let Event {
            operation,
            host,
            attempt,
            what,
            ..
        } = *event;
        match what {
            Happening::Pacing { wait } => warn!(operation, host, attempt, ?wait, "slowing down"),
            Happening::Sent => debug!(operation, host, attempt, "sending"),
            Happening::Answered { status, request_id } => {
                let status = status.as_u16();
                debug!(operation, host, attempt, status, request_id, "answered");
            }
            Happening::Refused { code, message } => {
                debug!(operation, host, attempt, code, message, "refused");
            }
            Happening::Interrupted { kind, detail } => {
                debug!(operation, host, attempt, ?kind, detail, "interrupted");
            }
            Happening::Retrying { reason, after } => {
                warn!(operation, host, attempt, ?reason, ?after, "sending again");
            }
            Happening::Failed { error } => debug!(operation, host, attempt, %error, "failed"),
            _ => {}
        }
    }

    fn notice(&self, notice: &Notice) {
        warn!("{notice}");
    }
}
