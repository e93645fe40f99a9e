//! What small hosts bring along: roots in memory, buffers of a size, connections of their own.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what fails in a test fails the test"
)]

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use kvs_tests::{Deed, Driver, Peer, Service, TestClock, settings};
use kvs_ureq::Timeouts;
use kvs_ureq::api::archived_media::GetMediaForFragmentList;
use kvs_ureq::api::protocol::{ErrorKind, InterruptionKind, Settings};
use kvs_ureq::api::video::DescribeStream;
use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use tokio::runtime::Runtime;
use wiremock::ResponseTemplate;

fn runtime() -> Runtime {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().build().unwrap()
}

/// Both drivers, each made by its own builder.
fn drivers(
    settings: &Settings,
    ureq: impl FnOnce(kvs_ureq::Builder) -> kvs_ureq::Builder,
    hyper: impl FnOnce(kvs_hyper::Builder) -> kvs_hyper::Builder,
) -> [Driver; 2] {
    let blocking = ureq(kvs_ureq::Client::builder(settings)).build();
    let on_hyper = hyper(kvs_hyper::Client::builder(settings)).build();
    [
        Driver::Ureq(blocking.unwrap()),
        Driver::Hyper(runtime(), on_hyper.unwrap()),
    ]
}

fn describe(driver: &Driver) {
    let operation = DescribeStream {
        stream_name: Some("cam".to_owned()),
        ..DescribeStream::default()
    };
    driver.send(operation).unwrap();
}

/// A server with a certificate that vouches for itself; gives its port, and that.
fn secure_server() -> (u16, String) {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let pem = certificate.pem();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key);
    let config = Arc::new(config.unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for socket in listener.incoming().map_while(Result::ok) {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = StreamOwned::new(connection, socket);
            // Everything up to the end of its body.
            let mut last = [0];
            while last != *b"}" && stream.read_exact(&mut last).is_ok() {}
            let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
            let _ = stream.write_all(answer).and_then(|()| stream.flush());
        }
    });
    (port, pem)
}

#[test]
fn roots_may_be_given_in_memory() {
    let (port, pem) = secure_server();
    let settings = settings(&format!("https://localhost:{port}"));
    let (ours, theirs) = (pem.clone(), pem);
    for driver in &drivers(&settings, |b| b.roots(ours), |b| b.roots(theirs)) {
        describe(driver);
    }
    for told in [
        kvs_ureq::Client::builder(&settings)
            .roots("none")
            .build()
            .unwrap_err()
            .to_string(),
        kvs_hyper::Client::builder(&settings)
            .roots("none")
            .build()
            .unwrap_err()
            .to_string(),
    ] {
        assert_eq!(told, "the bundle of roots holds no PEM certificate");
    }
}

#[test]
fn buffers_are_as_small_as_is_said() {
    const SMALL: usize = 8 << 10;
    let service = Service::start();
    let body = vec![7; 300_000];
    let media = ResponseTemplate::new(200).set_body_raw(body.clone(), "video/webm");
    service.on("/getMediaForFragmentList", media);
    let settings = settings(&service.url());
    let get = || GetMediaForFragmentList {
        stream_name: Some("cam".to_owned()),
        fragments: Some(vec!["1".to_owned()]),
        ..Default::default()
    };
    // What is smaller than any head is made larger.
    for size in [0, SMALL] {
        for driver in &drivers(&settings, |b| b.buffer(size), |b| b.buffer(size)) {
            let (_, read, end) = driver.open(get()).unwrap();
            assert!(end.is_none() && read == body);
        }
    }
    let client = kvs_ureq::Client::builder(&settings)
        .buffer(SMALL)
        .build()
        .unwrap();
    let mut opened = client.open(get()).unwrap();
    while let Some(chunk) = opened.body.chunk().unwrap() {
        assert!(chunk.len() <= SMALL);
    }
}

/// Leads everybody to one place, and remembers where they wanted to go.
#[derive(Debug, Clone)]
struct Detour {
    to: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Detour {
    fn new(port: u16) -> Self {
        Self {
            to: (Ipv4Addr::LOCALHOST, port).into(),
            asked: Arc::default(),
        }
    }

    fn note(&self, host: &str, port: u16) {
        self.asked.lock().unwrap().push(format!("{host} {port}"));
    }

    fn drivers(&self, settings: &Settings, roots: &str) -> [Driver; 2] {
        let timeouts = Timeouts {
            first_byte: Duration::from_millis(40),
            ..Timeouts::default()
        };
        drivers(
            settings,
            |builder| {
                let builder = builder.connector(self.clone()).timeouts(timeouts);
                builder.clock(TestClock::default()).roots(roots)
            },
            |builder| {
                let builder = builder.connector(self.clone()).timeouts(timeouts);
                builder.clock(TestClock::default()).roots(roots)
            },
        )
    }
}

impl kvs_ureq::Connect for Detour {
    fn connect(&self, host: &str, port: u16, _: Duration) -> io::Result<TcpStream> {
        self.note(host, port);
        TcpStream::connect(self.to)
    }
}

impl kvs_hyper::Connect for Detour {
    fn connect<'a>(&'a self, host: &'a str, port: u16) -> kvs_hyper::Connecting<'a> {
        Box::pin(async move {
            self.note(host, port);
            let stream = tokio::net::TcpStream::connect(self.to).await?;
            Ok(Box::new(stream) as Box<dyn kvs_hyper::Stream>)
        })
    }
}

#[test]
fn connections_may_be_the_caller_s() {
    let (port, pem) = secure_server();
    let detour = Detour::new(port);
    let mut settings = settings("https://localhost:444");
    for driver in &detour.drivers(&settings, &pem) {
        describe(driver);
    }
    let asked = detour.asked.lock().unwrap().clone();
    assert!(asked.len() > 1 && asked.iter().all(|place| place == "localhost 444"));

    let service = Service::start();
    let plain = ResponseTemplate::new(200).set_body_string("{}");
    service.on("/describeStream", plain);
    let port = service
        .authority()
        .rsplit(':')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let detour = Detour::new(port);
    settings.endpoint_url = Some("http://no.such.name".parse().unwrap());
    for driver in &detour.drivers(&settings, &pem) {
        describe(driver);
        describe(driver);
    }
    let asked = detour.asked.lock().unwrap();
    assert_eq!(*asked, ["no.such.name 80"; 2], "they are used again");
}

#[test]
fn connections_of_the_caller_s_have_the_same_limits() {
    let (_, pem) = secure_server();
    let settings = settings("http://no.such.name");
    let peers = [
        (
            Some(Deed::AnswerAndStall(Vec::new())),
            InterruptionKind::TimedOut,
        ),
        (
            Some(Deed::AnswerAndClose(Vec::new())),
            InterruptionKind::Broken,
        ),
        (None, InterruptionKind::Connect),
    ];
    for (deed, expected) in peers {
        for index in 0..2 {
            let peer = deed.clone().map(|deed| Peer::start([deed]));
            let port = peer.as_ref().map_or(1, Peer::port);
            let driver = &Detour::new(port).drivers(&settings, &pem)[index];
            let operation = DescribeStream {
                stream_name: Some("cam".to_owned()),
                ..DescribeStream::default()
            };
            let error = driver.send(operation).unwrap_err();
            let ErrorKind::Interrupted(why) = &error.kind else {
                panic!("{error}")
            };
            assert_eq!((why.kind, error.attempts), (expected, 3), "{why}");
        }
    }
}
