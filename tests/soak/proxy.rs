//! Stands between a client and a service, and lets some requests go wrong.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use crate::faults::{Fate, Faults};

/// A proxy, on a port of its own.
pub(crate) struct Proxy {
    url: String,
    faults: Arc<Faults>,
}

impl Proxy {
    /// One in front of `service`.
    pub(crate) fn start(service: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let url = format!("http://{}", listener.local_addr()?);
        let faults = Arc::<Faults>::default();
        let (own_url, own_faults) = (url.clone(), Arc::clone(&faults));
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let (url, faults) = (own_url.clone(), Arc::clone(&own_faults));
                // What ends a connection ends it for both sides; the client notices.
                thread::spawn(move || relay(&client, service, &url, &faults));
            }
        });
        Ok(Self { url, faults })
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// What has become of the requests.
    pub(crate) fn tally(&self) -> &Faults {
        &self.faults
    }
}

/// Head and body of a message.
struct Message {
    head: Vec<u8>,
    body: Vec<u8>,
}

fn relay(client: &TcpStream, service: SocketAddr, url: &str, faults: &Faults) -> io::Result<()> {
    client.set_nodelay(true)?;
    let upstream = TcpStream::connect(service)?;
    let mut answers = BufReader::new(&upstream);
    let mut requests = BufReader::new(client);
    while let Some(request) = read_request(&mut requests)? {
        let is_discovery = request.head.starts_with(b"POST /getDataEndpoint");
        let is_media = request.head.starts_with(b"POST /getMediaForFragmentList");
        let most = if is_media { 400_000 } else { 100 };
        let mut answer = Answer {
            client,
            fate: Fate::Served,
        };
        match faults.next(most) {
            Fate::Dropped => return Ok(()),
            Fate::Refused(status, code) => answer.refuse(status, code)?,
            fate if is_discovery => {
                // The service would tell of itself.
                answer.fate = fate;
                answer.tell(&format!("{{\"DataEndpoint\":\"{url}\"}}"))?;
            }
            fate => {
                answer.fate = fate;
                (&upstream).write_all(&[request.head, request.body].concat())?;
                answer.pass(&mut answers)?;
            }
        }
    }
    Ok(())
}

/// An answer on its way to a client.
struct Answer<'a> {
    client: &'a TcpStream,
    fate: Fate,
}

impl Answer<'_> {
    fn refuse(&mut self, status: u16, code: &str) -> io::Result<()> {
        let head = format!(
            "HTTP/1.1 {status} Refused\r\nx-amzn-errortype: {code}\r\ncontent-length: 0\r\n\r\n"
        );
        self.client.write_all(head.as_bytes())
    }

    fn tell(&mut self, body: &str) -> io::Result<()> {
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
        self.client.write_all(head.as_bytes())?;
        self.body(body.as_bytes())
    }

    /// Passes on what the service says.
    fn pass(&mut self, service: &mut BufReader<&TcpStream>) -> io::Result<()> {
        let head = read_head(service)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        self.client.write_all(&head)?;
        match header(&head, "content-length") {
            Some(length) => self.copy(service, length.parse().map_err(io::Error::other)?),
            None => self.chunks(service),
        }
    }

    fn chunks(&mut self, service: &mut BufReader<&TcpStream>) -> io::Result<()> {
        loop {
            let mut line = String::new();
            service.read_line(&mut line)?;
            let size = usize::from_str_radix(line.trim(), 16).map_err(io::Error::other)?;
            self.body(line.as_bytes())?;
            self.copy(service, size + 2)?;
            if size == 0 {
                return Ok(());
            }
        }
    }

    fn copy(&mut self, service: &mut impl Read, mut left: usize) -> io::Result<()> {
        let mut piece = [0; 16 << 10];
        while left > 0 {
            let most = left.min(piece.len());
            let read = service.read(piece.get_mut(..most).unwrap_or_default())?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.body(piece.get(..read).unwrap_or_default())?;
            left -= read;
        }
        Ok(())
    }

    /// Sends a piece of the body, as far as it is to come.
    fn body(&mut self, piece: &[u8]) -> io::Result<()> {
        let (Fate::Cut(left) | Fate::Stalled(left)) = &mut self.fate else {
            return self.client.write_all(piece);
        };
        let come = piece.len().min(*left);
        *left -= come;
        let is_over = come < piece.len();
        self.client
            .write_all(piece.get(..come).unwrap_or_default())?;
        if is_over && matches!(self.fate, Fate::Stalled(_)) {
            // Until the client has lost its patience.
            io::copy(&mut self.client, &mut io::sink())?;
        }
        match is_over {
            true => Err(io::ErrorKind::ConnectionAborted.into()),
            false => Ok(()),
        }
    }
}

fn read_request(client: &mut BufReader<&TcpStream>) -> io::Result<Option<Message>> {
    let Some(head) = read_head(client)? else {
        return Ok(None);
    };
    let length = header(&head, "content-length").map_or(Ok(0), str::parse);
    let mut body = vec![0; length.map_err(io::Error::other)?];
    client.read_exact(&mut body)?;
    Ok(Some(Message { head, body }))
}

/// A head, with the empty line that ends it.
fn read_head(from: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if from.read_until(b'\n', &mut head)? == 0 {
            return Ok(None);
        }
    }
    Ok(Some(head))
}

fn header<'a>(head: &'a [u8], name: &str) -> Option<&'a str> {
    let head = std::str::from_utf8(head).ok()?;
    head.lines().find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}
