//! AWS documents in HTML; here it becomes Markdown, as far as rustdoc needs it.

/// The text of a documentation, its paragraphs and lists, and code as code.
pub(crate) fn from_html(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    let mut in_code = false;
    while let Some((text, tail)) = rest.split_once('<') {
        push_text(&mut out, text, in_code);
        let Some((tag, after)) = tail.split_once('>') else {
            rest = "";
            break;
        };
        let is_end = tag.starts_with('/');
        let name = tag
            .trim_start_matches('/')
            .split([' ', '/', '\n'])
            .next()
            .unwrap_or_default();
        match name.to_ascii_lowercase().as_str() {
            "code" | "tt" if is_end == in_code => {
                out.push('`');
                in_code = !in_code;
            }
            "p" | "ul" | "ol" | "dl" | "note" | "important" | "br" | "h1" | "h2" | "h3" | "pre" => {
                paragraph(&mut out);
            }
            "li" | "dt" if !is_end => {
                paragraph(&mut out);
                out.push_str("- ");
            }
            _ => {}
        }
        rest = after;
    }
    push_text(&mut out, rest, in_code);
    if in_code {
        out.push('`');
    }
    let lines = out.lines().map(str::trim_end).filter(|line| *line != "-");
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}

fn paragraph(out: &mut String) {
    let kept = out.trim_end().len();
    out.truncate(kept);
    let in_item = *out == "-" || out.ends_with("\n-");
    match (out.is_empty(), in_item) {
        (true, _) => {}
        (false, true) => out.push(' '),
        (false, false) => out.push_str("\n\n"),
    }
}

/// Space counts once, and outside of code what rustdoc would take for markup is taken literally.
fn push_text(out: &mut String, text: &str, in_code: bool) {
    let entities = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&nbsp;", " "),
        ("&amp;", "&"),
    ];
    let mut plain = text.to_owned();
    for (entity, character) in entities {
        plain = plain.replace(entity, character);
    }
    let mut after_space = out.is_empty() || out.ends_with([' ', '\n']);
    for c in plain.chars() {
        if c.is_whitespace() {
            if !after_space {
                out.push(' ');
            }
            after_space = true;
            continue;
        }
        after_space = false;
        match c {
            '`' => out.push('\''),
            '<' | '>' | '[' | ']' | '*' | '_' | '\\' | '#' | '|' | '~' if !in_code => {
                out.extend(['\\', c])
            }
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::from_html;

    #[test]
    fn html_becomes_markdown() {
        let cases = [
            ("", ""),
            (
                "<p>One.</p>\n  <p>Two  words &amp; <b>three</b>.</p>",
                "One.\n\nTwo words & three.",
            ),
            (
                "<p>See <code>a_b[0]</code> or <a href=\"x\">a[0]</a>.</p>",
                "See `a_b[0]` or a\\[0\\].",
            ),
            (
                "<ul><li><p>One</p></li><li>Two</li></ul><p>End",
                "- One\n\n- Two\n\nEnd",
            ),
            ("1 &lt; 2 <br/> 3 &gt; 2", "1 \\< 2\n\n3 \\> 2"),
            ("<code>open", "`open`"),
            ("cut <", "cut"),
            ("<http://x>", ""),
        ];
        for (html, markdown) in cases {
            assert_eq!(from_html(html), markdown, "{html}");
        }
    }
}
