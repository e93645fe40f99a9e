use kvs_api::protocol::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::listing::Listed;

fn listed(number: u64, time: (i64, u32)) -> Planned {
    Planned::Listed(Listed {
        number: number.into(),
        bytes: number.wrapping_mul(77),
        producer_timestamp: Timestamp::new(time.0, time.1),
        server_timestamp: Timestamp::new(time.0.saturating_add(1), 0),
        duration_ms: 2_000,
    })
}

prop_compose! {
    fn any_mark()(
        kind in 0..3_u8,
        settled: u64,
        length: u64,
        checksum: u32,
        state: Vec<u8>,
        missing in proptest::collection::vec("[a\\\\\n\r{} ü]{0,8}", 0..3),
    ) -> Mark {
        let kind = match kind {
            0 => MarkKind::Written,
            1 => MarkKind::Durable,
            _ => MarkKind::Sealed,
        };
        Mark { kind, settled, length, checksum, state, missing }
    }
}

fn read(text: &[u8], piece: usize) -> Result<Option<Past>, BadJournal> {
    let mut reader = Reader::default();
    for piece in text.chunks(piece) {
        reader.push(piece)?;
    }
    Ok(reader.finish())
}

/// The text, and how long it is after the plan and after each mark.
fn written(request: &str, plan: &Plan, marks: &[Mark]) -> (String, Vec<u64>) {
    let (mut journal, mut text) = Journal::begin(request);
    text.extend(journal.plan(plan));
    let mut lengths = vec![journal.len()];
    for mark in marks {
        text.push_str(&journal.mark(mark));
        lengths.push(journal.len());
    }
    (text, lengths)
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        request in "[a\\\\\n\r{} ü]{0,20}",
        times in proptest::collection::btree_map(any::<u64>(), (any::<i32>(), 0..1_000_000_000_u32), 0..6),
        marks in proptest::collection::vec(any_mark(), 0..4),
        piece in 1..40_usize,
        cut in any::<prop::sample::Index>(),
    ) {
        let fragments = times.iter().map(|(number, (s, n))| listed(*number, (i64::from(*s), *n)));
        let plan: Plan = fragments.chain([Planned::Named(5.into())]).collect();
        let (text, lengths) = written(&request, &plan, &marks);
        prop_assert_eq!(text.len() as u64, *lengths.last().unwrap());
        let past = read(text.as_bytes(), piece).unwrap().unwrap();
        prop_assert_eq!(&past.request, &request);
        prop_assert!(past.plan.iter().eq(plan.iter()));
        prop_assert_eq!(&past.marks, &marks);
        for (count, length) in lengths.iter().enumerate() {
            prop_assert_eq!(past.journal(count).len(), *length);
        }

        // Wherever it is cut, it tells what is whole.
        let cut = cut.index(text.len());
        let whole = lengths.iter().filter(|length| **length <= cut as u64).count();
        match read(&text.as_bytes()[..cut], piece).unwrap() {
            None => prop_assert_eq!(whole, 0),
            Some(past) => prop_assert_eq!(&past.marks[..], &marks[..whole - 1]),
        }
    }

    #[test]
    fn no_change_goes_unnoticed(
        marks in proptest::collection::vec(any_mark(), 1..4),
        at in any::<prop::sample::Index>(),
        value: u8,
    ) {
        let plan: Plan = [listed(7, (1, 0)), listed(8, (2, 0))].into_iter().collect();
        let (text, _) = written("x", &plan, &marks);
        let mut changed = text.clone().into_bytes();
        // The end of the last line is where a cut would be.
        let at = at.index(text.len() - 10);
        prop_assume!(changed[at] != value);
        changed[at] = value;
        let last = text.trim_end().rfind('\n').unwrap();
        match read(&changed, 64) {
            Err(_) => {}
            Ok(past) => prop_assert!(at > last && past.unwrap().marks.len() < marks.len()),
        }
    }
}

#[test]
fn lines_can_be_neither_moved_nor_left_out_nor_told_twice() {
    let plan: Plan = [listed(7, (1, 0)), listed(8, (2, 0))].into_iter().collect();
    let (text, _) = written("x", &plan, &[]);
    let lines: Vec<&str> = text.lines().collect();
    for at in 1..lines.len() {
        let mut missing = lines.clone();
        let line = missing.remove(at);
        let text = missing.join("\n") + "\n";
        let is_last = at == lines.len() - 1;
        assert!(is_last || read(text.as_bytes(), 9).is_err(), "without {at}");
        missing.insert(at - 1, line);
        assert!(read((missing.join("\n") + "\n").as_bytes(), 9).is_err());
        missing.insert(at, line);
        assert!(read((missing.join("\n") + "\n").as_bytes(), 9).is_err());
    }
}

#[test]
fn a_journal_can_go_on_after_any_mark() {
    let plan: Plan = [listed(7, (1, 0)), listed(8, (2, 0))].into_iter().collect();
    let mark = |settled| Mark {
        kind: MarkKind::Written,
        settled,
        length: settled * 100,
        checksum: 1,
        state: vec![],
        missing: vec!["one".to_owned()],
    };
    let (mut text, _) = written("x", &plan, &[mark(1), mark(2)]);
    let mut journal = read(text.as_bytes(), 9).unwrap().unwrap().journal(1);
    text.truncate(usize::try_from(journal.len()).unwrap());
    text.push_str(&journal.mark(&mark(3)));
    let past = read(text.as_bytes(), 9).unwrap().unwrap();
    assert_eq!(past.marks, [mark(1), mark(3)]);
    let sealed = |state: &[u8]| Mark {
        kind: MarkKind::Sealed,
        state: state.to_vec(),
        ..mark(2)
    };
    for (last, is_complete) in [
        (mark(2), false),
        (sealed(b"goes on"), false),
        (sealed(b""), true),
    ] {
        let (text, _) = written("x", &plan, &[last]);
        let past = read(text.as_bytes(), 9).unwrap().unwrap();
        assert_eq!(past.is_complete(), is_complete);
    }
}

#[test]
fn a_plan_that_grew_is_as_it_was_at_each_mark() {
    let first: Plan = [listed(7, (1, 0)), listed(8, (2, 0))].into_iter().collect();
    let grown: Plan = first.iter().chain([listed(9, (3, 0))]).collect();
    let mark = |settled| Mark {
        kind: MarkKind::Written,
        settled,
        length: 0,
        checksum: 0,
        state: vec![],
        missing: vec![],
    };
    let (mut journal, mut text) = Journal::begin("x");
    text.extend(journal.plan(&first));
    text.push_str(&journal.mark(&mark(2)));
    text.extend(journal.addition(&grown, 2));
    text.push_str(&journal.mark(&mark(3)));
    for (marks, len, done) in [(0, 2, 0), (1, 2, 2), (2, 3, 3)] {
        let past = read(text.as_bytes(), 9).unwrap().unwrap();
        let plan = past.into_plan(marks);
        assert_eq!((plan.len(), plan.left().0), (len, len - done));
    }
    // Cut in the middle of what was found, it is to be found again.
    let end = text.find("plan 3").unwrap();
    let past = read(&text.as_bytes()[..end + 3], 9).unwrap().unwrap();
    assert_eq!((past.plan.len(), past.marks.len()), (2, 1));

    // What would go before others is no addition.
    let (mut journal, mut text) = Journal::begin("x");
    text.extend(journal.plan(&[listed(8, (2, 0))].into_iter().collect()));
    text.extend(journal.addition(&first, 1));
    text.push_str(&journal.mark(&mark(1)));
    assert!(read(text.as_bytes(), 9).is_err());
}

#[test]
fn what_is_no_journal_is_told_from_what_is_a_damaged_one() {
    let error = |text: &str| read(text.as_bytes(), 9).unwrap_err().to_string();
    assert_eq!(error("a text\n"), "not a journal");
    assert_eq!(error("\n"), "not a journal");
    assert_eq!(
        error("kvs-journal 2 12345678\n"),
        "a journal of another version"
    );
    let plan = Plan::default();
    let (text, _) = written("abc", &plan, &[]);
    assert_eq!(
        error(&text.replace("abc", "abd")),
        "damaged or changed, as its line 2 shows"
    );
}
