//! Fragments that are too large for the window: put aside by the driver until they are known to be
//! whole, then brought back in parts.

use std::collections::VecDeque;
use std::fmt;
use std::io;

use kvs_api::archived_media::{Exception, GetMediaForFragmentList};
use kvs_api::protocol::{Bytes, Error, ErrorKind, Operation};
use kvs_mkv::{ChangedInput, Fragment, Parts};

use super::fetching::PIECE;
use super::{Export, Step};

/// Bytes of a body that are put aside at most: five times what the service takes as a fragment.
const MOST: u64 = 256 << 20;
/// Bytes of a part, where the window is not small.
const PART: u64 = 1 << 20;

/// Where a driver keeps bytes that are too many for memory: a temporary file, as a rule. The crate
/// `kvs-file` has one.
pub trait Spool: fmt::Debug {
    /// Writes behind what is there.
    ///
    /// # Errors
    /// When they cannot be kept, for the disk is full.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Reads what was written from offset `at` on, as much as `into` takes.
    ///
    /// # Errors
    /// When it cannot be read, or there is less than that.
    fn read(&mut self, at: u64, into: &mut [u8]) -> io::Result<()>;

    /// Forgets all that was written.
    ///
    /// # Errors
    /// When that is not possible.
    fn clear(&mut self) -> io::Result<()>;
}

/// What is to be done with a [`Spool`]; [`carry_out`](Self::carry_out) does it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpoolOrder(Act);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Act {
    Write(Bytes),
    Read { at: u64, len: usize },
    Clear,
}

/// What came of a [`SpoolOrder`].
#[derive(Debug)]
pub struct SpoolOutcome(io::Result<Option<Bytes>>);

impl SpoolOrder {
    /// Carries it out. What comes of it is for [`Export::spooled`].
    pub fn carry_out(self, spool: &mut (impl Spool + ?Sized)) -> SpoolOutcome {
        SpoolOutcome(match self.0 {
            Act::Write(bytes) => spool.write(&bytes).map(|()| None),
            Act::Clear => spool.clear().map(|()| None),
            Act::Read { at, len } => {
                let mut bytes = vec![0; len];
                let read = spool.read(at, &mut bytes);
                read.map(|()| Some(bytes.into()))
            }
        })
    }
}

/// What is aside, and what becomes of it. It is one fragment at a time: the next to be delivered.
#[derive(Debug, Default)]
pub(super) struct Aside {
    /// Whether the driver has a spool.
    pub(super) is_there: bool,
    orders: VecDeque<SpoolOrder>,
    /// Bytes put aside so far.
    len: u64,
    returning: Option<Returning>,
}

/// A fragment on its way back.
#[derive(Debug)]
struct Returning {
    parts: Parts,
    /// Bytes that come back at a time, and how many have.
    piece: u64,
    at: u64,
    ready: VecDeque<Fragment>,
}

impl Aside {
    pub(super) fn put(&mut self, bytes: Bytes) {
        let len = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.len = self.len.saturating_add(len);
        self.orders.push_back(SpoolOrder(Act::Write(bytes)));
    }

    /// Whether a body goes on and on.
    pub(super) fn is_full(&self) -> bool {
        self.len > MOST
    }

    /// Forgets what is aside.
    pub(super) fn clear(&mut self) {
        self.orders.clear();
        if std::mem::take(&mut self.len) > 0 {
            self.orders.push_back(SpoolOrder(Act::Clear));
        }
        self.returning = None;
    }

    pub(super) fn order(&mut self) -> Option<Step> {
        self.orders.pop_front().map(Step::Spool)
    }

    /// Begins to bring back what this outlines.
    fn bring_back(&mut self, outlined: Fragment, window: u64, keep_raw: bool) {
        let part = PART.min(window >> 2).max(1);
        let parts = Parts::new(outlined, part);
        self.returning = Some(Returning {
            parts: if keep_raw { parts.keeping_raw() } else { parts },
            piece: PIECE.min(part),
            at: 0,
            ready: VecDeque::new(),
        });
    }

    /// The next part, or what it takes to have one.
    fn next(&mut self) -> Option<Result<Fragment, Step>> {
        let returning = self.returning.as_mut()?;
        if let Some(part) = returning.ready.pop_front() {
            return Some(Ok(part));
        }
        let left = self.len.saturating_sub(returning.at).min(returning.piece);
        let len = usize::try_from(left).unwrap_or(0);
        let at = returning.at;
        Some(Err(Step::Spool(SpoolOrder(Act::Read { at, len }))))
    }

    fn take(&mut self, bytes: Bytes) -> Result<(), ChangedInput> {
        let Some(returning) = &mut self.returning else {
            return Ok(());
        };
        let len = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        returning.at = returning.at.saturating_add(len);
        returning.parts.push(bytes);
        if returning.at >= self.len {
            returning.parts.finish();
        }
        while let Some(part) = returning.parts.next_part()? {
            returning.ready.push_back(part);
        }
        Ok(())
    }
}

impl Export {
    /// The next fragment or part for the caller, or the step towards it.
    pub(super) fn deliver(&mut self) -> Option<Step> {
        loop {
            if let Some(next) = self.aside.next() {
                let Ok(part) = next else { return next.err() };
                if part.ends() {
                    self.window.leave(&mut self.report);
                    self.aside.clear();
                }
                return Some(Step::Deliver(Box::new(part)));
            }
            let fragment = self.window.deliver(&mut self.report)?;
            if fragment.part.is_none() {
                return Some(Step::Deliver(fragment));
            }
            let (window, keep_raw) = (self.options.window, self.options.keep_raw);
            self.aside.bring_back(*fragment, window, keep_raw);
        }
    }

    /// Takes what came of [`Step::Spool`].
    ///
    /// # Errors
    /// When a fragment could not be put aside, or is not what it was. The export is over.
    pub fn spooled(&mut self, outcome: SpoolOutcome) -> Result<(), Error<Exception>> {
        let taken = match outcome.0 {
            Ok(None) => Ok(()),
            Ok(Some(bytes)) => self.aside.take(bytes).map_err(|why| failed(&why)),
            Err(error) => Err(failed(&error)),
        };
        taken.inspect_err(|_| self.aside = Aside::default())
    }
}

fn failed(why: &dyn fmt::Display) -> Error<Exception> {
    let why = format!("a fragment too large for memory could not be kept on disk: {why}");
    Error::unsent(GetMediaForFragmentList::NAME, ErrorKind::Storage(why))
}
