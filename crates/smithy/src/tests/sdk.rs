//! The SDK's side, made up: a connector that answers from a list, credentials that can be
//! replaced, a sleep that takes no time.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep, Sleep};
use aws_smithy_async::time::{SharedTimeSource, StaticTimeSource};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_types::SdkConfig;
use aws_types::region::Region;

use crate::Client;

/// What the connector does with a request.
pub(super) enum Answer {
    Gives(u16, &'static str),
    Fails(fn() -> ConnectorError),
    NeverComes,
}

/// A configuration of the SDK, and what happens on its other side.
#[derive(Debug, Clone, Default)]
pub(super) struct Sdk(Arc<State>);

#[derive(Default)]
struct State {
    answers: Mutex<VecDeque<Answer>>,
    requests: Mutex<Vec<HttpRequest>>,
    sleeps: Mutex<Vec<Duration>>,
    /// How often the provider was asked, which numbers what it gives.
    asked: Mutex<u32>,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("State")
    }
}

pub(super) const NOW: u64 = 1_795_521_600;

impl Sdk {
    pub(super) fn answering(answers: impl IntoIterator<Item = Answer>) -> Self {
        let sdk = Self::default();
        sdk.0.answers.lock().unwrap().extend(answers);
        sdk
    }

    pub(super) fn config(&self) -> SdkConfig {
        SdkConfig::builder()
            .region(Region::new("eu-west-1"))
            .http_client(self.clone())
            .credentials_provider(SharedCredentialsProvider::new(self.clone()))
            .sleep_impl(SharedAsyncSleep::new(self.clone()))
            .time_source(SharedTimeSource::new(StaticTimeSource::from_secs(NOW)))
            .build()
    }

    pub(super) fn client(&self) -> Client {
        Client::builder(&self.config()).seed(1).build().unwrap()
    }

    /// Method, URL and body of each request.
    pub(super) fn requests(&self) -> Vec<String> {
        let requests = self.0.requests.lock().unwrap();
        let told = requests.iter().map(|request| {
            let body = String::from_utf8_lossy(request.body().bytes().unwrap());
            format!("{} {} {body}", request.method(), request.uri())
        });
        told.collect()
    }

    pub(super) fn header(&self, request: usize, name: &str) -> String {
        let requests = self.0.requests.lock().unwrap();
        requests[request].headers().get(name).unwrap().to_owned()
    }

    /// Waits between attempts: those that guard an answer were not slept through.
    pub(super) fn sleeps(&self) -> Vec<Duration> {
        self.0.sleeps.lock().unwrap().clone()
    }

    pub(super) fn asked(&self) -> u32 {
        *self.0.asked.lock().unwrap()
    }
}

impl HttpClient for Sdk {
    fn http_connector(
        &self,
        limits: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        assert_eq!(limits.connect_timeout(), Some(Duration::from_secs(10)));
        assert!(components.sleep_impl().is_some() && components.time_source().is_some());
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Sdk {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        self.0.requests.lock().unwrap().push(request);
        match self.0.answers.lock().unwrap().pop_front().unwrap() {
            Answer::Gives(status, body) => {
                let body = SdkBody::from(body);
                let answer = HttpResponse::new(status.try_into().unwrap(), body);
                HttpConnectorFuture::ready(Ok(answer))
            }
            Answer::Fails(error) => HttpConnectorFuture::ready(Err(error())),
            Answer::NeverComes => HttpConnectorFuture::new(std::future::pending()),
        }
    }
}

impl ProvideCredentials for Sdk {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let mut asked = self.0.asked.lock().unwrap();
        *asked += 1;
        let ends = SystemTime::UNIX_EPOCH + Duration::from_secs(NOW + 3600);
        let id = format!("AKID{asked}");
        let token = Some("token".to_owned());
        let given = Credentials::new(id, "hush-hush", token, Some(ends), "made up");
        future::ProvideCredentials::ready(Ok(given))
    }
}

impl AsyncSleep for Sdk {
    fn sleep(&self, duration: Duration) -> Sleep {
        let sdk = self.clone();
        // One that is polled to its end was waited for.
        Sleep::new(async move { sdk.0.sleeps.lock().unwrap().push(duration) })
    }
}
