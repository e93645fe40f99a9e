//! How an export goes about its work.

use std::num::NonZeroU8;

/// How an export goes about its work.
///
/// ```
/// use std::num::NonZeroU8;
///
/// use kvs_archive::ExportOptions;
///
/// let quick = ExportOptions { connections: NonZeroU8::new(5), ..ExportOptions::default() };
/// assert_eq!(quick.window, 32 << 20);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportOptions {
    /// Bytes of fragments that are asked for and not delivered yet, as far as their sizes are
    /// known: what an export keeps in memory at most. A fragment that is larger is asked for alone,
    /// and held in memory as a whole, unless there is a [spool](crate::Spool) for it. The service
    /// takes fragments of up to 50 MB.
    pub window: u64,
    /// How often a fragment is asked for before it counts as missing, and how often in a row a
    /// connection may break without bringing one.
    pub attempts: u32,
    /// Whether fragments carry the bytes that the service sent
    /// ([`Fragment::raw`](kvs_mkv::Fragment::raw)).
    pub keep_raw: bool,
    /// How many bodies are read at a time; the service allows five a stream. Unless set, a driver
    /// decides: one where that needs no threads, else three.
    pub connections: Option<NonZeroU8>,
    /// What the service allows.
    pub quota: Quota,
    /// Whether the range is listed once more at the end. What has been stored meanwhile is
    /// delivered too if it goes behind all the rest; else it is reported
    /// [late](crate::MissingReason::Late).
    pub settle: bool,
}

impl Default for ExportOptions {
    fn default() -> Self {
        Self {
            window: 32 << 20,
            attempts: 3,
            keep_raw: false,
            connections: None,
            quota: Quota::default(),
            settle: false,
        }
    }
}

/// Points a second that the service grants a stream. An export spends no more; when it is
/// throttled all the same, since others read the stream too, it spends half, and then slowly more
/// again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// For media: one a fragment; 500.
    pub media: u32,
    /// For metadata: one for each fragment that a page may hold; 10,000.
    pub metadata: u32,
}

impl Default for Quota {
    fn default() -> Self {
        Self {
            media: 500,
            metadata: 10_000,
        }
    }
}
