//! From rules to statements: each rule an `if`, each outcome a `return`.

use std::collections::BTreeSet;

use super::ast::{Condition, Expression, Outcome, Property, Rule, RuleSet};
use super::expression::{Lowering, Rust};
use super::functions;
use super::parameters;
use super::problem::Problem;
use super::scope::{Kind, Scope};
use crate::HEADER;
use crate::emit::comment;

/// The Rust text of a module that finds the endpoint of `title`, whose models lie at `paths`.
pub(super) fn module(rules: &RuleSet, title: &str, paths: &[&str]) -> Result<String, Problem> {
    let origin = HEADER.trim_start_matches("//! ");
    let header = comment(
        "//!",
        0,
        &format!(
            "Where {title} is found.\n\n{origin}{}`; change the {} or the generator, then run \
             `cargo xtask codegen`.",
            paths.join("`, `"),
            if let [_] = paths { "model" } else { "models" }
        ),
    );
    Ok(format!("{header}\n\n{}", code(rules)?))
}

/// What stands in the module, which knows no service.
pub(super) fn code(rules: &RuleSet) -> Result<String, Problem> {
    let fields = parameters::fields(rules);
    let structure = parameters::structure(&fields)?;
    let scope = parameters::scope(&fields);
    let argument = scope.free("parameters");
    let body = block(&rules.rules, &scope, true)?;
    let opening = parameters::opening(&fields, &argument, |id| body.uses.contains(&id));
    let type_name = parameters::type_of(&fields, "'_");
    let mark = if opening.is_empty() { "_" } else { "" };
    let function = format!(
        "\n/// Finds the endpoint.\n///\n/// # Errors\n\
         /// [`Unresolved`] says which parameter is missing, or why there is no endpoint for them.\n\
         pub fn resolve({mark}{argument}: &{type_name}) -> Result<Endpoint, Unresolved> {{\n{opening}{}}}\n",
        body.text
    );
    let mut imports = vec!["BuiltIns", "Endpoint"];
    imports.extend(body.text.contains("Property::").then_some("Property"));
    imports.push("Unresolved");
    imports.extend(body.text.contains("rules::").then_some("self"));
    Ok(format!(
        "use kvs_protocol::rules::{{{}}};\n{structure}{function}",
        imports.join(", ")
    ))
}

/// Statements.
struct Block {
    text: String,
    /// Ids of the variables in them.
    uses: BTreeSet<usize>,
    /// Whether nothing after them is reached.
    ends: bool,
}

/// How an outcome leaves the function: as its last expression, or by a `return`.
fn leave(outcome: &str, is_last: bool) -> String {
    if is_last {
        format!("{outcome}\n")
    } else {
        format!("return {outcome};\n")
    }
}

/// Rules one after the other, with nothing behind them.
fn block(rules: &[Rule], scope: &Scope, is_last: bool) -> Result<Block, Problem> {
    let mut all = Block {
        text: String::new(),
        uses: BTreeSet::new(),
        ends: false,
    };
    for (at, written) in rules.iter().enumerate() {
        let rule = rule(written, scope, is_last).map_err(|e| e.at(format!("rules[{at}]")))?;
        // A rule behind one that always applies is looked at for its mistakes alone.
        if !all.ends {
            all.text.push_str(&rule.text);
            all.uses.extend(rule.uses);
            all.ends = rule.ends;
        }
    }
    if !all.ends {
        all.text
            .push_str(&leave("Err(Unresolved::NoRule)", is_last));
        all.ends = true;
    }
    Ok(all)
}

/// What a condition comes to.
struct Step {
    form: Form,
    uses: BTreeSet<usize>,
}

enum Form {
    Always,
    Never,
    Test(Rust),
    /// Holds always, and gives a variable its value.
    Let {
        id: usize,
        code: String,
    },
    /// Gives a variable its value if it holds; what it is if nobody asks for the variable.
    Binding {
        id: usize,
        code: String,
        test: String,
    },
}

fn rule(rule: &Rule, scope: &Scope, is_last: bool) -> Result<Block, Problem> {
    let mut scope = scope.clone();
    let mut steps = Vec::new();
    for (at, written) in rule.conditions.iter().enumerate() {
        steps.extend(presence(written, &mut scope));
        let step = condition(written, &mut scope);
        steps.push(step.map_err(|e| e.at(format!("conditions[{at}]")))?);
    }
    let is_test = |step: &Step| matches!(step.form, Form::Test(_) | Form::Binding { .. });
    let is_plain = !steps.iter().any(is_test);
    let body = outcome(&rule.outcome, &scope, is_last && is_plain)?;
    if steps.iter().any(|step| matches!(step.form, Form::Never)) {
        return Ok(Block {
            text: String::new(),
            uses: BTreeSet::new(),
            ends: false,
        });
    }
    Ok(assemble(steps, body))
}

/// Puts the conditions around what they lead to, from the last to the first, so that it is known
/// which variables are asked for.
fn assemble(steps: Vec<Step>, body: Block) -> Block {
    let Block {
        mut text, mut uses, ..
    } = body;
    let mut ends = true;
    let mut tests: Vec<Rust> = Vec::new();
    for step in steps.into_iter().rev() {
        match step.form {
            Form::Always | Form::Never => continue,
            Form::Let { id, .. } if !uses.contains(&id) => continue,
            Form::Let { id, code } => {
                text = format!("{code}\n{}", wrapped(&mut tests, text));
                uses.remove(&id);
            }
            Form::Binding { id, code, .. } if uses.remove(&id) => {
                tests.push(Rust::new(Kind::Boolean, code));
            }
            Form::Binding { test, .. } => tests.push(Rust::new(Kind::Boolean, test)),
            Form::Test(test) => tests.push(test),
        }
        ends &= tests.is_empty();
        uses.extend(step.uses);
    }
    Block {
        text: wrapped(&mut tests, text),
        uses,
        ends,
    }
}

/// The text within an `if` of those tests, which were found from the last to the first.
fn wrapped(tests: &mut Vec<Rust>, text: String) -> String {
    let tests = std::mem::take(tests);
    let condition = match tests.as_slice() {
        [] => return text,
        [only] => only.code.clone(),
        _ => {
            let tests: Vec<String> = tests.iter().rev().map(Rust::operand_of_and).collect();
            tests.join(" && ")
        }
    };
    format!("if {condition} {{\n{text}}}\n")
}

/// Old rule sets leave out the test whether an argument is there. Without it nothing can come out
/// of the function, and so its condition does not hold.
fn presence(written: &Condition, scope: &mut Scope) -> Vec<Step> {
    if !functions::is_of_library(&written.call.function) {
        return Vec::new();
    }
    let mut steps = Vec::new();
    for argument in &written.call.arguments {
        if let Expression::Reference(name) = argument {
            steps.extend(narrowing(name, scope));
        }
    }
    steps
}

/// The test whether a name stands for something, after which it does; none where it always does.
fn narrowing(name: &str, scope: &mut Scope) -> Option<Step> {
    let variable = scope.find(name).ok()?.clone();
    if !variable.optional {
        return None;
    }
    let code = &variable.code;
    let form = Form::Binding {
        id: scope.add(name, variable.kind, false, code),
        code: format!("let Some({code}) = {code}"),
        test: format!("{code}.is_some()"),
    };
    let uses = BTreeSet::from([variable.id]);
    Some(Step { form, uses })
}

fn condition(written: &Condition, scope: &mut Scope) -> Result<Step, Problem> {
    if let ("isSet", [Expression::Reference(name)]) = (
        written.call.function.as_str(),
        written.call.arguments.as_slice(),
    ) && written.assign.is_none()
        && let Some(step) = narrowing(name, scope)
    {
        return Ok(step);
    }
    let mut lowering = Lowering::new(scope);
    let mut value = lowering.call(&written.call)?;
    let outlives = written.assign.is_some() && !value.optional && value.kind != Kind::Boolean;
    let mut kept = Vec::new();
    if outlives && lowering.borrows {
        let mut lowering = Lowering::keeping(scope);
        value = lowering.call(&written.call)?;
        kept = lowering.kept;
    }
    let uses = value.uses.clone();
    let form = match &written.assign {
        Some(name) => assignment(name, &value, kept, scope)?,
        None => test(&value),
    };
    Ok(Step { form, uses })
}

/// What a value must be for the rule to apply.
fn test(value: &Rust) -> Form {
    let boolean = |code: String| Form::Test(Rust::new(Kind::Boolean, code));
    match (value.kind, value.optional) {
        (Kind::Boolean, true) => boolean(format!("{} == Some(true)", value.operand())),
        (Kind::Boolean, false) if value.is_literal(true) => Form::Always,
        (Kind::Boolean, false) if value.is_literal(false) => Form::Never,
        (Kind::Boolean, false) => Form::Test(value.clone()),
        (_, true) => boolean(format!("{}.is_some()", value.operand())),
        (_, false) => Form::Always,
    }
}

fn assignment(
    name: &str,
    value: &Rust,
    kept: Vec<String>,
    scope: &mut Scope,
) -> Result<Form, Problem> {
    let local = scope.local(name).map_err(|e| e.at("assign"))?;
    if value.kind == Kind::Boolean {
        // Where the rule applies, the value can only be this one.
        scope.add(name, Kind::Boolean, false, "true");
        return Ok(test(value));
    }
    let id = scope.add(name, value.kind, false, &local);
    if value.optional {
        return Ok(Form::Binding {
            id,
            code: format!("let Some({local}) = {}", value.code),
            test: format!("{}.is_some()", value.operand()),
        });
    }
    let borrow = if value.is_place() && value.kind == Kind::Texts {
        "&"
    } else {
        ""
    };
    let kept: String = kept.iter().map(|line| format!("{line}\n")).collect();
    let code = format!("{kept}let {local} = {borrow}{};", value.code);
    Ok(Form::Let { id, code })
}

fn outcome(outcome: &Outcome, scope: &Scope, is_last: bool) -> Result<Block, Problem> {
    let (code, uses) = match outcome {
        Outcome::Tree(rules) => return block(rules, scope, is_last),
        Outcome::Error(error) => {
            let why = text(error, scope).map_err(|e| e.at("error"))?;
            (format!("Err(Unresolved::refused({}))", why.code), why.uses)
        }
        Outcome::Endpoint {
            url,
            headers,
            properties,
        } => {
            let url = text(url, scope).map_err(|e| e.at("endpoint.url"))?;
            let mut code = format!("Endpoint::new({})", url.code);
            let mut uses = url.uses;
            for (name, values) in headers {
                let at = |e: Problem| e.at(format!("endpoint.headers.{name}"));
                let values = header(values, scope, &mut uses).map_err(at)?;
                code.push_str(&format!(".with_header({name:?}, [{values}])"));
            }
            for (name, value) in properties {
                let at = |e: Problem| e.at(format!("endpoint.properties.{name}"));
                let value = property(value, scope, &mut uses).map_err(at)?;
                let value = value.strip_suffix(".into()").unwrap_or(&value);
                code.push_str(&format!(".with_property({name:?}, {value})"));
            }
            (format!("Ok({code})"), uses)
        }
    };
    Ok(Block {
        text: leave(&code, is_last),
        uses,
        ends: true,
    })
}

fn text(expression: &Expression, scope: &Scope) -> Result<Rust, Problem> {
    Lowering::new(scope).lower(expression)?.must_be(Kind::Text)
}

fn header(
    values: &[Expression],
    scope: &Scope,
    uses: &mut BTreeSet<usize>,
) -> Result<String, Problem> {
    let mut codes = Vec::new();
    for value in values {
        let value = text(value, scope)?;
        codes.push(Lowering::new(scope).borrowed(&value));
        uses.extend(value.uses);
    }
    Ok(codes.join(", "))
}

fn property(
    property: &Property,
    scope: &Scope,
    uses: &mut BTreeSet<usize>,
) -> Result<String, Problem> {
    Ok(match property {
        Property::Boolean(value) => format!("{value}.into()"),
        Property::Integer(value) => format!("{value}_i64.into()"),
        Property::Text(template) => {
            let value = Lowering::new(scope).template(template)?;
            let value = value.must_be(Kind::Text)?;
            uses.extend(&value.uses);
            format!("{}.into()", value.code)
        }
        Property::List(elements) => {
            let codes = elements
                .iter()
                .map(|element| self::property(element, scope, uses));
            let codes: Vec<String> = codes.collect::<Result<_, _>>()?;
            format!("Property::list([{}])", codes.join(", "))
        }
        Property::Map(entries) => {
            let mut codes = Vec::new();
            for (name, value) in entries {
                let value = self::property(value, scope, uses).map_err(|e| e.at(name.clone()))?;
                codes.push(format!("({name:?}, {value})"));
            }
            format!("Property::map([{}])", codes.join(", "))
        }
    })
}
