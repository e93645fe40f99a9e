//! A peer on a plain socket that does exactly what it is told.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// What a peer does with the next request.
#[derive(Debug, Clone)]
pub enum Deed {
    /// Answers with these bytes and waits for the next request on the same connection.
    Answer(Vec<u8>),
    /// Answers with these bytes and closes the connection.
    AnswerAndClose(Vec<u8>),
    /// Answers with these bytes and says nothing more, until the client goes.
    AnswerAndStall(Vec<u8>),
    /// Answers with these bytes and with a byte now and then, until the client goes.
    AnswerAndDrip(Vec<u8>),
}

/// How often a byte drips.
const NOW_AND_THEN: Duration = Duration::from_millis(5);

/// The peer, on a port of its own.
#[derive(Debug)]
pub struct Peer {
    address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Debug, Default)]
struct Seen {
    connections: usize,
    requests: Vec<String>,
}

impl Peer {
    /// A peer that does `deeds` one after the other, the last of them again and again.
    pub fn start(deeds: impl Into<Vec<Deed>>) -> Self {
        Self::start_with(|_| deeds.into())
    }

    /// The same, where the deeds depend on its address.
    pub fn start_with(deeds: impl FnOnce(&str) -> Vec<Deed>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it has an address");
        let mut deeds = deeds(&format!("http://{address}"));
        let seen = Arc::new(Mutex::new(Seen::default()));
        let peer = Self {
            address,
            seen: Arc::clone(&seen),
        };
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                lock(&seen).connections += 1;
                serve(stream, &mut deeds, &seen);
            }
        });
        peer
    }

    /// Where it is reached.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// How many connections were made.
    pub fn connections(&self) -> usize {
        lock(&self.seen).connections
    }

    /// The first lines of all requests.
    pub fn requests(&self) -> Vec<String> {
        lock(&self.seen).requests.clone()
    }
}

fn lock(seen: &Mutex<Seen>) -> std::sync::MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

fn serve(stream: TcpStream, deeds: &mut Vec<Deed>, seen: &Mutex<Seen>) {
    let mut reader = BufReader::new(&stream);
    while let Some(line) = read_request(&mut reader) {
        lock(seen).requests.push(line);
        let deed = match deeds.len() {
            0 => return,
            1 => deeds.first().cloned(),
            _ => Some(deeds.remove(0)),
        };
        // A client that hangs up early is none of the peer's business.
        let mut writer = &stream;
        match deed {
            Some(Deed::Answer(bytes)) if writer.write_all(&bytes).is_ok() => {}
            Some(Deed::AnswerAndStall(bytes)) if writer.write_all(&bytes).is_ok() => {
                let _ = std::io::copy(&mut reader, &mut std::io::sink());
                return;
            }
            Some(Deed::AnswerAndDrip(bytes)) if writer.write_all(&bytes).is_ok() => {
                while writer.write_all(b"0").is_ok() {
                    std::thread::sleep(NOW_AND_THEN);
                }
                return;
            }
            Some(Deed::AnswerAndClose(bytes)) if writer.write_all(&bytes).is_ok() => {
                let _ = stream.shutdown(Shutdown::Both);
                return;
            }
            _ => return,
        }
    }
}

/// Reads a request to its end and gives its first line.
fn read_request(reader: &mut BufReader<&TcpStream>) -> Option<String> {
    let mut first = String::new();
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let lower = line.to_ascii_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        if line.trim_end().is_empty() {
            break;
        }
        if first.is_empty() {
            first = line.trim_end().to_owned();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(first)
}
