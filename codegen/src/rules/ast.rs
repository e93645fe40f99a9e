//! A rule set as it is written.

/// How a service finds its endpoint.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleSet {
    /// In the order of their names.
    pub(super) parameters: Vec<Parameter>,
    /// Tried one after the other.
    pub(super) rules: Vec<Rule>,
}

/// What an endpoint may depend on.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) docs: String,
    /// Name of the setting that it is taken from, such as `AWS::Region`.
    pub(super) built_in: Option<String>,
    pub(super) value: ParameterValue,
    /// Whether no rule may be asked without it.
    pub(super) required: bool,
}

/// Type of a parameter, and what it is where nobody sets it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum ParameterValue {
    Boolean(Option<bool>),
    Text(Option<String>),
    Texts(Option<Vec<String>>),
}

/// Applies if all of its conditions do.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Rule {
    pub(super) conditions: Vec<Condition>,
    pub(super) outcome: Outcome,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Outcome {
    Endpoint {
        url: Expression,
        headers: Vec<(String, Vec<Expression>)>,
        properties: Vec<(String, Property)>,
    },
    Error(Expression),
    /// More rules, with nothing to fall back to.
    Tree(Vec<Rule>),
}

/// Holds unless it gives false or nothing.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Condition {
    pub(super) call: Call,
    /// Name of what it gives, for all that follows in the rule.
    pub(super) assign: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Call {
    pub(super) function: String,
    pub(super) arguments: Vec<Expression>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expression {
    Boolean(bool),
    Integer(u32),
    Text(Template),
    Reference(String),
    Call(Call),
}

/// What an endpoint says about itself; only texts depend on anything.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Property {
    Boolean(bool),
    Integer(i64),
    Text(Template),
    List(Vec<Property>),
    Map(Vec<(String, Property)>),
}

/// A text with values in it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Template(pub(super) Vec<Part>);

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Part {
    Literal(String),
    /// A name and, after a `#`, the path of an attribute.
    Value {
        name: String,
        path: Option<String>,
    },
}
