//! What goes wrong beside the calls, for the person at the terminal.

use kvs_archive::api::protocol::observe::{Event, Notice, Observer};

use crate::exit::say;

/// Writes warnings.
#[derive(Debug)]
pub(super) struct Notices;

impl Observer for Notices {
    /// What comes of a call is told in the end.
    fn observe(&self, _: &Event<'_>) {}

    fn notice(&self, notice: &Notice) {
        say(format_args!("warning: {notice}"));
    }
}
