//! Input that is read right into the decoder's memory.

use std::convert::Infallible;

use super::*;

/// The events of an input of which so many bytes are read at once, over and over.
fn read(mut bytes: &[u8], sizes: &[usize]) -> Vec<Event> {
    let mut decoder = Decoder::new();
    let mut events = Vec::new();
    for size in sizes.iter().cycle() {
        let Ok(filled) = decoder.push_read(|space| {
            let len = space.len().min(*size).min(bytes.len());
            let (piece, rest) = bytes.split_at(len);
            space[..len].copy_from_slice(piece);
            bytes = rest;
            Ok::<_, Infallible>(len)
        });
        if filled == 0 {
            break;
        }
        events.extend(std::iter::from_fn(|| decoder.next_event()));
    }
    decoder.finish();
    events.extend(std::iter::from_fn(|| decoder.next_event()));
    events
}

fn large_and_small() -> Vec<u8> {
    let blocks = [10, 300_000, 0, 70_000, 65_536, 20_000, 1].map(|len: usize| {
        let data: Vec<u8> = (0..=u8::MAX).cycle().take(len).collect();
        block(&data)
    });
    let one = stream(&[tracks(), numbered("7"), cluster(0, &blocks)]);
    [one, b"noise".to_vec(), sent(8, &[40])].concat()
}

#[test]
fn events_are_those_of_the_same_input_pushed() {
    let bytes = large_and_small();
    let mut decoder = Decoder::new();
    decoder.push(bytes.clone().into());
    decoder.finish();
    let pushed: Vec<_> = std::iter::from_fn(|| decoder.next_event()).collect();
    assert!(pushed.len() > 10);
    for sizes in [&[usize::MAX][..], &[1], &[7, 40_000], &[65_536], &[300, 2]] {
        assert_eq!(read(&bytes, sizes), pushed, "{sizes:?}");
    }
    // What is missing of an element at the end may be much.
    let cut = &bytes[..200_000];
    assert_eq!(read(cut, &[1000]), read(cut, &[usize::MAX]));
}

#[test]
fn a_reader_that_fails_may_be_asked_again() {
    let bytes = large_and_small();
    let mut decoder = Decoder::new();
    let (first, rest) = bytes.split_at(100_000);
    decoder.push(first.to_vec().into());
    while decoder.next_event().is_some() {}
    for _ in 0..3 {
        assert_eq!(
            decoder.push_read(|_| Err("interrupted")),
            Err("interrupted")
        );
        assert_eq!(decoder.position(), 100_000);
    }
    decoder.push(rest.to_vec().into());
    decoder.finish();
    let events = std::iter::from_fn(|| decoder.next_event());
    assert!(
        !events
            .into_iter()
            .any(|event| { matches!(event, Event::Damage(damage) if damage.offset < 400_000) })
    );
    let after = decoder.push_read(|_| -> Result<usize, Infallible> { panic!("asked") });
    assert_eq!(after, Ok(0));
}
