//! What goes wrong.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// Of so many requests one goes wrong.
const ONE_IN: u64 = 5;

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is answered.
    Served,
    /// The connection ends without an answer.
    Dropped,
    /// It is refused with a status and an error code.
    Refused(u16, &'static str),
    /// So many bytes of the body come, then the connection ends.
    Cut(usize),
    /// So many bytes of the body come, then nothing more.
    Stalled(usize),
}

/// Requests, by what became of them. What becomes of the next follows from their number.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    requests: AtomicU64,
    dropped: AtomicU64,
    refused: AtomicU64,
    cut: AtomicU64,
    stalled: AtomicU64,
}

impl Faults {
    /// What becomes of the next request, whose answer may have so many bytes.
    pub(crate) fn next(&self, most: usize) -> Fate {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        let drawn = scatter(number);
        if !drawn.is_multiple_of(ONE_IN) {
            return Fate::Served;
        }
        let kind = drawn / ONE_IN % 10;
        let at = usize::try_from(drawn >> 20).unwrap_or(usize::MAX) % most;
        let (count, fate) = match kind {
            0 | 1 => (&self.dropped, Fate::Dropped),
            2 => (&self.refused, Fate::Refused(500, "InternalFailure")),
            3 => (&self.refused, Fate::Refused(503, "ServiceUnavailable")),
            4 => (
                &self.refused,
                Fate::Refused(400, "ClientLimitExceededException"),
            ),
            5..=8 => (&self.cut, Fate::Cut(at)),
            _ => (&self.stalled, Fate::Stalled(at)),
        };
        count.fetch_add(1, Ordering::Relaxed);
        fate
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |of: &AtomicU64| of.load(Ordering::Relaxed);
        write!(
            f,
            "{} requests: {} dropped, {} refused, {} bodies cut, {} stalled",
            count(&self.requests),
            count(&self.dropped),
            count(&self.refused),
            count(&self.cut),
            count(&self.stalled)
        )
    }
}

/// A number that looks like chance and is the same on every run.
fn scatter(number: u64) -> u64 {
    let state = number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let state = (state ^ state >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let state = (state ^ state >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    state ^ state >> 31
}
