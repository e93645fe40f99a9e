//! Both drivers, and the bridge to the AWS SDK, behind one face.

use std::time::Duration;

use aws_credential_types::Credentials as SdkCredentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::SharedAsyncSleep;
use aws_smithy_async::time::SharedTimeSource;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::region::Region;
use aws_types::{SdkConfig, sdk_config};
use kvs_ureq::api::archived_media::Exception;
use kvs_ureq::api::protocol::retry::RetryMode;
use kvs_ureq::api::protocol::{
    Buffered, Credentials, Error, Interruption, Observer, Operation, Paginated, Settings, Streamed,
};
use kvs_ureq::archive::asynchronous::{AsyncClient, Download, Pages};
use kvs_ureq::archive::{ExportOptions, Report, Selection};
use kvs_ureq::mkv::Fragment;
use tokio::runtime::Runtime;

use crate::clock::{SILENCE, TestClock};
use crate::connector::Connector;
use crate::discreet::{self, Reader, SECRET, discreet};

/// A client of one of the two drivers, or of the SDK's configuration.
#[derive(Debug)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Driver {
    Ureq(kvs_ureq::Client),
    Hyper(Runtime, kvs_hyper::Client),
    Smithy(Runtime, kvs_smithy::Client),
}

/// The head's members of a streamed answer, and what came of its body.
pub type Payload<T> = (T, Vec<u8>, Option<Interruption>);

/// A driver with these settings, and its clock.
pub type Start = fn(&Settings) -> (Driver, TestClock);

/// A driver with these settings and variables of the environment, and its clock.
pub type StartIn = fn(&Settings, Variables) -> (Driver, TestClock);

/// Variables of an environment.
pub type Variables = Vec<(&'static str, String)>;

/// Both drivers, in an environment that is made up.
pub const DRIVERS_IN: [StartIn; 2] = [Driver::ureq_in, Driver::hyper_in];

/// Both drivers.
pub const DRIVERS: [Start; 2] = [Driver::ureq, Driver::hyper];

/// All clients: both drivers, and the bridge over the connections of the async one.
pub const CLIENTS: [Start; 3] = [Driver::ureq, Driver::hyper, Driver::smithy];

/// Both drivers, sending what the model objects to.
pub const UNCHECKED: [Start; 2] = [Driver::unchecked_ureq, Driver::unchecked_hyper];

/// Runs a test with all clients, pointed at `url`.
pub fn each(url: &str, test: impl Fn(&Driver, &TestClock)) {
    for start in CLIENTS {
        let (client, clock) = start(&settings(url));
        test(&client, &clock);
    }
}

/// Settings that point at `url`, with a key of these tests.
pub fn settings(url: &str) -> Settings {
    let mut settings = Settings::new("eu-west-1");
    settings.credentials = Some(Credentials::new("emulator", SECRET));
    settings.endpoint_url = Some(url.parse().expect("a URL"));
    settings
}

fn runtime() -> Runtime {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().build();
    runtime.expect("a runtime can be had")
}

fn sdk_config(settings: &Settings, connector: Connector, clock: &TestClock) -> sdk_config::Builder {
    let ours = settings.credentials.as_ref().expect("tests sign");
    let credentials = SdkCredentials::new(
        ours.access_key_id(),
        ours.secret_access_key(),
        ours.session_token().map(str::to_owned),
        None,
        "tests",
    );
    let retry = match settings.retry.mode {
        RetryMode::Standard => RetryConfig::standard(),
        RetryMode::Adaptive => RetryConfig::adaptive(),
    };
    let retry = retry
        .with_max_attempts(settings.retry.max_attempts)
        .with_initial_backoff(settings.retry.base)
        .with_max_backoff(settings.retry.longest);
    let mut config = SdkConfig::builder()
        .region(Region::new(settings.region.clone()))
        .http_client(connector)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .retry_config(retry)
        .sleep_impl(SharedAsyncSleep::new(clock.clone()))
        .time_source(SharedTimeSource::new(clock.clone()));
    config.set_endpoint_url(settings.endpoint_url.as_ref().map(ToString::to_string));
    config
}

/// What the bridge goes over: connections that know no limit of silence, since that is the bridge's.
fn connector(settings: &Settings) -> Connector {
    // What it carries is signed already.
    let mut settings = settings.clone();
    settings.credentials = None;
    let client = kvs_hyper::Client::new(&settings);
    Connector::new(client.expect("the settings are sound"))
}

/// All clients, with a deadline for each call and the usual limits, and their clocks.
pub fn with_deadline(settings: &Settings, deadline: Duration) -> [(Driver, TestClock); 3] {
    let clocks = [(); 3].map(|()| TestClock::with_deadline(deadline));
    let [ureq, hyper, smithy] = &clocks;
    let ureq = kvs_ureq::Client::builder(settings).clock(ureq.clone());
    let ureq = ureq.observer(Reader).deadline(deadline).build();
    let hyper = kvs_hyper::Client::builder(settings).clock(hyper.clone());
    let hyper = hyper.observer(Reader).deadline(deadline).build();
    let timeouts = TimeoutConfig::builder().operation_timeout(deadline).build();
    let config = sdk_config(settings, connector(settings), smithy).timeout_config(timeouts);
    let smithy = kvs_smithy::Client::builder(&config.build())
        .observer(Reader)
        .build();
    let drivers = [
        Driver::Ureq(ureq.expect("the settings are sound")),
        Driver::Hyper(runtime(), hyper.expect("the settings are sound")),
        Driver::Smithy(runtime(), smithy.expect("the settings are sound")),
    ];
    let mut clocks = clocks.into_iter();
    drivers.map(|driver| (driver, clocks.next().expect("there is one for each")))
}

/// All clients, watched.
pub fn watched(settings: &Settings, observer: &(impl Observer + Clone + 'static)) -> [Driver; 3] {
    let clock = TestClock::default();
    let ureq = kvs_ureq::Client::builder(settings).clock(clock.clone());
    let ureq = ureq.observer(observer.clone()).build();
    let hyper = kvs_hyper::Client::builder(settings).clock(clock.clone());
    let hyper = hyper.observer(observer.clone()).build();
    let config = sdk_config(settings, connector(settings), &clock).build();
    let smithy = kvs_smithy::Client::builder(&config);
    let smithy = smithy.observer(observer.clone()).build();
    [
        Driver::Ureq(ureq.expect("the settings are sound")),
        Driver::Hyper(runtime(), hyper.expect("the settings are sound")),
        Driver::Smithy(runtime(), smithy.expect("the settings are sound")),
    ]
}

fn lookup(variables: Variables) -> impl Fn(&str) -> Option<String> + Send + Sync {
    move |name| {
        let (_, value) = variables.iter().find(|(known, _)| *known == name)?;
        Some(value.clone())
    }
}

impl Driver {
    fn ureq(settings: &Settings) -> (Self, TestClock) {
        Self::built_ureq(kvs_ureq::Client::builder(settings), Variables::new())
    }

    fn unchecked_ureq(settings: &Settings) -> (Self, TestClock) {
        let builder = kvs_ureq::Client::builder(settings).check_inputs(false);
        Self::built_ureq(builder, Variables::new())
    }

    fn ureq_in(settings: &Settings, variables: Variables) -> (Self, TestClock) {
        Self::built_ureq(kvs_ureq::Client::builder(settings), variables)
    }

    fn built_ureq(builder: kvs_ureq::Builder, variables: Variables) -> (Self, TestClock) {
        let clock = TestClock::default();
        let client = builder
            .clock(clock.clone())
            .observer(Reader)
            .environment(lookup(variables))
            .timeouts(kvs_ureq::Timeouts {
                stall: SILENCE,
                ..kvs_ureq::Timeouts::default()
            })
            .build()
            .expect("the settings are sound");
        (Self::Ureq(client), clock)
    }

    fn hyper(settings: &Settings) -> (Self, TestClock) {
        Self::built_hyper(kvs_hyper::Client::builder(settings), Variables::new())
    }

    fn unchecked_hyper(settings: &Settings) -> (Self, TestClock) {
        let builder = kvs_hyper::Client::builder(settings).check_inputs(false);
        Self::built_hyper(builder, Variables::new())
    }

    fn hyper_in(settings: &Settings, variables: Variables) -> (Self, TestClock) {
        Self::built_hyper(kvs_hyper::Client::builder(settings), variables)
    }

    fn built_hyper(builder: kvs_hyper::Builder, variables: Variables) -> (Self, TestClock) {
        let clock = TestClock::default();
        let client = builder
            .clock(clock.clone())
            .observer(Reader)
            .environment(lookup(variables))
            .timeouts(kvs_hyper::Timeouts {
                stall: SILENCE,
                ..kvs_hyper::Timeouts::default()
            })
            .build()
            .expect("the settings are sound");
        (Self::Hyper(runtime(), client), clock)
    }

    /// Proxy and roots are the connector's affair, all else is the configuration's.
    fn smithy(settings: &Settings) -> (Self, TestClock) {
        let clock = TestClock::default();
        let config = sdk_config(settings, connector(settings), &clock).build();
        let client = kvs_smithy::Client::builder(&config)
            .observer(Reader)
            .timeouts(kvs_smithy::Timeouts {
                stall: SILENCE,
                ..kvs_smithy::Timeouts::default()
            })
            .build()
            .expect("the configuration is sound");
        (Self::Smithy(runtime(), client), clock)
    }

    /// Sends an operation.
    pub fn send<O>(&self, operation: O) -> Result<O::Output, Error<O::Error>>
    where
        O: Operation<Delivery = Buffered>,
    {
        discreet(match self {
            Self::Ureq(client) => client.send(operation),
            Self::Hyper(runtime, client) => runtime.block_on(client.send(operation)),
            Self::Smithy(runtime, client) => runtime.block_on(client.send(operation)),
        })
    }

    /// Sends an operation for page after page.
    pub fn pages<O>(&self, operation: O) -> Vec<Result<O::Output, Error<O::Error>>>
    where
        O: Paginated<Delivery = Buffered>,
    {
        let pages: Vec<_> = match self {
            Self::Ureq(client) => client.pages(operation).collect(),
            Self::Hyper(runtime, client) => runtime.block_on(all(client.pages(operation))),
            Self::Smithy(runtime, client) => runtime.block_on(all(client.pages(operation))),
        };
        pages.into_iter().map(discreet).collect()
    }

    /// Opens an operation and reads its body as far as it comes.
    pub fn open<O>(&self, operation: O) -> Result<Payload<O::Output>, Error<O::Error>>
    where
        O: Operation<Delivery = Streamed>,
    {
        self.open_then(operation, || {})
    }

    /// The same, where something happens between the head and the body.
    pub fn open_then<O>(
        &self,
        operation: O,
        happen: impl FnOnce(),
    ) -> Result<Payload<O::Output>, Error<O::Error>>
    where
        O: Operation<Delivery = Streamed>,
    {
        let mut read = Vec::new();
        match self {
            Self::Ureq(client) => {
                let mut opened = discreet(client.open(operation))?;
                happen();
                let end = loop {
                    match opened.body.chunk() {
                        Ok(Some(chunk)) => read.extend_from_slice(&chunk),
                        Ok(None) => break None,
                        Err(why) => break discreet::end(why),
                    }
                };
                Ok((opened.output, read, end))
            }
            Self::Hyper(runtime, client) => runtime.block_on(async {
                let mut opened = discreet(client.open(operation).await)?;
                happen();
                let end = loop {
                    match opened.body.chunk().await {
                        Ok(Some(chunk)) => read.extend_from_slice(&chunk),
                        Ok(None) => break None,
                        Err(why) => break discreet::end(why),
                    }
                };
                Ok((opened.output, read, end))
            }),
            Self::Smithy(runtime, client) => runtime.block_on(async {
                let mut opened = discreet(client.open(operation).await)?;
                happen();
                let end = loop {
                    match opened.body.chunk().await {
                        Ok(Some(chunk)) => read.extend_from_slice(&chunk),
                        Ok(None) => break None,
                        Err(why) => break discreet::end(why),
                    }
                };
                Ok((opened.output, read, end))
            }),
        }
    }

    /// Downloads a selection.
    pub fn download(
        &self,
        selection: Selection,
        options: ExportOptions,
    ) -> (Vec<Fragment>, Report, Option<Error<Exception>>) {
        let mut fragments = Vec::new();
        let mut failure = None;
        let report = match self {
            Self::Ureq(client) => {
                let mut download = client.download(selection, options);
                for next in &mut download {
                    match discreet(next) {
                        Ok(fragment) => fragments.push(fragment),
                        Err(error) => failure = Some(error),
                    }
                }
                download.report().clone()
            }
            Self::Hyper(runtime, client) => {
                let download = client.download(selection, options);
                runtime.block_on(whole(download, &mut fragments, &mut failure))
            }
            Self::Smithy(runtime, client) => {
                let download = client.download(selection, options);
                runtime.block_on(whole(download, &mut fragments, &mut failure))
            }
        };
        (fragments, report, failure)
    }
}

async fn all<C, O>(mut pages: Pages<C, O>) -> Vec<Result<O::Output, Error<O::Error>>>
where
    C: AsyncClient,
    O: Paginated<Delivery = Buffered>,
{
    let mut all = Vec::new();
    while let Some(page) = pages.next().await {
        all.push(page);
    }
    all
}

async fn whole<C: AsyncClient>(
    mut download: Download<C>,
    fragments: &mut Vec<Fragment>,
    failure: &mut Option<Error<Exception>>,
) -> Report {
    while let Some(next) = download.next().await {
        match discreet(next) {
            Ok(fragment) => fragments.push(fragment),
            Err(error) => *failure = Some(error),
        }
    }
    download.report().clone()
}
