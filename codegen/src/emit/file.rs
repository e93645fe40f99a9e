//! The text of a file while it is written.

use std::collections::{BTreeMap, BTreeSet};

/// What rustfmt allows a line, and rustdoc comments are wrapped at.
pub(super) const WIDTH: usize = 100;

#[derive(Default)]
pub(super) struct File {
    body: String,
    imports: BTreeMap<&'static str, BTreeSet<&'static str>>,
}

impl File {
    /// Sees to it that `item` of `module` is imported.
    pub(super) fn import(&mut self, module: &'static str, item: &'static str) {
        self.imports.entry(module).or_default().insert(item);
    }

    /// The documentation of an item, which follows an empty line.
    pub(super) fn docs(&mut self, docs: &str) {
        self.text(&format!("\n{}", comment("///", 0, docs)));
    }

    /// The documentation of what is nested so deep. Inside a macro call rustfmt leaves the
    /// indentation as it is; elsewhere it makes it what it should be.
    pub(super) fn docs_within(&mut self, depth: usize, docs: &str) {
        self.text(&comment("///", depth, docs));
    }

    /// Lines of code. rustfmt indents them.
    pub(super) fn text(&mut self, text: &str) {
        self.body.push_str(text);
        self.body.push('\n');
    }

    /// The whole text, imports included.
    pub(super) fn finish(self, header: &str) -> String {
        // The standard library stands before the crates.
        let (std, crates): (Vec<_>, Vec<_>) = self
            .imports
            .into_iter()
            .partition(|(module, _)| module.starts_with("std::"));
        let group = |imports: Vec<(&str, BTreeSet<&str>)>| -> String {
            let line = |(module, items): (&str, BTreeSet<&str>)| {
                let items: Vec<&str> = items.into_iter().collect();
                format!("use {module}::{{{}}};\n", items.join(", "))
            };
            imports.into_iter().map(line).collect()
        };
        format!("{header}\n\n{}\n{}{}", group(std), group(crates), self.body)
    }
}

/// A comment with Markdown in it, wrapped at the width of a line and without a line end.
pub(crate) fn comment(marker: &str, depth: usize, markdown: &str) -> String {
    let indent = "    ".repeat(depth);
    let room = WIDTH - indent.len() - marker.len() - 1;
    let mut lines = Vec::new();
    for line in markdown.lines() {
        let hanging = if line.starts_with("- ") { "  " } else { "" };
        for line in wrap(line, hanging, room) {
            lines.push(format!("{indent}{marker} {line}").trim_end().to_owned());
        }
    }
    lines.join("\n")
}

fn wrap(line: &str, hanging: &str, room: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut current = String::new();
    for word in unbreakable(line) {
        let fits = current.chars().count() + 1 + word.chars().count() <= room;
        if !current.is_empty() && !fits {
            lines.push(std::mem::replace(&mut current, hanging.to_owned()));
        } else if !current.is_empty() {
            current.push(' ');
        }
        current.push_str(&word);
    }
    lines.push(current);
    lines
}

/// The words of a line, where one that would be markup at the beginning of a line holds on to the
/// word before it.
fn unbreakable(line: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in line.split_whitespace() {
        match words.last_mut() {
            Some(before) if is_markup(word) => *before = format!("{before} {word}"),
            _ => words.push(word.to_owned()),
        }
    }
    words
}

/// Whether a word at the beginning of a line would turn it into a list item, a heading or a quote.
fn is_markup(word: &str) -> bool {
    let number = word
        .strip_suffix(['.', ')'])
        .is_some_and(|n| n.chars().all(|c| c.is_ascii_digit()));
    number || matches!(word, "-" | "+" | "*" | "#" | ">" | "|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_wrapped_and_stay_what_they_are() {
        let long = format!(
            "{} 7. is no list, and {} - is none either",
            "word ".repeat(17).trim(),
            "w".repeat(78)
        );
        let text = comment("///", 0, &long);
        assert!(
            text.lines()
                .all(|line| line.starts_with("/// ") && !line.starts_with("/// 7.")),
            "{text}"
        );
        assert!(!text.contains("/// -"), "{text}");
        assert_eq!(comment("//!", 0, "a\n\nb"), "//! a\n//!\n//! b");
        let item = comment("///", 1, &format!("- {}", "word ".repeat(30)));
        assert!(item.contains("\n    ///   word"), "{item}");
    }
}
