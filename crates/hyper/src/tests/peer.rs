//! A peer that does what a test says, step by step.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// A listening socket.
pub(super) struct Peer {
    listener: TcpListener,
    pub(super) address: SocketAddr,
}

impl Peer {
    pub(super) async fn bind() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        Self { listener, address }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The next connection. A test in which none comes has failed, and shall say so.
    pub(super) async fn accept(&self) -> Talk<TcpStream> {
        let next = timeout(Duration::from_secs(30), self.listener.accept()).await;
        let (stream, _) = next.expect("a connection").unwrap();
        // The kernel would hold small pieces back for a moment, in real time.
        stream.set_nodelay(true).unwrap();
        Talk { stream }
    }
}

/// The peer's end of a connection. Dropping it hangs up.
pub(super) struct Talk<S> {
    stream: S,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Talk<S> {
    /// The next request, head and body.
    pub(super) async fn request(&mut self) -> String {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.stream.read_u8().await.unwrap());
        }
        let mut request = String::from_utf8(head).unwrap();
        let length = request.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            let is_length = name.eq_ignore_ascii_case("content-length");
            is_length.then(|| value.parse().unwrap())
        });
        let mut body = vec![0; length.unwrap_or(0)];
        self.stream.read_exact(&mut body).await.unwrap();
        request.push_str(std::str::from_utf8(&body).unwrap());
        request
    }

    pub(super) async fn say(&mut self, answer: impl AsRef<[u8]>) {
        self.stream.write_all(answer.as_ref()).await.unwrap();
        self.stream.flush().await.unwrap();
    }

    /// Reads a request and answers it.
    pub(super) async fn serve(&mut self, answer: impl AsRef<[u8]>) -> String {
        let request = self.request().await;
        self.say(answer).await;
        request
    }

    /// Waits until the client hangs up; what it still says is dropped.
    pub(super) async fn hung_up(mut self) {
        // A reset is an end too.
        let _ = tokio::io::copy(&mut self.stream, &mut tokio::io::sink()).await;
    }

    /// Goes on in TLS.
    pub(super) async fn secure(self) -> std::io::Result<Talk<TlsStream<S>>> {
        let certificate = include_bytes!("data/certificate.pem");
        let key = include_bytes!("data/key.pem");
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![CertificateDer::from_pem_slice(certificate).unwrap()],
                PrivateKeyDer::from_pem_slice(key).unwrap(),
            )
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let stream = acceptor.accept(self.stream).await?;
        Ok(Talk { stream })
    }
}

/// An answer with a length, of which `body` is the beginning.
pub(super) fn with_length(status: &str, length: usize, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n\r\n{body}")
}

/// A whole answer.
pub(super) fn ok(body: &str) -> String {
    with_length("200 OK", body.len(), body)
}

/// A whole answer in chunks of five bytes.
pub(super) fn chunked(body: &str) -> String {
    let mut answer = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_owned();
    for chunk in body.as_bytes().chunks(5) {
        let text = std::str::from_utf8(chunk).unwrap();
        answer.push_str(&format!("{:x}\r\n{text}\r\n", chunk.len()));
    }
    answer.push_str("0\r\n\r\n");
    answer
}
