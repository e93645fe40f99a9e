//! Connections that wait for the next request.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::connect::Place;
use crate::connection::Connection;

/// How many are kept for one place.
const MOST_IDLE: usize = 8;
/// For how long one is kept. Peers close them after about as long.
const LONGEST_IDLE: Duration = Duration::from_secs(60);

/// Idle connections by place. Old ones are dropped when the next is asked for.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    idle: Mutex<BTreeMap<Place, Vec<Idle>>>,
}

#[derive(Debug)]
struct Idle {
    connection: Connection,
    since: Instant,
}

impl Pool {
    /// A connection to `place`, if there is one: the youngest, which is the least likely to have
    /// been closed by the peer.
    pub(crate) fn take(&self, place: &Place) -> Option<Connection> {
        let mut idle = self.idle();
        idle.retain(|_, connections| {
            connections.retain_mut(Idle::is_fresh);
            !connections.is_empty()
        });
        Some(idle.get_mut(place)?.pop()?.connection)
    }

    fn put(&self, place: Place, connection: Connection) {
        let mut idle = self.idle();
        let connections = idle.entry(place).or_default();
        if connections.len() < MOST_IDLE {
            connections.push(Idle {
                connection,
                since: Instant::now(),
            });
        }
    }

    fn idle(&self) -> MutexGuard<'_, BTreeMap<Place, Vec<Idle>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Idle {
    fn is_fresh(&mut self) -> bool {
        self.since.elapsed() < LONGEST_IDLE && !self.connection.is_closed()
    }
}

/// A connection that is in use. Dropping it closes it.
#[derive(Debug)]
pub(crate) struct Lease {
    pub(crate) connection: Connection,
    pub(crate) place: Place,
    pub(crate) pool: Arc<Pool>,
}

impl Lease {
    /// Keeps the connection for the next request.
    pub(crate) fn give_back(self) {
        self.pool.put(self.place, self.connection);
    }
}
