//! The driver against scripted peers, in one runtime with them. Where time matters it is the
//! runtime's, which moves on by itself when everybody waits.

mod bodies;
mod calls;
mod cancel;
mod download;
mod endpoints;
mod peer;
mod reuse;
mod secure;
mod timeouts;

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::response::Parts;
use http::{Method, Request};
use kvs_archive::api::protocol::restjson::RequestBuilder;
use kvs_archive::api::protocol::{
    Buffered, Credentials, Invalid, Malformed, Operation, Service, Settings, Streamed,
};
use kvs_archive::api::video::{Exception, GetDataEndpoint};

use crate::{Client, Clock};
use peer::Peer;

/// The system's time, and waits that are recorded instead of waited for.
#[derive(Debug, Clone, Default)]
struct TestClock {
    sleeps: Arc<Mutex<Vec<Duration>>>,
}

impl TestClock {
    fn sleeps(&self) -> Vec<Duration> {
        self.sleeps.lock().unwrap().clone()
    }
}

impl Clock for TestClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.sleeps.lock().unwrap().push(duration);
        Box::pin(std::future::ready(()))
    }
}

fn settings(url: &str) -> Settings {
    let mut settings = Settings::new("eu-west-1");
    settings.credentials = Some(Credentials::new("AKID", "secret"));
    settings.endpoint_url = Some(url.parse().unwrap());
    settings
}

fn client(peer: &Peer) -> (Client, TestClock) {
    client_with(&settings(&peer.url()))
}

fn client_with(settings: &Settings) -> (Client, TestClock) {
    let clock = TestClock::default();
    let builder = Client::builder(settings).clock(clock.clone());
    (builder.build().unwrap(), clock)
}

/// An operation of the control service whose answer is dropped: at most 8 bytes of it.
#[derive(Debug)]
struct Ask;

/// One whose payload is streamed.
#[derive(Debug)]
struct Fetch;

impl Operation for Ask {
    const NAME: &'static str = "Ask";
    const SERVICE: &'static Service = GetDataEndpoint::SERVICE;
    const ANSWER_LIMIT: usize = 8;
    type Output = Vec<u8>;
    type Error = Exception;
    type Delivery = Buffered;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/ask").json(&())
    }

    fn decode(_: &Parts, body: &[u8]) -> Result<Vec<u8>, Malformed> {
        Ok(body.to_vec())
    }
}

impl Operation for Fetch {
    const NAME: &'static str = "Fetch";
    const SERVICE: &'static Service = GetDataEndpoint::SERVICE;
    type Output = Option<String>;
    type Error = Exception;
    type Delivery = Streamed;

    fn encode(&self) -> Result<Request<Bytes>, Invalid> {
        RequestBuilder::new(Method::POST, "/fetch").json(&())
    }

    fn decode(head: &Parts, _: &[u8]) -> Result<Self::Output, Malformed> {
        kvs_archive::api::protocol::restjson::header(head, "content-type")
    }
}
