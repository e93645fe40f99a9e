//! What of `ureq` is exempt from semantic versioning, and touched nowhere else.
//!
//! - The guard against peers that fall silent in the middle of a body, or nearly so.
//! - Connections over TCP, which look names up themselves.
//! - Connections that the caller opens.

mod dial;
mod guard;

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{
    Buffers, ConnectProxyConnector, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout,
    RustlsConnector, Transport,
};
use ureq::{Agent, Error, Timeout};

use crate::connect::Connect;

use self::dial::Dial;
pub(crate) use self::dial::NoAddress;
pub(crate) use self::guard::Guard;

/// An agent whose connections are opened by the caller, if he has brought somebody along for that.
pub(crate) fn agent(config: Config, opener: Option<Arc<dyn Connect>>, guard: Guard) -> Agent {
    match opener {
        Some(opener) => Agent::with_parts(config, laid_over(Brought(opener), guard), NoLookup),
        None => {
            let dial = Dial::new(DefaultResolver::default());
            Agent::with_parts(config, laid_over(dial, guard), NoLookup)
        }
    }
}

/// What there is where no connection to a proxy is.
type Tunnel = Either<(), Box<dyn Transport>>;

/// Lays the tunnel of a proxy, TLS and the guard over connections.
fn laid_over(open: impl Connector<Tunnel>, guard: Guard) -> impl Connector {
    ().chain(ConnectProxyConnector::default())
        .chain(open)
        .chain(RustlsConnector::default())
        .chain(guard)
}

/// Opens connections as the caller does it, unless there is one to the proxy.
#[derive(Debug)]
struct Brought(Arc<dyn Connect>);

impl<In: Transport> Connector<In> for Brought {
    type Out = Either<In, Socket>;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<Either<In, Socket>>, Error> {
        if let Some(chained) = chained {
            return Ok(Some(Either::A(chained)));
        }
        let host = details.uri.host().ok_or(Error::HostNotFound)?;
        let implied = if details.needs_tls() { 443 } else { 80 };
        let port = details.uri.port_u16().unwrap_or(implied);
        let host = host.trim_matches(['[', ']']);
        let stream = self.0.connect(host, port, *details.timeout.after)?;
        // It matters for speed alone.
        let _ = stream.set_nodelay(true);
        let config = details.config;
        Ok(Some(Either::B(Socket {
            stream,
            buffers: LazyBuffers::new(config.input_buffer_size(), config.output_buffer_size()),
        })))
    }
}

/// A connection that the caller has opened.
#[derive(Debug)]
struct Socket {
    stream: TcpStream,
    buffers: LazyBuffers,
}

impl Transport for Socket {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        let timeout = timeout.for_write();
        self.stream.set_write_timeout(left(&timeout)?)?;
        let output = self.buffers.output().get(..amount).unwrap_or_default();
        let written = self.stream.write_all(output);
        written.map_err(|error| timed_out(error, timeout.reason))
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let timeout = timeout.for_read();
        self.stream.set_read_timeout(left(&timeout)?)?;
        let input = self.buffers.input_append_buf();
        let read = loop {
            match self.stream.read(input) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read.map_err(|error| timed_out(error, timeout.reason))?,
            }
        };
        self.buffers.input_appended(read);
        Ok(read > 0)
    }

    /// Nothing is to come in on a connection that waits for the next request.
    fn is_open(&mut self) -> bool {
        if self.stream.set_nonblocking(true).is_err() {
            return false;
        }
        let is_quiet = matches!(
            self.stream.peek(&mut [0]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock
        );
        is_quiet && self.stream.set_nonblocking(false).is_ok()
    }
}

/// What is left of the time, if there is a limit.
fn left(timeout: &NextTimeout) -> Result<Option<Duration>, Error> {
    if timeout.after.is_not_happening() {
        return Ok(None);
    }
    let left = *timeout.after;
    if left.is_zero() {
        return Err(Error::Timeout(timeout.reason));
    }
    Ok(Some(left))
}

fn timed_out(error: io::Error, reason: Timeout) -> Error {
    match error.kind() {
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Error::Timeout(reason),
        _ => Error::Io(error),
    }
}

/// Leaves names to whoever connects.
#[derive(Debug)]
struct NoLookup;

impl Resolver for NoLookup {
    fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let mut nowhere = self.empty();
        nowhere.push((Ipv4Addr::UNSPECIFIED, 0).into());
        Ok(nowhere)
    }
}
