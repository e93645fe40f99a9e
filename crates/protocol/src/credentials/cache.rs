//! When to search again, and for whom.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::chain::NoCredentials;
use super::keys::Credentials;

/// From then on new credentials are searched for, while the old ones still serve.
const ADVISORY: Duration = Duration::from_secs(5 * 60);
/// From then on the old ones do not serve any more.
const MANDATORY: Duration = Duration::from_secs(60);
/// After a search in vain the old ones serve for so long before the next.
const PAUSE: Duration = Duration::from_secs(60);

/// The credentials that the calls of one client share.
///
/// A driver asks for the [`standing`](Self::standing) before each attempt. Searches are not to run
/// next to each other: whoever wants one waits for the lock under which they run, and then asks
/// [`since`](Self::since) its ticket whether somebody else's has ended in the meantime.
#[derive(Debug, Default)]
pub struct Cache {
    current: Option<Arc<Credentials>>,
    rejected: bool,
    searches: u64,
    last: Option<NoCredentials>,
    paused_until: Option<SystemTime>,
}

/// What credentials there are.
#[derive(Debug, Clone)]
pub enum Standing {
    /// Good ones.
    Fresh(Arc<Credentials>),
    /// Good ones that end soon: if nobody searches for new ones, it is time to.
    Ending(Arc<Credentials>, Ticket),
    /// None that are any good.
    Due(Ticket),
}

/// What a caller knew of searches when it saw that it needed one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket(u64);

impl Cache {
    /// What there is at `now`, the service's time.
    pub fn standing(&self, now: SystemTime) -> Standing {
        let ticket = Ticket(self.searches);
        let current = self.current.as_ref().filter(|_| !self.rejected);
        let Some(current) = current.map(Arc::clone) else {
            return Standing::Due(ticket);
        };
        let ends_within = |time| {
            let end = current.expires_at();
            end.is_some_and(|end| {
                end.duration_since(now).is_ok_and(|left| left <= time) || end <= now
            })
        };
        if ends_within(MANDATORY) {
            Standing::Due(ticket)
        } else if ends_within(ADVISORY) && self.paused_until.is_none_or(|until| until <= now) {
            Standing::Ending(current, ticket)
        } else {
            Standing::Fresh(current)
        }
    }

    /// What a search has brought that ended after `ticket` was handed out.
    pub fn since(&self, ticket: Ticket) -> Option<Result<Arc<Credentials>, NoCredentials>> {
        if self.searches == ticket.0 {
            return None;
        }
        match (&self.last, &self.current) {
            (Some(none), _) => Some(Err(none.clone())),
            (None, Some(current)) => Some(Ok(Arc::clone(current))),
            (None, None) => None,
        }
    }

    /// Takes what a search has brought; gives what the caller is to go on with.
    ///
    /// # Errors
    /// Those of the search, when what there was before does not serve any more.
    pub fn searched(
        &mut self,
        found: Result<Credentials, NoCredentials>,
        now: SystemTime,
    ) -> Result<Arc<Credentials>, NoCredentials> {
        self.searches = self.searches.wrapping_add(1);
        let found = found.map(Arc::new);
        match (found, self.standing(now)) {
            (Ok(found), _) => {
                self.current = Some(Arc::clone(&found));
                (self.rejected, self.last, self.paused_until) = (false, None, None);
                Ok(found)
            }
            (Err(_), Standing::Fresh(current) | Standing::Ending(current, _)) => {
                self.paused_until = now.checked_add(PAUSE);
                self.last = None;
                Ok(current)
            }
            (Err(none), Standing::Due(_)) => {
                self.last = Some(none.clone());
                Err(none)
            }
        }
    }

    /// The service no longer honours `credentials`: they are not handed out again.
    pub fn reject(&mut self, credentials: &Credentials) {
        let is_current = |current: &Arc<Credentials>| **current == *credentials;
        self.rejected |= self.current.as_ref().is_some_and(is_current);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credentials::Tried;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    /// Credentials that end at 1,000 s.
    fn ending() -> Credentials {
        Credentials::new("AKID", "secret").expiring_at(at(1_000))
    }

    fn none() -> NoCredentials {
        NoCredentials {
            tried: vec![Tried::new("here", "nothing")],
        }
    }

    fn shown(standing: &Standing) -> &'static str {
        match standing {
            Standing::Fresh(_) => "fresh",
            Standing::Ending(..) => "ending",
            Standing::Due(_) => "due",
        }
    }

    #[test]
    fn credentials_are_renewed_before_they_end() {
        let mut cache = Cache::default();
        assert_eq!(shown(&cache.standing(at(0))), "due");
        cache.searched(Ok(ending()), at(0)).unwrap();
        for (now, expected) in [
            (0, "fresh"),
            (699, "fresh"),
            (700, "ending"),
            (939, "ending"),
            (940, "due"),
            (2_000, "due"),
        ] {
            assert_eq!(shown(&cache.standing(at(now))), expected, "{now}");
        }
        let mut cache = Cache::default();
        let forever = Credentials::new("AKID", "secret");
        cache.searched(Ok(forever), at(0)).unwrap();
        assert_eq!(shown(&cache.standing(at(u32::MAX.into()))), "fresh");
    }

    #[test]
    fn old_ones_serve_while_new_ones_cannot_be_had() {
        let mut cache = Cache::default();
        cache.searched(Ok(ending()), at(0)).unwrap();
        assert!(cache.searched(Err(none()), at(800)).is_ok());
        assert_eq!(shown(&cache.standing(at(859))), "fresh", "it pauses");
        assert_eq!(shown(&cache.standing(at(860))), "ending");
        assert_eq!(cache.searched(Err(none()), at(950)).unwrap_err(), none());
    }

    #[test]
    fn a_search_serves_all_who_waited_for_it() {
        let mut cache = Cache::default();
        let Standing::Due(ticket) = cache.standing(at(0)) else {
            unreachable!("there are none")
        };
        assert!(cache.since(ticket).is_none());
        cache.searched(Err(none()), at(0)).unwrap_err();
        assert_eq!(cache.since(ticket).unwrap().unwrap_err(), none());
        let Standing::Due(later) = cache.standing(at(0)) else {
            unreachable!("there are none")
        };
        assert!(cache.since(later).is_none(), "it is another one's turn");
        cache.searched(Ok(ending()), at(0)).unwrap();
        assert_eq!(*cache.since(later).unwrap().unwrap(), ending());
    }

    #[test]
    fn what_is_rejected_is_not_handed_out_again() {
        let mut cache = Cache::default();
        cache.searched(Ok(ending()), at(0)).unwrap();
        cache.reject(&Credentials::new("AKID", "older"));
        assert_eq!(shown(&cache.standing(at(0))), "fresh");
        cache.reject(&ending());
        assert_eq!(shown(&cache.standing(at(0))), "due");
        cache.searched(Ok(ending()), at(0)).unwrap();
        assert_eq!(
            shown(&cache.standing(at(0))),
            "fresh",
            "the source stands by them"
        );
    }
}
