//! The regular expressions of service models, as far as they are plain: characters, classes,
//! groups, alternatives, repetition, anchors and looking ahead. Unicode properties, looking behind,
//! back references and flags are not read, and a pattern that has them is not checked.

use std::iter::Peekable;
use std::str::Chars;

use crate::scan;

/// How many steps a match may take: a pattern that backtracks without end is not checked.
const STEPS: u32 = 200_000;
/// How deep repeated groups may lead; each level is a frame of the stack.
const DEPTH: u32 = 500;

/// A pattern that has been read.
#[derive(Debug)]
pub(super) enum Pattern {
    /// So many characters of a set and nothing else, as most patterns have it.
    Run { set: Set, least: u32, most: u32 },
    /// Any other.
    Any(Branches),
    /// One that cannot be read.
    Unread,
}

impl Pattern {
    pub(super) fn new(pattern: &str) -> Self {
        let mut parser = Parser(pattern.chars().peekable());
        let Some(branches) = parser.branches().filter(|_| parser.0.next().is_none()) else {
            return Self::Unread;
        };
        if let [branch] = branches.as_slice()
            && let [Node::Start, Node::Repeat { node, least, most }, Node::End] = branch.as_slice()
            && let Node::One(set) = node.as_ref()
        {
            return Self::Run {
                set: set.clone(),
                least: *least,
                most: *most,
            };
        }
        Self::Any(branches)
    }

    /// Whether `text` has a match of the pattern in it; `None` when that cannot be told.
    pub(super) fn matches(&self, text: &str) -> Option<bool> {
        match self {
            Self::Run { set, least, most } => {
                let is_long_enough = match (least, most) {
                    (least @ (0 | 1), &u32::MAX) => *least == 0 || !text.is_empty(),
                    (least, most) => u32::try_from(text.chars().count())
                        .is_ok_and(|count| (*least..=*most).contains(&count)),
                };
                Some(is_long_enough && set.has_all(text))
            }
            Self::Any(branches) => found(branches, text),
            Self::Unread => None,
        }
    }
}

fn found(branches: &Branches, text: &str) -> Option<bool> {
    let text: Vec<char> = text.chars().collect();
    let mut search = Search {
        text: &text,
        steps: 0,
        depth: 0,
    };
    for start in 0..=text.len() {
        if search.any(branches, start, &mut |_, _| true) {
            return Some(true);
        }
        if search.is_spent() {
            return None;
        }
    }
    Some(false)
}

pub(super) type Branches = Vec<Vec<Node>>;

#[derive(Debug)]
pub(super) enum Node {
    One(Set),
    Start,
    End,
    Group(Branches),
    Ahead {
        wanted: bool,
        branches: Branches,
    },
    Repeat {
        node: Box<Node>,
        least: u32,
        most: u32,
    },
}

/// Characters, by ranges.
#[derive(Debug, Default, Clone)]
pub(super) struct Set {
    ranges: Vec<(char, char)>,
    is_negated: bool,
}

impl Set {
    fn has(&self, c: char) -> bool {
        self.ranges
            .iter()
            .any(|(from, to)| (*from..=*to).contains(&c))
            != self.is_negated
    }

    fn has_all(&self, text: &str) -> bool {
        let ascii = |c: char| u8::try_from(c).ok().filter(u8::is_ascii);
        if let ([(from, to)], false) = (self.ranges.as_slice(), self.is_negated)
            && let (Some(from), Some(to)) = (ascii(*from), ascii(*to))
        {
            let span = to.saturating_sub(from);
            return from <= to
                && scan::all(text.as_bytes(), |byte| byte.wrapping_sub(from) <= span);
        }
        text.chars().all(|c| self.has(c))
    }

    fn one(c: char) -> Self {
        Self {
            ranges: vec![(c, c)],
            is_negated: false,
        }
    }
}

struct Parser<'p>(Peekable<Chars<'p>>);

impl Parser<'_> {
    fn eat(&mut self, wanted: char) -> bool {
        self.0.next_if_eq(&wanted).is_some()
    }

    fn branches(&mut self) -> Option<Branches> {
        let mut branches = vec![Vec::new()];
        while let Some(&c) = self.0.peek() {
            match c {
                ')' => break,
                '|' => {
                    self.0.next();
                    branches.push(Vec::new());
                }
                _ => {
                    let node = self.repeated()?;
                    branches.last_mut()?.push(node);
                }
            }
        }
        Some(branches)
    }

    fn repeated(&mut self) -> Option<Node> {
        let node = self.node()?;
        let (least, most) = match self.0.peek() {
            Some('*') => (0, u32::MAX),
            Some('+') => (1, u32::MAX),
            Some('?') => (0, 1),
            Some('{') => return self.counted(node),
            _ => return Some(node),
        };
        self.0.next();
        self.repeat(node, least, most)
    }

    fn counted(&mut self, node: Node) -> Option<Node> {
        self.0.next();
        let least = self.number()?;
        let most = if self.eat(',') {
            if self.0.peek() == Some(&'}') {
                u32::MAX
            } else {
                self.number()?
            }
        } else {
            least
        };
        if !self.eat('}') {
            return None;
        }
        self.repeat(node, least, most)
    }

    /// A lazy repetition finds the same texts; a possessive one does not.
    fn repeat(&mut self, node: Node, least: u32, most: u32) -> Option<Node> {
        self.eat('?');
        let is_repeated_again = matches!(self.0.peek(), Some('*' | '+' | '?' | '{'));
        (!is_repeated_again).then(|| Node::Repeat {
            node: Box::new(node),
            least,
            most,
        })
    }

    fn number(&mut self) -> Option<u32> {
        let mut digits = String::new();
        while let Some(digit) = self.0.next_if(char::is_ascii_digit) {
            digits.push(digit);
        }
        digits.parse().ok()
    }

    fn node(&mut self) -> Option<Node> {
        Some(match self.0.next()? {
            '^' => Node::Start,
            '$' => Node::End,
            '(' => return self.group(),
            '[' => Node::One(self.class()?),
            '.' => Node::One(Set {
                ranges: vec![('\n', '\n'), ('\r', '\r')],
                is_negated: true,
            }),
            '\\' => Node::One(self.escape()?),
            '*' | '+' | '?' => return None,
            c => Node::One(Set::one(c)),
        })
    }

    fn group(&mut self) -> Option<Node> {
        let mut ahead = None;
        if self.eat('?') {
            ahead = match self.0.next()? {
                ':' => None,
                '=' => Some(true),
                '!' => Some(false),
                _ => return None,
            };
        }
        let branches = self.branches()?;
        if !self.eat(')') {
            return None;
        }
        Some(match ahead {
            Some(wanted) => Node::Ahead { wanted, branches },
            None => Node::Group(branches),
        })
    }

    fn class(&mut self) -> Option<Set> {
        let mut set = Set {
            is_negated: self.eat('^'),
            ..Set::default()
        };
        loop {
            let from = match self.0.next()? {
                ']' => return Some(set),
                // Nested classes and their intersections mean different things in different places.
                '[' => return None,
                '&' if self.0.peek() == Some(&'&') => return None,
                '\\' => self.escape()?,
                c => Set::one(c),
            };
            let [(from_char, to_char)] = from.ranges.as_slice() else {
                set.ranges.extend(self.positive(from)?);
                continue;
            };
            if from_char != to_char || from.is_negated || !self.begins_range() {
                set.ranges.extend(self.positive(from.clone())?);
                continue;
            }
            self.0.next();
            let to = match self.0.next()? {
                '\\' => self.escape()?,
                c => Set::one(c),
            };
            match to.ranges.as_slice() {
                [(to, same)] if to == same => set.ranges.push((*from_char, *to)),
                _ => return None,
            }
        }
    }

    fn begins_range(&mut self) -> bool {
        let mut rest = self.0.clone();
        rest.next() == Some('-') && rest.next().is_some_and(|c| c != ']')
    }

    /// The ranges of a set within a class, with the negation of `\S` and its like written out.
    fn positive(&self, set: Set) -> Option<Vec<(char, char)>> {
        if !set.is_negated {
            return Some(set.ranges);
        }
        let mut ranges = set.ranges;
        ranges.sort_unstable();
        let mut gaps = Vec::new();
        let mut next = '\0';
        for (from, to) in ranges {
            if next < from {
                gaps.push((next, char::from_u32(u32::from(from).checked_sub(1)?)?));
            }
            next = next.max(char::from_u32(u32::from(to).checked_add(1)?)?);
        }
        gaps.push((next, char::MAX));
        Some(gaps)
    }

    fn escape(&mut self) -> Option<Set> {
        let class = |ranges: &[(char, char)], is_negated| Set {
            ranges: ranges.to_vec(),
            is_negated,
        };
        let digits = [('0', '9')];
        let word = [('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')];
        let space = [
            ('\t', '\r'),
            (' ', ' '),
            ('\u{a0}', '\u{a0}'),
            ('\u{1680}', '\u{1680}'),
            ('\u{2000}', '\u{200a}'),
            ('\u{2028}', '\u{2029}'),
            ('\u{202f}', '\u{202f}'),
            ('\u{205f}', '\u{205f}'),
            ('\u{3000}', '\u{3000}'),
            ('\u{feff}', '\u{feff}'),
        ];
        Some(match self.0.next()? {
            'd' => class(&digits, false),
            'D' => class(&digits, true),
            'w' => class(&word, false),
            'W' => class(&word, true),
            's' => class(&space, false),
            'S' => class(&space, true),
            'n' => Set::one('\n'),
            'r' => Set::one('\r'),
            't' => Set::one('\t'),
            'x' => Set::one(self.hexadecimal(2)?),
            'u' => Set::one(self.hexadecimal(4)?),
            c if c.is_ascii_alphanumeric() => return None,
            c => Set::one(c),
        })
    }

    fn hexadecimal(&mut self, count: usize) -> Option<char> {
        let mut code = 0;
        for _ in 0..count {
            code = code * 16 + self.0.next()?.to_digit(16)?;
        }
        char::from_u32(code)
    }
}

struct Search<'t> {
    text: &'t [char],
    steps: u32,
    depth: u32,
}

/// What has to match from some place on.
type Then<'a> = &'a mut dyn FnMut(&mut Search<'_>, usize) -> bool;

impl Search<'_> {
    fn is_spent(&self) -> bool {
        self.steps >= STEPS || self.depth >= DEPTH
    }

    fn any(&mut self, branches: &[Vec<Node>], at: usize, then: Then<'_>) -> bool {
        branches.iter().any(|branch| self.all(branch, at, then))
    }

    fn all(&mut self, nodes: &[Node], at: usize, then: Then<'_>) -> bool {
        self.steps = self.steps.saturating_add(1);
        if self.is_spent() {
            return false;
        }
        let Some((node, rest)) = nodes.split_first() else {
            return then(self, at);
        };
        match node {
            Node::One(set) => {
                let is_there = self.text.get(at).is_some_and(|c| set.has(*c));
                is_there && self.all(rest, at + 1, then)
            }
            Node::Start => at == 0 && self.all(rest, at, then),
            Node::End => at == self.text.len() && self.all(rest, at, then),
            Node::Group(branches) => {
                self.any(branches, at, &mut |search, at| search.all(rest, at, then))
            }
            Node::Ahead { wanted, branches } => {
                self.any(branches, at, &mut |_, _| true) == *wanted && self.all(rest, at, then)
            }
            Node::Repeat { node, least, most } => match node.as_ref() {
                Node::One(set) => self.run(set, (*least, *most), rest, at, then),
                node => self.repeat(node, (*least, *most), rest, at, then),
            },
        }
    }

    /// Repeats of one character, the longest run first.
    fn run(
        &mut self,
        set: &Set,
        count: (u32, u32),
        rest: &[Node],
        at: usize,
        then: Then<'_>,
    ) -> bool {
        let most = usize::try_from(count.1).unwrap_or(usize::MAX);
        let least = usize::try_from(count.0).unwrap_or(usize::MAX);
        let ahead = self.text.get(at..).unwrap_or_default();
        let longest = ahead.iter().take(most).take_while(|c| set.has(**c)).count();
        (least..=longest)
            .rev()
            .any(|length| self.all(rest, at + length, then))
    }

    fn repeat(
        &mut self,
        node: &Node,
        (least, most): (u32, u32),
        rest: &[Node],
        at: usize,
        then: Then<'_>,
    ) -> bool {
        self.depth += 1;
        if self.is_spent() {
            return false;
        }
        let again = most > 0
            && self.all(std::slice::from_ref(node), at, &mut |search, end| {
                let count = (
                    least.saturating_sub(1),
                    if most == u32::MAX { most } else { most - 1 },
                );
                // A repeat of nothing would go on forever.
                end != at && search.repeat(node, count, rest, end, then)
            });
        let found = again || (least == 0 && self.all(rest, at, then));
        if !self.is_spent() {
            self.depth -= 1;
        }
        found
    }
}

#[cfg(test)]
mod tests;
