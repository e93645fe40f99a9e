//! A mock of the service, on wiremock.

use serde_json::json;
use tokio::runtime::Runtime;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use crate::clock::TestClock;
use crate::driver::{CLIENTS, Driver, Start, each, settings};

/// A mock of the service, usable from tests that are not async.
#[derive(Debug)]
pub struct Service {
    runtime: Runtime,
    server: MockServer,
}

impl Service {
    /// One that tells its own address as the endpoint of everything.
    pub fn start() -> Self {
        let service = Self::without_discovery();
        let endpoint = json!({ "DataEndpoint": service.server.uri() });
        let answer = ResponseTemplate::new(200).set_body_json(endpoint);
        service.on("/getDataEndpoint", answer);
        service
    }

    /// One that knows no operation yet.
    pub fn without_discovery() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime can be had");
        let server = runtime.block_on(MockServer::start());
        Self { runtime, server }
    }

    /// Where it is reached.
    pub fn url(&self) -> String {
        self.server.uri()
    }

    /// Host and port.
    pub fn authority(&self) -> String {
        self.server.address().to_string()
    }

    /// Answers requests for a path.
    pub fn on(&self, at: &str, answer: impl Respond + 'static) {
        self.mount(
            Mock::given(method("POST"))
                .and(path(at))
                .respond_with(answer),
        );
    }

    /// Answers in turn, the last one again and again.
    pub fn on_in_turn(&self, at: &str, answers: &[ResponseTemplate]) {
        let mocks = || Mock::given(method("POST")).and(path(at));
        let last = answers.len() - 1;
        for (answer, priority) in answers.iter().zip(1..) {
            let mock = mocks().respond_with(answer.clone());
            let mock = match usize::from(priority) > last {
                true => mock,
                false => mock.up_to_n_times(1),
            };
            self.mount(mock.with_priority(priority));
        }
    }

    /// Answers as a mock says.
    pub fn mount(&self, mock: Mock) {
        self.runtime.block_on(self.server.register(mock));
    }

    /// All requests, so far.
    pub fn all_requests(&self) -> Vec<Request> {
        let all = self.runtime.block_on(self.server.received_requests());
        all.expect("wiremock records")
    }

    /// The requests for a path, so far.
    pub fn requests(&self, at: &str) -> Vec<Request> {
        let mut all = self.all_requests();
        all.retain(|request| request.url.path() == at);
        all
    }

    /// Runs a test with a client.
    pub fn run_with(&self, start: Start, test: impl Fn(&Driver, &TestClock)) {
        let (driver, clock) = start(&settings(&self.server.uri()));
        test(&driver, &clock);
    }

    /// How many requests have come, for tests that are async.
    pub async fn received(&self) -> usize {
        let all = self.server.received_requests().await;
        all.expect("wiremock records").len()
    }

    /// Runs a test with all clients.
    pub fn run(&self, test: impl Fn(&Driver, &TestClock)) {
        each(&self.server.uri(), test);
    }
}

/// Runs a test with all clients, each against a service of its own that answers in turn: a mock
/// that was used up stays so.
pub fn in_turn(
    at: &str,
    answers: &[ResponseTemplate],
    test: impl Fn(&Service, &Driver, &TestClock),
) {
    for start in CLIENTS {
        let service = Service::start();
        service.on_in_turn(at, answers);
        service.run_with(start, |driver, clock| test(&service, driver, clock));
    }
}
