//! Files that are written in several runs.

use proptest::prelude::*;

use super::time::any_fragment;
use super::*;

/// A file that is written in runs of so many fragments, with a checkpoint after each fragment whose
/// turn it is.
fn in_runs(
    fragments: &[Fragment],
    options: &WriterOptions,
    runs: &[usize],
    every: usize,
) -> Vec<u8> {
    let mut writer = Writer::new(options.clone());
    let (mut file, mut checkpoints) = (Vec::new(), Vec::new());
    let mut cuts = runs.iter().copied();
    let mut left = cuts.next();
    for (index, fragment) in fragments.iter().enumerate() {
        if left == Some(0) {
            file.extend(writer.take_output().concat());
            checkpoints.push(writer.checkpoint());
            writer = Writer::resume(options.clone(), &checkpoints).unwrap();
            let beginning = writer.beginning();
            assert_eq!(file.get(..beginning.len()), Some(&*beginning));
            left = cuts.next();
        }
        writer.write(fragment).unwrap();
        if index % every == 0 {
            file.extend(writer.take_output().concat());
            checkpoints.push(writer.checkpoint());
        }
        left = left.map(|left| left.saturating_sub(1));
    }
    file.extend(writer.take_output().concat());
    assert_eq!(writer.position(), file.len() as u64);
    let tail = writer.finish();
    file.extend(tail.pieces.concat());
    for patch in tail.patches {
        let at = patch.offset as usize;
        file[at..at + patch.bytes.len()].copy_from_slice(&patch.bytes);
    }
    file
}

fn with_tags(mut fragment: Fragment, before: bool) -> Fragment {
    let tag = Tag {
        name: "door".to_owned(),
        value: "open".to_owned(),
    };
    match before {
        true => fragment.tags_before.push(tag),
        false => fragment.tags_after.push(tag),
    }
    fragment
}

proptest! {
    #[test]
    fn a_cut_at_any_fragment_leaves_no_trace(
        mut fragments in proptest::collection::vec(any_fragment(), 1..7),
        tags_alone in 0..3_usize,
        keep: bool,
        streamed: bool,
        every in 1..4_usize,
    ) {
        let options = WriterOptions {
            gaps: if keep { Gaps::Keep } else { Gaps::Close },
            form: if streamed { Form::Streamed } else { Form::Seekable },
            cluster_duration: std::time::Duration::from_millis(700),
            ..WriterOptions::default()
        };
        for index in 0..tags_alone {
            let empty = with_tags(with_tracks(9, None, &[], Vec::new()), index == 0);
            fragments.insert(index * fragments.len() / 2, empty);
        }
        let straight = in_runs(&fragments, &options, &[], 1);
        let one_by_one = vec![1; fragments.len()];
        prop_assert!(in_runs(&fragments, &options, &one_by_one, every) == straight);
        for cut in 0..=fragments.len() {
            prop_assert!(in_runs(&fragments, &options, &[cut], every) == straight, "cut at {}", cut);
        }
    }

    #[test]
    fn what_is_no_checkpoint_is_refused(
        fragments in proptest::collection::vec(any_fragment(), 1..3),
        at in any::<prop::sample::Index>(),
        value: u8,
    ) {
        let mut writer = Writer::new(WriterOptions::default());
        for fragment in &fragments {
            writer.write(fragment).unwrap();
        }
        let mut checkpoint = writer.checkpoint();
        let resume = |checkpoint: &[u8]| Writer::resume(WriterOptions::default(), [checkpoint]);
        let at = at.index(checkpoint.len());
        prop_assert!(resume(&checkpoint[..at]).is_err());
        prop_assert!(resume(&[&checkpoint[..], b"x"].concat()).is_err());
        // Any value may be one; whatever it is, it does no harm.
        checkpoint[at] = value;
        if let Ok(mut writer) = resume(&checkpoint) {
            let _ = writer.write(&fragments[0]);
            writer.finish();
        }
    }
}

#[test]
fn all_checkpoints_are_needed() {
    let mut writer = Writer::new(WriterOptions::default());
    let mut next = |number: u32| {
        let at = i64::from(number) * 1_000;
        writer.write(&fragment(number, Some(at), &[at])).unwrap();
        writer.checkpoint()
    };
    let [first, second, third] = [1, 2, 3].map(&mut next);
    assert!(second.len() < first.len(), "tracks are told once");
    assert_eq!(second.len(), third.len());
    let resume = |checkpoints: &[&Vec<u8>]| {
        Writer::resume(WriterOptions::default(), checkpoints.iter().copied()).map(drop)
    };
    assert_eq!(resume(&[&first, &second, &third]), Ok(()));
    for wrong in [
        &[&second][..],
        &[&first, &third],
        &[&first, &first],
        &[&second, &first],
    ] {
        let error = resume(wrong).unwrap_err().to_string();
        assert!(
            error.starts_with("not the checkpoints of a writer: "),
            "{error}"
        );
    }
    let mut other = first;
    other[0] = 2;
    let error = resume(&[&other]).unwrap_err();
    assert!(error.to_string().ends_with("of another version"), "{error}");
}
