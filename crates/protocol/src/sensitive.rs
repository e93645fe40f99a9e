//! Values that must not show in logs.

use std::fmt;

use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::blob::Blob;

/// A member that the model marks as sensitive: `Debug` does not show it.
///
/// ```
/// let password = kvs_protocol::Sensitive("hunter2".to_owned());
/// assert_eq!(format!("{password:?}"), "Sensitive(…)");
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sensitive<T>(
    /// The value itself.
    pub T,
);

impl<T> fmt::Debug for Sensitive<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sensitive(…)")
    }
}

impl<T: Serialize> Serialize for Sensitive<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Sensitive<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self)
    }
}

impl<T> From<T> for Sensitive<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T: AsRef<Bytes>> AsRef<Bytes> for Sensitive<T> {
    fn as_ref(&self) -> &Bytes {
        self.0.as_ref()
    }
}

impl From<Bytes> for Sensitive<Blob> {
    fn from(bytes: Bytes) -> Self {
        Self(bytes.into())
    }
}
