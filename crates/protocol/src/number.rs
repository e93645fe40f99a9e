//! Numbers of whatever size.

use serde::de::{Deserializer, Error};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;

/// A number that no type of the language holds, by its digits as they travel.
///
/// ```
/// use kvs_protocol::BigNumber;
///
/// let number: BigNumber = serde_json::from_str("123456789012345678901234567890.5")?;
/// assert_eq!(number.as_str(), "123456789012345678901234567890.5");
/// assert_eq!(serde_json::to_string(&number)?, "123456789012345678901234567890.5");
/// assert!(BigNumber::new("1e").is_none());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BigNumber(String);

impl Default for BigNumber {
    fn default() -> Self {
        Self("0".to_owned())
    }
}

impl BigNumber {
    /// The number with these digits; `None` where JSON would not take them for a number.
    pub fn new(digits: impl Into<String>) -> Option<Self> {
        let digits = digits.into();
        let is_number = digits.starts_with(|c: char| c == '-' || c.is_ascii_digit());
        let is_json =
            serde_json::from_str::<&RawValue>(&digits).is_ok_and(|raw| raw.get() == digits);
        (is_number && is_json).then_some(Self(digits))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Serialize for BigNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw = RawValue::from_string(self.0.clone()).map_err(serde::ser::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for BigNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Self::new(raw.get()).ok_or_else(|| D::Error::custom(format_args!("{raw} is no number")))
    }
}
