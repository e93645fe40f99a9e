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
fn operations_that_are_signed_in_another_way_are_left_out_by_name() {
    let signed = |version: &str, auth: &str| {
        let text = C2J.replacen(r#""authtype": "none", "#, auth, 1);
        let version = format!(r#""signatureVersion": {version}"#);
        let text = text.replacen(r#""signatureVersion": "v4""#, &version, 1);
        let service = service(&text, None).unwrap();
        let left_out = service.left_out.iter().map(|left| left.reason.clone());
        left_out.collect::<Vec<_>>()
    };
    let nothing: [&str; 0] = [];
    let of_both = r#""auth": ["smithy.api#httpBearerAuth", "aws.auth#sigv4"], "#;
    assert_eq!(signed(r#""v4""#, ""), nothing);
    assert_eq!(signed(r#""v4""#, of_both), nothing);
    assert_eq!(signed(r#""bearer""#, r#""authtype": "none", "#), nothing);
    let bearer = ["requests that `bearer` authorizes"];
    assert_eq!(signed(r#""bearer""#, ""), bearer);
    assert_eq!(signed(r#""v4""#, r#""authtype": "bearer", "#), bearer);
    let alone = r#""auth": ["smithy.api#httpBearerAuth"], "#;
    let expected = ["requests that `smithy.api#httpBearerAuth` authorizes"];
    assert_eq!(signed(r#""v4""#, alone), expected);
    let of_service = r#""v4", "auth": ["smithy.api#httpBearerAuth"]"#;
    assert_eq!(signed(of_service, ""), expected);
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

const RULES: &str = r#"{ "version": "1.0",
  "parameters": {
    "Region": { "type": "string", "builtIn": "AWS::Region" },
    "Cow": { "type": "string" },
    "Plane": { "type": "string", "default": "data" },
    "Old": { "type": "boolean", "default": false } },
  "rules": [
    { "conditions": [{ "fn": "isSet", "argv": [{ "ref": "Cow" }] }, { "fn": "booleanEquals", "argv": [{ "ref": "Old" }, false] }],
      "endpoint": { "url": "https://{Cow}.{Plane}.invalid" }, "type": "endpoint" },
    { "conditions": [], "error": "no cow", "type": "error" }] }"#;

#[test]
fn operations_have_a_say_in_their_endpoint() {
    let ast = AST
        .replacen(
            r#""smithy.api#hostLabel": {}"#,
            r#""smithy.api#hostLabel": {}, "smithy.rules#contextParam": { "name": "Cow" }"#,
            1,
        )
        .replacen(
            r#""smithy.api#optionalAuth": {}"#,
            r#""smithy.api#optionalAuth": {},
               "smithy.rules#staticContextParams": { "Old": { "value": true } },
               "smithy.rules#operationContextParams": { "Plane": { "path": "Once" } }"#,
            1,
        );
    let c2j = C2J
        .replacen(
            r#""hostLabel": true"#,
            r#""hostLabel": true, "contextParam": { "name": "Cow" }"#,
            1,
        )
        .replacen(
            r#""authtype": "none""#,
            r#""authtype": "none", "staticContextParams": { "Old": { "value": true } },
               "operationContextParams": { "Plane": { "path": "Once" } }"#,
            1,
        );
    let files = |model: &str| {
        let input = Input {
            model: source(model),
            paginators: None,
            endpoint_rules: Some(source(RULES)),
            overlay: None,
        };
        generate(&[input]).map_err(|e| e.to_string())
    };
    let (_, text) = files(&c2j).unwrap().swap_remove(0);
    let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let expected = "endpoint::resolve(&endpoint::Parameters { \
        cow: self.farm.as_ref().map(|text| text.as_str()), old: true, \
        plane: self.once.as_ref().map(|text| text.as_str()).unwrap_or(\"data\"), \
        ..built_ins.into() })";
    assert!(text.contains(expected), "{text}");
    let ast = files(&ast).unwrap().swap_remove(0).1;
    let ast: String = ast.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(ast.contains(expected), "{ast}");
    let problem = |from: &str, to: &str| {
        assert!(c2j.contains(from), "{from}");
        files(&c2j.replacen(from, to, 1)).unwrap_err()
    };
    let place = "farm.json: shape `Milk`, trait `smithy.rules#endpointRuleSet`: ";
    assert_eq!(
        problem(r#"{ "name": "Cow" }"#, r#"{ "name": "Goat" }"#),
        format!("{place}has no parameter `Goat`, which is set")
    );
    assert_eq!(
        problem(r#""value": true"#, r#""value": "true""#),
        format!("{place}`Old` is a boolean, and is set to a text")
    );
    assert_eq!(
        problem(r#""path": "Once""#, r#""path": "Twice""#),
        "farm.json: shape `Milk`, member `Twice`: is to be part of the endpoint, but no member"
    );
    assert_eq!(
        problem(r#""path": "Once""#, r#""path": "keys(Tags)""#),
        "farm.json: shape `Milk`: the path `keys(Tags)` to the endpoint parameter `Plane` is not \
         supported yet: teach the generator, or leave it out"
    );
}

#[test]
fn several_tokens_lead_to_the_next_page_together() {
    let several = PAGINATORS.replace(
        r#""input_token": "Token", "output_token": "Token""#,
        r#""input_token": ["Token", "Start"], "output_token": ["Token", "Next"]"#,
    );
    let plain = C2J
        .replace(r#""Once": {"#, r#""Start": { "shape": "Plain" }, "Once": {"#)
        .replace(r#""Cans": { "shape": "Cans" }, "Token": { "shape": "Text" }"#,
            r#""Cans": { "shape": "Cans" }, "Token": { "shape": "Plain" }, "Next": { "shape": "Plain" }"#)
        .replace(r#""Token": { "shape": "Text", "locationName"#, r#""Token": { "shape": "Plain", "locationName"#)
        .replace(r#""Count": {"#, r#""Plain": { "type": "string" }, "Count": {"#);
    let pages = |paginators: &str| {
        let input = Input {
            model: source(&plain),
            paginators: Some(source(paginators)),
            endpoint_rules: None,
            overlay: None,
        };
        generate(&[input]).map_err(|e| e.to_string())
    };
    let text = pages(&several).unwrap().swap_remove(0).1;
    let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = text.replace("[ ", "[").replace(", ]", "]");
    let expected = "if !restjson::leads_on(\"Token\", \
        [(&page.token, &self.token), (&page.next, &self.start)])? \
        { return Ok(None); } let mut next = self.clone(); next.token.clone_from(&page.token); \
        next.start.clone_from(&page.next); Ok(Some(next))";
    assert!(text.contains(expected), "{text}");
    let problem = pages(&several.replace(r#", "Next""#, "")).unwrap_err();
    assert_eq!(
        problem,
        "farm.json: shape `Milk`: must have as many tokens in its answer as in its input"
    );
}
