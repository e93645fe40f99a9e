//! The guard against peers that fall silent in the middle of a body.
//!
//! `ureq` has a limit for each read, which would also cut the wait for the first byte of an
//! answer. This layer lifts it there. `ureq` exempts its transports from semantic versioning, so
//! they are touched nowhere else.

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
