//! Which rule sets the generator refuses, and in which words.

use kvs_codegen::{RuleSet, Source};

const RULES: &str = r#"{ "version": "1.0",
  "parameters": {
    "Region": { "type": "string", "builtIn": "AWS::Region" },
    "Loud": { "type": "boolean", "required": true, "default": false }
  },
  "rules": [
    { "type": "tree",
      "conditions": [{ "fn": "isSet", "argv": [{ "ref": "Region" }] },
                     { "fn": "aws.partition", "argv": [{ "ref": "Region" }], "assign": "partition" }],
      "rules": [{ "type": "endpoint", "conditions": [], "endpoint": { "url": "https://{Region}.{partition#dnsSuffix}" } }] },
    { "type": "error", "conditions": [{ "fn": "booleanEquals", "argv": [{ "ref": "Loud" }, true] }], "error": "too loud" }
  ] }"#;
const ERROR_CONDITION: &str = r#"{ "fn": "booleanEquals", "argv": [{ "ref": "Loud" }, true] }"#;

fn compiled(text: &str) -> Result<String, String> {
    let path = "rules.json";
    RuleSet::read(&Source { path, text })
        .and_then(|rules| rules.module("Farm", &[path]))
        .map_err(|e| e.to_string())
}

#[track_caller]
fn refused(from: &str, to: &str, problem: &str) {
    assert!(RULES.contains(from), "the rules have no `{from}`");
    let expected = format!("rules.json: trait `smithy.rules#endpointRuleSet`: {problem}");
    assert_eq!(compiled(&RULES.replacen(from, to, 1)), Err(expected));
}

#[test]
fn the_rules_without_edits_are_accepted_and_always_give_the_same_text() {
    assert_eq!(compiled(RULES).unwrap(), compiled(RULES).unwrap());
    let model = format!(
        r#"{{ "smithy": "2.0", "shapes": {{ "ns#S": {{ "traits": {{ "smithy.rules#endpointRuleSet": {RULES} }} }} }} }}"#
    );
    assert_eq!(compiled(&model), compiled(RULES));
}

#[test]
fn text_that_is_no_rule_set() {
    let is_refused = |text: &str, problem: &str| {
        assert_eq!(
            compiled(text),
            Err(format!("rules.json: {problem}")),
            "{text}"
        );
    };
    is_refused(
        "",
        "this is not JSON: EOF while parsing a value at line 1 column 0",
    );
    is_refused(
        &"[".repeat(1_000_000),
        "this is not JSON: recursion limit exceeded at line 1 column 128",
    );
    let of_trait = "trait `smithy.rules#endpointRuleSet`:";
    is_refused("[]", &format!("{of_trait} must be an object"));
    is_refused("{}", &format!("{of_trait} `version` is missing"));
    is_refused(
        r#"{ "shapes": { "ns#S": {} } }"#,
        &format!("{of_trait} no shape has a rule set"),
    );
}

#[test]
fn what_the_language_does_not_have() {
    refused(
        r#""version": "1.0""#,
        r#""version": "2.0""#,
        "version 2.0 of the rule language is not supported yet: the generator knows 1.x",
    );
    refused(
        r#""builtIn""#,
        r#""builtin""#,
        "parameters.Region: unknown property `builtin`, expected one of [\"type\", \"builtIn\", \"default\", \
         \"required\", \"documentation\", \"deprecated\"]",
    );
    refused(
        r#""type": "boolean""#,
        r#""type": "integer""#,
        "parameters.Loud: `integer` is no type of a parameter: it is `string`, `boolean` or `stringArray`",
    );
    refused(
        r#""default": false"#,
        r#""default": "no""#,
        "parameters.Loud: `\"no\"` must be true or false",
    );
    refused(
        r#""type": "endpoint""#,
        r#""type": "redirect""#,
        "rules[0].rules[0]: `redirect` is no type of a rule: it is `endpoint`, `error` or `tree`",
    );
    refused(
        r#""error": "too loud""#,
        r#""error": "too loud", "rules": []"#,
        "rules[1]: a rule of type `error` has no `rules`",
    );
    refused(
        r#""rules": [{ "type": "endpoint", "conditions": [], "endpoint": { "url": "https://{Region}.{partition#dnsSuffix}" } }]"#,
        r#""rules": []"#,
        "rules[0].rules: must not be empty",
    );
    refused(
        r#""conditions": [], "#,
        "",
        "rules[0].rules[0]: `conditions` is missing",
    );
    refused(
        ERROR_CONDITION,
        r#"{ "fn": "booleanEquals", "argv": [null, true] }"#,
        "rules[1].conditions[0].booleanEquals.argv[0]: `null` is no argument: it is a text, a boolean, a number, a `ref` or a `fn`",
    );
    refused(
        "too loud",
        "too {loud",
        "rules[1].error: the braces of `too {loud` are not balanced",
    );
    refused(
        "{Region}",
        "{a region}",
        "rules[0].rules[0].endpoint.url: `{a region}` names no value",
    );
    refused(
        ERROR_CONDITION,
        r#"{ "fn": "isLoud", "argv": [] }"#,
        "rules[1].conditions[0].isLoud: the rule language has no such function",
    );
}

#[test]
fn names_that_stand_for_nothing_or_for_two_things() {
    refused(
        r#"[{ "ref": "Loud" }"#,
        r#"[{ "ref": "Quiet" }"#,
        "rules[1].conditions[0].booleanEquals.argv[0]: nothing is called `Quiet` here",
    );
    refused(
        "too loud",
        "too loud in {partition#name}",
        "rules[1].error: nothing is called `partition` here",
    );
    refused(
        r#""assign": "partition""#,
        r#""assign": "Loud""#,
        "rules[0].conditions[1].assign: `Loud` stands for something already: assign to another name",
    );
}

#[test]
fn values_that_may_be_absent() {
    let absent = "is a text, which may be absent: test it with `isSet` or assign it before";
    refused(
        "too loud",
        "too loud in {Region}",
        &format!("rules[1].error.{{Region}}: {absent}"),
    );
    refused(
        ERROR_CONDITION,
        r#"{ "fn": "stringEquals", "argv": ["a", { "ref": "Region" }] }"#,
        &format!("rules[1].conditions[0].stringEquals.argv[1]: {absent}"),
    );
    refused(
        ERROR_CONDITION,
        r#"{ "fn": "stringEquals", "argv": [{ "fn": "substring", "argv": ["abc", 0, 1, false] }, "a"] }"#,
        &format!("rules[1].conditions[0].stringEquals.argv[0]: {absent}"),
    );
    // Only where the condition is the function's own does a missing argument make it fail.
    refused(
        ERROR_CONDITION,
        r#"{ "fn": "not", "argv": [{ "fn": "isValidHostLabel", "argv": [{ "ref": "Region" }, false] }] }"#,
        &format!("rules[1].conditions[0].not.argv[0].isValidHostLabel.argv[0]: {absent}"),
    );
}

#[test]
fn arguments_of_the_wrong_type_or_number() {
    let condition = |condition: &str, problem: &str| {
        let problem = format!("rules[1].conditions[0].{problem}");
        refused(ERROR_CONDITION, condition, &problem);
    };
    condition(
        r#"{ "fn": "booleanEquals", "argv": ["{Loud}", true] }"#,
        "booleanEquals.argv[0].{Loud}: is a boolean, and must be a text",
    );
    condition(
        r#"{ "fn": "booleanEquals", "argv": ["loud", true] }"#,
        "booleanEquals.argv[0]: is a text, and must be a boolean",
    );
    condition(
        r#"{ "fn": "booleanEquals", "argv": [true] }"#,
        "booleanEquals: takes 2 arguments, and gets 1",
    );
    condition(
        r#"{ "fn": "isValidHostLabel", "argv": ["a", false, true] }"#,
        "isValidHostLabel: takes 2 arguments, and gets 3",
    );
    condition(
        r#"{ "fn": "not", "argv": [{ "fn": "stringEquals", "argv": ["a", 7] }] }"#,
        "not.argv[0].stringEquals.argv[1]: is a number, and must be a text",
    );
    condition(
        r#"{ "fn": "substring", "argv": ["a", -1, 2, false] }"#,
        "substring.argv[1]: -1 is no index, which is a whole number",
    );
    condition(
        r#"{ "fn": "coalesce", "argv": ["a"] }"#,
        "coalesce: takes 2 arguments or more, and gets 1",
    );
    condition(
        r#"{ "fn": "ite", "argv": [true, "a", false] }"#,
        "ite.argv[2]: is a boolean, and the one before it is a text",
    );
    condition(
        r#"{ "fn": "split", "argv": ["a", "", 0] }"#,
        "split: the delimiter must not be empty",
    );
    condition(
        r#"{ "fn": "getAttr", "argv": [{ "fn": "aws.partition", "argv": ["a"] }, "dnsName"] }"#,
        "getAttr: a partition has no attribute `dnsName`",
    );
    condition(
        r#"{ "fn": "getAttr", "argv": [{ "fn": "aws.parseArn", "argv": ["a"] }, "resourceId[x]"] }"#,
        "getAttr: `[x]` in `resourceId[x]` is no index",
    );
    condition(
        r#"{ "fn": "getAttr", "argv": [{ "fn": "aws.parseArn", "argv": ["a"] }, "region[0]"] }"#,
        "getAttr: a text has no elements, and so no `[0]`",
    );
    condition(
        r#"{ "fn": "getAttr", "argv": [{ "fn": "aws.parseArn", "argv": ["a"] }, "{Loud}"] }"#,
        "getAttr.argv[1].{Loud}: is a boolean, and must be a text",
    );
    refused(
        r#""builtIn": "AWS::Region""#,
        r#""builtIn": "AWS::UseFIPS""#,
        "parameters.Region: is a text, which `AWS::UseFIPS` is not",
    );
}
