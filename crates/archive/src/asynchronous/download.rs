//! Fragments, fetched as they are asked for.

use std::collections::BTreeMap;
use std::fmt;
use std::future::poll_fn;
use std::num::NonZeroU8;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::SystemTime;

use kvs_api::archived_media::{
    Exception, GetMediaForFragmentList, ListFragments, ListFragmentsOutput,
};
use kvs_api::protocol::{Bytes, Error, Interruption};
use kvs_mkv::Fragment;

use super::{AsyncClient, Payload};
use crate::export::{Exchange, Export, ExportOptions, Spool, Step};
use crate::plan::Plan;
use crate::report::Report;
use crate::selection::Selection;

/// How many bodies are read side by side unless the caller says otherwise.
const CONNECTIONS: Option<NonZeroU8> = NonZeroU8::new(3);

/// The fragments of a selection, in order, each once and whole.
///
/// It ends after the last fragment, or after an error. Fragments that could not be had are no
/// error: [`report`](Self::report) names them.
///
/// Nothing goes on in the background: bodies are read while somebody waits for the next fragment.
pub struct Download<C: AsyncClient> {
    client: C,
    export: Export,
    /// What is under way. It is kept here, so that a caller who stops waiting for it does not stop it.
    pending: Vec<(Exchange, Pending<C::Payload>)>,
    wait: Option<Wait>,
    bodies: BTreeMap<Exchange, Source<C::Payload>>,
    spool: Option<Box<dyn Spool + Send + Sync>>,
    /// The latest time that was seen: clocks may be set back.
    now: SystemTime,
    failed: bool,
}

type Pending<P> = Pin<Box<dyn Future<Output = Event<P>> + Send>>;

/// What an export waits for.
enum Event<P> {
    Listed(Result<ListFragmentsOutput, Error<Exception>>),
    Opened(Result<P, Error<Exception>>),
    Read(Source<P>, Result<Option<Bytes>, Interruption>),
}

/// A body, and what was read of it beyond what was asked for.
struct Source<P> {
    body: P,
    rest: Bytes,
}

struct Wait {
    until: SystemTime,
    sleep: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl<C: AsyncClient> Download<C> {
    /// Fetches the fragments of a selection: from the beginning or, with the [plan](Self::plan) of an
    /// earlier download, from the first that is not [done](Plan::with_done).
    pub fn new(
        client: C,
        selection: Selection,
        plan: Option<Plan>,
        mut options: ExportOptions,
    ) -> Self {
        options.connections = options.connections.or(CONNECTIONS);
        let export = match plan {
            Some(plan) => Export::resume(selection, plan, options),
            None => Export::new(selection, options),
        };
        Self {
            export: export.with_retry(client.retry()),
            client,
            pending: Vec::new(),
            wait: None,
            bodies: BTreeMap::new(),
            spool: None,
            now: SystemTime::UNIX_EPOCH,
            failed: false,
        }
    }

    /// With a place for fragments that are larger than the [window](ExportOptions::window), such as
    /// `kvs_file::TemporaryFile`: they are put there until all of it is there and sound, and then come in
    /// [parts](kvs_mkv::Part), so that memory stays bounded whatever their size. To be asked
    /// for before the first fragment.
    ///
    /// It is written and read in between, 64 KiB at a time, which takes no longer than the system takes
    /// to remember them.
    #[must_use]
    pub fn with_spool(mut self, spool: impl Spool + Send + Sync + 'static) -> Self {
        self.export = self.export.with_spool();
        self.spool = Some(Box::new(spool));
        self
    }

    /// What has been done so far, and, after the last fragment, in all.
    pub fn report(&self) -> &Report {
        self.export.report()
    }

    /// All that is to be fetched, in order: known once a fragment has come, and kept by whoever
    /// wants to [resume](Self::new) this another time.
    pub fn plan(&self) -> Option<&Plan> {
        self.export.plan()
    }

    /// Ends before the end, as after an error: the report then names all that was not delivered.
    pub fn cancel(self) -> Report {
        self.export.cancel()
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

    /// Everything that is awaited here is kept in `self`.
    async fn advance(&mut self) -> Result<Option<Fragment>, Error<Exception>> {
        loop {
            let now = self.now();
            let client = self.client.clone();
            let (exchange, pending): (_, Pending<_>) = match self.export.poll(now) {
                Step::List { exchange, request } => (exchange, Box::pin(listed(client, request))),
                Step::Open { exchange, request } => (exchange, Box::pin(opened(client, request))),
                Step::Read { exchange, max } => match self.bodies.remove(&exchange) {
                    Some(source) => (exchange, Box::pin(read(source, max))),
                    None => continue,
                },
                Step::Stop { exchange } => {
                    self.bodies.remove(&exchange);
                    continue;
                }
                Step::Spool(order) => {
                    if let Some(spool) = &mut self.spool {
                        self.export.spooled(order.carry_out(&mut **spool))?;
                    }
                    continue;
                }
                Step::Wait(until) => {
                    self.wait_until(until);
                    if let Some((exchange, event)) = poll_fn(|cx| self.poll_event(cx)).await {
                        self.take(exchange, event)?;
                    }
                    continue;
                }
                Step::Deliver(fragment) => return Ok(Some(*fragment)),
                Step::Done => return Ok(None),
            };
            self.pending.push((exchange, pending));
        }
    }

    /// Begins to wait, unless that goes on already.
    fn wait_until(&mut self, until: Option<SystemTime>) {
        if self.wait.as_ref().map(|wait| wait.until) == until {
            return;
        }
        let now = self.now;
        self.wait = until.map(|until| Wait {
            until,
            sleep: self
                .client
                .sleep(until.duration_since(now).unwrap_or_default()),
        });
    }

    /// The next event; none when a wait is over.
    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Option<(Exchange, Event<C::Payload>)>> {
        for (at, (exchange, pending)) in self.pending.iter_mut().enumerate() {
            if let Poll::Ready(event) = pending.as_mut().poll(cx) {
                let exchange = *exchange;
                drop(self.pending.remove(at));
                return Poll::Ready(Some((exchange, event)));
            }
        }
        if let Some(wait) = &mut self.wait
            && wait.sleep.as_mut().poll(cx).is_ready()
        {
            self.now = self.now.max(wait.until);
            self.wait = None;
            return Poll::Ready(None);
        }
        Poll::Pending
    }

    fn take(
        &mut self,
        exchange: Exchange,
        event: Event<C::Payload>,
    ) -> Result<(), Error<Exception>> {
        let now = self.now();
        match event {
            Event::Listed(answer) => self.export.listed(exchange, answer, now),
            Event::Opened(outcome) => {
                let outcome = outcome.map(|body| {
                    let rest = Bytes::new();
                    self.bodies.insert(exchange, Source { body, rest });
                });
                self.export.opened(exchange, outcome, now)
            }
            Event::Read(source, piece) => {
                if let Ok(Some(_)) = piece {
                    self.bodies.insert(exchange, source);
                }
                self.export.read(exchange, piece, now)
            }
        }
    }

    fn now(&mut self) -> SystemTime {
        self.now = self.now.max(self.client.now());
        self.now
    }
}

async fn listed<C: AsyncClient>(client: C, list: ListFragments) -> Event<C::Payload> {
    Event::Listed(client.list_fragments(list).await)
}

async fn opened<C: AsyncClient>(client: C, get: GetMediaForFragmentList) -> Event<C::Payload> {
    Event::Opened(client.get_media(get).await)
}

async fn read<P: Payload>(mut source: Source<P>, max: usize) -> Event<P> {
    if source.rest.is_empty() {
        match source.body.chunk().await {
            Ok(Some(piece)) => source.rest = piece,
            other => return Event::Read(source, other),
        }
    }
    let len = max.min(source.rest.len());
    let piece = source.rest.split_to(len);
    Event::Read(source, Ok(Some(piece)))
}

impl<C: AsyncClient + fmt::Debug> fmt::Debug for Download<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download")
            .field("client", &self.client)
            .field("export", &self.export)
            .field("failed", &self.failed)
            .finish_non_exhaustive()
    }
}
