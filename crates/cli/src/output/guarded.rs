//! What becomes of an output when a person presses Ctrl-C.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kvs_archive::Plan;
use kvs_archive::mkv::Fragment;

use super::{Delivery, Hole, Rejected, Sink};
use crate::exit::{Failure, INTERRUPTED, say};

/// A sink that is suspended on Ctrl-C, however long the next fragment takes to come; the process
/// ends with that.
pub(crate) struct Guarded(Arc<Mutex<Option<Inner>>>);

type Inner = Box<dyn Sink + Send>;

impl Guarded {
    /// `before` is called before a person is told.
    pub(crate) fn new(sink: Inner, before: impl Fn() + Send + 'static) -> Result<Self, Failure> {
        let shared = Arc::new(Mutex::new(Some(sink)));
        let sink = Arc::clone(&shared);
        let interrupted = move || {
            // Held to the end: nothing is written any more.
            let mut sink = lock(&sink);
            let Some(sink) = sink.take() else {
                // All is written, and the process about to end.
                return;
            };
            let kept = sink.suspend();
            before();
            say(kept.as_deref().unwrap_or("interrupted; nothing is kept"));
            std::process::exit(INTERRUPTED);
        };
        ctrlc::set_handler(interrupted)
            .map_err(|error| Failure::new(format_args!("cannot watch for Ctrl-C: {error}")))?;
        Ok(Self(shared))
    }

    fn with<T, E: From<Failure>>(
        &self,
        act: impl FnOnce(&mut Inner) -> Result<T, E>,
    ) -> Result<T, E> {
        lock(&self.0).as_mut().map_or_else(gone, act)
    }
}

fn lock(sink: &Mutex<Option<Inner>>) -> MutexGuard<'_, Option<Inner>> {
    sink.lock().unwrap_or_else(PoisonError::into_inner)
}

fn gone<T, E: From<Failure>>() -> Result<T, E> {
    Err(Failure::new("interrupted").into())
}

impl Sink for Guarded {
    fn write(&mut self, fragment: &Fragment) -> Result<(), Rejected> {
        self.with(|sink| sink.write(fragment))
    }

    fn settle(&mut self, plan: Option<&Plan>, settled: u64, holes: &[Hole]) -> Result<(), Failure> {
        self.with(|sink| sink.settle(plan, settled, holes))
    }

    fn suspend(self: Box<Self>) -> Option<String> {
        lock(&self.0).take()?.suspend()
    }

    fn finish(self: Box<Self>, holes: &[Hole]) -> Result<Delivery, Failure> {
        // Held to the end: what is being finished is not to be interrupted.
        let mut sink = lock(&self.0);
        sink.take().map_or_else(gone, |sink| sink.finish(holes))
    }
}
