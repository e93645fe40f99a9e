//! A server to load: the service without its checks, as fast as sockets are.
//!
//! ```text
//! server COUNT BYTES PATH
//! ```
//!
//! It plays a recording of so many fragments of so many bytes at three ports of loopback, which it
//! prints: bodies with their length, in chunks of 64 KiB, and of 1 KiB. The answer of the first
//! ListFragments is written to PATH. It ends when standard input does.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, reason = "a command speaks to a person")]

use std::error::Error;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use kvs_bench::Recording;

type Failure = Box<dyn Error>;

/// Fragments of a page at most.
const PAGE: u64 = 1_000;

/// How bodies are framed at one of the ports.
#[derive(Clone, Copy)]
enum Framing {
    Length,
    Chunks(usize),
}

const FRAMINGS: [Framing; 3] = [
    Framing::Length,
    Framing::Chunks(64 << 10),
    Framing::Chunks(1 << 10),
];

/// What is served at one port.
struct Port {
    recording: Recording,
    framing: Framing,
    origin: String,
    /// The frames of every fragment, in their chunks.
    frames: Vec<u8>,
    /// How long they are without.
    bare: usize,
    /// What most who list ask for.
    page: String,
}

fn main() -> Result<(), Failure> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [count, bytes, path] = words.as_slice() else {
        return Err("server COUNT BYTES PATH".into());
    };
    let recording = Recording {
        count: count.parse()?,
        bytes: bytes.parse()?,
    };
    std::fs::write(path, recording.listing(0, PAGE))?;
    for framing in FRAMINGS {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let origin = format!("http://{}", listener.local_addr()?);
        println!("{origin}");
        let frames = recording.frames();
        let port = Arc::new(Port {
            recording,
            framing,
            origin,
            bare: frames.len(),
            page: recording.listing(0, PAGE),
            frames: framing.framed(&frames),
        });
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let port = Arc::clone(&port);
                // A client that goes away ends its connection and nothing else.
                thread::spawn(move || port.serve(stream));
            }
        });
    }
    io::copy(&mut io::stdin(), &mut io::sink())?;
    Ok(())
}

impl Framing {
    fn framed(self, bytes: &[u8]) -> Vec<u8> {
        let Self::Chunks(size) = self else {
            return bytes.to_vec();
        };
        let chunks = bytes.chunks(size).flat_map(|chunk| {
            let line = format!("{:x}\r\n", chunk.len()).into_bytes();
            [&line, chunk, b"\r\n"].concat()
        });
        chunks.collect()
    }
}

impl Port {
    fn serve(&self, stream: TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let mut reader = BufReader::new(stream);
        while let Some((path, body)) = request(&mut reader)? {
            let stream = reader.get_mut();
            let recording = self.recording;
            match path.as_str() {
                "/getDataEndpoint" => {
                    let answer = format!("{{\"DataEndpoint\":\"{}\"}}", self.origin);
                    json(stream, &answer)?;
                }
                "/listFragments" => {
                    let from = after(&body, "\"NextToken\":\"").unwrap_or(0);
                    let most = after(&body, "\"MaxResults\":").unwrap_or(PAGE);
                    match (from, most) {
                        (0, PAGE) => json(stream, &self.page)?,
                        _ => json(stream, &recording.listing(from, most))?,
                    }
                }
                "/getMediaForFragmentList" => {
                    let numbers = body.split('"').filter_map(Recording::index);
                    self.media(stream, numbers.collect())?;
                }
                _ => self.media(stream, (0..recording.count).collect())?,
            }
        }
        Ok(())
    }

    fn media(&self, stream: &mut TcpStream, fragments: Vec<u64>) -> io::Result<()> {
        let each = self.recording.head(0).len() + self.bare;
        let framing = match self.framing {
            Framing::Length => format!("content-length: {}", fragments.len() * each),
            Framing::Chunks(_) => "transfer-encoding: chunked".to_owned(),
        };
        let head =
            format!("HTTP/1.1 200 OK\r\ncontent-type: video/x-matroska\r\n{framing}\r\n\r\n");
        stream.write_all(head.as_bytes())?;
        for index in fragments {
            stream.write_all(&self.framing.framed(&self.recording.head(index)))?;
            stream.write_all(&self.frames)?;
        }
        match self.framing {
            Framing::Length => Ok(()),
            Framing::Chunks(_) => stream.write_all(b"0\r\n\r\n"),
        }
    }
}

fn json(stream: &mut TcpStream, body: &str) -> io::Result<()> {
    let length = body.len();
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(answer.as_bytes())
}

/// Path and body of the next request; `None` at the end.
fn request(reader: &mut BufReader<TcpStream>) -> io::Result<Option<(String, String)>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut length = 0;
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        match line.trim_end().split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.trim().parse().map_err(io::Error::other)?;
            }
            Some(_) => {}
            None => break,
        }
    }
    let mut body = String::new();
    reader.take(length).read_to_string(&mut body)?;
    Ok(Some((path, body)))
}

/// The number that follows a text.
fn after(body: &str, text: &str) -> Option<u64> {
    let (_, rest) = body.split_once(text)?;
    let end = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    rest.get(..end)?.parse().ok()
}
