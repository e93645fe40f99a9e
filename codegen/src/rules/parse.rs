//! From JSON to a rule set. What is not known is refused, for it might change what a rule means.

use serde_json::{Map, Value};

use super::ast::{Call, Condition, Expression, Outcome, Parameter, ParameterValue, Property, Rule};
use super::ast::{RuleSet, Template};
use super::problem::{Problem, TRAIT};
use crate::Source;
use crate::error::Error;

type Object = Map<String, Value>;

impl RuleSet {
    /// Reads a rule set that is a text of its own, or a trait of the service in a Smithy model.
    ///
    /// # Errors
    /// When there is none in the text, or it is not as the rule language has it.
    pub fn read(source: &Source<'_>) -> Result<Self, Error> {
        let no_json = |e| Error::new(format!("this is not JSON: {e}")).in_file(source.path);
        let value: Value = serde_json::from_str(source.text).map_err(no_json)?;
        let shapes = value.get("shapes").and_then(Value::as_object);
        let of_shape = |shape: &Value| shape.get("traits")?.get(TRAIT).cloned();
        let rules = match shapes {
            Some(shapes) => shapes.values().find_map(of_shape),
            None => Some(value),
        };
        let none = || Error::new("no shape has a rule set").in_trait(TRAIT);
        let rules = rules.ok_or_else(none).and_then(|rules| Self::parse(&rules));
        rules.map_err(|e| e.in_file(source.path))
    }

    /// The Rust text of a module that finds the endpoint of the service called `title`; before
    /// rustfmt. Models that have these rules lie at `paths`.
    ///
    /// # Errors
    /// When a rule uses a value that may be absent, or one of a wrong type.
    pub fn module(&self, title: &str, paths: &[&str]) -> Result<String, Error> {
        super::emit::module(self, title, paths).map_err(|e| {
            e.into_error()
                .in_file(paths.first().copied().unwrap_or_default())
        })
    }

    /// What stands in the [module](Self::module). Rule sets that give the same are the same, however
    /// they nest their rules.
    pub(crate) fn code(&self, path: &str) -> Result<String, Error> {
        super::emit::code(self).map_err(|e| e.into_error().in_file(path))
    }

    /// Reads the value of the trait, which is the same JSON as a file of its own elsewhere.
    ///
    /// # Errors
    /// The first thing that is not as the rule language has it.
    pub fn parse(value: &Value) -> Result<Self, Error> {
        rule_set(value).map_err(Problem::into_error)
    }
}

fn rule_set(value: &Value) -> Result<RuleSet, Problem> {
    // The service's name is a note to people.
    let known = ["version", "parameters", "rules", "serviceId"];
    let written = object(value, &known)?;
    let version = text(written, "version")?;
    if !version.starts_with("1.") {
        return Err(Problem::new(format!(
            "version {version} of the rule language is not supported yet: the generator knows 1.x"
        )));
    }
    let parameters = member(written, "parameters")?
        .as_object()
        .ok_or_else(|| Problem::new("must be an object").at("parameters"))?;
    let parameter = |(name, value): (&String, &Value)| {
        parameter(name, value).map_err(|e| e.at(format!("parameters.{name}")))
    };
    Ok(RuleSet {
        parameters: parameters.iter().map(parameter).collect::<Result<_, _>>()?,
        rules: rules(written)?,
    })
}

fn parameter(name: &str, value: &Value) -> Result<Parameter, Problem> {
    // A deprecated parameter works as ever.
    let known = [
        "type",
        "builtIn",
        "default",
        "required",
        "documentation",
        "deprecated",
    ];
    let written = object(value, &known)?;
    let default = written.get("default");
    let kind = text(written, "type")?;
    let value = match kind.to_ascii_lowercase().as_str() {
        "boolean" => default
            .map(boolean)
            .transpose()
            .map(ParameterValue::Boolean),
        "string" => default.map(string).transpose().map(ParameterValue::Text),
        "stringarray" => default.map(strings).transpose().map(ParameterValue::Texts),
        _ => Err(Problem::new(format!(
            "`{kind}` is no type of a parameter: it is `string`, `boolean` or `stringArray`"
        ))),
    };
    Ok(Parameter {
        name: name.to_owned(),
        docs: optional_text(written, "documentation")?.unwrap_or_default(),
        built_in: optional_text(written, "builtIn")?,
        value: value?,
        required: written.get("required").map(boolean).transpose()? == Some(true),
    })
}

fn rules(written: &Object) -> Result<Vec<Rule>, Problem> {
    let list = list(written, "rules")?;
    if list.is_empty() {
        return Err(Problem::new("must not be empty").at("rules"));
    }
    each(list, "rules", rule)
}

fn rule(value: &Value) -> Result<Rule, Problem> {
    let known = [
        "type",
        "conditions",
        "documentation",
        "endpoint",
        "error",
        "rules",
    ];
    let written = object(value, &known)?;
    let kind = text(written, "type")?;
    let results = ["endpoint", "error", "rules"];
    let result = if kind == "tree" { "rules" } else { &kind };
    if !results.contains(&result) {
        return Err(Problem::new(format!(
            "`{kind}` is no type of a rule: it is `endpoint`, `error` or `tree`"
        )));
    }
    if let Some(other) = results
        .iter()
        .find(|key| **key != result && written.contains_key(**key))
    {
        return Err(Problem::new(format!(
            "a rule of type `{kind}` has no `{other}`"
        )));
    }
    let outcome = match result {
        "endpoint" => endpoint(member(written, "endpoint")?).map_err(|e| e.at("endpoint"))?,
        "error" => {
            let error = expression(member(written, "error")?);
            Outcome::Error(error.map_err(|e| e.at("error"))?)
        }
        _ => Outcome::Tree(rules(written)?),
    };
    Ok(Rule {
        conditions: each(list(written, "conditions")?, "conditions", condition)?,
        outcome,
    })
}

fn condition(value: &Value) -> Result<Condition, Problem> {
    let written = object(value, &["fn", "argv", "assign", "documentation"])?;
    Ok(Condition {
        call: call(written)?,
        assign: optional_text(written, "assign")?,
    })
}

fn call(written: &Object) -> Result<Call, Problem> {
    let function = text(written, "fn")?;
    let arguments = list(written, "argv").and_then(|list| each(list, "argv", expression));
    Ok(Call {
        arguments: arguments.map_err(|e| e.at(function.as_str()))?,
        function,
    })
}

fn expression(value: &Value) -> Result<Expression, Problem> {
    match value {
        Value::Bool(value) => Ok(Expression::Boolean(*value)),
        Value::String(text) => Template::parse(text).map(Expression::Text),
        Value::Number(number) => {
            let fits = number.as_u64().and_then(|n| u32::try_from(n).ok());
            let odd = || Problem::new(format!("{number} is no index, which is a whole number"));
            fits.map(Expression::Integer).ok_or_else(odd)
        }
        Value::Object(written) if written.contains_key("ref") => {
            let written = object(value, &["ref"])?;
            text(written, "ref").map(Expression::Reference)
        }
        Value::Object(_) => call(object(value, &["fn", "argv"])?).map(Expression::Call),
        Value::Null | Value::Array(_) => Err(Problem::new(format!(
            "`{value}` is no argument: it is a text, a boolean, a number, a `ref` or a `fn`"
        ))),
    }
}

fn endpoint(value: &Value) -> Result<Outcome, Problem> {
    let written = object(value, &["url", "headers", "properties"])?;
    let headers = entries(written, "headers", |value| {
        let values = value.as_array();
        let values = values.ok_or_else(|| Problem::new("must be a list of values"))?;
        values.iter().map(expression).collect()
    });
    Ok(Outcome::Endpoint {
        url: expression(member(written, "url")?).map_err(|e| e.at("url"))?,
        headers: headers?,
        properties: entries(written, "properties", property)?,
    })
}

fn property(value: &Value) -> Result<Property, Problem> {
    Ok(match value {
        Value::Bool(value) => Property::Boolean(*value),
        Value::String(text) => Property::Text(Template::parse(text)?),
        Value::Number(number) => {
            let odd = || Problem::new(format!("the number {number} is not a whole one"));
            Property::Integer(number.as_i64().ok_or_else(odd)?)
        }
        Value::Array(elements) => {
            Property::List(elements.iter().map(property).collect::<Result<_, _>>()?)
        }
        Value::Object(entries) => {
            let entry = |(name, value): (&String, &Value)| {
                let value = property(value).map_err(|e| e.at(name.clone()))?;
                Ok((name.clone(), value))
            };
            Property::Map(entries.iter().map(entry).collect::<Result<_, _>>()?)
        }
        Value::Null => return Err(Problem::new("null is no value of a property")),
    })
}

fn object<'v>(value: &'v Value, known: &[&str]) -> Result<&'v Object, Problem> {
    let written = value
        .as_object()
        .ok_or_else(|| Problem::new("must be an object"))?;
    match written.keys().find(|key| !known.contains(&key.as_str())) {
        Some(unknown) => Err(Problem::new(format!(
            "unknown property `{unknown}`, expected one of {known:?}"
        ))),
        None => Ok(written),
    }
}

fn member<'v>(written: &'v Object, key: &str) -> Result<&'v Value, Problem> {
    let missing = || Problem::new(format!("`{key}` is missing"));
    written.get(key).ok_or_else(missing)
}

fn list<'v>(written: &'v Object, key: &str) -> Result<&'v [Value], Problem> {
    let values = member(written, key)?.as_array();
    values
        .map(Vec::as_slice)
        .ok_or_else(|| Problem::new("must be a list").at(key))
}

fn each<T>(
    values: &[Value],
    key: &str,
    read: impl Fn(&Value) -> Result<T, Problem>,
) -> Result<Vec<T>, Problem> {
    let one = |(at, value)| read(value).map_err(|e: Problem| e.at(format!("{key}[{at}]")));
    values.iter().enumerate().map(one).collect()
}

/// The entries of an object that may not be there.
fn entries<T>(
    written: &Object,
    key: &str,
    read: impl Fn(&Value) -> Result<T, Problem>,
) -> Result<Vec<(String, T)>, Problem> {
    let Some(value) = written.get(key) else {
        return Ok(Vec::new());
    };
    let entries = value
        .as_object()
        .ok_or_else(|| Problem::new("must be an object").at(key))?;
    let entry = |(name, value): (&String, &Value)| {
        let value = read(value).map_err(|e| e.at(format!("{key}.{name}")))?;
        Ok((name.clone(), value))
    };
    entries.iter().map(entry).collect()
}

fn text(written: &Object, key: &str) -> Result<String, Problem> {
    string(member(written, key)?).map_err(|e| e.at(key))
}

fn optional_text(written: &Object, key: &str) -> Result<Option<String>, Problem> {
    let value = written.get(key).map(string).transpose();
    value.map_err(|e| e.at(key))
}

fn boolean(value: &Value) -> Result<bool, Problem> {
    value
        .as_bool()
        .ok_or_else(|| Problem::new(format!("`{value}` must be true or false")))
}

fn string(value: &Value) -> Result<String, Problem> {
    value
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| Problem::new(format!("`{value}` must be a text")))
}

fn strings(value: &Value) -> Result<Vec<String>, Problem> {
    let values = value
        .as_array()
        .ok_or_else(|| Problem::new(format!("`{value}` must be a list of texts")))?;
    values.iter().map(string).collect()
}
