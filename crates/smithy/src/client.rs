//! The client and its loop.

use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep, Sleep};
use aws_smithy_async::time::SharedTimeSource;
use aws_types::SdkConfig;
use kvs_archive::api::archived_media::Exception;
use kvs_archive::api::protocol::retry::RetryPolicy;
use kvs_archive::api::protocol::{
    Buffered, Call, Credentials, Error, ErrorKind, Head, Invalid, Observer, Operation, Paginated,
    Session, Streamed, Timeouts, Timestamp,
};
use kvs_archive::{
    Dispatch, DispatchStep, Endpoints, ExportOptions, Listed, Plan, Selection, TimestampOrigin,
    asynchronous,
};

use crate::body::Body;
use crate::config;
use crate::credentials::Keeper;
use crate::transport::Transport;
use crate::{Download, Pages};

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
    /// How long an attempt may take.
    attempt_limit: Option<Duration>,
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
    deadline: Option<Duration>,
    observer: Option<Arc<dyn Observer>>,
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

    /// How long a call may take, with all of its attempts and the waits between them, in place of the
    /// configuration's operation timeout. No wait begins that would end after it. The question where
    /// an operation is served is a call of its own; the payload of a streamed answer may come in
    /// later.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Who is told what happens to each call; nobody by default.
    pub fn observer(mut self, observer: impl Observer + 'static) -> Self {
        self.observer = Some(Arc::new(observer));
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
        let mut endpoints = Endpoints::new(&parts.settings).with_retry(self.retry);
        if let Some(deadline) = self.deadline {
            endpoints = endpoints.with_deadline(deadline);
        }
        if let Some(observer) = self.observer {
            endpoints = endpoints.with_observer(observer);
        }
        Ok(Client {
            shared: Arc::new(Shared {
                transport: Transport {
                    connector: parts.connector,
                    sleep: parts.sleep.clone(),
                    time: parts.time.clone(),
                    timeouts: self.timeouts,
                },
                credentials: Keeper::new(parts.credentials),
                sleep: parts.sleep,
                time: parts.time,
                session: Mutex::new(Session::new(self.seed)),
                endpoints: Mutex::new(endpoints),
                checks_inputs: self.checks_inputs,
                attempt_limit: config::attempt_limit(self.config),
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
            deadline: config::deadline(config),
            observer: None,
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

    /// Sends an operation for page after page, one request each.
    ///
    /// ```no_run
    /// use kvs_smithy::api::video::ListStreams;
    ///
    /// # async fn run(config: aws_types::SdkConfig) -> Result<(), Box<dyn std::error::Error>> {
    /// # let client = kvs_smithy::Client::new(&config)?;
    /// let mut pages = client.pages(ListStreams::default());
    /// while let Some(page) = pages.next().await {
    ///     for stream in page?.stream_info_list.unwrap_or_default() {
    ///         println!("{}", stream.stream_name.unwrap_or_default());
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn pages<O: Paginated<Delivery = Buffered>>(&self, operation: O) -> Pages<O> {
        Pages::new(self.clone(), operation)
    }

    /// What `stream`, its name or ARN, holds of a range of time, in order.
    ///
    /// # Errors
    /// Those of `ListFragments`.
    pub async fn list(
        &self,
        stream: &str,
        by: TimestampOrigin,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Listed>, Error<Exception>> {
        asynchronous::list(self, stream, by, from, to).await
    }

    /// Fetches the fragments of a selection: in order, each once and whole.
    pub fn download(&self, selection: Selection, options: ExportOptions) -> Download {
        Download::new(self.clone(), selection, None, options)
    }

    /// Goes on with the [plan](Download::plan) of an earlier download of that selection, from the
    /// first fragment that is not [done](Plan::with_done). The crate `kvs-file` keeps plan and file for
    /// that.
    pub fn resume(&self, selection: Selection, plan: Plan, options: ExportOptions) -> Download {
        Download::new(self.clone(), selection, Some(plan), options)
    }

    pub(crate) fn retry(&self) -> RetryPolicy {
        self.endpoints().retry().clone()
    }

    pub(crate) fn sleep(&self, duration: Duration) -> Sleep {
        self.shared.sleep.sleep(duration)
    }

    /// Sends an operation to its endpoint.
    async fn route<O: Operation>(
        &self,
        operation: &O,
    ) -> Result<Opened<O::Output>, Error<O::Error>> {
        let dispatch = Dispatch::new(operation, &mut self.session());
        let mut dispatch = dispatch.with_input_checked(self.shared.checks_inputs);
        loop {
            // Bound first: in the match the lock would be held through all of its arms.
            let step = dispatch.step(&self.endpoints())?;
            match step {
                DispatchStep::Ask { question, call } => {
                    let answer = self.call(call).await.map(|opened| opened.output);
                    dispatch.learn(question, answer, &mut self.endpoints())?;
                }
                DispatchStep::Send(call) => match self.call(call).await {
                    Err(error) if dispatch.is_to_move(&error, &mut self.endpoints()) => {}
                    done => return done,
                },
            }
        }
    }

    /// Carries a call through all of its attempts.
    async fn call<O: Operation>(
        &self,
        mut call: Call<O>,
    ) -> Result<Opened<O::Output>, Error<O::Error>> {
        let mut refused: Option<Credentials> = None;
        loop {
            let pace = call.pace(&mut self.session(), self.now())?;
            self.wait(pace).await;
            let credentials = self.credentials::<O>(refused.as_ref()).await?;
            let (request, waiting) = call.sign(&credentials, &mut self.session(), self.now());
            let left = waiting.time_left(self.now()).into_iter();
            let left = left.chain(self.shared.attempt_limit).min();
            let retry = match self.shared.transport.exchange(request, left).await {
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
            self.sleep(duration).await;
        }
    }

    async fn credentials<O: Operation>(
        &self,
        refused: Option<&Credentials>,
    ) -> Result<Credentials, Error<O::Error>> {
        let found = self.shared.credentials.credentials(self.now(), refused);
        let found = found.await;
        found.map_err(|why| Error::unsent(O::NAME, ErrorKind::Credentials(why)))
    }

    pub(crate) fn now(&self) -> SystemTime {
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
