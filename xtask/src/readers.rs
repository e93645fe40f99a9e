//! `cargo xtask readers DIR`: both readers must come to the same service.
//!
//! The official Smithy models in DIR and ours, against C2J models of the same services as botocore
//! carries them: equal in every fact, documentation aside. What the two really say differently
//! stands in a list.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::path::Path;
use std::process::ExitCode;

use kvs_codegen::ir::{Kind, Service};

use crate::codegen::model::Model;
use crate::{Failure, python};

/// Folders of botocore's data, and the Smithy models of the same services.
const OFFICIAL: [(&str, &str); 3] = [
    ("kinesisvideo", "kinesis-video-2017-09-30.json"),
    (
        "kinesis-video-archived-media",
        "kinesis-video-archived-media-2017-09-30.json",
    ),
    ("kinesis-video-media", "kinesis-video-media-2017-09-30.json"),
];
const OURS: [(&str, &str); 5] = [
    ("kinesisvideo", "kinesis-video.json"),
    (
        "kinesis-video-archived-media",
        "kinesis-video-archived-media.json",
    ),
    ("kinesis-video-media", "kinesis-video-media.json"),
    ("kinesis-video-signaling", "kinesis-video-signaling.json"),
    (
        "kinesis-video-webrtc-storage",
        "kinesis-video-webrtc-storage.json",
    ),
];

/// What the models really say differently, a line each.
const KNOWN: &str = include_str!("readers.txt");

pub(crate) fn run(root: &Path, data: &Path) -> Result<ExitCode, Failure> {
    let botocore = python::models()?;
    let mut cases = 0;
    let mut found = BTreeSet::new();
    let official = OFFICIAL.map(|(service, model)| (data.join("models"), service, model));
    let ours = OURS.map(|(service, model)| (root.join("model"), service, model));
    for (folder, service, model) in official.into_iter().chain(ours) {
        let smithy = facts(&read(&folder, Path::new(model))?);
        let c2j = facts(&read(&botocore, &newest(&botocore, service)?)?);
        let places: BTreeSet<&String> = smithy.keys().chain(c2j.keys()).collect();
        cases += places.len();
        for place in places {
            let difference = match (smithy.get(place), c2j.get(place)) {
                (Some(smithy), Some(c2j)) if smithy == c2j => continue,
                (Some(smithy), Some(c2j)) => format!("{smithy} in Smithy, {c2j} in C2J"),
                (None, _) => "in C2J alone".to_owned(),
                (_, None) => "in Smithy alone".to_owned(),
            };
            found.insert(format!("{model}: {place}: {difference}"));
        }
    }
    let known: BTreeSet<String> = KNOWN
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(str::to_owned)
        .collect();
    let argued = found.intersection(&known).count();
    let new: Vec<&String> = found.difference(&known).collect();
    println!(
        "readers: {} of {cases} passed, {argued} argued",
        cases - found.len()
    );
    for difference in &new {
        println!("  {difference}");
    }
    let gone: Vec<&String> = known.difference(&found).collect();
    for difference in &gone {
        println!("  no longer so: {difference}");
    }
    Ok(if new.is_empty() && gone.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The service of a model alone: what an overlay adds, no model says.
fn read(folder: &Path, path: &Path) -> Result<Service, Failure> {
    let model = Model::read(folder, path)?;
    let mut input = model.input();
    input.overlay = None;
    Ok(kvs_codegen::read(&input)?)
}

fn newest(botocore: &Path, service: &str) -> Result<std::path::PathBuf, Failure> {
    let found = crate::sweep::find::newest(botocore, service)?;
    let missing = || format!("botocore has no model of `{service}`");
    Ok(found.ok_or_else(missing)?.path)
}

/// All that a service is, by place.
fn facts(service: &Service) -> BTreeMap<String, String> {
    let mut facts = BTreeMap::new();
    let mut add = |place: String, fact: &dyn Debug| {
        facts.insert(place, undocumented(fact));
    };
    for operation in &service.operations {
        add(format!("operation {}", operation.name), operation);
    }
    for (name, shape) in &service.shapes {
        let names = |kind: &Kind| -> Vec<String> {
            kind.members().iter().map(|m| m.name.clone()).collect()
        };
        let constraints = &shape.constraints;
        let aside = (shape.sensitive, constraints.length, constraints.range);
        add(format!("{name} has"), &aside);
        if let Some(pattern) = &constraints.pattern {
            add(format!("{name} matches"), pattern);
        }
        match &shape.kind {
            Kind::Structure(structure) => add(
                format!("{name} is"),
                &("a structure", structure.error, names(&shape.kind)),
            ),
            Kind::Union(_) => add(format!("{name} is"), &("a union", names(&shape.kind))),
            kind => add(format!("{name} is"), kind),
        }
        for member in shape.kind.members() {
            let mut member = member.clone();
            let place = format!("{name}.{}", member.name);
            if let Some(default) = member.default.take() {
                add(format!("{place} is by default"), &default);
            }
            add(place, &member);
        }
    }
    let mut rest = service.clone();
    rest.operations.clear();
    rest.shapes.clear();
    // Names of modules are our own.
    rest.module.clear();
    add("service".to_owned(), &rest);
    facts
}

/// A value as one line, without documentation.
fn undocumented(value: &dyn Debug) -> String {
    let text = format!("{value:#?}");
    let lines = text.lines().map(str::trim);
    let lines: Vec<&str> = lines.filter(|line| !line.starts_with("docs: ")).collect();
    lines.join(" ")
}
