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
mod disk;
mod world;

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::io;
use std::num::NonZeroU8;
use std::pin::Pin;
use std::task::Poll;
use std::time::SystemTime;

use kvs_ureq::api::archived_media::{Exception, ListFragmentsOutput};
use kvs_ureq::api::protocol::{Bytes, Error, Interruption, Timestamp};
use kvs_ureq::archive::journal::MarkKind;
use kvs_ureq::archive::{
    Exchange, Export, ExportOptions, Quota, Report, Selection, Spool, Step, TimestampOrigin,
};
use kvs_ureq::mkv::Fragment;
use tokio::time::sleep;

use self::check::Trace;
use self::client::Client;
use self::dice::Dice;
use self::disk::{Disk, Earlier, Record};
use self::world::{Flow, World};

/// Every kind of fault that a world knows.
pub const FAULTS: [&str; 25] = [
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
    "fragment understated",
    "fragment put aside",
    "fragment in parts",
    "killed",
    "power failed",
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

/// What an export was told to do, and what it has come to.
#[derive(Debug)]
struct Run {
    options: ExportOptions,
    /// Of each of the programs that went on with it.
    traces: Vec<Trace>,
    fragments: Vec<Fragment>,
    report: Report,
    failure: Option<Error<Exception>>,
    was_cancelled: bool,
    has_spool: bool,
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
        let (run, client) = export(client, &mut dice).await?;
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

/// What an export is told to do.
struct Job {
    selection: Selection,
    options: ExportOptions,
    /// How many fragments are taken before the caller gives up.
    patience: u64,
    /// Whether the caller takes his time.
    is_slow: bool,
    /// Whether there is a place for what is larger than the window.
    has_spool: bool,
}

/// What a program has put aside; it is gone when that ends.
#[derive(Debug, Default)]
struct Spooled {
    bytes: Vec<u8>,
}

impl Spool for Spooled {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn read(&mut self, at: u64, into: &mut [u8]) -> io::Result<()> {
        let kept = self.bytes.get(at as usize..).unwrap_or_default();
        let kept = kept.get(..into.len());
        into.copy_from_slice(kept.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.bytes.clear();
        Ok(())
    }
}

/// How a program has ended.
enum End {
    Done(Report),
    Failed(Error<Exception>, Report),
    Cancelled(Report),
    Killed,
}

/// An export by one program after the other: each but the last is killed.
async fn export(mut client: Client, dice: &mut Dice) -> Result<(Run, Client), String> {
    let options = options(dice);
    let selection = selection(dice, &client.world.borrow());
    let patience = if dice.percent(10) {
        dice.below(20)
    } else {
        u64::MAX
    };
    let is_slow = dice.percent(20);
    let job = Job {
        selection,
        options,
        patience,
        is_slow,
        has_spool: dice.percent(80),
    };
    let mut kills = if dice.percent(40) {
        1 + dice.below(3)
    } else {
        0
    };
    let mut disk = Disk::default();
    let mut traces = Vec::new();
    loop {
        let (record, earlier) = disk.open()?;
        let mut trace = Trace::default();
        trace.settled = earlier.iter().flat_map(Earlier::settled).collect();
        let mut life = Life {
            left: (kills > 0).then(|| dice.below(600)),
            record,
            trace,
        };
        let end = live(&client, &job, &mut life, &earlier, &mut disk, dice).await?;
        traces.push(life.trace);
        let (mut report, failure, was_cancelled) = match end {
            End::Done(report) => (report, None, false),
            End::Cancelled(report) => (report, None, true),
            End::Failed(error, report) if kills == 0 => (report, Some(error), false),
            End::Failed(..) | End::Killed => {
                kills -= 1;
                client.world.borrow_mut().count("killed");
                if dice.percent(50) {
                    client.world.borrow_mut().count("power failed");
                    disk.lose_power(dice);
                }
                client = client.restarted(dice.draw());
                continue;
            }
        };
        if let Some(earlier) = earlier {
            earlier.complete(&mut report);
        }
        let run = Run {
            options: job.options,
            traces,
            fragments: disk.file,
            report,
            failure,
            was_cancelled,
            has_spool: job.has_spool,
        };
        return Ok((run, client));
    }
}

/// A program while it runs.
struct Life {
    /// How many steps are left before it is killed, if it will be.
    left: Option<u64>,
    record: Record,
    trace: Trace,
}

impl Life {
    /// Whether it ends now.
    fn ends(&mut self) -> bool {
        let is_over = self.left == Some(0);
        self.left = self.left.map(|left| left.saturating_sub(1));
        is_over
    }

    fn settle(&mut self, export: &Export, disk: &mut Disk, dice: &mut Dice) {
        match dice.below(20) {
            0..7 => self.record.mark(MarkKind::Written, export, disk),
            7..10 => self.record.mark(MarkKind::Durable, export, disk),
            _ => {}
        }
    }
}

async fn live(
    client: &Client,
    job: &Job,
    life: &mut Life,
    earlier: &Option<Earlier>,
    disk: &mut Disk,
    dice: &mut Dice,
) -> Result<End, String> {
    let (selection, options) = (job.selection.clone(), job.options.clone());
    let mut export = match earlier {
        Some(earlier) if earlier.is_complete => return Ok(End::Done(Report::default())),
        Some(earlier) => Export::resume(selection, earlier.plan.clone(), options),
        None => Export::new(selection, options),
    };
    if job.has_spool {
        export = export.with_spool();
    }
    let mut spool = Spooled::default();
    let mut flows = BTreeMap::new();
    let mut pending: Vec<Pending<'_>> = Vec::new();
    let mut now = client.now();
    loop {
        life.trace.step()?;
        now = now.max(client.now());
        if disk.file.len() as u64 >= job.patience {
            disk.give_up();
            return Ok(End::Cancelled(export.cancel()));
        }
        if life.ends() {
            return Ok(End::Killed);
        }
        match export.poll(now) {
            Step::List { exchange, request } => {
                life.trace.listed(&request, now);
                pending.push(Box::pin(async move {
                    (Some(exchange), Event::Listed(client.list(request).await))
                }));
            }
            Step::Open { exchange, request } => {
                life.trace.opened(&request, now)?;
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
            Step::Spool(order) => {
                let begun = spool.bytes.is_empty();
                let done = export.spooled(order.carry_out(&mut spool));
                done.map_err(|error| format!("did not keep what was aside: {error}"))?;
                if begun && !spool.bytes.is_empty() {
                    client.world.borrow_mut().count("fragment put aside");
                }
            }
            Step::Deliver(mut fragment) => {
                let (begins, ends) = (fragment.begins(), fragment.ends());
                if begins && !ends {
                    client.world.borrow_mut().count("fragment in parts");
                }
                check::part(&fragment, &job.options)?;
                // Copied, so that the pieces it came in are let go.
                let raw = Bytes::from(fragment.raw.concat());
                (fragment.raw, fragment.frames) = (vec![raw], vec![]);
                life.record.write(*fragment, disk);
                if life.ends() {
                    return Ok(End::Killed);
                }
                if ends {
                    life.settle(&export, disk, dice);
                }
                if job.is_slow {
                    sleep(std::time::Duration::from_secs(60)).await;
                }
            }
            Step::Done => {
                if !spool.bytes.is_empty() {
                    return Err("leaves something aside".to_owned());
                }
                life.record.mark(MarkKind::Sealed, &export, disk);
                return Ok(
                    match life.ends() || life.left.is_some() && dice.percent(50) {
                        true => End::Killed,
                        false => End::Done(export.cancel()),
                    },
                );
            }
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
                    disk.give_up();
                    return Ok(End::Failed(error, export.cancel()));
                }
            }
        }
    }
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
