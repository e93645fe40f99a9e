use super::*;
use http::StatusCode;
use kvs_api::archived_media::{Fragment as OfService, ResourceNotFoundException};
use kvs_api::protocol::{ErrorKind, InterruptionKind, Operation, Refusal, Timestamp};
use kvs_mkv::{FragmentNumber, InBandError};
use proptest::prelude::*;

use self::aside::Memory;
use crate::selection::TimestampOrigin;

mod aside;
mod resumed;

/// What a peer answers to a request for fragments.
enum Reply {
    Whole(Vec<u8>),
    Cut(Vec<u8>),
    Refused(Exception),
}

/// What came of an export.
struct Run {
    delivered: Vec<String>,
    requests: Vec<Vec<String>>,
    waits: Vec<u64>,
    report: Report,
    failure: Option<Error<Exception>>,
    /// How many fragments and parts there were, and what the spool still holds.
    parts: Vec<Fragment>,
    aside: usize,
    /// The most bytes that the machine has held.
    most: u64,
}

/// Drives an export against a peer that holds `listed` and answers as `reply` says.
fn run(
    mut export: Export,
    listed: &[(u32, u64)],
    mut reply: impl FnMut(&[String]) -> Reply,
) -> Run {
    let (mut delivered, mut requests, mut waits) = (vec![], vec![], vec![]);
    let mut body = Reply::Whole(vec![]);
    let mut now = SystemTime::UNIX_EPOCH;
    let (mut spool, mut parts, mut most) = (Memory::default(), vec![], 0);
    let failure = loop {
        most = most.max(export.held());
        let told = match export.poll(now) {
            Step::List { exchange, .. } => export.listed(exchange, Ok(page(listed)), now),
            Step::Open { exchange, request } => {
                let numbers = request.fragments.unwrap();
                body = reply(&numbers);
                requests.push(numbers);
                let outcome = match &mut body {
                    Reply::Refused(exception) => Err(refusal(exception.clone())),
                    _ => Ok(()),
                };
                export.opened(exchange, outcome, now)
            }
            Step::Read { exchange, .. } => export.read(exchange, piece(&mut body), now),
            Step::Stop { .. } => Ok(()),
            Step::Wait(until) => {
                let until = until.expect("nothing is under way");
                waits.push(until.duration_since(now).unwrap().as_secs());
                now = until;
                Ok(())
            }
            Step::Spool(order) => export.spooled(order.carry_out(&mut spool)),
            Step::Deliver(fragment) => {
                let number = fragment.number.as_ref().unwrap().to_string();
                delivered.extend(fragment.ends().then_some(number));
                parts.push(*fragment);
                Ok(())
            }
            Step::Done => break None,
        };
        if let Err(error) = told {
            break Some(error);
        }
    };
    Run {
        delivered,
        requests,
        waits,
        report: export.report().clone(),
        failure,
        parts,
        aside: spool.0.len(),
        most,
    }
}

/// The next seven bytes of a body: fragments never come in one piece.
fn piece(body: &mut Reply) -> Result<Option<Bytes>, Interruption> {
    let (bytes, is_cut) = match body {
        Reply::Whole(bytes) => (bytes, false),
        Reply::Cut(bytes) => (bytes, true),
        Reply::Refused(_) => panic!("refused"),
    };
    if bytes.is_empty() && is_cut {
        return Err(Interruption::new(InterruptionKind::Broken, "cut"));
    }
    let piece: Vec<u8> = bytes.drain(..bytes.len().min(7)).collect();
    Ok((!piece.is_empty()).then(|| piece.into()))
}

fn page(listed: &[(u32, u64)]) -> ListFragmentsOutput {
    let fragment = |(number, size): &(u32, u64)| {
        let mut fragment = OfService::default();
        fragment.fragment_number = Some(number.to_string());
        fragment.fragment_size_in_bytes = i64::try_from(*size).unwrap();
        fragment.producer_timestamp = Some(Timestamp::new(i64::from(*number), 0));
        fragment
    };
    let mut page = ListFragmentsOutput::default();
    page.fragments = Some(listed.iter().map(fragment).collect());
    page
}

fn refusal(error: Exception) -> Error<Exception> {
    Error {
        operation: GetMediaForFragmentList::NAME,
        attempts: 1,
        kind: ErrorKind::Refused(Box::new(Refusal {
            error,
            status: StatusCode::NOT_FOUND,
            code: "ResourceNotFoundException".to_owned(),
            message: "no such fragment".to_owned(),
            request_id: None,
        })),
    }
}

fn not_found() -> Exception {
    Exception::ResourceNotFound(ResourceNotFoundException::default())
}

fn element(id: &[u8], payload: &[u8]) -> Vec<u8> {
    let size = u16::try_from(payload.len()).unwrap() | 0x4000;
    [id, &size.to_be_bytes(), payload].concat()
}

fn simple_tag(name: &str, value: &str) -> Vec<u8> {
    let name = element(b"\x45\xA3", format!("AWS_KINESISVIDEO_{name}").as_bytes());
    let value = element(b"\x44\x87", value.as_bytes());
    element(b"\x67\xC8", &[name, value].concat())
}

/// A payload of the service, by hand: header, Segment of unknown size, Tags, and what follows.
fn answer(tags: &[Vec<u8>], rest: &[u8]) -> Vec<u8> {
    let header = element(b"\x1A\x45\xDF\xA3", b"\x42\x82\x88matroska");
    let segment = b"\x18\x53\x80\x67\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF";
    let tags = element(b"\x12\x54\xC3\x67", &element(b"\x73\x73", &tags.concat()));
    [&header[..], segment, &tags, rest].concat()
}

fn media(number: &str) -> Vec<u8> {
    let cluster = element(
        b"\x1F\x43\xB6\x75",
        b"\xE7\x81\x05\xA3\x86\x81\x00\x00\x80ab",
    );
    answer(&[simple_tag("FRAGMENT_NUMBER", number)], &cluster)
}

fn in_band(number: &str) -> Vec<u8> {
    let tags = [
        simple_tag("FRAGMENT_NUMBER", number),
        simple_tag("ERROR_CODE", "FRAGMENT_NOT_FOUND"),
        simple_tag("ERROR_ID", "3000"),
    ];
    answer(&tags, &[])
}

fn all(numbers: &[String]) -> Vec<u8> {
    numbers.iter().flat_map(|number| media(number)).collect()
}

fn by_number(numbers: &[u32]) -> Export {
    let numbers = numbers.iter().map(|n| n.to_string().parse().unwrap());
    let selection = Selection::numbers("cam", numbers.collect());
    Export::new(selection, ExportOptions::default())
}

fn by_time(options: ExportOptions) -> Export {
    let (from, to) = (Timestamp::default(), Timestamp::new(100, 0));
    let selection = Selection::between("cam", TimestampOrigin::Producer, from, to);
    Export::new(selection, options)
}

fn missing(run: &Run) -> Vec<(String, String)> {
    let missing = run.report.missing.iter();
    missing
        .map(|m| (m.fragment.number().to_string(), m.reason.to_string()))
        .collect()
}

#[test]
fn a_range_is_listed_sorted_and_fetched() {
    let run = run(
        by_time(ExportOptions::default()),
        &[(3, 10), (1, 10), (2, 10)],
        |numbers| Reply::Whole(all(numbers)),
    );
    assert_eq!(run.delivered, ["1", "2", "3"]);
    assert_eq!(run.requests, [["1", "2", "3"]]);
    assert!(run.failure.is_none() && run.waits.is_empty());
    assert_eq!((run.report.planned, run.report.planned_bytes), (3, 30));
    assert_eq!(run.report.delivered, 3);
    assert_eq!(
        run.report.delivered_bytes,
        u64::try_from(media("1").len() * 3).unwrap()
    );
}

#[test]
fn batches_fit_the_window() {
    let options = ExportOptions {
        window: 100,
        ..ExportOptions::default()
    };
    let sizes = [(1, 60), (2, 40), (3, 1), (4, 500), (5, 99)];
    let run = run(by_time(options), &sizes, |numbers| {
        Reply::Whole(all(numbers))
    });
    assert_eq!(
        run.requests,
        [vec!["1", "2"], vec!["3"], vec!["4"], vec!["5"]]
    );
    assert_eq!(run.delivered, ["1", "2", "3", "4", "5"]);
}

#[test]
fn a_request_names_a_thousand_fragments_at_most() {
    let listed: Vec<(u32, u64)> = (1..=2_001).map(|number| (number, 1)).collect();
    let run = run(by_time(ExportOptions::default()), &listed, |numbers| {
        Reply::Whole(all(numbers))
    });
    let lengths: Vec<usize> = run.requests.iter().map(Vec::len).collect();
    assert_eq!(lengths, [1_000, 1_000, 1]);
    assert_eq!(run.report.delivered, 2_001);
}

#[test]
fn nothing_selected_is_done_at_once() {
    let nothing = run(by_number(&[]), &[], |_| panic!("asked for nothing"));
    assert_eq!(nothing.report, Report::default());
    let nothing = run(by_time(ExportOptions::default()), &[], |_| panic!("asked"));
    assert_eq!(nothing.report, Report::default());
}

#[test]
fn numbers_are_fetched_in_their_order_each_once() {
    let run = run(by_number(&[30, 4, 30, 5]), &[], |numbers| {
        Reply::Whole(all(numbers))
    });
    assert_eq!(run.requests, [["4", "5", "30"]]);
    assert_eq!(run.delivered, ["4", "5", "30"]);
}

#[test]
fn what_comes_early_waits_for_its_turn() {
    let run = run(by_number(&[1, 2, 3]), &[], |_| {
        Reply::Whole([media("3"), media("1"), media("2")].concat())
    });
    assert_eq!(run.delivered, ["1", "2", "3"]);
}

/// Bytes by which an EBML header is known.
const HEAD: usize = 6;

#[test]
fn a_cut_at_any_byte_costs_one_fragment() {
    let body = all(&["1".to_owned(), "2".to_owned(), "3".to_owned()]);
    let each = media("1").len();
    for cut in 0..body.len() {
        let mut first = true;
        let run = run(by_number(&[1, 2, 3]), &[], |numbers| {
            match std::mem::take(&mut first) {
                true => Reply::Cut(body[..cut].to_vec()),
                false => Reply::Whole(all(numbers)),
            }
        });
        assert!(run.failure.is_none(), "{cut}: {:?}", run.failure);
        assert_eq!(run.delivered, ["1", "2", "3"], "{cut}");
        assert_eq!(run.report.missing, []);
        // That a fragment has ended shows when the next one begins.
        let whole = cut.saturating_sub(HEAD) / each;
        assert_eq!(run.requests[1].len(), 3 - whole, "{cut}");
    }
}

#[test]
fn cuts_without_a_fragment_in_between_are_an_error() {
    let run = run(by_number(&[1, 2]), &[], |_| {
        Reply::Cut(media("1")[..40].to_vec())
    });
    let failure = run.failure.unwrap();
    assert_eq!(
        failure.to_string(),
        "GetMediaForFragmentList: the connection broke: cut (after 3 attempts)"
    );
    assert_eq!(run.waits, [1, 2]);
    assert_eq!(run.requests.len(), 3);
}

#[test]
fn cuts_with_progress_in_between_are_none() {
    let numbers: Vec<u32> = (1..=9).collect();
    let run = run(by_number(&numbers), &[], |numbers| match numbers {
        [_] => Reply::Whole(all(numbers)),
        _ => Reply::Cut([media(&numbers[0]), media(&numbers[1])[..60].to_vec()].concat()),
    });
    assert!(run.failure.is_none());
    assert_eq!(run.report.delivered, 9);
}

#[test]
fn an_error_in_place_of_a_fragment_is_asked_for_again() {
    let mut times = 0;
    let run = run(by_number(&[1, 2, 3]), &[], |numbers| {
        times += 1;
        let one = |number: &String| match (number.as_str(), times) {
            ("2", 1) => in_band("2"),
            _ => media(number),
        };
        Reply::Whole(numbers.iter().flat_map(one).collect())
    });
    assert_eq!(run.delivered, ["1", "2", "3"]);
    assert_eq!(run.requests, [vec!["1", "2", "3"], vec!["2"]]);
    assert_eq!(run.waits, [1]);
}

#[test]
fn what_never_comes_is_missing_with_its_reason() {
    let run = run(by_number(&[1, 2, 3, 4]), &[], |numbers| {
        let one = |number: &String| match number.as_str() {
            "2" => in_band("2"),
            "3" => vec![],
            "4" => {
                let whole = media("4");
                whole[..whole.len() - 1].to_vec()
            }
            _ => media(number),
        };
        Reply::Whole(numbers.iter().flat_map(one).collect())
    });
    assert_eq!(run.delivered, ["1"]);
    let expected = [
        ("2", "FRAGMENT_NOT_FOUND (3000)"),
        ("3", "not sent"),
        ("4", "came cut short or damaged"),
    ];
    assert_eq!(
        missing(&run),
        expected.map(|(a, b)| (a.to_owned(), b.to_owned()))
    );
    assert_eq!(run.waits, [1, 2]);
    assert_eq!(run.requests.len(), 3);
}

#[test]
fn a_fragment_without_media_is_whole_unless_it_was_listed_as_larger() {
    let empty = answer(&[simple_tag("FRAGMENT_NUMBER", "1")], &[]);
    let size = u64::try_from(empty.len()).unwrap();
    for (listed, delivered) in [(size, 1), (size + 100, 0)] {
        let run = run(by_time(ExportOptions::default()), &[(1, listed)], |_| {
            Reply::Whole(empty.clone())
        });
        assert_eq!(run.report.delivered, delivered);
        assert_eq!(run.report.missing.len(), 1 - run.delivered.len());
    }
}

#[test]
fn a_body_that_ends_before_the_media_of_a_fragment_is_noticed_whatever_its_size() {
    let tags = answer(&[simple_tag("FRAGMENT_NUMBER", "1")], &[]);
    let mut first = true;
    let run = run(by_number(&[1]), &[], |numbers| {
        Reply::Whole(match std::mem::take(&mut first) {
            true => tags.clone(),
            false => all(numbers),
        })
    });
    assert_eq!((run.requests.len(), run.report.delivered), (2, 1));
}

#[test]
fn an_error_without_a_number_speaks_of_the_next_fragment() {
    let nameless = answer(&[simple_tag("ERROR_ID", "4500")], &[]);
    let run = run(by_number(&[1, 2]), &[], |numbers| {
        let one = |number: &String| match number.as_str() {
            "2" => nameless.clone(),
            _ => media(number),
        };
        Reply::Whole(numbers.iter().flat_map(one).collect())
    });
    assert_eq!(run.delivered, ["1"]);
    let reason = MissingReason::InBand(InBandError {
        id: Some(4500),
        ..InBandError::default()
    });
    assert_eq!(run.report.missing[0].reason, reason);
}

#[test]
fn one_bad_fragment_does_not_spoil_a_request() {
    let numbers: Vec<u32> = (1..=100).collect();
    let run = run(by_number(&numbers), &[], |numbers| {
        match numbers.iter().any(|number| number == "42") {
            true => Reply::Refused(not_found()),
            false => Reply::Whole(all(numbers)),
        }
    });
    assert_eq!(run.report.delivered, 99);
    let reason = "ResourceNotFoundException: no such fragment".to_owned();
    assert_eq!(missing(&run), [("42".to_owned(), reason)]);
    assert!(run.requests.len() < 20, "{} requests", run.requests.len());
}

#[test]
fn other_refusals_end_the_export() {
    let run = run(by_number(&[1, 2]), &[], |_| {
        Reply::Refused(Exception::Unmodelled)
    });
    assert!(run.failure.is_some());
    assert_eq!(run.requests.len(), 1);
    // The stream is unknown, not a fragment of it.
    let mut export = by_number(&[1, 2]);
    let now = SystemTime::UNIX_EPOCH;
    let Step::Open { exchange, .. } = export.poll(now) else {
        panic!("nothing is to be waited for")
    };
    let mut error = refusal(not_found());
    error.operation = "GetDataEndpoint";
    assert!(export.opened(exchange, Err(error), now).is_err());
}

#[test]
fn strangers_and_repeats_are_counted_and_dropped() {
    let run = run(by_number(&[1, 2]), &[], |_| {
        Reply::Whole([media("1"), media("1"), media("7"), media("2")].concat())
    });
    assert_eq!(run.delivered, ["1", "2"]);
    assert_eq!(run.report.unasked, 2);
}

#[test]
fn a_body_that_is_no_matroska_is_damage() {
    let run = run(by_number(&[1]), &[], |_| {
        Reply::Whole(b"<html>busy</html>".to_vec())
    });
    assert_eq!(run.report.missing[0].reason, MissingReason::Damaged);
}

proptest! {
    /// Whatever the peer does, each fragment is delivered once, in order, or named as missing.
    #[test]
    fn nothing_is_lost_and_nothing_comes_twice(
        count in 1..12_u32,
        window in 1..400_u64,
        faults in proptest::collection::vec((0..6_u8, 0..2_000_usize), 0..40),
    ) {
        let listed: Vec<(u32, u64)> = (1..=count).map(|number| (number, 90)).collect();
        let options = ExportOptions { window, ..ExportOptions::default() };
        let mut faults = faults.into_iter();
        let run = run(by_time(options), &listed, |numbers| {
            let body = all(numbers);
            match faults.next() {
                Some((0, at)) => Reply::Cut(body[..at % (body.len() + 1)].to_vec()),
                Some((1, at)) => Reply::Whole(body[..at % (body.len() + 1)].to_vec()),
                Some((2, _)) => Reply::Refused(not_found()),
                Some((3, at)) => Reply::Whole(in_band(&numbers[at % numbers.len()])),
                Some((4, _)) => Reply::Whole([body.clone(), body].concat()),
                _ => Reply::Whole(body),
            }
        });
        let order: Vec<FragmentNumber> = run.delivered.iter().map(|n| n.parse().unwrap()).collect();
        prop_assert!(order.is_sorted_by(|a, b| a < b), "{order:?}");
        if run.failure.is_none() {
            let missing = run.report.missing.len();
            prop_assert_eq!(order.len() + missing, listed.len());
            for lost in &run.report.missing {
                prop_assert!(!order.contains(lost.fragment.number()));
            }
        }
    }
}
