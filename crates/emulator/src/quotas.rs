//! The published quotas.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use kvs_api::protocol::Timestamp;

use crate::refusal::Refusal;

/// Bytes a second of each connection that carries media.
pub(crate) const BANDWIDTH: u64 = 25_000_000;
/// Connections of GetMediaForFragmentList to one stream.
const CONNECTIONS: u32 = 5;
/// For what counts by the account.
const ACCOUNT: &str = "";

/// What is counted, in points a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Quota {
    /// Descriptions of fragments.
    Metadata,
    /// Fragments of GetMediaForFragmentList.
    Media,
    /// Calls that open a session.
    Sessions,
    /// Calls of GetMedia.
    Readers,
    /// Calls of GetDataEndpoint for one stream.
    Endpoints,
    /// The same for the account.
    AccountEndpoints,
}

impl Quota {
    fn a_second(self) -> i64 {
        match self {
            Self::Metadata => 10_000,
            Self::Media => 500,
            Self::Sessions => 25,
            Self::Readers | Self::Endpoints => 5,
            Self::AccountEndpoints => 300,
        }
    }
}

/// What has been used of the quotas, by stream.
#[derive(Debug, Default)]
pub(crate) struct Quotas {
    buckets: Mutex<BTreeMap<(String, Quota), Bucket>>,
    connections: Mutex<BTreeMap<String, Arc<AtomicU32>>>,
}

/// Holds the points of a second. A call may overdraw it, for one may cost more than that; the next
/// then waits for longer.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    /// Thousandths of points.
    level: i64,
    /// Milliseconds since 1970.
    at: i64,
}

impl Quotas {
    /// Takes points for a call on a stream.
    pub(crate) fn charge(
        &self,
        arn: &str,
        quota: Quota,
        points: usize,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let arn = match quota {
            Quota::AccountEndpoints => ACCOUNT,
            _ => arn,
        };
        let points = i64::try_from(points).unwrap_or(i64::MAX);
        let now = now.as_millis();
        let full = quota.a_second().saturating_mul(1_000);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.entry((arn.to_owned(), quota));
        let bucket = bucket.or_insert(Bucket {
            level: full,
            at: now,
        });
        let elapsed = now.saturating_sub(bucket.at).max(0);
        let filled = elapsed.saturating_mul(quota.a_second());
        bucket.level = bucket.level.saturating_add(filled).min(full);
        bucket.at = bucket.at.max(now);
        if bucket.level <= 0 {
            return Err(Refusal::throttled("Rate exceeded."));
        }
        bucket.level = bucket.level.saturating_sub(points.saturating_mul(1_000));
        Ok(())
    }

    /// A connection that carries media of a stream.
    pub(crate) fn connect(&self, arn: &str) -> Result<Connection, Refusal> {
        let mut connections = self
            .connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let open = connections.entry(arn.to_owned()).or_default();
        if open.load(Ordering::Relaxed) >= CONNECTIONS {
            return Err(Refusal::throttled("Connection limit exceeded."));
        }
        open.fetch_add(1, Ordering::Relaxed);
        Ok(Connection(Arc::clone(open)))
    }
}

/// Counts as long as it lives.
#[derive(Debug)]
pub(crate) struct Connection(Arc<AtomicU32>);

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_allowed(quotas: &Quotas, quota: Quota, points: usize, millis: i64) -> bool {
        let now = Timestamp::from_millis(millis);
        quotas.charge("arn", quota, points, now).is_ok()
    }

    #[test]
    fn a_second_gives_its_points() {
        let quotas = Quotas::default();
        assert!((0..5).all(|_| is_allowed(&quotas, Quota::Endpoints, 1, 0)));
        assert!(!is_allowed(&quotas, Quota::Endpoints, 1, 0));
        assert!(is_allowed(&quotas, Quota::Endpoints, 1, 200));
        assert!(!is_allowed(&quotas, Quota::Endpoints, 1, 200));
        // What is not used in a minute is no more than what is not used in a second.
        assert!((0..5).all(|_| is_allowed(&quotas, Quota::Endpoints, 1, 60_000)));
        assert!(!is_allowed(&quotas, Quota::Endpoints, 1, 60_000));
    }

    #[test]
    fn a_large_call_is_paid_off() {
        let quotas = Quotas::default();
        assert!(is_allowed(&quotas, Quota::Media, 1_000, 0));
        assert!(!is_allowed(&quotas, Quota::Media, 1, 1_000));
        assert!(is_allowed(&quotas, Quota::Media, 1, 1_002));
    }

    #[test]
    fn streams_and_quotas_are_apart() {
        let quotas = Quotas::default();
        let now = Timestamp::from_millis(0);
        assert!(quotas.charge("a", Quota::Media, 500, now).is_ok());
        assert!(quotas.charge("a", Quota::Media, 1, now).is_err());
        assert!(quotas.charge("b", Quota::Media, 1, now).is_ok());
        assert!(quotas.charge("a", Quota::Metadata, 1, now).is_ok());
    }

    #[test]
    fn connections_are_counted_while_they_live() {
        let quotas = Quotas::default();
        let open: Vec<_> = (0..5).map(|_| quotas.connect("a").unwrap()).collect();
        assert!(quotas.connect("a").is_err());
        assert!(quotas.connect("b").is_ok());
        drop(open);
        assert!(quotas.connect("a").is_ok());
    }
}
