//! Our models against the official ones: equal in every fact, documentation aside, as far as our
//! operations reach. One case is one shape.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::{Map, Value};

use super::Outcome;
use crate::Failure;

/// Our model, and the official one.
const PAIRS: [(&str, &str); 3] = [
    (
        "kinesis-video-archived-media.json",
        "kinesis-video-archived-media-2017-09-30.json",
    ),
    ("kinesis-video.json", "kinesis-video-2017-09-30.json"),
    (
        "kinesis-video-media.json",
        "kinesis-video-media-2017-09-30.json",
    ),
];

/// Operations that the official model of this form does not have yet.
const NEWER: [&str; 2] = [
    "com.amazonaws.kinesisvideo#DescribeStreamStorageConfiguration",
    "com.amazonaws.kinesisvideo#UpdateStreamStorageConfiguration",
];

/// A member that it does not have yet.
const NEWER_MEMBER: (&str, &str) = (
    "com.amazonaws.kinesisvideo#CreateStreamInput",
    "StreamStorageConfiguration",
);

/// Our words stand in the place of theirs, and their endpoint cases are a suite of their own.
const ASIDE: [&str; 2] = ["smithy.api#documentation", "smithy.rules#endpointTests"];

type Shapes = BTreeMap<String, Value>;

pub(super) fn suite(root: &Path, data: &Path) -> Result<Outcome, Failure> {
    let mut outcome = Outcome {
        name: "models",
        cases: 0,
        argued: 0,
        failures: Vec::new(),
    };
    for (ours, official) in PAIRS {
        let ours_at = root.join("model").join(ours);
        let official_at = data.join("models").join(official);
        let (mut mine, theirs) = (shapes(&ours_at)?, shapes(&official_at)?);
        let mut operations = operations(&mine);
        outcome.failures.extend(spare(ours, &mine, &operations));
        for name in NEWER.iter().filter(|name| theirs.contains_key(**name)) {
            let failure = format!("{ours}: {name}: in theirs too, and is to be compared");
            outcome.failures.push(failure);
        }
        if has_newer_member(&theirs) {
            let (shape, member) = NEWER_MEMBER;
            let failure = format!("{ours}: {shape}.{member}: in theirs too, and is to be compared");
            outcome.failures.push(failure);
        }
        drop_newer_member(&mut mine);
        operations.retain(|name| !NEWER.contains(&name.as_str()));
        let (mine, theirs) = (reached(&mine, &operations), reached(&theirs, &operations));
        let names: BTreeSet<&String> = mine.keys().chain(theirs.keys()).collect();
        outcome.cases += names.len();
        for name in names {
            let place = format!("{ours}: {name}");
            let (mine, theirs) = (mine.get(name), theirs.get(name));
            outcome.failures.extend(difference(&place, mine, theirs));
        }
    }
    Ok(outcome)
}

fn has_newer_member(shapes: &Shapes) -> bool {
    let (shape, member) = NEWER_MEMBER;
    let members = shapes.get(shape).and_then(|shape| shape.get("members"));
    members.is_some_and(|members| members.get(member).is_some())
}

fn drop_newer_member(shapes: &mut Shapes) {
    let (shape, member) = NEWER_MEMBER;
    let members = shapes
        .get_mut(shape)
        .and_then(|shape| shape.get_mut("members"));
    if let Some(Value::Object(members)) = members {
        members.remove(member);
    }
}

/// Shapes of ours that no operation reaches, so that nothing would be compared.
fn spare(model: &str, shapes: &Shapes, operations: &BTreeSet<String>) -> Vec<String> {
    let reached = reached(shapes, operations);
    let spare = shapes.keys().filter(|name| !reached.contains_key(*name));
    spare
        .map(|name| format!("{model}: {name}: no operation reaches it"))
        .collect()
}

/// All shapes of a model, without what is set aside.
fn shapes(path: &Path) -> Result<Shapes, Failure> {
    let in_file = |e: &dyn std::fmt::Display| format!("{}: {e}", path.display());
    let text = fs::read_to_string(path).map_err(|e| in_file(&e))?;
    let model: Value = serde_json::from_str(&text).map_err(|e| in_file(&e))?;
    let shapes = model
        .get("shapes")
        .and_then(Value::as_object)
        .ok_or_else(|| in_file(&"no shapes"))?;
    Ok(shapes
        .iter()
        .map(|(name, shape)| (name.clone(), facts(shape)))
        .collect())
}

fn facts(value: &Value) -> Value {
    let Value::Object(object) = value else {
        return value.clone();
    };
    let mut facts = Map::new();
    for (key, value) in object {
        let value = facts_of_entry(key, value);
        // Where only documentation stood, nothing stands.
        if key != "traits" || value.as_object().is_some_and(|traits| !traits.is_empty()) {
            facts.insert(key.clone(), value);
        }
    }
    Value::Object(facts)
}

fn facts_of_entry(key: &str, value: &Value) -> Value {
    match value {
        Value::Object(traits) if key == "traits" => {
            let kept = traits
                .iter()
                .filter(|(id, _)| !ASIDE.contains(&id.as_str()));
            Value::Object(
                kept.map(|(id, value)| (id.clone(), undocumented(value)))
                    .collect(),
            )
        }
        other => facts(other),
    }
}

/// The value of a trait; endpoint rules have documentation within theirs.
fn undocumented(value: &Value) -> Value {
    match value {
        Value::Object(entries) => {
            let kept = entries.iter().filter(|(key, _)| *key != "documentation");
            Value::Object(
                kept.map(|(key, value)| (key.clone(), undocumented(value)))
                    .collect(),
            )
        }
        Value::Array(elements) => Value::Array(elements.iter().map(undocumented).collect()),
        other => other.clone(),
    }
}

fn operations(shapes: &Shapes) -> BTreeSet<String> {
    let is_operation = |shape: &Value| shape.get("type").is_some_and(|kind| kind == "operation");
    shapes
        .iter()
        .filter(|(_, shape)| is_operation(shape))
        .map(|(name, _)| name.clone())
        .collect()
}

/// What the operations reach, and the service reduced to them.
fn reached(shapes: &Shapes, operations: &BTreeSet<String>) -> Shapes {
    let mut reached = Shapes::new();
    let mut pending: Vec<String> = operations.iter().cloned().collect();
    while let Some(name) = pending.pop() {
        let Some(shape) = shapes.get(&name) else {
            continue;
        };
        if reached.insert(name, shape.clone()).is_none() {
            targets(shape, &mut pending);
        }
    }
    for (name, shape) in shapes {
        if shape.get("type").is_some_and(|kind| kind == "service") {
            reached.insert(name.clone(), reduced(shape, operations));
        }
    }
    reached
}

fn targets(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            into.extend(
                object
                    .get("target")
                    .and_then(Value::as_str)
                    .map(str::to_owned),
            );
            object.values().for_each(|value| targets(value, into));
        }
        Value::Array(elements) => elements.iter().for_each(|value| targets(value, into)),
        _ => {}
    }
}

fn reduced(service: &Value, operations: &BTreeSet<String>) -> Value {
    let mut service = service.clone();
    if let Some(listed) = service.get_mut("operations").and_then(Value::as_array_mut) {
        listed.retain(|operation| {
            let target = operation.get("target").and_then(Value::as_str);
            target.is_some_and(|target| operations.contains(target))
        });
    }
    service
}

/// The first place where two values differ.
fn difference(place: &str, ours: Option<&Value>, theirs: Option<&Value>) -> Option<String> {
    match (ours, theirs) {
        (Some(Value::Object(ours)), Some(Value::Object(theirs))) => {
            let keys: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
            keys.into_iter().find_map(|key| {
                difference(&format!("{place}.{key}"), ours.get(key), theirs.get(key))
            })
        }
        _ if ours == theirs => None,
        (Some(ours), Some(theirs)) => Some(format!("{place}: ours {ours}, theirs {theirs}")),
        (None, _) => Some(format!("{place}: missing in ours")),
        (_, None) => Some(format!("{place}: not in theirs")),
    }
}
