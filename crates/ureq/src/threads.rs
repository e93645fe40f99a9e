//! Bodies that are read side by side, each by a thread of its own.

use std::collections::BTreeMap;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use kvs_archive::Exchange;
use kvs_archive::api::archived_media::{Exception, GetMediaForFragmentList};
use kvs_archive::api::protocol::{Error, Interruption, InterruptionKind};

use crate::client::Client;

/// What a thread has to tell.
#[derive(Debug)]
pub(crate) enum Event {
    Opened(Exchange, Result<(), Error<Exception>>),
    Read(Exchange, Result<Option<Bytes>, Interruption>),
}

/// The threads, and what they are told: how many bytes to read next.
#[derive(Debug)]
pub(crate) struct Threads {
    client: Client,
    orders: BTreeMap<Exchange, Sender<usize>>,
    events: Receiver<Event>,
    tell: Sender<Event>,
}

impl Threads {
    pub(crate) fn new(client: Client) -> Self {
        let (tell, events) = mpsc::channel();
        Self {
            client,
            orders: BTreeMap::new(),
            events,
            tell,
        }
    }

    pub(crate) fn open(&mut self, exchange: Exchange, request: GetMediaForFragmentList) {
        let (order, orders) = mpsc::channel();
        let (client, tell) = (self.client.clone(), self.tell.clone());
        let run = move || {
            let _farewell = Farewell {
                exchange,
                tell: tell.clone(),
            };
            carry(&client, exchange, request, &orders, &tell);
        };
        let started = thread::Builder::new()
            .name("kvs-download".to_owned())
            .spawn(run);
        self.orders.insert(exchange, order);
        if let Err(error) = started {
            // No thread is there to tell it.
            let why = Interruption::new(InterruptionKind::Broken, error);
            let _ = self.tell.send(Event::Read(exchange, Err(why)));
        }
    }

    pub(crate) fn read(&mut self, exchange: Exchange, max: usize) {
        if let Some(order) = self.orders.get(&exchange) {
            // A thread that is gone has told why.
            let _ = order.send(max);
        }
    }

    pub(crate) fn stop(&mut self, exchange: Exchange) {
        self.orders.remove(&exchange);
    }

    pub(crate) fn are_busy(&self) -> bool {
        !self.orders.is_empty()
    }

    /// The next thing that a thread has to tell; `None` after that time.
    pub(crate) fn event(&mut self, wait: Option<Duration>) -> Option<Event> {
        let event = match wait {
            Some(wait) => self.events.recv_timeout(wait).ok(),
            None => self.events.recv().ok(),
        }?;
        match &event {
            Event::Opened(exchange, Err(_)) | Event::Read(exchange, Ok(None) | Err(_)) => {
                self.orders.remove(exchange);
            }
            Event::Opened(..) | Event::Read(..) => {}
        }
        Some(event)
    }
}

/// Tells of a thread that panics, in what the caller has brought along: nobody waits for it then.
struct Farewell {
    exchange: Exchange,
    tell: Sender<Event>,
}

impl Drop for Farewell {
    fn drop(&mut self) {
        if thread::panicking() {
            let why = "the thread that it came in on has panicked";
            let why = Interruption::new(InterruptionKind::Broken, why);
            let _ = self.tell.send(Event::Read(self.exchange, Err(why)));
        }
    }
}

/// Carries one body from its request to its end, or until nobody wants it any more.
fn carry(
    client: &Client,
    exchange: Exchange,
    request: GetMediaForFragmentList,
    orders: &Receiver<usize>,
    tell: &Sender<Event>,
) {
    let mut body = match client.open(request) {
        Ok(opened) => opened.body,
        Err(error) => {
            let _ = tell.send(Event::Opened(exchange, Err(error)));
            return;
        }
    };
    if tell.send(Event::Opened(exchange, Ok(()))).is_err() {
        return;
    }
    for max in orders {
        let piece = body.chunk_up_to(max);
        let is_last = !matches!(piece, Ok(Some(_)));
        if tell.send(Event::Read(exchange, piece)).is_err() || is_last {
            return;
        }
    }
}
