//! What is kept in memory.

use super::*;

fn all(fragments: &mut Fragments) -> Vec<Told> {
    std::iter::from_fn(|| fragments.next_fragment()).collect()
}

#[test]
fn raw_is_the_input_in_its_pieces() {
    let one = sent(7, &[0, 40]);
    let bytes = Bytes::from([&one[..], b"noise", &sent(8, &[80]), &one].concat());
    for size in [1, 10, 100, bytes.len()] {
        let mut fragments = Fragments::new().keeping_raw();
        let mut told = Vec::new();
        for at in (0..bytes.len()).step_by(size) {
            fragments.push(bytes.slice(at..bytes.len().min(at + size)));
            told.extend(all(&mut fragments));
        }
        fragments.finish();
        told.extend(all(&mut fragments));
        let whole: Vec<_> = told.iter().filter_map(|told| told.as_ref().ok()).collect();
        assert_eq!(whole.len(), 3);
        for fragment in whole {
            let at = fragment.offset as usize;
            let expected = bytes.slice(at..at + fragment.bytes as usize);
            assert_eq!(fragment.raw.concat(), expected);
            assert_eq!(fragment.raw[0].as_ptr(), expected.as_ptr());
        }
    }
}

#[test]
fn raw_is_empty_unless_asked_for() {
    assert!(decode_one(&sent(7, &[0])).raw.is_empty());
}

#[test]
fn a_fragment_over_the_limit_is_a_beginning() {
    let limits = Limits {
        fragment: 2000,
        ..Limits::default()
    };
    let data = [[1; 900], [2; 900], [3; 900], [4; 900]];
    let blocks = data.map(|data| block(&data));
    let large = stream(&[tracks(), numbered("7"), cluster(0, &blocks)]);
    let mut fragments = Fragments::with_limits(limits).keeping_raw();
    fragments.push([&large[..], &sent(8, &[0])].concat().into());
    fragments.finish();
    let told = all(&mut fragments);
    let [Ok(first), Err(damage), Ok(second)] = &told[..] else {
        panic!("{told:?}");
    };
    assert_eq!(first.state, FragmentState::Truncated);
    assert_eq!(super::data(first), data[..1]);
    assert_eq!(first.raw, [] as [Bytes; 0]);
    assert_eq!(first.bytes, large.len() as u64);
    assert!(matches!(damage.fault, Fault::FragmentTooLarge { left_out } if left_out >= 2700));
    assert_eq!((damage.offset, damage.skipped), (large.len() as u64, 0));
    assert_eq!(second.state, FragmentState::Complete);
    assert_eq!(second.raw.concat(), sent(8, &[0]));
}

#[test]
fn laces_of_nothing_count_too() {
    let limits = Limits {
        fragment: 100_000,
        ..Limits::default()
    };
    // 256 frames without a byte in each.
    let lace = element(id::SIMPLE_BLOCK, b"\x81\0\0\x84\xFF");
    let bytes = stream(&[tracks(), cluster(0, &vec![lace; 1000])]);
    let mut fragments = Fragments::with_limits(limits);
    fragments.push(bytes.into());
    fragments.finish();
    let first = fragments.next_fragment().unwrap().unwrap();
    assert_eq!(first.state, FragmentState::Truncated);
    assert!(first.frames.len() * size_of_val(&first.frames[0]) <= limits.fragment);
}

#[test]
fn what_is_skipped_is_not_kept() {
    let header = stream(&[tracks(), numbered("7")]);
    let void = unsized_element(id::VOID, &[0x08, 0x10, 0, 0, 0], b"");
    let mut fragments = Fragments::new().keeping_raw();
    fragments.push([header, void].concat().into());
    let zeros = Bytes::from(vec![0; 1 << 20]);
    for _ in 0..256 {
        fragments.push(zeros.clone());
        assert_eq!(fragments.next_fragment(), None);
    }
    fragments.push(cluster(0, &[block(b"x")]).into());
    fragments.finish();
    let fragment = fragments.next_fragment().unwrap().unwrap();
    assert_eq!(fragment.state, FragmentState::Complete);
    assert_eq!(data(&fragment), [b"x"]);
    assert_eq!(fragment.raw, [] as [Bytes; 0]);
}
