//! What the generator refuses, and in which words.

use kvs_codegen::{Input, Source, generate};

const MODEL: &str = r#"{ "smithy": "2.0", "shapes": {
  "ns#Farm": { "type": "service", "version": "1", "operations": [{ "target": "ns#Milk" }],
    "traits": { "aws.api#service": { "sdkId": "Farm" }, "aws.auth#sigv4": { "name": "farm" },
      "aws.protocols#restJson1": {} } },
  "ns#Milk": { "type": "operation", "input": { "target": "ns#MilkInput" }, "output": { "target": "ns#MilkOutput" },
    "errors": [{ "target": "ns#Dry" }],
    "traits": { "smithy.api#http": { "method": "POST", "uri": "/milk" } } },
  "ns#MilkInput": { "type": "structure", "members": { "Cow": { "target": "ns#Cow" }, "Token": { "target": "ns#Text" } } },
  "ns#MilkOutput": { "type": "structure", "members": { "Litres": { "target": "smithy.api#Integer" } } },
  "ns#Cow": { "type": "structure", "members": { "Name": { "target": "ns#Text" }, "Calf": { "target": "ns#Calves" } } },
  "ns#Calves": { "type": "list", "member": { "target": "ns#Cow" } },
  "ns#Text": { "type": "string" },
  "ns#Dry": { "type": "structure", "members": {}, "traits": { "smithy.api#error": "client" } }
} }"#;
const OVERLAY: &str = r#"{ "operations": { "Milk": { "one_of": [["Cow", "Token"]] } } }"#;

fn model(text: &str) -> Result<Vec<(String, String)>, String> {
    both(text, OVERLAY)
}

fn both(model: &str, overlay: &str) -> Result<Vec<(String, String)>, String> {
    let input = Input {
        model: Source {
            path: "farm.json",
            text: model,
        },
        paginators: None,
        endpoint_rules: None,
        overlay: Some(Source {
            path: "farm.overlay.json",
            text: overlay,
        }),
    };
    generate(&[input]).map_err(|e| e.to_string())
}

fn edited(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "the model has no `{from}`");
    text.replacen(from, to, 1)
}

#[track_caller]
fn refused(from: &str, to: &str, problem: &str) {
    assert_eq!(model(&edited(MODEL, from, to)), Err(problem.to_owned()));
}

#[test]
fn the_model_without_edits_is_accepted_and_always_gives_the_same_text() {
    let files = model(MODEL).unwrap();
    assert_eq!(files.len(), 1);
    assert_eq!(files, model(MODEL).unwrap());
    let reordered = edited(MODEL, r#""ns#Text": { "type": "string" },"#, "");
    let reordered = edited(
        &reordered,
        r#""ns#Cow": {"#,
        r#""ns#Text": { "type": "string" }, "ns#Cow": {"#,
    );
    assert_eq!(
        files,
        model(&reordered).unwrap(),
        "the order of the shapes does not count"
    );
}

#[test]
fn text_that_is_no_model() {
    let is_refused = |text: &str, problem: &str| {
        let expected = format!("farm.json: {problem}");
        assert_eq!(model(text), Err(expected));
    };
    is_refused(
        "",
        "this is not a Smithy JSON AST: EOF while parsing a value at line 1 column 0",
    );
    is_refused(
        MODEL.get(..200).unwrap(),
        "this is not a Smithy JSON AST: EOF while parsing a string at line 3 column 78",
    );
    is_refused(
        &edited(
            MODEL,
            r#""version": "1""#,
            &format!(r#""version": {}"#, "[".repeat(1_000_000)),
        ),
        "nests more than 127 levels deep in line 2",
    );
    is_refused(
        &edited(MODEL, r#"{ "sdkId": "Farm" }"#, &"[".repeat(1_000_000)),
        "nests more than 127 levels deep in line 3",
    );
    is_refused(
        &edited(MODEL, "2.0", "1.0"),
        "Smithy 1.0 (the reader knows 2.0) is not supported yet: teach the generator, or leave it out",
    );
    is_refused(
        r#"{ "smithy": "2.0", "shapes": {} }"#,
        "the model must have exactly one shape of type `service`",
    );
}

#[test]
fn properties_that_are_unknown_or_stand_twice() {
    refused(
        r#""type": "string""#,
        r#""type": "string", "mixins": []"#,
        "farm.json: this is not a Smithy JSON AST: unknown field `mixins`, expected one of `type`, `traits`, \
         `members`, `member`, `key`, `value`, `version`, `operations`, `input`, `output`, `errors`, \
         `resources`, `collectionOperations`, `create`, `put`, `read`, `update`, `delete`, `list`, `identifiers`, \
         `properties` at line 12 column 41",
    );
    refused(
        r#""Token": { "target": "ns#Text" }"#,
        r#""Cow": { "target": "ns#Text" }"#,
        "farm.json: this is not a Smithy JSON AST: `Cow` stands here twice at line 8 column 117",
    );
}

#[test]
fn shapes_that_are_missing() {
    refused(
        r#""target": "ns#Calves""#,
        r#""target": "ns#Herd""#,
        "farm.json: shape `Cow`, member `Calf`: refers to `ns#Herd`, which is not in the model: add it, or \
         correct the name",
    );
    refused(
        r#""target": "ns#Milk" "#,
        r#""target": "ns#Shear" "#,
        "farm.json: shape `Shear`: the service lists it, so it must be a shape of type `operation`",
    );
    refused(
        r#""list", "member": { "target": "ns#Cow" }"#,
        r#""list""#,
        "farm.json: shape `Calves`, member `member`: is missing: a list needs a `member`, a map `key` and `value`",
    );
    refused(
        r#""target": "ns#MilkOutput""#,
        r#""target": "ns#Text""#,
        "farm.json: shape `Milk`: refers to `Text`, which must be a structure",
    );
    refused(
        r#""target": "ns#MilkOutput""#,
        r#""target": "other#Cow""#,
        "farm.json: shape `Milk`: refers to `other#Cow`, which is not in the model: add it, or correct the name",
    );
}

#[test]
fn traits_that_are_missing_or_broken() {
    refused(
        r#""aws.protocols#restJson1""#,
        r#""aws.protocols#restXml""#,
        "farm.json: shape `Farm`: a protocol other than `aws.protocols#restJson1` is not supported yet: teach \
         the generator, or leave it out",
    );
    refused(
        r#"{ "smithy.api#http": { "method": "POST", "uri": "/milk" } }"#,
        "{}",
        "farm.json: shape `Milk`, trait `smithy.api#http`: the trait is missing, and without it nothing can be \
         generated",
    );
    refused(
        r#""smithy.api#error": "client""#,
        r#""smithy.api#error": "nobody""#,
        "farm.json: shape `Dry`, trait `smithy.api#error`: unknown variant `nobody`, expected `client` or \
         `server`, in `\"nobody\"`",
    );
    refused(
        r#""target": "ns#Text" } } },"#,
        r#""target": "ns#Text", "traits": { "smithy.api#range": { "least": 1 } } } } },"#,
        "farm.json: shape `MilkInput`, member `Token`, trait `smithy.api#range`: unknown field `least`, expected \
         `min` or `max`, in `{\"least\":1}`",
    );
    refused(
        r#", "traits": { "smithy.api#error": "client" }"#,
        "",
        "farm.json: shape `Dry`: an operation lists it among its errors, so it must have the error trait",
    );
}

#[test]
fn traits_that_nobody_understands_are_listed_together() {
    let odd = r#""type": "string", "traits": { "ns#odd": 1, "smithy.api#mediaType": "a/b", "ns#even": 2 }"#;
    let text = edited(MODEL, r#""type": "string""#, odd);
    let query = r#""target": "ns#Text", "traits": { "smithy.api#hostLable": {}, "smithy.api#required": {} } } } },"#;
    let text = edited(&text, r#""target": "ns#Text" } } },"#, query);
    let problem = "farm.json: not supported yet; teach the reader what they mean, or list them among the ignored \
                   ones with a reason:\
                   \n  shape `MilkInput`, member `Token`, trait `smithy.api#hostLable`\
                   \n  shape `Text`, trait `ns#even`\
                   \n  shape `Text`, trait `ns#odd`";
    assert_eq!(model(&text), Err(problem.to_owned()));
}

#[test]
fn what_is_not_supported_yet_is_named() {
    let unsupported = |from: &str, to: &str, what: &str| {
        let problem =
            format!("farm.json: {what} is not supported yet: teach the generator, or leave it out");
        refused(from, to, &problem);
    };
    unsupported(
        r#""type": "string""#,
        r#""type": "tensor""#,
        "shape `Text`: a shape of type `tensor`",
    );
    unsupported(
        "smithy.api#Integer",
        "smithy.api#Complex",
        "shape `Complex`: the prelude's `smithy.api#Complex`",
    );
    unsupported(
        r#""method": "POST""#,
        r#""method": "BREW""#,
        "shape `MilkInput`, trait `http`: the method `BREW`",
    );
    unsupported(
        r#""type": "string""#,
        r#""type": "blob", "traits": { "smithy.api#streaming": {} }"#,
        "shape `MilkInput`, member `Token`: a streaming blob that is not a payload",
    );
    unsupported(
        r#""Litres": { "target": "smithy.api#Integer""#,
        r#""Litres": { "target": "smithy.api#Integer", "traits": { "smithy.api#default": [1] }"#,
        "shape `MilkOutput`, member `Litres`, trait `smithy.api#default`: the default `[1]`",
    );
}

#[test]
fn labels_without_members_and_members_without_labels() {
    refused(
        r#""uri": "/milk""#,
        r#""uri": "/milk/{Cow}""#,
        "farm.json: shape `MilkInput`, trait `http`: `/milk/{Cow}` has the label `Cow`, which no member is",
    );
    let label = r#""Token": { "target": "ns#Text", "traits": { "smithy.api#httpLabel": {}, "smithy.api#required": {} }"#;
    refused(
        r#""Token": { "target": "ns#Text""#,
        label,
        "farm.json: shape `MilkInput`, member `Token`: is a label, and `/milk` has no `{Token}`",
    );
}

#[test]
fn bodies_that_are_two_things_at_once() {
    let payload = r#""Token": { "target": "ns#Text", "traits": { "smithy.api#httpPayload": {} }"#;
    refused(
        r#""Token": { "target": "ns#Text""#,
        payload,
        "farm.json: shape `MilkInput`, member `Cow`: is in the body, and the body is the payload: bind it to a \
         header",
    );
}

#[test]
fn shapes_without_an_end() {
    refused(
        r#""list", "member": { "target": "ns#Cow" }"#,
        r#""list", "member": { "target": "ns#Calves" }"#,
        "farm.json: shape `Calves`: holds lists within lists for more than 32 levels",
    );
    let herd: String = (0..5_000)
        .map(|n| {
            let next = n + 1;
            format!(r#""ns#S{n}": {{ "type": "structure", "members": {{ "S": {{ "target": "ns#S{next}" }} }} }}, "#)
        })
        .collect();
    let text = edited(
        MODEL,
        r#""ns#Text": {"#,
        &format!(r#"{herd} "ns#Text": {{"#),
    );
    let text = edited(&text, r#""ns#S5000""#, r#""ns#Text""#);
    let text = edited(
        &text,
        r#""Calf": { "target": "ns#Calves" }"#,
        r#""Calf": { "target": "ns#S0" }"#,
    );
    let problem = model(&text).unwrap_err();
    assert!(
        problem.ends_with("stands within more than 1000 other structures"),
        "{problem}"
    );
}

#[test]
fn values_that_cannot_be() {
    let required = r#", "traits": { "smithy.api#required": {} }"#;
    refused(
        r#""Calf": { "target": "ns#Calves""#,
        &format!(r#""Calf": {{ "target": "ns#Cow"{required}"#),
        "farm.json: shape `Cow`, trait `required`: no value can be made: required members lead back to it (Cow.Calf)",
    );
    refused(
        r#""Litres": { "target": "smithy.api#Integer""#,
        r#""Litres": { "target": "smithy.api#Integer", "traits": { "smithy.api#default": "none" }"#,
        "farm.json: shape `MilkOutput`, member `Litres`, trait `default`: String(\"none\") is no default for a \
         `smithy.api#Integer`",
    );
}

#[test]
fn pages_that_lead_nowhere() {
    let paged = |input: &str, output: &str| {
        let pages = format!(
            r#""smithy.api#paginated": {{ "inputToken": "{input}", "outputToken": "{output}" }}"#
        );
        edited(
            MODEL,
            r#""smithy.api#http""#,
            &format!(r#"{pages}, "smithy.api#http""#),
        )
    };
    let problem = |text: &str| model(text).unwrap_err();
    let place = "farm.json: shape `Milk`, ";
    assert_eq!(
        problem(&paged("Page", "Litres")),
        format!("{place}trait `paginated`: `MilkInput` has no member `Page`")
    );
    assert_eq!(
        problem(&paged("Token", "Next")),
        format!("{place}trait `paginated`: `MilkOutput` has no member `Next`")
    );
}

#[test]
fn tokens_that_cannot_be_passed_on_give_no_pages() {
    let pages = |output: &str| {
        let pages = format!(
            r#""smithy.api#paginated": {{ "inputToken": "Token", "outputToken": "{output}" }}"#
        );
        let http = format!(r#"{pages}, "smithy.api#http""#);
        let files = model(&edited(MODEL, r#""smithy.api#http""#, &http)).unwrap();
        files[0].1.contains("impl Paginated")
    };
    assert!(!pages("Litres"), "a number");
    assert!(!pages("Litres.Next"), "a path");
}

#[test]
fn overlays_that_speak_of_what_is_not_there() {
    let cases = [
        (
            "{",
            "this is not an overlay: EOF while parsing an object at line 1 column 1",
        ),
        (
            r#"{ "modul": "farm" }"#,
            "this is not an overlay: unknown field `modul`, expected one of `module`, `throttling`, `operations` at line 1 column 9",
        ),
        (
            r#"{ "module": "../farm" }"#,
            "module: `../farm` is not a name for a module",
        ),
        (
            r#"{ "module": "type" }"#,
            "module: `type` is not a name for a module",
        ),
        (
            r#"{ "operations": { "Shear": {} } }"#,
            "operations.Shear: the service has no such operation",
        ),
        (
            r#"{ "operations": { "Milk": { "one_of": [["Cow"]] } } }"#,
            "operations.Milk.one_of[0]: names fewer than 2 members",
        ),
        (
            r#"{ "operations": { "Milk": { "one_of": [["Cow", "Goat"]] } } }"#,
            "operations.Milk.one_of[0]: `MilkInput` has no member `Goat`",
        ),
        (
            r#"{ "operations": { "Milk": { "discovered": { "api": "MILK", "resource": [] } } } }"#,
            "operations.Milk.discovered.resource: names fewer than 1 members",
        ),
    ];
    for (overlay, problem) in cases {
        assert_eq!(
            both(MODEL, overlay),
            Err(format!("farm.overlay.json: {problem}")),
            "{overlay}"
        );
    }
}

#[test]
fn two_services_in_one_file() {
    let input = Input {
        model: Source {
            path: "farm.json",
            text: MODEL,
        },
        paginators: None,
        endpoint_rules: None,
        overlay: None,
    };
    let problem = generate(&[input, input]).unwrap_err().to_string();
    assert_eq!(
        problem,
        "farm.json: another model gives `farm.rs` as well: name the module in the overlay"
    );
}

#[test]
fn a_sum_of_what_is_streamed() {
    let film = edited(
        MODEL,
        r#""members": { "Cow": { "target": "ns#Cow" }, "Token": { "target": "ns#Text" } }"#,
        r#""members": { "Token": { "target": "ns#Film", "traits": { "smithy.api#httpPayload": {} } } }"#,
    );
    let film = edited(
        &film,
        r#""ns#Text": {"#,
        r#""ns#Film": { "type": "blob", "traits": { "smithy.api#streaming": {} } }, "ns#Text": {"#,
    );
    both(&film, "{}").unwrap();
    for (name, needed) in [
        (r#""smithy.api#httpChecksumRequired": {}"#, "a checksum"),
        (
            r#""smithy.api#requestCompression": { "encodings": ["gzip"] }"#,
            "compression",
        ),
    ] {
        let from = r#""uri": "/milk" }"#;
        let problem = both(&edited(&film, from, &format!("{from}, {name}")), "{}").unwrap_err();
        let expected =
            format!("member `Token`: {needed} of a body that is streamed is not supported");
        assert!(problem.contains(&expected), "{problem}");
    }
}
