//! Values that must not show in logs.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A member that the model marks as sensitive: `Debug` does not show it.
///
/// ```
/// let password = kvs_protocol::Sensitive("hunter2".to_owned());
/// assert_eq!(format!("{password:?}"), "Sensitive(…)");
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sensitive<T>(
    /// The value itself.
    pub T,
);

impl<T> fmt::Debug for Sensitive<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sensitive(…)")
    }
}

impl<T> From<T> for Sensitive<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}
