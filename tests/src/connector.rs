//! Our async driver as the HTTP client of the AWS SDK: what the SDK has signed goes over our
//! connections, and what comes back is read by the SDK.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::ErrorKind;
use http_body_util::BodyExt;
use hyper::body::{Bytes, Frame};
use kvs_hyper::api::protocol::{Interruption, InterruptionKind};

/// For `http_client` of an SDK's configuration.
#[derive(Debug, Clone)]
pub struct Connector {
    client: kvs_hyper::Client,
}

impl Connector {
    /// Sends over the connections of `client`, with its proxy, its roots and its timeouts.
    pub fn new(client: kvs_hyper::Client) -> Self {
        Self { client }
    }
}

impl HttpClient for Connector {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let client = self.client.clone();
        HttpConnectorFuture::new(async move {
            let (head, body) = request.try_into_http1x().map_err(unsendable)?.into_parts();
            let body = body.collect().await.map_err(unsendable)?.to_bytes();
            let request = hyper::Request::from_parts(head, body);
            let answer = client.exchange(request).await.map_err(failure)?;
            let answer = answer.map(|body| SdkBody::from_body_1_x(Body::new(body)));
            HttpResponse::try_from(answer).map_err(unsendable)
        })
    }
}

/// What HTTP cannot express.
fn unsendable(problem: impl Into<Box<dyn Error + Send + Sync>>) -> ConnectorError {
    ConnectorError::user(problem.into())
}

fn failure(why: Interruption) -> ConnectorError {
    match why.kind {
        InterruptionKind::Connect => ConnectorError::io(why.into()),
        InterruptionKind::TimedOut => ConnectorError::timeout(why.into()),
        InterruptionKind::Broken => {
            ConnectorError::other(why.into(), Some(ErrorKind::TransientError))
        }
        _ => ConnectorError::other(why.into(), None),
    }
}

type Piece = (kvs_hyper::Body, Result<Option<Bytes>, Interruption>);

/// A body that is polled.
struct Body {
    next: Option<Pin<Box<dyn Future<Output = Piece> + Send + Sync>>>,
}

impl Body {
    fn new(body: kvs_hyper::Body) -> Self {
        Self {
            next: Some(Box::pin(piece(body))),
        }
    }
}

async fn piece(mut body: kvs_hyper::Body) -> Piece {
    let piece = body.chunk().await;
    (body, piece)
}

impl hyper::body::Body for Body {
    type Data = Bytes;
    type Error = Interruption;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Interruption>>> {
        let Some(next) = &mut self.next else {
            return Poll::Ready(None);
        };
        let (body, piece) = std::task::ready!(next.as_mut().poll(cx));
        self.next = match piece {
            Ok(Some(_)) => Some(Box::pin(self::piece(body))),
            _ => None,
        };
        Poll::Ready(piece.transpose().map(|piece| piece.map(Frame::data)))
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").finish_non_exhaustive()
    }
}
