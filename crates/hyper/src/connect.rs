//! New connections: looking the host up, TCP, the proxy, TLS.

use std::error::Error;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use http::Uri;
use http::uri::Scheme;
use kvs_archive::api::protocol::proxy::Proxy;
use kvs_archive::api::protocol::{Interruption, InterruptionKind};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::connection::Connection;
use crate::dial::Stream;
use crate::proxy;
use crate::tls::Trust;
use crate::transport::Fittings;

/// Where a connection leads to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    is_https: bool,
    /// Name or address, without brackets.
    host: String,
    port: u16,
}

impl Place {
    pub(crate) fn of(uri: &Uri) -> Result<Self, Interruption> {
        let is_https = match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTPS => true,
            Some(scheme) if *scheme == Scheme::HTTP => false,
            _ => return Err(no_address(uri)),
        };
        let host = uri.host().ok_or_else(|| no_address(uri))?;
        let implied = if is_https { 443 } else { 80 };
        Ok(Self {
            is_https,
            host: host.trim_matches(['[', ']']).to_ascii_lowercase(),
            port: uri.port_u16().unwrap_or(implied),
        })
    }
}

fn no_address(uri: &Uri) -> Interruption {
    let detail = format!("{uri} is no address of a service");
    Interruption::new(InterruptionKind::Refused, detail)
}

/// As `CONNECT` and `Host` want it, always with the port.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port, .. } = self;
        if host.contains(':') {
            write!(f, "[{host}]:{port}")
        } else {
            write!(f, "{host}:{port}")
        }
    }
}

/// Makes connections.
#[derive(Debug)]
pub(crate) struct Connector {
    pub(crate) tls: Arc<ClientConfig>,
    pub(crate) trust: Trust,
    pub(crate) proxy: Option<Proxy>,
    /// For all that it takes.
    pub(crate) limit: Duration,
    /// What the caller has brought along.
    pub(crate) fittings: Fittings,
}

impl Connector {
    pub(crate) async fn connect(&self, place: &Place) -> Result<Connection, Interruption> {
        let established = timeout(self.limit, self.establish(place)).await;
        established.unwrap_or_else(|_| {
            let detail = format!("{place}: none within {:?}", self.limit);
            Err(Interruption::new(InterruptionKind::Connect, detail))
        })
    }

    async fn establish(&self, place: &Place) -> Result<Connection, Interruption> {
        let proxy = self.proxy.as_ref();
        let proxy = proxy.filter(|proxy| place.is_https && proxy.serves(&place.host));
        let stream = match proxy {
            Some(proxy) => {
                let stream = self.dial(&proxy_place(proxy)?).await.map_err(at_proxy)?;
                proxy::tunnel(stream, proxy.url(), place).await?
            }
            None => self.dial(place).await?,
        };
        let started = if place.is_https {
            let tls = TlsConnector::from(Arc::clone(&self.tls));
            let stream = tls.connect(server_name(place)?, stream).await;
            Connection::start(
                stream.map_err(|error| bad_handshake(place, &error))?,
                self.fittings.buffer,
            )
            .await
        } else {
            Connection::start(stream, self.fittings.buffer).await
        };
        started.map_err(|error| Interruption::new(InterruptionKind::Broken, told(&error)))
    }

    /// Opens a connection as the caller does it, or as everybody does.
    async fn dial(&self, place: &Place) -> Result<Box<dyn Stream>, Interruption> {
        match &self.fittings.connector {
            Some(connector) => {
                let stream = connector.connect(&place.host, place.port).await;
                stream.map_err(|error| no_connection(place, &error))
            }
            None => Ok(Box::new(self.dial_tcp(place).await?)),
        }
    }

    /// Tries the addresses of a place one after the other.
    async fn dial_tcp(&self, place: &Place) -> Result<TcpStream, Interruption> {
        let failed = |problem: &dyn fmt::Display| no_connection(place, problem);
        let addresses = lookup_host((place.host.as_str(), place.port)).await;
        let addresses: Vec<_> = addresses.map_err(|error| failed(&error))?.collect();
        // One that does not answer leaves time for the others.
        let share = u32::try_from(addresses.len())
            .ok()
            .and_then(|addresses| self.limit.checked_div(addresses))
            .unwrap_or(self.limit);
        let mut last = failed(&"the name has no address");
        for address in addresses {
            match timeout(share, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => {
                    // It matters for speed alone.
                    let _ = stream.set_nodelay(true);
                    return Ok(stream);
                }
                Ok(Err(error)) => last = failed(&error),
                Err(_) => last = failed(&format_args!("{} does not answer", address.ip())),
            }
        }
        Err(last)
    }
}

fn no_connection(place: &Place, problem: &dyn fmt::Display) -> Interruption {
    let detail = format!("{place}: {problem}");
    Interruption::new(InterruptionKind::Connect, detail)
}

fn proxy_place(proxy: &Proxy) -> Result<Place, Interruption> {
    // Its address may hold a password, and is not shown.
    Place::of(proxy.url()).map_err(|_| {
        let detail = "the address of the proxy is none";
        Interruption::new(InterruptionKind::Refused, detail)
    })
}

fn at_proxy(why: Interruption) -> Interruption {
    Interruption::new(why.kind, format_args!("the proxy {}", why.detail))
}

fn server_name(place: &Place) -> Result<ServerName<'static>, Interruption> {
    ServerName::try_from(place.host.clone()).map_err(|_| {
        let detail = format!("{place}: no certificate can be for that name");
        Interruption::new(InterruptionKind::Refused, detail)
    })
}

fn bad_handshake(place: &Place, error: &io::Error) -> Interruption {
    // A certificate that is not trusted stays so.
    let is_final = error.get_ref().is_some_and(|e| e.is::<rustls::Error>());
    let kind = if is_final {
        InterruptionKind::Refused
    } else {
        InterruptionKind::Broken
    };
    Interruption::new(kind, format_args!("{place}: {error}"))
}

/// An error with all that led to it: `hyper` says what at each step, and says nothing twice.
pub(crate) fn told(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
