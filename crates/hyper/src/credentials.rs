//! Credentials, searched for when they are needed.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use kvs_archive::api::protocol::credentials::{
    Answer, Ask, Cache, Credentials, Sources, Standing, Step, Ticket,
};
use kvs_archive::api::protocol::settings::NO_CREDENTIALS;
use kvs_archive::api::protocol::{Interruption, Invalid, Settings};
use kvs_host::Environment;
use tokio::task::spawn_blocking;

use crate::client::Client;
use crate::transport::Transport;

/// What the calls of a client are signed with.
#[derive(Debug)]
pub(crate) struct Provider {
    given: Option<Arc<Credentials>>,
    sources: Option<Sources>,
    environment: Environment,
    cache: Mutex<Cache>,
    /// Held by whoever searches, so that it is done once for all. If its future is dropped, the next
    /// in line begins anew.
    searching: tokio::sync::Mutex<()>,
}

impl Provider {
    pub(crate) fn new(settings: &Settings, environment: Environment) -> Result<Self, Invalid> {
        Ok(Self {
            given: settings.given_credentials()?.map(Arc::new),
            sources: settings.sources.clone(),
            environment,
            cache: Mutex::default(),
            searching: tokio::sync::Mutex::default(),
        })
    }

    /// Credentials for the next attempt, or why there are none.
    pub(crate) async fn get(&self, client: &Client) -> Result<Arc<Credentials>, String> {
        if let Some(given) = &self.given {
            return Ok(Arc::clone(given));
        }
        let sources = self.sources.as_ref().ok_or(NO_CREDENTIALS)?;
        let standing = self.cache().standing(client.service_time());
        match standing {
            Standing::Fresh(current) => Ok(current),
            Standing::Ending(current, ticket) => match self.searching.try_lock() {
                Err(_) => Ok(current),
                Ok(guard) => self.renew(&guard, ticket, sources, client).await,
            },
            Standing::Due(ticket) => {
                let guard = self.searching.lock().await;
                self.renew(&guard, ticket, sources, client).await
            }
        }
    }

    /// The service no longer honours these.
    pub(crate) fn reject(&self, credentials: &Credentials) {
        self.cache().reject(credentials);
    }

    /// Searches, unless somebody else has done so since the ticket was handed out.
    async fn renew(
        &self,
        _searching: &tokio::sync::MutexGuard<'_, ()>,
        ticket: Ticket,
        sources: &Sources,
        client: &Client,
    ) -> Result<Arc<Credentials>, String> {
        let done = self.cache().since(ticket);
        if let Some(found) = done {
            return found.map_err(|none| none.to_string());
        }
        let mut step = sources.clone().search(client.service_time());
        loop {
            step = match step {
                Step::Ask(ask, search) => {
                    let answer = self.find_out(ask, client).await;
                    search.answer(answer, client.service_time())
                }
                Step::Done(found) => {
                    let found = self.cache().searched(found, client.service_time());
                    return found.map_err(|none| none.to_string());
                }
            }
        }
    }

    async fn find_out(&self, ask: Ask, client: &Client) -> Answer {
        match ask {
            Ask::Env(name) => self.environment.answer(name),
            Ask::File(path) => aside(move || kvs_host::read(&path)).await,
            Ask::Run { program, arguments } => {
                aside(move || kvs_host::run(&program, &arguments)).await
            }
            Ask::Http { request, within } => fetch(client.transport(), request, within).await,
            Ask::HttpMtls {
                request,
                within,
                identity,
            } => match client.transport().identified(&identity) {
                Ok(transport) => fetch(&transport, request, within).await,
                Err(invalid) => Answer::Failed(invalid.to_string()),
            },
            Ask::Wait(duration) => {
                client.clock().sleep(duration).await;
                Answer::Nothing
            }
            Ask::Store { path, content } => aside(move || kvs_host::store(&path, &content)).await,
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

/// Does what blocks on a thread that is there for it.
async fn aside(work: impl FnOnce() -> Answer + Send + 'static) -> Answer {
    let done = spawn_blocking(work).await;
    done.unwrap_or_else(|error| Answer::Failed(error.to_string()))
}

async fn fetch(transport: &Transport, request: Request<Bytes>, within: Duration) -> Answer {
    let answer = async {
        let (head, mut body) = transport.exchange(request, Some(within)).await?;
        let body = body.read_up_to(Ask::LIMIT).await?;
        Ok::<_, Interruption>(Response::from_parts(head, body.into()))
    };
    answer
        .await
        .map_or_else(Answer::Interrupted, Answer::Response)
}
