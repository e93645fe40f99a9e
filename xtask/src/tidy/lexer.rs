//! Tells code, comments and quoted text of a Rust file apart.

use super::source::is_word;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Code,
    Comment,
    Quoted,
}

/// The text twice: without comments and without what stands between quotes, and the comments
/// alone. Blanks stand for what is left out, so that both have the lines of the text.
pub(super) fn separate(text: &str) -> (String, String) {
    let (mut code, mut comments) = (String::new(), String::new());
    let mut rest = text;
    while !rest.is_empty() {
        let (kind, length) = token(rest);
        let (token, tail) = rest.split_at(length);
        rest = tail;
        let blanks = token.chars().map(blank);
        match kind {
            Kind::Code => {
                code.push_str(token);
                comments.extend(blanks);
            }
            Kind::Comment => {
                code.extend(blanks);
                comments.push_str(token);
            }
            Kind::Quoted => {
                code.extend(token.chars().map(quoted));
                comments.extend(blanks);
            }
        }
    }
    (code, comments)
}

fn blank(character: char) -> char {
    if character == '\n' { '\n' } else { ' ' }
}

/// Quotes stay, so that `""` and `"reason"` can be told apart.
fn quoted(character: char) -> char {
    match character {
        '"' | '\'' => character,
        _ => blank(character),
    }
}

/// Kind and length of the token at the head of a text that is not empty.
fn token(text: &str) -> (Kind, usize) {
    let Some(first) = text.chars().next() else {
        return (Kind::Code, 0);
    };
    if text.starts_with("//") {
        return (Kind::Comment, text.find('\n').unwrap_or(text.len()));
    }
    if text.starts_with("/*") {
        return (Kind::Comment, block(text));
    }
    if first == '"' {
        return (Kind::Quoted, until_quote(text, '"'));
    }
    if first == '\'' {
        return quote_or_lifetime(text);
    }
    if is_word(first) {
        let end = text.find(|c| !is_word(c)).unwrap_or(text.len());
        let (word, rest) = text.split_at(end);
        return match raw(rest) {
            Some(length) if matches!(word, "r" | "br" | "cr") => (Kind::Quoted, end + length),
            _ => (Kind::Code, end),
        };
    }
    (Kind::Code, first.len_utf8())
}

/// The length of a block comment, with those within it.
fn block(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(rest) = text.get(at..) {
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            match rest.chars().next() {
                Some(character) => at += character.len_utf8(),
                None => break,
            }
        }
    }
    text.len()
}

/// The length of what begins with a quote, up to the next one that is not escaped.
fn until_quote(text: &str, quote: char) -> usize {
    let mut is_escaped = true;
    for (at, character) in text.char_indices() {
        if is_escaped && at > 0 {
            is_escaped = false;
        } else if character == '\\' {
            is_escaped = true;
        } else if character == quote && at > 0 {
            return at + 1;
        } else {
            is_escaped = false;
        }
    }
    text.len()
}

/// `'a'` and `'\n'` are quoted, `'a` is not.
fn quote_or_lifetime(text: &str) -> (Kind, usize) {
    let mut characters = text.chars().skip(1);
    let (inner, next) = (characters.next(), characters.next());
    if inner == Some('\\') || next == Some('\'') {
        return (Kind::Quoted, until_quote(text, '\''));
    }
    (Kind::Code, 1)
}

/// The length of `#"…"#`, with as many `#` as there are; none for other text.
fn raw(text: &str) -> Option<usize> {
    let hashes = text.find(|c| c != '#')?;
    let (hashes, quoted) = text.split_at(hashes);
    let inner = quoted.strip_prefix('"')?;
    let end = format!("\"{hashes}");
    let length = inner.find(&end).unwrap_or(inner.len());
    Some((hashes.len() + 1 + length + end.len()).min(text.len()))
}

#[cfg(test)]
mod tests {
    use super::separate;

    fn code(text: &str) -> String {
        separate(text).0
    }

    fn comments(text: &str) -> Vec<String> {
        let comments = separate(text).1;
        let lines = comments.lines().map(str::trim);
        lines
            .filter(|line| !line.is_empty())
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn comments_are_not_code() {
        let text = "a(); // b()\n/* c() /* d() */ \"e\" */ f();\n";
        assert_eq!(code(text), "a();       \n                        f();\n");
        assert_eq!(comments(text), ["// b()", "/* c() /* d() */ \"e\" */"]);
    }

    #[test]
    fn what_is_quoted_is_neither() {
        assert_eq!(code(r#"x("// a \" b", y);"#), r#"x("      "  ", y);"#);
        assert_eq!(code("x(\"a\nb\");"), "x(\" \n \");");
        assert_eq!(code(r##"x(r#"a " // b"#);"##), r##"x(  "  "     " );"##);
        assert_eq!(code(r#"x(br"\", y);"#), r#"x(  " ", y);"#);
        assert_eq!(
            code(r#"x('"', '\'', '\\', b'/');"#),
            r#"x('"', ' '', '  ', b' ');"#
        );
        assert_eq!(comments("let a = \"// no\"; // yes"), ["// yes"]);
    }

    #[test]
    fn lifetimes_and_raw_names_are_code() {
        let text = "fn f<'a>(x: &'a str, r#type: &'static u8) {}";
        assert_eq!(code(text), text);
        assert_eq!(code("f(u8::from(r) # \"a\")"), "f(u8::from(r) # \" \")");
    }

    #[test]
    fn what_does_not_end_is_read_to_the_end() {
        assert_eq!(code("a \"b"), "a \" ");
        assert_eq!(code("a r#\"b\""), "a   \" \"");
        assert_eq!(comments("a /* b"), ["/* b"]);
    }
}
