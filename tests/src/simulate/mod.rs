//! Exports in a world of their own: virtual time, and a service, a network and a fate that follow
//! from one seed. The machines are the real ones.

#![allow(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "numbers here are small, and what fails in a test fails the test"
)]

mod check;
mod client;
mod dice;
mod world;

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::num::NonZeroU8;
use std::pin::Pin;
use std::task::Poll;
use std::time::SystemTime;

use kvs_ureq::api::archived_media::{Exception, ListFragmentsOutput};
use kvs_ureq::api::protocol::{Bytes, Error, Interruption, Timestamp};
use kvs_ureq::archive::{
    Exchange, Export, ExportOptions, Quota, Report, Selection, Step, TimestampOrigin,
};
use kvs_ureq::mkv::Fragment;
use tokio::time::sleep;

use self::check::Trace;
use self::client::Client;
use self::dice::Dice;
use self::world::{Flow, World};

/// Every kind of fault that a world knows.
pub const FAULTS: [&str; 20] = [
    "no connection",
    "reset before the head",
    "silence before the head",
    "server error",
    "throttled",
    "credentials expired",
    "clock skewed",
    "endpoint moved",
    "shuffled pages",
    "page token expired",
    "body cut",
    "body stalled",
    "body ended early",
    "key out of reach",
    "not found yet",
    "fragment left out",
    "fragment damaged",
    "fragment twice",
    "foreign fragment",
    "fragment listed late",
];

/// Every way in which an export ends.
pub const ENDINGS: [&str; 4] = ["whole", "with holes", "failed", "cancelled"];

/// What came of one world.
#[derive(Debug)]
pub struct Outcome {
    /// One of [`ENDINGS`].
    pub ending: &'static str,
    /// How often each of [`FAULTS`] struck.
    pub faults: BTreeMap<&'static str, u64>,
}

/// What an export was told to do.
#[derive(Debug)]
struct Run {
    options: ExportOptions,
    trace: Trace,
    fragments: Vec<Fragment>,
    report: Report,
    failure: Option<Error<Exception>>,
    was_cancelled: bool,
}

/// Runs the export of one seed.
///
/// # Errors
/// What the export has done that it must not do.
pub fn run(seed: u64) -> Result<Outcome, String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let mut dice = Dice::new(seed ^ 0x5eed);
        let skew = if dice.percent(10) { 3_600 } else { 0 };
        let client = Client::new(World::new(seed), seed, skew);
        let run = export(&client, &mut dice).await?;
        check::check(&run, &client.world.borrow())
    })
}

fn options(dice: &mut Dice) -> ExportOptions {
    ExportOptions {
        window: 600 + dice.below(20_000),
        attempts: 1 + dice.below(4) as u32,
        keep_raw: true,
        connections: NonZeroU8::new(1 + dice.below(5) as u8),
        quota: Quota {
            media: 5 + dice.below(30) as u32,
            metadata: 500 + dice.below(2_000) as u32,
        },
        settle: dice.percent(50),
    }
}

fn selection(dice: &mut Dice, world: &World) -> Selection {
    if dice.percent(70) {
        let (from, to) = (Timestamp::default(), Timestamp::new(4_000_000_000, 0));
        return Selection::between("cam", TimestampOrigin::Producer, from, to);
    }
    let mut numbers: Vec<u64> = world.stored.keys().copied().collect();
    dice.shuffle(&mut numbers);
    if dice.percent(20) {
        numbers.push(4_711);
    }
    let numbers = numbers
        .iter()
        .map(|n| n.to_string().parse().expect("digits"));
    Selection::numbers("cam", numbers.collect())
}

enum Event {
    Listed(Result<ListFragmentsOutput, Error<Exception>>),
    Opened(Result<Flow, Error<Exception>>),
    Read(Flow, Result<Option<Bytes>, Interruption>),
    Waited(SystemTime),
}

type Pending<'a> = Pin<Box<dyn Future<Output = (Option<Exchange>, Event)> + 'a>>;

async fn export(client: &Client, dice: &mut Dice) -> Result<Run, String> {
    let options = options(dice);
    let selection = selection(dice, &client.world.borrow());
    let patience = if dice.percent(10) {
        dice.below(20)
    } else {
        u64::MAX
    };
    let is_slow = dice.percent(20);
    let mut export = Export::new(selection, options.clone());
    let mut trace = Trace::default();
    let mut fragments = Vec::new();
    let mut flows = BTreeMap::new();
    let mut pending: Vec<Pending<'_>> = Vec::new();
    let mut now = client.now();
    let failure = loop {
        trace.step()?;
        now = now.max(client.now());
        if fragments.len() as u64 >= patience {
            break None;
        }
        match export.poll(now) {
            Step::List { exchange, request } => {
                trace.listed(&request, now);
                pending.push(Box::pin(async move {
                    (Some(exchange), Event::Listed(client.list(request).await))
                }));
            }
            Step::Open { exchange, request } => {
                trace.opened(&request, now);
                pending.push(Box::pin(async move {
                    (Some(exchange), Event::Opened(client.open(request).await))
                }));
            }
            Step::Read { exchange, max } => {
                let mut flow: Flow = flows.remove(&exchange).ok_or("reads what is not open")?;
                pending.push(Box::pin(async move {
                    let piece = client.piece(&mut flow, max).await;
                    (Some(exchange), Event::Read(flow, piece))
                }));
            }
            Step::Stop { exchange } => drop(flows.remove(&exchange)),
            Step::Deliver(mut fragment) => {
                // Copied, so that the pieces it came in are let go.
                let raw = Bytes::from(fragment.raw.concat());
                (fragment.raw, fragment.frames) = (vec![raw], vec![]);
                fragments.push(*fragment);
                if is_slow {
                    sleep(std::time::Duration::from_secs(60)).await;
                }
            }
            Step::Done => break None,
            Step::Wait(until) => {
                let waits = pending.len();
                if let Some(until) = until {
                    let left = until.duration_since(now).unwrap_or_default();
                    pending.push(Box::pin(async move {
                        sleep(left).await;
                        (None, Event::Waited(until))
                    }));
                }
                if pending.is_empty() {
                    return Err("waits for nothing".to_owned());
                }
                let (at, (exchange, event)) = first(&mut pending).await;
                drop(pending.remove(at));
                if until.is_some() && at != waits {
                    pending.truncate(waits.saturating_sub(1));
                }
                now = now.max(client.now());
                if let Event::Waited(until) = event {
                    now = now.max(until);
                }
                if let Err(error) = tell(&mut export, &mut flows, exchange, event, now) {
                    break Some(error);
                }
            }
        }
    };
    let was_cancelled = failure.is_none() && fragments.len() as u64 >= patience;
    let report = export.cancel();
    Ok(Run {
        options,
        trace,
        fragments,
        report,
        failure,
        was_cancelled,
    })
}

/// The first that is ready, and where it is.
async fn first(pending: &mut [Pending<'_>]) -> (usize, (Option<Exchange>, Event)) {
    poll_fn(|cx| {
        for (at, one) in pending.iter_mut().enumerate() {
            if let Poll::Ready(event) = one.as_mut().poll(cx) {
                return Poll::Ready((at, event));
            }
        }
        Poll::Pending
    })
    .await
}

fn tell(
    export: &mut Export,
    flows: &mut BTreeMap<Exchange, Flow>,
    exchange: Option<Exchange>,
    event: Event,
    now: SystemTime,
) -> Result<(), Error<Exception>> {
    let Some(exchange) = exchange else {
        return Ok(());
    };
    match event {
        Event::Listed(answer) => export.listed(exchange, answer, now),
        Event::Opened(outcome) => {
            let outcome = outcome.map(|flow| drop(flows.insert(exchange, flow)));
            export.opened(exchange, outcome, now)
        }
        Event::Read(flow, piece) => {
            if let Ok(Some(_)) = piece {
                flows.insert(exchange, flow);
            }
            export.read(exchange, piece, now)
        }
        Event::Waited(_) => Ok(()),
    }
}
