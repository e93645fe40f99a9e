//! What `tracing` is told of calls, under both drivers and over the bridge to the AWS SDK.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what fails in a test fails the test"
)]

use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};

use kvs_tests::{CLIENTS, Deed, Peer, SECRET, Service, settings, watched};
use kvs_ureq::Tracing;
use kvs_ureq::api::protocol::observe::{Notice, Observer};
use kvs_ureq::api::video::ListStreams;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Metadata, Subscriber};
use wiremock::ResponseTemplate;

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

/// What is told while `act` runs.
fn told(act: impl FnOnce()) -> Vec<String> {
    let notes = Arc::new(Mutex::new(String::new()));
    tracing::subscriber::with_default(Notes(Arc::clone(&notes)), act);
    let notes = notes.lock().unwrap();
    assert!(!notes.contains(SECRET), "{notes}");
    notes.lines().map(str::to_owned).collect()
}

const WHAT: &str = "operation=\"ListStreams\" host=\"127.0.0.1\" attempt";

#[test]
fn attempts_are_told_and_what_came_of_them() {
    for index in 0..CLIENTS.len() {
        let service = Service::start();
        let refusal = serde_json::json!({ "__type": "ThrottlingException", "Message": "why" });
        let refusal = ResponseTemplate::new(400)
            .set_body_json(refusal)
            .insert_header("x-amzn-requestid", "r-1");
        let fine = ResponseTemplate::new(200).set_body_string("{}");
        service.on_in_turn("/listStreams", &[refusal, fine]);
        let client = &watched(&settings(&service.url()), &Tracing)[index];
        let lines = told(|| drop(client.send(ListStreams::default()).unwrap()));
        let expected = [
            format!("DEBUG message=sending {WHAT}=1"),
            format!("DEBUG message=answered {WHAT}=1 status=400 request_id=\"r-1\""),
            format!("DEBUG message=refused {WHAT}=1 code=\"ThrottlingException\" message=\"why\""),
            format!("WARN message=sending again {WHAT}=1 reason=Throttled after="),
            format!("DEBUG message=sending {WHAT}=2"),
            format!("DEBUG message=answered {WHAT}=2 status=200"),
        ];
        assert_eq!(lines.len(), expected.len(), "{lines:#?}");
        for (line, expected) in lines.iter().zip(&expected) {
            assert!(line.starts_with(expected), "{line}, not {expected}");
        }
    }
}

#[test]
fn broken_connections_are_told() {
    for index in 0..CLIENTS.len() {
        let peer = Peer::start([Deed::AnswerAndClose("HTTP/1.1 2".into())]);
        let mut settings = settings(&peer.url());
        settings.retry.max_attempts = 1;
        let client = &watched(&settings, &Tracing)[index];
        let lines = told(|| drop(client.send(ListStreams::default()).unwrap_err()));
        assert_eq!(lines.len(), 3, "{lines:#?}");
        assert!(lines[1].starts_with(&format!("DEBUG message=interrupted {WHAT}=1 kind=Broken")));
        assert!(lines[2].starts_with(&format!("DEBUG message=failed {WHAT}=1 error=ListStreams")));
    }
}

#[test]
fn notices_are_warnings() {
    let (path, why) = ("token.json".into(), "cannot be written".to_owned());
    let lines = told(|| Tracing.notice(&Notice::NotStored { path, why }));
    assert_eq!(lines, ["WARN message=token.json cannot be written"]);
}
