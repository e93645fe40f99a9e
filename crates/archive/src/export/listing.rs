//! The pages that an export lists.

use std::time::SystemTime;

use kvs_api::archived_media::{Exception, ListFragments, ListFragmentsOutput};
use kvs_api::protocol::retry::{Reason, RetryPolicy};
use kvs_api::protocol::{Error, ErrorKind, Operation};

use super::budget::Budget;
use super::fetching::{after, worth_another};
use super::{Exchange, Step};
use crate::listing::Listing;
use crate::plan::Entry;
use crate::selection::{Selection, Wanted};

/// One page after the other.
#[derive(Debug)]
pub(super) struct Pages {
    listing: Listing,
    asked: Option<Exchange>,
    due: Option<SystemTime>,
    /// How many requests in a row brought nothing.
    failures: u32,
    /// How often it had to begin again: pages that come are no progress then.
    restarts: u32,
}

impl Pages {
    /// The pages of a selection, if it is one by time.
    pub(super) fn of(selection: &Selection) -> Option<Self> {
        let Wanted::Between { by, from, to } = selection.wanted else {
            return None;
        };
        Some(Self {
            listing: Listing::new(&selection.stream, by, from, to),
            asked: None,
            due: None,
            failures: 0,
            restarts: 0,
        })
    }

    pub(super) fn poll(
        &mut self,
        exchange: Exchange,
        budget: &mut Budget,
        now: SystemTime,
    ) -> Step {
        let Some(request) = self.listing.request().filter(|_| self.asked.is_none()) else {
            return Step::Wait(None);
        };
        if self.due.is_some_and(|due| due > now) {
            return Step::Wait(self.due);
        }
        let points = request
            .max_results
            .and_then(|most| u32::try_from(most).ok());
        if let Err(at) = budget.spend(points.unwrap_or(1), now) {
            return Step::Wait(Some(at));
        }
        self.asked = Some(exchange);
        let request = request.clone();
        Step::List { exchange, request }
    }

    /// Takes a page; true if it was the last.
    pub(super) fn listed(
        &mut self,
        exchange: Exchange,
        answer: Result<ListFragmentsOutput, Error<Exception>>,
        (attempts, retry): (u32, &RetryPolicy),
        budget: &mut Budget,
        now: SystemTime,
    ) -> Result<bool, Error<Exception>> {
        if self.asked != Some(exchange) {
            return Ok(false);
        }
        self.asked = None;
        let error = match answer {
            Ok(page) => {
                self.failures = 0;
                let taken = self.listing.page(page);
                taken.map_err(|malformed| Error {
                    operation: ListFragments::NAME,
                    attempts: 1,
                    kind: ErrorKind::Malformed(malformed),
                })?;
                return Ok(self.listing.request().is_none());
            }
            Err(error) => error,
        };
        self.failures = self.failures.saturating_add(1);
        let reason = worth_another(&error);
        let is_stale = self.has_token() && is_about_the_request(&error);
        self.restarts = self.restarts.saturating_add(u32::from(is_stale));
        let most = self.failures.max(self.restarts);
        if most >= attempts || (reason.is_none() && !is_stale) {
            return Err(error);
        }
        if is_stale {
            self.listing.restart();
        }
        if reason == Some(Reason::Throttled) {
            budget.throttled(now);
        }
        self.due = after(now, retry.backoff(self.failures, 1.0));
        Ok(false)
    }

    pub(super) fn into_entries(self) -> Vec<Entry> {
        self.listing.into_entries()
    }

    fn has_token(&self) -> bool {
        let request = self.listing.request();
        request.is_some_and(|request| request.next_token.is_some())
    }
}

/// Whether a page was refused for what the request says: that can only be its token.
fn is_about_the_request(error: &Error<Exception>) -> bool {
    let refusal = error.refusal();
    refusal.is_some_and(|refusal| matches!(refusal.error, Exception::InvalidArgument(_)))
}

#[cfg(test)]
mod tests {
    use super::super::options::Quota;
    use super::*;
    use crate::selection::TimestampOrigin;
    use http::StatusCode;
    use kvs_api::archived_media::InvalidArgumentException;
    use kvs_api::protocol::{Refusal, Timestamp};

    fn refused() -> Error<Exception> {
        Error {
            operation: ListFragments::NAME,
            attempts: 1,
            kind: ErrorKind::Refused(Box::new(Refusal {
                error: Exception::InvalidArgument(InvalidArgumentException::default()),
                status: StatusCode::BAD_REQUEST,
                code: "InvalidArgumentException".to_owned(),
                message: "the token is no longer valid".to_owned(),
                request_id: None,
            })),
        }
    }

    /// Whether requests to a service that refuses so many tokens have one, and how that ends.
    fn list(refuses: usize) -> (Vec<bool>, Result<(), Error<Exception>>) {
        let (from, to) = (Timestamp::default(), Timestamp::new(100, 0));
        let selection = Selection::between("cam", TimestampOrigin::Producer, from, to);
        let mut pages = Pages::of(&selection).unwrap();
        let mut budget = Budget::new(Quota::default().metadata);
        let policy = (3, &RetryPolicy::default());
        let (mut asked, mut refused_so_far) = (vec![], 0);
        let mut now = SystemTime::UNIX_EPOCH;
        while asked.len() < 50 {
            let (exchange, token) = match pages.poll(Exchange(7), &mut budget, now) {
                Step::List { exchange, request } => (exchange, request.next_token),
                Step::Wait(Some(until)) => {
                    now = until;
                    continue;
                }
                other => panic!("{other:?}"),
            };
            asked.push(token.is_some());
            let mut page = ListFragmentsOutput::default();
            page.next_token = token.is_none().then(|| "more".to_owned());
            let answer = if token.is_some() && refused_so_far < refuses {
                refused_so_far += 1;
                Err(refused())
            } else {
                Ok(page)
            };
            match pages.listed(exchange, answer, policy, &mut budget, now) {
                Ok(false) => {}
                Ok(true) => return (asked, Ok(())),
                Err(error) => return (asked, Err(error)),
            }
        }
        panic!("it goes on for ever")
    }

    #[test]
    fn a_token_that_is_refused_begins_again_a_few_times() {
        for refuses in 0..3 {
            let (asked, outcome) = list(refuses);
            outcome.unwrap();
            assert_eq!(asked, [false, true].repeat(refuses + 1));
        }
        for refuses in [3, usize::MAX] {
            let (asked, outcome) = list(refuses);
            assert_eq!(asked.len(), 6);
            assert_eq!(outcome.unwrap_err().to_string(), refused().to_string());
        }
    }
}
