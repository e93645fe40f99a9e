//! How far a download has come.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use kvs_archive::Report;
use kvs_archive::mkv::Fragment;

use crate::report::units::{Count, Grouped};

/// How often the bar is drawn while nothing comes.
const TICK: Duration = Duration::from_millis(250);
const BY_BYTES: &str = "{msg}  {wide_bar}  {decimal_bytes} of {decimal_total_bytes}  \
                        {decimal_bytes_per_sec}  ETA {eta}";
/// Sizes are not known of fragments that were not listed.
const BY_FRAGMENTS: &str = "{msg}  {wide_bar}  {per_sec}  ETA {eta}";

/// A bar on standard error, if that is a terminal.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    verbose: bool,
}

impl Progress {
    /// Before it is known what there is to be fetched.
    pub(crate) fn start(verbose: bool) -> Self {
        let bar = ProgressBar::new_spinner().with_message("looking what there is");
        bar.enable_steady_tick(TICK);
        Self { bar, verbose }
    }

    /// A fragment has come.
    pub(crate) fn fragment(&self, fragment: &Fragment, report: &Report) {
        if self.bar.length().is_none() {
            self.measure(report);
        }
        let settled = settled(report);
        self.bar.set_position(match report.planned_bytes {
            0 => settled,
            _ => settled_bytes(report),
        });
        self.bar.set_message(format!(
            "{} of {}",
            Grouped(settled),
            Count(report.planned, "fragment")
        ));
        if self.verbose {
            self.tell(fragment);
        }
    }

    /// The bar, for whoever has to take it away.
    pub(crate) fn bar(&self) -> ProgressBar {
        self.bar.clone()
    }

    /// Takes the bar away.
    pub(crate) fn end(&self) {
        self.bar.finish_and_clear();
    }

    fn measure(&self, report: &Report) {
        let (length, template) = match report.planned_bytes {
            0 => (report.planned, BY_FRAGMENTS),
            bytes => (bytes, BY_BYTES),
        };
        self.bar.set_length(length);
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style);
        }
    }

    fn tell(&self, fragment: &Fragment) {
        let number = fragment.number.as_ref().map(ToString::to_string);
        let line = format!(
            "{}fragment {}: {}, {}",
            if fragment.part.is_some() {
                "part of "
            } else {
                ""
            },
            number.as_deref().unwrap_or("-"),
            Count(
                fragment.frames.len().try_into().unwrap_or(u64::MAX),
                "frame"
            ),
            Count(fragment.bytes, "byte")
        );
        self.bar.suspend(|| crate::exit::say(line));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.end();
    }
}

/// How many fragments need no more work.
fn settled(report: &Report) -> u64 {
    let missing = u64::try_from(report.missing.len()).unwrap_or(u64::MAX);
    report.delivered.saturating_add(missing)
}

fn settled_bytes(report: &Report) -> u64 {
    let missing = report.missing.iter();
    let missing = missing.filter_map(|missing| missing.fragment.listed());
    missing.fold(report.delivered_bytes, |sum, listed| {
        sum.saturating_add(listed.bytes)
    })
}
