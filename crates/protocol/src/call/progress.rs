//! What a call carries along from attempt to attempt, and all that is done with it which is the same
//! for every operation: it is compiled once.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::Request;
use http::header::{DATE, HOST, USER_AGENT};
use http::response::Parts;
use http::uri::PathAndQuery;

use crate::credentials::Credentials;
use crate::endpoint::Target;
use crate::error::Invalid;
use crate::observe::{Event, Happening};
use crate::operation::Service;
use crate::restjson::{ErrorReply, request_id};
use crate::retry::{self, Reason, RetryMode};
use crate::session::{Failed, Session, Skew};
use crate::sign;

/// What a call carries along from attempt to attempt.
#[derive(Debug)]
pub(super) struct Progress {
    pub(super) target: Arc<Target>,
    pub(super) attempts: u32,
    operation: &'static str,
    /// What the last retry took from the session's tokens.
    last_cost: Option<u32>,
    started: Option<SystemTime>,
    /// What the last attempt was signed with.
    skew: Option<Skew>,
    clock_corrected: bool,
    credentials_renewed: bool,
}

impl Progress {
    pub(super) fn new(target: Arc<Target>, operation: &'static str) -> Self {
        Self {
            target,
            operation,
            attempts: 0,
            last_cost: None,
            started: None,
            skew: None,
            clock_corrected: false,
            credentials_renewed: false,
        }
    }

    /// The deadline counts from here, if it does not yet.
    fn begin(&mut self, now: SystemTime) {
        self.started.get_or_insert(now);
    }

    /// How long to wait before the next attempt; `None` where it would end after the deadline.
    pub(super) fn pace(&mut self, session: &mut Session, now: SystemTime) -> Option<Duration> {
        self.begin(now);
        if self.target.retry.mode != RetryMode::Adaptive {
            return Some(Duration::ZERO);
        }
        let left = self.time_left(now);
        let wait = session.limiter.acquire(now, left)?;
        if !wait.is_zero() {
            self.tell(Happening::Pacing { wait });
        }
        Some(wait)
    }

    /// Adds to a request where it goes, below `prefix`, and who it is from.
    pub(super) fn address(
        &self,
        mut request: Request<Bytes>,
        prefix: &str,
    ) -> Result<Request<Bytes>, Invalid> {
        let origin = self.target.origin.prefixed(prefix)?;
        let path = request.uri().path_and_query().cloned();
        *request.uri_mut() = origin.join(&path.unwrap_or(PathAndQuery::from_static("/")))?;
        let host = origin.host_header()?;
        request.headers_mut().insert(HOST, host);
        let user_agent = self.target.user_agent.clone();
        request.headers_mut().insert(USER_AGENT, user_agent);
        Ok(request)
    }

    /// The next attempt, signed where there are credentials for that.
    pub(super) fn attempt(
        &mut self,
        request: &Request<Bytes>,
        credentials: Option<&Credentials>,
        session: &mut Session,
        now: SystemTime,
    ) -> Request<Bytes> {
        let mut request = request.clone();
        self.begin(now);
        let at = session.service_time(now);
        self.skew = Some(session.skew());
        if let Some(credentials) = credentials {
            let scope = &self.target.scope;
            sign::sign(&mut request, credentials, scope, at, &mut session.keys);
        }
        self.attempts = self.attempts.saturating_add(1);
        self.tell(Happening::Sent);
        request
    }

    /// Whether the head of an answer tells of success.
    pub(super) fn succeeds(&self, head: &Parts, session: &mut Session, now: SystemTime) -> bool {
        self.tell(Happening::Answered {
            status: head.status,
            request_id: request_id(&head.headers),
        });
        let is_success = head.status.is_success();
        if is_success {
            self.answered(false, session, now);
            session.succeeded(self.last_cost);
        }
        is_success
    }

    /// Why a refusal is worth another attempt, if it is, and for how long the service wants to be
    /// left alone.
    pub(super) fn refused(
        &mut self,
        head: &Parts,
        reply: &ErrorReply<'_>,
        service: &Service,
        session: &mut Session,
        at: SystemTime,
    ) -> (Option<Reason>, Option<Duration>) {
        let reason = retry::classify(head.status, reply.code(), service)
            .filter(|reason| self.admits(*reason, head, session, at));
        self.tell(Happening::Refused {
            code: reply.code(),
            message: reply.message(),
        });
        self.answered(reason == Some(Reason::Throttled), session, at);
        let hint = retry::wait_hint(&head.headers, session.service_time(at));
        (reason, hint)
    }

    /// After what wait there may be another attempt, where there is a reason for one and the session
    /// allows it.
    pub(super) fn permit(
        &mut self,
        reason: Option<Reason>,
        hint: Option<Duration>,
        session: &mut Session,
        now: SystemTime,
    ) -> Option<(Reason, Duration)> {
        let reason = reason?;
        let failed = Failed {
            attempts: self.attempts,
            reason,
            hint,
            left: self.time_left(now),
        };
        let permit = session.allow_retry(&self.target.retry, failed)?;
        self.last_cost = Some(permit.cost);
        let after = permit.after;
        self.tell(Happening::Retrying { reason, after });
        Some((reason, after))
    }

    /// Tells whoever watches.
    pub(super) fn tell(&self, what: Happening<'_>) {
        if let Some(observer) = &self.target.observer {
            let host = self.target.origin.host();
            observer.observe(&Event::new(self.operation, host, self.attempts, what));
        }
    }

    /// What is left until the deadline.
    pub(super) fn time_left(&self, now: SystemTime) -> Option<Duration> {
        let (deadline, started) = (self.target.deadline?, self.started?);
        // A clock that was set back gives no time.
        let passed = now.duration_since(started).unwrap_or_default();
        Some(deadline.saturating_sub(passed))
    }

    /// Learns from an answer how often the service wants to be called.
    fn answered(&self, throttled: bool, session: &mut Session, now: SystemTime) {
        if self.target.retry.mode == RetryMode::Adaptive {
            session.limiter.answered(throttled, now);
        }
    }

    /// A wrong clock is corrected once, and credentials are renewed once; doing it again would not
    /// change the answer.
    fn admits(
        &mut self,
        reason: Reason,
        head: &Parts,
        session: &mut Session,
        at: SystemTime,
    ) -> bool {
        match reason {
            Reason::ClockSkew => {
                let date = head
                    .headers
                    .get(DATE)
                    .and_then(|date| date.to_str().ok())
                    .unwrap_or_default();
                let signed = self.skew.unwrap_or_else(|| session.skew());
                let learned = session.learn_clock(date, signed, at);
                !std::mem::replace(&mut self.clock_corrected, true) && learned
            }
            Reason::ExpiredCredentials => !std::mem::replace(&mut self.credentials_renewed, true),
            Reason::Transient | Reason::TimedOut | Reason::Throttled => true,
        }
    }
}
