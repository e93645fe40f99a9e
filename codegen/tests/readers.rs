//! One service in both formats gives one IR, as far as both can say it.

use kvs_codegen::ir::Service;
use kvs_codegen::{Input, Source, generate, read};

const AST: &str = include_str!("farm/farm.json");

const C2J: &str = include_str!("farm/service-2.json");

const PAGINATORS: &str = include_str!("farm/paginators-1.json");

fn source(text: &str) -> Source<'_> {
    Source {
        path: "farm.json",
        text,
    }
}

fn service(model: &str, paginators: Option<&str>) -> Result<Service, String> {
    let (model, paginators) = (source(model), paginators.map(source));
    let input = Input {
        model,
        paginators,
        endpoint_rules: None,
        overlay: None,
    };
    read(&input).map_err(|e| e.to_string())
}

#[test]
fn both_formats_give_one_service() {
    assert_eq!(service(AST, None), service(C2J, Some(PAGINATORS)));
}

#[test]
fn c2j_that_is_broken_is_refused_with_its_place() {
    let refused = |from: &str, to: &str| {
        assert!(C2J.contains(from), "{from}");
        service(&C2J.replacen(from, to, 1), None).unwrap_err()
    };
    let cases = [
        (
            r#""shape": "Kind" }"#,
            r#""shape": "Sort" }"#,
            "farm.json: shape `Can`, member `Kind`: refers to `Sort`, which is not in the model: add it, or correct \
             the name",
        ),
        (
            r#""required": ["Cow"]"#,
            r#""required": ["Goat"]"#,
            "farm.json: shape `MilkInput`, member `Goat`: is required or the payload, but no member",
        ),
        (
            r#""rest-json""#,
            r#""query""#,
            "farm.json: a protocol other than `rest-json`, here `query`, is not supported yet: teach the generator, \
             or leave it out",
        ),
        (
            r#""type": "double""#,
            r#""type": "tensor""#,
            "farm.json: shape `Number`: a shape of type `tensor` is not supported yet: teach the generator, or leave \
             it out",
        ),
        (
            r#""iso8601""#,
            r#""stardate""#,
            "farm.json: shape `Moment`: the timestamp format `stardate` is not supported yet: teach the generator, or \
             leave it out",
        ),
    ];
    for (from, to, problem) in cases {
        assert_eq!(refused(from, to), problem);
    }
    let odd = refused(r#""hostLabel": true"#, r#""hostLable": true"#);
    assert!(
        odd.contains("unknown field `hostLable`") && odd.contains("at line"),
        "{odd}"
    );
    let cut = service(C2J.get(..400).unwrap(), None).unwrap_err();
    assert!(cut.starts_with("farm.json: this is not a"), "{cut}");
}

#[test]
fn operations_with_event_streams_are_left_out_by_name() {
    let events = C2J.replacen(
        r#""union": true, "members": {"#,
        r#""eventstream": true, "members": {"#,
        1,
    );
    let events = events.replacen(
        r#""Cans": { "shape": "Cans" }"#,
        r#""Cans": { "shape": "Can" }"#,
        1,
    );
    let service = service(&events, None).unwrap();
    assert!(service.operations.is_empty() && service.shapes.is_empty());
    let left_out: Vec<_> = service
        .left_out
        .iter()
        .map(|left| (left.operation.as_str(), left.reason.as_str()))
        .collect();
    assert_eq!(left_out, [("Milk", "event stream `Cans` in the output")]);
}

#[test]
fn what_lies_beside_a_model_counts_in_both_formats() {
    let files = |model| {
        let input = Input {
            model: source(model),
            paginators: Some(source(PAGINATORS)),
            endpoint_rules: Some(source(include_str!("rules/lighthouse.json"))),
            overlay: Some(source(include_str!("farm/farm.overlay.json"))),
        };
        generate(&[input]).unwrap()
    };
    let names = |files: &[(String, String)]| files.iter().map(|(name, _)| name.clone()).collect();
    let names: [Vec<String>; 2] = [names(&files(AST)), names(&files(C2J))];
    let expected = ["dairy.rs", "dairy/endpoint.rs"].map(str::to_owned);
    assert_eq!(names, [expected.to_vec(), expected.to_vec()]);
    assert_eq!(files(AST), files(C2J));
}
