//! What a JSON document may cost to read: the longest is bounded by who collects it, its depth and
//! the number of its values here. Three bytes of `{},` can become a structure of a kilobyte.

use crate::error::Malformed;

/// More levels than any model has, and few enough for every stack.
const DEEPEST: usize = 100;
/// A page of the largest service has some ten thousand.
const MOST_VALUES: usize = 1 << 20;

/// Goes over a document once, without reading it.
pub(super) fn check(body: &[u8]) -> Result<(), Malformed> {
    let (mut depth, mut values, mut in_text, mut is_escaped) = (0_usize, 0_usize, false, false);
    for byte in body {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = in_text,
            b'"' => in_text = !in_text,
            _ if in_text => {}
            b'[' | b'{' => {
                depth += 1;
                values += 1;
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            b',' => values += 1,
            _ => {}
        }
        if depth > DEEPEST {
            return Err(refused(&format!("nests deeper than {DEEPEST} levels")));
        }
        if values > MOST_VALUES {
            return Err(refused(&format!("has more than {MOST_VALUES} values")));
        }
    }
    Ok(())
}

fn refused(problem: &str) -> Malformed {
    Malformed::new("body", problem)
}
