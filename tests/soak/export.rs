//! One export after the other, under both drivers in turn.

use std::num::NonZeroU8;
use std::time::Duration;

use kvs_tests::settings;
use kvs_ureq::api::protocol::Timestamp;
use kvs_ureq::api::protocol::retry::RetryPolicy;
use kvs_ureq::archive::{ExportOptions, Quota, Report, Selection, TimestampOrigin};
use kvs_ureq::mkv::{Crc32, Fragment};
use kvs_ureq::{MinimumRate, Timeouts};
use tokio::runtime::Runtime;

use crate::{FRAGMENTS, Failure};

/// Peers that stall are given up soon: an hour is short.
const TIMEOUTS: Timeouts = Timeouts {
    connect: Duration::from_secs(5),
    first_byte: Duration::from_secs(5),
    stall: Duration::from_millis(300),
    minimum_rate: MinimumRate {
        bytes_per_second: 1_000,
        over: Duration::from_secs(5),
    },
};

/// What an export has brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Brought {
    fragments: u64,
    bytes: u64,
    /// Of the data of all frames, in order.
    checksum: u32,
}

/// Both drivers, and what they are to do.
pub(crate) struct Exporter {
    ureq: kvs_ureq::Client,
    hyper: kvs_hyper::Client,
    runtime: Runtime,
}

impl Exporter {
    pub(crate) fn new(url: &str) -> Result<Self, Failure> {
        let settings = settings(url);
        let retry = RetryPolicy {
            max_attempts: 5,
            base: Duration::from_millis(10),
            longest: Duration::from_millis(200),
            ..RetryPolicy::default()
        };
        let ureq = kvs_ureq::Client::builder(&settings).retry(retry.clone());
        let hyper = kvs_hyper::Client::builder(&settings).retry(retry);
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        Ok(Self {
            ureq: ureq.timeouts(TIMEOUTS).build()?,
            hyper: hyper.timeouts(TIMEOUTS).build()?,
            runtime: runtime.enable_all().build()?,
        })
    }

    /// What every export has to bring.
    pub(crate) fn undisturbed(&self) -> Result<Brought, Failure> {
        let brought = self.export(0)?;
        // The other driver has to agree on it.
        match self.export(1)? {
            other if other == brought && brought.fragments == FRAGMENTS => Ok(brought),
            other => Err(format!("the drivers bring {brought:?} and {other:?}").into()),
        }
    }

    /// Exports the whole stream; the number says under which driver.
    pub(crate) fn export(&self, number: u64) -> Result<Brought, Failure> {
        let to = Timestamp::new(4_000_000_000, 0);
        let by = TimestampOrigin::Producer;
        let all = Selection::between("cam", by, Timestamp::default(), to);
        let mut brought = Counter::default();
        if number.is_multiple_of(2) {
            let mut download = self.ureq.download(all, options());
            for fragment in &mut download {
                brought.take(&fragment?);
            }
            return brought.end(download.report());
        }
        self.runtime.block_on(async {
            let mut download = self.hyper.download(all, options());
            while let Some(fragment) = download.next().await {
                brought.take(&fragment?);
            }
            brought.end(download.report())
        })
    }
}

fn options() -> ExportOptions {
    ExportOptions {
        // Several batches for each connection.
        window: 1 << 20,
        attempts: 8,
        connections: NonZeroU8::new(5),
        quota: Quota {
            media: 1_000_000,
            metadata: 10_000_000,
        },
        ..ExportOptions::default()
    }
}

#[derive(Debug, Default)]
struct Counter {
    fragments: u64,
    bytes: u64,
    checksum: Crc32,
}

impl Counter {
    fn take(&mut self, fragment: &Fragment) {
        self.fragments += 1;
        self.bytes += fragment.bytes;
        for frame in &fragment.frames {
            self.checksum.update(&frame.data);
        }
    }

    fn end(self, report: &Report) -> Result<Brought, Failure> {
        if !report.missing.is_empty() || report.delivered != self.fragments {
            return Err(format!("{} came, and the report is {report:?}", self.fragments).into());
        }
        Ok(Brought {
            fragments: self.fragments,
            bytes: self.bytes,
            checksum: self.checksum.value(),
        })
    }
}
