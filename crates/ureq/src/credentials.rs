//! Credentials, searched for when they are needed.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use kvs_archive::api::protocol::credentials::{
    Answer, Ask, Cache, Credentials, Sources, Standing, Step, Ticket,
};
use kvs_archive::api::protocol::settings::NO_CREDENTIALS;
use kvs_archive::api::protocol::{Interruption, Invalid, Settings};

use crate::client::Client;
use crate::store::store;
use crate::transport::{Limit, Transport};

/// What the calls of a client are signed with.
#[derive(Debug)]
pub(crate) struct Provider {
    given: Option<Arc<Credentials>>,
    sources: Option<Sources>,
    environment: Environment,
    cache: Mutex<Cache>,
    /// Held by whoever searches, so that it is done once for all.
    searching: Mutex<()>,
}

impl Provider {
    pub(crate) fn new(settings: &Settings, environment: Environment) -> Result<Self, Invalid> {
        Ok(Self {
            given: settings.given_credentials()?.map(Arc::new),
            sources: settings.sources.clone(),
            environment,
            cache: Mutex::default(),
            searching: Mutex::default(),
        })
    }

    /// Credentials for the next attempt, or why there are none.
    pub(crate) fn get(&self, client: &Client) -> Result<Arc<Credentials>, String> {
        if let Some(given) = &self.given {
            return Ok(Arc::clone(given));
        }
        let sources = self.sources.as_ref().ok_or(NO_CREDENTIALS)?;
        let now = client.service_time();
        let standing = self.cache().standing(now);
        match standing {
            Standing::Fresh(current) => Ok(current),
            Standing::Ending(current, ticket) => match self.searching.try_lock() {
                Err(TryLockError::WouldBlock) => Ok(current),
                Err(TryLockError::Poisoned(guard)) => {
                    self.renew(&guard.into_inner(), ticket, sources, client)
                }
                Ok(guard) => self.renew(&guard, ticket, sources, client),
            },
            Standing::Due(ticket) => {
                let guard = self.searching.lock();
                let guard = guard.unwrap_or_else(PoisonError::into_inner);
                self.renew(&guard, ticket, sources, client)
            }
        }
    }

    /// The service no longer honours these.
    pub(crate) fn reject(&self, credentials: &Credentials) {
        self.cache().reject(credentials);
    }

    /// Searches, unless somebody else has done so since the ticket was handed out.
    fn renew(
        &self,
        _searching: &MutexGuard<'_, ()>,
        ticket: Ticket,
        sources: &Sources,
        client: &Client,
    ) -> Result<Arc<Credentials>, String> {
        let done = self.cache().since(ticket);
        let found = done.unwrap_or_else(|| {
            let mut step = sources.clone().search(client.service_time());
            loop {
                step = match step {
                    Step::Ask(ask, search) => {
                        let answer = self.find_out(ask, client);
                        search.answer(answer, client.service_time())
                    }
                    Step::Done(found) => {
                        break self.cache().searched(found, client.service_time());
                    }
                }
            }
        });
        found.map_err(|none| none.to_string())
    }

    fn find_out(&self, ask: Ask, client: &Client) -> Answer {
        match ask {
            Ask::Env(name) => self.environment.answer(name),
            Ask::File(path) => Answer::content(read(&path)),
            Ask::Run { program, arguments } => run(&program, &arguments),
            Ask::Http { request, within } => fetch(client.transport(), request, within),
            Ask::HttpMtls {
                request,
                within,
                identity,
            } => match client.transport().identified(&identity) {
                Ok(transport) => fetch(&transport, request, within),
                Err(invalid) => Answer::Failed(invalid.to_string()),
            },
            Ask::Wait(duration) => {
                client.clock().sleep(duration);
                Answer::Nothing
            }
            Ask::Store { path, content } => Answer::stored(store(&path, &content)),
            Ask::Tell(notice) => {
                if let Some(observer) = client.observer() {
                    observer.notice(&notice);
                }
                Answer::Nothing
            }
        }
    }

    fn cache(&self) -> MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn fetch(transport: &Transport, request: Request<Bytes>, within: Duration) -> Answer {
    let answer = || -> Result<_, Interruption> {
        let (head, mut body) = transport.exchange(request, Limit::Whole(within))?;
        let body = body.read_up_to(Ask::LIMIT)?;
        Ok(Response::from_parts(head, body.into()))
    };
    answer().map_or_else(Answer::Interrupted, Answer::Response)
}

/// The content of a file, up to the limit.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let limit = u64::try_from(Ask::LIMIT).unwrap_or(u64::MAX);
    let file = File::open(path)?;
    let length = file.metadata()?.len().min(limit);
    // As large as need be from the beginning: moving it would leave secrets behind.
    let mut content = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
    file.take(limit).read_to_end(&mut content)?;
    Ok(content)
}

/// What a program writes. It may ask the person at the terminal for something.
fn run(program: &str, arguments: &[String]) -> Answer {
    let mut command = Command::new(program);
    let command = command.args(arguments).stdin(Stdio::inherit());
    match command.output() {
        Ok(output) if output.status.success() => Answer::content(Ok(output.stdout)),
        Ok(output) => {
            let told = String::from_utf8_lossy(&output.stderr);
            let told = told.lines().next().unwrap_or_default();
            Answer::Failed(format!("failed ({}): {told}", output.status))
        }
        Err(error) => Answer::Failed(format!("cannot be run: {error}")),
    }
}

type Lookup = dyn Fn(&str) -> Option<String> + Send + Sync;

/// Where variables are looked up.
pub(crate) struct Environment(Box<Lookup>);

impl Environment {
    pub(crate) fn new(lookup: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        Self(Box::new(lookup))
    }

    fn answer(&self, name: &str) -> Answer {
        (self.0)(name).map_or(Answer::Nothing, Answer::text)
    }
}

/// The process's own. What is no text is not passed over: it is seen to be wrong.
impl Default for Environment {
    fn default() -> Self {
        Self::new(|name| {
            let value = std::env::var_os(name)?;
            Some(value.to_string_lossy().into_owned())
        })
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Environment(…)")
    }
}
