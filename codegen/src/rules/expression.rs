//! Expressions, and their types, in Rust.

use std::collections::BTreeSet;

use super::ast::{Expression, Part, Template};
use super::problem::Problem;
use super::scope::{Kind, Scope, Variable};

/// An expression in Rust.
#[derive(Clone, Debug)]
pub(super) struct Rust {
    pub(super) code: String,
    /// The opposite of a boolean, where it is not just `!` before it.
    negated: Option<String>,
    pub(super) kind: Kind,
    /// Whether it is an `Option`.
    pub(super) optional: bool,
    shape: Shape,
    /// Ids of the variables in it.
    pub(super) uses: BTreeSet<usize>,
}

/// What must be done before an operator can stand beside an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A call, literal or the like.
    Atom,
    /// A variable or field, which is not to be moved from.
    Place,
    Comparison,
    /// `if … else`.
    Block,
}

impl Rust {
    pub(super) fn new(kind: Kind, code: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            negated: None,
            kind,
            optional: false,
            shape: Shape::Atom,
            uses: BTreeSet::new(),
        }
    }

    fn variable(variable: &Variable) -> Self {
        if variable.code == "true" {
            return Self::boolean(true);
        }
        Self {
            optional: variable.optional,
            shape: Shape::Place,
            uses: BTreeSet::from([variable.id]),
            ..Self::new(variable.kind, variable.code.as_str())
        }
    }

    pub(super) fn boolean(value: bool) -> Self {
        Self::new(Kind::Boolean, value.to_string()).with_negation((!value).to_string())
    }

    pub(super) fn with_negation(mut self, negated: String) -> Self {
        self.negated = Some(negated);
        self
    }

    pub(super) fn with_shape(mut self, shape: Shape) -> Self {
        self.shape = shape;
        self
    }

    pub(super) fn or_absent(mut self, optional: bool) -> Self {
        self.optional = optional;
        self
    }

    /// The same with the variables of `others`.
    pub(super) fn with_uses<'r>(mut self, others: impl IntoIterator<Item = &'r Self>) -> Self {
        for other in others {
            self.uses.extend(&other.uses);
        }
        self
    }

    pub(super) fn is_literal(&self, value: bool) -> bool {
        self.kind == Kind::Boolean && self.code == value.to_string()
    }

    pub(super) fn is_place(&self) -> bool {
        self.shape == Shape::Place
    }

    /// The opposite of a boolean.
    pub(super) fn not(self) -> Self {
        let negated = match &self.negated {
            Some(negated) => negated.clone(),
            None => format!("!{}", self.operand()),
        };
        let shape = if self.shape == Shape::Comparison {
            Shape::Comparison
        } else {
            Shape::Atom
        };
        Self {
            negated: Some(self.operand_of_and()),
            code: negated,
            shape,
            ..self
        }
    }

    /// The code where an operator or a method follows.
    pub(super) fn operand(&self) -> String {
        match self.shape {
            Shape::Atom | Shape::Place => self.code.clone(),
            Shape::Comparison | Shape::Block => format!("({})", self.code),
        }
    }

    /// The code where `&&` stands beside it.
    pub(super) fn operand_of_and(&self) -> String {
        match self.shape {
            Shape::Block => format!("({})", self.code),
            _ => self.code.clone(),
        }
    }

    /// The code where a value of its own is needed.
    pub(super) fn owned(&self) -> String {
        let code = self.operand();
        match (self.kind, self.optional) {
            (Kind::Text, false) => format!("{code}.to_owned()"),
            (Kind::Text, true) => format!("{code}.map(str::to_owned)"),
            (Kind::Texts, true) if self.is_place() => format!("{code}.map(<[_]>::to_vec)"),
            (Kind::Texts, false) if self.is_place() => format!("{code}.to_vec()"),
            (Kind::OwnedText | Kind::Arn | Kind::Url, _) if self.is_place() => {
                format!("{code}.clone()")
            }
            _ => self.code.clone(),
        }
    }

    pub(super) fn is_text(&self) -> bool {
        matches!(self.kind, Kind::Text | Kind::OwnedText)
    }

    /// Refuses what may be absent, and what is of another kind.
    pub(super) fn must_be(self, kind: Kind) -> Result<Self, Problem> {
        let fits = self.kind == kind || (kind == Kind::Text && self.is_text());
        if !fits {
            return Err(Problem::new(format!(
                "is {}, and must be {kind}",
                self.kind
            )));
        }
        if self.optional {
            return Err(Problem::new(format!(
                "is {}, which may be absent: test it with `isSet` or assign it before",
                self.kind
            )));
        }
        Ok(self)
    }
}

/// Turns expressions into Rust.
pub(super) struct Lowering<'s> {
    pub(super) scope: &'s Scope,
    /// Whether texts that are made on the way are given variables of their own.
    keeps: bool,
    /// Those variables.
    pub(super) kept: Vec<String>,
    /// Whether something borrows a text that was made on the way.
    pub(super) borrows: bool,
}

impl<'s> Lowering<'s> {
    pub(super) fn new(scope: &'s Scope) -> Self {
        Self {
            scope,
            keeps: false,
            kept: Vec::new(),
            borrows: false,
        }
    }

    /// For what outlives its statement: it must not borrow from a temporary.
    pub(super) fn keeping(scope: &'s Scope) -> Self {
        Self {
            keeps: true,
            ..Self::new(scope)
        }
    }

    pub(super) fn lower(&mut self, expression: &Expression) -> Result<Rust, Problem> {
        match expression {
            Expression::Boolean(value) => Ok(Rust::boolean(*value)),
            Expression::Integer(value) => Ok(Rust::new(Kind::Integer, value.to_string())),
            Expression::Text(template) => self.template(template),
            Expression::Reference(name) => Ok(Rust::variable(self.scope.find(name)?)),
            Expression::Call(call) => self.call(call),
        }
    }

    /// A literal, the one value in it, or what `format!` makes of several.
    pub(super) fn template(&mut self, template: &Template) -> Result<Rust, Problem> {
        match template.0.as_slice() {
            [] => return Ok(Rust::new(Kind::Text, "\"\"")),
            [Part::Literal(literal)] => return Ok(Rust::new(Kind::Text, format!("{literal:?}"))),
            [Part::Value { name, path }] => return self.value(name, path.as_deref()),
            _ => {}
        }
        let mut format = String::new();
        let mut arguments = String::new();
        let mut values = Vec::new();
        for part in &template.0 {
            match part {
                Part::Literal(literal) => {
                    format.push_str(&literal.replace('{', "{{").replace('}', "}}"));
                }
                Part::Value { name, path } => {
                    let value = self.value(name, path.as_deref())?;
                    if is_identifier(&value.code) {
                        format.push_str(&format!("{{{}}}", value.code));
                    } else {
                        format.push_str("{}");
                        arguments.push_str(&format!(", {}", value.code));
                    }
                    values.push(value);
                }
            }
        }
        let code = format!("format!({format:?}{arguments})");
        Ok(Rust::new(Kind::OwnedText, code).with_uses(&values))
    }

    fn value(&mut self, name: &str, path: Option<&str>) -> Result<Rust, Problem> {
        let value = Rust::variable(self.scope.find(name)?);
        let value = match path {
            Some(path) => value.attribute(path)?,
            None => value,
        };
        let in_template = |e: Problem| e.at(format!("{{{name}}}"));
        value.must_be(Kind::Text).map_err(in_template)
    }

    /// A text as a `&str`.
    pub(super) fn borrowed(&mut self, text: &Rust) -> String {
        if text.kind != Kind::OwnedText {
            return text.code.clone();
        }
        if text.is_place() {
            return format!("&{}", text.code);
        }
        self.borrows = true;
        if !self.keeps {
            return format!("&{}", text.operand());
        }
        let name = self.scope.free(&format!("text{}", self.kept.len() + 1));
        self.kept.push(format!("let {name} = {};", text.code));
        format!("&{name}")
    }
}

/// Whether `format!` takes it between its braces.
fn is_identifier(code: &str) -> bool {
    let is_of_identifier = |c: char| c == '_' || c.is_ascii_alphanumeric();
    code.chars().all(is_of_identifier)
}
