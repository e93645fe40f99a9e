//! What of `ureq` is exempt from semantic versioning, and touched nowhere else.
//!
//! - The guard against peers that fall silent in the middle of a body. `ureq` has a limit for each
//!   read, which would also cut the wait for the first byte of an answer; it is lifted there.
//! - A resolver that tells a name without address from a connection that broke.

use std::fmt;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};
use ureq::{Error, Timeout};

/// Puts a [`Guarded`] around each connection.
#[derive(Debug)]
pub(crate) struct StallGuard;

impl<In: Transport> Connector<In> for StallGuard {
    type Out = Guarded<In>;

    fn connect(
        &self,
        _: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<Guarded<In>>, Error> {
        Ok(chained.map(Guarded))
    }
}

/// A connection whose reads are limited one by one, except before the first byte of an answer,
/// which has a limit of its own.
#[derive(Debug)]
pub(crate) struct Guarded<T>(T);

impl<T: Transport> Transport for Guarded<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.0.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.0.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, mut timeout: NextTimeout) -> Result<bool, Error> {
        if timeout.reason == Timeout::RecvResponse {
            timeout.per_read = None;
        }
        self.0.await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        self.0.is_open()
    }

    fn is_tls(&self) -> bool {
        self.0.is_tls()
    }
}

/// The operating system's resolver.
#[derive(Debug, Default)]
pub(crate) struct Lookup(DefaultResolver);

impl Resolver for Lookup {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        match self.0.resolve(uri, config, timeout) {
            Err(Error::Io(error)) => Err(Error::Other(Box::new(NoAddress(error)))),
            resolved => resolved,
        }
    }
}

/// A name could not be looked up.
#[derive(Debug)]
pub(crate) struct NoAddress(std::io::Error);

impl fmt::Display for NoAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for NoAddress {}
