//! Both drivers behind one face.

use std::time::Duration;

use kvs_ureq::api::archived_media::Exception;
use kvs_ureq::api::protocol::{
    Buffered, Credentials, Error, Interruption, Operation, Paginated, Settings, Streamed,
};
use kvs_ureq::archive::{ExportOptions, Report, Selection};
use kvs_ureq::mkv::Fragment;
use tokio::runtime::Runtime;

use crate::clock::TestClock;

/// One of the two drivers.
#[derive(Debug)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Driver {
    Ureq(kvs_ureq::Client),
    Hyper(Runtime, kvs_hyper::Client),
}

/// The head's members of a streamed answer, and what came of its body.
pub type Payload<T> = (T, Vec<u8>, Option<Interruption>);

/// How long a peer may be silent in these tests: the one limit that is waited for, since it is the
/// operating system that measures it.
const SILENCE: Duration = Duration::from_millis(40);

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

/// Both drivers, sending what the model objects to.
pub const UNCHECKED: [Start; 2] = [Driver::unchecked_ureq, Driver::unchecked_hyper];

/// Runs a test under both drivers, pointed at `url`.
pub fn both(url: &str, test: impl Fn(&Driver, &TestClock)) {
    for start in DRIVERS {
        let (driver, clock) = start(&settings(url));
        test(&driver, &clock);
    }
}

/// Settings that point at `url`, with the keys that the emulator takes.
pub fn settings(url: &str) -> Settings {
    let mut settings = Settings::new("eu-west-1");
    settings.credentials = Some(Credentials::new("emulator", "emulator"));
    settings.endpoint_url = Some(url.parse().expect("a URL"));
    settings
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
            .environment(lookup(variables))
            .timeouts(kvs_hyper::Timeouts {
                stall: SILENCE,
                ..kvs_hyper::Timeouts::default()
            })
            .build()
            .expect("the settings are sound");
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime can be had");
        (Self::Hyper(runtime, client), clock)
    }

    /// Sends an operation.
    pub fn send<O>(&self, operation: O) -> Result<O::Output, Error<O::Error>>
    where
        O: Operation<Delivery = Buffered>,
    {
        match self {
            Self::Ureq(client) => client.send(operation),
            Self::Hyper(runtime, client) => runtime.block_on(client.send(operation)),
        }
    }

    /// Sends an operation for page after page.
    pub fn pages<O>(&self, operation: O) -> Vec<Result<O::Output, Error<O::Error>>>
    where
        O: Paginated<Delivery = Buffered>,
    {
        match self {
            Self::Ureq(client) => client.pages(operation).collect(),
            Self::Hyper(runtime, client) => runtime.block_on(async {
                let (mut pages, mut all) = (client.pages(operation), Vec::new());
                while let Some(page) = pages.next().await {
                    all.push(page);
                }
                all
            }),
        }
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
                let mut opened = client.open(operation)?;
                happen();
                let end = loop {
                    match opened.body.chunk() {
                        Ok(Some(chunk)) => read.extend_from_slice(&chunk),
                        Ok(None) => break None,
                        Err(why) => break Some(why),
                    }
                };
                Ok((opened.output, read, end))
            }
            Self::Hyper(runtime, client) => runtime.block_on(async {
                let mut opened = client.open(operation).await?;
                happen();
                let end = loop {
                    match opened.body.chunk().await {
                        Ok(Some(chunk)) => read.extend_from_slice(&chunk),
                        Ok(None) => break None,
                        Err(why) => break Some(why),
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
                    match next {
                        Ok(fragment) => fragments.push(fragment),
                        Err(error) => failure = Some(error),
                    }
                }
                download.report().clone()
            }
            Self::Hyper(runtime, client) => runtime.block_on(async {
                let mut download = client.download(selection, options);
                while let Some(next) = download.next().await {
                    match next {
                        Ok(fragment) => fragments.push(fragment),
                        Err(error) => failure = Some(error),
                    }
                }
                download.report().clone()
            }),
        };
        (fragments, report, failure)
    }
}
