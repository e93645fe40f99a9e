//! What goes wrong on purpose.

mod plan;

use std::fmt;

use http::StatusCode;
use serde::{Deserialize, Serialize};

pub(crate) use plan::{Breaks, Plan, Planner};

use crate::operations::Route;

/// What goes wrong with requests, how often, and by which dice: the same seed and the same requests
/// in the same order meet the same faults.
///
/// In JSON, as `kvs emulator --faults` reads it and `PUT /emulator/faults` takes it:
///
/// ```
/// let json = r#"{
///   "seed": 7,
///   "faults": [
///     { "operation": "ListFragments", "share": 0.2, "fault": "throttle" },
///     { "operation": "GetMediaForFragmentList", "share": 0.1, "fault": { "cut": { "after": 4096 } } },
///     { "share": 0.05, "fault": { "delay": { "milliseconds": 200 } } },
///     { "share": 0.05, "fault": { "status": { "status": 503, "code": "ServiceUnavailable" } } }
///   ]
/// }"#;
/// let faults = kvs_emulator::Faults::from_json(json)?;
/// assert_eq!(faults.faults.len(), 4);
/// # Ok::<(), kvs_emulator::BadFaults>(())
/// ```
///
/// A request may meet several of them. Requests that are not signed well are refused all the same.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Faults {
    /// Where the dice begin.
    pub seed: u64,
    /// What may happen, each thrown for on its own.
    pub faults: Vec<Rule>,
}

/// Which requests a fault happens to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Name of an operation, such as `ListFragments`; all of them where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// Share of those requests, 0 to 1; all of them where it is left out.
    #[serde(default = "all")]
    pub share: f64,
    /// What happens.
    pub fault: Fault,
}

/// What happens to a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Fault {
    /// It is refused.
    Status {
        /// HTTP status, 400 to 599.
        status: u16,
        /// Code of the error; `InternalFailure` where it is left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<String>,
    },
    /// It is refused for there being too many: ClientLimitExceededException.
    Throttle,
    /// It is answered later.
    Delay {
        /// How much later.
        milliseconds: u64,
    },
    /// Nothing comes after so many bytes of the answer's body, and the connection stays open.
    Stall {
        /// Bytes that do come.
        after: u64,
    },
    /// The connection ends after so many bytes of the answer's body.
    Cut {
        /// Bytes that do come.
        after: u64,
    },
    /// One of the fragments in the answer is an error instead, as the service sends it.
    InBandError {
        /// Such as `FRAGMENT_NOT_FOUND`.
        code: String,
        /// Such as 3000.
        id: u64,
    },
    /// The fragments in the answer come in another order.
    Shuffled,
    /// One of the fragments in the answer comes twice.
    Duplicated,
    /// The clock is off: signatures are judged by it, and the header `Date` tells it.
    SkewedClock {
        /// Seconds that it is ahead, or behind if negative.
        seconds: i64,
    },
}

/// Why faults cannot be read, in words that say where.
#[derive(Debug)]
pub struct BadFaults(String);

impl fmt::Display for BadFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadFaults {}

fn all() -> f64 {
    1.0
}

impl Faults {
    /// Reads them from JSON.
    ///
    /// # Errors
    /// When it is not of the form above, or tells of an operation, a share or a status that there
    /// is not. The error says which.
    pub fn from_json(json: &str) -> Result<Self, BadFaults> {
        let faults: Self =
            serde_json::from_str(json).map_err(|error| BadFaults(error.to_string()))?;
        faults.check()?;
        Ok(faults)
    }

    pub(crate) fn check(&self) -> Result<(), BadFaults> {
        for (index, rule) in self.faults.iter().enumerate() {
            rule.check()
                .map_err(|problem| BadFaults(format!("faults[{index}]: {problem}")))?;
        }
        Ok(())
    }
}

impl Rule {
    fn check(&self) -> Result<(), String> {
        if let Some(operation) = &self.operation
            && !Route::names().any(|name| name == operation)
        {
            let known: Vec<&str> = Route::names().collect();
            return Err(format!(
                "there is no operation {operation}; there are {}",
                known.join(", ")
            ));
        }
        if !(0.0..=1.0).contains(&self.share) {
            return Err(format!("share is from 0 to 1, not {}", self.share));
        }
        let Fault::Status { status, code } = &self.fault else {
            return Ok(());
        };
        if !(400..600).contains(status) || StatusCode::from_u16(*status).is_err() {
            return Err(format!("status is from 400 to 599, not {status}"));
        }
        let is_name =
            |code: &String| !code.is_empty() && code.bytes().all(|b| b.is_ascii_graphic());
        match code.as_ref().filter(|code| !is_name(code)) {
            Some(code) => Err(format!("code is a name, not {code:?}")),
            None => Ok(()),
        }
    }
}
