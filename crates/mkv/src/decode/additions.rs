//! What comes beside the Block of a BlockGroup.

use bytes::Bytes;

use crate::ebml::children::{Child, Children, Malformed};
use crate::ebml::{id, parse_unsigned};
use crate::fragment::{BlockAddition, MOST_ADDITIONS};

/// The additions in BlockAdditions, in order.
pub(super) fn parse(payload: &Bytes) -> Result<Box<[BlockAddition]>, Malformed> {
    let mut additions = Vec::new();
    for child in Children::of(payload) {
        let Child { id, payload, .. } = child?;
        if id != id::BLOCK_MORE {
            continue;
        }
        if additions.len() >= MOST_ADDITIONS {
            return Err(Malformed);
        }
        additions.push(addition(&payload)?);
    }
    Ok(additions.into())
}

fn addition(more: &Bytes) -> Result<BlockAddition, Malformed> {
    // Matroska's default.
    let mut number = 1;
    let mut data = None;
    for child in Children::of(more) {
        let Child { id, payload, .. } = child?;
        match id {
            id::BLOCK_ADD_ID => number = parse_unsigned(&payload).ok_or(Malformed)?,
            id::BLOCK_ADDITIONAL => data = Some(payload),
            _ => {}
        }
    }
    match data {
        Some(data) if number > 0 => Ok(BlockAddition { id: number, data }),
        _ => Err(Malformed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::build::element;

    fn more(children: &[Vec<u8>]) -> Vec<u8> {
        element(id::BLOCK_MORE, &children.concat())
    }

    fn additional(data: &[u8]) -> Vec<u8> {
        element(id::BLOCK_ADDITIONAL, data)
    }

    fn number(number: u8) -> Vec<u8> {
        element(id::BLOCK_ADD_ID, &[number])
    }

    fn parsed(mores: &[Vec<u8>]) -> Result<Vec<(u64, Vec<u8>)>, Malformed> {
        let additions = parse(&mores.concat().into())?;
        let pair = |addition: &BlockAddition| (addition.id, addition.data.to_vec());
        Ok(additions.iter().map(pair).collect())
    }

    #[test]
    fn additions_come_in_order_and_by_their_ids() {
        let mores = [
            more(&[number(4), additional(b"hdr")]),
            element(id::VOID, &[0; 3]),
            more(&[additional(b"alpha")]),
        ];
        let expected = vec![(4, b"hdr".to_vec()), (1, b"alpha".to_vec())];
        assert_eq!(parsed(&mores), Ok(expected));
        assert_eq!(parsed(&[]), Ok(vec![]));
    }

    #[test]
    fn what_is_no_addition_is_malformed() {
        for bad in [
            more(&[]),
            more(&[number(2)]),
            more(&[number(0), additional(b"x")]),
            more(&[element(id::BLOCK_ADD_ID, &[1; 9]), additional(b"x")]),
            more(&[vec![0xA5, 0x82, 1]]),
        ] {
            assert_eq!(parsed(&[bad]), Err(Malformed));
        }
    }

    #[test]
    fn additions_have_a_limit() {
        let mores = |count| parsed(&vec![more(&[additional(b"")]); count]);
        let count = |count| mores(count).map(|additions| additions.len());
        assert_eq!(count(MOST_ADDITIONS), Ok(MOST_ADDITIONS));
        assert_eq!(count(MOST_ADDITIONS + 1), Err(Malformed));
    }
}
