//! `credential_process`: a program that writes credentials.

use super::asker::{Asker, Stop, failed};
use super::document;
use super::keys::Credentials;
use super::object::Object;
use super::plan::CommandLine;

pub(super) async fn load(asker: &Asker, line: &CommandLine) -> Result<Credentials, Stop> {
    let words = words(&line.0);
    let words = words.ok_or_else(|| failed("credential_process has a quote that is not closed"))?;
    let mut words = words.into_iter();
    let Some(program) = words.next().filter(|program| !program.is_empty()) else {
        return Err(failed("credential_process names no program"));
    };
    let told = format!("credential_process ({program})");
    let written = asker.run(program, words.collect()).await;
    let written = written.map_err(|stop| match stop {
        Stop::Absent(why) | Stop::Failed(why) => failed(format_args!("{told} {why}")),
    })?;
    if !is_version_1(&written) {
        let problem = "wrote no JSON document with \"Version\": 1";
        return Err(failed(format_args!("{told} {problem}")));
    }
    let what = format!("what {told} wrote");
    document::still_good(document::read(&written, &what)?, asker.now(), &what)
}

fn is_version_1(json: &str) -> bool {
    let version = Object::read(json).and_then(|document| document.get::<i64>("Version"));
    version == Some(1)
}

/// Splits a line as shells do, without their other powers: words end at white space, except in
/// quotes. `None` when a quote is not closed.
fn words(line: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut rest = line.chars();
    while let Some(c) = rest.next() {
        match (c, quote) {
            // Where it separates the folders of a path, it cannot quote.
            ('\\', None) if !cfg!(windows) => word.get_or_insert_default().extend(rest.next()),
            ('\\', Some('"')) => {
                let next = rest.next()?;
                let word = word.get_or_insert_default();
                if !matches!(next, '"' | '\\') {
                    word.push('\\');
                }
                word.push(next);
            }
            ('"' | '\'', None) => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (c, Some(open)) if c == open => quote = None,
            (c, None) if c.is_whitespace() => words.extend(word.take()),
            (c, _) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_split_as_shells_do() {
        for (line, expected) in [
            ("", &[][..]),
            ("a  b\tc", &["a", "b", "c"]),
            (
                r#""/opt/my tool" --name 'x "y"'"#,
                &["/opt/my tool", "--name", r#"x "y""#],
            ),
            (r#"a"b c"d ''"#, &["ab cd", ""]),
            (r#""q\"uo\\te\n""#, &[r#"q"uo\te\n"#]),
        ] {
            assert_eq!(words(line).unwrap(), expected, "{line}");
        }
        if !cfg!(windows) {
            assert_eq!(words(r"a\ b").unwrap(), ["a b"]);
        }
        assert_eq!(words("a 'b"), None);
        assert_eq!(words(r#""a\"#), None);
    }
}
