//! The body of an answer.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use kvs_archive::api::protocol::{Interruption, InterruptionKind, Throughput, Timeouts};
use tokio::time::{Instant, timeout, timeout_at};

use crate::pool::Lease;
use crate::transport::{broken, too_late};

/// The payload of a streamed answer, as it comes in.
///
/// Dropping it before its end closes the connection; at its end the connection serves the next
/// request.
pub struct Body {
    state: State,
    /// How long the peer may be silent while a piece is waited for.
    stall: Duration,
    /// How long it has been.
    silent: Duration,
    throughput: Throughput,
    /// When it has to be there, if it is collected.
    until: Option<Instant>,
}

enum State {
    Open(Incoming, Lease),
    Ended,
    Failed(Interruption),
}

impl Body {
    pub(crate) fn new(incoming: Incoming, lease: Lease, timeouts: &Timeouts) -> Self {
        Self {
            state: State::Open(incoming, lease),
            stall: timeouts.stall,
            silent: Duration::ZERO,
            throughput: Throughput::new(timeouts.minimum_rate),
            until: None,
        }
    }

    pub(crate) fn collected_until(mut self, until: Option<Instant>) -> Self {
        self.until = until;
        self
    }

    /// The next piece, `None` at the end. No piece is lost if the future is dropped before it is
    /// ready.
    ///
    /// # Errors
    /// [`Interruption`] when the peer closes the connection before the end, or is silent for too
    /// long or too slow; from then on always the same.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Interruption> {
        loop {
            let incoming = match &mut self.state {
                State::Open(incoming, _) => incoming,
                State::Ended => return Ok(None),
                State::Failed(why) => return Err(Interruption::new(why.kind, &why.detail)),
            };
            let patience = self.stall.saturating_sub(self.silent);
            let patience = patience.min(self.throughput.patience());
            let waiting = Waiting::new(&mut self.silent, &mut self.throughput);
            let frame = timeout(patience, incoming.frame()).await;
            drop(waiting);
            match frame {
                Ok(Some(Ok(frame))) => {
                    self.silent = Duration::ZERO;
                    if let Ok(data) = frame.into_data()
                        && !data.is_empty()
                    {
                        self.throughput.received(data.len());
                        return Ok(Some(data));
                    }
                }
                Ok(None) => {
                    if let State::Open(_, lease) = std::mem::replace(&mut self.state, State::Ended)
                    {
                        lease.give_back();
                    }
                }
                Ok(Some(Err(error))) => self.state = State::Failed(broken(&error)),
                Err(_) if self.silent < self.stall => {
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
        self.read_into(&mut read, limit).await?;
        Ok(read)
    }

    /// The same, as far as it comes.
    pub(crate) async fn prefix(&mut self, limit: usize) -> Vec<u8> {
        let mut read = Vec::new();
        // Why it broke off is of no interest: the head has told what matters.
        let _ = self.read_into(&mut read, limit).await;
        read
    }

    async fn read_into(&mut self, read: &mut Vec<u8>, limit: usize) -> Result<(), Interruption> {
        let until = self.until;
        while read.len() < limit {
            let chunk = match until {
                Some(until) => timeout_at(until, self.chunk())
                    .await
                    .unwrap_or_else(|_| Err(too_late()))?,
                None => self.chunk().await?,
            };
            let Some(chunk) = chunk else { break };
            read.extend_from_slice(&chunk);
        }
        read.truncate(limit);
        Ok(())
    }
}

/// Counts the time for which somebody waits, also if he gives up waiting: so a peer is found to be
/// silent by one who looks again and again for a short while, and never by one who looks away.
struct Waiting<'a> {
    since: Instant,
    silent: &'a mut Duration,
    throughput: &'a mut Throughput,
}

impl<'a> Waiting<'a> {
    fn new(silent: &'a mut Duration, throughput: &'a mut Throughput) -> Self {
        Self {
            since: Instant::now(),
            silent,
            throughput,
        }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let waited = self.since.elapsed();
        *self.silent = self.silent.saturating_add(waited);
        self.throughput.waited(waited);
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").finish_non_exhaustive()
    }
}
