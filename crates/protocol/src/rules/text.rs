//! `split`, `substring` and `uriEncode`.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// The unreserved characters of RFC 3986 stay as they are.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The pieces of a text between delimiters: all of them where `limit` is 0, else at most so many,
/// the last of which holds the rest. An empty delimiter is in no text.
///
/// ```
/// assert_eq!(kvs_protocol::rules::split("a--b--c", "--", 2), ["a", "b--c"]);
/// ```
pub fn split<'a>(text: &'a str, delimiter: &str, limit: usize) -> Vec<&'a str> {
    match limit {
        _ if delimiter.is_empty() => vec![text],
        0 => text.split(delimiter).collect(),
        limit => text.splitn(limit, delimiter).collect(),
    }
}

/// The characters from `start` up to `stop`, counted from the end with `reverse`; none if there
/// are not that many, or if the text is not ASCII.
///
/// ```
/// use kvs_protocol::rules::substring;
///
/// assert_eq!(substring("abcde", 0, 2, false), Some("ab"));
/// assert_eq!(substring("abcde", 0, 2, true), Some("de"));
/// ```
pub fn substring(text: &str, start: usize, stop: usize, reverse: bool) -> Option<&str> {
    if !text.is_ascii() || start >= stop {
        return None;
    }
    if reverse {
        let from_end = |at: usize| text.len().checked_sub(at);
        text.get(from_end(stop)?..from_end(start)?)
    } else {
        text.get(start..stop)
    }
}

/// Percent-encodes all but letters, digits, `-`, `.`, `_` and `~`.
pub fn uri_encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits() {
        let cases: [(&str, &str, usize, &[&str]); 14] = [
            ("a--b--c", "--", 0, &["a", "b", "c"]),
            ("", "--", 0, &[""]),
            ("ab", "--", 0, &["ab"]),
            ("--a", "--", 0, &["", "a"]),
            ("a--", "--", 0, &["a", ""]),
            ("----", "--", 0, &["", "", ""]),
            ("aaa", "aa", 0, &["", "a"]),
            ("a--b", "--", 1, &["a--b"]),
            ("--a--", "--", 2, &["", "a--"]),
            ("a--b--c--d", "--", 3, &["a", "b", "c--d"]),
            ("a.*b", ".*", 0, &["a", "b"]),
            ("a🌟b", "🌟", usize::MAX, &["a", "b"]),
            ("ab", "abcd", 0, &["ab"]),
            ("ab", "", 0, &["ab"]),
        ];
        for (text, delimiter, limit, pieces) in cases {
            assert_eq!(split(text, delimiter, limit), pieces, "{text} {limit}");
        }
    }

    #[test]
    fn substrings() {
        let cases = [
            ("abcde", 0, 5, false, Some("abcde")),
            ("abcde", 1, 3, false, Some("bc")),
            ("abcde", 1, 3, true, Some("cd")),
            ("abcde", 0, 6, false, None),
            ("abcde", 0, 6, true, None),
            ("abcde", 3, 3, false, None),
            ("abcde", 3, 1, true, None),
            ("abcde", 0, usize::MAX, true, None),
            ("", 0, 1, false, None),
            ("abcdé", 0, 2, false, None),
            ("a\0\u{7f}", 1, 3, false, Some("\0\u{7f}")),
        ];
        for (text, start, stop, reverse, expected) in cases {
            assert_eq!(
                substring(text, start, stop, reverse),
                expected,
                "{text} {start}"
            );
        }
    }

    #[test]
    fn encoding() {
        assert_eq!(uri_encode("AZaz09-_.~"), "AZaz09-_.~");
        assert_eq!(
            uri_encode("/:,?#[]{}|@! $&'()*+;=%<>\"^`\\"),
            "%2F%3A%2C%3F%23%5B%5D%7B%7D%7C%40%21%20%24%26%27%28%29%2A%2B%3B%3D%25%3C%3E%22%5E%60%5C"
        );
        assert_eq!(uri_encode("é\n\0"), "%C3%A9%0A%00");
    }
}
