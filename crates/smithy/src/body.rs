//! The body of an answer.

use std::fmt;
use std::time::{Duration, SystemTime};

use aws_smithy_async::future::timeout::Timeout;
use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep};
use aws_smithy_async::time::SharedTimeSource;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http_body_util::BodyExt;
use kvs_archive::api::protocol::{Interruption, InterruptionKind, Throughput, Timeouts};

use crate::transport::told;

/// The payload of a streamed answer, as it comes in.
///
/// What dropping it does to the connection is the connector's affair.
pub struct Body {
    state: State,
    sleep: SharedAsyncSleep,
    /// How long the peer may be silent while a piece is waited for.
    stall: Duration,
    throughput: Throughput,
    time: SharedTimeSource,
    /// When it has to be there, if it is collected.
    until: Option<SystemTime>,
}

enum State {
    Open(SdkBody),
    Ended,
    Failed(Interruption),
}

impl Body {
    pub(crate) fn new(
        body: SdkBody,
        sleep: SharedAsyncSleep,
        time: SharedTimeSource,
        timeouts: &Timeouts,
    ) -> Self {
        Self {
            state: State::Open(body),
            sleep,
            stall: timeouts.stall,
            throughput: Throughput::new(timeouts.minimum_rate),
            time,
            until: None,
        }
    }

    pub(crate) fn collected_until(mut self, until: Option<SystemTime>) -> Self {
        self.until = until;
        self
    }

    /// The next piece, `None` at the end. No piece is lost if the future is dropped before it is
    /// ready.
    ///
    /// # Errors
    /// [`Interruption`] when the connection breaks before the end, or nothing, or too little,
    /// comes while this is waited for; from then on always the same.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Interruption> {
        loop {
            let body = match &mut self.state {
                State::Open(body) => body,
                State::Ended => return Ok(None),
                State::Failed(why) => return Err(Interruption::new(why.kind, &why.detail)),
            };
            let patience = self.stall.min(self.throughput.patience());
            let since = self.time.now();
            let frame = Timeout::new(body.frame(), self.sleep.sleep(patience)).await;
            let waited = self.time.now().duration_since(since);
            self.throughput.waited(waited.unwrap_or_default());
            match frame {
                Ok(Some(Ok(frame))) => {
                    if let Ok(data) = frame.into_data()
                        && !data.is_empty()
                    {
                        self.throughput.received(data.len());
                        return Ok(Some(data));
                    }
                }
                Ok(None) => self.state = State::Ended,
                Ok(Some(Err(error))) => {
                    let why = Interruption::new(InterruptionKind::Broken, told(&*error));
                    self.state = State::Failed(why);
                }
                Err(_) if patience < self.stall => {
                    self.state = State::Failed(self.throughput.too_slow());
                }
                Err(_) => {
                    let detail = format!("nothing came for {:?}", self.stall);
                    let why = Interruption::new(InterruptionKind::TimedOut, detail);
                    self.state = State::Failed(why);
                }
            }
        }
    }

    /// The body up to its end, or up to `limit` bytes.
    pub(crate) async fn read_up_to(&mut self, limit: usize) -> Result<Vec<u8>, Interruption> {
        let mut read = Vec::new();
        self.collect(&mut read, limit).await?;
        Ok(read)
    }

    /// The same, as far as it comes.
    pub(crate) async fn prefix(&mut self, limit: usize) -> Vec<u8> {
        let mut read = Vec::new();
        // Why it broke off is of no interest: the head has told what matters.
        let _ = self.collect(&mut read, limit).await;
        read
    }

    async fn collect(&mut self, read: &mut Vec<u8>, limit: usize) -> Result<(), Interruption> {
        let Some(until) = self.until else {
            return self.read_into(read, limit).await;
        };
        let left = until.duration_since(self.time.now()).unwrap_or_default();
        let end = self.sleep.sleep(left);
        let in_time = Timeout::new(self.read_into(read, limit), end).await;
        in_time.unwrap_or_else(|_| {
            let detail = "the time limit is reached";
            Err(Interruption::new(InterruptionKind::TimedOut, detail))
        })
    }

    async fn read_into(&mut self, read: &mut Vec<u8>, limit: usize) -> Result<(), Interruption> {
        while read.len() < limit
            && let Some(chunk) = self.chunk().await?
        {
            read.extend_from_slice(&chunk);
        }
        read.truncate(limit);
        Ok(())
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").finish_non_exhaustive()
    }
}
