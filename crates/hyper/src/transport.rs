//! Requests and answers over `hyper`.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::response::Parts;
use http::uri::PathAndQuery;
use http::{Request, Uri};
use kvs_archive::api::protocol::credentials::Identity;
use kvs_archive::api::protocol::{Interruption, InterruptionKind, Invalid, Settings, Timeouts};
use tokio::time::{Instant, timeout};

use crate::body::Body;
use crate::connect::{Connector, Place, told};
use crate::connection::Connection;
use crate::dial::Connect;
use crate::pool::{Lease, Pool};
use crate::tls::Trust;

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
    connector: Connector,
    pool: Arc<Pool>,
    timeouts: Timeouts,
}

/// Why no head came.
enum Failure {
    Silent,
    Failed(hyper::Error),
}

impl Transport {
    pub(crate) fn new(
        settings: &Settings,
        timeouts: Timeouts,
        fittings: Fittings,
    ) -> Result<Self, Invalid> {
        let trust = Trust::new(fittings.roots.as_deref(), settings.ca_bundle.as_deref())?;
        Ok(Self {
            connector: Connector {
                tls: trust.anonymous()?,
                trust,
                proxy: settings.proxy.clone(),
                limit: timeouts.connect,
                fittings,
            },
            pool: Arc::default(),
            timeouts,
        })
    }

    /// One that shows a certificate, and shares no connection with this one.
    pub(crate) fn identified(&self, identity: &Identity) -> Result<Self, Invalid> {
        Ok(Self {
            connector: Connector {
                tls: self.connector.trust.identified(identity)?,
                trust: self.connector.trust.clone(),
                proxy: self.connector.proxy.clone(),
                limit: self.connector.limit,
                fittings: self.connector.fittings.clone(),
            },
            pool: Arc::default(),
            timeouts: self.timeouts,
        })
    }

    /// Sends a request and waits for the head of the answer. With a limit, the head has to be there
    /// in this time, and so has a body that is collected.
    pub(crate) async fn exchange(
        &self,
        request: Request<Bytes>,
        limit: Option<Duration>,
    ) -> Result<(Parts, Body), Interruption> {
        let Some(limit) = limit else {
            return self.unlimited(request).await;
        };
        let end = Instant::now().checked_add(limit);
        let exchanged = timeout(limit, self.unlimited(request)).await;
        let (head, body) = exchanged.unwrap_or_else(|_| Err(too_late()))?;
        Ok((head, body.collected_until(end)))
    }

    async fn unlimited(&self, mut request: Request<Bytes>) -> Result<(Parts, Body), Interruption> {
        let place = Place::of(request.uri())?;
        let path = request.uri().path_and_query().cloned();
        *request.uri_mut() = Uri::from(path.unwrap_or(PathAndQuery::from_static("/")));
        if let Some(idle) = self.pool.take(&place) {
            match self.send(idle, &place, request.clone()).await {
                // The peer hung up while nobody looked: no fault of the request's.
                Err(Failure::Failed(error)) if is_hung_up(&error) => {}
                done => return done.map_err(|failure| self.interruption(failure)),
            }
        }
        let fresh = self.connector.connect(&place).await?;
        let sent = self.send(fresh, &place, request).await;
        sent.map_err(|failure| self.interruption(failure))
    }

    async fn send(
        &self,
        mut connection: Connection,
        place: &Place,
        request: Request<Bytes>,
    ) -> Result<(Parts, Body), Failure> {
        let answer = timeout(self.timeouts.first_byte, connection.send(request)).await;
        let answer = answer.map_err(|_| Failure::Silent)?;
        let (head, incoming) = answer.map_err(Failure::Failed)?.into_parts();
        let lease = Lease {
            connection,
            place: place.clone(),
            pool: Arc::clone(&self.pool),
        };
        Ok((head, Body::new(incoming, lease, &self.timeouts)))
    }

    fn interruption(&self, failure: Failure) -> Interruption {
        match failure {
            Failure::Silent => {
                let limit = self.timeouts.first_byte;
                let detail = format!("no answer within {limit:?}");
                Interruption::new(InterruptionKind::TimedOut, detail)
            }
            Failure::Failed(error) => broken(&error),
        }
    }
}

/// All the time that there was is used up.
pub(crate) fn too_late() -> Interruption {
    Interruption::new(InterruptionKind::TimedOut, "the time limit is reached")
}

/// A connection that was made, and then failed.
pub(crate) fn broken(error: &hyper::Error) -> Interruption {
    Interruption::new(InterruptionKind::Broken, told(error))
}

/// Whether the peer closed the connection instead of answering.
fn is_hung_up(error: &hyper::Error) -> bool {
    use std::io::ErrorKind as Kind;
    let source = std::error::Error::source(error);
    let io = source.and_then(|source| source.downcast_ref::<std::io::Error>());
    let is_reset = io.is_some_and(|io| {
        matches!(
            io.kind(),
            Kind::ConnectionReset
                | Kind::ConnectionAborted
                | Kind::BrokenPipe
                | Kind::UnexpectedEof
                | Kind::NotConnected
        )
    });
    is_reset || error.is_canceled() || error.is_closed() || error.is_incomplete_message()
}
