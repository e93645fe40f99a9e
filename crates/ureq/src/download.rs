//! Fragments, fetched as they are asked for.

use std::collections::BTreeMap;
use std::time::SystemTime;

use kvs_archive::api::archived_media::Exception;
use kvs_archive::api::protocol::Error;
use kvs_archive::mkv::Fragment;
use kvs_archive::{Exchange, Export, ExportOptions, Plan, Report, Selection, Spool, Step};

use crate::body::Body;
use crate::client::Client;
use crate::threads::{Event, Threads};

/// The fragments of a selection, in order, each once and whole; see [`Client::download`].
///
/// It ends after the last fragment, or after an error. Fragments that could not be had are no
/// error: [`report`](Self::report) names them.
///
/// One body is read at a time, on the caller's thread. Where
/// [`connections`](ExportOptions::connections) asks for more, each body is read by a thread of its
/// own. When the download is dropped, such a thread ends as soon as the piece that it waits for
/// has come or has timed out.
#[derive(Debug)]
pub struct Download {
    client: Client,
    export: Export,
    bodies: Bodies,
    spool: Option<Box<dyn Spool + Send>>,
    /// The latest time that was seen: clocks may be set back.
    now: SystemTime,
    failed: bool,
}

/// Who reads bodies.
#[derive(Debug)]
enum Bodies {
    Here(BTreeMap<Exchange, Body>),
    There(Threads),
}

impl Download {
    pub(crate) fn new(
        client: Client,
        selection: Selection,
        plan: Option<Plan>,
        options: ExportOptions,
    ) -> Self {
        let is_alone = options.connections.is_none_or(|many| many.get() == 1);
        let bodies = if is_alone {
            Bodies::Here(BTreeMap::new())
        } else {
            Bodies::There(Threads::new(client.clone()))
        };
        let export = match plan {
            Some(plan) => Export::resume(selection, plan, options),
            None => Export::new(selection, options),
        };
        Self {
            export: export.with_retry(client.retry()),
            bodies,
            spool: None,
            now: SystemTime::UNIX_EPOCH,
            client,
            failed: false,
        }
    }

    /// With a place for fragments that are larger than the [window](ExportOptions::window), such as
    /// `kvs_file::TemporaryFile`: they are put there until all of it is there and sound, and then come in
    /// [parts](kvs_archive::mkv::Part), so that memory stays bounded whatever their size. To be asked
    /// for before the first fragment.
    #[must_use]
    pub fn with_spool(mut self, spool: impl Spool + Send + 'static) -> Self {
        self.export = self.export.with_spool();
        self.spool = Some(Box::new(spool));
        self
    }

    /// What has been done so far, and, after the last fragment, in all.
    pub fn report(&self) -> &Report {
        self.export.report()
    }

    /// All that is to be fetched, in order: known once a fragment has come, and kept by whoever
    /// wants to [resume](Client::resume) this another time.
    pub fn plan(&self) -> Option<&Plan> {
        self.export.plan()
    }

    /// Ends before the end, as after an error: the report then names all that was not delivered.
    pub fn cancel(self) -> Report {
        self.export.cancel()
    }

    fn advance(&mut self) -> Result<Option<Fragment>, Error<Exception>> {
        loop {
            let now = self.now();
            match (self.export.poll(now), &mut self.bodies) {
                (Step::List { exchange, request }, _) => {
                    let answer = self.client.send(request);
                    let now = self.now();
                    self.export.listed(exchange, answer, now)?;
                }
                (Step::Open { exchange, request }, Bodies::Here(bodies)) => {
                    let opened = self.client.open(request);
                    let opened = opened.map(|opened| {
                        bodies.insert(exchange, opened.body);
                    });
                    self.take(Event::Opened(exchange, opened))?;
                }
                (Step::Read { exchange, max }, Bodies::Here(bodies)) => {
                    let body = bodies.get_mut(&exchange);
                    let piece = body.map_or(Ok(None), |body| body.chunk_up_to(max));
                    if !matches!(piece, Ok(Some(_))) {
                        bodies.remove(&exchange);
                    }
                    self.take(Event::Read(exchange, piece))?;
                }
                (Step::Stop { exchange }, Bodies::Here(bodies)) => {
                    bodies.remove(&exchange);
                }
                (Step::Open { exchange, request }, Bodies::There(threads)) => {
                    threads.open(exchange, request);
                }
                (Step::Read { exchange, max }, Bodies::There(threads)) => {
                    threads.read(exchange, max);
                }
                (Step::Stop { exchange }, Bodies::There(threads)) => threads.stop(exchange),
                (Step::Spool(order), _) => {
                    if let Some(spool) = &mut self.spool {
                        self.export.spooled(order.carry_out(&mut **spool))?;
                    }
                }
                (Step::Wait(until), Bodies::There(threads)) if threads.are_busy() => {
                    let wait = until.map(|until| until.duration_since(now).unwrap_or_default());
                    match threads.event(wait) {
                        Some(event) => self.take(event)?,
                        None => self.now = self.now.max(until.unwrap_or(now)),
                    }
                }
                (Step::Wait(until), _) => self.wait(until.unwrap_or(now)),
                (Step::Deliver(fragment), _) => return Ok(Some(*fragment)),
                (Step::Done, _) => return Ok(None),
            }
        }
    }

    fn take(&mut self, event: Event) -> Result<(), Error<Exception>> {
        let now = self.now();
        match event {
            Event::Opened(exchange, outcome) => self.export.opened(exchange, outcome, now),
            Event::Read(exchange, piece) => self.export.read(exchange, piece, now),
        }
    }

    fn wait(&mut self, until: SystemTime) {
        let clock = self.client.clock();
        clock.sleep(until.duration_since(self.now).unwrap_or_default());
        self.now = self.now.max(until);
    }

    fn now(&mut self) -> SystemTime {
        self.now = self.now.max(self.client.clock().now());
        self.now
    }
}

impl Iterator for Download {
    type Item = Result<Fragment, Error<Exception>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let next = self.advance().transpose();
        self.failed = matches!(next, Some(Err(_)));
        next
    }
}
