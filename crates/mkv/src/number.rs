//! Fragment numbers.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

/// The service's limit on the digits of a fragment number.
const LONGEST: usize = 128;

/// The number of a fragment: a text of decimal digits (47 of them, as a rule), compared as the
/// number that it is, whatever its leading zeros.
///
/// ```
/// use kvs_mkv::FragmentNumber;
///
/// let a: FragmentNumber = "99".parse()?;
/// let b: FragmentNumber = "0100".parse()?;
/// assert!(a < b);
/// assert_eq!(b, "100".parse()?);
/// assert_eq!(b.as_str(), "0100");
/// assert!("12x".parse::<FragmentNumber>().is_err());
/// # Ok::<(), kvs_mkv::BadFragmentNumber>(())
/// ```
#[derive(Clone)]
pub struct FragmentNumber(Box<str>);

impl FragmentNumber {
    /// The digits as they came.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn significant(&self) -> &str {
        self.0.trim_start_matches('0')
    }
}

/// A text that is no fragment number: 1 to 128 decimal digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadFragmentNumber(String);

impl fmt::Display for BadFragmentNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "not a fragment number (1 to {LONGEST} digits): {:?}",
            self.0
        )
    }
}

impl std::error::Error for BadFragmentNumber {}

impl From<u64> for FragmentNumber {
    fn from(number: u64) -> Self {
        Self(number.to_string().into())
    }
}

impl FromStr for FragmentNumber {
    type Err = BadFragmentNumber;

    fn from_str(text: &str) -> Result<Self, BadFragmentNumber> {
        let valid = (1..=LONGEST).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        if valid {
            Ok(Self(text.into()))
        } else {
            Err(BadFragmentNumber(text.chars().take(LONGEST).collect()))
        }
    }
}

impl Ord for FragmentNumber {
    fn cmp(&self, other: &Self) -> Ordering {
        let (a, b) = (self.significant(), other.significant());
        a.len().cmp(&b.len()).then_with(|| a.cmp(b))
    }
}

impl PartialOrd for FragmentNumber {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for FragmentNumber {
    fn eq(&self, other: &Self) -> bool {
        self.significant() == other.significant()
    }
}

impl Eq for FragmentNumber {}

impl Hash for FragmentNumber {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.significant().hash(state);
    }
}

impl fmt::Display for FragmentNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for FragmentNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
