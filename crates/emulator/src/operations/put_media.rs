//! PutMedia.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::Request;
use http::request::Parts;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use kvs_api::protocol::Timestamp;
use tokio::sync::mpsc::{self, Sender};
use tokio::time::timeout;

use super::Answer;
use crate::auth::Payload;
use crate::ingest::{self, Ack, Fault, Ingest, Step};
use crate::load::Stored;
use crate::recording::Recording;
use crate::refusal::Refusal;
use crate::server::Service;

const STREAM_NAME: &str = "x-amzn-stream-name";
const STREAM_ARN: &str = "x-amzn-stream-arn";
const TIMECODES: &str = "x-amzn-fragment-timecode-type";
const START: &str = "x-amzn-producer-start-timestamp";
/// How long a producer may say nothing before it is told so.
const IDLE: Duration = Duration::from_secs(30);
/// Acks that wait for a producer to read them.
const UNREAD: usize = 16;

/// Answers at once, and goes on to take what the producer sends.
pub(crate) fn serve(
    service: &Arc<Service>,
    request: Request<Incoming>,
    now: SystemTime,
) -> Result<Answer, Refusal> {
    let (head, body) = request.into_parts();
    let signed = Request::from_parts(head.clone(), Bytes::new());
    service.verifier.verify(&signed, Payload::Unsigned, now)?;
    let start = start(&head, now)?;
    let streams = service.streams();
    let entry = streams.find(header(&head, STREAM_NAME), header(&head, STREAM_ARN))?;
    let producer = Producer::of(&entry.recording);
    let (acks, told) = mpsc::channel(UNREAD);
    let connection = Connection {
        service: Arc::clone(service),
        arn: entry.arn.clone(),
        start,
        acks,
        _producer: producer,
    };
    tokio::spawn(connection.run(body));
    Ok(Answer::told(told))
}

fn header<'a>(head: &'a Parts, name: &str) -> Option<&'a str> {
    head.headers.get(name)?.to_str().ok()
}

/// What the timecodes of fragments are added to, in milliseconds.
fn start(head: &Parts, now: SystemTime) -> Result<Option<i64>, Refusal> {
    match header(head, TIMECODES) {
        Some("ABSOLUTE") => Ok(None),
        Some("RELATIVE") => {
            let Some(start) = header(head, START) else {
                return Ok(Some(Timestamp::from(now).as_millis()));
            };
            let start = Timestamp::parse_epoch_seconds(start).map_err(|_| {
                Refusal::invalid_argument(format!("{START} must be seconds since 1970."))
            })?;
            Ok(Some(start.as_millis()))
        }
        _ => Err(Refusal::invalid_argument(format!(
            "{TIMECODES} must be ABSOLUTE or RELATIVE."
        ))),
    }
}

/// Counts as long as it lives.
struct Producer(Arc<Recording>);

impl Producer {
    fn of(recording: &Arc<Recording>) -> Self {
        recording.arrivals().producer(true);
        Self(Arc::clone(recording))
    }
}

impl Drop for Producer {
    fn drop(&mut self) {
        self.0.arrivals().producer(false);
    }
}

struct Connection {
    service: Arc<Service>,
    arn: String,
    start: Option<i64>,
    acks: Sender<Vec<Bytes>>,
    _producer: Producer,
}

impl Connection {
    async fn run(self, mut body: Incoming) {
        let mut ingest = Ingest::default();
        loop {
            let (steps, is_over) = match timeout(IDLE, body.frame()).await {
                Err(_) => {
                    if self.tell(&Ack::of("IDLE", None)).await.is_err() {
                        return;
                    }
                    continue;
                }
                Ok(Some(Ok(frame))) => match frame.into_data() {
                    Ok(bytes) => (ingest.push(bytes), false),
                    Err(_) => continue,
                },
                Ok(None) => (ingest.finish(), true),
                Ok(Some(Err(_))) => (vec![Step::Failed(Fault::StreamRead, None)], true),
            };
            for step in steps {
                if self.take(step).await.is_err() {
                    return;
                }
            }
            if is_over {
                return;
            }
        }
    }

    /// Fails when the connection is to end.
    async fn take(&self, step: Step) -> Result<(), Over> {
        match step {
            Step::Begins(timecode) => self.tell(&Ack::of("BUFFERING", Some(timecode))).await,
            Step::Failed(fault, timecode) => {
                self.tell(&Ack::error(fault, timecode)).await?;
                Err(Over)
            }
            Step::Whole { fragment, timecode } => match self.store(fragment, timecode) {
                Ok((number, is_kept)) => {
                    let ack = Ack::numbered("RECEIVED", timecode, number.clone());
                    self.tell(&ack).await?;
                    if is_kept {
                        self.tell(&Ack::numbered("PERSISTED", timecode, number))
                            .await?;
                    }
                    Ok(())
                }
                Err(fault) => {
                    self.tell(&Ack::error(fault, Some(timecode))).await?;
                    Err(Over)
                }
            },
        }
    }

    async fn tell(&self, ack: &Ack) -> Result<(), Over> {
        self.acks.send(vec![ack.line()]).await.map_err(|_| Over)
    }

    /// Adds a fragment to the stream: its number, and whether the stream keeps it.
    fn store(&self, fragment: Arc<Stored>, timecode: i64) -> Result<(String, bool), Fault> {
        let producer = ingest::producer_time(self.start, timecode)?;
        let now = Timestamp::from(self.service.clock.now());
        let streams = self.service.streams();
        let entry = streams.find(None, Some(&self.arn));
        let entry = entry.map_err(|_| Fault::StreamNotActive)?;
        let (number, is_kept) = entry.take(fragment, producer, now)?;
        Ok((number.to_string(), is_kept))
    }
}

/// The connection ends.
struct Over;
