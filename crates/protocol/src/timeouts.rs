//! How long a peer may take.

mod rate;

use std::time::Duration;

pub use self::rate::{MinimumRate, Throughput};

/// How long the peer may take for what, whichever driver measures it. A slow caller is never timed
/// out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// From looking the host up to the end of the TLS handshake; 10 s.
    pub connect: Duration,
    /// From the end of the request to the head of the answer; 60 s.
    pub first_byte: Duration,
    /// Silence inside an answer, while the caller waits for it; 30 s.
    pub stall: Duration,
    /// Below which an answer counts as broken off, though it is not silent.
    pub minimum_rate: MinimumRate,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            first_byte: Duration::from_secs(60),
            stall: Duration::from_secs(30),
            minimum_rate: MinimumRate::default(),
        }
    }
}
