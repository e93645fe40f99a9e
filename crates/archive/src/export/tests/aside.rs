//! Fragments that are larger than the window.

use std::io;

use super::*;

/// A spool in memory.
#[derive(Debug, Default)]
pub(super) struct Memory(pub(super) Vec<u8>);

impl Spool for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn read(&mut self, at: u64, into: &mut [u8]) -> io::Result<()> {
        let rest = self.0.get(usize::try_from(at).unwrap()..).unwrap();
        into.copy_from_slice(rest.get(..into.len()).unwrap());
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.0.clear();
        Ok(())
    }
}

/// A fragment of so many frames, each of which takes 27 bytes.
fn large(number: &str, frames: u8) -> Vec<u8> {
    let block = |index: u8| {
        element(
            b"\xA3",
            &[&[0x81, 0, index, 0x80][..], &[index; 20]].concat(),
        )
    };
    let blocks: Vec<u8> = (0..frames).flat_map(block).collect();
    let cluster = element(
        b"\x1F\x43\xB6\x75",
        &[b"\xE7\x81\x05", &blocks[..]].concat(),
    );
    answer(&[simple_tag("FRAGMENT_NUMBER", number)], &cluster)
}

/// Fragment 2 of three is large.
fn one(number: &str) -> Vec<u8> {
    match number {
        "2" => large(number, 40),
        _ => media(number),
    }
}

fn sent(numbers: &[String]) -> Vec<u8> {
    numbers.iter().flat_map(|number| one(number)).collect()
}

fn size() -> u64 {
    u64::try_from(large("2", 40).len()).unwrap()
}

fn listed() -> [(u32, u64); 3] {
    [(1, 130), (2, size()), (3, 130)]
}

fn options(window: u64) -> ExportOptions {
    ExportOptions {
        window,
        keep_raw: true,
        ..ExportOptions::default()
    }
}

fn raw_of(parts: &[Fragment], number: &str) -> Vec<u8> {
    let of_number = |part: &&Fragment| part.number == number.parse().ok();
    let parts = parts.iter().filter(of_number);
    parts.flat_map(|part| part.raw.concat()).collect()
}

fn named(window: u64) -> Export {
    let numbers = ["1", "2", "3"].map(|number| number.parse().unwrap());
    let selection = Selection::numbers("cam", numbers.to_vec());
    Export::new(selection, options(window))
}

#[test]
fn what_does_not_fit_the_window_comes_in_parts() {
    let export = by_time(options(400)).with_spool();
    let run = run(export, &listed(), |numbers| Reply::Whole(sent(numbers)));
    assert!(run.failure.is_none(), "{:?}", run.failure);
    assert_eq!(run.delivered, ["1", "2", "3"]);
    assert_eq!(run.requests, [["1"], ["2"], ["3"]]);
    assert_eq!(raw_of(&run.parts, "2"), large("2", 40));
    let parts = run.parts.iter().filter(|part| part.part.is_some());
    let frames: Vec<usize> = parts.map(|part| part.frames.len()).collect();
    assert_eq!(frames.iter().sum::<usize>(), 40);
    assert!(frames.len() > 5, "{frames:?}");
    assert!(run.most <= 400, "{} bytes were held", run.most);
    assert_eq!(run.aside, 0, "what was put aside is forgotten");
    let report = run.report;
    assert_eq!((report.delivered, report.settled), (3, 3));
    assert_eq!(
        report.delivered_bytes,
        report.planned_bytes - 260 + 2 * media_len()
    );
}

fn media_len() -> u64 {
    u64::try_from(media("1").len()).unwrap()
}

#[test]
fn without_a_spool_it_is_held_as_a_whole() {
    let run = run(by_time(options(400)), &listed(), |numbers| {
        Reply::Whole(sent(numbers))
    });
    assert_eq!(run.parts.len(), 3);
    assert_eq!(run.parts[1].frames.len(), 40);
    assert!(run.most > 1_000, "{} bytes were held", run.most);
}

#[test]
fn nothing_of_it_comes_before_it_is_whole() {
    let body = large("2", 40);
    for cut in (0..body.len()).step_by(13).chain([body.len()]) {
        let mut first = true;
        let export = by_time(options(400)).with_spool();
        let run = run(export, &listed(), |numbers| match numbers {
            [number] if number == "2" && std::mem::take(&mut first) => {
                Reply::Cut(body[..cut].to_vec())
            }
            _ => Reply::Whole(sent(numbers)),
        });
        assert!(run.failure.is_none(), "{cut}: {:?}", run.failure);
        assert_eq!(run.requests, [["1"], ["2"], ["2"], ["3"]], "{cut}");
        assert_eq!(raw_of(&run.parts, "2"), body, "{cut}");
        assert_eq!((run.report.delivered, run.aside), (3, 0));
    }
}

#[test]
fn what_comes_in_its_place_is_thrown_away() {
    let damaged = [&large("2", 40)[..300], &[0; 900], &media("1")].concat();
    for instead in [in_band("2"), large("9", 40), damaged, b"<html>".to_vec()] {
        let mut first = true;
        let export = by_time(options(400)).with_spool();
        let run = run(export, &listed(), |numbers| match numbers {
            [number] if number == "2" && std::mem::take(&mut first) => {
                Reply::Whole(instead.clone())
            }
            _ => Reply::Whole(sent(numbers)),
        });
        assert!(run.failure.is_none(), "{:?}", run.failure);
        assert_eq!(run.delivered, ["1", "2", "3"]);
        assert_eq!(raw_of(&run.parts, "2"), large("2", 40));
    }
    let never = run(by_time(options(400)).with_spool(), &listed(), |numbers| {
        let numbers = numbers.iter();
        let one = |n: &String| if n == "2" { in_band("2") } else { one(n) };
        Reply::Whole(numbers.flat_map(one).collect())
    });
    assert_eq!((never.delivered.len(), never.aside), (2, 0));
    let reason = "FRAGMENT_NOT_FOUND (3000)".to_owned();
    assert_eq!(missing(&never), [("2".to_owned(), reason)]);
}

#[test]
fn a_stranger_before_it_does_no_harm() {
    let export = by_time(options(400)).with_spool();
    let run = run(export, &listed(), |numbers| {
        Reply::Whole([large("9", 30), sent(numbers), media("8")].concat())
    });
    assert_eq!(raw_of(&run.parts, "2"), large("2", 40));
    assert_eq!((run.delivered.len(), run.report.unasked), (3, 6));
}

#[test]
fn what_turns_out_too_large_is_asked_for_again() {
    let small = [(1, 100), (2, 100), (3, 100)];
    let run = run(by_time(options(400)).with_spool(), &small, |numbers| {
        Reply::Whole(sent(numbers))
    });
    assert!(run.failure.is_none() && run.waits.is_empty());
    assert_eq!(run.requests, [vec!["1", "2", "3"], vec!["2"], vec!["3"]]);
    assert_eq!(run.delivered, ["1", "2", "3"]);
    assert_eq!(raw_of(&run.parts, "2"), large("2", 40));
    assert!(run.most <= 500 + 7, "{} bytes were held", run.most);
    assert_eq!(run.report.missing, []);
}

#[test]
fn what_may_be_too_large_goes_by_the_spool_and_comes_whole_if_it_is_not() {
    let run = run(named(400).with_spool(), &[], |numbers| {
        Reply::Whole(sent(numbers))
    });
    assert_eq!(run.requests, [["1"], ["2"], ["3"]]);
    assert_eq!(raw_of(&run.parts, "2"), large("2", 40));
    let whole = run.parts.iter().filter(|part| part.part.is_none());
    assert_eq!(
        whole.map(|part| part.frames.len()).collect::<Vec<_>>(),
        [1, 1]
    );
}

#[test]
fn a_disk_that_fails_ends_the_export() {
    #[derive(Debug)]
    struct Full;
    impl Spool for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<()> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn read(&mut self, _: u64, _: &mut [u8]) -> io::Result<()> {
            panic!("nothing was written")
        }
        fn clear(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut export = named(1).with_spool();
    let now = SystemTime::UNIX_EPOCH;
    let mut body = Reply::Whole(media("1"));
    let error = loop {
        let told = match export.poll(now) {
            Step::Open { exchange, .. } => export.opened(exchange, Ok(()), now),
            Step::Read { exchange, .. } => export.read(exchange, piece(&mut body), now),
            Step::Spool(order) => export.spooled(order.carry_out(&mut Full)),
            Step::Stop { .. } => {
                body = Reply::Whole(media("1"));
                Ok(())
            }
            other => panic!("{other:?}"),
        };
        if let Err(error) = told {
            break error;
        }
    };
    assert_eq!(
        error.to_string(),
        "GetMediaForFragmentList: a fragment too large for memory could not be kept on disk: \
         no storage space"
    );
    assert_eq!(export.cancel().missing.len(), 3);
}

#[test]
fn what_the_spool_has_lost_is_noticed() {
    let mut export = by_time(options(400)).with_spool();
    let now = SystemTime::UNIX_EPOCH;
    let (mut spool, mut body) = (Memory::default(), Reply::Whole(vec![]));
    let mut parts = 0;
    let error = loop {
        let told = match export.poll(now) {
            Step::List { exchange, .. } => export.listed(exchange, Ok(page(&listed())), now),
            Step::Open { exchange, request } => {
                body = Reply::Whole(sent(&request.fragments.unwrap()));
                export.opened(exchange, Ok(()), now)
            }
            Step::Read { exchange, .. } => export.read(exchange, piece(&mut body), now),
            Step::Spool(order) => {
                if let Some(zeroed) = spool.0.get_mut(800..) {
                    zeroed.fill(0);
                }
                export.spooled(order.carry_out(&mut spool))
            }
            Step::Deliver(part) => {
                parts += usize::from(part.part.is_some());
                Ok(())
            }
            other => panic!("{other:?}"),
        };
        if let Err(error) = told {
            break error;
        }
    };
    assert!(
        error.to_string().ends_with("is not what comes back"),
        "{error}"
    );
    // It is as if the fragment had not come.
    assert_eq!(export.report().settled, 1);
    let lost = export.cancel().missing;
    let lost: Vec<&str> = lost.iter().map(|m| m.fragment.number().as_str()).collect();
    assert!(parts < 10, "{parts} parts");
    assert_eq!(lost, ["2", "3"]);
}

proptest! {
    /// Whatever the peer does, and however large fragments are.
    #[test]
    fn nothing_is_lost_and_memory_is_bounded(
        sizes in proptest::collection::vec((0..60_u8, 0..4_u64), 1..9),
        window in 1..1_500_u64,
        faults in proptest::collection::vec((0..7_u8, 0..4_000_usize), 0..20),
    ) {
        let bytes = |number: &str| large(number, sizes[number.parse::<usize>().unwrap() - 1].0);
        let listed: Vec<(u32, u64)> = (1..).zip(&sizes).map(|(number, (_, told))| {
            let size = u64::try_from(bytes(&number.to_string()).len()).unwrap();
            // Some are larger than the listing tells.
            (number, if *told == 0 { size / 9 } else { size })
        }).collect();
        let mut faults = faults.into_iter();
        let run = run(by_time(options(window)).with_spool(), &listed, |numbers| {
            let body: Vec<u8> = numbers.iter().flat_map(|n| bytes(n)).collect();
            match faults.next() {
                Some((0, at)) => Reply::Cut(body[..at % (body.len() + 1)].to_vec()),
                Some((1, at)) => Reply::Whole(body[..at % (body.len() + 1)].to_vec()),
                Some((2, _)) => Reply::Refused(not_found()),
                Some((3, at)) => Reply::Whole(in_band(&numbers[at % numbers.len()])),
                Some((4, _)) => Reply::Whole([body.clone(), body].concat()),
                Some((5, at)) => Reply::Whole([large("99", u8::try_from(at % 50).unwrap()), body].concat()),
                _ => Reply::Whole(body),
            }
        });
        prop_assert!(run.aside == 0 || run.failure.is_some());
        prop_assert!(run.most <= window + window / 4 + 7, "{} were held", run.most);
        let order: Vec<u32> = run.delivered.iter().map(|n| n.parse().unwrap()).collect();
        prop_assert!(order.is_sorted_by(|a, b| a < b), "{order:?}");
        for number in &run.delivered {
            prop_assert_eq!(raw_of(&run.parts, number), bytes(number));
        }
        let given: std::collections::BTreeSet<_> = run.parts.iter().map(|p| p.number.clone()).collect();
        prop_assert_eq!(given.len(), order.len(), "a part of what did not come");
        if run.failure.is_none() {
            prop_assert_eq!(order.len() + run.report.missing.len(), listed.len());
        }
    }
}
