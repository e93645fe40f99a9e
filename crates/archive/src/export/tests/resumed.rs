//! Exports that go on where an earlier one was cut down.

use super::*;
use crate::selection::Selection;

const LISTED: [(u32, u64); 5] = [(3, 10), (1, 10), (5, 10), (2, 10), (4, 10)];

fn selection() -> Selection {
    let (from, to) = (Timestamp::default(), Timestamp::new(100, 0));
    Selection::between("cam", TimestampOrigin::Producer, from, to)
}

fn plan() -> Plan {
    let mut export = by_time(ExportOptions::default());
    assert!(export.plan().is_none());
    let now = SystemTime::UNIX_EPOCH;
    let Step::List { exchange, .. } = export.poll(now) else {
        panic!("what there is has to be listed");
    };
    export.listed(exchange, Ok(page(&LISTED)), now).unwrap();
    export.plan().unwrap().clone()
}

#[test]
fn what_is_done_is_asked_for_no_more() {
    for done in 0..=6 {
        let plan = plan().with_done(done);
        let export = Export::resume(selection(), plan, ExportOptions::default());
        let run = run(export, &[], |numbers| Reply::Whole(all(numbers)));
        let left: Vec<String> = (done + 1..=5).map(|number| number.to_string()).collect();
        assert_eq!(run.requests.concat(), left, "{done} are done");
        assert_eq!(run.delivered, left);
        let count = u64::try_from(left.len()).unwrap();
        let report = &run.report;
        assert_eq!((report.planned, report.planned_bytes), (count, count * 10));
        assert_eq!((report.delivered, report.settled), (count, count));
    }
}

#[test]
fn a_plan_is_whole_whatever_the_export_it_is_from_has_asked_for() {
    let now = SystemTime::UNIX_EPOCH;
    let mut first = Export::resume(selection(), plan(), ExportOptions::default());
    let Step::Open { request, .. } = first.poll(now) else {
        panic!("the fragments have to be asked for");
    };
    assert_eq!(request.fragments.unwrap().len(), 5);
    for (done, left) in [(0, &["1", "2", "3", "4", "5"][..]), (2, &["3", "4", "5"])] {
        let plan = match done {
            0 => first.plan().unwrap().clone(),
            done => first.plan().unwrap().clone().with_done(done),
        };
        let second = Export::resume(selection(), plan, ExportOptions::default());
        let run = run(second, &[], |numbers| Reply::Whole(all(numbers)));
        assert_eq!(run.delivered, left);
    }
}

#[test]
fn what_is_missing_counts_as_settled_when_what_follows_is_delivered() {
    let mut export = by_number(&[1, 2, 3]);
    let now = SystemTime::UNIX_EPOCH;
    let mut settled = vec![];
    let mut body = Reply::Whole([media("1"), media("3")].concat());
    loop {
        match export.poll(now) {
            Step::Open { exchange, .. } => export.opened(exchange, Ok(()), now).unwrap(),
            Step::Read { exchange, .. } => {
                export.read(exchange, piece(&mut body), now).unwrap();
            }
            Step::Deliver(_) => settled.push(export.report().settled),
            Step::Wait(_) => break,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(settled, [1], "the second may come yet");
}

#[test]
fn settling_lists_again_and_knows_what_is_done() {
    let options = ExportOptions {
        settle: true,
        ..ExportOptions::default()
    };
    let export = Export::resume(selection(), plan().with_done(3), options);
    let later = [&LISTED[..], &[(6, 10)]].concat();
    let run = run(export, &later, |numbers| Reply::Whole(all(numbers)));
    assert_eq!(run.delivered, ["4", "5", "6"]);
    assert_eq!(run.report.planned, 3);
}

#[test]
fn what_settling_finds_too_late_is_named_and_not_fetched() {
    let options = ExportOptions {
        settle: true,
        ..ExportOptions::default()
    };
    let early: Vec<(u32, u64)> = LISTED.into_iter().filter(|(n, _)| *n != 2).collect();
    let plan = early.iter().map(|(number, _)| {
        let fragment = page(&[(*number, 10)]).fragments.unwrap().remove(0);
        Planned::Listed(fragment.try_into().unwrap())
    });
    let export = Export::resume(selection(), plan.collect(), options);
    let run = run(export, &LISTED, |numbers| Reply::Whole(all(numbers)));
    assert_eq!(run.delivered, ["1", "3", "4", "5"]);
    let late = ("2".to_owned(), "came too late for its place".to_owned());
    assert_eq!(missing(&run), [late]);
    assert_eq!((run.report.planned, run.report.planned_bytes), (5, 50));
}
