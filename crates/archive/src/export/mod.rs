//! An export as a machine: polled for the next step, told what came of each.
//!
//! ```text
//!            ┌────────────────┐   listed
//!            ▼                │
//! new ──▶ List ──▶ … ─────────┴─▶ Open ──▶ Read ──▶ … ──▶ Deliver ──▶ … ──▶ Done
//!                                  ▲ opened   read          │
//!                                  └──── Wait, Stop ◀───────┘
//! ```
//!
//! A driver is a loop over [`poll`](Export::poll) that starts what it is told to, and tells what
//! came of it. Several bodies are read side by side. Fragments are asked for in order, as many as
//! fit the window, and delivered in order; one that came early waits for those before it, inside
//! the window. What did not come, or came as an error, is asked for again. What a cut connection
//! took with it is asked for again too, from the fragment that was cut.
//!
//! A fragment larger than the window goes by the disk, if the driver has [one](Spool): what is read
//! of it is put aside with [`Step::Spool`], and when it has proved whole it comes back and is
//! delivered in parts. It is the only one that is asked for then. One that was not listed as so
//! large is given up when that shows, and asked for once more.
//!
//! A whole run, with a service that answers with nothing:
//!
//! ```
//! use std::time::SystemTime;
//!
//! use kvs_archive::{Export, ExportOptions, MissingReason, Selection, Step};
//!
//! let selection = Selection::numbers("door", vec!["7".parse()?, "5".parse()?]);
//! let mut export = Export::new(selection, ExportOptions::default());
//! let mut now = SystemTime::UNIX_EPOCH;
//! loop {
//!     match export.poll(now) {
//!         Step::List { .. } => unreachable!("the numbers are known"),
//!         Step::Open { exchange, request } => {
//!             assert_eq!(request.fragments, Some(vec!["5".into(), "7".into()]));
//!             export.opened(exchange, Ok(()), now)?;
//!         }
//!         Step::Read { exchange, .. } => export.read(exchange, Ok(None), now)?,
//!         Step::Stop { .. } => {}
//!         Step::Spool(_) => unreachable!("there is none"),
//!         Step::Wait(until) => now = until.expect("nothing is under way"),
//!         Step::Deliver(_) => unreachable!("nothing was sent"),
//!         Step::Done => break,
//!     }
//! }
//! let missing = &export.report().missing;
//! assert_eq!(missing.len(), 2);
//! assert!(missing.iter().all(|m| m.reason == MissingReason::NotSent && m.tries == 3));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod aside;
mod budget;
mod fetching;
mod listing;
mod options;
mod window;

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use kvs_api::archived_media::{
    Exception, GetMediaForFragmentList, ListFragments, ListFragmentsOutput,
};
use kvs_api::protocol::retry::RetryPolicy;
use kvs_api::protocol::{Bytes, Error, Interruption};
use kvs_mkv::Fragment;

use self::aside::Aside;
use self::budget::Budget;
use self::fetching::Body;
use self::listing::Pages;
use self::window::Window;
use crate::plan::Plan;
use crate::report::{Missing, MissingReason, Planned, Report};
use crate::selection::{Selection, Wanted};

pub use self::aside::{Spool, SpoolOrder, SpoolOutcome};
pub use self::options::{ExportOptions, Quota};

/// Names a request of an export, from the step that starts it to the end of its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Exchange(u64);

/// What a driver is to do next. A driver has to know them all, so that a new one is a new major
/// version.
#[derive(Debug)]
pub enum Step {
    /// Send this; tell the answer to [`listed`](Export::listed).
    List {
        /// What to call it.
        exchange: Exchange,
        /// What to send.
        request: ListFragments,
    },
    /// Open this; tell the outcome to [`opened`](Export::opened).
    Open {
        /// What to call it.
        exchange: Exchange,
        /// What to send.
        request: GetMediaForFragmentList,
    },
    /// Read a piece of a body that is open; tell it to [`read`](Export::read). Of other bodies
    /// nothing is to be read meanwhile: that is how their connections are held back.
    Read {
        /// Which body.
        exchange: Exchange,
        /// Bytes that the piece may have at most; never 0.
        max: usize,
    },
    /// Drop a body. Nothing more is to be told of it.
    Stop {
        /// Which body.
        exchange: Exchange,
    },
    /// Nothing is to be done until that time, or until there is something to be told of what is
    /// under way. Without a time something is under way.
    Wait(Option<SystemTime>),
    /// Do this with the spool, at once; tell what came of it to [`spooled`](Export::spooled). Only an
    /// export that [has one](Export::with_spool) asks for it.
    Spool(SpoolOrder),
    /// The next fragment, for the caller: whole, or `Empty`; or, where there is a spool, the next
    /// [part](kvs_mkv::Part) of one that is known to be whole.
    Deliver(Box<Fragment>),
    /// All fragments are delivered or missing, as the report tells.
    Done,
}

/// The fragments of a selection, in order, within bounded memory.
///
/// See the steps for what a driver does. What is told of an exchange that has ended is ignored.
#[derive(Debug)]
pub struct Export {
    selection: Selection,
    options: ExportOptions,
    retry: RetryPolicy,
    report: Report,
    phase: Phase,
    plan: Plan,
    window: Window,
    aside: Aside,
    bodies: BTreeMap<Exchange, Body>,
    stopping: Vec<Exchange>,
    exchanges: u64,
    media: Budget,
    metadata: Budget,
}

#[derive(Debug)]
enum Phase {
    Listing(Pages),
    Fetching,
    /// Listing again.
    Settling(Pages),
    /// Fetching what came to light then.
    Settled,
}

impl Export {
    /// An export of `selection` that has not begun.
    pub fn new(selection: Selection, options: ExportOptions) -> Self {
        let mut export = Self::empty(selection, options);
        if let Wanted::Numbers(numbers) = &export.selection.wanted {
            let named = numbers.iter().cloned().map(Planned::Named);
            let plan = named.collect();
            export.begin(plan);
        } else if let Some(pages) = Pages::of(&export.selection) {
            export.phase = Phase::Listing(pages);
        }
        export
    }

    /// An export that goes on with the [plan](Self::plan) of an earlier one, from the first fragment
    /// that is not [done](Plan::with_done). Nothing is listed, but for [settling](ExportOptions::settle);
    /// the report speaks of what is left.
    pub fn resume(selection: Selection, plan: Plan, options: ExportOptions) -> Self {
        let mut export = Self::empty(selection, options);
        export.begin(plan);
        if let Wanted::Between { .. } = export.selection.wanted {
            export.phase = Phase::Fetching;
        }
        export
    }

    fn empty(selection: Selection, options: ExportOptions) -> Self {
        Self {
            media: Budget::new(options.quota.media),
            metadata: Budget::new(options.quota.metadata),
            selection,
            options,
            retry: RetryPolicy::default(),
            report: Report::default(),
            phase: Phase::Settled,
            plan: Plan::default(),
            window: Window::default(),
            aside: Aside::default(),
            bodies: BTreeMap::new(),
            stopping: Vec::new(),
            exchanges: 0,
        }
    }

    /// The same with other waits between attempts than the default policy's.
    #[must_use]
    pub fn with_retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = retry;
        self
    }

    /// The same for a driver that has a [`Spool`]: a fragment larger than the window is put aside
    /// until all of it is there and sound, and then delivered in [parts](kvs_mkv::Part). Without one
    /// it is held in memory, whatever its size.
    ///
    /// An export whose sizes are known then holds no more than its window; where they are not, or
    /// are wrong, a quarter more. To that come a frame, some 64 bytes for each frame of a fragment
    /// that is aside, and 64 KiB for each body.
    #[must_use]
    pub fn with_spool(mut self) -> Self {
        self.aside.is_there = true;
        self
    }

    /// What has been done so far.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// All that is to be fetched, once that is known: what [`resume`](Self::resume) wants.
    pub fn plan(&self) -> Option<&Plan> {
        match self.phase {
            Phase::Listing(_) => None,
            _ => Some(&self.plan),
        }
    }

    /// What is to be done next. Each step is told once.
    pub fn poll(&mut self, now: SystemTime) -> Step {
        if let Some(exchange) = self.stopping.pop() {
            return Step::Stop { exchange };
        }
        if let Some(step) = self.aside.order().or_else(|| self.deliver()) {
            return step;
        }
        let exchange = Exchange(self.exchanges);
        let step = match &mut self.phase {
            Phase::Listing(pages) | Phase::Settling(pages) => {
                pages.poll(exchange, &mut self.metadata, now)
            }
            Phase::Fetching | Phase::Settled => match self.fetch(exchange, now) {
                Step::Done => self.settle(exchange, now),
                step => step,
            },
        };
        if let Step::List { .. } | Step::Open { .. } = step {
            self.exchanges = self.exchanges.saturating_add(1);
        }
        step
    }

    /// Takes the answer to [`Step::List`].
    ///
    /// # Errors
    /// The one that is given, if it stays, or one about the page. The export is over.
    pub fn listed(
        &mut self,
        exchange: Exchange,
        answer: Result<ListFragmentsOutput, Error<Exception>>,
        now: SystemTime,
    ) -> Result<(), Error<Exception>> {
        let (Phase::Listing(pages) | Phase::Settling(pages)) = &mut self.phase else {
            return Ok(());
        };
        let policy = (self.options.attempts, &self.retry);
        if !pages.listed(exchange, answer, policy, &mut self.metadata, now)? {
            return Ok(());
        }
        match std::mem::replace(&mut self.phase, Phase::Settled) {
            Phase::Listing(pages) => {
                self.begin(Plan::sorted(pages.into_entries()));
                self.phase = Phase::Fetching;
            }
            Phase::Settling(pages) => {
                for fragment in self.plan.extend(pages.into_entries()) {
                    self.report.missing.push(Missing {
                        fragment,
                        reason: MissingReason::Late,
                        tries: 0,
                        over: Duration::ZERO,
                    });
                }
                self.measure();
            }
            Phase::Fetching | Phase::Settled => {}
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
        exchange: Exchange,
        outcome: Result<(), Error<Exception>>,
        now: SystemTime,
    ) -> Result<(), Error<Exception>> {
        self.take_outcome(exchange, outcome, now)
    }

    /// Takes a piece of a body, `None` for its end, or why it broke off.
    ///
    /// # Errors
    /// The interruption, if it has come time after time without a fragment in between. The export
    /// is over.
    pub fn read(
        &mut self,
        exchange: Exchange,
        piece: Result<Option<Bytes>, Interruption>,
        now: SystemTime,
    ) -> Result<(), Error<Exception>> {
        self.take_piece(exchange, piece, now)
    }

    /// Ends the export before its end, as after an error: what was not delivered is reported
    /// [cancelled](MissingReason::Cancelled).
    pub fn cancel(mut self) -> Report {
        self.window.cancel(&mut self.report);
        while let Some(fragment) = self.plan.take() {
            self.report.missing.push(Missing {
                fragment,
                reason: MissingReason::Cancelled,
                tries: 0,
                over: Duration::ZERO,
            });
        }
        self.report
    }

    fn begin(&mut self, plan: Plan) {
        self.plan = plan.afresh();
        self.measure();
    }

    fn measure(&mut self) {
        let is_late = |missing: &&Missing| missing.reason == MissingReason::Late;
        let late = self.report.missing.iter().filter(is_late);
        let late_bytes = late
            .clone()
            .filter_map(|m| m.fragment.listed())
            .map(|l| l.bytes);
        let late_bytes = late_bytes.fold(0, u64::saturating_add);
        let late = u64::try_from(late.count()).unwrap_or(u64::MAX);
        let (left, left_bytes) = self.plan.left();
        self.report.planned = left.saturating_add(late);
        self.report.planned_bytes = left_bytes.saturating_add(late_bytes);
    }

    /// What there is to do when all is fetched that is known of.
    fn settle(&mut self, exchange: Exchange, now: SystemTime) -> Step {
        if !matches!(self.phase, Phase::Fetching) {
            return Step::Done;
        }
        self.phase = Phase::Settled;
        if !self.options.settle {
            return Step::Done;
        }
        let Some(mut pages) = Pages::of(&self.selection) else {
            return Step::Done;
        };
        let step = pages.poll(exchange, &mut self.metadata, now);
        self.phase = Phase::Settling(pages);
        step
    }
}

#[cfg(test)]
mod tests;
