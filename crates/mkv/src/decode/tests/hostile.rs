//! Input that was made to do harm.

use proptest::prelude::*;

use super::*;

/// Heads and fragments of elements in any order, much of which fits together by chance.
fn scrap() -> impl Strategy<Value = Vec<u8>> {
    let ids = [
        id::EBML,
        id::SEGMENT,
        id::INFO,
        id::TRACKS,
        id::TAGS,
        id::CLUSTER,
        id::TIMESTAMP,
        id::SIMPLE_BLOCK,
        id::BLOCK_GROUP,
        id::BLOCK,
        id::VOID,
        id::CUES,
        id::TRACK_ENTRY,
        id::TAG,
        id::DOC_TYPE,
    ];
    let head = (
        proptest::sample::select(ids.to_vec()),
        any::<u64>(),
        0..=9_u32,
    )
        .prop_map(|(id, size, shift)| {
            let size = size.checked_shr(8 + shift * 6).unwrap_or(u64::MAX);
            let mut e = crate::ebml::write::Encoder::new(crate::ebml::write::Width::Shortest);
            e.id(id);
            match size {
                u64::MAX => e.raw(&[0xFF]),
                size => e.size(size),
            }
            e.take().to_vec()
        });
    prop_oneof![
        6 => head,
        2 => proptest::collection::vec(any::<u8>(), 0..20),
        1 => Just(ebml_header()),
        1 => Just(stream(&[tracks()])),
        1 => Just(numbered("7")),
        1 => Just(cluster(1, &[block(b"a"), block(b"b")])),
        1 => Just([timecode(0), block(b"c")].concat()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn all_bytes_are_accounted_for(scraps in proptest::collection::vec(scrap(), 0..60)) {
        let bytes = scraps.concat();
        let told = decode(&bytes);
        account(&told, bytes.len());
        prop_assert_eq!(decode_pieces(bytes.chunks(7)), told);
    }
}

/// Decodes in pieces of 16 KiB, and checks how much is read more than once.
fn check_work(bytes: &[u8]) {
    let mut decoder = Decoder::new();
    let drain = |decoder: &mut Decoder| while decoder.next_event().is_some() {};
    for piece in bytes.chunks(16 << 10) {
        decoder.push(Bytes::copy_from_slice(piece));
        drain(&mut decoder);
    }
    decoder.finish();
    drain(&mut decoder);
    let len = bytes.len() as u64;
    assert_eq!(decoder.position(), len);
    let again = decoder.input.reread();
    assert!((len..=4 * len).contains(&again), "{again} of {len} bytes");
}

#[test]
fn lies_within_lies_cost_no_more_than_their_bytes() {
    // Each block reaches just beyond what was read for the one around it.
    let one = |size: usize| {
        let size = (size as u32 | 0x1000_0000).to_be_bytes();
        let block = unsized_element(id::SIMPLE_BLOCK, &size, b"\x81\0\0\0");
        let inside = [timecode(0), block].concat();
        stream(&[unsized_element(id::CLUSTER, &[0xFF], &inside)])
    };
    let (len, count) = (one(0).len(), 20_000);
    let nested = (0..count).map(|index| one((count - index) * len + index * 8));
    let mut bytes = nested.collect::<Vec<_>>().concat();
    bytes.extend(vec![0; count * 8]);
    check_work(&bytes);
}

#[test]
fn tags_within_tags_cost_no_more_than_their_bytes() {
    let head = unsized_element(id::TAGS, &[0x10, 0x0F, 0xFF, 0xFF], b"\x73\x73\x80");
    let bytes = [stream(&[]), b"noise!".to_vec(), head.repeat(100_000)].concat();
    check_work(&bytes);
}
