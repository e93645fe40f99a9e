//! Any bytes, whole and in pieces: the same is told of them, and of each byte once.
#![no_main]

use kvs_fuzz::{decode, events};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // Seeds are plain files; their last bytes are as good as any others.
    let sizes = bytes
        .get(bytes.len().saturating_sub(4)..)
        .unwrap_or_default();
    let whole = decode(bytes, &[]);
    assert_eq!(decode(bytes, sizes), whole);
    assert_eq!(events(bytes, sizes), events(bytes, &[2]));
    let mut position = 0;
    for next in &whole {
        let (offset, len) = match next {
            Ok(fragment) => (fragment.offset, fragment.bytes),
            // Told of a Cluster inside the fragment before.
            Err(damage) if damage.skipped == 0 => continue,
            Err(damage) => (damage.offset, damage.skipped),
        };
        assert_eq!(offset, position);
        position += len;
    }
    assert_eq!(position, bytes.len() as u64);
});
