//! Fragments that are outlined, and read again in parts.

use proptest::prelude::*;

use super::*;
use crate::fragment::{Frame, FrameHead};

/// Two fragments with something around them, the second of which is read in parts.
fn input() -> Vec<u8> {
    let mut large = fragment(7, None, &(0..40).map(|n| n * 40).collect::<Vec<_>>());
    large.tags_before = vec![tag("door", "open")];
    large.tags_after = vec![tag("seen", "cat")];
    [sent(6, &[0, 40]), encoded(&large, 7), sent(8, &[0])].concat()
}

fn outlined(input: &[u8], number: &str) -> Fragment {
    let mut fragments = Fragments::new().outlining();
    input
        .chunks(11)
        .for_each(|piece| fragments.push_slice(piece));
    fragments.finish();
    let mut told = std::iter::from_fn(|| fragments.next_fragment()).map(Result::unwrap);
    told.find(|told| super::number(told) == Some(number))
        .unwrap()
}

fn parts(
    input: &[u8],
    outlined: Fragment,
    (size, piece): (u64, usize),
) -> Result<Vec<Fragment>, ChangedInput> {
    let mut parts = Parts::new(outlined, size).keeping_raw();
    let mut told = Vec::new();
    for piece in input.chunks(piece) {
        parts.push(Bytes::copy_from_slice(piece));
        while let Some(part) = parts.next_part()? {
            told.push(part);
        }
    }
    parts.finish();
    while let Some(part) = parts.next_part()? {
        told.push(part);
    }
    Ok(told)
}

#[test]
fn an_outline_has_all_but_the_data() {
    let input = input();
    let whole = decode_all(&input).remove(1);
    let outlined = outlined(&input, "7");
    let part = outlined.part.as_ref().unwrap();
    let heads: Vec<FrameHead> = whole.frames.iter().map(FrameHead::of).collect();
    assert_eq!(part.outline[..], heads);
    assert!(outlined.begins() && outlined.ends());
    let expected = Fragment {
        frames: vec![],
        part: outlined.part.clone(),
        ..whole
    };
    assert_eq!(outlined, expected);
}

#[test]
fn what_has_changed_meanwhile_is_noticed() {
    let input = input();
    let outline = outlined(&input, "7");
    let size = (30, 64);
    assert!(parts(&input, outline.clone(), size).is_ok());
    // Cut short, not there, another one, with a frame that has grown or moved.
    let end = usize::try_from(outline.offset + outline.bytes).unwrap();
    assert_eq!(
        parts(&input[..end - 40], outline.clone(), size),
        Err(ChangedInput)
    );
    assert_eq!(parts(&[], outline.clone(), size), Err(ChangedInput));
    let zeros = vec![0; input.len()];
    assert_eq!(parts(&zeros, outline.clone(), size), Err(ChangedInput));
    let mut other = outline.clone();
    let mut heads = outline.part.as_ref().unwrap().outline.to_vec();
    heads[30].timestamp += 1;
    other.part.as_mut().unwrap().outline = heads.into();
    assert_eq!(parts(&input, other, size), Err(ChangedInput));
}

proptest! {
    #[test]
    fn parts_make_up_the_whole(size in 0..400_u64, piece in 1..700_usize, tail: bool) {
        let input = input();
        let whole = decode_all(&input).remove(1);
        // What was put aside may end with the fragment, or behind it.
        let end = usize::try_from(whole.offset + whole.bytes).unwrap();
        let input = if tail { &input[..] } else { &input[..end] };
        let parts = parts(input, outlined(input, "7"), (size, piece)).unwrap();
        let frames: Vec<Frame> = parts.iter().flat_map(|part| part.frames.clone()).collect();
        prop_assert_eq!(&frames, &whole.frames);
        let raw: Vec<Bytes> = parts.iter().flat_map(|part| part.raw.clone()).collect();
        let from = usize::try_from(whole.offset).unwrap();
        prop_assert_eq!(&raw.concat()[..], &input[from..end]);
        prop_assert_eq!(parts.iter().map(|part| part.bytes).sum::<u64>(), whole.bytes);
        let (mut first, mut offset) = (0, whole.offset);
        for (index, part) in parts.iter().enumerate() {
            let is_last = index + 1 == parts.len();
            prop_assert_eq!((part.begins(), part.ends()), (index == 0, is_last));
            let before = part.part.as_ref().map(|part| part.first);
            prop_assert_eq!(before.is_none(), parts.len() == 1);
            let bytes = part.part.as_ref().map_or(part.bytes, |part| part.bytes);
            prop_assert_eq!(bytes, whole.bytes);
            prop_assert_eq!((before.unwrap_or(0), part.offset), (first, offset));
            prop_assert!(is_last || !part.frames.is_empty());
            prop_assert_eq!(!part.tags_before.is_empty(), index == 0);
            prop_assert_eq!(!part.tags_after.is_empty(), is_last);
            first += part.frames.len();
            offset += part.bytes;
        }
        prop_assert!(size > 20 || piece > 20 || parts.len() > 20, "{} parts", parts.len());
    }
}
