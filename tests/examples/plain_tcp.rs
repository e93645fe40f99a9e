//! A transport in a page: operations over a plain `TcpStream`, without TLS.
//!
//! ```text
//! kvs emulator --listen 127.0.0.1:41739 --load door=door.mkv
//! cargo run -p kvs-tests --example plain_tcp -- 127.0.0.1:41739 door NUMBER… > door.raw
//! ```
#![forbid(unsafe_code)]

use std::error::Error;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::SystemTime;

use kvs_api::archived_media::GetMediaForFragmentList;
use kvs_protocol::http::{Request, Response, response::Parts};
use kvs_protocol::{
    Bytes, Call, Credentials, Head, Interruption, InterruptionKind, Operation, Session, Target,
};

type Failure = Box<dyn Error>;
type Body = Box<dyn Read>;

fn main() -> Result<(), Failure> {
    let mut words = std::env::args().skip(1);
    let get = |stream, words| GetMediaForFragmentList {
        stream_name: stream,
        fragments: Some(words),
        ..GetMediaForFragmentList::default()
    };
    let host = words.next().ok_or("HOST:PORT STREAM NUMBER…")?;
    let (_, mut media) = send(&host, get(words.next(), words.collect()))?;
    io::copy(&mut media, &mut io::stdout().lock())?;
    Ok(())
}

/// Sends an operation to `host`; gives its output, and its payload if it has one.
pub(crate) fn send<O: Operation>(host: &str, operation: O) -> Result<(O::Output, Body), Failure>
where
    O::Error: 'static,
{
    let origin = format!("http://{host}").parse()?;
    let target = Arc::new(Target::new(origin, "us-east-1", O::SERVICE));
    let credentials = Credentials::new("emulator", "emulator");
    let mut session = Session::new(0);
    let mut call = Call::new(operation, target)?.checked()?;
    loop {
        let now = SystemTime::now();
        let (request, waiting) = call.sign(&credentials, &mut session, now);
        let retry = match exchange(host, &request) {
            Err(why) => waiting.interrupted(why, &mut session, now)?,
            Ok((head, mut body)) => match waiting.head(head, &mut session, now)? {
                Head::Streaming(output) => return Ok((output, body)),
                Head::Collect(collect) => match read_up_to(&mut body, collect.limit()) {
                    Ok(read) => return Ok((collect.finish(&read)?, body)),
                    Err(why) => collect.interrupted(broken(&why), &mut session, now)?,
                },
                Head::Refused(refused) => {
                    let prefix = read_up_to(&mut body, refused.limit()).unwrap_or_default();
                    refused.finish(&prefix, &mut session)?
                }
            },
        };
        std::thread::sleep(retry.after);
        call = retry.call;
    }
}

fn exchange(host: &str, request: &Request<Bytes>) -> Result<(Parts, Body), Interruption> {
    let unreachable = |e| Interruption::new(InterruptionKind::Connect, e);
    let mut stream = TcpStream::connect(host).map_err(unreachable)?;
    write(&mut stream, request).map_err(|e| broken(&e))?;
    read(stream).map_err(|e| broken(&e))
}

fn write(stream: &mut TcpStream, request: &Request<Bytes>) -> io::Result<()> {
    let (path, body) = (request.uri().path_and_query(), request.body());
    let path = path.map_or("/", |path| path.as_str());
    let mut text = format!("{} {path} HTTP/1.1\r\n", request.method()).into_bytes();
    for (name, value) in request.headers() {
        text.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    let length = body.len();
    write!(
        text,
        "connection: close\r\ncontent-length: {length}\r\n\r\n"
    )?;
    text.extend_from_slice(body);
    stream.write_all(&text)
}

fn read(stream: TcpStream) -> io::Result<(Parts, Body)> {
    let (mut reader, mut text) = (BufReader::new(stream), Vec::new());
    while !text.ends_with(b"\r\n\r\n") {
        let mut most = reader.by_ref().take(64 << 10);
        if most.read_until(b'\n', &mut text)? == 0 || text.len() > 64 << 10 {
            return Err(io::Error::other("no head"));
        }
    }
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut parsed = httparse::Response::new(&mut headers);
    parsed.parse(&text).map_err(io::Error::other)?;
    let mut head = Response::builder().status(parsed.code.unwrap_or_default());
    for header in parsed.headers {
        head = head.header(header.name, header.value);
    }
    let (head, ()) = head.body(()).map_err(io::Error::other)?.into_parts();
    let length = head.headers.get("content-length");
    let length = length.and_then(|length| length.to_str().ok()?.parse().ok());
    let is_chunked = head.headers.contains_key("transfer-encoding");
    let left = length.unwrap_or(if is_chunked { 0 } else { u64::MAX });
    Ok((head, Box::new(Framed(reader, left, is_chunked))))
}

/// A body that says when it is cut: what is left of its chunk, and whether another follows.
struct Framed(BufReader<TcpStream>, u64, bool);

impl Read for Framed {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let Self(reader, left, is_chunked) = self;
        while *left == 0 && *is_chunked {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            let size = line.split([';', '\r']).next().unwrap_or_default();
            // Empty after each chunk.
            if !size.is_empty() || line.is_empty() {
                *left = u64::from_str_radix(size, 16).map_err(io::Error::other)?;
                *is_chunked = *left > 0;
            }
        }
        let read = reader.take(*left).read(into)?;
        *left -= read as u64;
        if read == 0 && (1..u64::MAX).contains(left) && !into.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(read)
    }
}

fn read_up_to(body: &mut Body, limit: usize) -> io::Result<Vec<u8>> {
    let mut read = Vec::new();
    body.take(limit as u64).read_to_end(&mut read).map(|_| read)
}

fn broken(error: &io::Error) -> Interruption {
    Interruption::new(InterruptionKind::Broken, error)
}
