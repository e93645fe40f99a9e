//! TLS and proxies, under both drivers, against a server with a certificate of its own.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what fails in a test fails the test"
)]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use kvs_tests::{DRIVERS, settings};
use kvs_ureq::api::protocol::proxy::Proxy;
use kvs_ureq::api::protocol::{Error, ErrorKind, InterruptionKind, Settings};
use kvs_ureq::api::video::{DescribeStream, Exception};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A server that answers every request with an empty object, and the authority that vouches for it.
struct Server {
    port: u16,
    bundle: PathBuf,
}

impl Server {
    /// One whose certificate names `host`; `name` tells its files from those of other tests.
    fn start(name: &str, host: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut authority = CertificateParams::new(vec![]).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = authority.self_signed(&key).unwrap();
        let bundle = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.pem"));
        std::fs::write(&bundle, certificate.pem()).unwrap();
        let config = server_config(host, &Issuer::new(authority, key));

        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            for socket in listener.incoming().map_while(Result::ok) {
                let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
                // A client that does not trust us hangs up; the next one may.
                let _ = answer(StreamOwned::new(connection, socket));
            }
        });
        Self { port, bundle }
    }

    /// Settings that trust the authority.
    fn settings(&self) -> Settings {
        let mut settings = settings(&format!("https://localhost:{}", self.port));
        settings.ca_bundle = Some(self.bundle.clone());
        settings
    }
}

fn server_config(host: &str, issuer: &Issuer<'_, KeyPair>) -> Arc<ServerConfig> {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec![host.to_owned()]).unwrap();
    let certificate = params.signed_by(&key, issuer).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key);
    Arc::new(config.unwrap())
}

fn answer(mut stream: impl Read + Write) -> std::io::Result<()> {
    loop {
        let head = read_head(&mut stream)?;
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let length = length.and_then(|length| length.trim().parse().ok());
        stream.read_exact(&mut vec![0; length.unwrap_or(0)])?;
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")?;
        stream.flush()?;
    }
}

/// Everything up to the empty line, in lower case.
fn read_head(stream: &mut impl Read) -> std::io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        head.extend_from_slice(&byte);
    }
    Ok(String::from_utf8_lossy(&head).to_ascii_lowercase())
}

fn describe() -> DescribeStream {
    DescribeStream {
        stream_name: Some("cam".to_owned()),
        ..DescribeStream::default()
    }
}

/// How often it was tried, and what the transport says.
fn interruption(error: &Error<Exception>) -> (u32, InterruptionKind, String) {
    match &error.kind {
        ErrorKind::Interrupted(why) => (error.attempts, why.kind, why.to_string()),
        _ => panic!("{error}"),
    }
}

#[test]
fn the_bundle_decides_whom_to_trust() {
    let server = Server::start("trusted", "localhost");
    for start in DRIVERS {
        let (driver, _) = start(&server.settings());
        driver.send(describe()).unwrap();
        driver.send(describe()).unwrap();
    }
}

#[test]
fn a_stranger_is_refused_and_not_asked_again() {
    let server = Server::start("stranger", "localhost");
    for start in DRIVERS {
        let mut settings = server.settings();
        settings.ca_bundle = None;
        let (driver, clock) = start(&settings);
        let (attempts, kind, told) = interruption(&driver.send(describe()).unwrap_err());
        assert_eq!((attempts, kind), (1, InterruptionKind::Refused), "{told}");
        assert!(told.contains("UnknownIssuer"), "{told}");
        assert!(clock.sleeps().is_empty());
    }
}

#[test]
fn another_name_is_refused() {
    let server = Server::start("name", "elsewhere.example");
    for start in DRIVERS {
        let (driver, _) = start(&server.settings());
        let (attempts, kind, told) = interruption(&driver.send(describe()).unwrap_err());
        assert_eq!((attempts, kind), (1, InterruptionKind::Refused), "{told}");
        assert!(
            told.to_ascii_lowercase().contains("not valid for name"),
            "{told}"
        );
    }
}

#[test]
fn a_bundle_that_cannot_be_used_is_named() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let empty = folder.join("empty.pem");
    std::fs::write(&empty, "no certificate").unwrap();
    for file in [empty, folder.join("absent.pem")] {
        let mut settings = settings("https://localhost:1");
        settings.ca_bundle = Some(file.clone());
        for told in [
            kvs_ureq::Client::new(&settings).unwrap_err().to_string(),
            kvs_hyper::Client::new(&settings).unwrap_err().to_string(),
        ] {
            assert!(told.starts_with("AWS_CA_BUNDLE"), "{told}");
            assert!(told.contains(file.to_str().unwrap()), "{told}");
        }
    }
}

/// A proxy that remembers what it was asked for, and connects only if it was asked so.
struct Tunnel {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Tunnel {
    fn start(answer: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let remembered = Arc::clone(&asked);
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let head = read_head(&mut &client).unwrap();
                let target = head.split(' ').nth(1).unwrap().to_owned();
                remembered.lock().unwrap().push(head);
                (&client).write_all(answer.as_bytes()).unwrap();
                if answer.contains(" 200 ") {
                    let server = TcpStream::connect(target).unwrap();
                    carry(client.try_clone().unwrap(), server.try_clone().unwrap());
                    carry(server, client);
                }
            }
        });
        Self { address, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream) {
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut from, &mut to);
        let _ = to.shutdown(std::net::Shutdown::Write);
    });
}

#[test]
fn a_proxy_carries_what_it_cannot_read() {
    let server = Server::start("proxied", "localhost");
    let tunnel = Tunnel::start("HTTP/1.1 200 Connection established\r\n\r\n");
    for start in DRIVERS {
        let before = tunnel.asked().len();
        let mut settings = server.settings();
        let url = format!("http://user:pass%20word@{}", tunnel.address);
        settings.proxy = Some(Proxy::new(&url, "").unwrap());
        start(&settings).0.send(describe()).unwrap();
        let asked = tunnel.asked();
        assert_eq!(asked.len(), before + 1);
        let head = asked.last().unwrap();
        let connect = format!("connect localhost:{} http/1.1\r\n", server.port);
        assert!(head.starts_with(&connect), "{head}");
        // user:pass word, in the lower case that the test reads it in.
        assert!(
            head.contains("proxy-authorization: basic dxnlcjpwyxnzihdvcmq="),
            "{head}"
        );

        settings.proxy = Some(Proxy::new(&url, "localhost").unwrap());
        start(&settings).0.send(describe()).unwrap();
        assert_eq!(tunnel.asked().len(), before + 1, "goes past the proxy");
    }
}

#[test]
fn a_proxy_that_refuses_is_told_and_its_password_is_not() {
    let server = Server::start("refused", "localhost");
    let answer = "HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n";
    let tunnel = Tunnel::start(answer);
    for start in DRIVERS {
        let mut settings = server.settings();
        let url = format!("http://user:hunter2@{}", tunnel.address);
        settings.proxy = Some(Proxy::new(&url, "").unwrap());
        let error = start(&settings).0.send(describe()).unwrap_err();
        let (attempts, kind, told) = interruption(&error);
        assert_eq!((attempts, kind), (1, InterruptionKind::Refused), "{told}");
        assert!(told.contains("407"), "{told}");
        assert!(!format!("{error:?}").contains("hunter2"));
    }
}
