//! An export as a machine: asked for the next step, told what came of it.
//!
//! ```text
//!            ┌───────────────────────────────┐   listed
//!            ▼                               │
//! new ──▶ List ──▶ … ──▶ Open ──▶ Read ──▶ … ┴─▶ Deliver ──▶ … ──▶ Done
//!                         ▲   opened   read          │
//!                         └────────── Wait ◀─────────┘
//! ```
//!
//! A driver is a loop over [`step`](Export::step). Fragments are fetched in batches that fit the
//! window, and delivered in order; one that came early waits for those before it, inside the
//! window. What did not come, or came as an error, is asked for again. What a cut connection took
//! with it is asked for again too, from the fragment that was cut.

mod batch;

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use kvs_api::archived_media::{
    Exception, GetMediaForFragmentList, ListFragments, ListFragmentsOutput,
};
use kvs_api::protocol::retry::RetryPolicy;
use kvs_api::protocol::{Error, ErrorKind, Interruption, Operation};
use kvs_mkv::{Fragment, Fragments};

use self::batch::{Batch, Round};
use crate::listing::Listing;
use crate::report::{MissingReason, Planned, Report};
use crate::selection::{Selection, Wanted};

/// How an export goes about its work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportOptions {
    /// Bytes of fragments that a batch may hold, as far as their sizes are known: what an export
    /// keeps in memory at most. A fragment that is larger makes a batch of its own.
    pub window: u64,
    /// How often a fragment is asked for before it counts as missing, and how often in a row a
    /// connection may break without bringing one.
    pub attempts: u32,
    /// Whether fragments carry the bytes that the service sent ([`Fragment::raw`]).
    pub keep_raw: bool,
}

impl Default for ExportOptions {
    fn default() -> Self {
        Self {
            window: 32 << 20,
            attempts: 3,
            keep_raw: false,
        }
    }
}

/// What a driver is to do next. A driver has to know them all, so that a new one is a new major
/// version.
#[derive(Debug)]
pub enum Step {
    /// Send this; tell the answer to [`listed`](Export::listed).
    List(ListFragments),
    /// Open this; tell the outcome to [`opened`](Export::opened).
    Open(GetMediaForFragmentList),
    /// Read a piece of the body that is open; tell it to [`read`](Export::read).
    Read,
    /// Wait that long, then ask for the next step.
    Wait(Duration),
    /// The next fragment, for the caller: whole, or `Empty`.
    Deliver(Box<Fragment>),
    /// All fragments are delivered or missing, as the report tells.
    Done,
}

/// The fragments of a selection, in order, within bounded memory.
///
/// ```
/// use kvs_archive::{Export, ExportOptions, Selection, Step};
///
/// let selection = Selection::numbers("door", vec!["7".parse()?, "5".parse()?]);
/// let mut export = Export::new(selection, ExportOptions::default());
/// let Step::Open(request) = export.step() else { unreachable!("the numbers are known") };
/// assert_eq!(request.fragments, Some(vec!["5".into(), "7".into()]));
/// # Ok::<(), kvs_archive::mkv::BadFragmentNumber>(())
/// ```
#[derive(Debug)]
pub struct Export {
    stream: String,
    options: ExportOptions,
    report: Report,
    state: State,
}

#[derive(Debug)]
enum State {
    Listing(Listing),
    Fetching(Fetching),
}

/// Batch after batch.
#[derive(Debug)]
struct Fetching {
    plan: VecDeque<Planned>,
    batch: Batch,
    exchange: Exchange,
    /// How many requests in a row brought nothing.
    fruitless: u32,
}

/// What is going on with the service.
#[derive(Debug)]
enum Exchange {
    Idle,
    /// Before the next request.
    Waiting(Duration),
    Opening(Round),
    Reading(Round, Box<Fragments>),
}

impl Export {
    /// An export of `selection` that has not begun.
    pub fn new(selection: Selection, options: ExportOptions) -> Self {
        let Selection { stream, wanted } = selection;
        let mut report = Report::default();
        let state = match wanted {
            Wanted::Between { by, from, to } => State::Listing(Listing::new(&stream, by, from, to)),
            Wanted::Numbers(mut numbers) => {
                numbers.sort_unstable();
                numbers.dedup();
                let plan = numbers.into_iter().map(Planned::Named).collect();
                State::Fetching(Fetching::new(plan, &mut report))
            }
        };
        Self {
            stream,
            options,
            report,
            state,
        }
    }

    /// What has been done so far.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// What is to be done next. Asked twice without an answer in between, it says the same again;
    /// only a wait and a delivery are told once.
    pub fn step(&mut self) -> Step {
        match &mut self.state {
            State::Listing(listing) => listing.request().cloned().map_or(Step::Done, Step::List),
            State::Fetching(fetching) => {
                fetching.step(&self.stream, self.options.window, &mut self.report)
            }
        }
    }

    /// Takes the answer to [`Step::List`].
    ///
    /// # Errors
    /// The one that is given, or one about the page. The export is over.
    pub fn listed(
        &mut self,
        answer: Result<ListFragmentsOutput, Error<Exception>>,
    ) -> Result<(), Error<Exception>> {
        let State::Listing(listing) = &mut self.state else {
            return Ok(());
        };
        listing.page(answer?).map_err(|malformed| Error {
            operation: ListFragments::NAME,
            attempts: 1,
            kind: ErrorKind::Malformed(malformed),
        })?;
        if listing.request().is_none() {
            let fragments = listing.take_fragments();
            let plan = fragments.into_iter().map(Planned::Listed).collect();
            self.state = State::Fetching(Fetching::new(plan, &mut self.report));
        }
        Ok(())
    }

    /// Takes the outcome of [`Step::Open`]: a body to read, or why there is none.
    ///
    /// A request that is refused for one fragment among many is divided, so that the others come.
    ///
    /// # Errors
    /// The one that is given, if it concerns the whole export, which then is over.
    pub fn opened(
        &mut self,
        outcome: Result<(), Error<Exception>>,
    ) -> Result<(), Error<Exception>> {
        let State::Fetching(fetching) = &mut self.state else {
            return Ok(());
        };
        fetching.opened(outcome, self.options.keep_raw)
    }

    /// Takes a piece of the body, `None` for its end, or why it broke off.
    ///
    /// # Errors
    /// The interruption, if it has come time after time without a fragment in between. The export
    /// is over.
    pub fn read(
        &mut self,
        piece: Result<Option<Bytes>, Interruption>,
    ) -> Result<(), Error<Exception>> {
        let State::Fetching(fetching) = &mut self.state else {
            return Ok(());
        };
        fetching.read(piece, self.options.attempts, &mut self.report)
    }
}

impl Fetching {
    fn new(plan: VecDeque<Planned>, report: &mut Report) -> Self {
        report.planned = u64::try_from(plan.len()).unwrap_or(u64::MAX);
        let sizes = plan.iter().filter_map(Planned::listed).map(|l| l.bytes);
        report.planned_bytes = sizes.fold(0, u64::saturating_add);
        Self {
            plan,
            batch: Batch::default(),
            exchange: Exchange::Idle,
            fruitless: 0,
        }
    }

    fn step(&mut self, stream: &str, window: u64, report: &mut Report) -> Step {
        if let Some(fragment) = self.batch.deliver(report) {
            return Step::Deliver(fragment);
        }
        match &mut self.exchange {
            Exchange::Reading(..) => Step::Read,
            Exchange::Opening(round) => Step::Open(self.batch.request(round, stream)),
            Exchange::Waiting(wait) => {
                let wait = *wait;
                self.exchange = Exchange::Idle;
                Step::Wait(wait)
            }
            Exchange::Idle => {
                if self.batch.is_settled() {
                    self.batch = Batch::fill(&mut self.plan, window);
                }
                let round = self.batch.round();
                if round.is_empty() {
                    return Step::Done;
                }
                let request = self.batch.request(&round, stream);
                self.exchange = Exchange::Opening(round);
                Step::Open(request)
            }
        }
    }

    fn opened(
        &mut self,
        outcome: Result<(), Error<Exception>>,
        keep_raw: bool,
    ) -> Result<(), Error<Exception>> {
        let Exchange::Opening(round) = &mut self.exchange else {
            return Ok(());
        };
        let Err(error) = outcome else {
            let decoder = Fragments::new();
            let decoder = if keep_raw {
                decoder.keeping_raw()
            } else {
                decoder
            };
            self.batch.accepted();
            self.exchange = Exchange::Reading(std::mem::take(round), Box::new(decoder));
            return Ok(());
        };
        let reason = about_a_fragment(&error).ok_or(error)?;
        self.batch.refused(round, reason);
        self.exchange = Exchange::Idle;
        Ok(())
    }

    fn read(
        &mut self,
        piece: Result<Option<Bytes>, Interruption>,
        attempts: u32,
        report: &mut Report,
    ) -> Result<(), Error<Exception>> {
        let Exchange::Reading(round, decoder) = &mut self.exchange else {
            return Ok(());
        };
        let interruption = match piece {
            Ok(Some(bytes)) => {
                decoder.push(bytes);
                take_fragments(&mut self.batch, round, decoder, report);
                return Ok(());
            }
            Ok(None) => {
                decoder.finish();
                take_fragments(&mut self.batch, round, decoder, report);
                None
            }
            // Of the fragment that was cut even what looks whole may lack its end.
            Err(interruption) => Some(interruption),
        };
        let tried = self.batch.end(round, interruption.is_some(), attempts);
        self.fruitless = match &interruption {
            Some(_) if !round.has_brought_something() => self.fruitless.saturating_add(1),
            _ => 0,
        };
        self.exchange = match self.fruitless.max(tried) {
            0 => Exchange::Idle,
            failures => Exchange::Waiting(RetryPolicy::default().backoff(failures, 1.0)),
        };
        match interruption {
            Some(why) if self.fruitless >= attempts => Err(Error {
                operation: GetMediaForFragmentList::NAME,
                attempts: self.fruitless,
                kind: ErrorKind::Interrupted(why),
            }),
            _ => Ok(()),
        }
    }
}

fn take_fragments(
    batch: &mut Batch,
    round: &mut Round,
    decoder: &mut Fragments,
    report: &mut Report,
) {
    while let Some(next) = decoder.next_fragment() {
        match next {
            Ok(fragment) => {
                if !batch.arrive(round, fragment) {
                    report.unasked = report.unasked.saturating_add(1);
                }
            }
            Err(_) => batch.damaged(round),
        }
    }
}

/// Whether a request was refused for a fragment that it names, rather than for itself: the
/// service's answer does not tell which.
fn about_a_fragment(error: &Error<Exception>) -> Option<MissingReason> {
    let refusal = error.refusal()?;
    let about_one = matches!(
        refusal.error,
        Exception::InvalidArgument(_) | Exception::ResourceNotFound(_)
    );
    (about_one && error.operation == GetMediaForFragmentList::NAME).then(|| {
        MissingReason::Refused {
            code: refusal.code.clone(),
            message: refusal.message.clone(),
        }
    })
}

#[cfg(test)]
mod tests;
