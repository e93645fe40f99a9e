//! What became of the fragments that were asked for.

use std::fmt;
use std::time::Duration;

use kvs_mkv::{FragmentNumber, InBandError};

use crate::listing::Listed;

/// A fragment that an export fetches.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Planned {
    /// The service has listed it.
    Listed(Listed),
    /// The caller has named it; nothing else is known of it.
    Named(FragmentNumber),
}

impl Planned {
    /// Its number.
    pub fn number(&self) -> &FragmentNumber {
        match self {
            Self::Listed(listed) => &listed.number,
            Self::Named(number) => number,
        }
    }

    /// What was listed of it, if it was.
    pub fn listed(&self) -> Option<&Listed> {
        match self {
            Self::Listed(listed) => Some(listed),
            Self::Named(_) => None,
        }
    }
}

/// What an export has done so far; at its end `delivered` and `missing` make up `planned`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// How many fragments were to be fetched, once they are known.
    pub planned: u64,
    /// Their size together, as far as it was listed.
    pub planned_bytes: u64,
    /// How many were delivered, each once and whole.
    pub delivered: u64,
    /// Their size together, as received.
    pub delivered_bytes: u64,
    /// How many of those that were to be fetched, from the first on, are delivered or missing.
    pub settled: u64,
    /// Those that could not be had, in order.
    pub missing: Vec<Missing>,
    /// Fragments that came unasked or twice, and were dropped.
    pub unasked: u64,
}

/// A fragment that could not be had.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Missing {
    /// Which one.
    pub fragment: Planned,
    /// Why.
    pub reason: MissingReason,
    /// How often it was asked for.
    pub tries: u32,
    /// From the first time that it was asked for to the last answer.
    pub over: Duration,
}

/// Why a fragment could not be had.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum MissingReason {
    /// The service sent an error in its place, each time.
    InBand(InBandError),
    /// The service refused every request that named it.
    Refused {
        /// The error's code.
        code: String,
        /// The service's words.
        message: String,
    },
    /// It came cut short or damaged, each time.
    Damaged,
    /// The service answered without it, each time.
    NotSent,
    /// It was stored after its place had been passed.
    Late,
    /// The export ended before its turn.
    Cancelled,
}

impl MissingReason {
    /// Whether asking again cannot help: the key that it is encrypted with is out of reach.
    pub(crate) fn is_final(&self) -> bool {
        match self {
            Self::InBand(error) => matches!(error.id, Some(4500 | 4501 | 4502 | 4504 | 4506)),
            _ => false,
        }
    }
}

impl fmt::Display for MissingReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InBand(error) => {
                f.write_str(error.code.as_deref().unwrap_or("error in its place"))?;
                if let Some(id) = error.id {
                    write!(f, " ({id})")?;
                }
                match &error.message {
                    Some(message) => write!(f, ": {message}"),
                    None => Ok(()),
                }
            }
            Self::Refused { code, message } if message.is_empty() => f.write_str(code),
            Self::Refused { code, message } => write!(f, "{code}: {message}"),
            Self::Damaged => f.write_str("came cut short or damaged"),
            Self::NotSent => f.write_str("not sent"),
            Self::Late => f.write_str("came too late for its place"),
            Self::Cancelled => f.write_str("not fetched, for the export ended before"),
        }
    }
}
