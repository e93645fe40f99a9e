//! Looks at many bytes at a time.

/// What compilers make one step of.
const STEP: usize = 16;

/// Whether all bytes are such. There is no way out before the end, for with one each byte would be
/// a step of its own.
pub(crate) fn all(bytes: &[u8], is_such: impl Fn(u8) -> bool) -> bool {
    let (steps, _) = bytes.as_chunks::<STEP>();
    let Some(last) = bytes.last_chunk::<STEP>() else {
        return bytes.iter().all(|byte| is_such(*byte));
    };
    let mut others = [false; STEP];
    // The last step covers what the others have left, and some of theirs again.
    for step in steps.iter().chain([last]) {
        for (other, byte) in others.iter_mut().zip(step) {
            *other |= !is_such(*byte);
        }
    }
    others == [false; STEP]
}

#[cfg(test)]
mod tests {
    use super::all;

    #[test]
    fn each_byte_counts() {
        for length in 0..70 {
            let mut bytes = vec![b'7'; length];
            assert!(all(&bytes, |byte| byte.is_ascii_digit()));
            for at in 0..length {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = b':';
                }
                assert!(
                    !all(&bytes, |byte| byte.is_ascii_digit()),
                    "{at} of {length}"
                );
                bytes.fill(b'7');
            }
        }
    }
}
