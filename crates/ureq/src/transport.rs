//! Requests and answers over `ureq`.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::response::Parts;
use http::{Method, Request, Response};
use kvs_archive::api::protocol::credentials::Identity;
use kvs_archive::api::protocol::proxy::Proxy;
use kvs_archive::api::protocol::{
    Delivery, Interruption, InterruptionKind, Invalid, Operation, Settings, Timeouts,
};
use ureq::tls::TlsConfig;
use ureq::{Agent, AsSendBody, Timeout};

use crate::body::Body;
use crate::connect::Connect;
use crate::tls;
use crate::unversioned::{self, Guard, NoAddress};

/// What an exchange may take, beside the limits of its parts.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Limit {
    None,
    /// Up to the head of the answer.
    Head(Duration),
    /// Up to the end of its body.
    Whole(Duration),
}

impl Limit {
    /// What the deadline of a call leaves it.
    pub(crate) fn of<O: Operation>(left: Option<Duration>) -> Self {
        match left {
            None => Self::None,
            Some(left) if <O::Delivery as Delivery>::STREAMED => Self::Head(left),
            Some(left) => Self::Whole(left),
        }
    }

    fn left(self) -> Option<Duration> {
        match self {
            Self::None => None,
            Self::Head(left) | Self::Whole(left) => Some(left),
        }
    }
}

/// The head of an answer has to fit.
const SMALLEST_BUFFER: usize = 8 << 10;

/// What a caller has brought along.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fittings {
    /// Certificates to trust, in PEM.
    pub(crate) roots: Option<Vec<u8>>,
    /// Size of a connection's buffers.
    pub(crate) buffer: Option<usize>,
    /// Who opens connections.
    pub(crate) connector: Option<Arc<dyn Connect>>,
}

/// Connections, kept open for the next request.
#[derive(Debug)]
pub(crate) struct Transport {
    direct: Agent,
    proxied: Option<(Proxy, Agent)>,
    tls: TlsConfig,
    timeouts: Timeouts,
    fittings: Fittings,
}

impl Transport {
    pub(crate) fn new(
        settings: &Settings,
        timeouts: Timeouts,
        fittings: Fittings,
    ) -> Result<Self, Invalid> {
        let tls = tls::config(fittings.roots.as_deref(), settings.ca_bundle.as_deref())?;
        Self::with_tls(tls, settings.proxy.as_ref(), timeouts, fittings)
    }

    /// One that shows a certificate, and shares no connection with this one.
    pub(crate) fn identified(&self, identity: &Identity) -> Result<Self, Invalid> {
        let tls = tls::identified(&self.tls, identity)?;
        let proxy = self.proxied.as_ref().map(|(proxy, _)| proxy);
        Self::with_tls(tls, proxy, self.timeouts, self.fittings.clone())
    }

    fn with_tls(
        tls: TlsConfig,
        proxy: Option<&Proxy>,
        timeouts: Timeouts,
        fittings: Fittings,
    ) -> Result<Self, Invalid> {
        let guard = Guard(timeouts.minimum_rate);
        let agent = |proxy: Option<ureq::Proxy>| {
            let mut config = Agent::config_builder()
                .http_status_as_error(false)
                // A signed request is good for one host only.
                .max_redirects(0)
                .max_redirects_will_error(false)
                .proxy(proxy)
                .tls_config(tls.clone())
                .user_agent("")
                .accept("")
                .accept_encoding("")
                .timeout_connect(Some(timeouts.connect))
                .timeout_recv_response(Some(timeouts.first_byte))
                .timeout_per_read(Some(timeouts.stall))
                .timeout_per_write(Some(timeouts.stall));
            if let Some(buffer) = fittings.buffer.map(|size| size.max(SMALLEST_BUFFER)) {
                config = config.input_buffer_size(buffer).output_buffer_size(buffer);
            }
            unversioned::agent(config.build(), fittings.connector.clone(), guard)
        };
        let proxied = proxy.map(|proxy| {
            let of_ureq = ureq::Proxy::new(&proxy.url().to_string())
                .map_err(|_| Invalid::new("HTTPS_PROXY", "is no proxy that can be used"))?;
            Ok((proxy.clone(), agent(Some(of_ureq))))
        });
        Ok(Self {
            direct: agent(None),
            proxied: proxied.transpose()?,
            tls,
            timeouts,
            fittings,
        })
    }

    /// Sends a request and waits for the head of the answer.
    pub(crate) fn exchange(
        &self,
        request: Request<Bytes>,
        limit: Limit,
    ) -> Result<(Parts, Body), Interruption> {
        let until = limit
            .left()
            .and_then(|left| Instant::now().checked_add(left));
        let uri = request.uri();
        let is_https = uri.scheme() == Some(&http::uri::Scheme::HTTPS);
        let host = uri.host().unwrap_or_default();
        let (agent, peer) = match &self.proxied {
            Some((proxy, agent)) if is_https && proxy.serves(host) => (agent, proxy.url()),
            _ => (&self.direct, uri),
        };
        let peer = peer.host().unwrap_or_default().to_owned();
        let (parts, body) = request.into_parts();
        let answer = if body.is_empty() && parts.method == Method::GET {
            self.send(agent, Request::from_parts(parts, ()), limit)
        } else {
            self.send(agent, Request::from_parts(parts, body.as_ref()), limit)
        };
        let answer = answer.map_err(|error| interruption(error, &peer))?;
        let (head, body) = answer.into_parts();
        Ok((head, Body::new(body, self.fittings.buffer, until)))
    }

    fn send<B: AsSendBody>(
        &self,
        agent: &Agent,
        request: Request<B>,
        limit: Limit,
    ) -> Result<Response<ureq::Body>, ureq::Error> {
        let request = agent.configure_request(request);
        let request = match limit {
            Limit::None => request,
            Limit::Whole(left) => request.timeout_global(Some(left)),
            Limit::Head(left) => request
                .timeout_connect(Some(left.min(self.timeouts.connect)))
                .timeout_recv_response(Some(left.min(self.timeouts.first_byte))),
        };
        agent.run(request.build())
    }
}

/// Narrows what happened to what a retry needs to know. `peer` is who was to be connected to.
fn interruption(error: ureq::Error, peer: &str) -> Interruption {
    let why = match &error {
        ureq::Error::Io(error) => interrupted_io(error),
        ureq::Error::Other(other) if other.is::<NoAddress>() => {
            Interruption::new(InterruptionKind::Connect, error)
        }
        ureq::Error::Timeout(Timeout::Connect)
        | ureq::Error::HostNotFound
        | ureq::Error::ConnectionFailed => Interruption::new(InterruptionKind::Connect, error),
        ureq::Error::Timeout(_) => Interruption::new(InterruptionKind::TimedOut, error),
        ureq::Error::Protocol(_) | ureq::Error::BodyStalled => {
            Interruption::new(InterruptionKind::Broken, error)
        }
        _ => Interruption::new(InterruptionKind::Refused, error),
    };
    match why.kind {
        InterruptionKind::Connect => {
            Interruption::new(why.kind, format_args!("{peer}: {}", why.detail))
        }
        _ => why,
    }
}

/// The same for what reading and writing end in.
pub(crate) fn interrupted_io(error: &io::Error) -> Interruption {
    use io::ErrorKind as Kind;
    let inner = error.get_ref();
    if let Some(timeout) = inner.and_then(|inner| inner.downcast_ref::<ureq::Error>()) {
        if let ureq::Error::Other(other) = timeout
            && let Some(why) = other.downcast_ref::<Interruption>()
        {
            return Interruption::new(why.kind, &why.detail);
        }
        let kind = match timeout {
            ureq::Error::Timeout(Timeout::Connect) => InterruptionKind::Connect,
            ureq::Error::Timeout(_) => InterruptionKind::TimedOut,
            _ => InterruptionKind::Broken,
        };
        return Interruption::new(kind, timeout);
    }
    // A certificate that is not trusted stays so.
    if inner.is_some_and(|inner| inner.is::<rustls::Error>()) {
        return Interruption::new(InterruptionKind::Refused, error);
    }
    let kind = match error.kind() {
        Kind::ConnectionRefused
        | Kind::HostUnreachable
        | Kind::NetworkUnreachable
        | Kind::NetworkDown
        | Kind::AddrNotAvailable => InterruptionKind::Connect,
        Kind::TimedOut | Kind::WouldBlock => InterruptionKind::TimedOut,
        _ => InterruptionKind::Broken,
    };
    Interruption::new(kind, error)
}
