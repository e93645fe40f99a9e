//! New connections over TCP.

use std::fmt;
use std::io;

use ureq::unversioned::resolver::Resolver;
use ureq::unversioned::transport::time::{Duration, Instant};
use ureq::unversioned::transport::{
    ConnectionDetails, Connector, NextTimeout, TcpConnector, Transport,
};
use ureq::{Error, Timeout};

/// Opens connections after looking the host up. `ureq` looks it up before it looks for an open
/// connection, for every request, and in a thread of its own where there is a time limit.
#[derive(Debug)]
pub(crate) struct Dial<R> {
    resolver: R,
    tcp: TcpConnector,
}

impl<R: Resolver> Dial<R> {
    pub(crate) fn new(resolver: R) -> Self {
        let tcp = TcpConnector::default();
        Self { resolver, tcp }
    }
}

impl<R: Resolver, In: Transport> Connector<In> for Dial<R> {
    type Out = <TcpConnector as Connector<In>>::Out;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, Error> {
        if chained.is_some() {
            return self.tcp.connect(details, chained);
        }
        let found = self
            .resolver
            .resolve(details.uri, details.config, details.timeout);
        let addrs = found.map_err(no_address)?;
        let now = (details.current_time)();
        let located = ConnectionDetails {
            uri: details.uri,
            addrs,
            config: details.config,
            request_level: details.request_level,
            resolver: details.resolver,
            now,
            timeout: left(details.timeout, details.now, now)?,
            current_time: details.current_time.clone(),
            run_connector: details.run_connector.clone(),
            register_shutdown: details.register_shutdown.clone(),
        };
        self.tcp.connect(&located, None)
    }
}

/// What of the time to connect the look-up has left over.
fn left(timeout: NextTimeout, since: Instant, now: Instant) -> Result<NextTimeout, Error> {
    let (Duration::Exact(limit), Instant::Exact(since), Instant::Exact(now)) =
        (timeout.after, since, now)
    else {
        return Ok(timeout);
    };
    let left = limit.saturating_sub(now.saturating_duration_since(since));
    if left.is_zero() {
        return Err(Error::Timeout(Timeout::Connect));
    }
    let after = left.into();
    Ok(NextTimeout { after, ..timeout })
}

/// Tells a name without address from a connection that broke.
fn no_address(error: Error) -> Error {
    match error {
        Error::Io(error) => Error::Other(Box::new(NoAddress(error))),
        error => error,
    }
}

/// A name could not be looked up.
#[derive(Debug)]
pub(crate) struct NoAddress(io::Error);

impl fmt::Display for NoAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for NoAddress {}

#[cfg(test)]
mod tests;
