//! Credentials from each of their sources, under both drivers, from servers on this machine that
//! answer as the real ones do.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what fails in a test fails the test"
)]

mod device;
mod renewal;
mod sources;
mod sso;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use kvs_tests::{CLIENTS, DRIVERS_IN, Driver, Service, TestClock, Variables};
use kvs_ureq::api::protocol::credentials::Sources;
use kvs_ureq::api::protocol::{Credentials, Error, Settings, Timestamp};
use kvs_ureq::api::video::{DescribeStream, Exception};
use wiremock::{Mock, Request, Respond, ResponseTemplate};

/// The service, and beside it whoever gives credentials.
struct Cloud {
    service: Service,
    variables: Variables,
}

impl Cloud {
    fn new() -> Self {
        let service = Service::start();
        service.on(
            "/describeStream",
            ResponseTemplate::new(200).set_body_string("{}"),
        );
        let variables = vec![("AWS_EC2_METADATA_DISABLED", "true".to_owned())];
        Self { service, variables }
    }

    fn set(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.variables.retain(|(known, _)| *known != name);
        self.variables.push((name, value.into()));
        self
    }

    fn mount(self, mock: Mock) -> Self {
        self.service.mount(mock);
        self
    }

    fn settings(&self) -> Settings {
        let mut settings = Settings::new("eu-west-1");
        settings.endpoint_url = Some(self.service.url().parse().unwrap());
        settings.sources = Some(Sources::new("eu-west-1"));
        settings
    }

    /// Drivers with nothing but sources to sign with.
    fn drivers(&self) -> impl Iterator<Item = (Driver, TestClock)> {
        DRIVERS_IN
            .map(|start| start(&self.settings(), self.variables.clone()))
            .into_iter()
    }

    /// With which access keys the calls were signed, so far.
    fn signers(&self) -> Vec<String> {
        let requests = self.service.requests("/describeStream");
        requests.iter().map(signer).collect()
    }

    /// Under each driver, calls are signed with the credentials of that access key.
    fn gives(&self, access_key_id: &str) {
        for (driver, _) in self.drivers() {
            let before = self.signers().len();
            describe(&driver).unwrap();
            describe(&driver).unwrap();
            assert_eq!(self.signers()[before..], [access_key_id, access_key_id]);
        }
    }
}

fn describe(driver: &Driver) -> Result<(), Error<Exception>> {
    let operation = DescribeStream {
        stream_name: Some("cam".to_owned()),
        ..DescribeStream::default()
    };
    driver.send(operation).map(drop)
}

fn signer(request: &Request) -> String {
    let authorization = request.headers["authorization"].to_str().unwrap();
    let (_, credential) = authorization.split_once("Credential=").unwrap();
    credential.split('/').next().unwrap().to_owned()
}

/// Answers in turn, the last one again and again.
struct Turns(AtomicUsize, Vec<ResponseTemplate>);

impl Turns {
    fn new(answers: Vec<ResponseTemplate>) -> Self {
        Self(AtomicUsize::new(0), answers)
    }
}

impl Respond for Turns {
    fn respond(&self, _: &Request) -> ResponseTemplate {
        let turn = self.0.fetch_add(1, Ordering::SeqCst);
        self.1[turn.min(self.1.len() - 1)].clone()
    }
}

/// The document of containers and instances, good for an hour.
fn document(id: &str) -> ResponseTemplate {
    document_for(id, Duration::from_secs(3_600))
}

fn document_for(id: &str, time: Duration) -> ResponseTemplate {
    let body = serde_json::json!({
        "Code": "Success",
        "AccessKeyId": id,
        "SecretAccessKey": "secret",
        "Token": "token",
        "Expiration": in_time(time),
    });
    ResponseTemplate::new(200).set_body_json(body)
}

fn in_time(time: Duration) -> String {
    let at = Timestamp::from(SystemTime::now() + time);
    Timestamp::new(at.seconds(), 0).to_date_time().unwrap()
}

/// What STS answers with.
fn assumed(action: &str, id: &str) -> ResponseTemplate {
    let expiration = in_time(Duration::from_secs(3_600));
    let body = format!(
        "<{action}Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
         <{action}Result><Credentials><AccessKeyId>{id}</AccessKeyId>\
         <SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken>\
         <Expiration>{expiration}</Expiration></Credentials></{action}Result></{action}Response>"
    );
    ResponseTemplate::new(200).set_body_raw(body, "text/xml")
}

/// A file of a test's own.
fn file(name: &str, content: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, content).unwrap();
    path
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}
