//! Proxies, with all clients: those that serve, and those that do not.

use std::io::Write;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use kvs_protocol::proxy::Proxy;
use kvs_protocol::{InterruptionKind, Settings};
use kvs_tests::{CLIENTS, Driver, TestClock};
use kvs_ureq::Timeouts;

use crate::tls::{Server, read_head};
use crate::{describe, interruption};

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
        let _ = to.shutdown(Shutdown::Write);
    });
}

#[test]
fn a_proxy_carries_what_it_cannot_read() {
    let server = Server::start("proxied", "localhost");
    let tunnel = Tunnel::start("HTTP/1.1 200 Connection established\r\n\r\n");
    for start in CLIENTS {
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

/// Settings that go through a proxy with a password.
fn through(server: &Server, proxy: SocketAddr) -> Settings {
    let mut settings = server.settings();
    let url = format!("http://user:hunter2@{proxy}");
    settings.proxy = Some(Proxy::new(&url, "").unwrap());
    settings
}

#[test]
fn a_proxy_that_refuses_is_told_and_its_password_is_not() {
    let server = Server::start("refused", "localhost");
    for (answer, words) in [
        (
            "HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\n\r\n",
            "407",
        ),
        ("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n", "403"),
        (
            "HTTP/1.1 302 Found\r\nlocation: http://other.test/\r\n\r\n",
            "302",
        ),
    ] {
        let tunnel = Tunnel::start(answer);
        for start in CLIENTS {
            let (driver, clock) = start(&through(&server, tunnel.address));
            let error = driver.send(describe()).unwrap_err();
            let (attempts, kind, told) = interruption(&error);
            assert_eq!((attempts, kind), (1, InterruptionKind::Refused), "{told}");
            assert!(told.contains(words), "{told}");
            assert!(!format!("{error:?} {error} {driver:?}").contains("hunter2"));
            assert!(clock.sleeps().is_empty());
        }
        assert_eq!(tunnel.asked().len(), CLIENTS.len());
    }
}

#[test]
fn a_proxy_that_speaks_no_http_is_an_error() {
    let server = Server::start("babbles", "localhost");
    for answer in ["220 mail.test ESMTP\r\n\r\n", "\r\n\r\n\r\n\r\n"] {
        let tunnel = Tunnel::start(answer);
        for start in CLIENTS {
            let error = start(&through(&server, tunnel.address)).0.send(describe());
            let error = error.unwrap_err();
            interruption(&error);
            assert!(!format!("{error:?} {error}").contains("hunter2"));
        }
    }
}

/// A proxy that takes connections, and says nothing or hangs up.
fn mute(hangs_up: bool) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let mut kept = Vec::new();
        for client in listener.incoming().map_while(Result::ok) {
            if !hangs_up {
                kept.push(client);
            }
        }
    });
    address
}

/// Both drivers, with little time to connect: the bridge connects as the async one does.
fn hurried(settings: &Settings) -> [(Driver, TestClock); 2] {
    let timeouts = Timeouts {
        connect: Duration::from_millis(40),
        ..Timeouts::default()
    };
    let clocks = [TestClock::default(), TestClock::default()];
    let [ours, theirs] = clocks.clone();
    let blocking = kvs_ureq::Client::builder(settings)
        .timeouts(timeouts)
        .clock(ours);
    let on_hyper = kvs_hyper::Client::builder(settings)
        .timeouts(timeouts)
        .clock(theirs);
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let drivers = [
        Driver::Ureq(blocking.build().unwrap()),
        Driver::Hyper(
            runtime.enable_all().build().unwrap(),
            on_hyper.build().unwrap(),
        ),
    ];
    let [blocking, on_hyper] = drivers;
    let [ours, theirs] = clocks;
    [(blocking, ours), (on_hyper, theirs)]
}

#[test]
fn a_proxy_that_hangs_is_given_up() {
    let server = Server::start("hangs", "localhost");
    for hangs_up in [false, true] {
        let settings = through(&server, mute(hangs_up));
        for (driver, clock) in hurried(&settings) {
            let error = driver.send(describe()).unwrap_err();
            let (attempts, kind, told) = interruption(&error);
            assert_eq!(attempts, 3, "{told}");
            assert_ne!(kind, InterruptionKind::Refused, "{told}");
            assert!(!format!("{error:?} {error}").contains("hunter2"));
            assert_eq!(clock.sleeps().len(), 2);
        }
    }
}
