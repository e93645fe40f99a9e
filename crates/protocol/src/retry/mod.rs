//! When a call is worth another attempt, and how long to wait before it.

mod adaptive;
mod hint;

use std::str::FromStr;
use std::time::Duration;

use http::StatusCode;

use crate::error::{InterruptionKind, Invalid};
use crate::operation::Service;

pub(crate) use adaptive::RateLimiter;
pub(crate) use hint::wait_hint;

/// As in the modes of AWS's SDKs: a few attempts, exponential waits with full jitter.
///
/// ```
/// use kvs_protocol::retry::RetryPolicy;
///
/// let patient = RetryPolicy { max_attempts: 10, ..RetryPolicy::default() };
/// assert_eq!(RetryPolicy::default().max_attempts, 3);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetryPolicy {
    /// How often a request is sent at most, the first time included.
    pub max_attempts: u32,
    /// Upper bound of the wait before the second attempt; it doubles with each further one.
    pub base: Duration,
    /// No wait is longer than this, unless the service asks for a longer one.
    pub longest: Duration,
    /// Whether calls are slowed down when the service asks for it.
    pub mode: RetryMode,
}

/// Whether a client slows down when the service asks to be called less often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RetryMode {
    /// What was throttled is sent again after a wait; other calls go on as before.
    #[default]
    Standard,
    /// All calls of the client are slowed down to the rate that the service can take.
    Adaptive,
}

impl FromStr for RetryMode {
    type Err = Invalid;

    /// Reads `standard` or `adaptive`; `legacy`, which others still have, is read as standard.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text.to_ascii_lowercase().as_str() {
            "standard" | "legacy" => Ok(Self::Standard),
            "adaptive" => Ok(Self::Adaptive),
            _ => Err(Invalid::new(
                "retry mode",
                format!("is {text:?}, and must be standard or adaptive"),
            )),
        }
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_attempts: 3,
            base: Duration::from_secs(1),
            longest: Duration::from_secs(20),
            mode: RetryMode::Standard,
        }
    }
}

impl RetryPolicy {
    /// The wait after `attempts` attempts; `draw` is a random number from 0 to 1.
    pub fn backoff(&self, attempts: u32, draw: f64) -> Duration {
        let doubled = 2u32.saturating_pow(attempts.saturating_sub(1));
        self.base
            .saturating_mul(doubled)
            .min(self.longest)
            .mul_f64(draw.clamp(0.0, 1.0))
    }
}

/// What a failed attempt asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The service, or the way to it, was out of order for the moment.
    Transient,
    /// The peer fell silent.
    TimedOut,
    /// The service asks to be called less often.
    Throttled,
    /// Our clock and the service's disagree.
    ClockSkew,
    /// The credentials are no longer honoured.
    ExpiredCredentials,
}

const THROTTLING: [&str; 14] = [
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException",
];
const TRANSIENT: [&str; 6] = [
    "InternalError",
    "InternalFailure",
    "InternalServerError",
    "RequestTimeout",
    "RequestTimeoutException",
    "ServiceUnavailable",
];
const CLOCK_SKEW: [&str; 6] = [
    "AuthFailure",
    "InvalidSignatureException",
    "RequestExpired",
    "RequestInTheFuture",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
];
const EXPIRED_CREDENTIALS: [&str; 2] = ["ExpiredToken", "ExpiredTokenException"];

/// What an error answer asks for; `None` when asking again cannot help.
pub fn classify(status: StatusCode, code: &str, service: &Service) -> Option<Reason> {
    if THROTTLING.contains(&code)
        || service.throttling.contains(&code)
        || status == StatusCode::TOO_MANY_REQUESTS
    {
        return Some(Reason::Throttled);
    }
    if CLOCK_SKEW.contains(&code) {
        return Some(Reason::ClockSkew);
    }
    if EXPIRED_CREDENTIALS.contains(&code) {
        return Some(Reason::ExpiredCredentials);
    }
    let transient_status = matches!(status.as_u16(), 500 | 502 | 503 | 504);
    (TRANSIENT.contains(&code) || transient_status).then_some(Reason::Transient)
}

/// What a transport failure asks for; `None` when asking again cannot help.
pub fn classify_interruption(kind: InterruptionKind) -> Option<Reason> {
    match kind {
        InterruptionKind::Connect | InterruptionKind::Broken => Some(Reason::Transient),
        InterruptionKind::TimedOut => Some(Reason::TimedOut),
        InterruptionKind::Refused => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVICE: Service = Service {
        id: "X",
        endpoint: |built_ins| crate::rules::by_prefix("x", built_ins),
        signing_name: "x",
        throttling: &["ClientLimitExceededException"],
    };

    #[test]
    fn classifies_by_code_then_status() {
        let classify = |status: u16, code: &str| {
            classify(StatusCode::from_u16(status).unwrap(), code, &SERVICE)
        };
        for (status, code, expected) in [
            (400, "ClientLimitExceededException", Some(Reason::Throttled)),
            (400, "ThrottlingException", Some(Reason::Throttled)),
            (429, "", Some(Reason::Throttled)),
            (503, "SlowDown", Some(Reason::Throttled)),
            (500, "", Some(Reason::Transient)),
            (502, "", Some(Reason::Transient)),
            (400, "RequestTimeout", Some(Reason::Transient)),
            (400, "RequestExpired", Some(Reason::ClockSkew)),
            (
                403,
                "ExpiredTokenException",
                Some(Reason::ExpiredCredentials),
            ),
            (501, "", None),
            (404, "ResourceNotFoundException", None),
            (403, "", None),
            (301, "", None),
        ] {
            assert_eq!(classify(status, code), expected, "{status} {code}");
        }
    }

    #[test]
    fn every_code_that_aws_s_sdks_know_has_its_reason() {
        let throttling = "BandwidthLimitExceeded EC2ThrottledException LimitExceededException \
            PriorRequestNotComplete ProvisionedThroughputExceededException RequestLimitExceeded \
            RequestThrottled RequestThrottledException SlowDown ThrottledException Throttling \
            ThrottlingException TooManyRequestsException TransactionInProgressException";
        let transient = "InternalError InternalFailure InternalServerError RequestTimeout \
            RequestTimeoutException ServiceUnavailable";
        let skew = "AuthFailure InvalidSignatureException RequestExpired RequestInTheFuture \
            RequestTimeTooSkewed SignatureDoesNotMatch";
        let expired = "ExpiredToken ExpiredTokenException";
        for (codes, reason) in [
            (throttling, Reason::Throttled),
            (transient, Reason::Transient),
            (skew, Reason::ClockSkew),
            (expired, Reason::ExpiredCredentials),
        ] {
            for code in codes.split_whitespace() {
                let found = classify(StatusCode::BAD_REQUEST, code, &SERVICE);
                assert_eq!(found, Some(reason), "{code}");
            }
        }
        for status in [500, 502, 503, 504] {
            let status = StatusCode::from_u16(status).unwrap();
            let found = classify(status, "", &SERVICE);
            assert_eq!(found, Some(Reason::Transient), "{status}");
        }
    }

    #[test]
    fn waits_double_up_to_the_longest() {
        let policy = RetryPolicy::default();
        let waits: Vec<u64> = (1..=7).map(|n| policy.backoff(n, 1.0).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 20, 20]);
        assert_eq!(policy.backoff(3, 0.5), Duration::from_secs(2));
        assert_eq!(policy.backoff(u32::MAX, 2.0), Duration::from_secs(20));
        assert_eq!(policy.backoff(1, f64::NAN.max(0.0)), Duration::ZERO);
    }
}
