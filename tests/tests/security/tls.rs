//! Certificates that are not to be trusted, with all clients, against a server with one of its own.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kvs_protocol::{InterruptionKind, Settings};
use kvs_tests::{CLIENTS, settings};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::{describe, interruption};

/// A server that answers every request with an empty object, and the authority that vouches for it.
pub(crate) struct Server {
    pub(crate) port: u16,
    bundle: PathBuf,
}

impl Server {
    /// One whose certificate names `host`; `name` tells its files from those of other tests.
    pub(crate) fn start(name: &str, host: &str) -> Self {
        Self::with(name, CertificateParams::new(vec![host.to_owned()]).unwrap())
    }

    /// One with another certificate.
    fn with(name: &str, certificate: CertificateParams) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut authority = CertificateParams::new(vec![]).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root = authority.self_signed(&key).unwrap();
        let bundle = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.pem"));
        std::fs::write(&bundle, root.pem()).unwrap();
        let config = server_config(&certificate, &Issuer::new(authority, key));

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
    pub(crate) fn settings(&self) -> Settings {
        let mut settings = settings(&format!("https://localhost:{}", self.port));
        settings.ca_bundle = Some(self.bundle.clone());
        settings
    }
}

fn server_config(params: &CertificateParams, issuer: &Issuer<'_, KeyPair>) -> Arc<ServerConfig> {
    let key = KeyPair::generate().unwrap();
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
pub(crate) fn read_head(stream: &mut impl Read) -> std::io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        head.extend_from_slice(&byte);
    }
    Ok(String::from_utf8_lossy(&head).to_ascii_lowercase())
}

#[test]
fn the_bundle_decides_whom_to_trust() {
    let server = Server::start("trusted", "localhost");
    for start in CLIENTS {
        let (driver, _) = start(&server.settings());
        driver.send(describe()).unwrap();
        driver.send(describe()).unwrap();
    }
}

#[test]
fn a_stranger_is_refused_and_not_asked_again() {
    let server = Server::start("stranger", "localhost");
    for start in CLIENTS {
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
    for start in CLIENTS {
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
fn a_certificate_is_good_for_its_time() {
    let dated = |from: i32, to: i32| {
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        params.not_before = date_time_ymd(from, 1, 1);
        params.not_after = date_time_ymd(to, 1, 1);
        params
    };
    for (name, params, problem) in [
        ("past", dated(2000, 2001), "expired"),
        ("future", dated(2900, 2901), "not valid yet"),
    ] {
        let server = Server::with(name, params);
        for start in CLIENTS {
            let (driver, clock) = start(&server.settings());
            let (attempts, kind, told) = interruption(&driver.send(describe()).unwrap_err());
            assert_eq!((attempts, kind), (1, InterruptionKind::Refused), "{told}");
            assert!(told.contains(problem), "{told}");
            assert!(clock.sleeps().is_empty());
        }
    }
}

#[test]
fn a_server_that_speaks_no_tls_is_not_spoken_to_in_plain() {
    let peer = kvs_tests::Peer::start([kvs_tests::Deed::Answer(
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}".to_vec(),
    )]);
    for start in CLIENTS {
        let url = peer.url().replace("http:", "https:");
        let error = start(&settings(&url)).0.send(describe()).unwrap_err();
        interruption(&error);
    }
    assert!(peer.requests().iter().all(|line| !line.contains("HTTP")));
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
