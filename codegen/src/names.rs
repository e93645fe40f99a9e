//! From the model's names to Rust's.

/// Words of the language that cannot be the name of a field as they are.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let",
    "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return",
    "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];
/// Those among them that cannot be written raw, either.
const PATH_KEYWORDS: &[&str] = &["crate", "self", "super"];

/// The words of a name: `HLSStreamingSessionURL` is `HLS`, `Streaming`, `Session`, `URL`.
pub(crate) fn words(name: &str) -> Vec<String> {
    let chars: Vec<char> = name.chars().collect();
    let mut words = Vec::new();
    let mut word = String::new();
    for (at, &c) in chars.iter().enumerate() {
        if !word.is_empty() && (!c.is_ascii_alphanumeric() || starts_word(&chars, at)) {
            words.push(std::mem::take(&mut word));
        }
        if c.is_ascii_alphanumeric() {
            word.push(c);
        }
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}

/// Whether a word begins at a capital: after a small letter or a digit, and at the last capital of
/// an acronym that goes over into a word. `ARNs` is an acronym in the plural, not `AR` and `Ns`.
fn starts_word(chars: &[char], at: usize) -> bool {
    let class = |at: usize| chars.get(at).copied().unwrap_or('_');
    let is_small = |c: char| c.is_ascii_lowercase();
    if !class(at).is_ascii_uppercase() {
        return false;
    }
    let plural = class(at + 1) == 's' && !is_small(class(at + 2));
    match at.checked_sub(1).map(class) {
        Some(before) if before.is_ascii_uppercase() => is_small(class(at + 1)) && !plural,
        Some(before) => is_small(before) || before.is_ascii_digit(),
        None => false,
    }
}

/// Name of a module, or of a field but for keywords: `stream_arn`.
pub(crate) fn snake(name: &str) -> String {
    identifier(&words(name).join("_").to_lowercase())
}

/// Name of a type or variant: `HlsPlaybackMode`.
pub(crate) fn pascal(name: &str) -> String {
    identifier(
        &words(name)
            .iter()
            .map(|word| capitalized(&word.to_lowercase()))
            .collect::<String>(),
    )
}

/// Name of a field, which may not be a keyword.
pub(crate) fn field(name: &str) -> String {
    match snake(name) {
        field if KEYWORDS.contains(&field.as_str()) => format!("r#{field}"),
        field if PATH_KEYWORDS.contains(&field.as_str()) => format!("{field}_"),
        field => field,
    }
}

/// Name of a variant of an enumeration whose value is `value`.
pub(crate) fn variant(value: &str) -> String {
    match pascal(value).as_str() {
        "_" => "Empty".to_owned(),
        // `Unknown` holds the values that the model does not know, `Self` is a keyword.
        clash @ ("Unknown" | "Self") => format!("{clash}Value"),
        variant => variant.to_owned(),
    }
}

fn identifier(name: &str) -> String {
    match name.chars().next() {
        Some(first) if !first.is_ascii_digit() => name.to_owned(),
        _ => format!("_{name}"),
    }
}

fn capitalized(word: &str) -> String {
    let mut chars = word.chars();
    chars
        .next()
        .map(|first| first.to_ascii_uppercase())
        .into_iter()
        .chain(chars)
        .collect()
}

/// Makes names differ that the conversion has made equal: the second `a` becomes `a2`.
pub(crate) fn distinct(names: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut taken = std::collections::BTreeSet::new();
    let mut distinct = |name: String| {
        let mut candidate = name.clone();
        let mut count = 1;
        while !taken.insert(candidate.clone()) {
            count += 1;
            candidate = format!("{name}{count}");
        }
        candidate
    };
    names.into_iter().map(&mut distinct).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_idiomatic() {
        let cases = [
            ("StreamARN", "StreamArn", "stream_arn"),
            (
                "GetHLSStreamingSessionURL",
                "GetHlsStreamingSessionUrl",
                "get_hls_streaming_session_url",
            ),
            ("APIName", "ApiName", "api_name"),
            ("KmsKeyId", "KmsKeyId", "kms_key_id"),
            ("FRAGMENTED_MP4", "FragmentedMp4", "fragmented_mp4"),
            (
                "GetMP4InitFragment",
                "GetMp4InitFragment",
                "get_mp4_init_fragment",
            ),
            ("JPEGQuality", "JpegQuality", "jpeg_quality"),
            ("StreamARNs", "StreamArns", "stream_arns"),
            ("ListOfARNsSeen", "ListOfArnsSeen", "list_of_arns_seen"),
            ("IsHTTP", "IsHttp", "is_http"),
            ("video/h264", "VideoH264", "video_h264"),
            ("us-east-1", "UsEast1", "us_east_1"),
            ("1080p", "_1080p", "_1080p"),
            ("alreadyCamel", "AlreadyCamel", "already_camel"),
            ("X", "X", "x"),
            ("", "_", "_"),
        ];
        for (name, type_name, field_name) in cases {
            assert_eq!(
                (pascal(name).as_str(), snake(name).as_str()),
                (type_name, field_name),
                "{name}"
            );
        }
    }

    #[test]
    fn keywords_and_clashes_are_avoided() {
        assert_eq!(field("Type"), "r#type");
        assert_eq!(field("Self"), "self_");
        assert_eq!(field("Gen"), "r#gen");
        assert_eq!(variant("UNKNOWN"), "UnknownValue");
        assert_eq!(variant("self"), "SelfValue");
        assert_eq!(variant(""), "Empty");
        let names = ["a", "b", "a", "a2"].map(str::to_owned);
        assert_eq!(distinct(names), ["a", "b", "a2", "a22"]);
    }
}
