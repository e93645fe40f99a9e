//! A client for tests: signs with the project's own machine, and speaks HTTP over a plain socket so
//! that a test sees every byte.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use http::header::CONNECTION;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use kvs_api::protocol::sign::{Scope, SigningKeys, sign};
use kvs_api::protocol::{Call, Credentials, Error, Head, Operation, Session, Target, Waiting};

use crate::Emulator;

pub(super) struct Client {
    pub(super) addr: SocketAddr,
    pub(super) credentials: Credentials,
    pub(super) now: SystemTime,
    pub(super) region: &'static str,
}

/// An answer as it came.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    /// Sizes of the chunks that the body came in; none if it came whole.
    pub(super) chunks: Vec<usize>,
}

impl Answer {
    pub(super) fn code(&self) -> &str {
        let code = self.headers.get("x-amzn-errortype");
        code.map_or("", |code| code.to_str().unwrap())
    }

    pub(super) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

impl Client {
    pub(super) fn of(emulator: &Emulator) -> Self {
        Self {
            addr: emulator.addr(),
            credentials: Credentials::new("emulator", "emulator"),
            now: SystemTime::now(),
            region: "eu-west-1",
        }
    }

    pub(super) fn sign<O: Operation>(&self, operation: O) -> (Request<Bytes>, Waiting<O>) {
        let origin = format!("http://{}", self.addr).parse().unwrap();
        let mut target = Target::new(origin, self.region, O::SERVICE);
        target.retry.max_attempts = 1;
        let call = Call::new(operation, Arc::new(target)).ok().unwrap();
        call.sign(&self.credentials, &mut Session::new(0), self.now)
    }

    pub(super) fn answer<O: Operation>(&self, operation: O) -> Answer {
        self.send(&self.sign(operation).0)
    }

    /// The output, or the error, that the project's own machine makes of the answer.
    pub(super) fn call<O: Operation>(&self, operation: O) -> Result<O::Output, Error<O::Error>> {
        let (request, waiting) = self.sign(operation);
        let answer = self.send(&request);
        let mut response = Response::new(());
        *response.status_mut() = answer.status;
        *response.headers_mut() = answer.headers;
        let mut session = Session::new(0);
        match waiting.head(response.into_parts().0, &mut session, self.now)? {
            Head::Streaming(output) => Ok(output),
            Head::Collect(collect) => collect.finish(&answer.body),
            Head::Refused(refused) => {
                Err(refused.finish(&answer.body, &mut session).err().unwrap())
            }
        }
    }

    /// A signed request with any body at all.
    pub(super) fn signed_body(&self, path: &'static str, body: &str) -> Request<Bytes> {
        self.signed(path, body, &[])
    }

    /// The same with more headers, which are signed too.
    pub(super) fn signed(
        &self,
        path: &'static str,
        body: &str,
        headers: &[(&'static str, &str)],
    ) -> Request<Bytes> {
        let mut request = Request::post(path)
            .header("host", self.addr.to_string())
            .body(Bytes::copy_from_slice(body.as_bytes()))
            .unwrap();
        for (name, value) in headers {
            let name = HeaderName::from_static(name);
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        let scope = Scope {
            region: self.region.to_owned(),
            service: "kinesisvideo".to_owned(),
        };
        let mut keys = SigningKeys::default();
        sign(&mut request, &self.credentials, &scope, self.now, &mut keys);
        request
    }

    pub(super) fn send(&self, request: &Request<Bytes>) -> Answer {
        let mut received = Vec::new();
        self.open(request).read_to_end(&mut received).unwrap();
        read(&received)
    }

    /// Sends a request, the only one of its connection; the answer is the caller's to read, or not.
    pub(super) fn open(&self, request: &Request<Bytes>) -> TcpStream {
        let mut request = request.clone();
        request
            .headers_mut()
            .insert(CONNECTION, HeaderValue::from_static("close"));
        self.connect(&[request])
    }

    /// Sends requests one after the other on one connection.
    pub(super) fn connect(&self, requests: &[Request<Bytes>]) -> TcpStream {
        let mut socket = TcpStream::connect(self.addr).unwrap();
        for request in requests {
            socket.write_all(&wire(request)).unwrap();
        }
        socket
    }
}

fn wire(request: &Request<Bytes>) -> Vec<u8> {
    let uri = request.uri().path_and_query().unwrap();
    let mut wire = format!("{} {uri} HTTP/1.1\r\n", request.method()).into_bytes();
    for (name, value) in request.headers() {
        wire.extend_from_slice(name.as_str().as_bytes());
        wire.extend_from_slice(b": ");
        wire.extend_from_slice(value.as_bytes());
        wire.extend_from_slice(b"\r\n");
    }
    let length = request.body().len();
    wire.extend_from_slice(format!("content-length: {length}\r\n\r\n").as_bytes());
    wire.extend_from_slice(request.body());
    wire
}

fn read(received: &[u8]) -> Answer {
    let end = received.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
    let (head, body) = (&received[..end], &received[end + 4..]);
    let mut lines = std::str::from_utf8(head).unwrap().split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap();
    let headers: HeaderMap = lines
        .map(|line| line.split_once(": ").unwrap())
        .map(|(name, value)| (name.parse::<HeaderName>().unwrap(), value.parse().unwrap()))
        .collect();
    let mut chunks = Vec::new();
    let body = if headers.contains_key("transfer-encoding") {
        dechunk(body, &mut chunks)
    } else {
        let length: usize = headers["content-length"].to_str().unwrap().parse().unwrap();
        assert_eq!(body.len(), length);
        body.to_vec()
    };
    Answer {
        status: status.parse().unwrap(),
        headers,
        body,
        chunks,
    }
}

fn dechunk(mut wire: &[u8], chunks: &mut Vec<usize>) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let line = wire.windows(2).position(|w| w == b"\r\n").unwrap();
        let size = std::str::from_utf8(&wire[..line]).unwrap();
        let size = usize::from_str_radix(size, 16).unwrap();
        let data = &wire[line + 2..];
        if size == 0 {
            assert_eq!(data, b"\r\n", "nothing follows the last chunk");
            return body;
        }
        body.extend_from_slice(&data[..size]);
        assert_eq!(&data[size..size + 2], b"\r\n");
        chunks.push(size);
        wire = &data[size + 2..];
    }
}
