//! How values stand in a line.

use kvs_api::protocol::Timestamp;

/// A text without line breaks that tells all of them.
pub(super) fn escape(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\");
    escaped.replace('\n', "\\n").replace('\r', "\\r")
}

pub(super) fn unescape(text: &str) -> Option<String> {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        plain.push(match char {
            '\\' => match chars.next()? {
                '\\' => '\\',
                'n' => '\n',
                'r' => '\r',
                _ => return None,
            },
            char => char,
        });
    }
    Some(plain)
}

/// Two digits a byte; a hyphen for none.
pub(super) fn hex(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return "-".to_owned();
    }
    let digit = |nibble: u8| char::from_digit(nibble.into(), 16).unwrap_or('0');
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
    digits.map(digit).collect()
}

pub(super) fn unhex(text: &str) -> Option<Vec<u8>> {
    if text == "-" {
        return Some(Vec::new());
    }
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else {
        return None;
    };
    let digit = |byte: u8| {
        char::from(byte)
            .to_digit(16)
            .and_then(|d| u8::try_from(d).ok())
    };
    let bytes = pairs
        .iter()
        .map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?));
    bytes.collect()
}

/// Seconds since 1970 and nanoseconds, which count forward from them.
pub(super) fn time(at: Timestamp) -> String {
    format!("{}.{:09}", at.seconds(), at.nanos())
}

pub(super) fn parse_time(text: &str) -> Option<Timestamp> {
    let (seconds, nanos) = text.split_once('.')?;
    let nanos = nanos.parse().ok().filter(|nanos| *nanos < 1_000_000_000)?;
    Some(Timestamp::new(seconds.parse().ok()?, nanos))
}
