//! Why nothing is decoded.

use std::fmt;

/// Why there are no pictures at all. A frame that cannot be decoded is none of these: it is
/// [lost](crate::Stills::take_lost).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// This was built without the feature `decoder`.
    NotBuilt,
    /// The decoder does not start, in its own words.
    Decoder(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotBuilt => f.write_str(
                "nothing can be decoded: kvs-stills was built without its feature `decoder`",
            ),
            Self::Decoder(problem) => write!(f, "the decoder does not start: {problem}"),
        }
    }
}

impl std::error::Error for Error {}
