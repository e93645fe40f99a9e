//! Texts with values in them: `https://{Bucket}.{url#authority}`.

use super::ast::{Part, Template};
use super::problem::Problem;

impl Template {
    /// Braces enclose a name; doubled ones stand for themselves.
    pub(super) fn parse(text: &str) -> Result<Self, Problem> {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, brace) = rest.split_at(at);
            literal.push_str(before);
            if let Some(after) = ["{{", "}}"]
                .iter()
                .find_map(|pair| brace.strip_prefix(pair))
            {
                literal.extend(brace.chars().next());
                rest = after;
                continue;
            }
            let unbalanced = || Problem::new(format!("the braces of `{text}` are not balanced"));
            let inner = brace.strip_prefix('{').ok_or_else(unbalanced)?;
            let (inner, after) = inner.split_once('}').ok_or_else(unbalanced)?;
            if !literal.is_empty() {
                parts.push(Part::Literal(std::mem::take(&mut literal)));
            }
            parts.push(value(inner)?);
            rest = after;
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            parts.push(Part::Literal(literal));
        }
        Ok(Self(parts))
    }

    /// The text, if there are no values in it.
    pub(super) fn literal(&self) -> Option<&str> {
        match self.0.as_slice() {
            [] => Some(""),
            [Part::Literal(literal)] => Some(literal),
            _ => None,
        }
    }
}

fn value(inner: &str) -> Result<Part, Problem> {
    let (name, path) = match inner.split_once('#') {
        Some((name, path)) => (name, Some(path.to_owned())),
        None => (inner, None),
    };
    let is_of_name = |c: char| c == '_' || c.is_ascii_alphanumeric();
    if name.is_empty() || !name.chars().all(is_of_name) {
        return Err(Problem::new(format!("`{{{inner}}}` names no value")));
    }
    let name = name.to_owned();
    Ok(Part::Value { name, path })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Result<Vec<String>, Problem> {
        let shown = |part: &Part| match part {
            Part::Literal(literal) => format!("'{literal}'"),
            Part::Value { name, path } => format!("{name} {path:?}"),
        };
        Ok(Template::parse(text)?.0.iter().map(shown).collect())
    }

    #[test]
    fn parts() {
        assert_eq!(shown("").unwrap(), [""; 0]);
        assert_eq!(shown("plain").unwrap(), ["'plain'"]);
        assert_eq!(shown("{A}").unwrap(), ["A None"]);
        assert_eq!(
            shown("https://{A}.{b_2#c[0]}/é").unwrap(),
            ["'https://'", "A None", "'.'", "b_2 Some(\"c[0]\")", "'/é'"]
        );
        assert_eq!(shown("{{{A}}}{{}}").unwrap(), ["'{'", "A None", "'}{}'"]);
    }

    #[test]
    fn braces_that_do_not_match() {
        for text in [
            "{", "}", "{A", "A}", "{}", "{A{B}}", "{#b}", "{a b}", "a}b", "{ A }",
        ] {
            assert!(shown(text).is_err(), "{text}");
        }
    }
}
