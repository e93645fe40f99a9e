//! The EBML header: whether what follows is for this reader.

use bytes::Bytes;

use super::apply::Bad;
use super::event::Fault;
use crate::ebml::children::{Child, Children, Malformed, text};
use crate::ebml::{id, parse_unsigned};

const DOC_TYPES: [&str; 2] = ["matroska", "webm"];
/// Characters of another name that are told.
const TELLING: usize = 32;

/// Checks a header. What it does not say is not held against it.
pub(super) fn check(payload: &Bytes) -> Result<(), Bad> {
    for child in Children::of(payload) {
        let Child { id, payload, .. } = child?;
        if id == id::DOC_TYPE {
            let name = text(&payload);
            if !DOC_TYPES.contains(&name.as_str()) {
                let told = name.chars().take(TELLING).collect();
                return Err(Bad::Foreign(Fault::DocType(told)));
            }
        } else if let Some(latest) = latest(id) {
            let version = parse_unsigned(&payload).ok_or(Malformed)?;
            if version > latest {
                return Err(Bad::Foreign(Fault::Version { id, version }));
            }
        }
    }
    Ok(())
}

/// The highest value that this reader understands, of elements that ask for it.
fn latest(id: u32) -> Option<u64> {
    match id {
        id::EBML_READ_VERSION => Some(1),
        id::EBML_MAX_ID_LENGTH | id::DOC_TYPE_READ_VERSION => Some(4),
        id::EBML_MAX_SIZE_LENGTH => Some(8),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::build::element;

    fn fault(id: u32, payload: &[u8]) -> Option<Fault> {
        match check(&element(id, payload).into()) {
            Ok(()) => None,
            Err(Bad::Foreign(fault)) => Some(fault),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn matroska_and_webm_are_read() {
        for name in [&b"matroska"[..], b"webm", b"matroska\0\0"] {
            assert_eq!(fault(id::DOC_TYPE, name), None);
        }
        let other = Fault::DocType("ebmlapp".into());
        assert_eq!(fault(id::DOC_TYPE, b"ebmlapp"), Some(other));
        let Some(Fault::DocType(told)) = fault(id::DOC_TYPE, &[b'x'; 500]) else {
            panic!("a name of 500 bytes passes");
        };
        assert_eq!(told.len(), TELLING);
    }

    #[test]
    fn later_versions_are_refused() {
        let limits = [
            (id::EBML_READ_VERSION, 1),
            (id::DOC_TYPE_READ_VERSION, 4),
            (id::EBML_MAX_ID_LENGTH, 4),
            (id::EBML_MAX_SIZE_LENGTH, 8),
        ];
        for (id, latest) in limits {
            assert_eq!(fault(id, &[latest]), None);
            let version = u64::from(latest) + 1;
            assert_eq!(
                fault(id, &[latest + 1]),
                Some(Fault::Version { id, version })
            );
        }
        // A file may use what is newer, as long as it can be read without.
        assert_eq!(fault(id::DOC_TYPE_VERSION, &[9]), None);
    }
}
