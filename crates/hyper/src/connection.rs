//! A connection, and the task that serves it.

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::AbortHandle;

/// `hyper` panics when it is given less.
const SMALLEST_BUFFER: usize = 8 << 10;

/// A connection that speaks HTTP. Dropping it closes it at once, whatever it is doing.
#[derive(Debug)]
pub(crate) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    task: AbortHandle,
}

impl Connection {
    /// Speaks HTTP over `stream`, in a task on the current runtime.
    pub(crate) async fn start<S>(stream: S, buffer: Option<usize>) -> Result<Self, hyper::Error>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let mut builder = http1::Builder::new();
        if let Some(buffer) = buffer {
            builder.max_buf_size(buffer.max(SMALLEST_BUFFER));
        }
        let (sender, connection) = builder.handshake(TokioIo::new(stream)).await?;
        // What the task ends in is also told to whoever waits for an answer.
        let task = tokio::spawn(connection).abort_handle();
        Ok(Self { sender, task })
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.sender.is_closed()
    }

    /// Sends a request and waits for the head of the answer.
    pub(crate) async fn send(
        &mut self,
        request: Request<Bytes>,
    ) -> Result<Response<Incoming>, hyper::Error> {
        // The task may not have noticed yet that the answer before was read to its end.
        self.sender.ready().await?;
        self.sender.send_request(request.map(Full::new)).await
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.task.abort();
    }
}
