//! What small hosts bring along: roots in memory, buffers of a size, connections of their own.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what fails in a test fails the test"
)]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;

use kvs_tests::{Driver, Service, settings};
use kvs_ureq::api::archived_media::GetMediaForFragmentList;
use kvs_ureq::api::protocol::Settings;
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
