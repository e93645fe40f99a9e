//! A connection, which whoever uses it carries on.

use std::fmt;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::{Body as _, Frame, Incoming};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};

/// `hyper` panics when it is given less.
const SMALLEST_BUFFER: usize = 8 << 10;

/// A connection that speaks HTTP. Dropping it closes it at once, whatever it is doing.
///
/// It has no task: one would be woken for every piece of a body, and would wake who waits for it.
pub(crate) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    wire: Wire,
}

/// What moves bytes when it is polled, until it has come to its end. It is never locked; who has it in
/// a mutex may be shared.
struct Wire(Option<Mutex<Pin<Box<dyn Future<Output = ()> + Send>>>>);

impl Connection {
    /// Speaks HTTP over `stream`.
    pub(crate) async fn start<S>(stream: S, buffer: Option<usize>) -> Result<Self, hyper::Error>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let mut builder = http1::Builder::new();
        if let Some(buffer) = buffer {
            builder.max_buf_size(buffer.max(SMALLEST_BUFFER));
        }
        let (sender, connection) = builder.handshake(TokioIo::new(stream)).await?;
        let wire = Box::pin(async {
            // What it ends in is also told to whoever waits for an answer.
            let _ = connection.await;
        });
        let wire = Wire(Some(Mutex::new(wire)));
        Ok(Self { sender, wire })
    }

    /// Whether the peer has hung up, as far as is known.
    pub(crate) fn is_closed(&mut self) -> bool {
        self.wire.poll(&mut Context::from_waker(Waker::noop()));
        self.sender.is_closed()
    }

    /// Sends a request and waits for the head of the answer.
    pub(crate) async fn send(
        &mut self,
        request: Request<Bytes>,
    ) -> Result<Response<Incoming>, hyper::Error> {
        let Self { sender, wire } = self;
        let mut answer = pin!(async {
            // It may not have noticed yet that the answer before was read to its end.
            sender.ready().await?;
            sender.send_request(request.map(Full::new)).await
        });
        poll_fn(|context| {
            if let Poll::Ready(answer) = answer.as_mut().poll(context) {
                return Poll::Ready(answer);
            }
            wire.poll(context);
            answer.as_mut().poll(context)
        })
        .await
    }

    /// What comes next of the answer whose body that is.
    pub(crate) fn poll_frame(
        &mut self,
        body: &mut Incoming,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        // Nothing but the wire fills it.
        let mut quiet = Context::from_waker(Waker::noop());
        if let Poll::Ready(frame) = Pin::new(&mut *body).poll_frame(&mut quiet) {
            return Poll::Ready(frame);
        }
        self.wire.poll(context);
        Pin::new(body).poll_frame(&mut quiet)
    }
}

impl Wire {
    fn poll(&mut self, context: &mut Context<'_>) {
        let Some(wire) = &mut self.0 else { return };
        let wire = wire.get_mut().unwrap_or_else(PoisonError::into_inner);
        if wire.as_mut().poll(context).is_ready() {
            self.0 = None;
        }
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("sender", &self.sender)
            .finish_non_exhaustive()
    }
}
