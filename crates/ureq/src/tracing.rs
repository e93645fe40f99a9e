//! What happens to calls, for `tracing`.

use kvs_archive::api::protocol::observe::{Event, Happening, Notice, Observer};
use tracing::{debug, warn};

/// Tells `tracing` what happens to calls: that they are sent again, or slowed down, as warnings, and
/// all else for debugging. What goes wrong beside them is a warning too.
///
/// ```no_run
/// # use kvs_ureq::{Client, Settings, Tracing};
/// let client = Client::builder(&Settings::new("eu-west-1")).observer(Tracing).build()?;
/// # Ok::<(), kvs_ureq::Invalid>(())
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

#[cfg(test)]
mod tests {
    use std::fmt::{Debug, Write};
    use std::sync::{Arc, Mutex};

    use tracing::field::{Field, Visit};
    use tracing::span::{Attributes, Id, Record};
    use tracing::{Metadata, Subscriber};

    use super::*;
    use crate::api::protocol::Credentials;
    use crate::api::video::ListStreams;
    use crate::{Client, Settings};

    /// Writes events down.
    struct Notes(Arc<Mutex<String>>);

    struct Line<'a>(&'a mut String);

    impl Visit for Line<'_> {
        fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
            write!(self.0, " {field}={value:?}").unwrap();
        }
    }

    impl Subscriber for Notes {
        fn enabled(&self, metadata: &Metadata<'_>) -> bool {
            metadata.target().starts_with("kvs")
        }

        fn new_span(&self, _: &Attributes<'_>) -> Id {
            Id::from_u64(1)
        }

        fn record(&self, _: &Id, _: &Record<'_>) {}

        fn record_follows_from(&self, _: &Id, _: &Id) {}

        fn event(&self, event: &tracing::Event<'_>) {
            let mut notes = self.0.lock().unwrap();
            write!(notes, "{}", event.metadata().level()).unwrap();
            event.record(&mut Line(&mut notes));
            notes.push('\n');
        }

        fn enter(&self, _: &Id) {}

        fn exit(&self, _: &Id) {}
    }

    #[test]
    fn events_are_told() {
        let mut settings = Settings::new("eu-west-1");
        settings.credentials = Some(Credentials::new("AKID", "hunter2"));
        // Nobody listens there.
        settings.endpoint_url = Some("http://127.0.0.1:1".parse().unwrap());
        settings.retry.max_attempts = 2;
        settings.retry.longest = std::time::Duration::ZERO;
        let notes = Arc::new(Mutex::new(String::new()));
        tracing::subscriber::with_default(Notes(Arc::clone(&notes)), || {
            let client = Client::builder(&settings).observer(Tracing).build();
            client.unwrap().send(ListStreams::default()).unwrap_err();
        });
        let notes = notes.lock().unwrap();
        let lines: Vec<&str> = notes.lines().collect();
        let what = "operation=\"ListStreams\" host=\"127.0.0.1\"";
        assert_eq!(lines.len(), 6, "{notes}");
        assert_eq!(lines[0], format!("DEBUG message=sending {what} attempt=1"));
        assert!(lines[1].starts_with("DEBUG message=interrupted"), "{notes}");
        let again =
            format!("WARN message=sending again {what} attempt=1 reason=Transient after=0ns");
        assert_eq!(lines[2], again);
        assert!(lines[5].starts_with("DEBUG message=failed"), "{notes}");
        assert!(!notes.contains("hunter2"));
    }

    #[test]
    fn notices_are_warnings() {
        let notes = Arc::new(Mutex::new(String::new()));
        tracing::subscriber::with_default(Notes(Arc::clone(&notes)), || {
            let (path, why) = ("token.json".into(), "cannot be written".to_owned());
            Tracing.notice(&Notice::NotStored { path, why });
        });
        let expected = "WARN message=token.json cannot be written\n";
        assert_eq!(*notes.lock().unwrap(), expected);
    }
}
