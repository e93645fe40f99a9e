#![allow(clippy::unwrap_used, reason = "what fails in a test fails the test")]

use std::cell::RefCell;
use std::rc::Rc;
use std::vec::IntoIter;

use kvs_archive::Plan;
use kvs_archive::api::archived_media::Exception;
use kvs_archive::api::protocol::Error;
use kvs_archive::mkv::payload::{self, PayloadOptions};
use kvs_archive::mkv::{Bytes, Fragments, Parts, Timestamp, WriteError};

use super::*;

const DEMO: &[u8] = include_bytes!("../../../../emulator/demo/demo.mkv");

/// A fragment of the demo in parts.
fn parts() -> Vec<Fragment> {
    let mut decoder = Fragments::new();
    decoder.push(Bytes::from_static(DEMO));
    let fragment = decoder.next_fragment().unwrap().unwrap();
    let options = PayloadOptions {
        number: 7_u64.into(),
        server_timestamp: Timestamp::from_millis(0),
        producer_timestamp: Timestamp::from_millis(0),
        shift: 0,
    };
    let sent = payload::encode(&fragment, &options);
    let mut outlined = Fragments::new().outlining();
    sent.iter().for_each(|piece| outlined.push(piece.clone()));
    outlined.finish();
    let mut parts = Parts::new(outlined.next_fragment().unwrap().unwrap(), 10_000);
    let mut all = Vec::new();
    for piece in sent {
        parts.push(piece);
        all.extend(parts.next_part().unwrap());
    }
    parts.finish();
    all.extend(parts.next_part().unwrap());
    all
}

struct Fetched {
    parts: IntoIter<Fragment>,
    report: Report,
}

impl Download for Fetched {
    fn next(&mut self) -> Option<Result<Fragment, Error<Exception>>> {
        let part = self.parts.next()?;
        self.report.settled += u64::from(part.ends());
        Some(Ok(part))
    }

    fn plan(&self) -> Option<&Plan> {
        None
    }

    fn report(&self) -> &Report {
        &self.report
    }
}

/// Refuses all, and notes how many fragments are settled and how many of them are holes.
struct Refusing(Rc<RefCell<Vec<(u64, usize)>>>);

impl Sink for Refusing {
    fn write(&mut self, _: &Fragment) -> Result<(), Rejected> {
        Err(Rejected::Fragment(WriteError::NoTracks.into()))
    }

    fn settle(&mut self, _: Option<&Plan>, settled: u64, holes: &[Hole]) -> Result<(), Failure> {
        self.0.borrow_mut().push((settled, holes.len()));
        Ok(())
    }

    fn finish(self: Box<Self>, _: &[Hole]) -> Result<Delivery, Failure> {
        Err(Failure::new("nothing is written"))
    }
}

#[test]
fn a_large_fragment_that_is_refused_is_a_hole_when_it_is_settled() {
    let parts = parts();
    let count = parts.len();
    assert!(count > 3, "{count}");
    let told = Rc::default();
    let mut delivering = Delivering {
        download: Box::new(Fetched {
            parts: parts.into_iter(),
            report: Report::default(),
        }),
        sink: Box::new(Refusing(Rc::clone(&told))),
        progress: Progress::start(false),
        strict: false,
    };
    let mut tally = Tally::default();
    delivering.fetch(&mut tally).unwrap();
    let mut expected = vec![(0, 0); count - 1];
    expected.extend([(1, 1); 2]);
    assert_eq!(*told.borrow(), expected);
    assert_eq!(tally.holes.len(), 1);
}
