//! Input checks: what a model says of values, told before the service does.
//!
//! A service may loosen its limits while a program keeps the model of its day: that a value breaks
//! a rule is no proof that the service would refuse it. So a check reports, and whoever asked for
//! it decides. What cannot be sent at all is refused when it is encoded.

mod pattern;

use std::fmt;

use crate::restjson::Wire;
use pattern::Pattern;

/// A rule that a model has for the values of a member.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Rule {
    /// There must be a value.
    Required,
    /// At least one of these members must have a value.
    OneOf(&'static [&'static str]),
    /// The least and the greatest length: characters, bytes or entries.
    Length(u64, u64),
    /// The least and the greatest number.
    Range(f64, f64),
    /// The regular expression that a text must match.
    Pattern(&'static str),
    /// Each of these.
    All(&'static [Self]),
    /// The rules for the elements of a list.
    Each(&'static [Self]),
    /// The rules for the keys of a map.
    Keys(&'static [Self]),
    /// The rules for the values of a map.
    Values(&'static [Self]),
}

impl Rule {
    /// The rules themselves, where some stand together.
    fn unfolded(rules: &[Self]) -> impl Iterator<Item = &Self> {
        rules.iter().flat_map(|rule| match rule {
            Self::All(rules) => rules,
            rule => std::slice::from_ref(rule),
        })
    }

    pub(crate) fn of_elements(rules: &[Self]) -> &'static [Self] {
        let each = Self::unfolded(rules).find_map(|rule| match rule {
            Self::Each(rules) => Some(*rules),
            _ => None,
        });
        each.unwrap_or_default()
    }

    pub(crate) fn of_keys(rules: &[Self]) -> &'static [Self] {
        let keys = Self::unfolded(rules).find_map(|rule| match rule {
            Self::Keys(rules) => Some(*rules),
            _ => None,
        });
        keys.unwrap_or_default()
    }

    pub(crate) fn of_values(rules: &[Self]) -> &'static [Self] {
        let values = Self::unfolded(rules).find_map(|rule| match rule {
            Self::Values(rules) => Some(*rules),
            _ => None,
        });
        values.unwrap_or_default()
    }
}

impl fmt::Display for Rule {
    /// Completes a sentence that begins with the name of the member.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Required | Self::OneOf(_) => f.write_str("is required"),
            Self::Length(least, u64::MAX) => write!(f, "must be {least} or longer"),
            Self::Length(0, most) => write!(f, "must be {most} or shorter"),
            Self::Length(least, most) => write!(f, "must be {least} to {most} long"),
            Self::Range(least, f64::MAX) => write!(f, "must be {least} or more"),
            Self::Range(f64::MIN, most) => write!(f, "must be {most} or less"),
            Self::Range(least, most) => write!(f, "must be {least} to {most}"),
            Self::Pattern(pattern) => write!(f, "must match {pattern}"),
            Self::All(_) | Self::Each(_) | Self::Keys(_) | Self::Values(_) => {
                f.write_str("must keep to its rules")
            }
        }
    }
}

/// A member that breaks a rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Violation {
    /// Path of the member, as the service spells it, such as `Fragments[3]`; several are joined by
    /// ` or `.
    pub path: String,
    /// The rule that it breaks.
    pub rule: Rule,
    /// What it is instead: a value or a length; empty where there is none or it must not be shown.
    pub value: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.path, self.rule)?;
        match (&self.rule, self.value.as_str()) {
            (Rule::Required | Rule::OneOf(_), _) => f.write_str(" but was not given"),
            (_, "") => f.write_str(", but is not"),
            (_, value) => write!(f, ", but is {value}"),
        }
    }
}

/// Everything in which a value breaks the rules of its model.
#[doc(hidden)]
pub fn check<T: Wire>(value: &T) -> Vec<Violation> {
    Checker::over(&mut |at| value.check(&[], at))
}

/// Names rules that stand together, for several members to have.
///
/// ```
/// kvs_protocol::rules! {
///     NAME = [Length(1, 8), Pattern("^[a-z]+$")];
/// }
///
/// kvs_protocol::structure! {
///     /// A stable.
///     pub struct Stable {
///         /// Who lives there.
///         pub names: Option<Vec<String>> = "Names" [Length(1, 4), Each(&[NAME])],
///     }
/// }
///
/// let stable = Stable { names: Some(vec!["Ada".into()]) };
/// assert_eq!(stable.check().len(), 1);
/// ```
#[macro_export]
macro_rules! rules {
    ($($name:ident = [$($rule:expr),+ $(,)?];)+) => { $(
        const $name: $crate::check::Rule = {
            use $crate::check::Rule::*;
            All(&[$($rule),+])
        };
    )+ };
}

/// Goes through a value and collects what it finds.
#[derive(Debug, Default)]
pub struct Checker {
    path: Vec<Step>,
    is_hidden: bool,
    found: Vec<Violation>,
    /// The latest pattern: a list has one for all its elements.
    pattern: Option<(&'static str, Pattern)>,
}

/// A step on the way to a value. It becomes text when there is something to report.
#[derive(Debug)]
enum Step {
    Member(&'static str),
    AnyOf(&'static [&'static str]),
    Element(usize),
    Entry(String),
}

// What does not depend on a type is compiled once, and not for each of hundreds.
impl Checker {
    fn over(check: &mut dyn FnMut(&mut Self)) -> Vec<Violation> {
        let mut checker = Self::default();
        check(&mut checker);
        checker.found
    }

    /// Checks the member of that name.
    pub fn member<T: Wire>(&mut self, name: &'static str, value: &T, rules: &'static [Rule]) {
        self.within(Step::Member(name), &mut |at| value.check(rules, at));
    }

    /// Checks what is a text on the wire.
    #[doc(hidden)]
    pub fn spelled(&mut self, text: &str, rules: &[Rule]) {
        self.text(text, rules);
    }

    /// Reports unless one of the members is there.
    pub fn one_of(&mut self, names: &'static [&'static str], is_given: &dyn Fn(&str) -> bool) {
        if !names.iter().any(|name| is_given(name)) {
            self.within(Step::AnyOf(names), &mut |at| {
                at.report(&Rule::OneOf(names), String::new())
            });
        }
    }

    pub(crate) fn elements<T: Wire>(&mut self, list: &[T], rules: &[Rule]) {
        self.within(Step::Element(0), &mut |at| {
            for (index, element) in list.iter().enumerate() {
                if let Some(Step::Element(step)) = at.path.last_mut() {
                    *step = index;
                }
                element.check(rules, at);
            }
        });
    }

    pub(crate) fn entry(&mut self, key: Option<&str>, check: &mut dyn FnMut(&mut Self)) {
        let key = key.map_or("…".to_owned(), |key| format!("{key:?}"));
        self.within(Step::Entry(key), check);
    }

    /// What is inside must not be shown.
    pub(crate) fn hidden(&mut self, check: &mut dyn FnMut(&mut Self)) {
        let was_hidden = std::mem::replace(&mut self.is_hidden, true);
        check(self);
        self.is_hidden = was_hidden;
    }

    pub(crate) fn absent(&mut self, rules: &[Rule]) {
        if let Some(rule) = Rule::unfolded(rules).find(|rule| **rule == Rule::Required) {
            self.report(rule, String::new());
        }
    }

    pub(crate) fn text(&mut self, text: &str, rules: &[Rule]) {
        for rule in Rule::unfolded(rules) {
            match rule {
                Rule::Length(least, most) if !is_surely_within(text, *least, *most) => {
                    self.length(text.chars().count(), std::slice::from_ref(rule));
                }
                Rule::Pattern(pattern) if self.matches(pattern, text) == Some(false) => {
                    self.report(rule, format!("{text:?}"));
                }
                _ => {}
            }
        }
    }

    fn matches(&mut self, pattern: &'static str, text: &str) -> Option<bool> {
        match &self.pattern {
            Some((known, read)) if *known == pattern => read.matches(text),
            _ => self
                .pattern
                .insert((pattern, Pattern::new(pattern)))
                .1
                .matches(text),
        }
    }

    pub(crate) fn length(&mut self, length: usize, rules: &[Rule]) {
        let length = length as u64;
        for rule in Rule::unfolded(rules) {
            if let Rule::Length(least, most) = rule
                && !(*least..=*most).contains(&length)
            {
                self.report(rule, format!("{length} long"));
            }
        }
    }

    pub(crate) fn number(&mut self, number: f64, rules: &[Rule]) {
        self.range(number, &number, rules);
    }

    #[expect(clippy::cast_precision_loss, reason = "bounds are as coarse as that")]
    pub(crate) fn integer(&mut self, number: i64, rules: &[Rule]) {
        self.range(number as f64, &number, rules);
    }

    fn range(&mut self, number: f64, shown: &dyn fmt::Display, rules: &[Rule]) {
        for rule in Rule::unfolded(rules) {
            if let Rule::Range(least, most) = rule
                && !(*least..=*most).contains(&number)
            {
                self.report(rule, shown.to_string());
            }
        }
    }

    fn report(&mut self, rule: &Rule, value: String) {
        let value = if self.is_hidden { String::new() } else { value };
        let mut path = String::new();
        for step in &self.path {
            let dot = if path.is_empty() { "" } else { "." };
            match step {
                Step::Member(name) => path.extend([dot, name]),
                Step::AnyOf(names) => path.extend([dot, &names.join(" or ")]),
                Step::Element(index) => path.push_str(&format!("[{index}]")),
                Step::Entry(key) => path.extend(["[", key, "]"]),
            }
        }
        self.found.push(Violation {
            path,
            rule: *rule,
            value,
        });
    }

    fn within(&mut self, step: Step, check: &mut dyn FnMut(&mut Self)) {
        self.path.push(step);
        check(self);
        self.path.pop();
    }
}

/// A character has one byte to four: often that says enough of how many there are.
fn is_surely_within(text: &str, least: u64, most: u64) -> bool {
    let bytes = text.len() as u64;
    least <= bytes.div_ceil(4) && bytes <= most
}

#[cfg(test)]
mod tests;
