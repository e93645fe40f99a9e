//! Looks at many bytes at a time.

/// What compilers make one step of.
const STEP: usize = 16;

/// Whether all bytes are such. There is no way out within a step, for with one each byte would be a
/// step of its own.
#[inline]
pub(crate) fn all(bytes: &[u8], is_such: impl Fn(u8) -> bool) -> bool {
    let are_such = |step: &[u8; STEP]| step.iter().fold(true, |all, byte| all & is_such(*byte));
    let (steps, _) = bytes.as_chunks::<STEP>();
    match bytes.last_chunk::<STEP>() {
        // The last step covers what the others have left, and some of theirs again.
        Some(last) => steps.iter().all(are_such) && are_such(last),
        None => bytes.iter().all(|byte| is_such(*byte)),
    }
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
