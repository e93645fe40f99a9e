//! Any text as a model, and sound models with parts of them exchanged: the generator gives files or
//! says what is wrong, and gives the same twice.
#![no_main]

use arbitrary::{Arbitrary, Unstructured};
use kvs_codegen::{Input, Source, generate, probe};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

/// One service in both formats.
const MODELS: [&str; 2] = [
    include_str!("../../codegen/tests/farm/farm.json"),
    include_str!("../../codegen/tests/farm/service-2.json"),
];
const PAGINATORS: &str = include_str!("../../codegen/tests/farm/paginators-1.json");
const RULES: &str = include_str!("../../codegen/tests/rules/lighthouse.json");
const OVERLAY: &str = include_str!("../../codegen/tests/farm/farm.overlay.json");

/// One change of a document; places are counted through it from its beginning.
#[derive(Arbitrary, Debug)]
enum Edit {
    /// What is at the first place stands in the second, too.
    Copy(u16, u16),
    /// Nothing stands there any more.
    Remove(u16),
    /// A text or number is another one.
    Replace(u16, Scalar),
    /// The name of a property is another one's, counted likewise.
    Rename(u16, u16),
}

#[derive(Arbitrary, Debug)]
enum Scalar {
    Text(String),
    Number(i64),
    Fraction(f64),
    Boolean(bool),
    Null,
}

impl From<Scalar> for Value {
    fn from(scalar: Scalar) -> Self {
        match scalar {
            Scalar::Text(text) => text.into(),
            Scalar::Number(number) => number.into(),
            Scalar::Fraction(number) => number.into(),
            Scalar::Boolean(value) => value.into(),
            Scalar::Null => Self::Null,
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = std::str::from_utf8(bytes) {
        each(text, text);
    }
    let mut input = Unstructured::new(bytes);
    let which = usize::from(u8::arbitrary(&mut input).unwrap_or_default());
    let Ok(edits) = Vec::<Edit>::arbitrary(&mut input) else {
        return;
    };
    let texts = [MODELS[which % 2], PAGINATORS, RULES, OVERLAY];
    let mut documents: Value = texts
        .iter()
        .map(|text| serde_json::from_str::<Value>(text).expect("sound"))
        .collect();
    for edit in edits.into_iter().take(16) {
        apply(&mut documents, edit);
    }
    let text = |at: usize| documents.get(at).map(Value::to_string).unwrap_or_default();
    all(&text(0), Some(&text(1)), Some(&text(2)), &text(3));
});

/// A text as each of the files there are.
fn each(text: &str, other: &str) {
    all(text, None, None, "{}");
    for model in MODELS {
        all(model, Some(text), None, "{}");
        all(model, None, Some(other), "{}");
        all(model, None, None, text);
    }
}

fn all(model: &str, paginators: Option<&str>, rules: Option<&str>, overlay: &str) {
    fn source<'a>(path: &'a str, text: &'a str) -> Source<'a> {
        Source { path, text }
    }
    let input = Input {
        model: source("model", model),
        paginators: paginators.map(|text| source("paginators", text)),
        endpoint_rules: rules.map(|text| source("rules", text)),
        overlay: Some(source("overlay", overlay)),
    };
    probe(model);
    let generated = generate(&[input]);
    assert_eq!(generated, generate(&[input]));
    if let Err(error) = generated {
        assert!(!error.file.is_empty(), "{error}");
        assert!(!error.problem.is_empty(), "{error}");
    }
}

fn apply(document: &mut Value, edit: Edit) {
    let count = count(document);
    let place = |at: u16| usize::from(at) % count;
    match edit {
        Edit::Copy(from, to) => {
            let copy = at(document, &mut place(from)).map(|value| value.clone());
            // Copies of copies would soon be larger than memory.
            if let (Some(copy), Some(to)) = (copy, at(document, &mut place(to)))
                && self::count(&copy) < 500
                && count < 5_000
            {
                *to = copy;
            }
        }
        Edit::Remove(from) => match at(document, &mut place(from)) {
            Some(Value::Object(entries)) => drop(
                entries
                    .keys()
                    .next()
                    .cloned()
                    .and_then(|key| entries.remove(&key)),
            ),
            Some(Value::Array(elements)) => drop(elements.pop()),
            Some(value) => *value = Value::Null,
            None => {}
        },
        Edit::Replace(to, scalar) => {
            if let Some(value) = at(document, &mut place(to)) {
                *value = scalar.into();
            }
        }
        Edit::Rename(from, to) => {
            let name = match at(document, &mut place(from)) {
                Some(Value::Object(entries)) => entries.keys().next().cloned(),
                Some(Value::String(text)) => Some(text.clone()),
                _ => None,
            };
            if let (Some(name), Some(Value::Object(entries))) = (name, at(document, &mut place(to)))
                && let Some(key) = entries.keys().next_back().cloned()
                && let Some(value) = entries.remove(&key)
            {
                entries.insert(name, value);
            }
        }
    }
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(elements) => elements.iter().map(count).sum(),
        Value::Object(entries) => entries.values().map(count).sum(),
        _ => 0,
    }
}

/// The value at a place, counted from the beginning.
fn at<'v>(value: &'v mut Value, place: &mut usize) -> Option<&'v mut Value> {
    let Some(rest) = place.checked_sub(1) else {
        return Some(value);
    };
    *place = rest;
    match value {
        Value::Array(elements) => elements
            .iter_mut()
            .find_map(|inner| at_or_after(inner, place)),
        Value::Object(entries) => entries
            .values_mut()
            .find_map(|inner| at_or_after(inner, place)),
        _ => None,
    }
}

fn at_or_after<'v>(value: &'v mut Value, place: &mut usize) -> Option<&'v mut Value> {
    let size = count(value);
    if *place >= size {
        *place -= size;
        return None;
    }
    at(value, place)
}
