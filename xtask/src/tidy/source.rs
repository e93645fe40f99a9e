//! The Rust files of the project, and as much of their grammar as the checks need.

use std::path::Path;
use std::process::Command;

use super::lexer;
use crate::{Failure, process};

/// A Rust file that git knows, or would.
#[derive(Debug)]
pub(super) struct File {
    /// From the workspace's folder, with `/`.
    pub(super) path: String,
    /// The text with blanks for comments and for what stands between quotes.
    pub(super) code: String,
    /// The text with blanks for all but comments.
    pub(super) comments: String,
    pub(super) is_generated: bool,
}

impl File {
    pub(super) fn new(path: &str, text: &str) -> Self {
        let (code, comments) = lexer::separate(text);
        Self {
            path: path.to_owned(),
            code,
            comments,
            is_generated: text
                .lines()
                .any(|line| line.starts_with(kvs_codegen::HEADER)),
        }
    }

    pub(super) fn lines(&self) -> usize {
        self.code.lines().count()
    }

    /// Whether the file is of tests alone.
    pub(super) fn is_test(&self) -> bool {
        self.path.ends_with("/tests.rs") || self.path.contains("/tests/")
    }
}

/// A function with a body.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Function<'a> {
    pub(super) name: &'a str,
    /// Where it begins, from 1.
    pub(super) line: usize,
    pub(super) code: &'a str,
}

impl Function<'_> {
    pub(super) fn lines(&self) -> usize {
        self.code.lines().count()
    }
}

/// All Rust files, in the order of their paths.
pub(super) fn files(root: &Path) -> Result<Vec<File>, Failure> {
    let names = process::text(Command::new("git").current_dir(root).args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
        "*.rs",
    ]))?;
    let mut names: Vec<&str> = names.split_terminator('\0').collect();
    names.sort_unstable();
    names.dedup();
    // What is removed but not yet committed is still listed.
    names.retain(|name| root.join(name).exists());
    names
        .into_iter()
        .map(|name| Ok(File::new(name, &std::fs::read_to_string(root.join(name))?)))
        .collect()
}

/// The functions of a file, outer ones before those within them.
pub(super) fn functions(code: &str) -> Vec<Function<'_>> {
    let heads = code.match_indices("fn ").filter_map(|(at, keyword)| {
        let before = code.get(..at)?;
        let rest = code.get(at..)?;
        let is_keyword = !before.ends_with(is_word);
        let name = rest.get(keyword.len()..)?;
        let name = name.get(..name.find(|c| !is_word(c))?)?;
        let line = before.matches('\n').count() + 1;
        let code = rest.get(..body_end(rest)?)?;
        (is_keyword && !name.is_empty()).then_some(Function { name, line, code })
    });
    heads.collect()
}

/// Where the body of the function at the head of `code` ends; none where it has no body.
fn body_end(code: &str) -> Option<usize> {
    let (mut brackets, mut braces) = (0_u32, 0_u32);
    for (at, character) in code.char_indices() {
        match character {
            '(' | '[' => brackets += 1,
            ')' | ']' => brackets = brackets.checked_sub(1)?,
            '{' => braces += 1,
            '}' => {
                braces = braces.checked_sub(1)?;
                if braces == 0 && brackets == 0 {
                    return Some(at + 1);
                }
            }
            ';' if brackets == 0 && braces == 0 => return None,
            _ => {}
        }
    }
    None
}

pub(super) fn is_word(character: char) -> bool {
    character == '_' || character.is_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_end_where_their_bodies_do() {
        let code = "trait T {\n    fn declared(&self, n: [u8; 2]);\n}\n\
                    async fn outer(f: fn(u8)) {\n    if a {\n        fn inner() {}\n    }\n}\n";
        let found: Vec<_> = functions(code)
            .iter()
            .map(|function| (function.name, function.line, function.lines()))
            .collect();
        assert_eq!(found, [("outer", 4, 5), ("inner", 6, 1)]);
    }

    #[test]
    fn generated_files_say_so() {
        let generated = format!("//! Shapes.\n//!\n{}model/x.json`.\n", kvs_codegen::HEADER);
        assert!(File::new("a.rs", &generated).is_generated);
        assert!(!File::new("a.rs", "//! Shapes.\n").is_generated);
    }
}
