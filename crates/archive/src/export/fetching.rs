//! Requests for fragments, and the bodies that answer them.

use std::num::NonZeroU8;
use std::time::{Duration, SystemTime};

use kvs_api::archived_media::{Exception, GetMediaForFragmentList, SERVICE};
use kvs_api::protocol::retry::{self, Reason};
use kvs_api::protocol::{Bytes, Error, ErrorKind, Interruption, Operation};
use kvs_mkv::Fragments;

use super::window::{Round, Sizes};
use super::{Exchange, Export, Step};
use crate::report::MissingReason;

/// Bytes that are read at a time.
pub(super) const PIECE: u64 = 64 << 10;

/// A request that is under way.
#[derive(Debug)]
pub(super) struct Body {
    round: Round,
    state: State,
    decoder: Box<Fragments>,
    /// Bytes that the decoder has and no fragment yet.
    buffered: u64,
    /// Whether it is put aside as it comes, and only outlined here.
    is_aside: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Opening,
    Open,
    Reading,
}

/// What there may be too much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Excess {
    /// It brings what nobody asked for, or has no end.
    Body,
    /// What is held would outgrow the window.
    Memory,
}

impl Body {
    fn new(round: Round, keep_raw: bool, is_aside: bool) -> Self {
        let decoder = Fragments::new();
        let decoder = match (is_aside, keep_raw) {
            (true, _) => decoder.outlining(),
            (false, true) => decoder.keeping_raw(),
            (false, false) => decoder,
        };
        Self {
            round,
            state: State::Opening,
            decoder: Box::new(decoder),
            buffered: 0,
            is_aside,
        }
    }
}

impl Export {
    /// The next step towards fragments; `Done` when there is nothing left to be asked for.
    pub(super) fn fetch(&mut self, exchange: Exchange, now: SystemTime) -> Step {
        let connections = self.options.connections.map_or(1, NonZeroU8::get);
        let connections = usize::from(connections);
        let mut until = None;
        if self.bodies.len() < connections {
            let sizes = self.sizes();
            let round = self.window.round(&mut self.plan, sizes, now);
            let round = round.and_then(|round| {
                let spent = self.media.spend(round.points(), now);
                spent.map(|()| round).map_err(Some)
            });
            match round {
                Ok(round) => return self.open(exchange, round, now),
                Err(later) => until = later,
            }
        }
        if let Some(step) = self.piece() {
            return step;
        }
        if self.bodies.is_empty() && self.window.is_empty() && self.plan.next().is_none() {
            return Step::Done;
        }
        if self.bodies.len() >= connections
            && let Some(step) = self.make_way()
        {
            return step;
        }
        Step::Wait(until)
    }

    fn sizes(&self) -> Sizes {
        Sizes {
            window: self.options.window,
            share: self.share(),
            has_spool: self.aside.is_there,
        }
    }

    /// Bytes that one request asks for at most: where several are under way, each has its part of
    /// the window, and the next one may be asked for before the first has come to its end.
    fn share(&self) -> u64 {
        match self.options.connections.map_or(1, NonZeroU8::get) {
            1 => self.options.window,
            many => {
                let parts = u64::from(many).saturating_mul(2);
                self.options.window.checked_div(parts).unwrap_or(0)
            }
        }
    }

    fn open(&mut self, exchange: Exchange, round: Round, now: SystemTime) -> Step {
        let request = self.window.ask(&round, &self.selection.stream, now);
        let is_aside = self.window.is_oversized(&round, self.sizes());
        let body = Body::new(round, self.options.keep_raw, is_aside);
        self.bodies.insert(exchange, body);
        Step::Open { exchange, request }
    }

    /// A piece to be read. The body that holds the next fragment is never held back: what it
    /// brings leaves.
    fn piece(&mut self) -> Option<Step> {
        let room = self.options.window.saturating_sub(self.held());
        let head = self.window.head();
        let (exchange, max) = self.bodies.iter_mut().find_map(|(exchange, body)| {
            let is_free = body.round.has(head) || body.round.first().is_none();
            let max = if is_free { PIECE } else { PIECE.min(room) };
            let max = usize::try_from(max).ok().filter(|max| *max > 0)?;
            if body.state != State::Open {
                return None;
            }
            body.state = State::Reading;
            Some((*exchange, max))
        })?;
        Some(Step::Read { exchange, max })
    }

    /// Bytes of fragments that wait, and of those on their way.
    pub(super) fn held(&self) -> u64 {
        let buffered = self.bodies.values().map(|body| body.buffered);
        buffered.fold(self.window.held(), u64::saturating_add)
    }

    /// Gives up the body that would be read last, where the window is full and the fragment that
    /// all wait for needs its connection.
    fn make_way(&mut self) -> Option<Step> {
        let head = self.window.head();
        if self.bodies.values().any(|body| body.round.has(head)) {
            return None;
        }
        let idle = self.bodies.iter().rev();
        let mut idle = idle.filter(|(_, body)| body.state == State::Open);
        let exchange = *idle.next()?.0;
        let body = self.bodies.remove(&exchange)?;
        self.window.release(&body.round, None);
        Some(Step::Stop { exchange })
    }

    pub(super) fn take_outcome(
        &mut self,
        exchange: Exchange,
        outcome: Result<(), Error<Exception>>,
        now: SystemTime,
    ) -> Result<(), Error<Exception>> {
        let Err(error) = outcome else {
            if let Some(body) = self.bodies.get_mut(&exchange) {
                body.state = State::Open;
                self.window.accepted();
            }
            return Ok(());
        };
        let Some(body) = self.bodies.remove(&exchange) else {
            return Ok(());
        };
        if let Some(reason) = about_a_fragment(&error) {
            self.window.refused(&body.round, reason, now);
            return Ok(());
        }
        match worth_another(&error) {
            None => return Err(error),
            Some(Reason::Throttled) => self.media.throttled(now),
            Some(_) => {}
        }
        let first = body.round.first();
        let breaks = first.map_or(0, |index| self.window.broke(index));
        if breaks >= self.options.attempts {
            return Err(error);
        }
        let due = after(now, self.retry.backoff(breaks, 1.0));
        self.window.release(&body.round, due);
        Ok(())
    }

    pub(super) fn take_piece(
        &mut self,
        exchange: Exchange,
        piece: Result<Option<Bytes>, Interruption>,
        now: SystemTime,
    ) -> Result<(), Error<Exception>> {
        let Some(body) = self.bodies.get_mut(&exchange) else {
            return Ok(());
        };
        let interruption = match piece {
            Ok(Some(bytes)) => {
                let len = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
                if !body.is_aside {
                    body.buffered = body.buffered.saturating_add(len);
                } else if body.round.first().is_some() {
                    self.aside.put(bytes.clone());
                }
                body.decoder.push(bytes);
                body.state = State::Open;
                self.take_fragments(exchange, false);
                match self.excess(exchange) {
                    None => return Ok(()),
                    Some(Excess::Body) => {
                        self.stopping.push(exchange);
                        None
                    }
                    Some(Excess::Memory) => {
                        self.give_up(exchange, now);
                        return Ok(());
                    }
                }
            }
            Ok(None) => {
                body.decoder.finish();
                self.take_fragments(exchange, true);
                None
            }
            // Of the fragment that was cut even what looks whole may lack its end.
            Err(interruption) => Some(interruption),
        };
        self.end(exchange, interruption, now)
    }

    fn end(
        &mut self,
        exchange: Exchange,
        interruption: Option<Interruption>,
        now: SystemTime,
    ) -> Result<(), Error<Exception>> {
        let Some(body) = self.bodies.remove(&exchange) else {
            return Ok(());
        };
        let mut round = body.round;
        if body.is_aside && round.first().is_some() {
            self.aside.clear();
        }
        let (attempts, is_cut) = (self.options.attempts, interruption.is_some());
        let tried = self.window.end(&mut round, is_cut, attempts, now);
        let breaks = match round.first() {
            Some(first) if is_cut && !round.has_brought_something => self.window.broke(first),
            _ => 0,
        };
        let due = match breaks.max(tried) {
            0 => None,
            failures => after(now, self.retry.backoff(failures, 1.0)),
        };
        self.window.release(&round, due);
        match interruption {
            Some(why) if breaks >= attempts => Err(Error {
                operation: GetMediaForFragmentList::NAME,
                attempts: breaks,
                kind: ErrorKind::Interrupted(why),
            }),
            _ => Ok(()),
        }
    }

    /// What there is too much of, after a piece.
    fn excess(&mut self, exchange: Exchange) -> Option<Excess> {
        let body = self.bodies.get(&exchange)?;
        if body.round.is_out_of_hand() {
            return Some(Excess::Body);
        }
        if body.is_aside {
            let goes_on = body.round.first().is_some() && self.aside.is_full();
            return goes_on.then(|| {
                self.window.damaged(&body.round);
                Excess::Body
            });
        }
        // Others are held back before that.
        let is_free = body.round.has(self.window.head()) || body.round.first().is_none();
        let window = self.options.window;
        let most = window.saturating_add(window >> 2);
        (self.aside.is_there && is_free && self.held() > most).then_some(Excess::Memory)
    }

    /// Ends a request whose fragment takes too much memory; the next time it is put aside.
    fn give_up(&mut self, exchange: Exchange, now: SystemTime) {
        let Some(Body { mut round, .. }) = self.bodies.remove(&exchange) else {
            return;
        };
        self.stopping.push(exchange);
        if round.has(self.window.head()) {
            self.window.outgrow(self.options.window);
        }
        let tried = self
            .window
            .end(&mut round, true, self.options.attempts, now);
        let due = (tried > 0).then(|| after(now, self.retry.backoff(tried, 1.0)));
        self.window.release(&round, due.flatten());
    }

    fn take_fragments(&mut self, exchange: Exchange, is_end: bool) {
        let Some(body) = self.bodies.get_mut(&exchange) else {
            return;
        };
        while let Some(next) = body.decoder.next_fragment() {
            match next {
                Ok(fragment) => {
                    body.buffered = body.buffered.saturating_sub(fragment.bytes);
                    if !self.window.arrive(&mut body.round, fragment, is_end) {
                        body.round.unasked = body.round.unasked.saturating_add(1);
                        self.report.unasked = self.report.unasked.saturating_add(1);
                    }
                }
                Err(damage) => {
                    body.buffered = body.buffered.saturating_sub(damage.skipped);
                    self.window.damaged(&body.round);
                }
            }
        }
    }
}

pub(super) fn after(now: SystemTime, wait: Duration) -> Option<SystemTime> {
    Some(now.checked_add(wait).unwrap_or(now))
}

/// Why a request may succeed later that has used up its call's own attempts.
pub(super) fn worth_another(error: &Error<Exception>) -> Option<Reason> {
    let reason = match &error.kind {
        ErrorKind::Refused(refusal) => retry::classify(refusal.status, &refusal.code, &SERVICE),
        ErrorKind::Interrupted(why) => retry::classify_interruption(why.kind),
        _ => None,
    };
    let passes = |reason: &Reason| {
        matches!(
            reason,
            Reason::Transient | Reason::TimedOut | Reason::Throttled
        )
    };
    reason.filter(passes)
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
