//! Fragments, fetched as they are asked for.

use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use kvs_archive::api::archived_media::{
    Exception, GetMediaForFragmentList, ListFragments, ListFragmentsOutput,
};
use kvs_archive::api::protocol::Error;
use kvs_archive::mkv::Fragment;
use kvs_archive::{Export, Report, Step};

use crate::body::Body;
use crate::client::Client;

/// The fragments of a selection, in order, each once and whole; see [`Client::download`].
///
/// It ends after the last fragment, or after an error. Fragments that could not be had are no
/// error: [`report`](Self::report) names them.
pub struct Download {
    client: Client,
    export: Export,
    /// What is under way. It is kept here, so that a caller who stops waiting for it does not stop it.
    pending: Option<Pin<Box<dyn Future<Output = Event> + Send>>>,
    /// The body that is being read.
    body: Option<Body>,
    failed: bool,
}

/// What an export waits for, beside pieces of a body.
enum Event {
    Listed(Result<ListFragmentsOutput, Error<Exception>>),
    Opened(Result<Body, Error<Exception>>),
    Waited,
}

impl Download {
    pub(crate) fn new(client: Client, export: Export) -> Self {
        Self {
            client,
            export,
            pending: None,
            body: None,
            failed: false,
        }
    }

    /// What has been done so far, and, after the last fragment, in all.
    pub fn report(&self) -> &Report {
        self.export.report()
    }

    /// The next fragment; `None` after the last one, and after an error.
    ///
    /// If the future is dropped before it is ready, nothing is lost: the next one goes on where it
    /// was. So it may stand in a `select!`.
    ///
    /// # Errors
    /// Those of `ListFragments` and `GetMediaForFragmentList`. What is worth another attempt has
    /// had it.
    pub async fn next(&mut self) -> Option<Result<Fragment, Error<Exception>>> {
        if self.failed {
            return None;
        }
        let next = self.advance().await.transpose();
        self.failed = matches!(next, Some(Err(_)));
        next
    }

    /// Everything that is awaited here is either kept in `self` or loses nothing when it is dropped.
    async fn advance(&mut self) -> Result<Option<Fragment>, Error<Exception>> {
        loop {
            if let Some(pending) = &mut self.pending {
                let event = pending.await;
                self.pending = None;
                self.take(event)?;
            }
            match self.export.step() {
                Step::List(list) => {
                    self.pending = Some(Box::pin(listed(self.client.clone(), list)))
                }
                Step::Open(get) => self.pending = Some(Box::pin(opened(self.client.clone(), get))),
                Step::Wait(time) => self.pending = Some(Box::pin(waited(&self.client, time))),
                Step::Read => {
                    let piece = match &mut self.body {
                        Some(body) => body.chunk().await,
                        None => Ok(None),
                    };
                    if !matches!(piece, Ok(Some(_))) {
                        self.body = None;
                    }
                    self.export.read(piece)?;
                }
                Step::Deliver(fragment) => return Ok(Some(*fragment)),
                Step::Done => return Ok(None),
            }
        }
    }

    fn take(&mut self, event: Event) -> Result<(), Error<Exception>> {
        match event {
            Event::Listed(answer) => self.export.listed(answer),
            Event::Opened(outcome) => {
                let outcome = outcome.map(|body| self.body = Some(body));
                self.export.opened(outcome)
            }
            Event::Waited => Ok(()),
        }
    }
}

async fn listed(client: Client, list: ListFragments) -> Event {
    Event::Listed(client.send(list).await)
}

async fn opened(client: Client, get: GetMediaForFragmentList) -> Event {
    Event::Opened(client.open(get).await.map(|opened| opened.body))
}

fn waited(client: &Client, time: Duration) -> impl Future<Output = Event> + Send + use<> {
    let sleep = client.clock().sleep(time);
    async move {
        sleep.await;
        Event::Waited
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download")
            .field("client", &self.client)
            .field("export", &self.export)
            .field("body", &self.body)
            .field("failed", &self.failed)
            .finish_non_exhaustive()
    }
}
