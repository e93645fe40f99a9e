//! Whatever stands in the place of a model, the answer is an error that says where and what: never a
//! panic, an overflow of the stack or a wait.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "what fails in a test fails the test"
)]

use kvs_codegen::{Error, Input, Source, generate};
use serde_json::Value;

/// One service in both formats.
const MODELS: [(&str, &str); 2] = [
    ("farm.json", include_str!("farm/farm.json")),
    ("service-2.json", include_str!("farm/service-2.json")),
];
const RULES: &str = include_str!("rules/lighthouse.json");

fn written(path: &str, text: &str, rules: &str) -> Result<(), Error> {
    let input = Input {
        model: Source { path, text },
        paginators: None,
        endpoint_rules: Some(Source {
            path: "rules.json",
            text: rules,
        }),
        overlay: None,
    };
    generate(&[input]).map(drop)
}

/// The error for a model with an edit in it.
#[track_caller]
fn problem(model: usize, from: &str, to: &str) -> String {
    let (path, text) = MODELS[model];
    assert!(text.contains(from), "{path} has no `{from}`");
    let result = written(path, &text.replacen(from, to, 1), RULES);
    result.unwrap_err().to_string()
}

#[test]
fn a_missing_shape() {
    assert_eq!(
        problem(0, r#""target": "ns#Can" }"#, r#""target": "ns#Jug" }"#),
        "farm.json: shape `Cans`, member `member`: refers to `ns#Jug`, which is not in the model: \
         add it, or correct the name"
    );
    assert_eq!(
        problem(1, r#""shape": "Moment""#, r#""shape": "Hour""#),
        "service-2.json: shape `MilkInput`, member `At`: refers to `Hour`, which is not in the \
         model: add it, or correct the name"
    );
}

#[test]
fn a_cycle_of_required_members() {
    let cycle = "no value can be made: required members lead back to it";
    assert_eq!(
        problem(
            0,
            r#""Farm": { "target": "ns#Text", "traits": { "smithy.api#hostLabel": {} } }"#,
            r#""Farm": { "target": "ns#MilkInput", "traits": { "smithy.api#required": {} } }"#
        ),
        format!("farm.json: shape `MilkInput`, trait `required`: {cycle} (MilkInput.Farm)")
    );
    assert_eq!(
        problem(
            1,
            r#""required": ["Cow"], "members": {"#,
            r#""required": ["Cow", "Herd"], "members": { "Herd": { "shape": "MilkInput" },"#
        ),
        format!("service-2.json: shape `MilkInput`, trait `required`: {cycle} (MilkInput.Herd)")
    );
}

#[test]
fn what_nobody_understands() {
    let unknown = problem(
        0,
        r#""smithy.api#hostLabel": {}"#,
        r#""farm.api#muddy": {}"#,
    );
    let place = "shape `MilkInput`, member `Farm`, trait `farm.api#muddy`";
    assert!(unknown.ends_with(place), "{unknown}");
    let unknown = problem(1, r#""hostLabel": true"#, r#""muddy": true"#);
    assert!(
        unknown.starts_with("service-2.json: this is not a C2J model: unknown field `muddy`"),
        "{unknown}"
    );
}

#[test]
fn models_that_break_off() {
    for (path, text) in MODELS {
        let text = text.trim_end();
        for at in (0..text.len()).filter(|at| text.is_char_boundary(*at)) {
            let error = written(path, &text[..at], RULES).unwrap_err();
            assert_eq!(error.file, path, "{at}: {error}");
        }
    }
    for at in 0..RULES.trim_end().len() {
        let (path, text) = MODELS[1];
        let error = written(path, text, &RULES[..at]).unwrap_err();
        assert_eq!(error.file, "rules.json", "{at}: {error}");
    }
}

#[test]
fn a_hundred_megabytes_of_brackets() {
    let brackets = "[".repeat(100 << 20);
    assert!(written("deep.json", &brackets, RULES).is_err());
    let places = [
        (0, r#""shapes": {"#, r#""metadata": @, "shapes": {"#),
        (
            0,
            r#""aws.protocols#restJson1": {}"#,
            r#""aws.protocols#restJson1": @"#,
        ),
        (1, r#""shapes": {"#, r#""examples": @, "shapes": {"#),
        (1, r#""box": true"#, r#""box": @"#),
    ];
    for (model, from, to) in places {
        let problem = problem(model, from, &to.replacen('@', &brackets, 1));
        let place = format!(
            "{}: nests more than 127 levels deep in line ",
            MODELS[model].0
        );
        assert!(problem.starts_with(&place), "{problem}");
    }
    // Brackets in a text are none.
    let (path, text) = MODELS[1];
    let quoted = text.replacen("The Farm", &"[".repeat(1_000), 1);
    written(path, &quoted, RULES).unwrap();
    let error = written(path, text, &brackets).unwrap_err();
    assert_eq!(
        error.to_string(),
        "rules.json: nests more than 127 levels deep in line 1"
    );
}

#[test]
fn numbers_that_are_too_large() {
    for number in [
        "1e999",
        "-1e999",
        "99999999999999999999999",
        "70000",
        "-1",
        "2.5",
    ] {
        for (model, from) in [(0, r#""code": 201"#), (1, r#""responseCode": 201"#)] {
            let to = from.replace("201", number);
            let problem = problem(model, from, &to);
            assert!(problem.starts_with(MODELS[model].0), "{problem}");
        }
    }
    let problem = problem(0, r#""max": 9"#, r#""max": 1e30"#);
    assert!(
        problem.starts_with("farm.json: shape `Map`, trait `smithy.api#length`: "),
        "{problem}"
    );
}

/// Each value of a model in turn is one of another type. Some are as good as any; the rest is
/// refused, and told where.
#[test]
fn values_of_wrong_types() {
    let wrong = [
        Value::Null,
        true.into(),
        (-1).into(),
        1e300.into(),
        "smithy.api#Unit".into(),
        Value::Array(Vec::new()),
        serde_json::json!([{}]),
        serde_json::json!({}),
        serde_json::json!({ "a": { "b": [] } }),
    ];
    for (path, text) in MODELS {
        let model: Value = serde_json::from_str(text).unwrap();
        let mut refused = 0;
        for place in places(&model) {
            for value in &wrong {
                let mut edited = model.clone();
                *edited.pointer_mut(&place).unwrap() = value.clone();
                if let Err(error) = written(path, &edited.to_string(), RULES) {
                    assert_eq!(error.file, path, "{place}: {error}");
                    assert!(!error.problem.is_empty(), "{place}");
                    refused += 1;
                }
            }
        }
        assert!(refused > 500, "{path}: {refused}");
    }
    let rules: Value = serde_json::from_str(RULES).unwrap();
    for place in places(&rules) {
        for value in &wrong {
            let mut edited = rules.clone();
            *edited.pointer_mut(&place).unwrap() = value.clone();
            let (path, text) = MODELS[1];
            if let Err(error) = written(path, text, &edited.to_string()) {
                assert!(!error.problem.is_empty(), "{place}");
            }
        }
    }
}

/// Where the values of a document are.
fn places(value: &Value) -> Vec<String> {
    let inner: Vec<(String, &Value)> = match value {
        Value::Array(elements) => {
            let named = elements.iter().enumerate();
            named.map(|(at, inner)| (at.to_string(), inner)).collect()
        }
        Value::Object(entries) => {
            let escaped = |key: &String| key.replace('~', "~0").replace('/', "~1");
            let named = entries.iter();
            named.map(|(key, inner)| (escaped(key), inner)).collect()
        }
        _ => Vec::new(),
    };
    let below = inner.into_iter().flat_map(|(name, inner)| {
        let places = places(inner).into_iter();
        places.map(move |place| format!("/{name}{place}"))
    });
    std::iter::once(String::new()).chain(below).collect()
}
