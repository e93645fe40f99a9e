//! Credentials, searched for when they are needed.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use kvs_archive::api::protocol::credentials::{
    Answer, Ask, Cache, Credentials, Sources, Standing, Step, Ticket,
};
use kvs_archive::api::protocol::settings::NO_CREDENTIALS;
use kvs_archive::api::protocol::{Interruption, Invalid, Settings};
use kvs_host::Environment;

use crate::client::Client;
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
            Ask::File(path) => kvs_host::read(&path),
            Ask::Run { program, arguments } => kvs_host::run(&program, &arguments),
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
            Ask::Store { path, content } => kvs_host::store(&path, &content),
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
