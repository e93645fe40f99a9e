#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what fails in a test fails the test"
)]

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use kvs_archive::api::protocol::{Interruption, Timeouts};
use ureq::unversioned::transport::LazyBuffers;

use super::*;

/// Time that moves on only when somebody waits.
#[derive(Debug, Clone)]
struct Time(Arc<Mutex<std::time::Instant>>);

impl Time {
    fn new() -> Self {
        Self(Arc::new(Mutex::new(std::time::Instant::now())))
    }

    fn pass(&self, seconds: f64) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *now += Duration::from_secs_f64(seconds);
    }

    fn clock(&self) -> Clock {
        let time = self.clone();
        Arc::new(move || Instant::Exact(*time.0.lock().unwrap()))
    }
}

/// A peer that waits so many seconds, then says so many bytes, and so on; then it is silent.
#[derive(Debug)]
struct Scripted {
    buffers: LazyBuffers,
    script: VecDeque<(f64, usize)>,
    time: Time,
}

impl Transport for Scripted {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, _: usize, _: NextTimeout) -> Result<(), Error> {
        Ok(())
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let timeout = timeout.for_read();
        let limit = timeout.after.as_secs_f64();
        let (wait, bytes) = self.script.pop_front().unwrap_or((f64::MAX, 0));
        if wait > limit {
            self.time.pass(limit);
            return Err(Error::Timeout(timeout.reason));
        }
        self.time.pass(wait);
        self.buffers.input_append_buf();
        self.buffers.input_appended(bytes);
        Ok(true)
    }

    fn is_open(&mut self) -> bool {
        true
    }
}

fn guarded(rate: MinimumRate, script: impl IntoIterator<Item = (f64, usize)>) -> Guarded<Scripted> {
    let time = Time::new();
    let clock = time.clock();
    let scripted = Scripted {
        buffers: LazyBuffers::new(1 << 10, 1 << 10),
        script: script.into_iter().collect(),
        time,
    };
    let mut guarded = Guarded::new(scripted, rate, clock);
    guarded.transmit_output(0, NextTimeout::default()).unwrap();
    guarded
}

/// Waits as `ureq` does it for a body.
fn read(guarded: &mut Guarded<Scripted>, stall: Duration) -> Result<usize, Error> {
    guarded.await_input(NextTimeout {
        per_read: Some(stall.into()),
        ..NextTimeout::default()
    })?;
    let come = guarded.buffers().input().len();
    guarded.buffers().input_consume(come);
    Ok(come)
}

fn seconds(guarded: &Guarded<Scripted>, since: Instant) -> f64 {
    let (Instant::Exact(since), Instant::Exact(now)) = (since, (guarded.clock)()) else {
        panic!("no time")
    };
    now.duration_since(since).as_secs_f64()
}

const DEFAULT: Timeouts = Timeouts {
    connect: Duration::from_secs(10),
    first_byte: Duration::from_secs(60),
    stall: Duration::from_secs(30),
    minimum_rate: MinimumRate {
        bytes_per_second: 128,
        over: Duration::from_secs(60),
    },
};

#[test]
fn a_byte_a_second_ends_as_the_minimum_rate_says() {
    assert_eq!(DEFAULT, Timeouts::default());
    let mut slow = guarded(DEFAULT.minimum_rate, std::iter::repeat_n((1.0, 1), 1_000));
    let begun = (slow.clock)();
    let error = loop {
        match read(&mut slow, DEFAULT.stall) {
            Ok(come) => assert_eq!(come, 1),
            Err(error) => break error,
        }
    };
    let Error::Other(other) = error else {
        panic!("{error}")
    };
    let why = other.downcast_ref::<Interruption>().unwrap();
    let told = "timed out: less than 128 bytes a second came over 60s";
    assert_eq!(why.to_string(), told);
    // The first byte has a limit of its own.
    let took = seconds(&slow, begun);
    assert!((61.0..62.0).contains(&took), "{took}");
}

#[test]
fn a_stall_is_told_as_such() {
    let mut stalled = guarded(DEFAULT.minimum_rate, [(1.0, 100), (1.0, 100)]);
    read(&mut stalled, DEFAULT.stall).unwrap();
    read(&mut stalled, DEFAULT.stall).unwrap();
    let since = (stalled.clock)();
    let error = read(&mut stalled, DEFAULT.stall).unwrap_err();
    assert!(matches!(error, Error::Timeout(Timeout::PerRead)), "{error}");
    assert_eq!(seconds(&stalled, since), 30.0);
}

#[test]
fn a_stall_of_45_seconds_trips_a_guard_of_less_and_none_of_more() {
    for (limit, trips) in [(44, true), (46, false)] {
        let mut stalled = guarded(DEFAULT.minimum_rate, [(1.0, 100), (45.0, 100)]);
        let stall = Duration::from_secs(limit);
        read(&mut stalled, stall).unwrap();
        assert_eq!(read(&mut stalled, stall).is_err(), trips);
    }
}

#[test]
fn a_caller_who_pauses_is_no_slow_peer() {
    let mut prompt = guarded(DEFAULT.minimum_rate, std::iter::repeat_n((0.0, 1), 100));
    for _ in 0..100 {
        prompt.inner.time.pass(60.0);
        assert_eq!(read(&mut prompt, DEFAULT.stall).unwrap(), 1);
    }
}

#[test]
fn each_answer_of_a_connection_begins_anew() {
    let slowly = std::iter::repeat_n((29.0, 1), 3);
    let mut kept = guarded(DEFAULT.minimum_rate, slowly.clone().chain(slowly));
    for _ in 0..2 {
        kept.transmit_output(0, NextTimeout::default()).unwrap();
        for _ in 0..3 {
            read(&mut kept, DEFAULT.stall).unwrap();
        }
    }
}

#[test]
fn the_first_byte_may_take_longer_than_any_other() {
    let mut late = guarded(DEFAULT.minimum_rate, [(900.0, 1), (1.0, 1)]);
    read(&mut late, DEFAULT.stall).unwrap();
    read(&mut late, DEFAULT.stall).unwrap();
}
