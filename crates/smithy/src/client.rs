//! The client and its loop.

use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep};
use aws_smithy_async::time::SharedTimeSource;
use aws_types::SdkConfig;
use kvs_archive::api::protocol::retry::RetryPolicy;
use kvs_archive::api::protocol::{
    Buffered, Call, Credentials, Error, ErrorKind, Head, Invalid, Operation, Paginated, Session,
    Streamed, Target, Timeouts,
};
use kvs_archive::api::video::GetDataEndpoint;
use kvs_archive::{Endpoints, Location};

use crate::body::Body;
use crate::config;
use crate::credentials::Keeper;
use crate::pages::Pages;
use crate::transport::Transport;

/// An async client over a connector of the SDK. Clones share endpoints and the retry budget.
///
/// See the [crate] for an example.
#[derive(Debug, Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    transport: Transport,
    credentials: Keeper,
    sleep: SharedAsyncSleep,
    time: SharedTimeSource,
    session: Mutex<Session>,
    endpoints: Mutex<Endpoints>,
    checks_inputs: bool,
}

/// An answer whose payload is still to be read.
#[derive(Debug)]
pub struct Opened<T> {
    /// What the head of the answer tells.
    pub output: T,
    /// The payload.
    pub body: Body,
}

impl<T> Opened<T> {
    fn new(output: T, body: Body) -> Self {
        Self { output, body }
    }
}

/// A client in the making.
#[derive(Debug)]
#[must_use]
pub struct Builder<'a> {
    config: &'a SdkConfig,
    timeouts: Timeouts,
    retry: RetryPolicy,
    seed: u64,
    checks_inputs: bool,
}

impl Builder<'_> {
    /// Other timeouts than those of the configuration, or the [default](Timeouts::default) where it
    /// has none. Connectors do not tell the time to connect from the time to the first byte: both
    /// together are what an answer may take.
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// When calls are sent again, in place of what the configuration says.
    pub fn retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = retry;
        self
    }

    /// What the waits between attempts and the tokens of idempotent calls are drawn from. A random
    /// number by default.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Whether an input that breaks a rule of the service's model is refused before anything is sent;
    /// it is by default.
    pub fn check_inputs(mut self, is_on: bool) -> Self {
        self.checks_inputs = is_on;
        self
    }

    /// The client.
    ///
    /// # Errors
    /// [`Invalid`] names what the configuration lacks: a region, an HTTP client, a sleep or a
    /// provider of credentials.
    pub fn build(self) -> Result<Client, Invalid> {
        let parts = config::read(self.config, self.timeouts)?;
        let endpoints = Endpoints::new(&parts.settings).with_retry(self.retry);
        Ok(Client {
            shared: Arc::new(Shared {
                transport: Transport {
                    connector: parts.connector,
                    sleep: parts.sleep.clone(),
                    timeouts: self.timeouts,
                },
                credentials: Keeper::new(parts.credentials),
                sleep: parts.sleep,
                time: parts.time,
                session: Mutex::new(Session::new(self.seed)),
                endpoints: Mutex::new(endpoints),
                checks_inputs: self.checks_inputs,
            }),
        })
    }
}

impl Client {
    /// A client with the SDK's configuration.
    ///
    /// # Errors
    /// [`Invalid`] names what the configuration lacks.
    pub fn new(config: &SdkConfig) -> Result<Self, Invalid> {
        Self::builder(config).build()
    }

    /// A client in the making.
    pub fn builder(config: &SdkConfig) -> Builder<'_> {
        Builder {
            timeouts: config::timeouts(config),
            retry: config::retry(config),
            seed: RandomState::new().hash_one(()),
            checks_inputs: true,
            config,
        }
    }

    /// Sends an operation and gives its output.
    ///
    /// # Errors
    /// See [`ErrorKind`]. What is worth another attempt has had it.
    pub async fn send<O>(&self, operation: O) -> Result<O::Output, Error<O::Error>>
    where
        O: Operation<Delivery = Buffered>,
    {
        Ok(self.route(&operation).await?.output)
    }

    /// Sends an operation and gives the head of its answer, and the payload as it comes in.
    ///
    /// # Errors
    /// See [`ErrorKind`]. What is worth another attempt has had it.
    pub async fn open<O>(&self, operation: O) -> Result<Opened<O::Output>, Error<O::Error>>
    where
        O: Operation<Delivery = Streamed>,
    {
        self.route(&operation).await
    }

    /// Sends an operation for page after page.
    pub fn pages<O: Paginated<Delivery = Buffered>>(&self, operation: O) -> Pages<O> {
        Pages::new(self.clone(), operation)
    }

    /// Sends an operation to its endpoint, and once more to a new one if that was out of date.
    async fn route<O: Operation>(
        &self,
        operation: &O,
    ) -> Result<Opened<O::Output>, Error<O::Error>> {
        // One for both, for a repeat is what it tells.
        let token = self.session().token();
        loop {
            let (target, remembered) = self.locate(operation, &token).await?;
            match self.call(self.prepare(operation, target, &token)?).await {
                Err(error) if remembered && self.endpoints().forget(operation.route(), &error) => {}
                done => return done,
            }
        }
    }

    /// The endpoint of an operation, and whether it was known before.
    async fn locate<O: Operation>(
        &self,
        operation: &O,
        token: &str,
    ) -> Result<(Arc<Target>, bool), Error<O::Error>> {
        let location = self.endpoints().locate(O::SERVICE, operation.route());
        match location.map_err(|invalid| failed::<O>(ErrorKind::Invalid(invalid)))? {
            Location::Known { target, remembered } => Ok((target, remembered)),
            Location::Unknown(question) => {
                // What cannot be sent need not be located.
                self.prepare(operation, Arc::clone(question.target()), token)?;
                let call = Call::new(question.operation(), Arc::clone(question.target()));
                let call = call.map_err(Error::for_service)?;
                let answer = self.call(call).await.map_err(Error::for_service)?.output;
                let learned = self.endpoints().learn(question, answer);
                let target = learned.map_err(|malformed| {
                    failed::<GetDataEndpoint>(ErrorKind::Malformed(malformed))
                });
                Ok((target.map_err(Error::for_service)?, false))
            }
        }
    }

    /// The call of an operation, if it is to be sent.
    fn prepare<'o, O: Operation>(
        &self,
        operation: &'o O,
        target: Arc<Target>,
        token: &str,
    ) -> Result<Call<&'o O>, Error<O::Error>> {
        let call = Call::with_token(operation, target, token)?;
        if self.shared.checks_inputs {
            return call.checked();
        }
        Ok(call)
    }

    /// Carries a call through all of its attempts.
    async fn call<O: Operation>(
        &self,
        mut call: Call<O>,
    ) -> Result<Opened<O::Output>, Error<O::Error>> {
        let mut refused: Option<Credentials> = None;
        loop {
            let pace = call.pace(&mut self.session(), self.now());
            self.wait(pace).await;
            let credentials = self.credentials::<O>(refused.as_ref()).await?;
            let (request, waiting) = call.sign(&credentials, &mut self.session(), self.now());
            let retry = match self.shared.transport.exchange(request).await {
                Err(why) => waiting.interrupted(why, &mut self.session(), self.now())?,
                Ok((head, mut body)) => {
                    let head = waiting.head(head, &mut self.session(), self.now())?;
                    match head {
                        Head::Streaming(output) => return Ok(Opened::new(output, body)),
                        Head::Collect(collect) => match body.read_up_to(collect.limit()).await {
                            Ok(read) => return Ok(Opened::new(collect.finish(&read)?, body)),
                            Err(why) => {
                                collect.interrupted(why, &mut self.session(), self.now())?
                            }
                        },
                        Head::Refused(refused) => {
                            let prefix = body.prefix(refused.limit()).await;
                            refused.finish(&prefix, &mut self.session())?
                        }
                    }
                }
            };
            refused = retry.refresh_credentials.then_some(credentials);
            self.wait(retry.after).await;
            call = retry.call;
        }
    }

    async fn wait(&self, duration: Duration) {
        if !duration.is_zero() {
            self.shared.sleep.sleep(duration).await;
        }
    }

    async fn credentials<O: Operation>(
        &self,
        refused: Option<&Credentials>,
    ) -> Result<Credentials, Error<O::Error>> {
        let found = self.shared.credentials.credentials(self.now(), refused);
        let found = found.await;
        found.map_err(|why| failed::<O>(ErrorKind::Credentials(why)))
    }

    fn now(&self) -> SystemTime {
        self.shared.time.now()
    }

    fn session(&self) -> MutexGuard<'_, Session> {
        let session = self.shared.session.lock();
        session.unwrap_or_else(PoisonError::into_inner)
    }

    fn endpoints(&self) -> MutexGuard<'_, Endpoints> {
        let endpoints = self.shared.endpoints.lock();
        endpoints.unwrap_or_else(PoisonError::into_inner)
    }
}

/// What ended a call outside of its attempts.
fn failed<O: Operation>(kind: ErrorKind<O::Error>) -> Error<O::Error> {
    Error {
        operation: O::NAME,
        attempts: 0,
        kind,
    }
}
