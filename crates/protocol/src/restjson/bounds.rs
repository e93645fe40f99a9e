//! What a JSON document may cost to read. The longest is bounded by who collects it, and its depth by
//! `serde_json`; the number of its values is bounded here, for three bytes of `{},` can become a
//! structure of a kilobyte.

use crate::error::Malformed;

/// A page of the largest service has some ten thousand.
const MOST_VALUES: usize = 1 << 20;

/// Goes over a document that is long enough to have too many values.
pub(super) fn check(body: &str) -> Result<(), Malformed> {
    if body.len() > MOST_VALUES && values(body) > MOST_VALUES {
        let problem = format!("has more than {MOST_VALUES} values");
        return Err(Malformed::new("body", problem));
    }
    Ok(())
}

fn values(body: &str) -> usize {
    let (mut values, mut in_text, mut is_escaped) = (0_usize, false, false);
    for byte in body.bytes() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = in_text,
            b'"' => in_text = !in_text,
            b'[' | b'{' | b',' if !in_text => values += 1,
            _ => {}
        }
    }
    values
}
