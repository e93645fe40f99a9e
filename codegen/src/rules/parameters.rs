//! The parameters of a rule set, as a structure.

use super::ast::{Parameter, ParameterValue, RuleSet};
use super::problem::{Problem, TRAIT};
use super::scope::{Kind, Scope};
use crate::emit::comment;
use crate::error::Error;
use crate::names;

/// The settings that every client has, with what they are for: name, field of the runtime's
/// `BuiltIns`, whether it is a boolean, documentation.
const BUILT_INS: &[(&str, &str, bool, &str)] = &[
    ("AWS::Region", "region", false, "Region to call."),
    (
        "AWS::UseFIPS",
        "use_fips",
        true,
        "Whether to call an endpoint with FIPS 140 validated cryptography.",
    ),
    (
        "AWS::UseDualStack",
        "use_dual_stack",
        true,
        "Whether to call an endpoint that has IPv6 addresses as well.",
    ),
    (
        "SDK::Endpoint",
        "endpoint",
        false,
        "URL that stands for the service's own endpoint.",
    ),
];

/// A parameter and its field.
pub(super) struct Field<'r> {
    pub(super) name: String,
    parameter: &'r Parameter,
}

impl RuleSet {
    /// The field of the generated `Parameters` that holds a parameter, and whether it is an
    /// `Option`.
    pub fn field(&self, parameter: &str) -> Option<(String, bool)> {
        let mut fields = fields(self).into_iter();
        let field = fields.find(|field| field.parameter.name == parameter)?;
        Some((field.name.clone(), field.is_optional()))
    }
}

/// A value for a parameter, in Rust.
pub(crate) struct Argument {
    pub(crate) code: String,
    pub(crate) is_boolean: bool,
    pub(crate) optional: bool,
}

impl RuleSet {
    /// The field of the generated `Parameters` for a parameter, with its value.
    pub(crate) fn initializer(&self, parameter: &str, argument: Argument) -> Result<String, Error> {
        let problem = |what: String| Error::new(what).in_trait(TRAIT);
        let mut fields = fields(self).into_iter();
        let field = fields.find(|field| field.parameter.name == parameter);
        let unknown = || problem(format!("has no parameter `{parameter}`, which is set"));
        let field = field.ok_or_else(unknown)?;
        let kind = field.kind();
        let wanted = if argument.is_boolean {
            Kind::Boolean
        } else {
            Kind::Text
        };
        if kind != wanted {
            let what = format!("`{parameter}` is {kind}, and is set to {wanted}");
            return Err(problem(what));
        }
        let Argument { code, optional, .. } = argument;
        let value = match (optional, field.is_optional()) {
            (true, false) => format!("{code}.unwrap_or({})", field.default()),
            (false, true) => format!("Some({code})"),
            _ => code,
        };
        Ok(format!("{}: {value}", field.name))
    }
}

pub(super) fn fields(rules: &RuleSet) -> Vec<Field<'_>> {
    let names = rules.parameters.iter().map(|p| names::field(&p.name));
    let fields = names::distinct(names).into_iter().zip(&rules.parameters);
    fields
        .map(|(name, parameter)| Field { name, parameter })
        .collect()
}

impl Field<'_> {
    /// Whether nobody may have set it.
    fn is_optional(&self) -> bool {
        match &self.parameter.value {
            ParameterValue::Boolean(default) => default.is_none(),
            ParameterValue::Text(default) => default.is_none(),
            ParameterValue::Texts(default) => default.is_none(),
        }
    }

    /// Whether the rules must not be asked before it was looked at.
    pub(super) fn is_needed(&self) -> bool {
        self.parameter.required && self.is_optional()
    }

    fn kind(&self) -> Kind {
        match self.parameter.value {
            ParameterValue::Boolean(_) => Kind::Boolean,
            ParameterValue::Text(_) => Kind::Text,
            ParameterValue::Texts(_) => Kind::Texts,
        }
    }

    fn type_name(&self) -> String {
        let plain = match self.kind() {
            Kind::Boolean => "bool",
            Kind::Texts => "&'a [&'a str]",
            _ => "&'a str",
        };
        if self.is_optional() {
            format!("Option<{plain}>")
        } else {
            plain.to_owned()
        }
    }

    /// What it is where nobody sets it.
    fn default(&self) -> String {
        match &self.parameter.value {
            ParameterValue::Boolean(Some(value)) => value.to_string(),
            ParameterValue::Text(Some(text)) => format!("{text:?}"),
            ParameterValue::Texts(Some(texts)) => format!("&{texts:?}"),
            _ => "None".to_owned(),
        }
    }

    /// Whether that is what Rust makes it, too.
    fn is_plain(&self) -> bool {
        ["false", "\"\"", "&[]", "None"].contains(&self.default().as_str())
    }

    fn docs(&self) -> String {
        let Parameter { name, docs, .. } = self.parameter;
        match self.built_in() {
            Some((.., docs)) => (*docs).to_owned(),
            None if docs.is_empty() => format!("`{name}`."),
            None => docs.clone(),
        }
    }

    fn built_in(&self) -> Option<&'static (&'static str, &'static str, bool, &'static str)> {
        let name = self.parameter.built_in.as_deref()?;
        BUILT_INS.iter().find(|(known, ..)| *known == name)
    }

    /// How it is taken from the client's settings, if it is one of them.
    fn conversion(&self) -> Result<Option<String>, Problem> {
        let Some((built_in, setting, is_boolean, _)) = self.built_in() else {
            return Ok(None);
        };
        let fits = match self.kind() {
            Kind::Boolean => *is_boolean,
            Kind::Text => !is_boolean,
            _ => false,
        };
        if !fits {
            let problem = format!("is {}, which `{built_in}` is not", self.kind());
            return Err(Problem::new(problem).at(format!("parameters.{}", self.parameter.name)));
        }
        let setting = format!("built_ins.{setting}");
        Ok(Some(match (is_boolean, self.is_optional()) {
            (true, true) => format!("Some({setting})"),
            (true, false) | (false, true) => setting,
            (false, false) => format!("{setting}.unwrap_or({})", self.default()),
        }))
    }
}

/// The structure, and what makes it of the client's settings.
pub(super) fn structure(fields: &[Field<'_>]) -> Result<String, Problem> {
    let mut text = String::from("\n/// What the endpoint depends on.\n");
    let has_defaults = !fields.iter().all(Field::is_plain);
    let default = if has_defaults { "" } else { "Default, " };
    text.push_str(&format!(
        "#[derive(Clone, Copy, Debug, {default}PartialEq, Eq)]\npub struct {} {{\n",
        type_of(fields, "'a")
    ));
    for field in fields {
        let docs = comment("///", 1, &field.docs());
        text.push_str(&format!(
            "{docs}\npub {}: {},\n",
            field.name,
            field.type_name()
        ));
    }
    text.push_str("}\n");
    if has_defaults {
        text.push_str(&default_implementation(fields));
    }
    text.push_str(&from_built_ins(fields)?);
    Ok(text)
}

/// `Parameters`, with a lifetime where it borrows.
pub(super) fn type_of(fields: &[Field<'_>], lifetime: &str) -> String {
    let borrows = fields.iter().any(|field| field.kind() != Kind::Boolean);
    if borrows {
        format!("Parameters<{lifetime}>")
    } else {
        "Parameters".to_owned()
    }
}

fn default_implementation(fields: &[Field<'_>]) -> String {
    let value = |field: &Field<'_>| format!("{}: {},\n", field.name, field.default());
    let values: String = fields.iter().map(value).collect();
    let type_name = type_of(fields, "'_");
    format!(
        "\nimpl Default for {type_name} {{\nfn default() -> Self {{\nSelf {{\n{values}}}\n}}\n}}\n"
    )
}

fn from_built_ins(fields: &[Field<'_>]) -> Result<String, Problem> {
    let mut values = String::new();
    let mut is_whole = true;
    for field in fields {
        match field.conversion()? {
            Some(value) => values.push_str(&format!("{}: {value},\n", field.name)),
            None => is_whole = false,
        }
    }
    let argument = if values.is_empty() { "_" } else { "built_ins" };
    let rest = if is_whole { "" } else { "..Self::default()\n" };
    let borrows = type_of(fields, "'a").ends_with('>');
    let (generics, lifetime) = if borrows { ("<'a>", "'a") } else { ("", "'_") };
    let built_ins = format!("BuiltIns<{lifetime}>");
    Ok(format!(
        "\nimpl{generics} From<{built_ins}> for {} {{
            fn from({argument}: {built_ins}) -> Self {{\nSelf {{\n{values}{rest}}}\n}}\n}}\n",
        type_of(fields, "'a")
    ))
}

/// What the rules begin with.
pub(super) fn scope(fields: &[Field<'_>]) -> Scope {
    let mut scope = Scope::default();
    for field in fields {
        let optional = field.is_optional() && !field.is_needed();
        scope.add(&field.parameter.name, field.kind(), optional, &field.name);
    }
    scope
}

/// Lays open the parameters that the rules look at. They lie in the local variable `argument`, and
/// their ids are their places.
pub(super) fn opening(
    fields: &[Field<'_>],
    argument: &str,
    is_used: impl Fn(usize) -> bool,
) -> String {
    let mut text = String::new();
    let plain = |at: usize, field: &Field<'_>| is_used(at) && !field.is_needed();
    let fields_and_ids = || fields.iter().enumerate();
    let names: Vec<&str> = fields_and_ids()
        .filter(|(at, field)| plain(*at, field))
        .map(|(_, field)| field.name.as_str())
        .collect();
    if !names.is_empty() {
        let rest = if names.len() < fields.len() {
            ", .."
        } else {
            ""
        };
        text = format!(
            "let Parameters {{ {}{rest} }} = *{argument};\n",
            names.join(", ")
        );
    }
    for (at, field) in fields_and_ids().filter(|(_, field)| field.is_needed()) {
        let name = &field.name;
        let binding = if is_used(at) {
            format!("let {name} = ")
        } else {
            String::new()
        };
        let missing = format!("Unresolved::Missing({:?})", field.parameter.name);
        text.push_str(&format!("{binding}{argument}.{name}.ok_or({missing})?;\n"));
    }
    text
}
