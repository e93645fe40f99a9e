//! The guard against peers that fall silent in the middle of an answer, or nearly so.

use std::fmt;
use std::sync::Arc;

use kvs_archive::api::protocol::{MinimumRate, Throughput};
use ureq::unversioned::transport::time::Instant;
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};
use ureq::{Error, Timeout};

/// Puts a [`Guarded`] around each connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Guard(pub(crate) MinimumRate);

impl<In: Transport> Connector<In> for Guard {
    type Out = Guarded<In>;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<Guarded<In>>, Error> {
        let clock = Arc::clone(&details.current_time);
        Ok(chained.map(|inner| Guarded::new(inner, self.0, clock)))
    }
}

type Clock = Arc<dyn Fn() -> Instant + Send + Sync>;

/// A connection whose reads are limited: one by one, as `ureq` does it, and all together by a
/// minimum rate. Before the first byte of an answer, which has a limit of its own, both are lifted.
pub(crate) struct Guarded<T> {
    inner: T,
    rate: MinimumRate,
    throughput: Throughput,
    /// Whether something of the answer has come.
    has_begun: bool,
    clock: Clock,
}

impl<T> Guarded<T> {
    fn new(inner: T, rate: MinimumRate, clock: Clock) -> Self {
        Self {
            inner,
            rate,
            throughput: Throughput::new(rate),
            has_begun: false,
            clock,
        }
    }
}

impl<T: Transport> Transport for Guarded<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.has_begun = false;
        self.inner.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, mut timeout: NextTimeout) -> Result<bool, Error> {
        if !self.has_begun || timeout.reason == Timeout::RecvResponse {
            timeout.per_read = None;
            let has_come = self.inner.await_input(timeout)?;
            self.has_begun = has_come;
            self.throughput = Throughput::new(self.rate);
            return Ok(has_come);
        }
        let patience = self.throughput.patience();
        if patience < *timeout.after {
            timeout.after = patience.into();
            // No limit of that name is ever set otherwise.
            timeout.reason = Timeout::RecvBody;
        }
        let before = self.inner.buffers().input().len();
        let since = (self.clock)();
        let awaited = self.inner.await_input(timeout);
        if let (Instant::Exact(since), Instant::Exact(now)) = (since, (self.clock)()) {
            self.throughput.waited(now.saturating_duration_since(since));
        }
        let after = self.inner.buffers().input().len();
        self.throughput.received(after.saturating_sub(before));
        match awaited {
            Err(Error::Timeout(Timeout::RecvBody)) => {
                Err(Error::Other(Box::new(self.throughput.too_slow())))
            }
            awaited => awaited,
        }
    }

    fn is_open(&mut self) -> bool {
        self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}

impl<T: fmt::Debug> fmt::Debug for Guarded<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guarded")
            .field("inner", &self.inner)
            .field("throughput", &self.throughput)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
