//! The client and its loop.

use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use http::HeaderValue;
use kvs_archive::api::archived_media::{Exception, ListFragments};
use kvs_archive::api::protocol::retry::RetryPolicy;
use kvs_archive::api::protocol::settings::Explicit;
use kvs_archive::api::protocol::{
    Buffered, Call, Credentials, Error, ErrorKind, Head, Invalid, Observer, Operation, Paginated,
    Session, Settings, Streamed, Timeouts, Timestamp,
};
use kvs_archive::{
    Dispatch, DispatchStep, Endpoints, ExportOptions, Listed, Listing, Plan, Selection,
    TimestampOrigin,
};
use kvs_host::Environment;

use crate::body::Body;
use crate::clock::{Clock, SystemClock};
use crate::connect::Connect;
use crate::credentials::Provider;
use crate::download::Download;
use crate::pages::Pages;
use crate::spare::Spare;
use crate::transport::{Fittings, Limit, Transport};

/// A blocking client. Clones share connections, endpoints and the retry budget.
///
/// See the [crate] for an example.
#[derive(Debug, Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    transport: Transport,
    credentials: Provider,
    clock: Arc<dyn Clock>,
    session: Mutex<Session>,
    endpoints: Mutex<Endpoints>,
    checks_inputs: bool,
    spare: Spare,
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
pub struct Builder {
    settings: Settings,
    timeouts: Timeouts,
    clock: Arc<dyn Clock>,
    seed: u64,
    endpoints: Endpoints,
    checks_inputs: bool,
    environment: Environment,
    fittings: Fittings,
}

impl Builder {
    /// Other timeouts than the [default](Timeouts::default).
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// Another clock than the system's.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Another environment than the process's, to look credentials up in.
    pub fn environment(
        mut self,
        lookup: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.environment = Environment::new(lookup);
        self
    }

    /// Certificates in PEM to trust instead of all others, for a host that has no files.
    pub fn roots(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.fittings.roots = Some(pem.into());
        self
    }

    /// How much is read, and written, at once on each connection, 8 KiB at least; 128 KiB by default,
    /// and pieces of a body of up to 64 KiB.
    pub fn buffer(mut self, bytes: usize) -> Self {
        self.fittings.buffer = Some(bytes);
        self
    }

    /// Who opens connections, in place of the client.
    pub fn connector(mut self, connector: impl Connect + 'static) -> Self {
        self.fittings.connector = Some(Arc::new(connector));
        self
    }

    /// When calls are sent again.
    pub fn retry(mut self, retry: RetryPolicy) -> Self {
        self.endpoints = self.endpoints.with_retry(retry);
        self
    }

    /// How long a call may take, with all of its attempts and the waits between them; as long as
    /// they take by default. No wait begins that would end after it. The question where an operation
    /// is served, and the pages of a listing, are calls of their own; the payload of a streamed
    /// answer may come in later. A search for credentials counts, but is not cut short: there may be
    /// a person at the terminal who is asked for a code. Of a streamed call, connecting and the head of
    /// the answer have this time each, and a refusal that stalls may take another
    /// [`stall`](Timeouts::stall).
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.endpoints = self.endpoints.with_deadline(deadline);
        self
    }

    /// Who is told what happens to each call; nobody by default.
    pub fn observer(mut self, observer: impl Observer + 'static) -> Self {
        self.endpoints = self.endpoints.with_observer(Arc::new(observer));
        self
    }

    /// Who the requests say they are from.
    pub fn user_agent(mut self, user_agent: HeaderValue) -> Self {
        self.endpoints = self.endpoints.with_user_agent(user_agent);
        self
    }

    /// What the waits between attempts and the tokens of idempotent calls are drawn from. A random
    /// number by default.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Whether an input that breaks a rule of the service's model is refused before anything is sent;
    /// it is by default. A service may have loosened its limits since its model was written: then
    /// switch this off, and it decides for itself. What cannot be sent at all is refused either way.
    pub fn check_inputs(mut self, is_on: bool) -> Self {
        self.checks_inputs = is_on;
        self
    }

    /// The client.
    ///
    /// # Errors
    /// [`Invalid`] names the setting that cannot be used: a CA bundle that cannot be read, a proxy
    /// that is none, or credentials that no request can carry.
    pub fn build(self) -> Result<Client, Invalid> {
        let shared = Shared {
            transport: Transport::new(&self.settings, self.timeouts, self.fittings)?,
            credentials: Provider::new(&self.settings, self.environment)?,
            clock: self.clock,
            session: Mutex::new(Session::new(self.seed)),
            endpoints: Mutex::new(self.endpoints),
            checks_inputs: self.checks_inputs,
            spare: Spare::default(),
        };
        Ok(Client {
            shared: Arc::new(shared),
        })
    }
}

impl Client {
    /// A client with these settings and the defaults for everything else.
    ///
    /// # Errors
    /// [`Invalid`] names the setting that cannot be used.
    pub fn new(settings: &Settings) -> Result<Self, Invalid> {
        Self::builder(settings).build()
    }

    /// A client with the settings of the environment and the shared files.
    ///
    /// # Errors
    /// [`Invalid`] names the setting that is missing or cannot be used.
    pub fn from_env() -> Result<Self, Invalid> {
        Self::new(&kvs_host::from_surroundings(Explicit::default())?)
    }

    /// A client in the making.
    pub fn builder(settings: &Settings) -> Builder {
        Builder {
            endpoints: Endpoints::new(settings),
            settings: settings.clone(),
            timeouts: Timeouts::default(),
            clock: Arc::new(SystemClock),
            seed: RandomState::new().hash_one(()),
            checks_inputs: true,
            environment: Environment::default(),
            fittings: Fittings::default(),
        }
    }

    /// Sends an operation and gives its output.
    ///
    /// # Errors
    /// See [`ErrorKind`]. What is worth another attempt has had it.
    pub fn send<O>(&self, operation: O) -> Result<O::Output, Error<O::Error>>
    where
        O: Operation<Delivery = Buffered>,
    {
        Ok(self.route(&operation)?.output)
    }

    /// Sends an operation and gives the head of its answer, and the payload as it comes in.
    ///
    /// # Errors
    /// See [`ErrorKind`]. What is worth another attempt has had it.
    pub fn open<O>(&self, operation: O) -> Result<Opened<O::Output>, Error<O::Error>>
    where
        O: Operation<Delivery = Streamed>,
    {
        self.route(&operation)
    }

    /// Sends an operation for page after page.
    pub fn pages<O: Paginated<Delivery = Buffered>>(&self, operation: O) -> Pages<O> {
        Pages::new(self.clone(), operation)
    }

    /// What `stream`, its name or ARN, holds of a range of time, in order.
    ///
    /// # Errors
    /// Those of `ListFragments`.
    pub fn list(
        &self,
        stream: &str,
        by: TimestampOrigin,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Listed>, Error<Exception>> {
        let mut listing = Listing::new(stream, by, from, to);
        while let Some(request) = listing.request() {
            let page = self.send(request.clone())?;
            listing.page(page).map_err(|malformed| {
                Error::unsent(ListFragments::NAME, ErrorKind::Malformed(malformed))
            })?;
        }
        Ok(listing.into_fragments())
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

    pub(crate) fn observer(&self) -> Option<Arc<dyn Observer>> {
        self.endpoints().observer()
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.shared.clock
    }

    /// Sends an operation to its endpoint.
    fn route<O: Operation>(&self, operation: &O) -> Result<Opened<O::Output>, Error<O::Error>> {
        let dispatch = Dispatch::new(operation, &mut self.session());
        let mut dispatch = dispatch.with_input_checked(self.shared.checks_inputs);
        loop {
            // Bound first: in the match the lock would be held through all of its arms.
            let step = dispatch.step(&self.endpoints())?;
            match step {
                DispatchStep::Ask { question, call } => {
                    let answer = self.call(call).map(|opened| opened.output);
                    dispatch.learn(question, answer, &mut self.endpoints())?;
                }
                DispatchStep::Send(call) => match self.call(call) {
                    Err(error) if dispatch.is_to_move(&error, &mut self.endpoints()) => {}
                    done => return done,
                },
            }
        }
    }

    /// Carries a call through all of its attempts.
    fn call<O: Operation>(&self, mut call: Call<O>) -> Result<Opened<O::Output>, Error<O::Error>> {
        loop {
            self.pace(&mut call)?;
            let credentials = self.credentials::<O>()?;
            let (request, waiting) = call.sign(&credentials, &mut self.session(), self.now());
            let limit = Limit::of::<O>(waiting.time_left(self.now()));
            let retry = match self.shared.transport.exchange(request, limit) {
                Err(why) => waiting.interrupted(why, &mut self.session(), self.now())?,
                Ok((head, mut body)) => {
                    // Bound first: in the match the lock would be held through all of its arms.
                    let head = waiting.head(head, &mut self.session(), self.now())?;
                    match head {
                        Head::Streaming(output) => return Ok(Opened::new(output, body)),
                        Head::Collect(collect) => {
                            let mut read = self.shared.spare.lend();
                            match body.read_into(&mut read, collect.limit()) {
                                Ok(()) => return Ok(Opened::new(collect.finish(&read)?, body)),
                                Err(why) => {
                                    collect.interrupted(why, &mut self.session(), self.now())?
                                }
                            }
                        }
                        Head::Refused(refused) => {
                            let prefix = body.prefix(refused.limit());
                            refused.finish(&prefix, &mut self.session())?
                        }
                    }
                }
            };
            if retry.refresh_credentials {
                self.shared.credentials.reject(&credentials);
            }
            self.shared.clock.sleep(retry.after);
            call = retry.call;
        }
    }

    /// Waits until the service can take another attempt.
    fn pace<O: Operation>(&self, call: &mut Call<O>) -> Result<(), Error<O::Error>> {
        let wait = call.pace(&mut self.session(), self.now())?;
        if !wait.is_zero() {
            self.shared.clock.sleep(wait);
        }
        Ok(())
    }

    fn credentials<O: Operation>(&self) -> Result<Arc<Credentials>, Error<O::Error>> {
        let found = self.shared.credentials.get(self);
        found.map_err(|none| Error::unsent(O::NAME, ErrorKind::Credentials(none)))
    }

    /// What the service's clock shows, as far as is known.
    pub(crate) fn service_time(&self) -> SystemTime {
        self.session().service_time(self.now())
    }

    pub(crate) fn transport(&self) -> &Transport {
        &self.shared.transport
    }

    fn now(&self) -> SystemTime {
        self.shared.clock.now()
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
