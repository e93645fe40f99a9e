//! GetMedia.

use std::sync::Arc;

use bytes::Bytes;
use kvs_api::media::{GetMedia, StartSelector, StartSelectorType};
use kvs_api::protocol::Timestamp;
use kvs_mkv::Tag;
use tokio::sync::mpsc::{self, Sender};

use super::{Answer, Call};
use crate::catalogue::Catalogue;
use crate::clock::Clock;
use crate::entry::Entry;
use crate::load::{CONTINUATION_TOKEN, MILLIS_BEHIND};
use crate::quotas::Quota;
use crate::recording::{Recorded, Recording};
use crate::refusal::Refusal;

/// Sends what there is from the beginning that is asked for, and what arrives after that for as long
/// as there is a producer.
pub(super) fn serve(call: &Call<'_>, streams: &mut Catalogue) -> Result<Answer, Refusal> {
    let input: GetMedia = call.input()?;
    let selector = input
        .start_selector
        .ok_or_else(|| Refusal::invalid_argument("StartSelector must be given."))?;
    let entry = streams.find(input.stream_name.as_deref(), input.stream_arn.as_deref())?;
    call.charge(&entry.arn, Quota::Readers, 1)?;
    let forgotten = entry.forgotten(call.now);
    let reader = Reader {
        recording: Arc::clone(&entry.recording),
        next: first(&selector, entry, forgotten)?,
        forgotten,
        clock: call.clock.clone(),
    };
    let (send, media) = mpsc::channel(1);
    tokio::spawn(reader.run(send));
    Ok(Answer::sent("video/webm", media, call.limited_rate()))
}

/// The ordinal of the fragment to begin with.
fn first(selector: &StartSelector, entry: &Entry, forgotten: Timestamp) -> Result<u64, Refusal> {
    let recording = &entry.recording;
    let mut readable = recording
        .ordinals()
        .filter_map(|ordinal| recording.at(ordinal))
        .filter(|recorded| recorded.stored_at() > forgotten);
    let found = match &selector.start_selector_type {
        Some(StartSelectorType::Now) => readable.last(),
        Some(StartSelectorType::Earliest) => readable.next(),
        Some(StartSelectorType::FragmentNumber) => {
            let number = selector.after_fragment_number.as_deref();
            return after(recording, number, "AfterFragmentNumber");
        }
        Some(StartSelectorType::ContinuationToken) => {
            let token = selector.continuation_token.as_deref();
            return after(recording, token, "ContinuationToken");
        }
        Some(StartSelectorType::ServerTimestamp) => {
            let from = start(selector)?;
            readable.find(|recorded| reaches(recorded.server_timestamp(), recorded, from))
        }
        Some(StartSelectorType::ProducerTimestamp) => {
            let from = start(selector)?;
            readable.find(|recorded| reaches(recorded.producer_timestamp(), recorded, from))
        }
        _ => {
            return Err(Refusal::invalid_argument(
                "StartSelectorType must be one of FRAGMENT_NUMBER, SERVER_TIMESTAMP, \
                 PRODUCER_TIMESTAMP, NOW, EARLIEST and CONTINUATION_TOKEN.",
            ));
        }
    };
    Ok(found.map_or(recording.len(), |recorded| recorded.ordinal()))
}

/// The one behind that with a number.
fn after(recording: &Recording, number: Option<&str>, member: &str) -> Result<u64, Refusal> {
    let number = number.and_then(|number| number.parse().ok());
    let found = number.and_then(|number| recording.find(&number));
    found
        .map(|found| found.ordinal().saturating_add(1))
        .ok_or_else(|| Refusal::invalid_argument(format!("{member} must be that of a fragment.")))
}

fn start(selector: &StartSelector) -> Result<Timestamp, Refusal> {
    selector.start_timestamp.ok_or_else(|| {
        Refusal::invalid_argument("StartTimestamp must be given for this StartSelectorType.")
    })
}

/// Whether a fragment that begins at `begins` holds that moment, or comes after it.
fn reaches(begins: Timestamp, recorded: &Recorded<'_>, moment: Timestamp) -> bool {
    let length = recorded.length_in_millis();
    begins >= moment || begins.as_millis().saturating_add(length) > moment.as_millis()
}

struct Reader {
    recording: Arc<Recording>,
    next: u64,
    forgotten: Timestamp,
    clock: Clock,
}

impl Reader {
    async fn run(mut self, send: Sender<Vec<Bytes>>) {
        let mut arrivals = self.recording.arrivals().watch();
        loop {
            let state = *arrivals.borrow_and_update();
            while self.next < self.recording.len() {
                if let Some(payload) = self.payload()
                    && send.send(payload).await.is_err()
                {
                    return;
                }
                self.next = self.next.saturating_add(1);
            }
            if state.producers == 0 {
                return;
            }
            tokio::select! {
                changed = arrivals.changed() => if changed.is_err() { return },
                () = send.closed() => return,
            }
        }
    }

    fn payload(&self) -> Option<Vec<Bytes>> {
        let recorded = self.recording.at(self.next)?;
        if recorded.stored_at() <= self.forgotten {
            return None;
        }
        let now = Timestamp::from(self.clock.now()).as_millis();
        let behind = now.saturating_sub(recorded.server_timestamp().as_millis());
        let tag = |name: &str, value: String| Tag {
            name: name.to_owned(),
            value,
        };
        Some(recorded.payload_with(vec![
            tag(MILLIS_BEHIND, behind.max(0).to_string()),
            tag(CONTINUATION_TOKEN, recorded.number()?.to_string()),
        ]))
    }
}
