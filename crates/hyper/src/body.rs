//! The body of an answer.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body as _, Frame, Incoming};
use kvs_archive::api::protocol::{Interruption, InterruptionKind, Throughput, Timeouts};
use tokio::time::{Instant, Sleep, sleep_until, timeout_at};

use crate::pool::Lease;
use crate::transport::{broken, too_late};

/// What is announced is a claim: of more than that, as much is believed as has come.
const MOST_RESERVED: usize = 1 << 20;

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
    alarm: Alarm,
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
            alarm: Alarm::default(),
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
            match &self.state {
                State::Open(..) => {}
                State::Ended => return Ok(None),
                State::Failed(why) => return Err(Interruption::new(why.kind, &why.detail)),
            }
            match self.frame().await {
                Ok(Some(Ok(frame))) => {
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
                Err(Silence) if self.silent < self.stall => {
                    self.state = State::Failed(self.throughput.too_slow());
                }
                Err(Silence) => {
                    let detail = format!("nothing came for {:?}", self.stall);
                    let why = Interruption::new(InterruptionKind::TimedOut, detail);
                    self.state = State::Failed(why);
                }
            }
        }
    }

    /// What comes next, from a body that is open.
    async fn frame(&mut self) -> Result<Option<Result<Frame<Bytes>, hyper::Error>>, Silence> {
        let State::Open(incoming, lease) = &mut self.state else {
            return Ok(None);
        };
        let patience = self.stall.saturating_sub(self.silent);
        let patience = patience.min(self.throughput.patience());
        let mut waiting = Waiting {
            since: None,
            silent: &mut self.silent,
            throughput: &mut self.throughput,
        };
        let frame = poll_fn(|context| {
            if let Poll::Ready(frame) = lease.connection.poll_frame(incoming, context) {
                return Poll::Ready(Ok(frame));
            }
            let since = *waiting.since.get_or_insert_with(Instant::now);
            match since.checked_add(patience) {
                Some(at) => self.alarm.poll(at, context).map(|()| Err(Silence)),
                None => Poll::Pending,
            }
        });
        let frame = frame.await?;
        drop(waiting);
        self.silent = Duration::ZERO;
        Ok(frame)
    }

    /// How long it is said to be, or 0.
    fn announced(&self) -> usize {
        let State::Open(incoming, _) = &self.state else {
            return 0;
        };
        usize::try_from(incoming.size_hint().lower()).unwrap_or(usize::MAX)
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
        read.reserve_exact(self.announced().min(limit).min(MOST_RESERVED));
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
///
/// The clock is not read where nobody has to wait: a body may have a million pieces.
struct Waiting<'a> {
    since: Option<Instant>,
    silent: &'a mut Duration,
    throughput: &'a mut Throughput,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if let Some(since) = self.since {
            let waited = since.elapsed();
            *self.silent = self.silent.saturating_add(waited);
            self.throughput.waited(waited);
        }
    }
}

/// The peer was silent for longer than it may be.
struct Silence;

/// A timer for a moment that is put off with every piece. It is set for the first one, and anew only
/// when that has come and is no longer meant.
#[derive(Default)]
struct Alarm(Option<Pin<Box<Sleep>>>);

impl Alarm {
    fn poll(&mut self, at: Instant, context: &mut Context<'_>) -> Poll<()> {
        let set = || Box::pin(sleep_until(at));
        let sleep = self.0.get_or_insert_with(set);
        if sleep.deadline() > at {
            sleep.as_mut().reset(at);
        }
        loop {
            ready!(sleep.as_mut().poll(context));
            if sleep.deadline() >= at {
                return Poll::Ready(());
            }
            sleep.as_mut().reset(at);
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").finish_non_exhaustive()
    }
}
