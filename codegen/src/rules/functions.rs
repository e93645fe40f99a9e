//! The functions of the rule language: types of their arguments, and what they are in Rust.

use super::ast::{Call, Expression};
use super::expression::{Lowering, Rust, Shape};
use super::problem::Problem;
use super::scope::Kind;

impl Lowering<'_> {
    pub(super) fn call(&mut self, call: &Call) -> Result<Rust, Problem> {
        let name = call.function.as_str();
        let mut arguments = Vec::new();
        for (at, argument) in call.arguments.iter().enumerate() {
            let place = |e: Problem| e.at(format!("argv[{at}]")).at(name);
            arguments.push(self.lower(argument).map_err(place)?);
        }
        let result = self.apply(name, call, arguments);
        result.map_err(|e| e.at(name))
    }

    fn apply(&mut self, name: &str, call: &Call, arguments: Vec<Rust>) -> Result<Rust, Problem> {
        match name {
            "isSet" => Ok(is_set(&exactly(arguments)?)),
            "not" => {
                let [value] = exactly(arguments)?;
                boolean(value, 0).map(Rust::not)
            }
            "booleanEquals" => boolean_equals(exactly(arguments)?),
            "stringEquals" => string_equals(exactly(arguments)?),
            "coalesce" => coalesce(&arguments),
            "ite" => if_then_else(exactly(arguments)?),
            "getAttr" => {
                let [value, _] = exactly(arguments)?;
                value.attribute(literal(call.arguments.get(1))?)
            }
            "split" if literal(call.arguments.get(1)).is_ok_and(str::is_empty) => {
                Err(Problem::new("the delimiter must not be empty"))
            }
            _ => self.of_library(name, arguments),
        }
    }

    /// The functions that the runtime has under a name of its own.
    fn of_library(&mut self, name: &str, arguments: Vec<Rust>) -> Result<Rust, Problem> {
        let unknown = || Problem::new("the rule language has no such function");
        let function = LIBRARY.iter().find(|function| function.name == name);
        let function = function.ok_or_else(unknown)?;
        if function.parameters.len() != arguments.len() {
            return Err(wrong_count(function.parameters.len(), arguments.len()));
        }
        let mut codes = Vec::new();
        for (at, (argument, kind)) in arguments.iter().zip(function.parameters).enumerate() {
            let argument = checked(argument.clone(), *kind, at)?;
            codes.push(if argument.is_text() {
                self.borrowed(&argument)
            } else {
                argument.code
            });
        }
        let code = format!("rules::{}({})", function.rust, codes.join(", "));
        Ok(Rust::new(function.result, code)
            .or_absent(function.optional)
            .with_uses(&arguments))
    }
}

/// A function of the runtime.
struct Function {
    name: &'static str,
    rust: &'static str,
    parameters: &'static [Kind],
    result: Kind,
    /// Whether it gives an `Option`.
    optional: bool,
}

const LIBRARY: &[Function] = &[
    Function {
        name: "isValidHostLabel",
        rust: "is_valid_host_label",
        parameters: &[Kind::Text, Kind::Boolean],
        result: Kind::Boolean,
        optional: false,
    },
    Function {
        name: "parseURL",
        rust: "parse_url",
        parameters: &[Kind::Text],
        result: Kind::Url,
        optional: true,
    },
    Function {
        name: "split",
        rust: "split",
        parameters: &[Kind::Text, Kind::Text, Kind::Integer],
        result: Kind::Texts,
        optional: false,
    },
    Function {
        name: "substring",
        rust: "substring",
        parameters: &[Kind::Text, Kind::Integer, Kind::Integer, Kind::Boolean],
        result: Kind::Text,
        optional: true,
    },
    Function {
        name: "uriEncode",
        rust: "uri_encode",
        parameters: &[Kind::Text],
        result: Kind::OwnedText,
        optional: false,
    },
    Function {
        name: "aws.partition",
        rust: "partition",
        parameters: &[Kind::Text],
        result: Kind::Partition,
        optional: false,
    },
    Function {
        name: "aws.parseArn",
        rust: "parse_arn",
        parameters: &[Kind::Text],
        result: Kind::Arn,
        optional: true,
    },
    Function {
        name: "aws.isVirtualHostableS3Bucket",
        rust: "is_virtual_hostable_s3_bucket",
        parameters: &[Kind::Text, Kind::Boolean],
        result: Kind::Boolean,
        optional: false,
    },
];

/// Whether nothing comes out of a function without all of its arguments.
pub(super) fn is_of_library(name: &str) -> bool {
    LIBRARY.iter().any(|function| function.name == name)
}

fn wrong_count(expected: usize, got: usize) -> Problem {
    Problem::new(format!("takes {expected} arguments, and gets {got}"))
}

fn exactly<const N: usize>(arguments: Vec<Rust>) -> Result<[Rust; N], Problem> {
    let count = arguments.len();
    arguments.try_into().map_err(|_| wrong_count(N, count))
}

fn checked(argument: Rust, kind: Kind, at: usize) -> Result<Rust, Problem> {
    argument
        .must_be(kind)
        .map_err(|e| e.at(format!("argv[{at}]")))
}

fn boolean(argument: Rust, at: usize) -> Result<Rust, Problem> {
    checked(argument, Kind::Boolean, at)
}

/// The path of `getAttr` is read here and now.
fn literal(argument: Option<&Expression>) -> Result<&str, Problem> {
    let text = match argument {
        Some(Expression::Text(template)) => template.literal(),
        _ => None,
    };
    text.ok_or_else(|| Problem::new("must be a text without values in it").at("argv[1]"))
}

fn is_set(value: &[Rust; 1]) -> Rust {
    let [value] = value;
    if !value.optional {
        return Rust::boolean(true);
    }
    let operand = value.operand();
    Rust::new(Kind::Boolean, format!("{operand}.is_some()"))
        .with_negation(format!("{operand}.is_none()"))
        .with_uses([value])
}

fn boolean_equals([left, right]: [Rust; 2]) -> Result<Rust, Problem> {
    let (left, right) = (boolean(left, 0)?, boolean(right, 1)?);
    Ok(match (&left, &right) {
        (value, literal) | (literal, value) if literal.is_literal(true) => {
            value.clone().with_uses([literal])
        }
        (value, literal) | (literal, value) if literal.is_literal(false) => value.clone().not(),
        _ => equals(&left, &right),
    })
}

fn string_equals([left, right]: [Rust; 2]) -> Result<Rust, Problem> {
    let left = checked(left, Kind::Text, 0)?;
    let right = checked(right, Kind::Text, 1)?;
    let empty = "\"\"";
    Ok(match (&left, &right) {
        (text, other) | (other, text) if other.code == empty => {
            let code = format!("{}.is_empty()", text.operand());
            Rust::new(Kind::Boolean, code).with_uses([text])
        }
        _ => equals(&left, &right),
    })
}

fn equals(left: &Rust, right: &Rust) -> Rust {
    let (a, b) = (left.operand(), right.operand());
    Rust::new(Kind::Boolean, format!("{a} == {b}"))
        .with_negation(format!("{a} != {b}"))
        .with_shape(Shape::Comparison)
        .with_uses([left, right])
}

/// The first argument that is there.
fn coalesce(arguments: &[Rust]) -> Result<Rust, Problem> {
    if arguments.len() < 2 {
        let count = arguments.len();
        return Err(Problem::new(format!(
            "takes 2 arguments or more, and gets {count}"
        )));
    }
    let (kind, codes) = alike(arguments, 0)?;
    let mut code = String::new();
    // What follows an argument that is always there is never asked for.
    let asked = arguments.iter().position(|a| !a.optional);
    let asked = asked.map_or(arguments.len(), |at| at + 1);
    for (at, (argument, own)) in arguments.iter().zip(&codes).take(asked).enumerate() {
        code = match (at, argument.optional) {
            (0, _) => own.clone(),
            (_, true) => format!("{code}.or({own})"),
            (_, false) => format!("{code}.unwrap_or({own})"),
        };
    }
    let shape = match arguments {
        [first, ..] if !first.optional && first.is_place() => Shape::Place,
        _ => Shape::Atom,
    };
    Ok(Rust::new(kind, code)
        .or_absent(arguments.iter().all(|argument| argument.optional))
        .with_shape(shape)
        .with_uses(arguments.iter().take(asked)))
}

fn if_then_else([condition, yes, no]: [Rust; 3]) -> Result<Rust, Problem> {
    let condition = boolean(condition, 0)?;
    let optional = yes.optional || no.optional;
    let branches = [yes, no];
    let (kind, codes) = alike(&branches, 1)?;
    let option = |(branch, code): (&Rust, &String)| {
        if optional && !branch.optional {
            format!("Some({code})")
        } else {
            code.clone()
        }
    };
    let codes: Vec<String> = branches.iter().zip(&codes).map(option).collect();
    let code = format!("if {} {{ {} }}", condition.code, codes.join(" } else { "));
    let uses = [&condition].into_iter().chain(&branches);
    Ok(Rust::new(kind, code)
        .or_absent(optional)
        .with_shape(Shape::Block)
        .with_uses(uses))
}

/// The common kind of values any of which may come out, and their code as values of that kind.
/// `first` is the place of the first among the arguments.
fn alike(values: &[Rust], first: usize) -> Result<(Kind, Vec<String>), Problem> {
    let kind_of = |value: &Rust| {
        if value.is_text() {
            Kind::Text
        } else {
            value.kind
        }
    };
    let kind = values.first().map_or(Kind::Text, kind_of);
    if let Some(at) = values.iter().position(|value| kind_of(value) != kind) {
        let odd = values.get(at).map_or(kind, |value| value.kind);
        let problem = format!("is {odd}, and the one before it is {kind}");
        return Err(Problem::new(problem).at(format!("argv[{}]", first + at)));
    }
    let is_owned = values.iter().any(|value| value.kind == Kind::OwnedText);
    let is_copied = matches!(kind, Kind::Boolean | Kind::Partition | Kind::Integer);
    if is_copied || (kind == Kind::Text && !is_owned) {
        let codes = values.iter().map(Rust::operand).collect();
        return Ok((kind, codes));
    }
    let kind = if is_owned { Kind::OwnedText } else { kind };
    Ok((kind, values.iter().map(Rust::owned).collect()))
}
