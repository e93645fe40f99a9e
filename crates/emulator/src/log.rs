//! The access log.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use http::StatusCode;
use serde::Serialize;

/// One request that has ended, served or not. `Display` writes it as one line of JSON:
///
/// ```text
/// {"operation":"GetMediaForFragmentList","fragments":15,"bytes":724310,"status":200}
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Access {
    /// Name of the operation; `None` when the path names none.
    pub operation: Option<&'static str>,
    /// Fragments that the answer lists, or that the request asked the media of.
    pub fragments: u64,
    /// Bytes of body that went to the socket: fewer than the answer has if the client hung up.
    pub bytes: u64,
    /// HTTP status of the answer.
    pub status: u16,
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = serde_json::to_string(self).map_err(|_| fmt::Error)?;
        f.write_str(&line)
    }
}

type Sink = dyn Fn(&Access) + Send + Sync;

/// Where accesses are told; shared by all connections.
#[derive(Clone, Default)]
pub(crate) struct Log(Option<Arc<Sink>>);

impl Log {
    pub(crate) fn to(sink: impl Fn(&Access) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(sink)))
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Log").field(&self.0.is_some()).finish()
    }
}

/// One answer on its way. Its body and the pieces of it that wait to be written share this; when
/// the last of them is written or given up, the request has ended and is logged.
#[derive(Debug)]
pub(crate) struct Exchange {
    pub(crate) operation: Option<&'static str>,
    pub(crate) fragments: u64,
    pub(crate) status: StatusCode,
    pub(crate) log: Log,
    pub(crate) written: AtomicU64,
}

impl Exchange {
    pub(crate) fn wrote(&self, bytes: usize) {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        self.written.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(crate) fn has_written(&self, bytes: u64) -> bool {
        self.written.load(Ordering::Relaxed) >= bytes
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let Some(sink) = &self.log.0 else { return };
        sink(&Access {
            operation: self.operation,
            fragments: self.fragments,
            bytes: *self.written.get_mut(),
            status: self.status.as_u16(),
        });
    }
}
