//! What the targets have in common.
#![forbid(unsafe_code)]

use std::convert::Infallible;

use kvs_mkv::{
    BlockAddition, Bytes, Damage, Decoder, Event, Fragment, Fragments, Frame, Parts, Tail, Writer,
};

/// What is read of an input that comes in pieces of these sizes, again and again, as slices; in one
/// piece of `Bytes` if there are none.
pub fn decode(mut input: &[u8], sizes: &[u8]) -> Vec<Result<Fragment, Damage>> {
    let mut sizes = sizes.iter().map(|size| usize::from(*size).max(1)).cycle();
    let mut fragments = Fragments::new();
    let mut told = Vec::new();
    let len = input.len();
    while !input.is_empty() {
        let size = sizes.next().unwrap_or(input.len());
        let (piece, rest) = input.split_at(size.min(input.len()));
        input = rest;
        if rest.is_empty() && piece.len() == len {
            fragments.push(Bytes::copy_from_slice(piece));
        } else {
            fragments.push_slice(piece);
        }
        told.extend(std::iter::from_fn(|| fragments.next_fragment()));
    }
    fragments.finish();
    told.extend(std::iter::from_fn(|| fragments.next_fragment()));
    told
}

/// The fragments of an input, each in parts of so many bytes, of pieces of that size.
pub fn parts(input: &[u8], size: u8) -> Vec<Fragment> {
    let mut fragments = Fragments::new().outlining();
    fragments.push_slice(input);
    fragments.finish();
    let told = std::iter::from_fn(|| fragments.next_fragment());
    let outlines: Vec<Fragment> = told.flatten().collect();
    outlines
        .into_iter()
        .flat_map(|outline| parts_of(outline, input, size))
        .collect()
}

fn parts_of(outline: Fragment, input: &[u8], size: u8) -> Vec<Fragment> {
    if outline.part.is_none() {
        return vec![outline];
    }
    let mut parts = Parts::new(outline, size.into());
    let mut told = Vec::new();
    for piece in input.chunks(usize::from(size).max(1)) {
        parts.push(Bytes::copy_from_slice(piece));
        told.extend(std::iter::from_fn(|| parts.next_part().expect("as it was")));
    }
    parts.finish();
    told.extend(std::iter::from_fn(|| parts.next_part().expect("as it was")));
    told
}

/// What is told of an input of which so many bytes come at once, again and again: read right into
/// the decoder's memory where the number is odd, and pushed as a slice where it is even.
pub fn events(mut input: &[u8], sizes: &[u8]) -> Vec<Event> {
    let mut sizes = sizes.iter().map(|size| usize::from(*size).max(1)).cycle();
    let mut decoder = Decoder::new();
    let mut told = Vec::new();
    while !input.is_empty() {
        let size = sizes.next().unwrap_or(input.len()).min(input.len());
        let len = match size % 2 {
            0 => {
                decoder.push_slice(&input[..size]);
                size
            }
            _ => {
                let read = |space: &mut [u8]| {
                    let len = size.min(space.len());
                    space[..len].copy_from_slice(&input[..len]);
                    Ok::<_, Infallible>(len)
                };
                let Ok(len) = decoder.push_read(read);
                len
            }
        };
        input = &input[len..];
        told.extend(std::iter::from_fn(|| decoder.next_event()));
    }
    decoder.finish();
    told.extend(std::iter::from_fn(|| decoder.next_event()));
    told
}

/// The file that a writer makes, complete.
pub fn complete(writer: Writer) -> Vec<u8> {
    let Tail { pieces, patches } = writer.finish();
    let mut file = pieces.concat();
    for patch in patches {
        let at = usize::try_from(patch.offset).expect("in memory");
        file[at..at + patch.bytes.len()].copy_from_slice(&patch.bytes);
    }
    file
}

/// The frames of a file that must be without damage.
pub fn frames(file: &[u8]) -> Vec<Frame> {
    let fragments = decode(file, &[]);
    let whole = fragments.into_iter().map(|told| told.expect("no damage"));
    whole.flat_map(|fragment| fragment.frames).collect()
}

/// What a file keeps of a frame, whatever becomes of its time.
pub fn kept(frame: &Frame) -> (u64, bool, bool, &[u8], &[BlockAddition]) {
    let flags = (frame.keyframe, frame.invisible);
    (frame.track, flags.0, flags.1, &frame.data, &frame.additions)
}
